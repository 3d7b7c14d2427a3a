"""Two workspaces install the bot from a browser and use it over HTTP, each as if it were alone."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import httpx
import pytest
from pydantic import SecretStr
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.http.server import HttpServer, Route
from bot.installations.authorisation import Authorisation
from bot.installations.bolt_store import BoltStore
from bot.installations.exchange import SlackExchange
from bot.manifest import EVENTS_PATH, OPTIONAL_SCOPES, SCOPES, app_manifest
from bot.sandbox import Teams, Workspace
from bot.settings import OverHttp
from handlers import uninstalls
from handlers.http_mode import HttpMode
from handlers.installs import INSTALL_PATH, Installing
from storage.address import Address
from storage.runner import InlineRunner, Runner
from tests.installations.installing import CIPHER, Worker
from tests.support.clocks import SimulatedClock
from tests.support.plain_client import plain_client
from tests.support.stage import NOON, FollowingClock


@dataclass
class House:
    """The bot, the workspaces that may install it, and where it is."""

    teams: Teams
    worker: Worker
    mode: HttpMode
    url: str

    @property
    def workspaces(self) -> tuple[Workspace, ...]:
        return self.teams.workspaces

    async def install(self, workspace: Workspace, *, allow: bool = True) -> httpx.Response:
        """Install the bot from a browser, as ada of the workspace; return the last page."""
        async with plain_client() as browser:
            begun = await browser.get(self.url + INSTALL_PATH)
            asked, cookie = begun.headers["location"], begun.headers["set-cookie"].partition(";")[0]
            led = self.teams.allow(asked, workspace, "ada") if allow else self.teams.cancel(asked)
            return await browser.get(led, headers={"Cookie": cookie})

    async def ask(self, workspace: Workspace) -> str:
        """Type the command as ada, and return what she is shown last."""
        ada = self.teams.person(workspace, "ada")
        await ada.command("general", "/papers where")
        text: str = ada.messages("general")[-1]["text"]
        return text


@pytest.fixture
def storage(address: Address) -> Iterator[Runner]:
    runner = InlineRunner(address)
    yield runner
    runner.close()


@pytest.fixture
async def house(storage: Runner) -> AsyncIterator[House]:
    clock = SimulatedClock(NOON)
    routes: dict[str, Route] = {}
    server = HttpServer(routes, 0, "127.0.0.1")
    await server.start()
    url = f"http://127.0.0.1:{server.port}"
    async with AsyncExitStack() as stack:
        teams = await stack.enter_async_context(Teams(app_manifest(url=url), clock=FollowingClock(clock)))
        stack.push_async_callback(server.aclose)
        client = AsyncWebClient(base_url=teams.api_url, retry_handlers=[])
        known = teams.credentials
        way = OverHttp(known.client_id, known.client_secret, known.signing_secret, f"{url}/", server.port)
        exchange = SlackExchange(client, way.client_id, SecretStr(way.client_secret))
        worker = Worker(storage, clock, exchange)
        store = BoltStore(worker.changes, worker.tokens, CIPHER, client, clock)
        installing = Installing(way, client, [*SCOPES, *OPTIONAL_SCOPES], store, clock, "/papers")
        app = AsyncApp(
            name="test",
            client=client,
            authorize=Authorisation(worker.tokens),  # type: ignore[arg-type]  # Bolt takes it by its class
            oauth_flow=installing.flow,
            installation_store_bot_only=True,
        )

        @app.command("/papers")
        async def on_command(ack: AsyncAck, client: AsyncWebClient) -> None:
            await ack(f"in {(await client.auth_test())['team']}")

        mode = HttpMode(app, way.signing_secret, clock)
        uninstalls.listen(app, worker.changes)
        stack.push_async_callback(mode.end_listeners)
        routes |= {**installing.routes, EVENTS_PATH: mode.route}
        yield House(teams, worker, mode, url)


async def test_slack_can_verify_the_address(house: House) -> None:
    await house.teams.verify(house.workspaces[0])


async def test_each_workspace_that_installs_it_is_answered_as_itself(house: House) -> None:
    pages = [await house.install(workspace) for workspace in house.workspaces]

    assert [page.status_code for page in pages] == [200, 200]
    assert ["Paper Round is in One" in pages[0].text, "Paper Round is in Two" in pages[1].text] == [True] * 2
    assert [await house.ask(workspace) for workspace in house.workspaces] == ["in One", "in Two"]


async def test_an_installation_that_is_not_allowed_stores_nothing(house: House) -> None:
    page = await house.install(house.workspaces[0], allow=False)

    assert (page.status_code, "Paper Round was not installed" in page.text) == (200, True)
    assert (await house.worker.token(house.workspaces[0].team_id)).startswith("NotInstalledError")


async def test_a_workspace_that_uninstalls_it_is_answered_no_more_and_the_other_is(house: House) -> None:
    one, two = house.workspaces
    for workspace in (one, two):
        await house.install(workspace)
    house.teams.uninstall(one)
    while not (await house.worker.token(one.team_id)).startswith("NotInstalledError"):
        await house.mode.end_listeners()

    assert await house.ask(two) == "in Two"
    await house.install(one)
    assert await house.ask(one) == "in One"
