"""The reminder of what is unread: on Mondays at nine, by the clock of who wants it."""

import logging
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.cards.my_settings import reminder_message
from bot.clock import Clock
from bot.delivery.connections import Connections
from bot.errors import NotInstalledError, SlackCallError
from handlers.people import People
from handlers.slack_calls import call
from storage.records import PersonSettings, ReadingStatus, SavedFilter, SavedPaper
from storage.runner import Runner
from storage.tables import Tables

_AT = time(9, 0)
_DAYS_OF_A_WEEK = 7
_A_WEEK = timedelta(days=_DAYS_OF_A_WEEK)
_AT_ONCE = 20
_TITLES = 3
# Who hears of last Monday on Wednesday has no use for it.
_LATE_AFTER = timedelta(hours=12)
_UNREAD = SavedFilter(ReadingStatus.UNREAD)

_logger = logging.getLogger(__name__)


def next_reminder(zone: ZoneInfo, now: datetime) -> datetime:
    """Return the next Monday at nine in a zone, later than now."""
    today = now.astimezone(zone).date()
    for days in range(_DAYS_OF_A_WEEK + 1):
        day = today + timedelta(days=days)
        at = datetime.combine(day, _AT, zone).astimezone(now.tzinfo)
        if day.weekday() == 0 and at > now:
            return at
    raise AssertionError("No week is without a Monday.")


class Reminders:
    """Sends the reminders that are due; each is put off to the next week before it is sent, so none is twice.

    What a process that stops between the two does not send is not sent that week. `workspace` is the one
    that `connections` reach; `None` where they reach all.
    """

    def __init__(
        self,
        storage: Runner,
        clock: Clock,
        connections: Connections,
        people: People,
        workspace: str | None = None,
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._connections = connections
        self._people = people
        self._workspace = workspace

    async def tick(self) -> None:
        """Send what is due by now."""
        now = self._clock.now()
        due = await self._storage.read(lambda tables: tables.personal_settings.due_reminders(now, _AT_ONCE))
        for settings in due:
            if self._workspace in (None, settings.workspace):
                await self._remind(settings, now)

    async def _remind(self, settings: PersonSettings, now: datetime) -> None:
        try:
            client = (await self._connections.of(settings.workspace)).client
        except NotInstalledError:
            await self._storage.write(
                lambda tables: tables.personal_settings.begin_reminder(settings, now + _A_WEEK)
            )
            return
        person = await self._people.get(client, settings.workspace, settings.person)
        next_at = next_reminder(person.zone, now)

        def begin(tables: Tables) -> tuple[int, tuple[SavedPaper, ...]]:
            if not tables.personal_settings.begin_reminder(settings, next_at):
                return 0, ()
            whose = (settings.workspace, settings.person)
            newest = tables.saved_papers.page(*whose, _UNREAD, offset=0, limit=_TITLES)
            return tables.saved_papers.count(*whose, _UNREAD), newest

        unread, newest = await self._storage.write(begin)
        is_late = settings.next_reminder_at is not None and now - settings.next_reminder_at > _LATE_AFTER
        if not unread or is_late:
            return
        message = reminder_message(unread, [saved.paper for saved in newest], person.words)
        try:
            await call(
                client,
                "chat.postMessage",
                channel=person.id,
                text=message.text,
                blocks=list(message.blocks),
                unfurl_links=False,
                unfurl_media=False,
            )
        except SlackCallError as error:
            fields = {"person": person.id, "error": error.reason}
            _logger.warning("Slack refused a reminder to %(person)s: %(error)s", fields, extra=fields)
