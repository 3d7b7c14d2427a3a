"""OAuth v2: how an app is installed in a workspace, and gets and renews its token.

https://docs.slack.dev/authentication/installing-with-oauth and
https://docs.slack.dev/authentication/using-token-rotation
"""

import base64
import binascii
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit

from bot.sandbox import events
from bot.sandbox.checks import Json
from bot.sandbox.errors import NotPossibleError, RefusedError
from bot.sandbox.records import Person
from bot.sandbox.workspace import Workspace

CODES_LAST = timedelta(minutes=10)
TOKENS_LAST = timedelta(hours=12)


@dataclass(frozen=True)
class Credentials:
    """What Slack shows under an app's Basic Information."""

    client_id: str = "100000000001.100000000004"
    client_secret: str = field(default="sandbox-client-secret", repr=False)
    signing_secret: str = field(default="sandbox-signing-secret", repr=False)


@dataclass(frozen=True)
class _Grant:
    """What somebody allowed: a code stands for it until it is exchanged."""

    workspace: Workspace
    person: Person
    redirect_uri: str
    scopes: tuple[str, ...]
    given_at: datetime


@dataclass(frozen=True)
class _Refresh:
    """What a refresh token renews."""

    workspace: Workspace
    person: Person
    scopes: tuple[str, ...]


class OAuth:
    """One app's installations in several workspaces."""

    def __init__(self, credentials: Credentials) -> None:
        self.credentials = credentials
        self._grants: dict[str, _Grant] = {}
        self._used: set[str] = set()
        self._refreshes: dict[str, _Refresh] = {}

    def refuse_unknown(self, query: Mapping[str, str], workspace: Workspace) -> None:
        """Raise NotPossibleError for a page of installation that Slack would not show."""
        if query.get("client_id") != self.credentials.client_id:
            raise NotPossibleError("invalid_client_id")
        redirect_uri = query.get("redirect_uri", "")
        if not any(redirect_uri.startswith(url) for url in workspace.manifest.oauth_config.redirect_urls):
            raise NotPossibleError("bad_redirect_uri")
        unknown = set(_scopes(query)).difference(workspace.manifest.scopes)
        if unknown or not _scopes(query):
            raise NotPossibleError(f"invalid_scope: {', '.join(sorted(unknown))}")

    def allow(self, query: Mapping[str, str], workspace: Workspace, person: Person) -> str:
        """Have a person allow what the app asks for, and return the address to which Slack redirects them.

        Raises NotPossibleError.
        """
        self.refuse_unknown(query, workspace)
        code = f"{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        redirect_uri, now = query["redirect_uri"], workspace.clock.now()
        self._grants[code] = _Grant(workspace, person, redirect_uri, _scopes(query), now)
        return _redirect(query, {"code": code})

    def cancel(self, query: Mapping[str, str], workspace: Workspace) -> str:
        """Have a person cancel the installation, and return the address to which Slack redirects them."""
        self.refuse_unknown(query, workspace)
        return _redirect(query, {"error": "access_denied"})

    def access(self, arguments: Mapping[str, str], authorization: str) -> Json:
        """Answer `oauth.v2.access`. Raises RefusedError."""
        self._authenticate(arguments, authorization)
        kind = arguments.get("grant_type") or "authorization_code"
        if kind == "authorization_code":
            grant = self._redeemed(arguments)
            return self._issue(_Refresh(grant.workspace, grant.person, grant.scopes))
        if kind != "refresh_token":
            raise RefusedError("invalid_grant_type")
        refresh = self._refreshes.pop(arguments.get("refresh_token", ""), None)
        if refresh is None:
            raise RefusedError("invalid_refresh_token")
        return self._issue(refresh)

    def _authenticate(self, arguments: Mapping[str, str], authorization: str) -> None:
        given = _basic(authorization) or (arguments.get("client_id"), arguments.get("client_secret"))
        if given[0] != self.credentials.client_id:
            raise RefusedError("invalid_client_id")
        if not hmac.compare_digest(given[1] or "", self.credentials.client_secret):
            raise RefusedError("bad_client_secret")

    def _redeemed(self, arguments: Mapping[str, str]) -> _Grant:
        code = arguments.get("code", "")
        if code in self._used:
            raise RefusedError("code_already_used")
        grant = self._grants.pop(code, None)
        if grant is None or grant.workspace.clock.now() - grant.given_at > CODES_LAST:
            raise RefusedError("invalid_code")
        self._used.add(code)
        if arguments.get("redirect_uri", grant.redirect_uri) != grant.redirect_uri:
            raise RefusedError("bad_redirect_uri")
        return grant

    def _issue(self, refresh: _Refresh) -> Json:
        """Issue a token; where tokens rotate it lasts twelve hours, and the one before stays as it is."""
        workspace = refresh.workspace
        rotates = workspace.manifest.settings.token_rotation_enabled
        prefix = "xoxe.xoxb" if rotates else "xoxb"
        token = f"{prefix}-{workspace.team_id[1:]}-{secrets.token_hex(12)}"
        now = workspace.clock.now()
        workspace.tokens.issue(token, now + TOKENS_LAST if rotates else None)
        workspace.scopes = refresh.scopes
        answer: Json = {
            "app_id": workspace.app_id,
            "authed_user": {"id": refresh.person.id},
            "scope": ",".join(refresh.scopes),
            "token_type": "bot",
            "access_token": token,
            "bot_user_id": workspace.bot.id,
            "team": {"id": workspace.team_id, "name": workspace.config.team_name},
            "enterprise": None,
            "is_enterprise_install": False,
        }
        if not rotates:
            return answer
        refresh_token = f"xoxe-1-{secrets.token_hex(24)}"
        self._refreshes[refresh_token] = refresh
        return {**answer, "refresh_token": refresh_token, "expires_in": int(TOKENS_LAST.total_seconds())}

    def uninstall(self, workspace: Workspace) -> None:
        """Remove the app from a workspace, as an admin may: its tokens end, and the app hears of it."""
        self._refreshes = {
            token: refresh for token, refresh in self._refreshes.items() if refresh.workspace is not workspace
        }
        workspace.tokens.end_all()
        events.uninstalled(workspace)


def _redirect(query: Mapping[str, str], result: Mapping[str, str]) -> str:
    fields = urlencode({**result, "state": query.get("state", "")})
    address = query["redirect_uri"]
    return f"{address}{'&' if urlsplit(address).query else '?'}{fields}"


def _scopes(query: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(scope for scope in query.get("scope", "").replace(" ", ",").split(",") if scope)


def _basic(authorization: str) -> tuple[str, str] | None:
    kind, _, encoded = authorization.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return name, secret
