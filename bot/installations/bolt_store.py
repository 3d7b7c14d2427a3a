"""The installations as Bolt's OAuth flow and its listeners know them, on our own tables.

Only what the bot needs is kept: no user's token, and no incoming webhook. Those of Slack's SDK keep tokens in
plain text.
"""

import logging
from datetime import datetime, timedelta
from logging import Logger

from slack_sdk.errors import SlackClientError
from slack_sdk.oauth.installation_store import Bot
from slack_sdk.oauth.installation_store import Installation as BoltInstallation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.errors import NotInstalledError
from bot.installations.changes import InstallationChanges
from bot.installations.cipher import TokenCipher
from bot.installations.tokens import Access, Tokens
from storage.records import EncryptedTokens, Installation

_logger = logging.getLogger(__name__)


class BoltStore(AsyncInstallationStore):
    """Slack's interface of a store; `client` asks for the address of a workspace, once."""

    def __init__(
        self,
        changes: InstallationChanges,
        tokens: Tokens,
        cipher: TokenCipher,
        client: AsyncWebClient,
        clock: Clock,
    ) -> None:
        self._clock = clock
        self._changes = changes
        self._tokens = tokens
        self._cipher = cipher
        self._client = client

    @property
    def logger(self) -> Logger:
        """The log of the store."""
        return _logger

    async def async_save(self, installation: BoltInstallation) -> None:
        """Store the installation; raises ValueError where it has no bot token or no workspace."""
        await self._changes.install(await self._record(installation))

    async def async_save_bot(self, bot: Bot) -> None:
        """Do nothing: a bot is stored with its installation."""

    async def async_find_bot(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        is_enterprise_install: bool | None = False,
    ) -> Bot | None:
        """Return the bot of a workspace, its token renewed in time; raises what `Tokens.of` does."""
        found = await self.async_find_installation(
            enterprise_id=enterprise_id, team_id=team_id, is_enterprise_install=is_enterprise_install
        )
        return found.to_bot() if found else None

    async def async_find_installation(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None = None,
        is_enterprise_install: bool | None = False,
    ) -> BoltInstallation | None:
        """Return the installation of a workspace, or of one person there; raises what `Tokens.of` does.

        Nothing but a `NotInstalledError` is a `None`.
        """
        key = team_id or enterprise_id
        try:
            access = await self._tokens.access(key or "", enterprise_id if is_enterprise_install else None)
        except NotInstalledError:
            return None
        if user_id and user_id != access.installation.installer:
            return None
        return self._as_bolt_s(access)

    async def async_delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        """End the installation of the workspace, or of the organisation where none is named."""
        await self._changes.uninstall(team_id or enterprise_id or "")

    async def async_delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        """End the installation; of one person there is nothing to delete, as no user's token is kept."""
        if user_id is None:
            await self.async_delete_bot(enterprise_id=enterprise_id, team_id=team_id)

    async def async_delete_all(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        """End the installation of the workspace, or of the organisation where none is named."""
        await self.async_delete_bot(enterprise_id=enterprise_id, team_id=team_id)

    async def _record(self, made: BoltInstallation) -> Installation:
        is_org_wide = made.is_enterprise_install
        workspace = made.enterprise_id if is_org_wide else made.team_id
        if not workspace or not made.bot_token:
            raise ValueError("an installation without a workspace or without a bot token")
        now = self._clock.now()
        return Installation(
            workspace=workspace,
            app_id=made.app_id or "",
            bot_id=made.bot_id or "",
            bot_user_id=made.bot_user_id or "",
            installer=made.user_id or "",
            installed_at=now,
            tokens=self._encrypted(made.bot_token, made, now),
            enterprise_id=made.enterprise_id,
            is_org_wide=is_org_wide,
            scopes=tuple(made.bot_scopes or ()),
            team_name=(made.enterprise_name if is_org_wide else made.team_name) or "",
            team_url=made.enterprise_url or await self._address(made.bot_token),
        )

    def _encrypted(self, token: str, made: BoltInstallation, now: datetime) -> EncryptedTokens:
        refresh_token, expires_at = made.bot_refresh_token, made.bot_token_expires_at
        # Bolt adds the time that Slack gives to that of the machine, which may be another than the clock's.
        lasts = timedelta(seconds=expires_at - made.installed_at) if expires_at else None
        return EncryptedTokens(
            token=self._cipher.encrypt(token),
            key_id=self._cipher.key_id,
            refresh_token=self._cipher.encrypt(refresh_token) if refresh_token else None,
            expires_at=now + lasts if lasts else None,
        )

    async def _address(self, token: str) -> str:
        """Return the address of the token's workspace; an empty text where Slack does not tell it now."""
        try:
            answer = await self._client.auth_test(token=token)
        except (OSError, SlackClientError) as error:
            fields = {"action": "install", "error": type(error).__name__}
            _logger.warning("Slack did not tell a workspace's address: %(error)s", fields, extra=fields)
            return ""
        url = answer.get("url")
        return url if isinstance(url, str) and url.endswith("/") else ""

    def _as_bolt_s(self, access: Access) -> BoltInstallation:
        known, tokens = access.installation, access.installation.tokens
        refresh_token = tokens.refresh_token if tokens else None
        expires_at = tokens.expires_at if tokens else None
        return BoltInstallation(
            app_id=known.app_id,
            enterprise_id=known.enterprise_id,
            enterprise_name=known.team_name if known.is_org_wide else None,
            enterprise_url=known.team_url if known.is_org_wide else None,
            team_id=None if known.is_org_wide else known.workspace,
            team_name=None if known.is_org_wide else known.team_name,
            bot_token=access.token,
            bot_id=known.bot_id,
            bot_user_id=known.bot_user_id,
            bot_scopes=known.scopes,
            bot_refresh_token=self._cipher.decrypt(refresh_token) if refresh_token else None,
            bot_token_expires_at=int(expires_at.timestamp()) if expires_at else None,
            user_id=known.installer,
            is_enterprise_install=known.is_org_wide,
            installed_at=known.installed_at.timestamp(),
        )
