"""A source's day over time: a scripted source, the real tables, a simulated clock."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.delivery.messages import choose_new
from bot.errors import SourceRefusedError, SourceUnreachableError
from bot.listings.watcher import ListingWatcher, days_to_poll
from bot.sources.source import DailyList, Source
from bot.subscriptions.preferences import save_preferences
from storage.records import FEW, Listing, ListingState, Paper, Preferences
from storage.runner import InlineRunner
from tests.support.clocks import SimulatedClock
from tests.support.counting import counts, since
from tests.support.newsstand import Newsstand, papers_of
from tests.support.subscribing import subscribe as put_subscription
from tests.support.tables import empty_tables
from tests.support.virtual_time import run_virtual

MONDAY = date(2025, 9, 29)
TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
NAME = "huggingface"
FEED = "arxiv:cs.CL"
WAITING, PARTIAL, COMPLETE, NONE, STALLED = (
    ListingState.WAITING,
    ListingState.PARTIAL,
    ListingState.COMPLETE,
    ListingState.NONE,
    ListingState.STALLED,
)


def at(hour: int, minute: int = 0, *, day: date = MONDAY) -> datetime:
    return datetime.combine(day, time(hour, minute), UTC)


class Feed:
    """A source that shows what the test says, whichever day is asked for, as arXiv's feeds do."""

    def __init__(self) -> None:
        self.shown = DailyList(MONDAY, ())

    def show(self, day: date, new: Iterable[Paper] = (), crossed: Iterable[Paper] = ()) -> None:
        new = tuple(new)
        self.shown = DailyList(day, (*new, *crossed), frozenset(paper.id for paper in new))

    async def fetch(self, _: date) -> DailyList:
        return self.shown


class WatcherDesk:
    """ListingWatcher over real tables, at a time that the test moves."""

    def __init__(self, storage: InlineRunner, clock: SimulatedClock, stand: Newsstand) -> None:
        self.storage, self.clock, self.stand, self.feed = storage, clock, stand, Feed()
        sources = {
            NAME: Source(NAME, stand.fetch, usual_at=time(2, 0)),
            FEED: Source(FEED, self.feed.fetch, usual_at=time(5, 0), has_past=False),
        }
        self.watcher = ListingWatcher(storage, clock, sources.get)

    async def look_at(self, moment: datetime, day: date = MONDAY, name: str = NAME) -> Listing:
        """Look at a day at a moment, whether a look is due or not."""
        self.clock.advance((moment - self.clock.now()).total_seconds())
        return (await self.watcher.refresh(name, day)).listing

    async def tick_until(self, moment: datetime, *, minutes: int = 1) -> None:
        """Tick every so many minutes until the moment."""
        while self.clock.now() < moment:
            await self.watcher.poll_due()
            self.clock.advance(minutes * 60)

    async def listing(self, day: date = MONDAY, name: str = NAME) -> Listing:
        listing = await self.storage.read(lambda tables: tables.listings.get(name, day))
        assert listing is not None
        return listing

    async def states(self) -> dict[date, tuple[ListingState, tuple[str, ...]]]:
        """Return what is known of all days of the feed."""
        known = await self.storage.read(lambda tables: tables.listings.since(FEED, date.min))
        return {listing.day: (listing.state, listing.paper_ids) for listing in known}


@pytest.fixture
def stand() -> Newsstand:
    return Newsstand()


@pytest.fixture
def desk(tmp_path: Path, stand: Newsstand) -> Iterator[WatcherDesk]:
    storage = InlineRunner(empty_tables(tmp_path / "test.db"))
    yield WatcherDesk(storage, SimulatedClock(at(0)), stand)
    storage.close()


async def subscribe(desk: WatcherDesk, *names: str) -> None:
    await desk.storage.write(lambda tables: put_subscription(tables, sources=names or (NAME,)))


async def test_polls_are_counted_by_source_and_by_what_they_found(
    desk: WatcherDesk, stand: Newsstand
) -> None:
    before = counts()
    await desk.look_at(at(1))
    stand.lists[MONDAY] = 3
    await desk.look_at(at(3))
    stand.failure = SourceUnreachableError("No answer.")
    await desk.look_at(at(4))

    assert since(before) == {
        ("source_polls_total", f"{NAME},waiting"): 1,
        ("source_polls_total", f"{NAME},partial"): 1,
        ("source_polls_total", f"{NAME},failed"): 1,
    }


async def test_a_day_waits_grows_and_is_complete_when_it_is_over(desk: WatcherDesk, stand: Newsstand) -> None:
    before = await desk.look_at(at(1))
    stand.lists[MONDAY] = 3
    begun = await desk.look_at(at(3))
    stand.lists[MONDAY] = 5
    over = await desk.look_at(at(0, 5, day=MONDAY + timedelta(days=1)))
    once_more = await desk.look_at(at(0, 5, day=MONDAY + timedelta(days=2)))

    looks = [before, begun, over, once_more]
    assert [(look.state, len(look.paper_ids)) for look in looks] == [
        (WAITING, 0),
        (PARTIAL, 3),
        (COMPLETE, 5),
        (COMPLETE, 5),
    ]
    assert before.next_look_at == at(1, 10)
    assert begun.next_look_at == at(3, 10)
    assert over.next_look_at == at(0, 5, day=MONDAY + timedelta(days=2))
    assert once_more.next_look_at is None


async def test_far_from_the_usual_time_the_source_is_asked_seldom(desk: WatcherDesk) -> None:
    assert (await desk.look_at(at(14))).next_look_at == at(15)


async def test_a_day_that_ends_without_papers_is_none(desk: WatcherDesk) -> None:
    sunday = MONDAY - timedelta(days=1)

    assert (await desk.look_at(at(0, 1), sunday)).state is NONE


async def test_a_list_that_comes_after_its_day_is_not_lost(desk: WatcherDesk, stand: Newsstand) -> None:
    await desk.look_at(at(0, 1, day=MONDAY + timedelta(days=1)))
    stand.lists[MONDAY] = 7
    late = await desk.look_at(at(0, 1, day=MONDAY + timedelta(days=2)))

    assert (late.state, len(late.paper_ids)) == (COMPLETE, 7)


async def test_a_source_that_does_not_answer_is_stalled_since_then_and_asked_ever_less(
    desk: WatcherDesk, stand: Newsstand, caplog: pytest.LogCaptureFixture
) -> None:
    stand.lists[MONDAY] = 3
    await desk.look_at(at(3))
    stand.failure = SourceUnreachableError("Hugging Face does not answer.")
    looks = [await desk.look_at(at(hour, minute)) for hour, minute in [(4, 0), (4, 1), (4, 6), (9, 0)]]
    stand.failure = None
    with caplog.at_level("INFO"):
        well = await desk.look_at(at(10))

    assert caplog.messages[-1] == "The list of huggingface works again, after 6:00:00 (h:mm:ss)."
    assert {(look.state, look.trouble, look.trouble_since) for look in looks} == {
        (STALLED, "Hugging Face does not answer.", at(4))
    }
    assert [look.next_look_at for look in looks] == [at(4, 1), at(4, 2), at(4, 12), at(9, 30)]
    assert all(len(look.paper_ids) == 3 for look in looks)
    assert (well.state, well.trouble, well.trouble_since) == (PARTIAL, None, None)
    assert caplog.text.count("does not answer") == 1


async def test_a_list_far_below_the_usual_one_late_in_its_day_is_looked_at_again_and_said_so(
    desk: WatcherDesk, stand: Newsstand
) -> None:
    for weeks in (1, 2, 3):
        stand.lists[MONDAY - timedelta(weeks=weeks)] = 20
        await desk.look_at(at(0), MONDAY - timedelta(weeks=weeks))
    stand.lists[MONDAY] = 4
    early, late = await desk.look_at(at(12)), await desk.look_at(at(21))

    assert (early.trouble, early.next_look_at) == (None, at(13))
    assert (late.trouble, late.trouble_since, late.next_look_at) == (FEW, at(21), at(21, 10))


async def test_a_source_that_asks_to_be_left_alone_is(desk: WatcherDesk, stand: Newsstand) -> None:
    stand.failure = SourceRefusedError("Too many requests.", 429, retry_after=1800)

    assert (await desk.look_at(at(4))).next_look_at == at(4, 30)


async def test_a_day_that_is_over_stays_what_it_is_when_a_look_fails(
    desk: WatcherDesk, stand: Newsstand
) -> None:
    stand.lists[MONDAY] = 3
    await desk.look_at(at(0, 5, day=TUESDAY))
    stand.failure = SourceUnreachableError("down")
    failed = await desk.look_at(at(0, 5, day=WEDNESDAY))
    stand.failure = None
    well = await desk.look_at(at(0, 6, day=WEDNESDAY))

    assert (failed.state, failed.trouble, failed.next_look_at) == (COMPLETE, "down", at(0, 6, day=WEDNESDAY))
    assert (well.state, well.trouble, well.next_look_at) == (COMPLETE, None, None)


async def test_a_list_that_is_suddenly_empty_is_no_answer_until_a_day_later(
    desk: WatcherDesk, stand: Newsstand
) -> None:
    stand.lists[MONDAY] = 3
    await desk.look_at(at(3))
    del stand.lists[MONDAY]
    empty = await desk.look_at(at(0, 1, day=TUESDAY))
    still_empty = await desk.look_at(at(0, 1, day=WEDNESDAY))

    sentence = f"huggingface lists nothing for {MONDAY} now; it listed 3 papers before."
    assert (empty.state, empty.trouble, len(empty.paper_ids)) == (STALLED, sentence, 3)
    assert empty.next_look_at == at(0, 2, day=TUESDAY)
    assert (still_empty.state, still_empty.trouble, len(still_empty.paper_ids)) == (COMPLETE, None, 3)


async def test_a_complete_list_that_is_far_below_the_usual_one_says_so(
    desk: WatcherDesk, stand: Newsstand
) -> None:
    for weeks in (1, 2, 3):
        stand.lists[MONDAY - timedelta(weeks=weeks)] = 20
        await desk.look_at(at(0), MONDAY - timedelta(weeks=weeks))
    stand.lists[MONDAY] = 4

    assert (await desk.look_at(at(0, 1, day=TUESDAY))).trouble == FEW


async def test_a_source_that_breaks_keeps_back_no_other(
    desk: WatcherDesk, stand: Newsstand, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(_: date) -> DailyList:
        raise ZeroDivisionError

    sources = {
        FEED: Source(FEED, broken, usual_at=time(5, 0), has_past=False),
        NAME: Source(NAME, stand.fetch, usual_at=time(2, 0)),
    }
    await subscribe(desk, FEED, NAME)
    await ListingWatcher(desk.storage, desk.clock, sources.get).poll_due()

    assert MONDAY in stand.asked
    failed = [record for record in caplog.records if record.message == "Polling failed"]
    assert [vars(record)["source"] for record in failed] == [FEED]


def test_a_source_that_answers_slowly_keeps_back_no_other_and_is_asked_once(
    desk: WatcherDesk, stand: Newsstand
) -> None:
    asked: list[date] = []

    async def slow(day: date) -> DailyList:
        asked.append(day)
        await asyncio.Event().wait()
        return DailyList(day, ())

    sources = {
        FEED: Source(FEED, slow, usual_at=time(5, 0), has_past=False),
        NAME: Source(NAME, stand.fetch, usual_at=time(2, 0)),
    }

    async def poll_twice() -> None:
        await subscribe(desk, FEED, NAME)
        watcher = ListingWatcher(desk.storage, desk.clock, sources.get)
        for _ in range(2):
            await watcher.start_due_polls()
            await asyncio.sleep(1)  # virtual: over when all others wait
            desk.clock.advance(timedelta(hours=1).total_seconds())
        await watcher.aclose()

    run_virtual(poll_twice())

    assert asked == [MONDAY]
    assert stand.asked.count(MONDAY) == 2


async def test_only_what_some_channel_wants_is_asked_for(desk: WatcherDesk, stand: Newsstand) -> None:
    await desk.watcher.poll_due()
    unasked = list(stand.asked)
    await subscribe(desk)
    await desk.watcher.poll_due()

    assert unasked == []
    assert stand.asked == [MONDAY - timedelta(days=back) for back in (6, 5, 4, 3, 2, 1, 0)]


async def test_who_subscribes_before_anything_is_known_begins_with_the_latest_list_all_the_same(
    desk: WatcherDesk, stand: Newsstand
) -> None:
    sunday, friday = MONDAY - timedelta(days=1), MONDAY - timedelta(days=3)
    stand.lists = {friday - timedelta(days=1): 2, friday: 3}
    preferences = Preferences("en", (NAME,))
    desk.clock.advance((at(8, day=sunday) - desk.clock.now()).total_seconds())
    begun = await desk.storage.write(
        lambda tables: save_preferences(tables, "T1", "C1", preferences, desk.clock.now())
    )
    await desk.watcher.poll_due()
    kept = await desk.storage.read(lambda tables: tables.subscriptions.of_channel("T1", "C1"))
    choice = await desk.storage.read(lambda tables: choose_new(tables, kept or begun))

    assert begun.since == sunday
    assert kept == replace(begun, since=friday)
    assert [entry.paper for entry in choice.selection.cards] == list(papers_of(friday, 3))


async def test_a_day_of_ticks_is_gentle_to_the_source(desk: WatcherDesk, stand: Newsstand) -> None:
    await subscribe(desk)
    await desk.tick_until(at(0, day=MONDAY + timedelta(days=1)))

    assert 40 <= stand.asked.count(MONDAY) <= 70


def test_after_a_pause_the_days_in_between_are_looked_at_but_not_for_ever() -> None:
    source = Source(NAME, Newsstand().fetch, usual_at=time(2, 0))
    done = Listing(NAME, MONDAY, COMPLETE, looked_at=at(0), next_look_at=None)

    three_days_later = days_to_poll(source, {MONDAY: done}, at(9, day=MONDAY + timedelta(days=3)))
    long_after = days_to_poll(source, {MONDAY: done}, at(9, day=MONDAY + timedelta(days=90)))

    assert three_days_later == [MONDAY + timedelta(days=ahead) for ahead in (1, 2, 3)]
    assert len(long_after) == 15


def test_a_source_without_a_past_is_asked_for_today_alone() -> None:
    source = Source("arxiv:cs.CL", Newsstand().fetch, usual_at=time(4, 0), has_past=False)

    assert days_to_poll(source, {}, at(9)) == [MONDAY]


# --- A source that shows its latest list alone -----------------------------------------------------------


async def test_a_feed_s_day_is_complete_when_it_is_over(desk: WatcherDesk) -> None:
    await subscribe(desk, FEED)
    await desk.tick_until(at(4))
    monday, tuesday = papers_of(MONDAY, 3), papers_of(TUESDAY, 2)
    desk.feed.show(MONDAY, monday)
    await desk.tick_until(at(4, day=TUESDAY))
    before = await desk.states()
    desk.feed.show(TUESDAY, tuesday, crossed=monday[:1])
    await desk.tick_until(at(0, 30, day=WEDNESDAY))

    assert before == {MONDAY: (COMPLETE, ids(monday)), TUESDAY: (WAITING, ())}
    assert await desk.states() == {
        MONDAY: (COMPLETE, ids(monday)),
        TUESDAY: (COMPLETE, (*ids(tuesday), *ids(monday[:1]))),
        WEDNESDAY: (WAITING, ()),
    }


def ids(papers: Iterable[Paper]) -> tuple[str, ...]:
    return tuple(paper.id for paper in papers)


async def test_a_batch_that_is_shown_for_two_days_is_of_the_first(desk: WatcherDesk) -> None:
    monday = papers_of(MONDAY, 3)
    desk.feed.show(MONDAY, monday)
    await desk.look_at(at(5), name=FEED)
    desk.feed.show(TUESDAY, monday)
    stuck = await desk.look_at(at(5, day=TUESDAY), TUESDAY, FEED)
    over = await desk.look_at(at(0, 1, day=WEDNESDAY), TUESDAY, FEED)

    assert (stuck.state, stuck.paper_ids) == (WAITING, ())
    assert (over.state, over.paper_ids) == (NONE, ())
    assert (await desk.listing(MONDAY, FEED)).paper_ids == ids(monday)


async def test_what_a_batch_has_more_when_it_is_shown_again_is_not_lost(desk: WatcherDesk) -> None:
    monday, late = papers_of(MONDAY, 3), papers_of(WEDNESDAY, 1)
    desk.feed.show(MONDAY, monday)
    await desk.look_at(at(0, 1, day=TUESDAY), MONDAY, FEED)
    desk.feed.show(TUESDAY, monday, crossed=late)
    stuck = await desk.look_at(at(5, day=TUESDAY), TUESDAY, FEED)

    assert stuck.paper_ids == ()
    assert set((await desk.listing(MONDAY, FEED)).paper_ids) == set(ids((*monday, *late)))


async def test_a_batch_that_comes_after_its_day_goes_to_its_day(desk: WatcherDesk) -> None:
    await desk.look_at(at(6), name=FEED)
    none = await desk.look_at(at(0, 1, day=TUESDAY), MONDAY, FEED)
    desk.feed.show(MONDAY, papers_of(MONDAY, 3))
    await desk.look_at(at(1, day=TUESDAY), TUESDAY, FEED)

    assert none.state is NONE
    assert await desk.states() == {
        MONDAY: (COMPLETE, ids(papers_of(MONDAY, 3))),
        TUESDAY: (WAITING, ()),
    }


async def test_the_latest_batch_is_there_at_the_first_look_whichever_day_it_is_of(desk: WatcherDesk) -> None:
    desk.feed.show(MONDAY, papers_of(MONDAY, 3))
    await subscribe(desk, FEED)
    desk.clock.advance(timedelta(days=1, hours=2).total_seconds())
    await desk.watcher.poll_due()

    assert await desk.states() == {
        MONDAY: (COMPLETE, ids(papers_of(MONDAY, 3))),
        TUESDAY: (WAITING, ()),
    }


@pytest.mark.parametrize(
    ("shown", "last_look", "state"),
    [(3, 6, COMPLETE), (0, 21, NONE), (0, 3, STALLED)],
    ids=["listed", "empty till late", "hardly looked at"],
)
async def test_what_a_feed_shows_no_more_is_what_is_known_or_said_to_be_lost(
    desk: WatcherDesk, shown: int, last_look: int, state: ListingState
) -> None:
    desk.feed.show(MONDAY, papers_of(MONDAY, shown))
    await desk.look_at(at(last_look), name=FEED)
    desk.feed.show(WEDNESDAY, papers_of(WEDNESDAY, 2))
    gone = await desk.look_at(at(9, day=WEDNESDAY), MONDAY, FEED)

    lost = f"arxiv:cs.CL now shows {WEDNESDAY}; its list for {MONDAY} is no longer available."
    assert (gone.state, len(gone.paper_ids), gone.next_look_at) == (state, shown, None)
    assert gone.trouble == (lost if state is STALLED else None)


async def test_a_feed_that_is_dated_in_the_future_is_no_list(desk: WatcherDesk) -> None:
    desk.feed.show(TUESDAY, papers_of(TUESDAY, 2))
    look = await desk.look_at(at(9), name=FEED)

    assert (look.state, look.paper_ids) == (STALLED, ())
    assert look.trouble == f"arxiv:cs.CL shows a list for {TUESDAY}, which is in the future."
