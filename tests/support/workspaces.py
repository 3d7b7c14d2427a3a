"""Several workspaces of the local Slack that install one app over HTTP, and browsers in which they do."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
import httpx

from bot.sandbox import Clock, Configuration, Teams, Workspace
from bot.sandbox.checks import Json
from bot.sandbox.config import EnterpriseConfig
from tests.support.plain_client import plain_client

ORGANISATION = EnterpriseConfig(id="E9000000001", name="Grid")


def configurations(
    *names: str, enterprise: EnterpriseConfig | None = None, **more: Any
) -> list[Configuration]:
    """Return a workspace for each name, without the app; `more` is for all of them."""
    return [
        Configuration(
            number=number,
            team_name=name,
            team_domain=name.lower(),
            is_installed=False,
            enterprise=enterprise,
            **more,
        )
        for number, name in enumerate(names, start=1)
    ]


@asynccontextmanager
async def slack(
    manifest: Mapping[str, Any],
    *names: str,
    clock: Clock | None = None,
    reached_at: Mapping[str, str] | None = None,
    **more: Any,
) -> AsyncIterator[Teams]:
    """Serve a workspace for each name until the block ends; `more` as for `configurations`.

    `reached_at` says where the app listens in fact, by the beginnings of the manifest's addresses.
    """
    teams = Teams(manifest, configurations(*names, **more), clock=clock, reached_at=reached_at)
    async with teams:
        yield teams


def install_address(teams: Teams, **changes: str) -> str:
    """Return the address of Slack's page on which the app is installed, with all that it may ask for."""
    manifest = teams.workspaces[0].manifest
    query = {
        "client_id": teams.credentials.client_id,
        "scope": ",".join(manifest.scopes),
        "state": "s1",
        "redirect_uri": manifest.oauth_config.redirect_urls[0],
        **changes,
    }
    return f"{teams.url}/oauth/v2/authorize?{urlencode(query)}"


def code_in(address: str) -> str:
    """Return the code in an address to which Slack redirects."""
    return parse_qs(urlsplit(address).query)["code"][0]


async def called(teams: Teams, method: str, token: str = "", **arguments: str) -> Json:
    """Call a method of the Web API as the app does; without a token, with the app's own credentials."""
    own = {"client_id": teams.credentials.client_id, "client_secret": teams.credentials.client_secret}
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    form = arguments if token else {**own, **arguments}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(f"{teams.api_url}{method}", data=form) as answer,
    ):
        body: Json = await answer.json()
    return body


async def installed(teams: Teams, workspace: Workspace, *, org_wide: bool = False) -> Json:
    """Install the app in a workspace without the app's own pages; returns what `oauth.v2.access` answers."""
    back = teams.allow(install_address(teams), workspace, "ada", org_wide=org_wide)
    return await called(teams, "oauth.v2.access", code=code_in(back))


class Browser:
    """A person's browser: it goes from the app's page to Slack's and back, and keeps the app's cookies.

    The app says that it is at `public_url`, and listens at `local_url`.
    """

    def __init__(self, teams: Teams, public_url: str, local_url: str) -> None:
        self._teams = teams
        self._public, self._local = public_url.rstrip("/"), local_url.rstrip("/")

    async def install(
        self,
        workspace: Workspace,
        person: str = "ada",
        *,
        org_wide: bool = False,
        path: str = "/slack/install",
    ) -> httpx.Response:
        """Allow the installation as this person, and return the page that the app shows then."""
        async with self._client() as client:
            address = await self._begun(client, path)
            back = self._teams.allow(address, workspace, person, org_wide=org_wide)
            return await client.get(self._reached(back))

    async def cancel(self, path: str = "/slack/install") -> httpx.Response:
        """Cancel the installation, and return the page that the app shows then."""
        async with self._client() as client:
            back = self._teams.cancel(await self._begun(client, path))
            return await client.get(self._reached(back))

    async def _begun(self, client: httpx.AsyncClient, path: str) -> str:
        answer = await client.get(f"{self._local}{path}")
        # A browser would keep them for https alone, which is what the app believes it is at.
        for cookie in answer.headers.get_list("Set-Cookie"):
            client.headers["Cookie"] = cookie.partition(";")[0]
        return answer.headers["Location"]

    def _reached(self, address: str) -> str:
        assert address.startswith(self._public), address
        return self._local + address.removeprefix(self._public)

    def _client(self) -> httpx.AsyncClient:
        return plain_client(follow_redirects=False)
