"""How long a list of a hundred papers takes on this side, from the answer's bytes to the commit."""

import json
import statistics
import time
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import httpx
import pytest

from bot.listings.watcher import ListingWatcher
from bot.sources.arxiv import ArxivClient
from bot.sources.catalogue import catalogue
from bot.sources.http import Fetcher
from storage.records import ListingState
from storage.runner import ThreadRunner
from tests.support.clocks import SimulatedClock

pytestmark = pytest.mark.benchmark

PAPERS = 100
ROUNDS = 7
FIRST = date(2025, 9, 1)


def entry(number: int) -> dict[str, object]:
    """Return a paper as Hugging Face lists it, as long as most are."""
    text = f"We grow graphs number {number} in gardens, and measure what comes of it in {number} of them. "
    return {
        "paper": {
            "id": f"2509.{number:05}",
            "title": f"Gardens of Graphs {number}",
            "summary": text * 18,
            "authors": [{"name": f"Ada Lovelace the {each}th", "hidden": False} for each in range(12)],
            "publishedAt": "2025-09-01T01:02:03.000Z",
            "upvotes": number,
            "ai_summary": text,
            "ai_keywords": [f"keyword {each}" for each in range(10)],
            "githubRepo": "https://github.com/example/gardens",
            "githubStars": number,
        },
        "title": f"Gardens of Graphs {number}",
        "numComments": 3,
        "organization": {"fullname": "A Garden"},
        "thumbnail": f"https://cdn.example/{number}.png",
    }


def pages(day: str) -> tuple[bytes, bytes]:
    """Return a day's list and the empty page after it; no day has a paper of another."""
    number = int(day[-2:]) * PAPERS
    return json.dumps([entry(number + each) for each in range(PAPERS)]).encode(), b"[]"


@pytest.fixture
async def watcher(tmp_path: Path) -> AsyncIterator[ListingWatcher]:
    """Publish from a service that answers at once, into a file on disk, as the bot does."""
    listed = {
        f"{FIRST + timedelta(days=each)}": pages(f"{FIRST + timedelta(days=each)}") for each in range(9)
    }

    async def answer(request: httpx.Request) -> httpx.Response:
        body = listed[request.url.params["date"]][int(request.url.params["p"])]
        return httpx.Response(200, stream=httpx.ByteStream(body))

    storage = ThreadRunner(tmp_path / "bench.db")
    clock = SimulatedClock(datetime(2025, 9, 20, tzinfo=UTC))
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        arxiv = ArxivClient(Fetcher(http), clock, contact="", random=Random(1))
        yield ListingWatcher(storage, clock, catalogue(Fetcher(http), arxiv, "https://huggingface.co/"))
    storage.close()


def piece_of_work() -> float:
    """Return how many seconds a fixed piece of work takes here and now: to parse such a list 100 times."""
    body, _ = pages("2025-09-01")
    began = time.perf_counter()
    for _ in range(100):
        json.loads(body)
    return time.perf_counter() - began


async def test_a_list_of_100_papers_is_fetched_and_stored_in_half_the_time_of_parsing_it_100_times(
    watcher: ListingWatcher,
) -> None:
    seconds, ratios = [], []
    for number in range(ROUNDS):
        day = FIRST + timedelta(days=number)
        began = time.perf_counter()
        refresh = await watcher.refresh("huggingface", day)
        seconds.append(time.perf_counter() - began)
        ratios.append(seconds[-1] / piece_of_work())
        assert (refresh.listing.state, refresh.new_papers) == (ListingState.COMPLETE, PAPERS)
    print(
        f"\n{PAPERS} papers fetched and stored in {statistics.median(seconds) * 1000:.0f} ms "
        f"({min(seconds) * 1000:.0f} to {max(seconds) * 1000:.0f}), "
        f"{statistics.median(ratios):.2f} of parsing the list 100 times"
    )

    assert statistics.median(ratios) < 0.5
