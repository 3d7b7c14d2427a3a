"""A restored backup, and a channel that has had more since: each card is in the channel once at the end."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.app import Application, application
from bot.delivery.answers import shown_papers
from bot.delivery.clockwork import Clockwork
from bot.manifest import app_manifest
from bot.sandbox import Sandbox, Workspace
from bot.sandbox.methods import MethodRegistry
from bot.subscriptions.preferences import save_preferences
from storage.backups import back_up, restore
from storage.database import connect
from storage.records import DeliveryKind, DeliveryState, Listing, ListingState, Paper, Reading, Recap
from storage.tables import Tables
from tests.support.clocks import SimulatedClock
from tests.support.stage import NOON, FollowingClock, settings_for
from tests.support.subscribing import wanting
from tests.support.tables import empty_tables

MONDAY = date(2025, 9, 29)
CARDS = 3


class _Watched(Workspace):
    """A workspace in which something happens right after one of the calls."""

    _waited_for: tuple[str, int, Callable[[], object]] | None = None

    def happens_after(self, method: str, calls: int, happens: Callable[[], object]) -> None:
        self._waited_for = method, len(self.calls_of(method)) + calls, happens

    def calls_of(self, method: str) -> list[Any]:
        return [call for call in self.calls if call.method == method]

    def record(self, *args: Any, **more: Any) -> None:
        super().record(*args, **more)
        if self._waited_for and len(self.calls_of(self._waited_for[0])) == self._waited_for[1]:
            happens, self._waited_for = self._waited_for[2], None
            happens()


@dataclass
class Place:
    """A channel that wants a digest at nine, a bot that is stopped and started, and a backup of its file."""

    workspace: _Watched
    sandbox: Sandbox
    clock: SimulatedClock
    database: Path
    backup: Path

    @asynccontextmanager
    async def bot(self) -> AsyncIterator[Application]:
        """Run the bot until the block ends; it ticks only when it is told to."""
        settings = settings_for(self.workspace, self.sandbox, self.database)
        async with application(settings, self.clock, ticks=False, ping_seconds=600) as bot:
            yield bot

    async def day(self, number: int, cards: int = CARDS) -> None:
        """Let the bot live through the morning of a day on which a list of that day is there."""
        async with self.bot() as bot:
            await self.publish(bot, number, cards)
            await self.tick(bot, number)

    async def publish(self, bot: Application, number: int, cards: int = CARDS) -> None:
        day = MONDAY + timedelta(days=number)
        papers = [Paper(f"2509.{day.day:02}{part:03}", f"Day {number}, part {part}") for part in range(cards)]

        def put(tables: Tables) -> None:
            for paper in papers:
                tables.papers.add(paper)
            ids = tuple(paper.id for paper in papers)
            tables.listings.put(Listing("digest-file", day, ListingState.COMPLETE, ids))

        await bot.storage.write(put)

    async def tick(self, bot: Application, number: int) -> None:
        """Tick at nine of the day, and deliver all that is due, last looks included."""
        at = datetime(2025, 9, 29, 9, 0, 10, tzinfo=UTC) + timedelta(days=number)
        self.clock.advance(max((at - self.clock.now()).total_seconds(), 0))
        for _ in range(3):
            await Clockwork(bot.storage, self.clock, bot.deliverer).tick()
            await bot.deliverer.join()
            self.clock.advance(61)

    def back_up(self) -> None:
        back_up(self.database, self.backup, force=True)

    def back_up_after(self, messages: int) -> None:
        """Make a backup right after so many more messages have been taken by Slack."""
        self.workspace.happens_after("chat.postMessage", messages, self.back_up)

    def restore(self) -> Any:
        return restore(self.backup, self.database, self.clock.now())

    def cards(self) -> list[tuple[str, ...]]:
        """Return the papers of each card in the channel, in the channel's order."""
        cards = (each for each in self.messages() if each.is_reply)
        return [shown_papers({"text": each.text, "blocks": each.blocks}) for each in cards]

    def messages(self) -> list[Any]:
        return list(self.workspace.channel("papers").messages.values())


def cards_of(*numbers: int, cards: int = CARDS) -> list[tuple[str, ...]]:
    days = [MONDAY + timedelta(days=number) for number in numbers]
    return [(f"2509.{day.day:02}{part:03}",) for day in days for part in range(cards)]


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    clock = SimulatedClock(NOON - timedelta(hours=4))
    workspace = _Watched(app_manifest(), MethodRegistry(), clock=FollowingClock(clock))
    async with Sandbox(workspace) as sandbox:
        here = Place(workspace, sandbox, clock, empty_tables(tmp_path / "bot.db"), tmp_path / "backup.db")
        async with here.bot() as bot:
            channel, now = workspace.channel("papers").id, clock.now()
            await bot.storage.write(
                lambda tables: save_preferences(tables, bot.workspace, channel, wanting(), now)
            )
        yield here


@pytest.mark.parametrize("messages", range(1, CARDS + 2))
async def test_a_backup_from_the_middle_of_a_digest_brings_no_card_twice(place: Place, messages: int) -> None:
    place.back_up_after(messages)
    await place.day(0)
    place.restore()
    await place.day(0)

    assert place.cards() == cards_of(0)
    assert len(place.messages()) == CARDS + 1


async def test_digests_that_came_after_the_backup_are_known_again(place: Place) -> None:
    await place.day(0)
    place.back_up()
    await place.day(1)
    await place.day(2)
    place.restore()
    async with place.bot() as bot:
        for number in (1, 2):
            await place.publish(bot, number)
        await place.tick(bot, 2)
        deliveries = await bot.storage.read(
            lambda tables: [
                tables.deliveries.of_day(1, DeliveryKind.SCHEDULED, MONDAY + timedelta(days=number))
                for number in (1, 2)
            ]
        )
    await place.day(3)

    assert place.cards() == cards_of(0, 1, 2, 3)
    assert [each and each.state for each in deliveries] == [DeliveryState.DONE, DeliveryState.DONE]


async def test_a_recap_and_a_reminder_that_came_after_the_backup_are_known_again(place: Place) -> None:
    await place.day(0)
    async with place.bot() as bot:
        await bot.storage.write(partial(_read_together, workspace=bot.workspace))
    place.back_up()
    await place.day(1)
    first = [each.text for each in place.messages()]
    place.restore()
    async with place.bot() as bot:
        await place.publish(bot, 1)
        await place.tick(bot, 1)
        known = await bot.storage.read(
            lambda tables: (
                tables.deliveries.last_slot(1, DeliveryKind.RECAP),
                [each.day for each in tables.deliveries.of_discussion(1)],
            )
        )

    assert sum("Recap · " in each for each in first) == 1
    assert sum("Discussion on " in each for each in first) == 1
    assert [each.text for each in place.messages()] == first
    assert known == (MONDAY + timedelta(days=1), [MONDAY + timedelta(days=2)])


def _read_together(tables: Tables, workspace: str) -> None:
    """Have the channel want a recap on Tuesday at nine, and discuss a paper on Wednesday."""
    [subscription] = tables.subscriptions.all()
    wanted = wanting(recap=Recap(weekday=1, at=time(9, 0)), reading=Reading.COUNTED)
    place = (workspace, subscription.channel)
    save_preferences(tables, *place, wanted, NOON)
    paper_id = f"2509.{MONDAY.day:02}000"
    tables.readers.add(*place, "U1", paper_id, NOON)
    planned = MONDAY + timedelta(days=2)
    tables.discussions.plan(*place, paper_id, planned, presenter=None, planned_by="U1", now=NOON)


async def test_what_a_digest_lacked_when_the_bot_died_comes_with_the_next_one(place: Place) -> None:
    await place.day(0)
    place.back_up()
    place.workspace.faults.add("error", method="chat.postMessage", skip=3, times=1, error="not_in_channel")
    await place.day(1)
    place.restore()
    async with place.bot() as bot:
        for number in (1, 2):
            await place.publish(bot, number)
        await place.tick(bot, 2)

    assert sorted(place.cards()) == sorted(cards_of(0, 1, 2))


async def test_a_digest_that_waited_for_its_list_at_the_backup_is_not_posted_again(place: Place) -> None:
    await place.day(0)
    async with place.bot() as bot:
        await place.publish(bot, 1)
        place.back_up_after(1)
        await place.tick(bot, 1)
    place.restore()
    with closing(connect(place.database)) as engine, engine.transaction():
        # As it was a moment earlier: opened, with nothing planned, as a list was late.
        engine.execute("DELETE FROM channel_papers WHERE delivery_id = 2")
        engine.execute("DELETE FROM posts WHERE delivery_id = 2")
        engine.execute("UPDATE deliveries SET waits_for = '[\"digest-file\"]' WHERE id = 2")
    await place.day(1)
    await place.day(2)

    assert place.cards() == cards_of(0, 1, 2)


async def test_where_the_channel_cannot_be_read_only_new_lists_are_posted(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    await place.day(0)
    place.back_up()
    await place.day(1)
    place.restore()
    place.workspace.faults.add("error", method="conversations.history", times=100, error="missing_scope")
    async with place.bot() as bot:
        await place.publish(bot, 1)
        await place.tick(bot, 1)
    await place.day(2)

    assert place.cards() == cards_of(0, 1, 2)
    [warning] = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert warning == (
        "The database is from a backup, and nobody knows what channel C0000000005 has had since, as it "
        "cannot be read (missing_scope). Its digests go on with lists that come from now on; "
        "earlier ones are left out."
    )


async def test_a_comparison_that_was_cut_short_is_made_at_the_next_start(place: Place) -> None:
    await place.day(0)
    place.back_up()
    await place.day(1)
    place.restore()
    place.workspace.faults.add("status", method="conversations.replies", times=1, status=429, seconds=600)
    limited = asyncio.Event()
    place.workspace.happens_after("conversations.replies", 1, limited.set)
    starting = asyncio.create_task(_start(place))
    await limited.wait()
    starting.cancel()
    await asyncio.gather(starting, return_exceptions=True)
    async with place.bot() as bot:
        await place.publish(bot, 1)
        await place.tick(bot, 1)

    assert place.cards() == cards_of(0, 1)


async def _start(place: Place) -> None:
    async with place.bot():
        pass
