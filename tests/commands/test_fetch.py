"""Real lists through a local service into the tables, by the watcher and by the command."""

import asyncio
import json
import signal
from ast import literal_eval
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest
from aiohttp import web
from click.testing import Result

from bot.listings.watcher import ListingWatcher
from bot.sources.arxiv import ArxivClient
from bot.sources.catalogue import catalogue
from bot.sources.full_text import FullText, KeptTexts
from bot.sources.http import Fetcher, web_client
from bot.text.arxiv_id import find_arxiv_id
from storage.records import Listing, ListingState, Paper
from storage.runner import InlineRunner
from tests.support.clocks import SimulatedClock
from tests.support.command import ended, run_on, started
from tests.support.tables import empty_tables
from tests.support.waiting import PATIENCE
from tests.support.web_server import Service, saying, serving
from tests.support.web_world import api_answer, daily_feed

NAME = "huggingface"
DAY = date(2025, 9, 26)
ENTRY = {
    "paper": {"id": "2509.00001", "title": "Gardens\n  of Graphs", "upvotes": 3, "authors": []},
    "title": "Gardens",
}
TEXT = "We grow graphs in gardens. " * 100
PAGE = f"<html><body><article class='ltx_document'><p>{TEXT}</p></article></body></html>"


@pytest.fixture
async def hugging_face() -> AsyncIterator[tuple[Service, dict[str, list[Any]]]]:
    """Serve lists by their dates, as Hugging Face does: a page of all, then an empty one."""
    lists: dict[str, list[Any]] = {}

    async def answer(request: web.Request) -> web.Response:
        is_first = request.query.get("p", "0") == "0"
        return web.json_response(lists.get(request.query["date"], []) if is_first else [])

    async with serving({"/api/daily_papers": answer}) as service:
        yield service, lists


@pytest.fixture
async def desk(
    tmp_path: Path, hugging_face: tuple[Service, dict[str, list[Any]]]
) -> AsyncIterator[tuple[Callable[[date, datetime], Any], InlineRunner]]:
    """Give a way to look at a day at a moment, and the tables."""
    service, _ = hugging_face
    storage, clock = (
        InlineRunner(empty_tables(tmp_path / "test.db")),
        SimulatedClock(datetime(2024, 1, 1, tzinfo=UTC)),
    )
    async with web_client(trust_env=False) as client:
        fetcher = Fetcher(client)
        arxiv = ArxivClient(fetcher, clock, contact="", random=Random(1))
        watcher = ListingWatcher(storage, clock, catalogue(fetcher, arxiv, service.address + "/"))

        async def look_at(day: date, moment: datetime) -> Listing:
            clock.advance((moment - clock.now()).total_seconds())
            return (await watcher.refresh(NAME, day)).listing

        yield look_at, storage
    storage.close()


def ids_of(entries: list[Any]) -> tuple[str, ...]:
    found = (find_arxiv_id(entry["paper"]["id"]) for entry in entries)
    return tuple(dict.fromkeys(paper_id for paper_id in found if paper_id))


def after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), UTC) + timedelta(minutes=5)


async def test_all_recorded_days_end_with_the_recorded_ids_in_order(
    shared_data: Path,
    hugging_face: tuple[Service, dict[str, list[Any]]],
    desk: tuple[Callable[[date, datetime], Any], InlineRunner],
) -> None:
    _, lists = hugging_face
    look_at, _ = desk
    recorded = {
        path.stem: json.loads(path.read_text()) for path in sorted((shared_data / "hf").glob("20*.json"))
    }
    lists.update(recorded)

    listings = {
        text: await look_at(date.fromisoformat(text), after(date.fromisoformat(text))) for text in recorded
    }
    assert {text: listing.paper_ids for text, listing in listings.items()} == {
        text: ids_of(entries) for text, entries in recorded.items()
    }
    assert {listing.state for listing in listings.values()} == {ListingState.COMPLETE}


async def test_a_list_that_grows_ends_as_the_larger_one(
    shared_data: Path,
    hugging_face: tuple[Service, dict[str, list[Any]]],
    desk: tuple[Callable[[date, datetime], Any], InlineRunner],
) -> None:
    _, lists = hugging_face
    look_at, _ = desk
    captures = sorted((shared_data / "hf" / "growing").glob("*.json"))
    assert len(captures) == 4
    listing = None
    for capture in captures:
        text, _, moment = capture.stem.partition("--captured-")
        lists[text] = [
            entry if isinstance(entry, dict) else literal_eval(entry)
            for entry in json.loads(capture.read_text())
        ]
        listing = await look_at(
            date.fromisoformat(text), datetime.strptime(moment, "%Y-%m-%dT%H%M%SZ").replace(tzinfo=UTC)
        )
        assert set(listing.paper_ids) >= set(ids_of(lists[text]))
        assert listing.paper_ids[: len(ids_of(lists[text]))] == ids_of(lists[text])


def settings(service: Service, folder: Path) -> dict[str, str]:
    """Return the settings of a command that asks this service alone.

    Each has an arXiv gate of its own, so that it need not wait three seconds after the last one.
    """
    return {
        "PAPER_ROUND_DB": str(folder / "test.db"),
        "HF_BASE_URL": service.address,
        "ARXIV_API_URL": f"{service.address}/api/",
        "ARXIV_FEED_URL": f"{service.address}/atom/",
        "ARXIV_CONTENT_URL": service.address,
        "PAPER_ROUND_TEXTS": str(folder / "texts"),
        "PAPER_ROUND_ARXIV_GATE": str(folder / f"gate-{len(service.requests)}"),
    }


async def fetch(service: Service, folder: Path, *arguments: str) -> Result:
    """Run `paper-round fetch` to its end, on a clock of its own."""
    clock = SimulatedClock(datetime.now(UTC))
    return await asyncio.to_thread(run_on, clock, "fetch", *arguments, **settings(service, folder))


async def test_the_command_prints_a_line_a_day_and_asks_no_more_for_what_is_complete(
    tmp_path: Path, hugging_face: tuple[Service, dict[str, list[Any]]]
) -> None:
    service, lists = hugging_face
    lists["2025-09-26"] = [ENTRY]
    service.answers["/api/query"] = saying(api_answer(["2509.00001"]))
    first = await fetch(service, tmp_path, "--date", "2025-09-26", "--no-full-text")
    asked = len(service.requests)
    again = await fetch(service, tmp_path, "--date", "2025-09-26", "--no-full-text")

    assert first.exit_code == again.exit_code == 0
    assert first.stdout.startswith("2025-09-26: complete, 1 paper (1 new), ")
    assert again.stdout == "Nothing to fetch: everything is here already.\n"
    assert len(service.requests) == asked


async def know(folder: Path, paper_id: str) -> None:
    """Put into the tables all that arXiv would be asked about the paper."""
    paper = Paper(paper_id, "Gardens", authors=("Ada Lovelace",), categories=("cs.LG",), published=DAY)
    storage = InlineRunner(empty_tables(folder / "test.db"))
    await storage.write(lambda tables: tables.papers.add(paper))
    storage.close()


async def test_the_command_keeps_the_texts_of_the_papers(
    tmp_path: Path, hugging_face: tuple[Service, dict[str, list[Any]]]
) -> None:
    service, lists = hugging_face
    lists["2025-09-26"] = [ENTRY]
    await know(tmp_path, "2509.00001")
    service.answers["/html/2509.00001"] = saying(PAGE, Content_Type="text/html; charset=utf-8")
    result = await fetch(service, tmp_path, "--date", "2025-09-26")

    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "full texts: 1 of 1 paper"
    assert any(
        "We grow graphs" in path.read_text() for path in (tmp_path / "texts").rglob("*") if path.is_file()
    )


async def test_the_command_asks_arxiv_about_what_the_list_does_not_say(
    tmp_path: Path, hugging_face: tuple[Service, dict[str, list[Any]]]
) -> None:
    service, lists = hugging_face
    lists["2025-09-26"] = [ENTRY]
    without = await fetch(service, tmp_path, "--date", "2025-09-26", "--no-full-text")
    service.answers["/api/query"] = saying(api_answer(["2509.00001"]))
    enriched = await fetch(service, tmp_path, "--date", "2025-09-26", "--no-full-text")

    line = "details from arXiv: {} of 1 paper"
    first = without.stdout.splitlines()[1]
    assert first.startswith(line.format(0) + ": 127.0.0.1 answered with HTTP status 404")
    assert enriched.stdout == line.format(1) + "\n"
    assert without.exit_code == enriched.exit_code == 0


async def test_the_command_says_what_is_wrong_with_a_source_that_fails(
    tmp_path: Path, hugging_face: tuple[Service, dict[str, list[Any]]]
) -> None:
    service, _ = hugging_face
    service.answers.clear()
    result = await fetch(service, tmp_path, "--date", "2025-09-26")

    assert result.exit_code == 1
    assert result.stdout.startswith("2025-09-26: stalled, 0 papers (0 new), ")
    assert "404" in result.stdout
    assert result.stderr.endswith("Error: I couldn't fetch every list; the lines above say why.\n")


async def test_the_command_names_the_sources_there_are(
    tmp_path: Path, hugging_face: tuple[Service, dict[str, list[Any]]]
) -> None:
    result = await fetch(hugging_face[0], tmp_path, "--source", "twitter")

    assert result.exit_code == 2
    assert "“twitter” isn't a source. Choose digest-file, huggingface or arxiv:CATEGORY." in result.stderr


async def test_interrupted_the_command_has_told_what_it_did_and_goes_on_from_there(
    tmp_path: Path, hugging_face: tuple[Service, dict[str, list[Any]]]
) -> None:
    service, lists = hugging_face
    today = datetime.now(UTC).date()
    yesterday = today - timedelta(days=1)
    lists[str(yesterday)] = [ENTRY]
    service.answers["/api/query"] = saying(api_answer(["2509.00001"]))
    answer, is_asked = service.answers["/api/daily_papers"], asyncio.Event()

    async def hesitate_today(request: web.Request) -> web.StreamResponse:
        if request.query["date"] == str(today):
            is_asked.set()
            await asyncio.Event().wait()
        return await answer(request)

    service.answers["/api/daily_papers"] = hesitate_today
    command = ("--since", str(yesterday), "--no-full-text")
    process = await started("fetch", *command, **settings(service, tmp_path))
    await asyncio.wait_for(is_asked.wait(), PATIENCE)
    process.send_signal(signal.SIGTERM)
    status, output, complaints = await ended(process)
    service.answers["/api/daily_papers"] = answer
    then = await fetch(service, tmp_path, *command)

    assert status == 130
    assert [line.partition(",")[0] for line in output.splitlines()] == [f"{yesterday}: complete"]
    assert complaints == "Interrupted. Run the same command again to continue.\n"
    assert [line.partition(",")[0] for line in then.stdout.splitlines()] == [
        f"{today}: waiting",
        "details from arXiv: 1 of 1 paper",
    ]


async def test_a_feed_that_still_shows_an_earlier_day_is_told_as_what_it_is(
    tmp_path: Path, hugging_face: tuple[Service, dict[str, list[Any]]]
) -> None:
    service, _ = hugging_face
    today = datetime.now(UTC).date()
    shown = today - timedelta(days=2)
    service.answers["/atom/cs.CL"] = saying(daily_feed(shown, ["2509.00001"]))
    await know(tmp_path, "2509.00001")
    kept = FullText("2509.00001", "We grow graphs.", "html", sha256(b"We grow graphs.").hexdigest())
    KeptTexts(tmp_path / "texts", most_bytes=1_000_000).put(kept)
    result = await fetch(service, tmp_path, "--source", "arxiv:cs.CL")

    assert result.exit_code == 0
    assert result.stdout.splitlines()[0].startswith(f"{today}: waiting, 0 papers (0 new), ")
    assert result.stdout.splitlines()[1:] == [
        f"{shown}: complete, 1 paper (0 new), shown on {today}",
        "full texts: 1 of 1 paper",
    ]
    assert [request.path for request in service.requests] == ["/atom/cs.CL"]


async def test_a_day_that_is_still_to_come_is_not_asked_for(
    tmp_path: Path, hugging_face: tuple[Service, dict[str, list[Any]]]
) -> None:
    service, _ = hugging_face
    result = await fetch(service, tmp_path, "--date", "2999-01-01")

    assert result.exit_code == 2
    assert "--date 2999-01-01 is in the future" in result.stderr
    assert service.requests == []
