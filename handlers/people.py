"""Who asks: their language and time zone, from Slack."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.locale import Reader, Words, words_for

KNOWN_FOR = timedelta(hours=1)
"""For how long an answer of `users.info` is taken as still true."""

_MOST_REMEMBERED = 10_000

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
    """The people that ask, each remembered for an hour, so that an answer need not wait for Slack's."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[tuple[str, str], tuple[datetime, Person]] = {}

    async def get(self, client: AsyncWebClient, workspace: str, user: str) -> Person:
        """Return the person; where Slack does not tell, one who reads English and lives by UTC."""
        known_at, person = self._known.get((workspace, user), (None, None))
        if person and known_at and self._clock.now() - known_at < KNOWN_FOR:
            return person
        person = await _ask(client, workspace, user)
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        self._known[workspace, user] = (self._clock.now(), person)
        return person


async def _ask(client: AsyncWebClient, workspace: str, user: str) -> Person:
    try:
        answer = await client.users_info(user=user, include_locale=True)
    except SlackApiError as error:
        _logger.warning("users.info of %s answered %s", user, error.response.get("error"))
        return Person(workspace, user)
    told = answer["user"]
    return Person(workspace, user, told.get("locale") or "en", _zone(told.get("tz")))


def _zone(name: str | None) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return _UTC
