"""Papers that no list has had, looked up on arXiv over the real client and its gate, on virtual time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from bot.lookup.unlisted import FETCHES_A_MINUTE, PATIENCE, Finding, UnlistedPapers
from bot.sources.arxiv import ArxivClient
from bot.sources.http import Fetcher
from storage.claims import Claims
from storage.records import Paper
from storage.runner import InlineRunner
from tests.support.tables import empty_tables
from tests.support.virtual_time import VirtualClock, run_virtual, seconds
from tests.support.web_world import api_answer

PAPER_ID = "2509.21240"


@dataclass
class Arxiv:
    """arXiv's API: it knows all papers but some, and answers after a while or not at all."""

    seconds: float = 0.2
    unknown: frozenset[str] = frozenset()
    comment: str = "12 pages"
    status: int = 200
    asked: list[str] = field(default_factory=list)

    async def handle(self, request: httpx.Request) -> httpx.Response:
        ids = parse_qs(request.url.query.decode())["id_list"][0].split(",")
        self.asked += ids
        await asyncio.sleep(self.seconds)
        answer = api_answer((each for each in ids if each not in self.unknown), self.comment)
        return httpx.Response(self.status, stream=httpx.ByteStream(answer.encode()))


@dataclass
class World:
    arxiv: Arxiv
    storage: InlineRunner
    clock: VirtualClock
    client: ArxivClient
    unlisted: UnlistedPapers

    async def find(self, paper_id: str = PAPER_ID, person: str = "U1") -> Finding:
        return await self.unlisted.find("T1", person, paper_id)

    async def paper(self, paper_id: str = PAPER_ID) -> Paper | None:
        return await self.storage.read(lambda tables: tables.papers.get(paper_id))


@asynccontextmanager
async def world_of(folder: Path, arxiv: Arxiv) -> AsyncIterator[World]:
    clock = VirtualClock()
    with closing(InlineRunner(empty_tables(folder / "test.db"))) as storage:
        async with httpx.AsyncClient(transport=httpx.MockTransport(arxiv.handle)) as http:
            client = ArxivClient(Fetcher(http), clock, contact="me", random=Random(1), gate=folder / "gate")
            unlisted = UnlistedPapers(storage, clock, client.papers)
            try:
                yield World(arxiv, storage, clock, client, unlisted)
            finally:
                await unlisted.aclose()


def run(folder: Path, arxiv: Arxiv, act: Callable[[World], Awaitable[Any]]) -> Any:
    """Return what comes of acting in a world of its own."""

    async def main() -> Any:
        async with world_of(folder, arxiv) as world:
            return await act(world)

    return run_virtual(main())


def test_a_paper_is_fetched_once_and_kept_with_what_arxiv_says(tmp_path: Path) -> None:
    async def act(w: World) -> Any:
        findings = [await w.find(), await w.find()]
        record = await w.storage.read(lambda tables: tables.arxiv_records.get(PAPER_ID))
        due = await w.storage.read(
            lambda tables: tables.arxiv_records.due(w.clock.now(), 9, w.clock.now().date())
        )
        days = await w.storage.read(lambda tables: (tables.listings.latest_day(), tables.listings.sources()))
        assert record
        return findings, await w.paper(), record.version, due, days, w.arxiv.asked

    findings, paper, version, due, days, asked = run(tmp_path, Arxiv(), act)

    assert findings == [Finding.FETCHED, Finding.KNOWN]
    assert (paper.title, paper.authors, paper.categories) == (f"On {PAPER_ID}", ("Ada Lovelace",), ("cs.LG",))
    assert (version, due, days, asked) == (2, (), (None, ()), [PAPER_ID])


def test_people_who_ask_for_the_same_paper_at_once_make_one_request(tmp_path: Path) -> None:
    async def act(w: World) -> Any:
        return await asyncio.gather(*(w.find(person=f"U{number}") for number in range(20))), w.arxiv.asked

    assert run(tmp_path, Arxiv(), act) == ([Finding.FETCHED] * 20, [PAPER_ID])


def test_workers_that_are_asked_for_the_same_paper_at_once_make_one_request(tmp_path: Path) -> None:
    async def act(w: World) -> Any:
        other = UnlistedPapers(w.storage, w.clock, w.client.papers, Claims(w.storage, w.clock))
        found = await asyncio.gather(w.find(), other.find("T1", "U2", PAPER_ID))
        return found, w.arxiv.asked

    assert run(tmp_path, Arxiv(), act) == ([Finding.FETCHED, Finding.FETCHED], [PAPER_ID])


def test_a_paper_that_arxiv_does_not_know_is_asked_for_again_each_time(tmp_path: Path) -> None:
    async def act(w: World) -> Any:
        findings = [await w.find()]
        w.arxiv.unknown = frozenset()
        return [*findings, await w.find()], len(w.arxiv.asked)

    # An answer without the paper is asked for twice, as arXiv sometimes returns an empty page.
    assert run(tmp_path, Arxiv(unknown=frozenset({PAPER_ID})), act) == (
        [Finding.NOT_FOUND, Finding.FETCHED],
        3,
    )


def test_a_paper_that_is_withdrawn_is_kept_as_withdrawn(tmp_path: Path) -> None:
    async def act(w: World) -> Any:
        return await w.find(), await w.paper()

    finding, paper = run(tmp_path, Arxiv(comment="This paper has been withdrawn by the author"), act)

    assert finding is Finding.FETCHED
    assert paper.withdrawal == "This paper has been withdrawn by the author"


def test_nobody_waits_longer_than_ten_seconds_and_what_comes_later_is_kept(tmp_path: Path) -> None:
    async def act(w: World) -> Any:
        first, after = await w.find(), seconds()
        # Who asks again meanwhile waits for the same request.
        second = await w.find()
        await asyncio.sleep(20)
        return first, after, second, await w.find(), w.arxiv.asked

    assert run(tmp_path, Arxiv(seconds=25), act) == (
        Finding.NO_ANSWER,
        PATIENCE,
        Finding.NO_ANSWER,
        Finding.KNOWN,
        [PAPER_ID],
    )


@pytest.mark.parametrize("status", [403, 429, 500, 503])
def test_where_arxiv_refuses_it_is_asked_again_when_somebody_asks_again(tmp_path: Path, status: int) -> None:
    async def act(w: World) -> Any:
        first, after = await w.find(), seconds()
        w.arxiv.status = 200
        await asyncio.sleep(1_000)
        return first, after <= PATIENCE, await w.find()

    found = run(tmp_path, Arxiv(status=status), act)

    assert found in [(Finding.NO_ANSWER, True, Finding.FETCHED), (Finding.NO_ANSWER, True, Finding.KNOWN)]


def test_one_person_has_a_few_papers_fetched_a_minute_and_the_others_theirs(tmp_path: Path) -> None:
    async def act(w: World) -> Any:
        ids = [f"2509.{number:05}" for number in range(FETCHES_A_MINUTE + 1)]
        findings = [await w.find(each) for each in ids]
        known, other = await w.find(ids[0]), await w.find("2508.00001", "U2")
        await asyncio.sleep(60)
        return findings, known, other, await w.find(ids[-1])

    assert run(tmp_path, Arxiv(), act) == (
        [*[Finding.FETCHED] * FETCHES_A_MINUTE, Finding.TOO_MANY],
        Finding.KNOWN,
        Finding.FETCHED,
        Finding.FETCHED,
    )


def test_what_many_ask_for_at_once_does_not_queue_up_without_end(tmp_path: Path) -> None:
    async def act(w: World) -> Any:
        papers = [f"2509.{number:05}" for number in range(40)]
        found = await asyncio.gather(*(w.find(each, f"U{each}") for each in papers))
        await asyncio.sleep(600)
        return found.count(Finding.FETCHED), found.count(Finding.NO_ANSWER), len(w.arxiv.asked)

    # One each three seconds: the first four in time, six more for whoever asks again.
    assert run(tmp_path, Arxiv(), act) == (4, 36, 10)


def test_what_is_under_way_ends_with_the_bot(tmp_path: Path) -> None:
    async def act(w: World) -> Any:
        asking = asyncio.create_task(w.find())
        await asyncio.sleep(1)
        await w.unlisted.aclose()
        with pytest.raises(asyncio.CancelledError):
            await asking
        return await w.paper()

    assert run(tmp_path, Arxiv(seconds=30), act) is None
