"""Four weeks of a channel that reads together, with a bot that dies anywhere: all comes right, and once.

A model beside it says what the channel has to have: each week's recap with its ranking, each reminder with
its presenter, each verdict's count, and no name but of people who pressed that they present.
"""

import asyncio
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bot.delivery.answers import Answer
from bot.delivery.card_updates import CardUpdater
from bot.delivery.clockwork import Clockwork
from bot.delivery.connections import OneWire
from bot.delivery.deliverer import Deliverer, FailedDelivery
from bot.delivery.discussions import redraw_reminders
from bot.delivery.pacer import Pacer
from bot.delivery.wire import SlackWire
from bot.delivery.worker import Services, Timing
from bot.manifest import app_manifest
from bot.sandbox import create_workspace
from bot.sandbox.records import Message
from storage.records import Listing, ListingState, Paper, Reading, Recap
from storage.tables import Tables
from tests.support.subscribing import subscribe
from tests.support.tables import PreparedRunner, empty_tables
from tests.support.virtual_time import VirtualClock, run_virtual

MONDAY = datetime(2025, 9, 29, 0, 0, tzinfo=UTC)
DAYS = 28
HOURS_A_STEP = 4
DIGEST, RECAP = time(8, 0), Recap(weekday=4, at=time(16, 0))
PEOPLE = ("U1", "U2", "U3", "U4", "U5")
SEEDS, SOAK_SEEDS = 1, 63
_MENTION = re.compile(r"<@(\w+)>")
_NUMBERED = re.compile(r"^\d\. .*arxiv\.org/abs/([\d.]+)\)", re.MULTILINE)
_VERDICTS = re.compile(r"Worth it: (\d+) · Skip it: (\d+)")


class _Killed(asyncio.CancelledError):
    """The process was killed; being a cancellation, it passes through every `except Exception`."""


@dataclass
class _Planned:
    """A discussion as the model has it."""

    id: int
    paper_id: str
    day: date
    presenter: str | None
    pressed: set[str] = field(default_factory=set)
    is_on: bool = True
    reminded: set[date] = field(default_factory=set)
    verdicts: dict[str, bool] = field(default_factory=dict)


@dataclass
class _Model:
    """What the channel has to have."""

    readers: dict[str, set[str]] = field(default_factory=dict)
    savers: dict[str, set[str]] = field(default_factory=dict)
    had: dict[str, datetime] = field(default_factory=dict)
    discussions: list[_Planned] = field(default_factory=list)
    #: The ranked papers of each recap that has something to tell.
    recaps: list[list[str]] = field(default_factory=list)

    def ranked(self, now: datetime) -> list[str]:
        week = [paper_id for paper_id, at in self.had.items() if at >= now - timedelta(days=7)]
        scores = {
            each: (len(self.readers.get(each, ())), self._saves(each))
            for each in week
            if self.readers.get(each) or self._saves(each)
        }
        return sorted(scores, key=lambda each: (-scores[each][0], -scores[each][1], each))[:5]

    def has_judged(self, today: date) -> bool:
        first = today - timedelta(days=7)
        return any(each.verdicts and first <= each.day <= today for each in self.discussions if each.is_on)

    def _saves(self, paper_id: str) -> int:
        people = len(self.savers.get(paper_id, ()))
        return people if people >= 3 else 0


class _Weeks:
    """A channel, its people, and one process after the other."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.random = Random(seed)
        self.clock = VirtualClock()
        self.workspace = create_workspace(app_manifest(), clock=self.clock)
        self.workspace.timer = self._later
        self.channel = self.workspace.channel("papers")
        self.database = folder / f"weeks-{seed}.db"
        empty_tables(self.database)
        self.model = _Model()
        self.deaths = 0

    def _later(self, seconds: float) -> None:
        asyncio.get_running_loop().call_later(seconds + 1e-5, self.workspace.settle)

    async def run(self) -> None:
        await self._write(self._subscribe)
        for _ in range(DAYS * 24 // HOURS_A_STEP):
            now = self.clock.now()
            if now.hour == 0:
                await self._write(lambda tables: self._list(tables, self.clock.now().date()))
            await self._write(self._act)
            self._expect(now)
            while not await self._live():
                self.deaths += 1
            self._check()
            passed = (self.clock.now() - now).total_seconds()
            await asyncio.sleep(HOURS_A_STEP * 3600 - passed)
            self.workspace.settle()

    async def _write(self, call: Any) -> None:
        runner = PreparedRunner(self.database)
        await runner.write(call)
        runner.close()

    def _subscribe(self, tables: Tables) -> None:
        subscribe(
            tables,
            self.workspace.team_id,
            self.channel.id,
            begun_at=MONDAY,
            sources=("huggingface",),
            at=DIGEST,
            recap=RECAP,
            reading=Reading.COUNTED,
        )

    def _list(self, tables: Tables, today: date) -> None:
        """List three papers of yesterday, which come with today's digest."""
        day = today - timedelta(days=1)
        papers = [Paper(f"{day:%y%m}.{day.day:02}{number:03}", f"Of {day}, {number}") for number in range(3)]
        for paper in papers:
            tables.papers.add(paper)
        ids = tuple(paper.id for paper in papers)
        tables.listings.put(Listing("huggingface", day, ListingState.COMPLETE, ids))
        at = datetime.combine(today, DIGEST, UTC)
        self.model.had |= dict.fromkeys(ids, at)

    # ---- People

    def _act(self, tables: Tables) -> None:
        for _ in range(self.random.randrange(4)):
            act = self.random.choice([self._read, self._save, self._plan, self._present, self._move])
            act(tables)
        for act in (self._drop, self._judge, self._judge):
            if self.random.random() < 0.3:
                act(tables)

    def _some_paper(self) -> str | None:
        now = self.clock.now()
        there = [each for each, at in self.model.had.items() if now - timedelta(days=9) <= at < now]
        return self.random.choice(there) if there else None

    def _read(self, tables: Tables) -> None:
        if paper_id := self._some_paper():
            person = self.random.choice(PEOPLE)
            tables.readers.add(self.workspace.team_id, self.channel.id, person, paper_id, self.clock.now())
            self.model.readers.setdefault(paper_id, set()).add(person)

    def _save(self, tables: Tables) -> None:
        if paper_id := self._some_paper():
            for person in self.random.sample(PEOPLE, self.random.choice((1, 3, 4))):
                tables.saved_papers.save(self.workspace.team_id, person, paper_id, self.clock.now())
                self.model.savers.setdefault(paper_id, set()).add(person)

    def _plan(self, tables: Tables) -> None:
        paper_id, now = self._some_paper(), self.clock.now()
        if paper_id is None or any(each.is_on and each.paper_id == paper_id for each in self._on()):
            return
        day = now.date() + timedelta(days=self.random.randrange(6))
        presenter = self.random.choice((None, None, *PEOPLE))
        planned = tables.discussions.plan(
            *(self.workspace.team_id, self.channel.id, paper_id, day),
            presenter=presenter,
            planned_by=self.random.choice(PEOPLE),
            now=now,
        )
        if planned is None:
            # No process has lived since the day of the one before was over, to end it.
            assert any(each.paper_id == paper_id and each.day < now.date() for each in self.model.discussions)
            return
        pressed = {presenter} if presenter else set()
        self.model.discussions.append(_Planned(planned.id, paper_id, day, presenter, pressed))

    def _on(self) -> list[_Planned]:
        """Return the discussions that are on the plan and whose day is not over."""
        today = self.clock.now().date()
        return [each for each in self.model.discussions if each.is_on and each.day >= today]

    def _present(self, tables: Tables) -> None:
        free = [each for each in self._on() if each.presenter is None]
        if free:
            chosen, person = self.random.choice(free), self.random.choice(PEOPLE)
            self._change(tables, chosen, chosen.day, person)
            chosen.pressed.add(person)

    def _move(self, tables: Tables) -> None:
        if on := self._on():
            chosen = self.random.choice(on)
            day = self.clock.now().date() + timedelta(days=self.random.randrange(6))
            presenter = None if self.random.random() < 0.3 else chosen.presenter
            self._change(tables, chosen, day, presenter)

    def _change(self, tables: Tables, chosen: _Planned, day: date, presenter: str | None) -> None:
        assert tables.discussions.change(self.workspace.team_id, chosen.id, day, presenter)
        redraw_reminders(tables, chosen.id, self.clock.now())
        chosen.day, chosen.presenter = day, presenter

    def _drop(self, tables: Tables) -> None:
        if on := self._on():
            chosen = self.random.choice(on)
            assert tables.discussions.drop(self.workspace.team_id, chosen.id, self.clock.now())
            redraw_reminders(tables, chosen.id, self.clock.now())
            chosen.is_on = False

    def _judge(self, tables: Tables) -> None:
        reminded = [each for each in self.model.discussions if each.is_on and each.reminded]
        if reminded:
            chosen, person = self.random.choice(reminded), self.random.choice(PEOPLE)
            is_worth = self.random.random() < 0.6
            now = self.clock.now()
            place = (self.workspace.team_id, chosen.id, person)
            assert tables.discussions.give_verdict(*place, now, is_worth=is_worth)
            redraw_reminders(tables, chosen.id, now)
            chosen.verdicts[person] = is_worth

    # ---- The model

    def _expect(self, now: datetime) -> None:
        """Note what has to be in the channel after this step."""
        today = now.date()
        if today.weekday() == RECAP.weekday and now.time() == RECAP.at:
            ranked = self.model.ranked(now)
            if ranked or self.model.has_judged(today):
                self.model.recaps.append(ranked)
        for each in self.model.discussions:
            due = datetime.combine(each.day - timedelta(days=1), DIGEST, UTC)
            if each.is_on and due <= now and each.day >= today:
                each.reminded.add(each.day)

    def _check(self) -> None:
        shown = [each for each in self.channel.messages.values() if each.metadata and not each.is_tombstone]
        parents = [each for each in shown if not each.is_reply]
        recaps = [each for each in parents if each.text.startswith("Recap · ")]
        assert [_NUMBERED.findall(each.text) for each in recaps] == self.model.recaps
        for recap, ranked in zip(recaps, self.model.recaps, strict=True):
            assert [_paper_of(each) for each in self._thread(recap)] == ranked
        reminders = [each for each in parents if "Discussion on " in each.text]
        assert len(reminders) == sum(len(each.reminded) for each in self.model.discussions)
        for reminder in reminders:
            self._check_reminder(reminder)

    def _check_reminder(self, reminder: Message) -> None:
        [card] = self._thread(reminder)
        of_paper = [each for each in self.model.discussions if each.paper_id == _paper_of(card)]
        value = _value_of(reminder)
        [counted] = _VERDICTS.findall(reminder.text)
        named = _MENTION.findall(f"{reminder.text} {reminder.blocks}")
        if value is None:
            dropped = [each for each in of_paper if not each.is_on]
            assert (counted in map(_counted, dropped), named) == (True, [])
            return
        [of] = [each for each in of_paper if each.id == value]
        assert (of.is_on, counted) == (True, _counted(of))
        assert set(named) <= of.pressed
        assert set(named) == ({of.presenter} if of.presenter else set())

    def _thread(self, parent: Message) -> list[Message]:
        return [
            each
            for each in self.channel.messages.values()
            if each.thread_ts == parent.ts and each.ts != parent.ts and not each.is_tombstone
        ]

    # ---- A process

    async def _live(self) -> bool:
        """Have a process tick, deliver and update; return whether it came to its end alive."""
        life = _Life(self, self.random.randrange(1, 120) if self.random.random() < 0.5 else None)
        task = asyncio.create_task(life.live())
        dying = asyncio.create_task(life.is_dead.wait())
        await asyncio.wait({task, dying}, return_when=asyncio.FIRST_COMPLETED)
        dying.cancel()
        await life.end(task)
        return not life.is_dead.is_set()


class _Life:
    """One process: dead after so many points, it has no effect any more."""

    def __init__(self, weeks: _Weeks, dies_at: int | None) -> None:
        self._weeks = weeks
        self._left = dies_at
        self.is_dead = asyncio.Event()
        self._inner = PreparedRunner(weeks.database)
        wire = OneWire(SlackWire(self, weeks.workspace.bot_id))
        services = Services(self, wire, self, Pacer(self), Timing())
        self._deliverer = Deliverer(services, _notify)
        self._clockwork = Clockwork(self, self, self._deliverer)
        self._updater = CardUpdater(self, self, wire)

    async def live(self) -> None:
        with suppress(_Killed):
            await self.write(self._release_all)
            await self._clockwork.tick()
            await self._deliverer.join()
            # What is looked at once more, is so after a minute.
            await self.sleep(90)
            await self._clockwork.tick()
            await self._deliverer.join()
            await self._updater.tick()

    async def end(self, task: "asyncio.Task[None]") -> None:
        task.cancel()
        await self._deliverer.aclose()
        await asyncio.wait({task})
        self._inner.close()
        if not task.cancelled() and (error := task.exception()):
            raise error

    def point(self) -> None:
        if self.is_dead.is_set():
            raise _Killed
        if self._left is not None:
            self._left -= 1
            if self._left == 0:
                self.is_dead.set()
                raise _Killed

    async def read(self, call: Any) -> Any:
        self.point()
        return await self._inner.read(call)

    async def write(self, call: Any) -> Any:
        self.point()
        answer = await self._inner.write(call)
        self.point()
        return answer

    def _release_all(self, tables: Tables) -> None:
        tables.deliveries.release_all()
        tables.leases.release_all(self.now())

    def close(self) -> None:
        self._inner.close()

    def now(self) -> datetime:
        return self._weeks.clock.now()

    async def sleep(self, seconds: float) -> None:
        self.point()
        await self._weeks.clock.sleep(seconds)
        self.point()

    async def call(self, method: str, arguments: Mapping[str, Any]) -> Answer:
        self.point()
        workspace = self._weeks.workspace
        answer = await workspace.call(method, arguments, token=workspace.bot_token)
        self.point()
        return Answer(answer.status, answer.body, answer.headers)


async def _notify(failed: FailedDelivery) -> bool:
    raise AssertionError(f"A delivery ended early: {failed.reason}")


def _paper_of(card: Message) -> str:
    found = re.search(r"arxiv\.org/abs/([\d.]+)", card.text)
    assert found
    return found[1]


def _counted(discussion: _Planned) -> tuple[str, str]:
    worth = sum(discussion.verdicts.values())
    return str(worth), str(len(discussion.verdicts) - worth)


def _value_of(reminder: Message) -> int | None:
    """Return which discussion a verdict is of; `None` where it was taken off the plan."""
    found = re.search(r"'action_id': 'found_worth'.*?'value': '(\d+)'", str(reminder.blocks))
    return int(found[1]) if found else None


def _simulate(folder: Path, seed: int) -> _Weeks:
    async def run() -> _Weeks:
        weeks = _Weeks(folder, seed)
        await weeks.run()
        return weeks

    return run_virtual(run(), MONDAY)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_four_weeks_come_right_and_once_through_deaths(tmp_path: Path, seed: int) -> None:
    weeks = _simulate(tmp_path, seed)

    assert len(weeks.model.recaps) == 4
    assert weeks.deaths > 20
    assert sum(len(each.reminded) for each in weeks.model.discussions) > 5


@pytest.mark.soak
def test_many_months_come_right_and_once_through_deaths(tmp_path: Path) -> None:
    deaths = sum(_simulate(tmp_path, seed).deaths for seed in range(SEEDS, SEEDS + SOAK_SEEDS))

    print(f"{SOAK_SEEDS} times four weeks: nothing lost, nothing twice, {deaths} deaths")  # noqa: T201
