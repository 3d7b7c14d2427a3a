"""The composition root: builds everything from the settings, and closes it in reverse order."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

from filelock import Timeout

import handlers
from bot.clock import Clock
from bot.delivery.announcer import Announcer
from bot.delivery.card_updates import CardUpdater
from bot.delivery.clockwork import Clockwork, Jobs
from bot.delivery.connections import Connections
from bot.delivery.deliverer import Deliverer
from bot.delivery.notifier import Notifier
from bot.delivery.operator import OperatorNotices
from bot.delivery.pacer import Pacer
from bot.delivery.reconciliation import Reconciler
from bot.delivery.worker import Services, Timing
from bot.errors import StorageError
from bot.http.health import Health
from bot.http.server import serving
from bot.installations.changes import InstallationChanges
from bot.settings import OverSocket, Settings, backup_folder, bot_token, way_to_run
from bot.slack import Reached, Slack, SlackOverHttp, SlackOverSocket, reach_one
from bot.watchdog import watched
from bot.web import Web, open_web
from handlers.memberships import Memberships
from handlers.parts import Parts
from handlers.people import People
from handlers.reminders import Reminders
from handlers.responses import kept_open
from handlers.socket_mode import PING_SECONDS
from storage.address import Address, Server
from storage.claims import Claims, open_claims
from storage.database import run_lock
from storage.nightly_backups import NightlyBackups
from storage.reindexing import Reindexing
from storage.retention import Retention
from storage.runner import Runner, ThreadRunner
from storage.tables import Tables

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Application:
    """The bot's parts."""

    storage: Runner
    claims: Claims
    deliverer: Deliverer
    announcer: Announcer
    connections: Connections
    #: The workspace of the one token that the bot has; empty where it serves all that installed it.
    workspace: str
    #: What is done every half minute, by name; a command that only posts does nothing.
    jobs: Mapping[str, Callable[[], Awaitable[None]]] = field(default_factory=dict)


@asynccontextmanager
async def connection(settings: Settings, clock: Clock) -> AsyncIterator[Application]:
    """Connect to Slack for posting only, for a command that delivers and exits.

    Raises `SettingsError`, `StorageError` or `SlackUnavailableError`.
    """
    bot_token(settings)
    async with AsyncExitStack() as stack:
        storage = _open_storage(settings, clock, stack)
        claims = await stack.enter_async_context(open_claims(storage, clock, _timing(settings).lease))
        yield await _posting(settings, clock, storage, claims, await reach_one(settings), stack)


@asynccontextmanager
async def application(
    settings: Settings,
    clock: Clock,
    *,
    has_sources: bool = True,
    ticks: bool = True,
    ping_seconds: float = PING_SECONDS,
    on_stuck: Callable[[str], None] | None = None,
) -> AsyncIterator[Application]:
    """Deliver what is due and answer people until the block ends; raises what `connection` raises.

    Without `has_sources` neither Hugging Face nor arXiv is polled. Without `ticks` only people are answered;
    nothing runs by itself. `ping_seconds` is how often the connection to Slack is pinged. `on_stuck` is
    called, in a thread of its own, where nothing ticks any more or the connection is dead.
    """
    way_to_run(settings)
    async with AsyncExitStack() as stack:
        storage = _open_storage(settings, clock, stack)
        await _run_alone(settings.database, storage, clock, stack)
        claims = await stack.enter_async_context(open_claims(storage, clock, _timing(settings).lease))
        slack = await _slack(settings, clock, storage, claims, ping_seconds)
        parts = await _posting(settings, clock, storage, claims, slack, stack)
        web = await open_web(settings, clock, storage, claims, stack, has_sources=has_sources)
        for_handlers = _parts(parts, web, clock, settings, slack.changes)
        await stack.enter_async_context(kept_open(slack.app))
        handlers.register(slack.app, for_handlers)
        await slack.connect(stack)

        if ticks:
            await claims.join()
        clockwork = Clockwork(storage, clock, parts.deliverer)
        of_sources = {"sources": web.watcher.start_due_polls, "arxiv records": web.enricher.tick}
        kept_for = timedelta(hours=settings.keep_payloads_hours)
        reminders = Reminders(storage, clock, parts.connections, for_handlers.people, parts.workspace or None)
        jobs = {
            "digests": clockwork.tick,
            **(of_sources if has_sources else {}),
            "summaries": web.summary_queue.tick,
            "cards": _card_updater(parts, clock, settings).tick,
            "search index": Reindexing(storage, clock, claims).tick,
            "reminders": reminders.tick,
            **_backups(settings, parts, clock),
            "notices": OperatorNotices(storage, clock, parts.connections, parts.workspace or None).tick,
            **slack.jobs,
            "retention": Retention(
                storage, clock, kept_for, claims, timedelta(days=settings.keep_uninstalled_days)
            ).tick,
        }
        ticking = Jobs(jobs if ticks else {}, clock)
        ticking.start()
        stack.push_async_callback(_end_what_is_under_way, ticking, slack, parts.deliverer)
        if slack.port:
            health = Health(storage, clock, lambda: clockwork.ticked_at, slack.is_connected)
            await stack.enter_async_context(serving({**slack.routes, **health.routes}, slack.port))
        if on_stuck:
            signs = (*slack.signs, *([clockwork.sign] if ticks else []))
            stack.enter_context(watched(signs, on_stuck))
        _logger.info("Connected to Slack", extra={"action": "connect", "workspace": parts.workspace or "all"})
        yield replace(parts, jobs=jobs)


async def _slack(
    settings: Settings, clock: Clock, storage: Runner, claims: Claims, ping_seconds: float
) -> Slack:
    way = way_to_run(settings)
    if isinstance(way, OverSocket):
        return SlackOverSocket(way, settings, clock, await reach_one(settings), ping_seconds)
    return SlackOverHttp(way, settings, clock, storage, claims)


def _open_storage(settings: Settings, clock: Clock, stack: AsyncExitStack) -> Runner:
    storage = ThreadRunner(settings.database, clock)
    stack.callback(storage.close)
    return storage


async def _posting(
    settings: Settings,
    clock: Clock,
    storage: Runner,
    claims: Claims,
    slack: Slack | Reached,
    stack: AsyncExitStack,
) -> Application:
    """Return what posts in Slack, once what a restored database lacks is known."""
    connections, workspace, timing = slack.connections, slack.workspace or None, _timing(settings)
    pacer = Pacer(clock, messages_a_minute=settings.messages_a_minute)
    await Reconciler(storage, connections, clock, pacer, claims, timing.settling).run(workspace)
    has_model = bool(settings.model)
    services = Services(storage, connections, clock, pacer, timing, has_model, claims, workspace)
    deliverer = Deliverer(services, Notifier(connections, storage, clock).notify)
    stack.push_async_callback(deliverer.aclose)
    announcer = Announcer(connections, pacer, storage, clock)
    return Application(storage, claims, deliverer, announcer, connections, slack.workspace)


def _card_updater(parts: Application, clock: Clock, settings: Settings) -> CardUpdater:
    has_model = bool(settings.model)
    return CardUpdater(
        parts.storage,
        clock,
        parts.connections,
        has_model=has_model,
        claims=parts.claims,
        workspace=parts.workspace or None,
    )


def _backups(
    settings: Settings, parts: Application, clock: Clock
) -> dict[str, Callable[[], Awaitable[None]]]:
    """Return the job that backs a file up at night, where one is wanted."""
    database, folder = settings.database, backup_folder(settings)
    if isinstance(database, Server) or folder is None:
        return {}
    return {"backup": NightlyBackups(parts.storage, clock, parts.claims, database, folder).tick}


async def _end_what_is_under_way(ticking: Jobs, slack: Slack, deliverer: Deliverer) -> None:
    await asyncio.gather(ticking.aclose(), slack.end_listeners(), deliverer.aclose())


def _parts(
    parts: Application, web: Web, clock: Clock, settings: Settings, changes: InstallationChanges | None
) -> Parts:
    return Parts(
        storage=parts.storage,
        clock=clock,
        people=People(clock, parts.storage),
        memberships=Memberships(clock),
        deliverer=parts.deliverer,
        announcer=parts.announcer,
        watcher=web.watcher,
        summary_queue=web.summary_queue,
        unlisted=web.unlisted,
        command=settings.command,
        messages_a_minute=settings.messages_a_minute,
        save_reaction=settings.save_reaction,
        shows_links=settings.links == "on",
        connections=parts.connections,
        installations=changes,
        vectors=parts.deliverer.known.vectors,
        texts=parts.deliverer.known.texts,
        topic_reader=web.topic_reader,
    )


def _timing(settings: Settings) -> Timing:
    return Timing(
        lease=timedelta(seconds=settings.lease_seconds),
        settling=timedelta(seconds=settings.settling_seconds),
        last_look=timedelta(seconds=settings.last_look_seconds),
    )


async def _run_alone(database: Address, storage: Runner, clock: Clock, stack: AsyncExitStack) -> None:
    """Be the only process that runs on a file, and release the leases of those that died there.

    On a server several run, whose leases end by themselves. Raises `StorageError` where another process runs
    on the file.
    """
    if isinstance(database, Server):
        return
    lock = run_lock(database)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise StorageError(
            f"Paper Round already runs on {database}. Stop that process, or use PostgreSQL to run several."
        ) from error
    stack.callback(lock.release)
    now = clock.now()

    def release(tables: Tables) -> None:
        tables.deliveries.release_all()
        tables.leases.release_all(now)

    await storage.write(release)
