"""Bolt's own app on our authorisation and store: whose request is whose, and what it asks Slack."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from slack_bolt import BoltResponse
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.oauth.installation_store import Installation as BoltInstallation
from slack_sdk.web.async_client import AsyncWebClient

from bot.installations.authorisation import Authorisation
from bot.installations.bolt_store import BoltStore
from handlers import uninstalls
from storage.address import Address
from storage.records import Installation
from storage.runner import InlineRunner, Runner
from tests.installations.installing import CIPHER, Worker, installation, rotating
from tests.support.clocks import SimulatedClock
from tests.support.pasts import NOW
from tests.support.token_exchange import TokenRotation
from tests.support.web_server import Service, saying, serving

AUTH_TEST = '{"ok": true, "url": "https://gardens.slack.com/", "team_id": "T1"}'
_NUMBERS = count()


@dataclass
class Bot:
    """An app of Bolt as the bot has it, and what its listener was given, in order."""

    app: AsyncApp
    worker: Worker
    store: BoltStore
    slack: Service
    heard: list[dict[str, Any]] = field(default_factory=list)

    async def send(self, body: Mapping[str, Any]) -> BoltResponse:
        """Have Bolt handle what Slack sends."""
        request = AsyncBoltRequest(mode="socket_mode", body=dict(body))
        return await self.app.async_dispatch(request)


@pytest.fixture
def storage(address: Address) -> Iterator[Runner]:
    runner = InlineRunner(address)
    yield runner
    runner.close()


@pytest.fixture
async def bot(storage: Runner) -> AsyncIterator[Bot]:
    async with made(storage) as bot:
        yield bot


@asynccontextmanager
async def made(storage: Runner) -> AsyncIterator[Bot]:
    async with serving({"/api/auth.test": saying(AUTH_TEST, Content_Type="application/json")}) as slack:
        worker = Worker(storage, SimulatedClock(NOW), TokenRotation(slack.address).exchange())
        client = AsyncWebClient(base_url=f"{slack.address}/api/")
        app = AsyncApp(
            name="test",
            client=client,
            authorize=Authorisation(worker.tokens),  # type: ignore[arg-type]  # Bolt takes it by its class
            signing_secret="s",
            # Else listeners run in tasks that nobody can await.
            process_before_response=True,
        )
        store = BoltStore(worker.changes, worker.tokens, CIPHER, client, worker.clock)
        bot = Bot(app, worker, store, slack)
        uninstalls.listen(app, worker.changes)

        async def on_opened(context: AsyncBoltContext) -> None:
            names = ("team_id", "enterprise_id", "user_id", "bot_user_id", "bot_id")
            bot.heard.append({name: context.get(name) for name in names} | {"token": context.client.token})

        app.event("app_home_opened")(on_opened)
        yield bot


def event(
    kind: str = "app_home_opened",
    team: str | None = "T1",
    enterprise: str | None = None,
    *,
    is_org_wide: bool = False,
    sent_to: str | None = "T1",
    **fields: Any,
) -> dict[str, Any]:
    """Return an event as Slack sends it to the workspace of `team`, of a channel that is `sent_to`'s."""
    authorization = {
        "enterprise_id": enterprise,
        "team_id": team,
        "user_id": "U0",
        "is_bot": True,
        "is_enterprise_install": is_org_wide,
    }
    return {
        "type": "event_callback",
        "team_id": sent_to,
        "api_app_id": "A1",
        "event": {"type": kind, "user": "U7", "tab": "home", **fields},
        "event_id": f"Ev{next(_NUMBERS)}",
        "event_time": int(NOW.timestamp()) + 60,
        "authorizations": [authorization],
    }


async def test_each_workspace_is_served_by_its_own_token_and_slack_is_asked_nothing(bot: Bot) -> None:
    await bot.worker.changes.install(installation("T1", "xoxb-1"))
    await bot.worker.changes.install(replace(installation("T2", "xoxb-2"), bot_user_id="U02", bot_id="B2"))

    for team in ("T1", "T2", "T1"):
        assert (await bot.send(event(team=team, sent_to=team))).status == 200

    first = {"team_id": "T1", "enterprise_id": None, "user_id": "U7", "bot_user_id": "U0", "bot_id": "B1"}
    second = {**first, "team_id": "T2", "bot_user_id": "U02", "bot_id": "B2"}
    assert bot.heard == [
        {**first, "token": "xoxb-1"},
        {**second, "token": "xoxb-2"},
        {**first, "token": "xoxb-1"},
    ]
    assert bot.slack.requests == []


@pytest.mark.parametrize("team", ["T9", None])
async def test_a_request_of_a_workspace_that_has_not_installed_the_bot_reaches_nobody(
    bot: Bot, team: str | None
) -> None:
    await bot.worker.changes.install(installation("T1", "xoxb-1"))

    await bot.send({**event(team=team, sent_to=team), "authorizations": []})

    assert (bot.heard, bot.slack.requests) == ([], [])


async def test_an_event_of_a_shared_channel_is_for_the_workspace_that_it_is_sent_to(bot: Bot) -> None:
    for team in ("T1", "T2"):
        await bot.worker.changes.install(installation(team, f"xoxb-of-{team}"))

    await bot.send(event(team="T2", sent_to="T1", is_ext_shared_channel=True))

    assert [(each["team_id"], each["token"]) for each in bot.heard] == [("T2", "xoxb-of-T2")]


async def test_a_form_opened_from_another_workspace_is_for_the_one_that_has_the_bot(bot: Bot) -> None:
    await bot.worker.changes.install(installation("T1", "xoxb-1"))

    async def on_submitted(ack: Any, context: AsyncBoltContext) -> None:
        await ack()
        bot.heard.append({"team_id": context.team_id, "token": context.client.token})

    bot.app.view("form")(on_submitted)
    view = {"type": "modal", "callback_id": "form", "team_id": "T9", "app_installed_team_id": "T1"}
    user = {"id": "U7", "team_id": "T9"}
    await bot.send({"type": "view_submission", "team": {"id": "T9"}, "user": user, "view": view})

    assert bot.heard == [{"team_id": "T1", "token": "xoxb-1"}]


async def test_an_organisation_s_installation_serves_its_workspaces_apart(bot: Bot) -> None:
    await bot.worker.changes.install(installation("E1", "xoxb-org", enterprise_id="E1"))

    for team in ("T1", "T2"):
        await bot.send(event(team=team, enterprise="E1", is_org_wide=True, sent_to=team))
    await bot.send(event(team="T3", enterprise="E1", is_org_wide=False, sent_to="T3"))
    await bot.send({**event(team=None, enterprise="E1", is_org_wide=True, sent_to=None)})

    assert [(each["team_id"], each["enterprise_id"], each["token"]) for each in bot.heard] == [
        ("T1", "E1", "xoxb-org"),
        ("T2", "E1", "xoxb-org"),
        ("E1", "E1", "xoxb-org"),
    ]
    assert await bot.worker.token("T2") == "xoxb-org"


@pytest.mark.parametrize(
    ("kind", "fields", "goes_on"),
    [
        ("app_uninstalled", {}, False),
        ("tokens_revoked", {"tokens": {"bot": ["U0"], "oauth": []}}, False),
        ("tokens_revoked", {"tokens": {"oauth": ["U7"]}}, True),
        ("tokens_revoked", {"tokens": "?"}, True),
        ("tokens_revoked", {}, True),
    ],
)
async def test_what_slack_says_of_the_end_of_a_workspace_s_token_ends_it_at_once(
    bot: Bot, kind: str, fields: Mapping[str, Any], goes_on: bool
) -> None:
    for team in ("T1", "T2"):
        await bot.worker.changes.install(installation(team))
        await bot.send(event(team=team))

    await bot.send(event(kind, **fields))
    for team in ("T1", "T2"):
        await bot.send(event(team=team))

    assert [each["team_id"] for each in bot.heard[2:]] == (["T1", "T2"] if goes_on else ["T2"])


async def test_late_news_of_an_uninstall_leaves_the_next_installation(bot: Bot) -> None:
    await bot.worker.changes.install(replace(installation(), installed_at=NOW + timedelta(seconds=61)))

    await bot.send(event("app_uninstalled"))

    assert await bot.worker.token() == "xoxb-1"


async def test_an_organisation_s_coming_and_going_workspaces_are_followed(bot: Bot) -> None:
    await bot.worker.changes.install(installation("E1", "xoxb-org", enterprise_id="E1"))
    about: dict[str, Any] = {"team": None, "sent_to": None, "enterprise": "E1", "is_org_wide": True}

    async def served() -> list[bool]:
        return [await bot.worker.token(each) == "xoxb-org" for each in ("T1", "T2")]

    await bot.send(event("team_access_granted", team_ids=["T1", "T2"], **about))
    assert await served() == [True, True]
    await bot.send(event("team_access_revoked", team_ids=["T2", 7], **about))
    assert await served() == [True, False]
    await bot.send(event("app_uninstalled", **about))
    assert await served() == [False, False]


def from_flow(**fields: Any) -> BoltInstallation:
    """Return an installation as Bolt's OAuth flow makes it."""
    known = {
        "app_id": "A1",
        "team_id": "T1",
        "team_name": "Gardens",
        "bot_token": "xoxb-1",
        "bot_id": "B1",
        "bot_user_id": "U0",
        "bot_scopes": "chat:write,commands",
        "user_id": "U1",
        "user_token": "xoxp-of-a-person",
        "incoming_webhook_url": "https://hooks.slack.com/services/secret",
    }
    return BoltInstallation(**{**known, **fields})


async def stored(storage: Runner, key: str) -> Installation:
    found = await storage.read(lambda tables: tables.installations.get(key))
    assert found
    assert found.tokens
    plain = replace(
        found.tokens,
        token=CIPHER.decrypt(found.tokens.token),
        refresh_token=found.tokens.refresh_token and CIPHER.decrypt(found.tokens.refresh_token),
    )
    return replace(found, tokens=plain)


def expected(made: Installation, token: str, refresh_token: str | None = None) -> Installation:
    assert made.tokens
    return replace(made, tokens=replace(made.tokens, token=token, refresh_token=refresh_token))


async def test_what_the_oauth_flow_saves_is_what_the_bot_acts_with(bot: Bot, storage: Runner) -> None:
    await bot.store.async_save(from_flow())

    assert await stored(storage, "T1") == expected(installation(), "xoxb-1")
    assert await bot.worker.token() == "xoxb-1"


async def test_a_token_that_expires_is_saved_with_its_end_on_the_bot_s_clock(
    bot: Bot, storage: Runner
) -> None:
    await bot.store.async_save(
        from_flow(
            bot_token="xoxe.xoxb-1-1",
            bot_refresh_token="xoxe-1-1",
            installed_at=1_000.0,
            bot_token_expires_at=1_000 + 43_200,
        )
    )

    assert await stored(storage, "T1") == expected(rotating(), "xoxe.xoxb-1-1", "xoxe-1-1")


async def test_an_organisation_s_installation_is_saved_under_its_own_id(bot: Bot, storage: Runner) -> None:
    organisation = {"enterprise_id": "E1", "enterprise_name": "Gardens", "team_id": None, "team_name": None}
    url = "https://gardens.enterprise.slack.com/"
    await bot.store.async_save(
        from_flow(is_enterprise_install=True, enterprise_url=url, bot_token="xoxb-org", **organisation)
    )

    made = replace(installation("E1", "xoxb-org", enterprise_id="E1"), team_url=url)
    assert await stored(storage, "E1") == expected(made, "xoxb-org")
    assert bot.slack.requests == []


async def test_slack_s_interface_of_a_store_finds_and_deletes(bot: Bot, storage: Runner) -> None:
    for team in ("T1", "T2"):
        await bot.store.async_save(from_flow(team_id=team, bot_token=f"xoxb-{team}"))

    def place(team: str) -> dict[str, Any]:
        return {"enterprise_id": None, "team_id": team}

    found = await bot.store.async_find_installation(**place("T1"))
    assert found
    assert (found.bot_token, found.bot_user_id, found.team_name, found.user_id) == (
        *("xoxb-T1", "U0", "Gardens", "U1"),
    )
    assert (found.user_token, found.incoming_webhook_url) == (None, None)
    bot_found = await bot.store.async_find_bot(**place("T2"))
    assert bot_found
    assert bot_found.bot_token == "xoxb-T2"
    assert await bot.store.async_find_installation(**place("T1"), user_id="U1")
    assert await bot.store.async_find_installation(**place("T1"), user_id="U9") is None
    assert await bot.store.async_find_bot(**place("T9")) is None

    await bot.store.async_delete_installation(**place("T1"), user_id="U1")
    assert await bot.worker.token("T1") == "xoxb-T1"
    await bot.store.async_delete_all(**place("T1"))
    assert await bot.store.async_find_installation(**place("T1")) is None
    assert await bot.worker.token("T2") == "xoxb-T2"


@pytest.mark.parametrize("fields", [{"bot_token": None}, {"team_id": None}])
async def test_what_is_no_installation_of_a_bot_is_refused(bot: Bot, fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="without a workspace or without a bot token"):
        await bot.store.async_save(from_flow(**fields))
