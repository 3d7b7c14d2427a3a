"""The people who make requests: their language and time zone, from Slack."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.locale import Reader, Words, words_for

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

    def reader(self, now: datetime) -> Reader:
        """Return this person as the reader of an answer that is given `now`."""
        return Reader(now, self.zone, self.words)


class People:
    """A cache of people, so that most answers need not wait for `users.info`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._cached: dict[tuple[str, str], tuple[datetime, Person]] = {}

    async def get(self, client: AsyncWebClient, workspace: str, user: str) -> Person:
        """Return the person; where Slack refuses, one who reads English in UTC."""
        cached_at, person = self._cached.get((workspace, user), (None, None))
        if person and cached_at and self._clock.now() - cached_at < KNOWN_FOR:
            return person
        person = await _fetch(client, workspace, user)
        if len(self._cached) >= _MOST_CACHED:
            self._cached.clear()
        self._cached[workspace, user] = (self._clock.now(), person)
        return person


async def _fetch(client: AsyncWebClient, workspace: str, user: str) -> Person:
    try:
        answer = await client.users_info(user=user, include_locale=True)
    except SlackApiError as error:
        fields = {"person": user, "error": error.response.get("error")}
        _logger.warning("Slack refused users.info of %(person)s: %(error)s", fields, extra=fields)
        return Person(workspace, user)
    profile = answer["user"]
    return Person(workspace, user, profile.get("locale") or "en", _zone(profile.get("tz")))


def _zone(name: str | None) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return _UTC
