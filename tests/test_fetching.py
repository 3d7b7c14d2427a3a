"""Real lists through a local service into the tables, by the publishing desk and by the command."""

import asyncio
import json
import os
import sys
from ast import literal_eval
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from aiohttp import web

from bot.arxiv_id import find_arxiv_id
from bot.clock import SimulatedClock
from bot.publishing import Publishing
from bot.sources.arxiv import ArxivClient
from bot.sources.catalogue import catalogue
from bot.sources.http import Fetcher, web_client
from storage.records import Listing, ListingState
from storage.runner import InlineRunner
from tests.sources.server import Service, saying, serving
from tests.sources.world import api_answer

NAME = "huggingface"
DAY = date(2025, 9, 26)
ENTRY = {
    "paper": {"id": "2509.00001", "title": "Gardens\n  of Graphs", "upvotes": 3, "authors": []},
    "title": "Gardens",
}


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
    storage, clock = InlineRunner(tmp_path / "test.db"), SimulatedClock(datetime(2024, 1, 1, tzinfo=UTC))
    async with web_client(trust_env=False) as client:
        fetcher = Fetcher(client)
        arxiv = ArxivClient(fetcher, clock, contact="", random=Random(1))
        publishing = Publishing(storage, clock, catalogue(fetcher, arxiv, service.address + "/"))

        async def look_at(day: date, moment: datetime) -> Listing:
            clock.advance((moment - clock.now()).total_seconds())
            return (await publishing.refresh(NAME, day)).listing

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


async def fetch(service: Service, folder: Path, *arguments: str) -> tuple[int | None, str, str]:
    """Run `paper-round fetch` as a process of its own and return its status, output and complaints."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "fetch", "--db", str(folder / "test.db"), *arguments),
        env={
            **os.environ,
            "HF_BASE_URL": service.address,
            "ARXIV_API_URL": f"{service.address}/api/",
            "ARXIV_CONTENT_URL": service.address,
            "PAPER_ROUND_TEXTS": str(folder / "texts"),
            "PAPER_ROUND_ARXIV_GATE": str(folder / "gate"),
            "NO_PROXY": "127.0.0.1",
        },
        cwd=Path(__file__).parents[1],
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, complaints = await asyncio.wait_for(process.communicate(), timeout=30)
    return process.returncode, output.decode(), complaints.decode()


async def test_the_command_prints_a_line_a_day_and_asks_no_more_for_what_is_complete(
    tmp_path: Path, hugging_face: tuple[Service, dict[str, list[Any]]]
) -> None:
    service, lists = hugging_face
    lists["2025-09-26"] = [ENTRY]
    service.answers["/api/query"] = saying(api_answer(["2509.00001"]))
    first = await fetch(service, tmp_path, "--date", "2025-09-26", "--no-full-text")
    asked = len(service.requests)
    again = await fetch(service, tmp_path, "--date", "2025-09-26", "--no-full-text")

    assert first[0] == again[0] == 0
    assert first[1].startswith("2025-09-26: complete, 1 papers (1 new), ")
    assert again[1] == "Nothing to fetch: all of it is complete.\n"
    assert len(service.requests) == asked


async def test_the_command_keeps_the_texts_of_the_papers(
    tmp_path: Path, hugging_face: tuple[Service, dict[str, list[Any]]]
) -> None:
    service, lists = hugging_face
    lists["2025-09-26"] = [ENTRY]
    text = "We grow graphs in gardens. " * 100
    page = f"<html><body><article class='ltx_document'><p>{text}</p></article></body></html>"
    service.answers["/html/2509.00001"] = saying(page, Content_Type="text/html; charset=utf-8")
    status, output, _ = await fetch(service, tmp_path, "--date", "2025-09-26")

    assert status == 0
    assert output.splitlines()[-1] == "full texts: 1 of 1 papers"
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

    line = "authors, categories and versions: {} of 1 papers"
    assert without[1].splitlines()[1].startswith(line.format(0) + ": 127.0.0.1 answered with HTTP status 404")
    assert enriched[1] == line.format(1) + "\n"
    assert without[0] == enriched[0] == 0


async def test_the_command_says_what_is_wrong_with_a_source_that_fails(
    tmp_path: Path, hugging_face: tuple[Service, dict[str, list[Any]]]
) -> None:
    service, _ = hugging_face
    service.answers.clear()
    status, output, complaints = await fetch(service, tmp_path, "--date", "2025-09-26")

    assert status == 1
    assert output.startswith("2025-09-26: stalled, 0 papers (0 new), ")
    assert "404" in output
    assert "Error: The source did not answer as it should" in complaints


async def test_the_command_names_the_sources_there_are(
    tmp_path: Path, hugging_face: tuple[Service, dict[str, list[Any]]]
) -> None:
    status, _, complaints = await fetch(hugging_face[0], tmp_path, "--source", "twitter")

    assert status == 1
    assert "There is no source twitter. Known are huggingface and arxiv:CATEGORY." in complaints
