"""Pasts of any length: what years of daily digests leave in the tables, put there in one go.

Every day a source lists papers, and each channel gets a digest of them with a card each, as the bot leaves
them when all is posted. The last day is `LAST_DAY`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from storage.engines.engine import Engine
from storage.engines.statements import insert
from storage.records import ArxivRecord, Listing, ListingState, Paper
from storage.tables import Tables
from tests.support.subscribing import subscribe

LAST_DAY = date(2025, 9, 28)
NOW = datetime(2025, 9, 29, 9, 0, tzinfo=UTC)
SOURCE = "huggingface"

_ROWS_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Past:
    """How much was there."""

    days: int
    cards: int = 35
    channels: int = 1
    #: How many days' digests have their payloads still, and how long one is.
    days_with_payload: int = 0
    payload: str = "{}"

    @property
    def first_day(self) -> date:
        """The day of the first list."""
        return LAST_DAY - timedelta(days=self.days - 1)

    def all_days(self) -> Iterator[date]:
        """Yield the days, the first first."""
        return (self.first_day + timedelta(days=number) for number in range(self.days))

    def papers_of(self, day: date) -> list[str]:
        """Return the ids of the papers that are listed on a day."""
        return [f"{day:%y%m}.{day.day:02}{number:03}" for number in range(self.cards)]


def live_through(engine: Engine, past: Past, abstract: str = "A garden grows.") -> None:
    """Put a past into empty tables."""
    with engine.transaction():
        tables = Tables(engine)
        subscriptions = [
            subscribe(tables, "T1", f"C{number}", since=past.first_day, sources=(SOURCE,))
            for number in range(1, past.channels + 1)
        ]
        _list(engine, past, abstract)
        _deliver(engine, past, [each.id for each in subscriptions])
    _gather_statistics(engine)


def index_past(engine: Engine) -> None:
    """Index the papers of a past for the search."""
    with engine.transaction():
        index = Tables(engine).search_index
        index.begin_anew()
        while index.index_outdated(_ROWS_AT_ONCE):
            pass
    _gather_statistics(engine)


def _list(engine: Engine, past: Past, abstract: str) -> None:
    paper = {
        "authors": '["A. Gardener"]', "abstract": abstract, "votes": 7, "categories": '["cs.CL"]',
        "community_keywords": "[]", "published": "2025-09-28",
    }  # fmt: skip
    _put(
        engine,
        "papers",
        (
            {"id": paper_id, "title": f"Gardens of {paper_id}", **paper}
            for day in past.all_days()
            for paper_id in past.papers_of(day)
        ),
    )
    _put(
        engine,
        "listings",
        ({"source": SOURCE, "day": day.isoformat(), "state": "complete"} for day in past.all_days()),
    )
    _put(
        engine,
        "listing_papers",
        (
            {"source": SOURCE, "day": day.isoformat(), "position": position, "paper_id": paper_id}
            for day in past.all_days()
            for position, paper_id in enumerate(past.papers_of(day))
        ),
    )
    records = (
        {"paper_id": paper_id, "asked_at": _at(day), "version": 1, "tries": 0, "next_try_at": _at(day)}
        for day in past.all_days()
        for paper_id in past.papers_of(day)
    )
    _put(engine, "arxiv_records", records)
    one_a_day = {
        "summaries": _summary,
        "model_requests": _model_request,
        "summary_requests": _summary_request,
        "mistake_reports": _report,
        "readers": _reader,
        "discussions": _discussion,
    }
    for table, row in one_a_day.items():
        _put(engine, table, (row(day, past.papers_of(day)[0]) for day in past.all_days()))


def _deliver(engine: Engine, past: Past, subscriptions: list[int]) -> None:
    places = [
        (number, day, subscription)
        for number, (day, subscription) in enumerate(
            ((day, subscription) for day in past.all_days() for subscription in subscriptions), start=1
        )
    ]
    _put(engine, "deliveries", (_delivery(*place) for place in places))
    _put(
        engine,
        "posts",
        (
            _post(past, number, day, position)
            for number, day, _ in places
            for position in range(past.cards + 1)
        ),
    )
    _put(
        engine,
        "channel_papers",
        (
            {"subscription_id": of, "paper_id": paper_id, "delivery_id": number, "position": position}
            for number, day, of in places
            for position, paper_id in enumerate(past.papers_of(day), start=1)
        ),
    )


def _delivery(number: int, day: date, subscription: int) -> dict[str, Any]:
    return {
        "key": f"00000000-0000-0000-0000-{number:012}", "subscription_id": subscription,
        "workspace": "T1", "channel": f"C{subscription}", "kind": "scheduled",
        "day": (day + timedelta(days=1)).isoformat(), "state": "done", "opened_at": _at(day),
    }  # fmt: skip


def _post(past: Past, delivery: int, day: date, position: int) -> dict[str, Any]:
    is_recent = day > LAST_DAY - timedelta(days=past.days_with_payload)
    paper_ids = f'["{past.papers_of(day)[position - 1]}"]' if position else "[]"
    return {
        "delivery_id": delivery, "position": position, "paper_ids": paper_ids, "is_plain": 0,
        "state": "posted", "ts": f"1759136400.{position:06}", "attempted_at": _at(day), "absent": 0,
        "card_language": "en" if position else None,
        "card_hash": f"{delivery:08x}{position:08x}" if position else None,
        "payload": past.payload if is_recent else None,
    }  # fmt: skip


def _summary(day: date, paper_id: str) -> dict[str, Any]:
    texts = dict.fromkeys(("tldr", "problem", "method", "results", "takeaway", "body"), "Gardens grow.")
    return {
        "paper_id": paper_id, "language": "en", "source": "model", "made_at": day.isoformat(),
        "keywords": "[]", "text_read": "full_text", **texts,
    }  # fmt: skip


def _model_request(day: date, paper_id: str) -> dict[str, Any]:
    return {
        "paper_id": paper_id, "language": "en", "model": "example-1", "at": _at(day),
        "prompt_tokens": 12_000, "completion_tokens": 900,
    }  # fmt: skip


def _summary_request(day: date, paper_id: str) -> dict[str, Any]:
    return {"workspace": "T1", "person": "U1", "paper_id": paper_id, "language": "en", "at": _at(day)}


def _report(day: date, paper_id: str) -> dict[str, Any]:
    return {
        "workspace": "T1", "person": "U1", "paper_id": paper_id, "language": "en", "reported_at": _at(day),
        "note": "Wrong.", "summary_source": "model", "summary_made_at": day.isoformat(),
    }  # fmt: skip


def _reader(day: date, paper_id: str) -> dict[str, Any]:
    return {"workspace": "T1", "channel": "C1", "paper_id": paper_id, "person": "U1", "at": _at(day)}


def _discussion(day: date, paper_id: str) -> dict[str, Any]:
    return {
        "workspace": "T1", "channel": "C1", "paper_id": paper_id, "planned_for": day.isoformat(),
        "presenter": "U1", "planned_by": "U1", "state": "discussed", "created_at": _at(day),
    }  # fmt: skip


def list_one_more_day(tables: Tables, past: Past, abstract: str = "A garden grows.") -> list[str]:
    """List the day after the past, which no channel has had, and return its papers' ids."""
    day = LAST_DAY + timedelta(days=1)
    for paper_id in past.papers_of(day):
        tables.papers.add(
            Paper(paper_id, f"Gardens of {paper_id}", ("A. Gardener",), abstract, 7, categories=("cs.CL",),
                  published=day)
        )  # fmt: skip
        tables.arxiv_records.put(ArxivRecord(paper_id, NOW, version=1))
    tables.listings.put(Listing(SOURCE, day, ListingState.COMPLETE, tuple(past.papers_of(day))))
    return past.papers_of(day)


def _at(day: date) -> str:
    return datetime.combine(day + timedelta(days=1), time(9), UTC).isoformat()


def _put(engine: Engine, table: str, rows: Iterator[dict[str, Any]]) -> None:
    some: list[dict[str, Any]] = []
    for row in rows:
        some.append(row)
        if len(some) == _ROWS_AT_ONCE:
            insert(engine, table, some)
            some.clear()
    insert(engine, table, some)


def _gather_statistics(engine: Engine) -> None:
    """Have PostgreSQL know how much there is, as its autovacuum would; SQLite plans without."""
    if engine.migrations_table == "migrations":
        engine.execute("VACUUM ANALYZE")
