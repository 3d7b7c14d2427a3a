"""Direct messages to whoever looks after the bot in a workspace, about what needs a hand.

That is who installed it, where that is known, else who set up the latest digest that still comes. Each person
is told of each matter at most once a day, whatever worker finds it and however often one starts: what they
were told is in the tables. What is of the whole bot, its model, database and backups, is told where the bot
has one workspace; of several, none can do anything about it, so it stays in the log and the metrics.

A channel or a workspace that is closed to the bot is told by `bot.delivery.notifier`, with a button.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.cards.operator import BackupFailed, DatabaseShut, ModelRefuses, SourceDown, Trouble, operator_message
from bot.clock import Clock
from bot.delivery.connections import Wires
from bot.delivery.outcomes import NotNow, Posted
from bot.errors import StorageError
from bot.listings.expected import latest_lists
from bot.locale import Reader, words_for
from storage.nightly_backups import FAILED, HEARTBEAT
from storage.records import FEW, Subscription
from storage.runner import Runner
from storage.tables import Tables

TOLD_AGAIN_AFTER = timedelta(days=1)

SOURCE_DOWN_FOR = timedelta(days=1)
"""How long a source may fail before somebody is told."""

DATABASE_SHUT_FOR = timedelta(minutes=10)
"""How long nothing can be written before somebody is told: a server may restart, a disk be tidied up."""

_REFUSED_WITHIN = timedelta(hours=1)
_PROBE = "operator"

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Operator:
    """Who looks after the bot in a workspace, and how they read."""

    workspace: str
    person: str
    language: str
    zone: str

    def reader(self, now: datetime) -> Reader:
        """Return them as the reader of a message of now."""
        return Reader(now, ZoneInfo(self.zone), words_for(self.language))


def operator_of(tables: Tables, workspace: str) -> Operator | None:
    """Return who looks after the bot in the workspace; `None` where nobody is known."""
    installation = tables.installations.serving(workspace)
    of_channels = [each for each in tables.subscriptions.all(workspace) if not each.is_personal]
    subscriptions = sorted(of_channels, key=lambda each: (each.begun_at, each.id))
    of_people = [each for each in subscriptions if each.created_by]
    person = (installation and installation.installer) or (of_people and of_people[-1].created_by) or None
    if not person:
        return None
    settings = tables.personal_settings.get(workspace, person)
    own = [each.preferences for each in subscriptions if each.created_by == person]
    known = [*own, *(each.preferences for each in subscriptions)]
    language = (settings and settings.language) or (known[0].language if known else "en")
    return Operator(workspace, person, language, known[0].zone if known else "UTC")


def begin_telling(tables: Tables, workspace: str, person: str, matter: str, now: datetime) -> bool:
    """Record that a person is told of a matter now; return False where they were within a day."""
    return tables.operator_notices.begin(workspace, person, matter, now, TOLD_AGAIN_AFTER)


def troubles_of(tables: Tables, workspace: str, now: datetime) -> tuple[SourceDown, ...]:
    """Return which sources of the workspace's channels have been down for a day."""
    wanted = [each for each in tables.subscriptions.all(workspace) if not each.paused_reason]
    return tuple(_sources_down(tables, wanted, now))


def troubles_of_bot(tables: Tables, now: datetime) -> tuple[Trouble, ...]:
    """Return what is wrong with the model and the backups, as far as the tables tell."""
    return (*_model_refuses(tables, now), *_backup_failed(tables, now))


def _sources_down(tables: Tables, wanted: list[Subscription], now: datetime) -> Iterator[SourceDown]:
    sources = dict.fromkeys(source for each in wanted for source in each.preferences.sources)
    for listing in latest_lists(tables, tuple(sources)):
        since, reason = listing.trouble_since, listing.trouble
        if reason and reason != FEW and since and now - since >= SOURCE_DOWN_FOR:
            yield SourceDown(listing.source, since, reason)


def _model_refuses(tables: Tables, now: datetime) -> Iterator[ModelRefuses]:
    # What the endpoint would answer for no paper puts no retry of this one off: see `Summariser`.
    refusals = (
        each
        for each in tables.summary_failures.since(now - _REFUSED_WITHIN)
        if each.next_try_at == each.failed_at
    )
    if refusal := next(refusals, None):
        yield ModelRefuses(refusal.reason)


def _backup_failed(tables: Tables, now: datetime) -> Iterator[BackupFailed]:
    failed, last = tables.heartbeats.last(FAILED), tables.heartbeats.last(HEARTBEAT)
    if failed and now - failed < TOLD_AGAIN_AFTER and (last is None or last < failed):
        yield BackupFailed(failed)


class OperatorNotices:
    """Looks at each tick for what needs a hand, and tells it.

    `workspace` is the one that the bot has, `None` where it has many.
    """

    def __init__(self, storage: Runner, clock: Clock, wires: Wires, workspace: str | None) -> None:
        self._storage = storage
        self._clock = clock
        self._wires = wires
        self._workspace = workspace
        # Who is to be told where the database tells nothing any more, and since when nothing can be written.
        self._operator: Operator | None = None
        self._shut_since: datetime | None = None
        self._told_at: datetime | None = None

    async def tick(self) -> None:
        """Tell what needs a hand."""
        now = self._clock.now()
        try:
            await self._storage.write(lambda tables: tables.heartbeats.beat(_PROBE, now))
        except StorageError as error:
            await self._tell_of_database(error, now)
            return
        self._shut_since = None
        for operator, troubles in await self._storage.read(lambda tables: self._look(tables, now)):
            for trouble in troubles:
                await self._tell_once(operator, trouble, now)

    def _look(self, tables: Tables, now: datetime) -> list[tuple[Operator, tuple[Trouble, ...]]]:
        workspaces = (
            [self._workspace]
            if self._workspace
            else list(dict.fromkeys(each.workspace for each in tables.subscriptions.all()))
        )
        found: list[tuple[Operator, tuple[Trouble, ...]]] = []
        for workspace in workspaces:
            of_bot = troubles_of_bot(tables, now) if self._workspace else ()
            operator = operator_of(tables, workspace)
            if self._workspace:
                self._operator = operator
            if operator:
                found.append((operator, (*troubles_of(tables, workspace, now), *of_bot)))
        return found

    async def _tell_once(self, operator: Operator, trouble: Trouble, now: datetime) -> None:
        whose = (operator.workspace, operator.person, trouble.matter)
        if not await self._storage.write(lambda tables: begin_telling(tables, *whose, now)):
            return
        if not await self._tell(operator, trouble, now):
            await self._storage.write(lambda tables: tables.operator_notices.take_back(*whose))

    async def _tell_of_database(self, error: StorageError, now: datetime) -> None:
        """Tell it from memory: what nobody can write down, each process tells once a day."""
        self._shut_since = self._shut_since or now
        is_told = self._told_at is not None and now - self._told_at < TOLD_AGAIN_AFTER
        if self._operator and not is_told and now - self._shut_since >= DATABASE_SHUT_FOR:
            self._told_at = now
            await self._tell(self._operator, DatabaseShut(str(error)), now)

    async def _tell(self, operator: Operator, trouble: Trouble, now: datetime) -> bool:
        """Send the message; return False where Slack puts it off, so that the next tick tries again.

        One that is refused is tried the next day: in a closed workspace each tick would be refused.
        """
        message = operator_message(trouble, operator.reader(now))
        wire = await self._wires.wire(operator.workspace)
        payload = {"text": message.text, "blocks": list(message.blocks)}
        outcome = await wire.post(operator.person, payload, None)
        if not isinstance(outcome, Posted):
            fields = {"action": "tell", "workspace": operator.workspace, "person": operator.person}
            _logger.warning("Nobody was told of the %s: %s", trouble.matter, outcome, extra=fields)
        return not isinstance(outcome, NotNow)
