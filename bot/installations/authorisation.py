"""Whose request it is, for Bolt: answered from the tables and a cache, without asking Slack each time.

Bolt's own authorisation calls `auth.test` with every request; all that this would tell is known since the
installation.
"""

import logging

from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.context.async_context import AsyncBoltContext

from bot.errors import NotInstalledError, TokenRenewalError, UnreadableTokenError
from bot.installations.tokens import Access, Tokens

_logger = logging.getLogger(__name__)


class Authorisation(AsyncAuthorize):
    """Bolt's authorisation, by workspace; a request of none is refused."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    async def __call__(
        self,
        *,
        context: AsyncBoltContext,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None,
        actor_enterprise_id: str | None = None,  # noqa: ARG002 -- Bolt's, of people of other organisations
        actor_team_id: str | None = None,  # noqa: ARG002
        actor_user_id: str | None = None,  # noqa: ARG002
    ) -> AuthorizeResult | None:
        """Return with which token the bot acts; `None` where it has none, and why in the log.

        In a channel that is shared with others, the workspace is the one in which the bot is installed, as
        Bolt reads it from the event's first authorisation. What is of a whole organisation is under its id.
        """
        organisation = enterprise_id if context.is_enterprise_install else None
        workspace = team_id or organisation or ""
        try:
            access = await self._tokens.access(workspace, organisation)
        except (NotInstalledError, UnreadableTokenError, TokenRenewalError) as error:
            _logger.warning("%s", error, extra={"action": "authorise", "workspace": workspace})
            return None
        # Handlers look there; without one, all organisations' would be the same.
        context["team_id"] = workspace
        return _result(access, enterprise_id, user_id)


def _result(access: Access, enterprise_id: str | None, user_id: str | None) -> AuthorizeResult:
    installation = access.installation
    return AuthorizeResult(
        enterprise_id=enterprise_id or installation.enterprise_id,
        team_id=access.workspace,
        team=installation.team_name or None,
        url=installation.team_url or None,
        bot_user_id=installation.bot_user_id,
        bot_id=installation.bot_id,
        bot_token=access.token,
        bot_scopes=installation.scopes,
        user_id=user_id,
    )
