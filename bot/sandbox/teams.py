"""Several workspaces that can install one app over HTTP: one address for the Web API and for OAuth.

Each workspace has a server of its own beside it, for its page, its files and its response URLs.
"""

import html
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from aiohttp import web

from bot.sandbox.clock import Clock
from bot.sandbox.composition import create_workspace
from bot.sandbox.config import Configuration
from bot.sandbox.errors import ConnectionLostError, NotPossibleError, RefusedError
from bot.sandbox.http_mode import HttpMode
from bot.sandbox.member import Member
from bot.sandbox.oauth import Credentials, OAuth
from bot.sandbox.requests import HOST, abort, arguments_of, bearer_of, bind, local_requests_only
from bot.sandbox.server import Sandbox
from bot.sandbox.workspace import Workspace

_PAGE = (
    "<!doctype html><meta charset='utf-8'><title>Install {app} | Slack</title><h1>Install {app}</h1>{rows}"
)
_ROW = "<p><a href='/oauth/v2/allow?{allow}'>Allow in {team} as {person}</a></p>"


TWO_TEAMS = tuple(
    Configuration(number=number, team_name=name, team_domain=name.lower(), is_installed=False)
    for number, name in enumerate(("One", "Two"), start=1)
)


class Teams:
    """Workspaces with servers, bound to 127.0.0.1. Used as an async context manager.

    `manifest` is of an app over HTTP. No workspace has the app installed at first.
    """

    def __init__(
        self,
        manifest: Mapping[str, Any],
        configurations: Sequence[Configuration] = TWO_TEAMS,
        credentials: Credentials | None = None,
        clock: Clock | None = None,
        port: int = 0,
    ) -> None:
        self.credentials = credentials or Credentials()
        self._oauth = OAuth(self.credentials)
        workspaces = [create_workspace(manifest, clock, each) for each in configurations]
        self._outlets = {each.team_id: HttpMode(each, self.credentials.signing_secret) for each in workspaces}
        self._sandboxes = {
            each.team_id: Sandbox(each, outlet=self._outlets[each.team_id]) for each in workspaces
        }
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

    def person(self, workspace: Workspace, reference: str) -> Member:
        """Return a person of the workspace, by name or id. Raises NotPossibleError."""
        return self._sandboxes[workspace.team_id].person(reference)

    async def verify(self, workspace: Workspace) -> None:
        """Have the app answer the challenge to its request URL. Raises ConfigurationError."""
        await self._outlets[workspace.team_id].verify()

    def allow(self, address: str, workspace: Workspace, person: str) -> str:
        """Have a person allow the installation that an address of `/oauth/v2/authorize` asks for.

        Returns the address to which Slack redirects them. Raises NotPossibleError.
        """
        query = dict(parse_qsl(urlsplit(address).query))
        return self._oauth.allow(query, workspace, workspace.person(person))

    def cancel(self, address: str, workspace: Workspace) -> str:
        """Have somebody cancel the installation; returns the address to which Slack redirects them."""
        return self._oauth.cancel(dict(parse_qsl(urlsplit(address).query)), workspace)

    def uninstall(self, workspace: Workspace) -> None:
        """Have an admin remove the app from a workspace."""
        self._oauth.uninstall(workspace)

    async def __aenter__(self) -> "Teams":
        for sandbox in self._sandboxes.values():
            await self._stack.enter_async_context(sandbox)
        app = web.Application(middlewares=[local_requests_only], client_max_size=4 * 1024**2)
        app.router.add_route("*", "/api/oauth.v2.access", self._access)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_get("/oauth/v2/authorize", self._authorize)
        app.router.add_get("/oauth/v2/allow", self._allow)
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

    # ---- Routes

    async def _api(self, request: web.Request) -> web.StreamResponse:
        try:
            arguments = await arguments_of(request)
            token = bearer_of(request) or arguments.get("token")
            response = await self._of_token(token).call(request.match_info["method"], arguments, token)
        except RefusedError as refused:
            return web.json_response(refused.body, status=refused.status)
        except ConnectionLostError:
            return abort(request)
        return web.json_response(response.body, status=response.status, headers=dict(response.headers))

    def _of_token(self, token: str | None) -> Workspace:
        if not token:
            raise RefusedError("not_authed")
        for workspace in self.workspaces:
            if workspace.tokens.knows(token):
                return workspace
        raise RefusedError("invalid_auth")

    async def _access(self, request: web.Request) -> web.Response:
        try:
            arguments = {name: str(value) for name, value in (await arguments_of(request)).items()}
            body = self._oauth.access(arguments, request.headers.get("Authorization", ""))
        except RefusedError as refused:
            return web.json_response(refused.body, status=refused.status)
        return web.json_response({"ok": True, **body})

    async def _authorize(self, request: web.Request) -> web.Response:
        try:
            self._oauth.refuse_unknown(request.query, self.workspaces[0])
        except NotPossibleError as error:
            return web.Response(status=400, text=str(error))
        rows = [
            _ROW.format(
                allow=html.escape(urlencode({**request.query, "team": each.team_id, "person": person.id})),
                team=html.escape(each.config.team_name),
                person=html.escape(person.real_name),
            )
            for each in self.workspaces
            for person in each.people.values()
        ]
        name = html.escape(self.workspaces[0].manifest.name)
        return web.Response(text=_PAGE.format(app=name, rows="".join(rows)), content_type="text/html")

    async def _allow(self, request: web.Request) -> web.Response:
        try:
            workspace = self._of_id(request.query.get("team", ""))
            person = workspace.person(request.query.get("person", ""))
            address = self._oauth.allow(request.query, workspace, person)
        except NotPossibleError as error:
            return web.Response(status=400, text=str(error))
        raise web.HTTPFound(address)

    def _of_id(self, team_id: str) -> Workspace:
        if team_id not in self._sandboxes:
            raise NotPossibleError("There is no such workspace.")
        return self._sandboxes[team_id].workspace
