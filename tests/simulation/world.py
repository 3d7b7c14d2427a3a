"""A simulated world: processes that are killed, a network that fails, and Slack as the sandbox plays it.

The bot's own code runs on a real SQLite file, in simulated time. Everything is drawn from one seed, so a run
can be repeated step by step.
"""

import asyncio
import logging
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from copy import deepcopy
from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from bot.delivery import pauses
from bot.delivery.answers import Answer, UnreadableAnswerError
from bot.delivery.clockwork import SECONDS_BETWEEN_TICKS, Clockwork
from bot.delivery.connections import OneWire
from bot.delivery.deliverer import Deliverer, FailedDelivery
from bot.delivery.pacer import Pacer
from bot.delivery.web_api import AnswerLostError, NotConnectedError
from bot.delivery.wire import SlackWire
from bot.delivery.worker import Services, Timing
from bot.errors import CommitLostError, StorageError
from bot.manifest import app_manifest
from bot.sandbox import ConnectionLostError, Workspace, create_workspace
from bot.sandbox.records import Channel
from storage.address import Address, Server
from storage.database import connect
from storage.records import Listing, ListingState, Paper, Preferences
from storage.runner import InlineRunner
from storage.tables import Tables
from tests.simulation.faults import POST, REFUSED_CONNECTION, UPDATE, Trouble, draw
from tests.simulation.people import channels_of_people, subscribe_people
from tests.simulation.runs import Arrival, LifePlan, Record, RunPlan
from tests.support.postgresql import DatabaseServer
from tests.support.tables import PreparedRunner, empty_tables
from tests.support.virtual_time import START, VirtualClock, run_virtual

LONGEST_RUN = timedelta(hours=3)
"""The time within which each digest is complete, whatever its plan."""

TIMING = Timing()

Place = Path | DatabaseServer
"""Where the databases of runs are made: in a folder, or on a server."""

_FULL_DISK = "The database rejected a change: database or disk is full."
_UNSURE = "The database did not say whether it made a change."
CAUSED = (_FULL_DISK, _UNSURE, "StorageGoneError", "CommitLostError")
"""What the errors have in them that the world causes."""

PICTURES_HOST = "cdn-thumbnails.huggingface.co"
"""Where the papers' pictures are."""

_SOURCE = "huggingface"
_DAY = START.date() - timedelta(days=1)
_CLIENT_GIVES_UP_AFTER = 30.0
_ALL_EFFECTS_AFTER = 61.0

T = TypeVar("T")


def simulate(plan: RunPlan, place: Place, timing: Timing = TIMING) -> Record:
    """Run the plan to its end, with a new database in the folder or on the server, and return its record."""

    async def run() -> Record:
        return await _World(plan, place, timing).run()

    return run_virtual(run())


class _World:
    def __init__(self, plan: RunPlan, place: Place, timing: Timing) -> None:
        self.plan = plan
        self.timing = timing
        self.clock = VirtualClock()
        self.random = Random(plan.seed)
        withheld = [] if plan.may_read else ["channels:history", "im:history"]
        config = {"is_distributed": plan.is_distributed, "withheld_scopes": withheld}
        self.workspace = create_workspace(_manifest(), clock=self.clock, config=config)
        self.workspace.timer = self._settle_after
        self.workspace.subscribe(self._observe)
        self.channels = _channels(self.workspace, plan)
        self.place = place
        self.database = _new_database(place, self.workspace, plan)
        titles = [paper.title for paper in _papers(plan.cards)]
        self.record = Record(plan, titles, self.workspace, self.database)
        self.troubles = list(plan.troubles)
        for kind, options in plan.faults:
            self.workspace.faults.add(kind, **options)
        self._answers: Counter[str] = Counter()
        self._seen: set[tuple[str, str]] = set()
        self._is_settling = False
        self.is_paused = False
        self._flights: set[asyncio.Task[Answer]] = set()

    async def run(self) -> Record:
        with _errors_into(self.record.errors):
            beside = {
                asyncio.create_task(work)
                for work in (
                    *(self._live_repeatedly(lives, is_first=False) for lives in self.plan.other_lives),
                    self._list(),
                    self._pause_and_resume(),
                    self._restart_server(),
                )
            }
            try:
                async with asyncio.timeout(LONGEST_RUN.total_seconds()):
                    await self._live_repeatedly(self.plan.lives, is_first=True)
                self.record.ended_after = self.clock.now() - START
            except TimeoutError:
                pass
            finally:
                for task in beside:
                    task.cancel()
                await asyncio.wait(beside)
            await asyncio.sleep(_ALL_EFFECTS_AFTER)
            await asyncio.gather(*self._flights, return_exceptions=True)
            self.workspace.settle()
        return self.record

    async def _list(self) -> None:
        """Store the list when the plan says so, as a poll of the source would."""
        if self.plan.list_after is None:
            return
        await asyncio.sleep(self.plan.list_after)
        runner = _runner(self.database)
        listing = _listing(self.plan.cards, ListingState.COMPLETE)
        await runner.write(lambda tables: tables.listings.put(listing))
        runner.close()

    async def _pause_and_resume(self) -> None:
        """Pause the digests and resume them when the plan says so, as a command in another process would."""
        if self.plan.pause is None:
            return
        begins_after, lasts = self.plan.pause
        await asyncio.sleep(begins_after)
        runner = _runner(self.database)
        self.is_paused = True
        await runner.write(lambda tables: pauses.pause(tables, tables.subscriptions.all()[0], None))
        paused_at = self.clock.now()
        await asyncio.sleep(lasts)
        self.record.begun_in_pause = await runner.read(lambda tables: _begun_since(tables, paused_at))
        now = self.clock.now()
        await runner.write(lambda tables: pauses.resume(tables, tables.subscriptions.all()[0], now))
        self.is_paused = False
        runner.close()

    async def _restart_server(self) -> None:
        """Restart the database server when the plan says so, without letting it finish anything."""
        if self.plan.restarts_after is not None and isinstance(self.place, DatabaseServer):
            await asyncio.sleep(self.plan.restarts_after)
            self.place.restart()
            self.record.restarts += 1

    async def _live_repeatedly(self, lives: Sequence[LifePlan], *, is_first: bool) -> None:
        for life_plan in lives:
            await asyncio.sleep(life_plan.begins_after)
            life = Life(self, life_plan)
            await life.live(takes_over=is_first and self.plan.takes_over)

    def fail_on_full_disk(self) -> None:
        """Raise `StorageError` at the rate that the plan says."""
        if self.plan.disk_full_rate and self.random.random() < self.plan.disk_full_rate:
            self.record.failed_commits += 1
            raise StorageError(_FULL_DISK)

    def drop_connections(self) -> None:
        """Drop all connections to the database at the rate that the plan says."""
        is_drawn = self.plan.dropped_rate and self.random.random() < self.plan.dropped_rate
        if is_drawn and isinstance(self.place, DatabaseServer) and isinstance(self.database, Server):
            self.place.drop_connections(self.database)
            self.record.dropped += 1

    def is_unsure(self) -> bool:
        """Tell whether nobody learns of this commit, at the rate that the plan says."""
        is_unsure = bool(self.plan.unsure_rate) and self.random.random() < self.plan.unsure_rate
        self.record.unsure += is_unsure
        return is_unsure

    # ---- The network

    def next_troubles(self, method: str) -> tuple[Trouble, ...]:
        if method in {POST, UPDATE} and self.troubles:
            return (self.troubles.pop(0),)
        return draw(self.random, method) if self.random.random() < self.plan.trouble_rate else ()

    def send(
        self, method: str, arguments: Mapping[str, Any], troubles: tuple[Trouble, ...]
    ) -> asyncio.Task[Answer]:
        """Send a request, which goes on even if its sender dies."""
        flight = asyncio.create_task(self._fly(method, arguments, troubles))
        self._flights.add(flight)
        flight.add_done_callback(self._landed)
        return flight

    def _landed(self, flight: asyncio.Task[Answer]) -> None:
        self._flights.discard(flight)
        if not flight.cancelled():
            # Retrieved, so that asyncio does not report the exception of an abandoned request.
            flight.exception()

    async def _fly(self, method: str, arguments: Mapping[str, Any], troubles: tuple[Trouble, ...]) -> Answer:
        await asyncio.sleep(self.random.uniform(0.015, 0.125))
        for each in troubles:
            each.befall(self.workspace, method)
        token = self.workspace.bot_token
        answer = await self.workspace.call(method, arguments, token=token)
        await asyncio.sleep(self.random.uniform(0.015, 0.125))
        return Answer(answer.status, self._distorted(method, answer.body), answer.headers)

    def _distorted(self, method: str, body: dict[str, Any]) -> dict[str, Any]:
        number = self._answers[method]
        self._answers[method] += 1
        for each in self.plan.oddities:
            if each.method == method and each.strikes(number):
                distorted = each.distort(deepcopy(body))
                if not isinstance(distorted, dict):
                    raise UnreadableAnswerError(each.name)
                return distorted
        return body

    # ---- The observer

    def _observe(self) -> None:
        for channel in self.channels:
            for ts, message in channel.messages.items():
                if (channel.id, ts) not in self._seen and message.metadata:
                    self._seen.add((channel.id, ts))
                    position = message.metadata["event_payload"]["position"]
                    self.record.arrivals.append(Arrival(channel.id, ts, position, self._is_settling))

    def _settle_after(self, seconds: float) -> None:
        # Slightly later than due, so that rounding cannot make it too early.
        asyncio.get_running_loop().call_later(seconds + 1e-5, self._settle)

    def _settle(self) -> None:
        self._is_settling = True
        self.workspace.settle()
        self._is_settling = False


class _Killed(asyncio.CancelledError):
    """The process was killed; being a cancellation, it passes through every `except Exception`."""


class Life:
    """One process of the bot, from its start to its death or to the end of the work.

    A dead process has no effect: each of its ways to the outside goes through `point`.
    """

    def __init__(self, world: _World, plan: LifePlan) -> None:
        self.world = world
        self.plan = plan
        self.committed_at = world.clock.now()
        self.has_posted = False
        self._points = 0
        self._is_over = asyncio.Event()
        self._is_running = asyncio.Event()
        self._is_running.set()
        self._is_dead = False

    async def live(self, *, takes_over: bool) -> None:
        """Work until nothing is left, or until death; being killed raises nothing."""
        inner = _runner(self.world.database)
        runner, clock = _Runner(self, inner), _Clock(self)
        pacer = Pacer(clock)
        wire = OneWire(SlackWire(_Caller(self), self.world.workspace.bot_id))
        services = Services(runner, wire, clock, pacer, self.world.timing)
        deliverer = Deliverer(services, _notify)
        clockwork = Clockwork(runner, clock, deliverer)
        ticking = asyncio.create_task(self._tick(clockwork, runner, takes_over=takes_over))
        try:
            await self._is_over.wait()
        finally:
            self._is_dead = True
            ticking.cancel()
            await deliverer.aclose()
            await asyncio.wait({ticking})
            inner.close()
            self.world.record.points += self._points
        if not ticking.cancelled() and (error := ticking.exception()):
            raise error

    async def point(self) -> None:
        """Pass a point at which the process may die or be suspended; raises `_Killed` once it is dead."""
        await self._is_running.wait()
        if self._is_dead:
            raise _Killed
        self._points += 1
        if self._points == self.plan.dies_at:
            self.world.record.deaths += 1
            self._is_dead = True
            self._is_over.set()
            raise _Killed
        if self._points == self.plan.stops_at:
            await self._suspend()

    async def wait_for(self, flight: asyncio.Task[Answer], seconds: float) -> None:
        """Wait until the request is answered, the seconds have passed, or the process is dead."""
        death = asyncio.create_task(self._is_over.wait())
        try:
            await asyncio.wait({flight, death}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            death.cancel()

    async def _suspend(self) -> None:
        """Suspend the whole process for a while, its ticks as well as its deliveries."""
        self.world.record.stops += 1
        self._is_running.clear()
        try:
            await asyncio.sleep(self.plan.stops_for)
        finally:
            # Also for what waits for its end while the life is over.
            self._is_running.set()

    async def _tick(self, clockwork: Clockwork, runner: "_Runner", *, takes_over: bool) -> None:
        try:
            if takes_over:
                with suppress(StorageError):
                    await runner.write(self._release_all)
            is_done = await self._is_done_after_tick(clockwork, runner)
            while not is_done:
                await asyncio.sleep(SECONDS_BETWEEN_TICKS)
                is_done = await self._is_done_after_tick(clockwork, runner)
        finally:
            self._is_over.set()

    def _release_all(self, tables: Tables) -> None:
        tables.deliveries.release_all()
        tables.leases.release_all(self.world.clock.now())

    async def _is_done_after_tick(self, clockwork: Clockwork, runner: "_Runner") -> bool:
        try:
            await clockwork.tick()
        except StorageError:
            # The scheduler logs a failed tick and goes on ticking.
            return False
        return await runner.read(self._is_done)

    def _is_done(self, tables: Tables) -> bool:
        team = self.world.workspace.team_id
        latest = [tables.deliveries.latest_of_channel(team, each.id) for each in self.world.channels]
        return all(latest) and not tables.deliveries.unfinished() and not self.world.is_paused


def _runner(address: Address) -> InlineRunner:
    return InlineRunner(address) if isinstance(address, Server) else PreparedRunner(address)


class _Runner:
    """The inline runner, with a point on each side of each commit."""

    def __init__(self, life: Life, inner: InlineRunner) -> None:
        self._life = life
        self._inner = inner

    async def read(self, call: Callable[[Tables], T]) -> T:
        await self._life.point()
        self._life.world.drop_connections()
        return await self._inner.read(call)

    async def write(self, call: Callable[[Tables], T]) -> T:
        await self._life.point()
        world = self._life.world
        world.fail_on_full_disk()
        world.drop_connections()
        is_unsure = world.is_unsure()
        if is_unsure and world.random.random() < 0.5:
            raise CommitLostError(_UNSURE)
        answer = await self._inner.write(call)
        if is_unsure:
            raise CommitLostError(_UNSURE)
        self._life.committed_at = self._life.world.clock.now()
        await self._life.point()
        return answer

    def close(self) -> None:
        self._inner.close()


class _Clock:
    """The world's clock, with a point on each side of each sleep."""

    def __init__(self, life: Life) -> None:
        self._life = life
        self._inner = life.world.clock

    def now(self) -> datetime:
        return self._inner.now()

    async def sleep(self, seconds: float) -> None:
        await self._life.point()
        await self._inner.sleep(seconds)
        await self._life.point()


class _Caller:
    """Calls the sandbox over the world's network, with points before, during and after the call."""

    def __init__(self, life: Life) -> None:
        self._life = life
        self._world = life.world

    async def call(self, method: str, arguments: Mapping[str, Any]) -> Answer:
        """Return the answer, even if it is an error; raises `NotConnectedError` or `AnswerLostError`."""
        decided_at = self._life.committed_at
        await self._life.point()
        troubles = self._world.next_troubles(method)
        self._world.record.troubles.update(each.name for each in troubles)
        if REFUSED_CONNECTION in troubles:
            await self._life.point()
            raise NotConnectedError("refused")
        if method == POST:
            self._record_lateness(arguments, troubles, decided_at)
        flight = self._world.send(method, arguments, troubles)
        await self._life.point()
        await self._life.wait_for(flight, _CLIENT_GIVES_UP_AFTER)
        await self._life.point()
        if not flight.done():
            raise AnswerLostError("TimeoutError")
        try:
            answer = flight.result()
        except ConnectionLostError as error:
            await self._wait_in_vain()
            raise AnswerLostError("ClientError") from error
        if method == POST:
            self._record_crowding(answer, troubles)
        return answer

    async def _wait_in_vain(self) -> None:
        """Notice the lost connection at once, or only when the client times out."""
        if self._world.random.random() < 0.5:
            await asyncio.sleep(_CLIENT_GIVES_UP_AFTER)
            await self._life.point()

    def _record_lateness(
        self, arguments: Mapping[str, Any], troubles: tuple[Trouble, ...], decided_at: datetime
    ) -> None:
        """Record a post that Slack shows over two settling times after the decision to send it."""
        suspended_for = (self._world.clock.now() - decided_at).total_seconds()
        shows_after = suspended_for + sum(each.shows_after for each in troubles)
        # One second is left for the network and for the look itself.
        if shows_after > 2 * TIMING.settling.total_seconds() - 1:
            position = arguments["metadata"]["event_payload"]["position"]
            self._world.record.very_late.add((arguments["channel"], position))

    def _record_crowding(self, answer: Answer, troubles: tuple[Trouble, ...]) -> None:
        """Record a 429 that came of posting too fast, except a first post's, which cannot know of others."""
        was_forced = any(("status", 429) in each.options for each in troubles)
        if answer.status == 429 and not was_forced and self._life.has_posted:
            self._world.record.crowded.append(self._world.clock.now())
        self._life.has_posted = True


async def _notify(failed: FailedDelivery) -> bool:
    """Notify nobody: that a delivery ended early shows in the channel."""
    return True


class _Errors(logging.Handler):
    def __init__(self, into: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._into = into

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        self._into.append(f"{record.getMessage()}: {error!r}")


@contextmanager
def _errors_into(errors: list[str]) -> Iterator[None]:
    """Collect what the bot's loops survived and logged as errors."""
    logger, handler = logging.getLogger("bot"), _Errors(errors)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


@cache
def _manifest() -> dict[str, Any]:
    return app_manifest()


_TOPICS = ("tree search", "small models", "long context", "speech", "video", "proofs", "robots", "retrieval")


def _papers(cards: int) -> list[Paper]:
    return [
        Paper(
            f"2509.{number:05d}",
            f"On {_TOPICS[number % 8]}, part {number}",
            thumbnail_url=f"https://{PICTURES_HOST}/{number}.png",
        )
        for number in range(cards)
    ]


def _listing(cards: int, state: ListingState) -> Listing:
    """Return a list of that many papers, or its stalled listing while the source is silent."""
    if state is ListingState.STALLED:
        silent = Listing(_SOURCE, _DAY, state, trouble="silent", trouble_since=START - timedelta(hours=2))
        return replace(silent, next_look_at=START + timedelta(hours=3))
    return Listing(_SOURCE, _DAY, state, tuple(paper.id for paper in _papers(cards)))


def _begun_since(tables: Tables, moment: datetime) -> list[int]:
    """Return the positions of the posts whose sending was decided after the moment."""
    posts = tables.posts.of_delivery(1)
    return [post.position for post in posts if post.attempted_at and post.attempted_at > moment]


def _new_database(place: Place, workspace: Workspace, plan: RunPlan) -> Address:
    """Copy the tables with one subscription and the plan's listing."""
    state = ListingState.COMPLETE if plan.list_after is None else ListingState.STALLED
    prepared = _prepared(
        place,
        workspace,
        plan.cards,
        state,
        has_pictures=plan.has_pictures,
        is_personal=plan.is_personal,
    )
    if isinstance(place, DatabaseServer):
        return place.copy(prepared)
    path = place / f"{plan.seed}.db"
    shutil.copyfile(prepared, path)
    return path


def _channels(workspace: Workspace, plan: RunPlan) -> list[Channel]:
    """Return where digests come: into a channel, or into people's direct messages."""
    if plan.is_personal:
        return [*channels_of_people(workspace).values()]
    return [workspace.channel("papers")]


_databases: dict[tuple[Place, int, ListingState, bool, bool], Any] = {}


def _prepared(
    place: Place,
    workspace: Workspace,
    cards: int,
    state: ListingState,
    *,
    has_pictures: bool,
    is_personal: bool,
) -> Any:
    """Return tables that are filled once; the workspaces of all runs have the same ids."""
    key = (place, cards, state, has_pictures, is_personal)
    if key not in _databases:
        _databases[key] = _filled(
            place, workspace, cards, state, has_pictures=has_pictures, is_personal=is_personal
        )
    return _databases[key]


def _filled(
    place: Place,
    workspace: Workspace,
    cards: int,
    state: ListingState,
    *,
    has_pictures: bool,
    is_personal: bool,
) -> Any:
    kind = f"{'-pictures' if has_pictures else ''}{'-personal' if is_personal else ''}"
    name = f"prepared-{cards}-{state}{kind}.db"
    address = place.database() if isinstance(place, DatabaseServer) else empty_tables(place / name)
    preferences = Preferences("en", (_SOURCE,), at=time(9, 0), has_thumbnails=has_pictures)
    begun_at = START - timedelta(hours=9)

    def fill(tables: Tables) -> None:
        for paper in _papers(cards):
            tables.papers.add(paper)
        tables.listings.put(_listing(cards, state))
        if is_personal:
            subscribe_people(tables, workspace, _SOURCE, _DAY, begun_at)
        else:
            place_of_channel = (workspace.team_id, workspace.channel("papers").id)
            tables.subscriptions.put(*place_of_channel, preferences, since=_DAY, begun_at=begun_at)
        tables.search_index.update()

    with closing(connect(address)) as engine, engine.transaction():
        fill(Tables(engine))
    return address
