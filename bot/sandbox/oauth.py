"""OAuth v2: how an app is installed in a workspace, and gets and renews its token.

https://docs.slack.dev/authentication/installing-with-oauth and
https://docs.slack.dev/authentication/using-token-rotation
"""

import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit

from bot.sandbox import events
from bot.sandbox.checks import Json
from bot.sandbox.errors import NotPossibleError, RefusedError
from bot.sandbox.methods.apps import revoked
from bot.sandbox.methods.call import Call, Method
from bot.sandbox.records import Person
from bot.sandbox.workspace import Workspace

CODES_LAST = timedelta(minutes=10)
TOKENS_LAST = timedelta(hours=12)
TOKENS_AT_ONCE = 2
"""How many tokens of one installation may be valid at a time, where they rotate."""


@dataclass(frozen=True)
class Credentials:
    """What Slack shows under an app's Basic Information."""

    client_id: str = "100000000001.100000000004"
    client_secret: str = field(default="sandbox-client-secret", repr=False)
    signing_secret: str = field(default="sandbox-signing-secret", repr=False)


@dataclass(frozen=True)
class _Installation:
    """What somebody allowed: in one workspace, or in all of an organisation."""

    workspaces: tuple[Workspace, ...]
    person: Person
    scopes: tuple[str, ...]
    is_org_wide: bool
    rotated: list[str] = field(default_factory=list)

    @property
    def first(self) -> Workspace:
        return self.workspaces[0]


@dataclass(frozen=True)
class _Grant:
    """What a code stands for until it is exchanged, with the `redirect_uri` that it was asked for with."""

    installation: _Installation
    redirect_uri: str
    must_be_named: bool
    given_at: datetime

    def permits(self, redirect_uri: str | None) -> bool:
        """Tell whether the code is exchanged together with this one, or with none."""
        return redirect_uri == self.redirect_uri or not (redirect_uri or self.must_be_named)


class OAuth:
    """One app's installations in several workspaces."""

    def __init__(self, credentials: Credentials) -> None:
        self.credentials = credentials
        self.workspaces: tuple[Workspace, ...] = ()
        self._grants: dict[str, _Grant] = {}
        self._used: set[str] = set()
        self._refreshes: dict[str, _Installation] = {}

    @property
    def methods(self) -> tuple[Method, ...]:
        """The methods of the Web API that concern installations."""
        own = frozenset({"client_id", "client_secret"})
        exchanged = frozenset({"code", "redirect_uri", "grant_type", "refresh_token"})
        return (
            Method("apps.uninstall", self._apps_uninstall, own, "tier_1"),
            Method("auth.revoke", self._auth_revoke, frozenset({"test"}), "tier_3"),
            Method("oauth.v2.access", self._access, own | exchanged, "tier_4", takes="nothing"),
        )

    # ---- The page on which people install the app

    def refuse_unknown(self, query: Mapping[str, str]) -> None:
        """Raise NotPossibleError for a page of installation that Slack would not show."""
        manifest = self.workspaces[0].manifest
        if query.get("client_id") != self.credentials.client_id:
            raise NotPossibleError("invalid_client_id")
        redirect_urls = manifest.oauth_config.redirect_urls
        if not any(_is_below(_redirect_uri(query, redirect_urls), url) for url in redirect_urls):
            raise NotPossibleError("bad_redirect_uri")
        unknown = set(scopes_in(query)).difference(manifest.scopes)
        if unknown or not scopes_in(query):
            raise NotPossibleError(f"invalid_scope: {', '.join(sorted(unknown))}")

    def allow(
        self, query: Mapping[str, str], workspace: Workspace, person: Person, *, org_wide: bool = False
    ) -> str:
        """Have a person allow what the app asks for, and return the address to which Slack redirects them.

        With `org_wide` it is allowed in all workspaces of the organisation. Raises NotPossibleError.
        """
        self.refuse_unknown(query)
        workspaces = self._organisation_of(workspace, person) if org_wide else (workspace,)
        withheld = workspace.config.withheld_scopes
        scopes = tuple(scope for scope in scopes_in(query) if scope not in withheld)
        installation = _Installation(workspaces, person, scopes, org_wide)
        urls, now = workspace.manifest.oauth_config.redirect_urls, workspace.clock.now()
        # Where an app has one address only, Slack takes a code without it, although its docs say otherwise.
        must_be_named = len(urls) > 1 and "redirect_uri" in query
        code = f"{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._grants[code] = _Grant(installation, _redirect_uri(query, urls), must_be_named, now)
        return _redirect(query, urls, {"code": code})

    def _organisation_of(self, workspace: Workspace, person: Person) -> tuple[Workspace, ...]:
        enterprise = workspace.config.enterprise
        if enterprise is None or not workspace.manifest.settings.org_deploy_enabled:
            raise NotPossibleError("The app cannot be installed in a whole organisation here.")
        if not person.is_admin:
            raise NotPossibleError(f"{person.name} is no admin, so cannot install it in the organisation.")
        return tuple(each for each in self.workspaces if each.config.enterprise == enterprise)

    def cancel(self, query: Mapping[str, str]) -> str:
        """Have somebody cancel the installation, and return the address to which Slack redirects them.

        Raises NotPossibleError.
        """
        self.refuse_unknown(query)
        urls = self.workspaces[0].manifest.oauth_config.redirect_urls
        return _redirect(query, urls, {"error": "access_denied"})

    # ---- Methods of the Web API

    def workspace_of(self, arguments: Mapping[str, str]) -> Workspace:
        """Return the workspace whose code or refresh token is exchanged, else any."""
        grant = self._grants.get(arguments.get("code", ""))
        refresh = self._refreshes.get(arguments.get("refresh_token", ""))
        installation = grant.installation if grant else refresh
        return installation.first if installation else self.workspaces[0]

    def _access(self, call: Call) -> Json:
        self._authenticate(call)
        kind = call.get("grant_type") or "authorization_code"
        if kind == "authorization_code":
            installation = self._redeemed(call)
            _install(installation)
            return self._issue(installation)
        if kind != "refresh_token":
            raise RefusedError("invalid_grant_type")
        refresh_token = call.get("refresh_token") or ""
        if refresh_token not in self._refreshes:
            raise RefusedError("invalid_refresh_token")
        return self._issue(self._refreshes.pop(refresh_token))

    def _apps_uninstall(self, call: Call) -> Json:
        self._authenticate(call)
        self.uninstall(call.workspace)
        return {}

    def _auth_revoke(self, call: Call) -> Json:
        return revoked(call, self._installed_with(call.workspace))

    def _authenticate(self, call: Call) -> None:
        if call.get("client_id") != self.credentials.client_id:
            raise RefusedError("invalid_client_id")
        given = (call.get("client_secret") or "").encode()
        if not hmac.compare_digest(given, self.credentials.client_secret.encode()):
            raise RefusedError("bad_client_secret")

    def _redeemed(self, call: Call) -> _Installation:
        code = call.get("code") or ""
        if code in self._used:
            raise RefusedError("code_already_used")
        grant = self._grants.pop(code, None)
        if grant is None or call.workspace.clock.now() - grant.given_at > CODES_LAST:
            raise RefusedError("invalid_code")
        self._used.add(code)
        if not grant.permits(call.get("redirect_uri")):
            raise RefusedError("bad_redirect_uri")
        return grant.installation

    def _issue(self, installation: _Installation) -> Json:
        """Issue a token; where tokens rotate it lasts twelve hours, beside the one before but none older."""
        first = installation.first
        rotates = first.manifest.settings.token_rotation_enabled
        token = f"{'xoxe.xoxb' if rotates else 'xoxb'}-{first.team_id[1:]}-{secrets.token_hex(12)}"
        expires_at = first.clock.now() + TOKENS_LAST if rotates else None
        for workspace in installation.workspaces:
            workspace.tokens.issue(token, expires_at)
        if not rotates:
            return _answer(installation, token)
        refresh_token = f"xoxe-1-{secrets.token_hex(24)}"
        self._refreshes[refresh_token] = installation
        installation.rotated.append(token)
        for old in installation.rotated[:-TOKENS_AT_ONCE]:
            for workspace in installation.workspaces:
                workspace.tokens.end(old)
        lasts = int(TOKENS_LAST.total_seconds())
        return {**_answer(installation, token), "refresh_token": refresh_token, "expires_in": lasts}

    # ---- The end

    def uninstall(self, workspace: Workspace) -> None:
        """Remove the app, as an admin may: its tokens end, and the app hears of it.

        An installation of a whole organisation ends in all its workspaces. Raises NotPossibleError.
        """
        if not workspace.is_installed:
            raise NotPossibleError("The app is not installed in this workspace.")
        ended = self._installed_with(workspace)
        self._refreshes = {
            token: each for token, each in self._refreshes.items() if workspace not in each.workspaces
        }
        events.uninstalled(workspace)
        events.tokens_revoked(workspace)
        for each in ended:
            each.tokens.end_all()
            each.is_installed = each.is_org_wide = False
            each.deactivate_bot()

    def _installed_with(self, workspace: Workspace) -> tuple[Workspace, ...]:
        """Return the workspaces that one installation covers: all of an organisation, or this one."""
        if not workspace.is_org_wide:
            return (workspace,)
        enterprise = workspace.config.enterprise
        return tuple(
            each for each in self.workspaces if each.is_org_wide and each.config.enterprise == enterprise
        )


def _install(installation: _Installation) -> None:
    for workspace in installation.workspaces:
        # Who installs an app again adds scopes; only uninstalling it takes any away.
        known = workspace.scopes if workspace.is_installed else ()
        workspace.scopes = tuple(dict.fromkeys((*known, *installation.scopes)))
        workspace.is_installed, workspace.is_org_wide = True, installation.is_org_wide
        workspace.changed()


def _answer(installation: _Installation, token: str) -> Json:
    workspace = installation.first
    enterprise = workspace.config.enterprise
    team = {"id": workspace.team_id, "name": workspace.config.team_name}
    return {
        "app_id": workspace.app_id,
        "authed_user": {"id": installation.person.id},
        "scope": ",".join(workspace.scopes),
        "token_type": "bot",
        "access_token": token,
        "bot_user_id": workspace.bot.id,
        "team": None if installation.is_org_wide else team,
        "enterprise": enterprise.model_dump() if enterprise else None,
        "is_enterprise_install": installation.is_org_wide,
    }


def _redirect(query: Mapping[str, str], urls: Sequence[str], result: Mapping[str, str]) -> str:
    fields = urlencode({**result, "state": query.get("state", "")})
    address = _redirect_uri(query, urls)
    return f"{address}{'&' if urlsplit(address).query else '?'}{fields}"


def _redirect_uri(query: Mapping[str, str], urls: Sequence[str]) -> str:
    """Return where Slack redirects to: to the first of the app's addresses where none is named."""
    return query.get("redirect_uri") or next(iter(urls), "")


def _is_below(address: str, url: str) -> bool:
    """Tell whether Slack redirects to the address by a configured URL: on its host, at or below it."""
    try:
        given, configured = urlsplit(address), urlsplit(url)
    except ValueError:
        return False
    if (given.scheme, given.netloc) != (configured.scheme, configured.netloc):
        return False
    above = configured.path.rstrip("/")
    return ".." not in given.path and (given.path == configured.path or given.path.startswith(f"{above}/"))


def scopes_in(query: Mapping[str, str]) -> tuple[str, ...]:
    """Return the scopes that an address of installation asks for."""
    return tuple(scope for scope in query.get("scope", "").replace(" ", ",").split(",") if scope)
