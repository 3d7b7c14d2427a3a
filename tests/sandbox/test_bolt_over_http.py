"""Bolt's own app with OAuth, as its docs set it up, is installed by several workspaces over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.oauth.installation_store import FileInstallationStore, Installation
from slack_sdk.oauth.state_store import FileOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import Member, NotAnsweredError, Teams
from bot.sandbox.actions.actor import Actor
from bot.sandbox.http_mode import HttpMode
from tests.sandbox.examples import UNLIMITED
from tests.sandbox.web_app import SCOPES, manifest
from tests.support.workspaces import ORGANISATION, Browser, slack

pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")
"""Slack's SDK uses what aiohttp no longer wants."""

PUBLIC = "https://reader.test"


@dataclass
class Reader:
    """The app, and the browsers of those who install it."""

    teams: Teams
    browser: Browser
    store: FileInstallationStore
    ended: asyncio.Queue[str] = field(default_factory=asyncio.Queue)

    async def found(self, number: int) -> Installation | None:
        team_id = self.teams.workspaces[number].team_id
        return await self.store.async_find_installation(enterprise_id=None, team_id=team_id)


@asynccontextmanager
async def reader(folder: Path, *, org_wide: bool = False, **more: Any) -> AsyncIterator[Reader]:
    asking_for = manifest(f"{PUBLIC}/slack/events", org_wide=org_wide)
    asking_for["oauth_config"]["redirect_urls"] = [f"{PUBLIC}/slack/oauth_redirect"]
    async with AsyncExitStack() as stack:
        teams = await stack.enter_async_context(slack(asking_for, "One", "Two", rates=UNLIMITED, **more))
        store = FileInstallationStore(base_dir=str(folder / "installations"))
        app = _app(teams, store, folder)
        runner = web.AppRunner(app.web_app(), shutdown_timeout=0.01)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        local = f"http://127.0.0.1:{runner.addresses[0][1]}"
        teams.reached_at[PUBLIC] = local
        made = Reader(teams, Browser(teams, PUBLIC, local), store)
        _listen(app, made)
        yield made


def _app(teams: Teams, store: FileInstallationStore, folder: Path) -> AsyncApp:
    settings = AsyncOAuthSettings(
        client_id=teams.credentials.client_id,
        client_secret=teams.credentials.client_secret,
        scopes=SCOPES.split(","),
        user_scopes=[],
        redirect_uri=f"{PUBLIC}/slack/oauth_redirect",
        install_page_rendering_enabled=False,
        authorization_url=f"{teams.url}/oauth/v2/authorize",
        installation_store=store,
        state_store=FileOAuthStateStore(expiration_seconds=600, base_dir=str(folder / "states")),
    )
    client = AsyncWebClient(base_url=teams.api_url)
    return AsyncApp(
        name="reader",
        client=client,
        signing_secret=teams.credentials.signing_secret,
        oauth_settings=settings,
        process_before_response=True,
    )


def _listen(app: AsyncApp, made: Reader) -> None:
    async def on_read(ack: Any, say: Any, body: dict[str, Any]) -> None:
        await ack()
        await say(f"Read in {body['team_id']}")

    async def on_revoked(event: dict[str, Any], context: AsyncBoltContext) -> None:
        await app.default_tokens_revoked_event_listener()(event, context)
        made.ended.put_nowait("tokens_revoked")

    async def on_uninstalled(context: AsyncBoltContext) -> None:
        await app.default_app_uninstalled_event_listener()(context)
        made.ended.put_nowait("app_uninstalled")

    app.command("/read")(on_read)
    app.event("tokens_revoked")(on_revoked)
    app.event("app_uninstalled")(on_uninstalled)


async def test_two_workspaces_install_an_app_and_one_removes_it(tmp_path: Path) -> None:
    async with reader(tmp_path) as made:
        one, two = made.teams.workspaces
        pages = [await made.browser.install(each) for each in (one, two)]
        for workspace in (one, two):
            await made.teams.person(workspace, "ada").command("papers", "/read")
        said = [made.teams.person(each, "ada").transcript("papers") for each in (one, two)]
        made.teams.uninstall(one)
        ended = {await made.ended.get(), await made.ended.get()}
        await made.teams.person(two, "lin").command("papers", "/read")
        found = [await made.found(number) for number in (0, 1)]

    assert [each.status_code for each in pages] == [200, 200]
    assert said == [f"Reader:\n  Read in {each.team_id}" for each in (one, two)]
    assert ended == {"app_uninstalled", "tokens_revoked"}
    assert [each and each.team_id for each in found] == [None, two.team_id]


async def test_a_browser_that_cancels_installs_nothing(tmp_path: Path) -> None:
    async with reader(tmp_path) as made:
        page = await made.browser.cancel()

        assert "access_denied" in page.text
        assert (await made.found(0), made.teams.workspaces[0].is_installed) == (None, False)


async def test_an_app_checks_who_signs_and_the_sandbox_tells_a_person_that_it_refused(tmp_path: Path) -> None:
    async with reader(tmp_path) as made:
        one = made.teams.workspaces[0]
        await made.browser.install(one)
        outlet = HttpMode(one, "not the secret", made.teams.reached_at)
        with pytest.raises(NotAnsweredError, match="HTTP status 401"):
            await Member(Actor(one, outlet, one.person("ada"))).command("papers", "/read")
        await outlet.aclose()


async def test_one_installation_of_an_organisation_serves_all_its_workspaces(tmp_path: Path) -> None:
    async with reader(tmp_path, org_wide=True, enterprise=ORGANISATION) as made:
        one, two = made.teams.workspaces
        await made.browser.install(one, org_wide=True)
        for workspace in (one, two):
            await made.teams.person(workspace, "ada").command("papers", "/read")
        said = [made.teams.person(each, "ada").transcript("papers") for each in (one, two)]

    assert said == [f"Reader:\n  Read in {each.team_id}" for each in (one, two)]
