"""The listings table, with each listing's papers in order."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from storage.engines.engine import Engine, Row
from storage.engines.statements import insert, upsert
from storage.moments import optional_moment, optional_text
from storage.records import Listing, ListingSize, ListingState, RankedPaper
from storage.rows import reads, whole
from storage.search_index import SearchIndex

_WITH_PAPERS = """
    SELECT listings.*, listing_papers.paper_id
    FROM listings LEFT JOIN listing_papers
        ON listing_papers.source = listings.source AND listing_papers.day = listings.day
"""
_HAS_PAPERS = """EXISTS (
    SELECT 1 FROM listing_papers
    WHERE listing_papers.source = listings.source AND listing_papers.day = listings.day
)"""
_IN_ORDER = "ORDER BY listings.day, listings.source, listing_papers.position"
# From one to the next in the index, past all of its days.
_SOURCES = """
    WITH RECURSIVE found (source) AS (
        SELECT min(source) FROM listings
        UNION ALL
        SELECT (SELECT min(source) FROM listings WHERE source > found.source)
        FROM found WHERE found.source IS NOT NULL
    )
"""
# CROSS JOIN has SQLite begin with the few days.
_LISTED_BETWEEN = """
    SELECT DISTINCT listing_papers.paper_id
    FROM listings CROSS JOIN listing_papers
    WHERE listings.day >= :first AND listings.day <= :last
        AND listing_papers.source = listings.source AND listing_papers.day = listings.day
"""

LEAST_SAVES = 3
"""How many people have to have saved a paper before anybody is told how many did."""


class Listings:
    """What each source listed on each day."""

    def __init__(self, engine: Engine, search_index: SearchIndex) -> None:
        self._engine = engine
        self._search_index = search_index

    def get(self, source: str, day: date) -> Listing | None:
        """Return the source's listing for the day, if any."""
        condition = "listings.source = :source AND listings.day = :day"
        found = self._all(condition, source=source, day=day.isoformat())
        return next(iter(found), None)

    def of_day(self, day: date) -> tuple[Listing, ...]:
        """Return every source's listing for the day, by source."""
        return self._all("listings.day = :day", day=day.isoformat())

    def sizes_of_day(self, day: date) -> tuple[ListingSize, ...]:
        """Return how much every source lists for the day, by source."""
        rows = self._engine.query(
            """
            SELECT source, day, state, (
                SELECT count(*) FROM listing_papers
                WHERE listing_papers.source = listings.source AND listing_papers.day = listings.day
            ) AS papers
            FROM listings WHERE day = ? ORDER BY source
            """,
            [day.isoformat()],
        )
        return tuple(whole(_size_from_row, rows))

    def page(self, source: str, day: date, *, offset: int, limit: int) -> tuple[str, ...]:
        """Return the papers of a page of the source's listing for the day, in its order."""
        rows = self._engine.query(
            """
            SELECT paper_id FROM listing_papers WHERE source = :source AND day = :day
            ORDER BY position LIMIT :limit OFFSET :offset
            """,
            {"source": source, "day": day.isoformat(), "limit": limit, "offset": offset},
        )
        return tuple(row["paper_id"] for row in rows)

    def count_between(self, first: date, last: date) -> int:
        """Return how many papers any source listed from one day to another."""
        rows = self._engine.query(
            f"SELECT count(*) AS papers FROM ({_LISTED_BETWEEN}) AS listed",  # noqa: S608 -- a constant
            {"first": first.isoformat(), "last": last.isoformat()},
        )
        return int(next(rows)["papers"])

    def best_between(
        self, first: date, last: date, workspace: str, *, by_saves: bool, offset: int, limit: int
    ) -> tuple[RankedPaper, ...]:
        """Return a page of the papers that any source listed from one day to another, the best first.

        The best have the most votes, or were saved by the most people of the workspace; the other one
        decides among equals. Fewer than three people who saved a paper count as none.
        """
        ranking = ("saves", "votes") if by_saves else ("votes", "saves")
        rows = self._engine.query(
            f"""
            SELECT id, votes, CASE WHEN saved_by >= {LEAST_SAVES} THEN saved_by ELSE 0 END AS saves FROM (
                SELECT papers.id, coalesce(papers.votes, -1) AS votes, (
                    SELECT count(*) FROM saved_papers
                    WHERE saved_papers.workspace = :workspace AND saved_papers.paper_id = papers.id
                ) AS saved_by
                FROM ({_LISTED_BETWEEN}) AS listed CROSS JOIN papers WHERE papers.id = listed.paper_id
            ) AS counted
            ORDER BY {ranking[0]} DESC, {ranking[1]} DESC, id DESC LIMIT :limit OFFSET :offset
            """,  # noqa: S608 -- constants
            {
                "first": first.isoformat(),
                "last": last.isoformat(),
                "workspace": workspace,
                "limit": limit,
                "offset": offset,
            },
        )
        return tuple(RankedPaper(row["id"], int(row["saves"])) for row in rows)

    def complete_since(self, sources: Iterable[str], since: date) -> tuple[Listing, ...]:
        """Return the complete listings of these sources since a day, the oldest first."""
        among = self._engine.among("listings.source", "sources")
        return self._all(
            f"{among} AND listings.day >= :since AND state = 'complete'",
            sources=list(sources),
            since=since.isoformat(),
        )

    def latest_complete_day(self, sources: Iterable[str]) -> date | None:
        """Return the last day for which any of these sources has a complete list with papers."""
        # Each source's by itself: its latest is the last in the index.
        days = (self._latest_complete_day(source) for source in dict.fromkeys(sources))
        return max(filter(None, days), default=None)

    def sources(self) -> tuple[str, ...]:
        """Return every source with a listing, by name."""
        rows = self._engine.query(
            f"{_SOURCES} SELECT source FROM found WHERE source IS NOT NULL"  # noqa: S608 -- a constant
        )
        return tuple(row["source"] for row in rows)

    def latest_day(self) -> date | None:
        """Return the last day on which any source listed papers."""
        return self._nearest("max")

    def first_day(self) -> date | None:
        """Return the first day on which any source listed papers."""
        return self._nearest("min")

    def days_with_papers(self, since: date, source: str | None = None) -> tuple[date, ...]:
        """Return the days since one on which the source, or any source, listed papers; the oldest first."""
        rows = self._engine.query(
            f"""
            SELECT DISTINCT day FROM listings
            WHERE day >= :since AND (:source IS NULL OR source = :source) AND {_HAS_PAPERS}
            ORDER BY day
            """,  # noqa: S608 -- a constant
            {"since": since.isoformat(), "source": source},
        )
        return tuple(whole(_day_from_row, rows))

    def neighbours(self, first: date, last: date | None = None) -> tuple[date | None, date | None]:
        """Return the nearest days before and after this one, or these, on which any source listed papers."""
        return (
            self._nearest("max", "day < :first", first=first.isoformat()),
            self._nearest("min", "day > :last", last=(last or first).isoformat()),
        )

    def since(self, source: str, first: date) -> tuple[Listing, ...]:
        """Return one source's listings since a day, the oldest first."""
        return self._all(
            "listings.source = :source AND listings.day >= :first", source=source, first=first.isoformat()
        )

    def latest(self) -> tuple[Listing, ...]:
        """Return each source's latest listing, by source."""
        # Each by itself: a source's latest is the last in the index.
        condition = (
            "listings.source = :source"
            " AND listings.day = (SELECT max(day) FROM listings WHERE source = :source)"
        )
        return tuple(listing for source in self.sources() for listing in self._all(condition, source=source))

    def put(self, listing: Listing) -> None:
        """Store the listing in its order; papers that it had before and no longer names go last."""
        key = {"source": listing.source, "day": listing.day.isoformat()}
        row = {
            **key,
            "state": listing.state,
            "looked_at": optional_text(listing.looked_at),
            "next_look_at": optional_text(listing.next_look_at),
            "trouble": listing.trouble,
            "trouble_since": optional_text(listing.trouble_since),
        }
        upsert(self._engine, "listings", row, ["source", "day"])
        known = self.get(listing.source, listing.day)
        paper_ids = dict.fromkeys((*listing.paper_ids, *(known.paper_ids if known else ())))
        if known and known.paper_ids == tuple(paper_ids):
            return
        self._search_index.list_papers(paper_ids, listing.day)
        self._engine.execute("DELETE FROM listing_papers WHERE source = :source AND day = :day", key)
        insert(
            self._engine,
            "listing_papers",
            (
                {**key, "position": position, "paper_id": paper_id}
                for position, paper_id in enumerate(paper_ids)
            ),
        )

    def _nearest(self, end: str, condition: str = "1 = 1", **values: Any) -> date | None:
        """Return the first or last day (`min` or `max`) with papers that meets a condition of this class.

        Each source's by itself among the days that have papers, so that empty ones are never passed.
        """
        rows = self._engine.query(
            f"""
            {_SOURCES}
            SELECT {end}(day) AS day FROM (
                SELECT (
                    SELECT {end}(day) FROM listing_papers WHERE source = found.source AND {condition}
                ) AS day
                FROM found WHERE found.source IS NOT NULL
            ) AS of_sources
            """,  # noqa: S608 -- constants
            values,
        )
        return next(whole(_optional_day_from_row, rows), None)

    def _latest_complete_day(self, source: str) -> date | None:
        rows = self._engine.query(
            f"""
            SELECT day FROM listings WHERE source = :source AND state = 'complete' AND {_HAS_PAPERS}
            ORDER BY day DESC LIMIT 1
            """,  # noqa: S608 -- a constant
            {"source": source},
        )
        return next(whole(_day_from_row, rows), None)

    def _all(self, condition: str, **values: Any) -> tuple[Listing, ...]:
        """Return the listings that meet a condition, which is a constant of this class, by day and source."""
        rows = self._engine.query(f"{_WITH_PAPERS} WHERE {condition} {_IN_ORDER}", values)
        by_listing = groupby(rows, lambda row: (row["day"], row["source"]))
        return tuple(whole(_listing_from_row, (_with_papers(list(of_one)) for _, of_one in by_listing)))


def _with_papers(rows: Sequence[Row]) -> Row:
    """Return the row of the listing of which each row has one paper, or of whose one row has none."""
    return {**rows[0], "paper_ids": tuple(row["paper_id"] for row in rows if row["paper_id"])}


@reads("listings")
def _day_from_row(row: dict[str, Any]) -> date:
    return date.fromisoformat(row["day"])


@reads("listings")
def _size_from_row(row: Row) -> ListingSize:
    return ListingSize(
        source=row["source"],
        day=date.fromisoformat(row["day"]),
        state=ListingState(row["state"]),
        papers=int(row["papers"]),
    )


@reads("listing_papers")
def _optional_day_from_row(row: Row) -> date | None:
    return date.fromisoformat(row["day"]) if row["day"] is not None else None


@reads("listings")
def _listing_from_row(row: Row) -> Listing:
    return Listing(
        source=row["source"],
        day=date.fromisoformat(row["day"]),
        state=ListingState(row["state"]),
        paper_ids=row["paper_ids"],
        looked_at=optional_moment(row["looked_at"]),
        next_look_at=optional_moment(row["next_look_at"]),
        trouble=row["trouble"],
        trouble_since=optional_moment(row["trouble_since"]),
    )
