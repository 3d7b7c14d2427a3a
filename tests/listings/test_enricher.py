"""What arXiv's API knows of listed papers: the real client and tables, a local API, a simulated clock."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from aiohttp import web

from bot.listings.enricher import Enricher, Enrichment
from bot.sources.arxiv import ArxivClient
from bot.sources.http import Fetcher, web_client
from storage.records import ArxivRecord, Listing, ListingState, Paper
from storage.runner import InlineRunner
from storage.tables import Tables
from tests.support.clocks import SimulatedClock
from tests.support.tables import empty_tables
from tests.support.web_server import Answer, Service, saying, serving
from tests.support.web_world import api_answer

NOW = datetime(2025, 9, 29, 9, 0, tzinfo=UTC)
DAY = date(2025, 9, 29)
BARE, OTHER, UNKNOWN = (Paper(f"2509.0000{number}", f"Paper {number}") for number in (1, 2, 3))
FILLED = Paper(
    BARE.id, BARE.title, ("Ada Lovelace",), "About it.", categories=("cs.LG",), published=date(2025, 10, 1)
)


def knowing(*paper_ids: str, comment: str = "12 pages") -> Answer:
    """Answer as the API does that knows these papers alone."""

    async def answer(request: web.Request) -> web.Response:
        asked = request.query["id_list"].split(",")
        return web.Response(text=api_answer((each for each in paper_ids if each in asked), comment))

    return answer


@dataclass
class RecordDesk:
    """Enricher over real tables and a local API, at a time that the test moves."""

    storage: InlineRunner
    clock: SimulatedClock
    service: Service
    enricher: Enricher

    async def list_papers(self, *papers: Paper, day: date = DAY) -> None:
        def keep(tables: Tables) -> None:
            for paper in papers:
                tables.papers.add(paper)
            ids = tuple(paper.id for paper in papers)
            tables.listings.put(Listing("huggingface", day, ListingState.PARTIAL, ids))

        await self.storage.write(keep)

    async def paper(self, paper_id: str) -> Paper | None:
        return await self.storage.read(lambda tables: tables.papers.get(paper_id))

    async def record(self, paper_id: str) -> ArxivRecord | None:
        return await self.storage.read(lambda tables: tables.arxiv_records.get(paper_id))

    async def tick_for(self, apart: float = 30, **span: float) -> None:
        """Tick for so long, so many seconds apart."""
        end = self.clock.now() + timedelta(**span)
        while self.clock.now() < end:
            await self.enricher.tick()
            self.clock.advance(apart)

    @property
    def asked(self) -> list[list[str]]:
        """Return the ids of each request."""
        return [request.query["id_list"].split(",") for request in self.service.requests]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[RecordDesk]:
    storage, clock = InlineRunner(empty_tables(tmp_path / "test.db")), SimulatedClock(NOW)
    api = knowing(BARE.id, OTHER.id)
    async with serving({"/api/query": api}) as service, web_client(trust_env=False) as http:
        client = ArxivClient(
            Fetcher(http), clock, contact="me", random=Random(1), api_url=f"{service.address}/api/"
        )
        yield RecordDesk(storage, clock, service, Enricher(storage, clock, client.papers))
    storage.close()


async def test_a_paper_gets_what_it_lacks_and_keeps_what_it_has(desk: RecordDesk) -> None:
    named = replace(OTHER, authors=("A. Lovelace",), abstract="Mine.", votes=7)
    await desk.list_papers(BARE, named)
    await desk.enricher.tick()

    assert await desk.paper(BARE.id) == FILLED
    assert await desk.paper(OTHER.id) == replace(
        named, categories=FILLED.categories, published=FILLED.published
    )
    assert await desk.record(BARE.id) == ArxivRecord(
        BARE.id,
        desk.clock.now(),
        version=2,
        updated=datetime(2025, 10, 2, 10, tzinfo=UTC),
        next_try_at=desk.clock.now() + timedelta(days=3),
        stored_version=2,
    )


async def test_what_is_whole_or_was_asked_about_is_not_asked_about_again(desk: RecordDesk) -> None:
    await desk.list_papers(BARE, replace(FILLED, id="2509.00009"))
    await desk.tick_for(hours=1)

    assert desk.asked == [[BARE.id]]


async def test_an_unknown_paper_is_asked_about_ever_less(desk: RecordDesk) -> None:
    await desk.list_papers(UNKNOWN)
    moments = []
    for _ in range(60 * 24):
        before = len(desk.asked)
        await desk.enricher.tick()
        if len(desk.asked) > before:
            moments.append((desk.clock.now() - NOW).days)
        desk.clock.advance(3600)

    assert moments == [0, 1, 3, 7, 15, 31]
    record = await desk.record(UNKNOWN.id)
    assert record
    assert (record.version, record.tries) == (None, 6)


async def test_a_paper_is_asked_about_again_for_as_long_as_its_cards_can_change(desk: RecordDesk) -> None:
    await desk.list_papers(BARE)
    for _ in range(100):
        await desk.enricher.tick()
        desk.clock.advance(timedelta(days=1).total_seconds())

    assert len(desk.asked) == 1 + 30 // 3


async def test_a_paper_that_is_withdrawn_later_says_so_and_one_that_comes_back_does_not(
    desk: RecordDesk,
) -> None:
    notice = "This paper has been withdrawn: its Lemma 2 is wrong."
    await desk.list_papers(BARE)
    await desk.tick_for(minutes=1)
    notices = []
    for comment in (notice, "A new proof, 12 pages"):
        desk.service.answers["/api/query"] = knowing(BARE.id, comment=comment)
        desk.clock.advance(timedelta(days=3).total_seconds())
        await desk.enricher.tick()
        paper = await desk.paper(BARE.id)
        notices.append(paper and paper.withdrawal)

    assert notices == [notice, None]


async def test_the_papers_listed_last_come_first_and_a_tick_asks_for_a_hundred(desk: RecordDesk) -> None:
    old = [Paper(f"2508.{number:05}", "Old") for number in range(150)]
    await desk.list_papers(*old, day=DAY - timedelta(days=30))
    await desk.list_papers(BARE, OTHER)
    await desk.enricher.tick()

    assert {*desk.asked[0][:2]} == {BARE.id, OTHER.id}
    assert len(desk.asked[0]) == 100
    assert len({tuple(ids) for ids in desk.asked}) == 1


@pytest.mark.parametrize(
    "answer", [saying("", 503), saying("", 500), saying("<html>")], ids=["503", "500", "page"]
)
async def test_an_api_that_is_down_is_asked_ever_less_and_costs_no_paper(
    desk: RecordDesk, answer: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    papers = [Paper(f"2509.{number:05}", "T") for number in range(40)]
    well = knowing(*(paper.id for paper in papers))
    desk.service.answers["/api/query"] = answer
    await desk.list_papers(*papers)
    await desk.tick_for(apart=120, hours=12)
    during = len(desk.asked)
    desk.service.answers["/api/query"] = well
    await desk.tick_for(apart=120, hours=40)
    found = [await desk.paper(paper.id) for paper in papers]

    assert during <= 60
    assert caplog.text.count("The next papers are looked up at") == 1
    assert all(paper and paper.categories for paper in found)


async def test_one_paper_on_which_the_answer_breaks_costs_only_itself(desk: RecordDesk) -> None:
    papers = [Paper(f"2509.{number:05}", "T") for number in range(20)]
    well = knowing(*(paper.id for paper in papers))

    async def answer(request: web.Request) -> web.StreamResponse:
        is_poison = papers[7].id in request.query["id_list"]
        return await (saying("<feed")(request) if is_poison else well(request))

    desk.service.answers["/api/query"] = answer
    await desk.list_papers(*papers)
    await desk.tick_for(hours=12)

    found = {paper.id: await desk.paper(paper.id) for paper in papers}
    assert [each for each, paper in found.items() if not (paper and paper.categories)] == [papers[7].id]


async def test_a_command_asks_about_all_of_a_list_at_once(desk: RecordDesk) -> None:
    await desk.list_papers(BARE, OTHER, UNKNOWN, replace(FILLED, id="2509.00009"))

    assert await desk.enricher.enrich([BARE.id, UNKNOWN.id, "2509.00009"]) == Enrichment(2, 1)
    assert await desk.enricher.enrich([BARE.id, UNKNOWN.id]) == Enrichment()


async def test_a_command_says_why_arxiv_told_nothing(desk: RecordDesk) -> None:
    await desk.list_papers(BARE)
    desk.service.answers["/api/query"] = saying("", 404)
    sentence = "127.0.0.1 answered with HTTP status 404 Not Found."

    assert await desk.enricher.enrich([BARE.id]) == Enrichment(1, 0, sentence)


async def test_a_clock_that_is_set_back_does_not_end_the_asking(desk: RecordDesk) -> None:
    await desk.list_papers(BARE)
    desk.service.answers["/api/query"] = saying("", 404)
    await desk.enricher.tick()
    desk.clock.advance(-timedelta(days=400).total_seconds())
    desk.service.answers["/api/query"] = knowing(BARE.id)
    await desk.enricher.tick()

    assert await desk.paper(BARE.id) == FILLED
