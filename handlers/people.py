"""The people who make requests: their language and time zone, from Slack."""

import logging
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.errors import SlackCallError, StorageError
from bot.locale import Reader, Words, words_for
from bot.text.language import canonical_tag
from handlers.payloads import record_at, text_at
from handlers.slack_calls import call
from storage.runner import Runner

KNOWN_FOR = timedelta(hours=1)
"""How long an answer of `users.info` is cached."""

_MOST_CACHED = 10_000

_UTC = ZoneInfo("UTC")

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Person:
    """A member of a workspace; `language` is a BCP 47 tag."""

    workspace: str
    id: str
    language: str = "en"
    zone: ZoneInfo = _UTC

    @property
    def words(self) -> Words:
        """The bot's words in this person's language."""
        return words_for(self.language)

    def today(self, now: datetime) -> date:
        """Return the day that it is `now` where this person is."""
        return now.astimezone(self.zone).date()

    def reader(self, now: datetime) -> Reader:
        """Return this person as the reader of an answer that is given `now`."""
        return Reader(now, self.zone, self.words)


class People:
    """A cache of people, so that most answers need not wait for `users.info`."""

    def __init__(self, clock: Clock, storage: Runner | None = None) -> None:
        self._clock = clock
        self._storage = storage
        self._cached: dict[tuple[str, str], tuple[datetime, Person]] = {}

    async def get(self, client: AsyncWebClient, workspace: str, user: str) -> Person:
        """Return the person; where Slack refuses, as last known, else one who reads English in UTC."""
        cached_at, person = self._cached.get((workspace, user), (None, None))
        if person and cached_at and self._clock.now() - cached_at < KNOWN_FOR:
            return person
        fetched = await _fetch(client, workspace, user)
        if fetched is None:
            # Asked again at the next act: the reason may have passed by then.
            return person or Person(workspace, user)
        person = replace(fetched, language=await self._chosen_language(fetched) or fetched.language)
        if len(self._cached) >= _MOST_CACHED:
            self._cached.clear()
        self._cached[workspace, user] = (self._clock.now(), person)
        return person

    def forget(self, workspace: str, user: str) -> None:
        """Have the person asked about again at their next act, as after a change of their settings."""
        self._cached.pop((workspace, user), None)

    async def _chosen_language(self, person: Person) -> str | None:
        """Return the language that the person chose for the bot; `None` where it is that of their Slack."""
        if self._storage is None:
            return None
        try:
            settings = await self._storage.read(
                lambda tables: tables.personal_settings.get(person.workspace, person.id)
            )
        except (StorageError, RuntimeError):
            # A database that is gone, or closed at the end: whoever acts is still told so.
            return None
        return settings.language if settings else None


async def _fetch(client: AsyncWebClient, workspace: str, user: str) -> Person | None:
    try:
        answer = await call(client, "users.info", user=user, include_locale=True)
    except SlackCallError as error:
        fields = {"person": user, "error": error.reason}
        _logger.warning("Slack refused users.info of %(person)s: %(error)s", fields, extra=fields)
        return None
    profile = record_at(answer.body, "user")
    language = canonical_tag(text_at(profile, "locale")) or "en"
    return Person(workspace, user, language, _zone(text_at(profile, "tz")))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return _UTC
