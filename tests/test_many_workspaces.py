"""The bot over HTTP in two workspaces that install it through OAuth, each of which has what is its own."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from bot.app import Application, application
from bot.documents.importer import import_into
from bot.installations.changes import uninstall
from bot.installations.cipher import new_key
from bot.manifest import app_manifest
from bot.sandbox import Member, Teams, Workspace
from bot.settings import Settings
from storage.address import Address
from storage.database import files_of
from storage.records import DeliveryState, Installation
from tests.handlers.talking import say
from tests.support.clocks import SimulatedClock
from tests.support.stage import NOON, SAMPLE_DAY, FollowingClock, nowhere, sample
from tests.support.subscribing import subscribe
from tests.support.tables import empty_tables
from tests.support.waiting import eventually

PAPER = "2509.21240"


@dataclass(frozen=True)
class Service:
    """A bot over HTTP, and the Slack that has two workspaces."""

    teams: Teams
    bot: Application
    url: str

    def person(self, number: int, name: str) -> Member:
        return self.teams.person(self.teams.workspaces[number], name)

    async def install(self, number: int) -> httpx.Response:
        """Install the bot in a workspace as a person does in a browser, and return the last page."""
        async with httpx.AsyncClient() as browser:
            begun = await browser.get(f"{self.url}/slack/install")
            back = self.teams.allow(begun.headers["Location"], self.teams.workspaces[number], "ada")
            # Browsers send a cookie for https alone to this machine, too; httpx does not.
            cookie = begun.headers["Set-Cookie"].split(";")[0]
            return await browser.get(back, headers={"Cookie": cookie})

    async def deliver(self, number: int, channel: str = "papers") -> DeliveryState:
        workspace = self.teams.workspaces[number]
        channel_id = workspace.channel(channel).id
        subscription = await self.bot.storage.write(
            lambda tables: subscribe(
                tables, workspace.team_id, channel_id, since=SAMPLE_DAY, begun_at=NOON, language="en"
            )
        )
        delivery_id = await self.bot.deliverer.open_asked(subscription, SAMPLE_DAY)
        assert delivery_id is not None
        return (await self.bot.deliverer.run(delivery_id)).state

    async def installation(self, workspace: Workspace) -> Installation | None:
        return await self.bot.storage.read(lambda tables: tables.installations.get(workspace.team_id))


@asynccontextmanager
async def serving_two(address: Address) -> AsyncIterator[Service]:
    if isinstance(address, Path):
        empty_tables(address)
    port = free_port()
    url, clock = f"http://127.0.0.1:{port}", SimulatedClock(NOON)
    async with Teams(app_manifest(url=url), clock=FollowingClock(clock)) as teams:
        besides: dict[str, Any] = nowhere()
        if isinstance(address, Path):
            besides["arxiv_gate"] = address.parent / "gate"
        settings = Settings(
            client_id=teams.credentials.client_id,
            client_secret=SecretStr(teams.credentials.client_secret),
            signing_secret=SecretStr(teams.credentials.signing_secret),
            public_url=url,
            port=port,
            token_keys=SecretStr(new_key()),
            api_url=teams.api_url,
            database=address,
            model="",
            **besides,
        )
        async with application(settings, clock, ticks=False) as bot:
            for digest in sample():
                await import_into(bot.storage, digest)
            yield Service(teams, bot, url)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


async def test_two_workspaces_install_the_bot_and_have_their_own_digests_and_lists(address: Address) -> None:
    async with serving_two(address) as service:
        pages = [await service.install(number) for number in (0, 1)]
        states = [await service.deliver(number) for number in (0, 1)]
        ada, other_ada = service.person(0, "ada"), service.person(1, "ada")
        await say(ada, f"/papers save {PAPER} #agents", "Saved")
        lists = [await say(each, "/papers saved", "papers") for each in (ada, other_ada)]
        digests = [len(each.messages("papers")) for each in (ada, other_ada)]

    assert [page.status_code for page in pages] == [200, 200]
    assert ["One" in pages[0].text, "Two" in pages[1].text] == [True, True]
    assert states == [DeliveryState.DONE, DeliveryState.DONE]
    assert ("#agents" in lists[0], "#agents" in lists[1]) == (True, False)
    assert min(digests) > len(sample())


async def test_an_uninstall_removes_the_tokens_from_every_file_and_the_other_workspace_goes_on(
    address: Address,
) -> None:
    async with serving_two(address) as service:
        for number in (0, 1):
            await service.install(number)
        one, two = service.teams.workspaces
        kept = await service.installation(one)
        assert kept
        assert kept.tokens
        secrets = [kept.tokens.token.encode(), *(token.encode() for token in one.tokens.valid)]
        service.teams.uninstall(one)
        ended = await eventually(lambda: ends(service, one))
        answer = await say(service.person(1, "ada"), f"/papers {PAPER}", "Tree Search")
        state = await service.deliver(1)
        other = await service.installation(two)
        # Where somebody read at that moment, the log is emptied with the next commit.
        files = [path for path in files_of(address) if path.exists()]
        left = [secret for path in files for secret in secrets if secret in path.read_bytes()]

    assert (ended.tokens, left) == (None, [])
    assert answer.startswith("Tree Search for LLM Agent Reinforcement Learning")
    assert (state, other is not None and other.tokens is not None) == (DeliveryState.DONE, True)


async def test_who_asks_where_the_bot_has_no_token_is_told_where_to_install_it(address: Address) -> None:
    async with serving_two(address) as service:
        await service.install(0)
        one = service.teams.workspaces[0]
        # As after a backup was restored from before the installation.
        await service.bot.storage.write(lambda tables: uninstall(tables, one.team_id, NOON))
        answer = await say(service.person(0, "ada"), "/papers help", "install")

    install = f"{service.url}/slack/install"
    assert answer == (
        f"I have no access to this workspace at the moment. If that lasts, install me again: {install}\n"
        f"我目前无法访问这个工作区。如果一直这样，请重新安装：{install}"
    )


async def test_a_workspace_that_installs_again_gets_its_digests_again(address: Address) -> None:
    async with serving_two(address) as service:
        await service.install(0)
        await service.deliver(0)
        one = service.teams.workspaces[0]
        service.teams.uninstall(one)
        await eventually(lambda: ends(service, one))
        paused = await reasons(service, one)
        await service.install(0)
        resumed = await reasons(service, one)

    assert (paused, resumed) == (["token_revoked"], [None])


async def ends(service: Service, workspace: Workspace) -> Installation | None:
    found = await service.installation(workspace)
    return found if found and found.tokens is None else None


async def reasons(service: Service, workspace: Workspace) -> list[str | None]:
    found = await service.bot.storage.read(lambda tables: tables.subscriptions.all(workspace.team_id))
    return [each.paused_reason for each in found]


async def test_a_channel_that_wants_links_shown_says_so_for_its_own_workspace(address: Address) -> None:
    async with serving_two(address) as service:
        for number in (0, 1):
            await service.install(number)
        ada, other_ada = service.person(0, "ada"), service.person(1, "ada")
        await say(ada, "/papers links on", "turned on")
        link = f"https://arxiv.org/abs/{PAPER}"
        for each in (other_ada, ada):
            await each.message("papers", link)
        await ada.sees(lambda _: "attachments" in ada.messages("papers")[-1])
        shown = ada.messages("papers")[-1]["attachments"]
        others = other_ada.messages("papers")[-1]

    assert [each["url"] for each in shown] == [link]
    assert "attachments" not in others
