"""What a service may answer instead of a list, and what becomes of the day, the log and the other source."""

import gzip
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random

import pytest
from aiohttp import web

from bot.listings.watcher import ListingWatcher
from bot.sources.arxiv import ArxivClient
from bot.sources.catalogue import catalogue
from bot.sources.http import Fetcher, web_client
from storage.records import Listing, ListingState
from storage.runner import InlineRunner
from tests.support.clocks import SimulatedClock
from tests.support.subscribing import subscribe
from tests.support.tables import empty_tables
from tests.support.web_server import Answer, Service, cut_off, hanging_up, redirecting, saying, serving
from tests.support.web_world import daily_feed, hugging_face_list

DAY = date(2025, 9, 29)
HUGGING_FACE, ARXIV = "huggingface", "arxiv:cs.CL"
PATHS = {HUGGING_FACE: "/api/daily_papers", ARXIV: "/atom/cs.CL"}
IDS = ("2509.00001", "2509.00002")


def first_page(body: str | bytes) -> Answer:
    """Answer with the list as Hugging Face does, and with an empty page after it."""

    async def answer(request: web.Request) -> web.StreamResponse:
        return await saying(body if request.query.get("p", "0") == "0" else "[]")(request)

    return answer


def well(name: str, *paper_ids: str) -> Answer:
    return first_page(hugging_face_list(paper_ids) if name == HUGGING_FACE else daily_feed(DAY, paper_ids))


@dataclass
class FaultDesk:
    """ListingWatcher of both sources from a local service, at a time that the test moves."""

    service: Service
    storage: InlineRunner
    clock: SimulatedClock
    watcher: ListingWatcher

    async def look_at(self, name: str, hour: int, minute: int = 0) -> Listing:
        moment = datetime.combine(DAY, time(hour, minute), UTC)
        self.clock.advance((moment - self.clock.now()).total_seconds())
        return (await self.watcher.refresh(name, DAY)).listing


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[FaultDesk]:
    storage, clock = (
        InlineRunner(empty_tables(tmp_path / "test.db")),
        SimulatedClock(datetime(2025, 9, 29, tzinfo=UTC)),
    )
    answers = {PATHS[name]: well(name, *IDS) for name in PATHS}
    async with serving(answers) as service, web_client(trust_env=False) as http:
        arxiv = ArxivClient(
            Fetcher(http), clock, contact="me", random=Random(1), feed_url=f"{service.address}/atom/"
        )
        watcher = ListingWatcher(storage, clock, catalogue(Fetcher(http), arxiv, service.address))
        yield FaultDesk(service, storage, clock, watcher)
    storage.close()


FAULTS = {
    "a page": saying("<!DOCTYPE html><html><body>We are down.</body></html>", Content_Type="text/html"),
    "a page with a list in its name": saying("<html/>", Content_Type="application/json"),
    "nothing": saying(""),
    "text": saying("Rate exceeded.\n"),
    "null": saying("null"),
    "an object": saying('{"error": "Internal error"}'),
    "a list of numbers": first_page("[1, 2, 3]"),
    "another feed": saying('<rss version="2.0"><channel/></rss>'),
    "half a list": saying(hugging_face_list(IDS)[:-20]),
    "half a feed": saying(daily_feed(DAY, IDS)[:-20]),
    "half a gzip": saying(gzip.compress(hugging_face_list(IDS).encode())[:-20], Content_Encoding="gzip"),
    "no gzip": saying(b"\x1f\x8b" + hugging_face_list(IDS).encode(), Content_Encoding="gzip"),
    "brotli": saying("?", Content_Encoding="br"),
    "a connection that is cut": cut_off(b"[", promised=1000),
    "a connection that is closed": hanging_up(),
    "bytes that are no text": saying(b"\xff\xfe\xfa[\x00"),
    "latin-1": saying('["é"]'.encode("latin-1")),
    "zeros": saying(bytes(1000)),
    "deep": saying("[" * 100_000),
    "a login page": redirecting("https://login.example/?next=/"),
    "a circle": redirecting("/atom/cs.CL"),
    "unchanged": saying("", 304),
    "an error": saying("", 500),
    "not found": saying("", 404),
    "a later try": saying(
        "", 503, Retry_After="Mon, 29 Sep 2036 09:00:00 GMT", Date="Mon, 29 Sep 2036 08:00:00 GMT"
    ),
}


def failing(fault: str, name: str) -> Answer:
    """Return the fault as an answer at every page; a circle goes round where it began."""
    return redirecting(PATHS[name]) if fault == "a circle" else FAULTS[fault]


@pytest.mark.parametrize("name", PATHS)
@pytest.mark.parametrize("fault", FAULTS)
async def test_an_answer_that_is_no_list_costs_nothing_and_is_told_once(
    desk: FaultDesk, name: str, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    other = next(each for each in PATHS if each != name)
    await desk.look_at(name, 6)
    desk.service.answers[PATHS[name]] = failing(fault, name)
    looks = [await desk.look_at(name, 8), await desk.look_at(name, 11)]
    untouched = await desk.look_at(other, 12)
    desk.service.answers[PATHS[name]] = well(name, *IDS, "2509.00003")
    again = await desk.look_at(name, 13)

    for look in looks:
        assert (look.state, look.paper_ids) == (ListingState.STALLED, IDS)
        assert look.trouble
        assert look.trouble.endswith(".")
        assert look.trouble_since
        assert look.trouble_since.hour == 8
        assert look.next_look_at
        assert look.next_look_at > (look.looked_at or look.next_look_at)
    assert (untouched.state, untouched.paper_ids) == (ListingState.PARTIAL, IDS)
    assert (again.state, again.paper_ids, again.trouble) == (
        ListingState.PARTIAL,
        (*IDS, "2509.00003"),
        None,
    )
    (record,) = [record for record in caplog.records if record.name == "bot.listings.watcher"]
    assert record.message.startswith(f"The list is stalled: {looks[0].trouble} The next poll is at {DAY} ")
    assert (vars(record)["source"], vars(record)["day"]) == (name, DAY)


BAD_ENTRIES = {
    HUGGING_FACE: '[{"paper": {"id": "?", "title": "T"}}, {"paper": {"id": "2509.00001", "title": "T"}}]',
    ARXIV: daily_feed(DAY, ["?", "2509.00001"]),
}


@pytest.mark.parametrize("name", PATHS)
async def test_a_bad_entry_among_good_ones_is_skipped_counted_and_named_once(
    desk: FaultDesk, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    desk.service.answers[PATHS[name]] = first_page(BAD_ENTRIES[name])
    looks = [await desk.look_at(name, hour) for hour in (6, 7, 8)]

    assert {(look.state, look.paper_ids) for look in looks} == {(ListingState.PARTIAL, ("2509.00001",))}
    told = [record.message for record in caplog.records]
    assert len(told) == 2
    assert told[0].startswith(f"{name}, {DAY}: Entry 1 ")
    assert "?" in told[0]
    assert told[1] == f"{name}, {DAY}: entries skipped: 1"


@pytest.mark.parametrize("name", PATHS)
async def test_a_list_that_has_not_changed_is_an_answer(desk: FaultDesk, name: str) -> None:
    body = hugging_face_list(IDS) if name == HUGGING_FACE else daily_feed(DAY, IDS)
    statuses = []

    async def answer(request: web.Request) -> web.Response:
        is_first, mark = request.query.get("p", "0") == "0", '"1"'
        is_known = is_first and request.headers.get("If-None-Match") == mark
        statuses.append(304 if is_known else 200)
        if is_known:
            return web.Response(status=304, headers={"ETag": mark})
        return web.Response(text=body if is_first else "[]", headers={"ETag": mark} if is_first else {})

    desk.service.answers[PATHS[name]] = answer
    looks = [await desk.look_at(name, hour) for hour in (6, 7)]

    assert [(look.state, look.paper_ids) for look in looks] == [(ListingState.PARTIAL, IDS)] * 2
    assert looks[1].looked_at == datetime.combine(DAY, time(7), UTC)
    assert 304 in statuses


async def test_a_service_that_is_down_keeps_back_no_other(desk: FaultDesk) -> None:
    desk.service.answers[PATHS[ARXIV]] = saying("", 503)
    await desk.storage.write(lambda tables: subscribe(tables, sources=tuple(PATHS)))
    desk.clock.advance(timedelta(hours=8).total_seconds())
    await desk.watcher.poll_due()
    known = await desk.storage.read(lambda tables: tables.listings.of_day(DAY))

    assert {listing.source: listing.state for listing in known} == {
        HUGGING_FACE: ListingState.PARTIAL,
        ARXIV: ListingState.STALLED,
    }
