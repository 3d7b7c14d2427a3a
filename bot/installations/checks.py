"""A look at every installation, once a night and after a restore: Slack tells of an end only once.

Events are not sent again after two hours, so whoever uninstalls a bot that is off would be kept for ever:
https://docs.slack.dev/apis/events-api/
"""

import logging
from collections.abc import AsyncIterator, Callable
from datetime import UTC, time

from bot.clock import Clock
from bot.delivery.answers import UnreadableAnswerError, code_of
from bot.delivery.web_api import AnswerLostError, Caller, NotConnectedError
from bot.errors import NotInstalledError, TokenRenewalError, UnreadableTokenError
from bot.installations.changes import InstallationChanges
from bot.installations.tokens import Tokens
from storage.claims import Claims
from storage.installations import CHECKED
from storage.records import Installation
from storage.retention import last_night
from storage.runner import Runner

ENDED = frozenset({"account_inactive", "token_revoked"})
"""Slack's errors for a token of an app that is not installed any more.

https://docs.slack.dev/reference/methods/auth.test
"""

_AT = time(2, 30, tzinfo=UTC)
_AT_ONCE = 50

_logger = logging.getLogger(__name__)


class InstallationChecks:
    """Asks Slack once a night whose tokens it still takes; `caller_with` makes calls with a token."""

    def __init__(
        self,
        storage: Runner,
        clock: Clock,
        claims: Claims,
        tokens: Tokens,
        changes: InstallationChanges,
        caller_with: Callable[[str], Caller],
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._claims = claims
        self._tokens = tokens
        self._changes = changes
        self._caller_with = caller_with

    async def tick(self) -> None:
        """Look at every installation, unless that was done since the last 02:30 UTC, or another does it."""
        if not await self._is_due():
            return
        async with self._claims.held(CHECKED) as claim:
            if claim and await self._is_due():
                await self._check_all()

    async def _is_due(self) -> bool:
        now = self._clock.now()
        last = await self._storage.read(lambda tables: tables.heartbeats.last(CHECKED))
        return last is None or not last_night(now, _AT) <= last <= now

    async def _check_all(self) -> None:
        now = self._clock.now()
        async for installation in self._installed():
            if await self._has_ended(installation):
                await self._changes.uninstall(installation.workspace, now)
        await self._storage.write(lambda tables: tables.heartbeats.beat(CHECKED, now))

    async def _installed(self) -> AsyncIterator[Installation]:
        last = ""
        while found := await self._page(last):
            for installation in found:
                yield installation
            last = found[-1].workspace

    async def _page(self, after: str) -> tuple[Installation, ...]:
        return await self._storage.read(lambda tables: tables.installations.installed(after, _AT_ONCE))

    async def _has_ended(self, installation: Installation) -> bool:
        """Return whether Slack says so; what it does not say now is asked in the next night."""
        try:
            token = await self._tokens.of(installation.workspace)
            answer = await self._caller_with(token).call("auth.test", {})
        except (
            *(NotInstalledError, TokenRenewalError, UnreadableTokenError),
            *(NotConnectedError, AnswerLostError, UnreadableAnswerError),
        ) as error:
            fields = {
                "action": "check installation",
                "workspace": installation.workspace,
                "error": str(error),
            }
            _logger.warning(
                "Whether the bot is installed in %(workspace)s is not known: %(error)s", fields, extra=fields
            )
            return False
        return code_of(answer.body) in ENDED
