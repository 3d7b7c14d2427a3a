"""Two workspaces install the bot through Slack's OAuth, over real sockets: each is served, each may leave."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from pydantic import SecretStr
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.http.server import HttpServer, Route
from bot.installations.authorisation import Authorisation
from bot.installations.bolt_store import BoltStore
from bot.installations.exchange import SlackExchange
from bot.manifest import EVENTS_PATH, SCOPES, app_manifest
from bot.sandbox import Teams, Workspace
from bot.settings import OverHttp
from handlers import uninstalls
from handlers.http_mode import HttpMode
from handlers.installs import INSTALL_PATH, Installing
from storage.address import Address
from storage.runner import ThreadRunner
from tests.installations.installing import CIPHER, Worker
from tests.support.clocks import SimulatedClock
from tests.support.erasure import found
from tests.support.plain_client import plain_client
from tests.support.stage import NOON, FollowingClock
from tests.support.waiting import PATIENCE

HOUR = 3_600


@dataclass
class Town:
    """Two workspaces, and a bot over HTTP that notes with which token it heard of whom."""

    address: Address
    teams: Teams
    clock: SimulatedClock
    worker: Worker
    storage: ThreadRunner
    url: str
    heard: asyncio.Queue[tuple[str, str]] = field(default_factory=asyncio.Queue)

    async def install(self, workspace: Workspace) -> int:
        """Install the bot as a person does in a browser, and return the status of the last page."""
        async with plain_client() as browser:
            begun = await browser.get(self.url + INSTALL_PATH)
            cookie = begun.headers["set-cookie"].partition(";")[0]
            back = self.teams.allow(begun.headers["location"], workspace, "ada")
            path = back.removeprefix(self.url)
            return (await browser.get(self.url + path, headers={"Cookie": cookie})).status_code

    async def served(self, workspace: Workspace) -> tuple[str, str]:
        """Have a person open the Home tab, and return for whom the bot heard of it, with which token."""
        await self.teams.person(workspace, "ada").open_home()
        return await asyncio.wait_for(self.heard.get(), PATIENCE)

    async def who(self, token: str) -> str:
        """Return whose token Slack says it is, or what it says instead."""
        client = AsyncWebClient(token=token, base_url=self.teams.api_url, retry_handlers=[])
        try:
            return str((await client.auth_test())["team_id"])
        except SlackApiError as error:
            return str(error.response["error"])

    async def secrets(self, workspace: str) -> list[str]:
        """Return the tokens of a workspace, encrypted and not."""
        installation = await self.storage.read(lambda tables: tables.installations.get(workspace))
        tokens = installation and installation.tokens
        assert tokens
        encrypted = [each for each in (tokens.token, tokens.refresh_token) if each]
        return [*encrypted, *map(CIPHER.decrypt, encrypted)]


@asynccontextmanager
async def town(address: Address, *, rotates: bool) -> AsyncIterator[Town]:
    clock, routes = SimulatedClock(NOON), dict[str, Route]()
    async with AsyncExitStack() as stack:
        server = HttpServer(routes, 0, "127.0.0.1")
        await server.start()
        stack.push_async_callback(server.aclose)
        url = f"http://127.0.0.1:{server.port}"
        manifest = app_manifest(url=url)
        manifest["settings"]["token_rotation_enabled"] = rotates
        teams = await stack.enter_async_context(Teams(manifest, clock=FollowingClock(clock)))
        storage = ThreadRunner(address)
        stack.callback(storage.close)

        given = teams.credentials
        client = AsyncWebClient(base_url=teams.api_url, retry_handlers=[])
        exchange = SlackExchange(client, given.client_id, SecretStr(given.client_secret))
        worker = Worker(storage, clock, exchange)
        made = Town(address, teams, clock, worker, storage, url)
        app = AsyncApp(
            name="test",
            client=client,
            authorize=Authorisation(worker.tokens),  # type: ignore[arg-type]  # Bolt takes it by its class
            signing_secret=given.signing_secret,
            # Else listeners run in tasks that nobody can await.
            process_before_response=True,
        )
        uninstalls.listen(app, worker.changes)

        async def on_opened(context: AsyncBoltContext) -> None:
            made.heard.put_nowait((str(context.team_id), str(context.client.token)))

        app.event("app_home_opened")(on_opened)
        store = BoltStore(worker.changes, worker.tokens, CIPHER, client, clock)
        way = OverHttp(given.client_id, given.client_secret, given.signing_secret, f"{url}/", server.port)
        installing = Installing(way, client, list(SCOPES), store, clock, "/papers")
        mode = HttpMode(app, given.signing_secret, clock)
        routes.update(installing.routes)
        routes[EVENTS_PATH] = mode.route
        stack.push_async_callback(mode.end_listeners)
        yield made


@pytest.mark.parametrize("rotates", [False, True])
async def test_each_is_served_and_when_one_leaves_its_tokens_are_gone_and_the_other_goes_on(
    address: Address, rotates: bool
) -> None:
    async with town(address, rotates=rotates) as there:
        one, two = there.teams.workspaces
        assert [await there.install(each) for each in (one, two)] == [200, 200]
        tokens = {each.team_id: await there.worker.tokens.of(each.team_id) for each in (one, two)}
        assert [await there.who(token) for token in tokens.values()] == list(tokens)
        assert [await there.served(each) for each in (one, two)] == list(tokens.items())
        secrets = {each.team_id: await there.secrets(each.team_id) for each in (one, two)}
        assert len(secrets[one.team_id]) == (4 if rotates else 2)

        there.teams.uninstall(one)
        while not (await there.worker.token(one.team_id)).startswith("NotInstalledError"):
            # It hears of it over HTTP, in its own time.
            await there.storage.read(lambda tables: tables.heartbeats.last("tick"))

        assert found(secrets[one.team_id], address) == []
        assert await there.served(two) == (two.team_id, tokens[two.team_id])
        assert await there.who(await there.worker.tokens.of(two.team_id)) == two.team_id
        assert await there.who(tokens[one.team_id]) == "account_inactive"

        assert await there.install(one) == 200
        assert await there.who(await there.worker.tokens.of(one.team_id)) == one.team_id


async def test_a_token_is_renewed_with_slack_for_days_and_each_time_slack_takes_it(address: Address) -> None:
    async with town(address, rotates=True) as there:
        one, two = there.teams.workspaces
        for each in (one, two):
            await there.install(each)
        seen: dict[str, set[str]] = {one.team_id: set(), two.team_id: set()}
        for _ in range(36):
            for team, tokens in seen.items():
                tokens.add(await there.worker.tokens.of(team))
                assert await there.who(await there.worker.tokens.of(team)) == team
            there.clock.advance(HOUR)

        assert {team: len(tokens) for team, tokens in seen.items()} == {one.team_id: 4, two.team_id: 4}


async def test_a_bot_that_was_off_for_a_week_goes_on_with_the_refresh_token(address: Address) -> None:
    async with town(address, rotates=True) as there:
        one, _ = there.teams.workspaces
        await there.install(one)
        there.clock.advance(timedelta(days=7).total_seconds())

        assert await there.who(await there.worker.tokens.of(one.team_id)) == one.team_id
