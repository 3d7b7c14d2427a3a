"""The page on which people allow an app to be installed, plainer than Slack's."""

import html
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlencode

from aiohttp import web

from bot.sandbox.errors import NotPossibleError
from bot.sandbox.oauth import OAuth, scopes_in
from bot.sandbox.workspace import Workspace

_PAGE = (
    "<!doctype html><meta charset='utf-8'><title>Install {app} | Slack</title><h1>Install {app}</h1>"
    "<p>It asks for: {scopes}</p>{rows}<p><a href='/oauth/v2/cancel?{query}'>Cancel</a></p>"
)
_ROW = "<p><a href='/oauth/v2/allow?{query}'>Allow in {place} as {person}</a></p>"


class InstallPage:
    """The routes below `/oauth/v2/`; the page offers each person of each workspace."""

    def __init__(self, oauth: OAuth) -> None:
        self._oauth = oauth

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Add all routes to the server."""
        router.add_get("/oauth/v2/authorize", self._show)
        router.add_get("/oauth/v2/allow", self._allow)
        router.add_get("/oauth/v2/cancel", self._cancel)

    async def _show(self, request: web.Request) -> web.Response:
        try:
            self._oauth.refuse_unknown(request.query)
        except NotPossibleError as error:
            return _refused(error)
        page = _PAGE.format(
            app=html.escape(self._oauth.workspaces[0].manifest.name),
            scopes=html.escape(", ".join(scopes_in(request.query))),
            rows="".join(row for each in self._oauth.workspaces for row in _rows(each, request.query)),
            query=html.escape(urlencode(request.query)),
        )
        return web.Response(text=page, content_type="text/html")

    async def _allow(self, request: web.Request) -> web.Response:
        return _redirected(lambda: self._allowed(request.query))

    def _allowed(self, query: Mapping[str, str]) -> str:
        team_id = query.get("team")
        workspace = next((each for each in self._oauth.workspaces if each.team_id == team_id), None)
        if workspace is None:
            raise NotPossibleError("There is no such workspace.")
        person = workspace.person(query.get("person", ""))
        return self._oauth.allow(query, workspace, person, org_wide="org_wide" in query)

    async def _cancel(self, request: web.Request) -> web.Response:
        return _redirected(lambda: self._oauth.cancel(request.query))


def _rows(workspace: Workspace, query: Mapping[str, str]) -> Iterator[str]:
    enterprise = workspace.config.enterprise if workspace.manifest.settings.org_deploy_enabled else None
    for person in workspace.people.values():
        named = {**query, "team": workspace.team_id, "person": person.id}
        yield _row(named, workspace.config.team_name, person.real_name)
        if enterprise is not None and person.is_admin:
            yield _row({**named, "org_wide": "1"}, f"all of {enterprise.name}", person.real_name)


def _row(query: Mapping[str, str], place: str, person: str) -> str:
    return _ROW.format(
        query=html.escape(urlencode(query)), place=html.escape(place), person=html.escape(person)
    )


def _redirected(address: Callable[[], str]) -> web.Response:
    try:
        return web.Response(status=302, headers={"Location": address()})
    except NotPossibleError as error:
        return _refused(error)


def _refused(error: NotPossibleError) -> web.Response:
    return web.Response(status=400, text=str(error))
