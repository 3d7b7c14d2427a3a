"""The composition root: builds everything from the settings, and closes it in reverse order."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from filelock import Timeout
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

import handlers
from bot.clock import Clock
from bot.delivery.announcer import Announcer
from bot.delivery.answers import UnreadableAnswerError, failure_of
from bot.delivery.card_updates import CardUpdater
from bot.delivery.clockwork import Clockwork, Jobs
from bot.delivery.connections import Connection, Connections, OneWorkspace
from bot.delivery.deliverer import Deliverer
from bot.delivery.notifier import Notifier
from bot.delivery.outcomes import NotNow, Unknown
from bot.delivery.pacer import Pacer
from bot.delivery.reconciliation import Reconciler
from bot.delivery.web_api import AnswerLostError, NotConnectedError, SlackCaller
from bot.delivery.wire import SlackWire
from bot.delivery.worker import Services, Timing
from bot.errors import StorageError
from bot.http.health import Health
from bot.http.server import serving
from bot.settings import Settings, backup_folder, bot_token, both_tokens, wrong_proxy
from bot.web import Web, open_web
from handlers.memberships import Memberships
from handlers.parts import Parts
from handlers.people import People
from handlers.reminders import Reminders
from handlers.socket_mode import PING_SECONDS, SocketModeHandler, rejected, unable, unreachable
from storage.address import Address, Server
from storage.claims import Claims, open_claims
from storage.database import run_lock
from storage.nightly_backups import NightlyBackups
from storage.reindexing import Reindexing
from storage.retention import Retention
from storage.runner import Runner, ThreadRunner
from storage.tables import Tables

_ANY_WORKSPACE = "https://slack.com/"
"""An address under which Slack finds the workspace that a person is signed in to."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Application:
    """The bot's parts; for the one workspace of its token, where it has one."""

    storage: Runner
    claims: Claims
    deliverer: Deliverer
    announcer: Announcer
    connections: Connections
    workspace: str


@asynccontextmanager
async def connection(settings: Settings, clock: Clock) -> AsyncIterator[Application]:
    """Connect to Slack for posting only, for a command that delivers and exits.

    Raises `SettingsError`, `StorageError` or `SlackUnavailableError`.
    """
    bot_token(settings)
    async with AsyncExitStack() as stack:
        yield await _connected(settings, clock, _open_storage(settings, stack), stack)


@asynccontextmanager
async def application(
    settings: Settings,
    clock: Clock,
    *,
    has_sources: bool = True,
    ticks: bool = True,
    ping_seconds: float = PING_SECONDS,
) -> AsyncIterator[Application]:
    """Deliver what is due and answer people until the block ends; raises what `connection` raises.

    Without `has_sources` neither Hugging Face nor arXiv is polled. Without `ticks` only people are answered;
    nothing runs by itself. `ping_seconds` is how often the connection to Slack is pinged.
    """
    _, socket_token = both_tokens(settings)
    async with AsyncExitStack() as stack:
        storage = _open_storage(settings, stack)
        await _run_alone(settings.database, storage, clock, stack)
        parts = await _connected(settings, clock, storage, stack)
        web = await open_web(settings, clock, storage, parts.claims, stack, has_sources=has_sources)
        app = _bolt(settings)
        for_handlers = _parts(parts, web, clock, settings)
        handlers.register(app, for_handlers)
        socket = SocketModeHandler(app, socket_token, clock, ping_seconds)
        stack.push_async_callback(socket.close_async)
        await _connect(socket)

        if ticks:
            await parts.claims.join()
        clockwork = Clockwork(storage, clock, parts.deliverer)
        of_sources = {"sources": web.watcher.start_due_polls, "arxiv records": web.enricher.tick}
        kept_for = timedelta(hours=settings.keep_payloads_hours)
        reminders = Reminders(storage, clock, parts.connections, for_handlers.people, parts.workspace)
        jobs = {
            "digests": clockwork.tick,
            **(of_sources if has_sources else {}),
            "summaries": web.summary_queue.tick,
            "cards": _card_updater(parts, clock, settings).tick,
            "search index": Reindexing(storage, clock, parts.claims).tick,
            "reminders": reminders.tick,
            **_backups(settings, parts, clock),
            "retention": Retention(storage, clock, kept_for, parts.claims).tick,
        }
        ticking = Jobs(jobs if ticks else {}, clock)
        ticking.start()
        stack.push_async_callback(_end_what_is_under_way, ticking, socket)
        if settings.port:
            health = Health(storage, clock, lambda: clockwork.ticked_at, socket.client.is_connected)
            await stack.enter_async_context(serving(health.routes, settings.port))
        _logger.info("Connected to Slack", extra={"action": "connect", "workspace": parts.workspace})
        yield parts


def _open_storage(settings: Settings, stack: AsyncExitStack) -> Runner:
    storage = ThreadRunner(settings.database)
    stack.callback(storage.close)
    return storage


async def _connected(settings: Settings, clock: Clock, storage: Runner, stack: AsyncExitStack) -> Application:
    """Return what posts in Slack; raises `SettingsError` or `SlackUnavailableError`."""
    token, timing = bot_token(settings), _timing(settings)
    client = AsyncWebClient(token=token, base_url=settings.api_url)
    if client.proxy and not client.proxy.startswith(("http://", "https://")):
        raise wrong_proxy()
    identity = await _identity(client)
    # No retry handlers: see SlackCaller.
    posting = AsyncWebClient(token=token, base_url=settings.api_url, retry_handlers=[])
    connections = OneWorkspace(
        SlackWire(SlackCaller(posting), identity.bot_id), Connection(identity.url, client)
    )
    pacer = Pacer(clock, messages_a_minute=settings.messages_a_minute)
    claims = await stack.enter_async_context(open_claims(storage, clock, timing.lease))
    wire = await connections.wire(identity.workspace)
    await Reconciler(storage, wire, clock, pacer, claims, timing.settling).run(identity.workspace)
    services = Services(
        storage, connections, clock, pacer, timing, bool(settings.model), claims, identity.workspace
    )
    deliverer = Deliverer(services, Notifier(connections).notify)
    stack.push_async_callback(deliverer.aclose)
    announcer = Announcer(connections, pacer, storage, clock)
    return Application(storage, claims, deliverer, announcer, connections, identity.workspace)


def _card_updater(parts: Application, clock: Clock, settings: Settings) -> CardUpdater:
    has_model = bool(settings.model)
    return CardUpdater(
        parts.storage,
        clock,
        parts.connections,
        has_model=has_model,
        claims=parts.claims,
        workspace=parts.workspace,
    )


def _backups(
    settings: Settings, parts: Application, clock: Clock
) -> dict[str, Callable[[], Awaitable[None]]]:
    """Return the job that backs a file up at night, where one is wanted."""
    database, folder = settings.database, backup_folder(settings)
    if isinstance(database, Server) or folder is None:
        return {}
    return {"backup": NightlyBackups(parts.storage, clock, parts.claims, database, folder).tick}


async def _end_what_is_under_way(ticking: Jobs, socket: SocketModeHandler) -> None:
    await asyncio.gather(ticking.aclose(), socket.end_listeners())


def _bolt(settings: Settings) -> AsyncApp:
    # Without a name Bolt searches all modules for its caller. It takes SLACK_BOT_TOKEN from the environment,
    # and warns of a client beside it: so it gets the token, and makes its own client.
    app = AsyncApp(
        name="paper-round",
        token=bot_token(settings),
        # Else Bolt leaves what no listener is for unacknowledged.
        raise_error_for_unhandled_request=True,
    )
    app.client.base_url = settings.api_url
    return app


def _parts(parts: Application, web: Web, clock: Clock, settings: Settings) -> Parts:
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
        connections=parts.connections,
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


@dataclass(frozen=True, slots=True)
class _Identity:
    """Which workspace the bot token is for, and this bot's id there."""

    workspace: str
    bot_id: str
    #: The workspace's address, which ends in a slash.
    url: str


async def _identity(client: AsyncWebClient) -> _Identity:
    """Ask Slack whose token it is; raises `SlackUnavailableError`."""
    try:
        answer = await SlackCaller(client).call("auth.test", {})
        failure = failure_of("auth.test", answer)
    except (NotConnectedError, AnswerLostError, UnreadableAnswerError) as error:
        raise unreachable(client.base_url, error) from error
    if isinstance(failure, Unknown) or (isinstance(failure, NotNow) and failure.lasting is None):
        raise unable(failure.reason)
    if failure:
        raise rejected("SLACK_BOT_TOKEN", failure.reason)
    workspace, bot_id = answer.body.get("team_id"), answer.body.get("bot_id")
    if not isinstance(workspace, str) or not isinstance(bot_id, str):
        raise rejected("SLACK_BOT_TOKEN", "it is not a bot's")
    url = answer.body.get("url")
    return _Identity(workspace, bot_id, url if isinstance(url, str) and url.endswith("/") else _ANY_WORKSPACE)


async def _connect(socket: SocketModeHandler) -> None:
    # The client would retry a rejected token for ever; fetching the URL here raises instead.
    socket.client.wss_uri = await socket.client.issue_new_wss_url()
    await socket.connect_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped
