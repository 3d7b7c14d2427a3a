"""Several workspaces that install one app: OAuth, tokens of each, and signed requests over HTTP."""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from aiohttp import web

from bot.sandbox import ConfigurationError, ManualClock, NotAnsweredError, NotPossibleError, Teams
from bot.sandbox.oauth import CODES_LAST, TOKENS_LAST
from tests.support.web_server import Answer, serving

CALLBACK = "http://127.0.0.1:1/slack/oauth_redirect"
SCOPES = "chat:write,commands"


@dataclass
class App:
    """An app that keeps what it is sent, and answers with what is next."""

    seen: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[web.Response] = field(default_factory=list)
    arrived: asyncio.Queue[None] = field(default_factory=asyncio.Queue)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.seen.append((dict(request.headers), await request.read()))
        self.arrived.put_nowait(None)
        return self.answers.pop(0) if self.answers else web.Response()


@asynccontextmanager
async def teams_of(app: App, *, rotates: bool = False) -> AsyncIterator[Teams]:
    answer: Answer = app.answer
    async with AsyncExitStack() as stack:
        served = await stack.enter_async_context(serving({"/slack/events": answer}))
        asking_for = manifest(f"{served.address}/slack/events", rotates=rotates)
        yield await stack.enter_async_context(Teams(asking_for, clock=ManualClock()))


def manifest(url: str, *, rotates: bool) -> dict[str, Any]:
    return {
        "display_information": {"name": "Reader"},
        "features": {
            "app_home": {"home_tab_enabled": True},
            "slash_commands": [{"command": "/read", "url": url, "description": "Read"}],
            "shortcuts": [],
        },
        "oauth_config": {"redirect_urls": [CALLBACK], "scopes": {"bot": SCOPES.split(",")}},
        "settings": {
            "event_subscriptions": {
                "request_url": url,
                "bot_events": ["app_home_opened", "app_uninstalled", "tokens_revoked"],
            },
            "interactivity": {"is_enabled": True, "request_url": url},
            "token_rotation_enabled": rotates,
        },
    }


def asking(teams: Teams, **changes: str) -> str:
    query = {
        "client_id": teams.credentials.client_id,
        "scope": SCOPES,
        "state": "s1",
        "redirect_uri": CALLBACK,
    }
    return f"{teams.url}/oauth/v2/authorize?{urlencode({**query, **changes})}"


def code_in(address: str) -> str:
    return parse_qs(urlsplit(address).query)["code"][0]


async def access(teams: Teams, **fields: str) -> dict[str, Any]:
    credentials = {
        "client_id": teams.credentials.client_id,
        "client_secret": teams.credentials.client_secret,
    }
    async with httpx.AsyncClient() as client:
        answer = await client.post(f"{teams.api_url}oauth.v2.access", data={**credentials, **fields})
    body: dict[str, Any] = answer.json()
    return body


async def called(teams: Teams, method: str, token: str) -> dict[str, Any]:
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as client:
        body: dict[str, Any] = (await client.post(f"{teams.api_url}{method}")).json()
    return body


async def installed(teams: Teams, number: int) -> dict[str, Any]:
    workspace = teams.workspaces[number]
    return await access(teams, code=code_in(teams.allow(asking(teams), workspace, "ada")))


async def test_each_workspace_that_installs_the_app_has_a_token_of_its_own() -> None:
    async with teams_of(App()) as teams:
        answers = [await installed(teams, number) for number in (0, 1)]
        teams_of_tokens = [
            (await called(teams, "auth.test", each["access_token"]))["team"] for each in answers
        ]

    assert teams_of_tokens == ["One", "Two"]
    assert [each["team"] for each in answers] == [
        {"id": "T0000000001", "name": "One"},
        {"id": "T0000000002", "name": "Two"},
    ]
    first = answers[0]
    assert (first["token_type"], first["scope"], first["enterprise"]) == ("bot", SCOPES, None)
    assert "refresh_token" not in first


async def test_before_it_is_installed_an_app_has_no_token() -> None:
    async with teams_of(App()) as teams:
        assert await called(teams, "auth.test", teams.workspaces[0].bot_token) == {
            "ok": False,
            "error": "invalid_auth",
        }


async def test_ids_differ_between_workspaces() -> None:
    async with teams_of(App()) as teams:
        one, two = ({*each.channels, *each.people, each.bot.id, each.bot_id} for each in teams.workspaces)

    assert not one & two


async def test_a_page_offers_each_person_and_leads_back_with_code_and_state() -> None:
    async with teams_of(App()) as teams, httpx.AsyncClient() as client:
        page = (await client.get(asking(teams))).text
        link = page.split("href='")[1].split("'")[0].replace("&amp;", "&")
        led = await client.get(f"{teams.url}{link}")
        query = parse_qs(urlsplit(led.headers["Location"]).query)

    assert (led.headers["Location"].startswith(f"{CALLBACK}?"), query["state"]) == (True, ["s1"])
    assert page.count("Allow in One as") == page.count("Allow in Two as") == 3


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_id": "1.2"}, "invalid_client_id"),
        ({"redirect_uri": "http://127.0.0.1:1/elsewhere"}, "bad_redirect_uri"),
        ({"scope": "files:read"}, "invalid_scope: files:read"),
    ],
)
async def test_what_slack_would_not_show_is_refused(changes: dict[str, str], error: str) -> None:
    async with teams_of(App()) as teams:
        with pytest.raises(NotPossibleError, match=error):
            teams.allow(asking(teams, **changes), teams.workspaces[0], "ada")
        async with httpx.AsyncClient() as client:
            answer = await client.get(asking(teams, **changes))

    assert (answer.status_code, answer.text) == (400, error)


async def test_a_person_may_cancel() -> None:
    async with teams_of(App()) as teams:
        assert teams.cancel(asking(teams), teams.workspaces[0]) == f"{CALLBACK}?error=access_denied&state=s1"


async def test_codes_count_once_and_for_ten_minutes_and_only_with_the_apps_secret() -> None:
    async with teams_of(App()) as teams:
        workspace, clock = teams.workspaces[0], teams.workspaces[0].clock
        used = code_in(teams.allow(asking(teams), workspace, "ada"))
        refused = [await access(teams, code=used, client_secret="wrong")]
        await access(teams, code=used)
        refused.append(await access(teams, code=used))
        old = code_in(teams.allow(asking(teams), workspace, "ada"))
        assert isinstance(clock, ManualClock)
        await clock.advance(CODES_LAST.total_seconds() + 1)
        refused.append(await access(teams, code=old))
        other = code_in(teams.allow(asking(teams), workspace, "ada"))
        refused.append(await access(teams, code=other, redirect_uri=f"{CALLBACK}/other"))

    assert [each["error"] for each in refused] == [
        "bad_client_secret",
        "code_already_used",
        "invalid_code",
        "bad_redirect_uri",
    ]


async def test_tokens_that_rotate_end_and_each_refresh_token_counts_once() -> None:
    async with teams_of(App(), rotates=True) as teams:
        first = await installed(teams, 0)
        again = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
        second, third = await access(teams, **again), await access(teams, **again)
        clock = teams.workspaces[0].clock
        assert isinstance(clock, ManualClock)
        await clock.advance(TOKENS_LAST.total_seconds())
        ended = await called(teams, "auth.test", first["access_token"])

    assert (first["expires_in"], first["access_token"].startswith("xoxe.xoxb-")) == (43_200, True)
    assert second["access_token"] != first["access_token"]
    assert (third["error"], ended["error"]) == ("invalid_refresh_token", "token_expired")


async def test_an_admin_who_removes_the_app_ends_its_tokens_and_tells_it() -> None:
    app = App()
    async with teams_of(app) as teams:
        one, two = [(await installed(teams, number))["access_token"] for number in (0, 1)]
        teams.uninstall(teams.workspaces[0])
        answers = [await called(teams, "auth.test", each) for each in (one, two)]
        await until_seen(app, 2)

    assert [each.get("error") for each in answers] == ["account_inactive", None]
    assert sorted(
        kind for _, body in app.seen for kind in (b"app_uninstalled", b"tokens_revoked") if kind in body
    ) == [
        b"app_uninstalled",
        b"tokens_revoked",
    ]


async def test_commands_go_to_the_request_url_signed_and_what_it_answers_is_shown() -> None:
    app = App(answers=[web.json_response({"text": "Here you are"})])
    async with teams_of(app) as teams:
        await installed(teams, 1)
        ada = teams.person(teams.workspaces[1], "ada")
        await ada.command("general", "/read a & b")
        shown = ada.messages("general")[-1]["text"]

    [(headers, body)] = app.seen
    fields = {name: value for name, [value] in parse_qs(body.decode()).items()}
    signed = f"v0:{headers['X-Slack-Request-Timestamp']}:".encode() + body
    secret = teams.credentials.signing_secret.encode()
    assert headers["X-Slack-Signature"] == f"v0={hmac.new(secret, signed, hashlib.sha256).hexdigest()}"
    assert (fields["team_id"], fields["text"], shown) == ("T0000000002", "a &amp; b", "Here you are")


@pytest.mark.parametrize("status", [500, 404])
async def test_a_command_that_the_app_does_not_take_is_told_to_the_person(status: int) -> None:
    async with teams_of(App(answers=[web.Response(status=status)])) as teams:
        await installed(teams, 0)
        ada = teams.person(teams.workspaces[0], "ada")
        with pytest.raises(NotAnsweredError):
            await ada.command("general", "/read")

        assert ada.notices() == ["/read failed because the app did not respond. (http_error)"]


async def test_events_are_repeated_until_the_app_takes_them_or_asks_not_to() -> None:
    no_more = web.Response(status=500, headers={"X-Slack-No-Retry": "1"})
    app = App(answers=[web.Response(status=500), web.Response(), no_more])
    async with teams_of(app) as teams:
        await installed(teams, 0)
        ada = teams.person(teams.workspaces[0], "ada")
        await ada.open_home()
        await until_seen(app, 2)
        await ada.open_home()
        await until_seen(app, 1)

    repeated = [headers.get("X-Slack-Retry-Num") for headers, _ in app.seen]
    assert (repeated, app.seen[1][0]["X-Slack-Retry-Reason"]) == ([None, "1", None], "http_error")


async def test_the_request_url_is_verified_by_its_answer_to_a_challenge() -> None:
    app = App(answers=[web.json_response({"challenge": "guessed"})])
    async with teams_of(app) as teams:
        with pytest.raises(ConfigurationError, match="did not answer with the challenge"):
            await teams.verify(teams.workspaces[0])


async def until_seen(app: App, count: int) -> None:
    """Wait until the app has been sent so many more requests."""
    async with asyncio.timeout(20):
        for _ in range(count):
            await app.arrived.get()
