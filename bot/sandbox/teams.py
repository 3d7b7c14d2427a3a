"""Several workspaces that can install one app over HTTP: one address for the Web API and for OAuth.

Which workspace a call concerns comes from its token. Each workspace has a server of its own beside it, for
its page, its files, its response URLs and its control API. Codes, tokens and their errors are those of
oauth.py; what people do is sent to the app by http_mode.py.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from bot.sandbox.checks import Json
from bot.sandbox.clock import Clock
from bot.sandbox.composition import create_workspace
from bot.sandbox.config import Configuration
from bot.sandbox.control import json_body, refused
from bot.sandbox.errors import ConfigurationError, ConnectionLostError, NotPossibleError, RefusedError
from bot.sandbox.http_mode import HttpMode
from bot.sandbox.install_page import InstallPage
from bot.sandbox.member import Member
from bot.sandbox.oauth import Credentials, OAuth
from bot.sandbox.requests import (
    HOST,
    abort,
    arguments_of,
    bearer_of,
    bind,
    credentials_of,
    local_requests_only,
)
from bot.sandbox.server import Sandbox
from bot.sandbox.workspace import Workspace

TWO_TEAMS = tuple(
    Configuration(number=number, team_name=name, team_domain=name.lower(), is_installed=False)
    for number, name in enumerate(("One", "Two"), start=1)
)


class Teams:
    """Workspaces with servers, bound to 127.0.0.1. Used as an async context manager.

    `manifest` is of an app over HTTP. No workspace has the app installed at first, unless its configuration
    says so. `reached_at` says where beginnings of the manifest's addresses are reached, as behind a proxy.
    """

    def __init__(
        self,
        manifest: Mapping[str, Any],
        configurations: Sequence[Configuration] = TWO_TEAMS,
        credentials: Credentials | None = None,
        clock: Clock | None = None,
        port: int = 0,
        reached_at: Mapping[str, str] | None = None,
    ) -> None:
        #: May be changed at any time.
        self.reached_at = dict(reached_at or {})
        self.credentials = credentials or Credentials()
        self._oauth = OAuth(self.credentials)
        methods = self._oauth.methods
        workspaces = [create_workspace(manifest, clock, each, methods) for each in configurations]
        self._oauth.workspaces = tuple(workspaces)
        self._outlets = {
            each.team_id: HttpMode(each, self.credentials.signing_secret, self.reached_at)
            for each in workspaces
        }
        self._sandboxes = {
            each.team_id: Sandbox(each, outlet=self._outlets[each.team_id]) for each in workspaces
        }
        if len(self._sandboxes) < len(workspaces):
            raise ConfigurationError("Two workspaces have the same number.")
        self._port = port
        self._stack = AsyncExitStack()

    @property
    def url(self) -> str:
        """Where people install the app, without a trailing slash: in place of `https://slack.com`."""
        return f"http://{HOST}:{self._port}"

    @property
    def api_url(self) -> str:
        """The `base_url` for clients, in place of `https://slack.com/api/`."""
        return f"{self.url}/api/"

    @property
    def workspaces(self) -> tuple[Workspace, ...]:
        """All workspaces, in the order of their configurations."""
        return tuple(each.workspace for each in self._sandboxes.values())

    def page(self, workspace: Workspace) -> str:
        """Return the address of a workspace's page and of its control API, without a trailing slash."""
        return self._sandboxes[workspace.team_id].url

    def person(self, workspace: Workspace, reference: str) -> Member:
        """Return a person of the workspace, by name or id. Raises NotPossibleError."""
        return self._sandboxes[workspace.team_id].person(reference)

    async def verify(self, workspace: Workspace) -> None:
        """Have the app answer the challenge to its request URL. Raises ConfigurationError."""
        await self._outlets[workspace.team_id].verify()

    def allow(self, address: str, workspace: Workspace, person: str, *, org_wide: bool = False) -> str:
        """Have a person allow the installation that an address of `/oauth/v2/authorize` asks for.

        With `org_wide` an admin allows it in all workspaces of the organisation. Returns the address to
        which Slack redirects them. Raises NotPossibleError.
        """
        return self._oauth.allow(_query_in(address), workspace, workspace.person(person), org_wide=org_wide)

    def cancel(self, address: str) -> str:
        """Have somebody cancel the installation; returns the address to which Slack redirects them.

        Raises NotPossibleError.
        """
        return self._oauth.cancel(_query_in(address))

    def uninstall(self, workspace: Workspace) -> None:
        """Have an admin remove the app from a workspace, or its organisation. Raises NotPossibleError."""
        self._oauth.uninstall(workspace)

    async def __aenter__(self) -> "Teams":
        for sandbox in self._sandboxes.values():
            await self._stack.enter_async_context(sandbox)
        app = web.Application(middlewares=[local_requests_only], client_max_size=4 * 1024**2)
        app.router.add_route("*", "/api/{method}", self._api)
        InstallPage(self._oauth).add_routes(app.router)
        app.router.add_get("/control/teams", self._describe)
        app.router.add_post("/control/{act:allow|cancel|uninstall}", self._act)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        self._port = await bind(runner, self._port)
        self._stack.push_async_callback(runner.cleanup)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    # ---- The Web API

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        try:
            arguments = {**await arguments_of(request), **credentials_of(request)}
        except RefusedError as refused:
            return web.json_response(refused.body, status=refused.status)
        bearer = bearer_of(request)
        try:
            response = await self._called(method, arguments, bearer).call(method, arguments, bearer)
        except ConnectionLostError:
            return abort(request)
        return web.json_response(response.body, status=response.status, headers=dict(response.headers))

    def _called(self, method: str, arguments: Json, bearer: str | None) -> Workspace:
        """Return the workspace that a call concerns; one that nobody's token names is refused by any."""
        texts = {name: value for name, value in arguments.items() if isinstance(value, str)}
        if method == "oauth.v2.access":
            return self._oauth.workspace_of(texts)
        token = texts.get("token") or bearer
        known = [each for each in self.workspaces if each.tokens.knows(token)]
        return next((each for each in known if _is_of(each, texts)), (known or self.workspaces)[0])

    # ---- The control API

    async def _describe(self, _request: web.Request) -> web.Response:
        teams = [
            {
                "id": team_id,
                "name": sandbox.workspace.config.team_name,
                "url": sandbox.url,
                "is_installed": sandbox.workspace.is_installed,
            }
            for team_id, sandbox in self._sandboxes.items()
        ]
        return web.json_response({"teams": teams})

    async def _act(self, request: web.Request) -> web.Response:
        body = await json_body(request)
        try:
            result = _ACTS[request.match_info["act"]](self, body)
        except NotPossibleError as error:
            return refused(error)
        return web.json_response({"ok": True, **result})

    def _of_id(self, team_id: str) -> Workspace:
        if team_id not in self._sandboxes:
            raise NotPossibleError(f"There is no workspace {team_id!r}; see /control/teams.")
        return self._sandboxes[team_id].workspace

    def _allowed(self, body: Json) -> Json:
        workspace, person = self._of_id(str(body.get("team"))), str(body.get("as"))
        is_org_wide = body.get("org_wide") is True
        return {"redirect": self.allow(str(body.get("address")), workspace, person, org_wide=is_org_wide)}

    def _cancelled(self, body: Json) -> Json:
        return {"redirect": self.cancel(str(body.get("address")))}

    def _uninstalled(self, body: Json) -> Json:
        self.uninstall(self._of_id(str(body.get("team"))))
        return {}


_ACTS: dict[str, Callable[[Teams, Json], Json]] = {
    "allow": Teams._allowed,  # noqa: SLF001 -- the class's own table
    "cancel": Teams._cancelled,  # noqa: SLF001
    "uninstall": Teams._uninstalled,  # noqa: SLF001
}


def _query_in(address: str) -> dict[str, str]:
    return dict(parse_qsl(address.partition("?")[2].partition("#")[0]))


_NAMES_PLACE = ("channel", "channel_id", "user", "user_id", "users", "view_id", "file", "trigger_id")
"""The arguments by which a call with the token of an organisation says in which workspace it acts."""


def _is_of(workspace: Workspace, texts: Mapping[str, str]) -> bool:
    """Tell whether a call with a token of several workspaces concerns this one."""
    if texts.get("team_id") == workspace.team_id:
        return True
    kept = (workspace.channels, workspace.people, workspace.views, workspace.files, workspace.triggers)
    return any(texts.get(name) in ids for name in _NAMES_PLACE for ids in kept)
