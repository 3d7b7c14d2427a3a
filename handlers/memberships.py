"""Which people are in which channels, from Slack: who is told of a channel has to be in it."""

import asyncio
import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.errors import SlackCallError
from handlers.payloads import text_at
from handlers.slack_calls import call

KNOWN_FOR = timedelta(minutes=10)
"""How long the members of a channel are cached."""

MOST_CHANNELS = 20
"""The most channels that are looked at for one person."""

_A_PAGE = 1_000
_MOST_PAGES = 5

_logger = logging.getLogger(__name__)


class Memberships:
    """A cache of the members of channels, so that hundreds of people cost a call a channel and not each."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._cached: dict[tuple[str, str], tuple[datetime, frozenset[str]]] = {}

    async def channels_of(
        self, client: AsyncWebClient, workspace: str, person: str, channels: Iterable[str]
    ) -> tuple[str, ...]:
        """Return those of the channels that the person is in; none of which Slack does not say so."""
        looked_at = list(dict.fromkeys(channels))[:MOST_CHANNELS]
        members = await asyncio.gather(*(self._members(client, workspace, each) for each in looked_at))
        return tuple(channel for channel, people in zip(looked_at, members, strict=True) if person in people)

    async def _members(self, client: AsyncWebClient, workspace: str, channel: str) -> frozenset[str]:
        cached_at, members = self._cached.get((workspace, channel), (None, frozenset[str]()))
        if cached_at and self._clock.now() - cached_at < KNOWN_FOR:
            return members
        try:
            members = await _fetch(client, channel)
        except SlackCallError as error:
            _logger.info(
                "The members of %s are not known: %s", channel, error.reason, extra={"channel": channel}
            )
            members = frozenset()
        self._cached[workspace, channel] = (self._clock.now(), members)
        return members


async def _fetch(client: AsyncWebClient, channel: str) -> frozenset[str]:
    """Return the first five thousand members of a channel; raises `SlackCallError`."""
    members: set[str] = set()
    cursor = ""
    for _ in range(_MOST_PAGES):
        more = {"cursor": cursor} if cursor else {}
        answer = await call(client, "conversations.members", channel=channel, limit=_A_PAGE, **more)
        found = answer.body.get("members")
        members.update(each for each in (found if isinstance(found, list) else []) if isinstance(each, str))
        cursor = text_at(answer.body, "response_metadata", "next_cursor")
        if not cursor:
            break
    return frozenset(members)
