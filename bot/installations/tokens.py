"""The bot token of each workspace: read, decrypted, renewed before it expires, and remembered for a moment.

Requests and what runs by itself take tokens here alike. A token is renewed by one worker at a time. While it
is still valid, nobody waits for that.

    valid for hours ──two hours before its end──► one worker renews it, the others use it as it is
    expired ──────────────────────────────────► one worker renews it, the others wait for that
"""

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NoReturn

from bot.background import to_its_end
from bot.clock import Clock, to_the_second
from bot.errors import NotInstalledError, SlackCallError, TokenRenewalError
from bot.installations.changes import enter
from bot.installations.cipher import TokenCipher
from bot.installations.exchange import Exchange, NewTokens
from bot.retries import Backoff
from storage.claims import Claims
from storage.records import EncryptedTokens, Installation
from storage.runner import Runner
from storage.tables import Tables

RENEWED_BEFORE = timedelta(hours=2)
"""How long before its end a token is renewed; Slack's last twelve hours."""

KNOWN_FOR = timedelta(minutes=1)
"""How long a token is remembered; so long others may use it, once one worker hears of its end."""

_MOST_KNOWN = 10_000
_BACKOFF = Backoff(first=timedelta(minutes=1), longest=timedelta(minutes=15))

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Access:
    """What the bot acts with in one workspace."""

    #: The team's id.
    workspace: str
    #: The bot token.
    token: str = field(repr=False)
    #: The workspace's own, or its organisation's.
    installation: Installation


@dataclass(frozen=True, slots=True)
class _Failure:
    """The last failures to renew a token."""

    tries: int
    next_try_at: datetime
    error: SlackCallError


class Tokens:
    """The bot tokens of all workspaces in which the bot is installed."""

    def __init__(
        self, storage: Runner, clock: Clock, cipher: TokenCipher, claims: Claims, exchange: Exchange
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._cipher = cipher
        self._claims = claims
        self._exchange = exchange
        self._known: dict[str, tuple[datetime, Access]] = {}
        self._failures: dict[str, _Failure] = {}
        # Rises as tokens are forgotten, so that none is remembered that was read before.
        self._forgotten = 0

    async def of(self, workspace: str) -> str:
        """Return a bot token that Slack takes in the workspace.

        Raises `NotInstalledError`, `UnreadableTokenError`, `TokenRenewalError` or `StorageError`.
        """
        return (await self.access(workspace)).token

    async def access(self, workspace: str, enterprise_id: str | None = None) -> Access:
        """Return the token with whose it is; raises what `of` raises.

        `enterprise_id` is the organisation by whose installation Slack says that it acts there; from then on
        that is known without being told.
        """
        known_at, known = self._known.get(workspace, (None, None))
        if known and known_at and self._clock.now() - known_at < KNOWN_FOR:
            return known
        return await self._looked_up(workspace, enterprise_id)

    def forget(self, workspace: str) -> None:
        """Forget the tokens of a workspace, or of all workspaces of an organisation."""
        self._forgotten += 1
        self._failures.pop(workspace, None)
        self._known = {
            each: (known_at, access)
            for each, (known_at, access) in self._known.items()
            if workspace not in {each, access.installation.workspace}
        }

    async def _looked_up(self, workspace: str, enterprise_id: str | None) -> Access:
        forgotten = self._forgotten
        found = await self._storage.read(lambda tables: tables.installations.serving(workspace))
        if found is None and enterprise_id:
            found = await self._entered(workspace, enterprise_id)
        installation = await self._fresh(found or _refuse(workspace))
        access = Access(workspace, self._cipher.decrypt(_tokens_of(installation).token), installation)
        if forgotten == self._forgotten:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[workspace] = (self._clock.now(), access)
        return access

    async def _entered(self, workspace: str, enterprise_id: str) -> Installation | None:
        """Have an organisation's installation serve the workspace, if there is one."""

        now = self._clock.now()

        def enter_if_installed(tables: Tables) -> Installation | None:
            found = tables.installations.get(enterprise_id)
            if found is None or not found.is_org_wide or found.uninstalled_at:
                return None
            enter(tables, [workspace], enterprise_id, now)
            return tables.installations.serving(workspace)

        return await self._storage.write(enter_if_installed)

    async def _fresh(self, installation: Installation) -> Installation:
        """Return the installation with a token that is still valid, renewed where it ends soon."""
        if not self._ends_soon(installation):
            return installation
        if failure := self._last_failure(installation.workspace):
            return self._as_it_is(installation, failure)
        name = f"token of {installation.workspace}"
        if self._is_expired(installation):
            async with self._claims.awaited(name):
                return await self._renewed(installation.workspace)
        async with self._claims.held(name) as claim:
            return await self._renewed(installation.workspace) if claim else installation

    async def _renewed(self, workspace: str) -> Installation:
        """Renew the token, unless another worker just did; raises `TokenRenewalError` if it has expired."""
        found = await self._storage.read(lambda tables: tables.installations.get(workspace))
        if found is None or found.tokens is None:
            _refuse(workspace)
        if not self._ends_soon(found):
            return found
        if failure := self._last_failure(workspace):
            return self._as_it_is(found, failure)
        try:
            # Whoever waits may be stopped; what Slack gives then would be lost for ever.
            return await to_its_end(self._exchanged(found))
        except SlackCallError as error:
            return self._as_it_is(found, self._note(found, error))

    def _last_failure(self, workspace: str) -> _Failure | None:
        """Return the failure after which it is too early to try again, if there was one."""
        failure = self._failures.get(workspace)
        return failure if failure and failure.next_try_at > self._clock.now() else None

    def _as_it_is(self, installation: Installation, failure: _Failure) -> Installation:
        """Return the installation whose token was not renewed; raises `TokenRenewalError` if it expired."""
        if self._is_expired(installation):
            error = failure.error
            raise TokenRenewalError(installation.workspace, error.reason, is_passing=error.is_passing)
        return installation

    async def _exchanged(self, before: Installation) -> Installation:
        """Exchange the refresh token and store what Slack gives for it; raises `SlackCallError`."""
        now, refresh_token = self._clock.now(), _tokens_of(before).refresh_token
        if refresh_token is None:
            raise SlackCallError("no refresh token", is_passing=False)
        new = await self._exchange.new_tokens(self._cipher.decrypt(refresh_token))
        encrypted = self._encrypted(new, now)
        await self._storage.write(lambda tables: tables.installations.replace_tokens(before, encrypted))
        self._failures.pop(before.workspace, None)
        # Where it was uninstalled or installed anew meanwhile, that counts.
        after = await self._storage.read(lambda tables: tables.installations.get(before.workspace))
        fields = {"action": "renew token", "workspace": before.workspace}
        _logger.info("Renewed the token of %(workspace)s", fields, extra=fields)
        return after if after and after.tokens else _refuse(before.workspace)

    def _encrypted(self, new: NewTokens, now: datetime) -> EncryptedTokens:
        return EncryptedTokens(
            token=self._cipher.encrypt(new.token),
            key_id=self._cipher.key_id,
            refresh_token=self._cipher.encrypt(new.refresh_token),
            expires_at=now + new.lasts,
        )

    def _note(self, installation: Installation, error: SlackCallError) -> _Failure:
        """Note when to try again, so that no request in between costs a call."""
        before = self._failures.get(installation.workspace)
        tries = before.tries + 1 if before else 1
        next_try_at = self._clock.now() + _BACKOFF.wait(tries - 1)
        self._failures[installation.workspace] = noted = _Failure(tries, next_try_at, error)
        expires_at = _tokens_of(installation).expires_at
        fields = {
            "action": "renew token",
            "workspace": installation.workspace,
            "error": error.reason,
            "expires": to_the_second(expires_at) if expires_at else "",
        }
        _logger.warning(
            "The token of %(workspace)s, which expires at %(expires)s, was not renewed: %(error)s",
            fields,
            extra=fields,
        )
        return noted

    def _ends_soon(self, installation: Installation) -> bool:
        expires_at = _tokens_of(installation).expires_at
        return expires_at is not None and expires_at - RENEWED_BEFORE <= self._clock.now()

    def _is_expired(self, installation: Installation) -> bool:
        expires_at = _tokens_of(installation).expires_at
        return expires_at is not None and expires_at <= self._clock.now()


def _tokens_of(installation: Installation) -> EncryptedTokens:
    return installation.tokens or _refuse(installation.workspace)


def _refuse(workspace: str) -> NoReturn:
    place = workspace or "a workspace without an id"
    raise NotInstalledError(f"The bot is not installed in {place}. Have it installed there again.")
