"""Several workspaces that install one app: OAuth, the tokens of each, and how they end."""

import base64
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import httpx
import pytest

from bot.sandbox import (
    Configuration,
    ConfigurationError,
    NotPossibleError,
    Teams,
    Workspace,
)
from bot.sandbox.checks import Json
from bot.sandbox.oauth import CODES_LAST, TOKENS_LAST
from tests.sandbox.web_app import CALLBACK, SCOPES, WebApp, advance, manifest, teams_of
from tests.support.sandbox_driver import Driver
from tests.support.workspaces import ORGANISATION, called, code_in, install_address, installed


async def exchanged(teams: Teams, **fields: str) -> Json:
    return await called(teams, "oauth.v2.access", **fields)


async def refreshed(teams: Teams, answer: Json) -> Json:
    return await exchanged(teams, grant_type="refresh_token", refresh_token=answer["refresh_token"])


async def known_as(teams: Teams, answer: Json, **arguments: str) -> Any:
    """Return the team that a token is of, or the error."""
    told = await called(teams, "auth.test", answer["access_token"], **arguments)
    return told.get("error") or told["team"]


def events_in(app: WebApp) -> list[Json]:
    return [json.loads(body) for _, body in app.seen]


# ---- Installing


async def test_each_workspace_that_installs_the_app_has_a_token_of_its_own() -> None:
    async with teams_of(WebApp()) as teams:
        answers = [await installed(teams, each) for each in teams.workspaces]
        names = [await known_as(teams, each) for each in answers]
        people = [each.person("ada").id for each in teams.workspaces]

    assert names == ["One", "Two"]
    tokens = [each.pop("access_token") for each in answers]
    assert len(set(tokens)) == 2
    assert answers == [
        {
            "ok": True,
            "app_id": "A0000000001",
            "authed_user": {"id": person},
            "scope": SCOPES,
            "token_type": "bot",
            "bot_user_id": workspace.bot.id,
            "team": {"id": team_id, "name": name},
            "enterprise": None,
            "is_enterprise_install": False,
        }
        for person, workspace, team_id, name in zip(
            people, teams.workspaces, ("T0000000001", "T0000000002"), ("One", "Two"), strict=True
        )
    ]


async def test_before_it_is_installed_an_app_has_no_token_and_people_cannot_use_it() -> None:
    app = WebApp()
    async with teams_of(app) as teams:
        workspace = teams.workspaces[0]
        ada = teams.person(workspace, "ada")
        answer = await called(teams, "auth.test", workspace.bot_token)
        with pytest.raises(NotPossibleError, match="not installed"):
            await ada.command("general", "/read")
        await ada.open_home()
        await installed(teams, workspace)
        await ada.command("general", "/read")

    assert answer == {"ok": False, "error": "invalid_auth"}
    assert [b"command" in body for _, body in app.seen] == [True]


async def test_ids_differ_between_workspaces() -> None:
    async with teams_of(WebApp()) as teams:
        one, two = ({*each.channels, *each.people, each.bot.id, each.bot_id} for each in teams.workspaces)

    assert not one & two


def test_workspaces_of_one_number_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="same number"):
        Teams(manifest("http://127.0.0.1:1/"), [Configuration(), Configuration()])


async def test_a_page_offers_each_person_and_leads_back_with_code_and_state() -> None:
    async with teams_of(WebApp()) as teams, httpx.AsyncClient() as client:
        page = (await client.get(install_address(teams, state="a&b"))).text
        links = [each.split("'")[0].replace("&amp;", "&") for each in page.split("href='")[1:]]
        led = await client.get(f"{teams.url}{links[0]}")
        cancelled = await client.get(f"{teams.url}{links[-1]}")

    assert page.count("Allow in One as") == page.count("Allow in Two as") == 3
    assert led.headers["Location"].startswith(f"{CALLBACK}?")
    assert parse_qs(urlsplit(led.headers["Location"]).query)["state"] == ["a&b"]
    assert cancelled.headers["Location"] == f"{CALLBACK}?error=access_denied&state=a%26b"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_id": "1.2"}, "invalid_client_id"),
        ({"redirect_uri": "http://127.0.0.1:1/elsewhere"}, "bad_redirect_uri"),
        ({"redirect_uri": f"{CALLBACK}.example.org/"}, "bad_redirect_uri"),
        ({"redirect_uri": f"{CALLBACK}/../elsewhere"}, "bad_redirect_uri"),
        ({"redirect_uri": CALLBACK.replace("http", "https")}, "bad_redirect_uri"),
        ({"redirect_uri": "http://[1/"}, "bad_redirect_uri"),
        ({"scope": "files:read"}, "invalid_scope: files:read"),
        ({"scope": ""}, "invalid_scope: "),
    ],
)
async def test_what_slack_would_not_show_is_refused(changes: dict[str, str], error: str) -> None:
    async with teams_of(WebApp()) as teams:
        address = install_address(teams, **changes)
        with pytest.raises(NotPossibleError, match=error):
            teams.allow(address, teams.workspaces[0], "ada")
        with pytest.raises(NotPossibleError, match=error):
            teams.cancel(address)
        async with httpx.AsyncClient() as client:
            answer = await client.get(address)

    assert (answer.status_code, answer.text) == (400, error)


async def test_people_are_led_below_a_redirect_url_or_to_the_first_where_none_is_named() -> None:
    async with teams_of(WebApp()) as teams:
        one = teams.workspaces[0]
        below = teams.allow(install_address(teams, redirect_uri=f"{CALLBACK}/new?a=1"), one, "ada")
        first = teams.allow(install_address(teams, redirect_uri=""), one, "ada")

    assert (below.startswith(f"{CALLBACK}/new?a=1&code="), first.startswith(f"{CALLBACK}?code=")) == (
        True,
        True,
    )


async def test_codes_count_once_and_for_ten_minutes_and_only_with_the_apps_secret() -> None:
    async with teams_of(WebApp()) as teams:
        workspace = teams.workspaces[0]

        def a_code() -> str:
            return code_in(teams.allow(install_address(teams), workspace, "ada"))

        used, answers = a_code(), []
        answers.append(await exchanged(teams, code=used, client_secret="wrong"))
        answers.append(await exchanged(teams, code=used, client_id="1.2"))
        answers.append(await exchanged(teams, code=used, grant_type="password"))
        answers.append(await exchanged(teams, code=used))
        answers.append(await exchanged(teams, code=used))
        answers.append(await exchanged(teams, code="1.2"))
        old, current = a_code(), a_code()
        await advance(teams, CODES_LAST.total_seconds())
        answers.append(await exchanged(teams, code=current))
        await advance(teams, 1)
        answers.append(await exchanged(teams, code=old))

    assert [each.get("error") for each in answers] == [
        "bad_client_secret",
        "invalid_client_id",
        "invalid_grant_type",
        None,
        "code_already_used",
        "invalid_code",
        None,
        "invalid_code",
    ]


@pytest.mark.parametrize(
    ("urls", "given", "error"),
    [
        ([CALLBACK], None, None),
        ([CALLBACK], CALLBACK, None),
        ([CALLBACK], f"{CALLBACK}/other", "bad_redirect_uri"),
        ([CALLBACK, f"{CALLBACK}2"], CALLBACK, None),
        ([CALLBACK, f"{CALLBACK}2"], f"{CALLBACK}2", "bad_redirect_uri"),
        ([CALLBACK, f"{CALLBACK}2"], None, "bad_redirect_uri"),
    ],
)
async def test_a_code_is_exchanged_with_the_redirect_uri_that_it_was_asked_for_with(
    urls: list[str], given: str | None, error: str | None
) -> None:
    asking_for = manifest("http://127.0.0.1:1/")
    asking_for["oauth_config"]["redirect_urls"] = urls
    async with Teams(asking_for) as teams:
        code = code_in(teams.allow(install_address(teams), teams.workspaces[0], "ada"))
        answer = await exchanged(teams, code=code, **({"redirect_uri": given} if given else {}))

    assert answer.get("error") == error


async def test_the_apps_id_and_secret_are_taken_from_the_header_too() -> None:
    async with teams_of(WebApp()) as teams, httpx.AsyncClient() as client:
        code = code_in(teams.allow(install_address(teams), teams.workspaces[0], "ada"))
        own = f"{teams.credentials.client_id}:{teams.credentials.client_secret}"
        answers = []
        for each in ("not base64", base64.b64encode(own.encode()).decode()):
            headers = {"Authorization": f"Basic {each}"}
            sent = await client.post(f"{teams.api_url}oauth.v2.access", data={"code": code}, headers=headers)
            answers.append(sent.json().get("error"))

    assert answers == ["invalid_client_id", None]


async def test_an_app_has_the_scopes_that_were_allowed_and_more_once_more_are() -> None:
    async with teams_of(WebApp()) as teams:
        workspace = teams.workspaces[0]
        answers = []
        for scope in ("commands", "chat:write"):
            back = teams.allow(install_address(teams, scope=scope), workspace, "ada")
            answers.append(await exchanged(teams, code=code_in(back)))
        refused = await called(teams, "conversations.list", answers[1]["access_token"])

    assert [each["scope"] for each in answers] == ["commands", "commands,chat:write"]
    assert (refused["error"], refused["needed"]) == ("missing_scope", "channels:read")


async def test_who_installs_an_app_may_leave_scopes_out() -> None:
    async with teams_of(WebApp(), withheld_scopes=("channels:read",)) as teams:
        answer = await installed(teams, teams.workspaces[0])
        refused = await called(teams, "conversations.list", answer["access_token"])

    assert answer["scope"] == "chat:write,commands,reactions:read"
    assert (refused["error"], refused["needed"]) == ("missing_scope", "channels:read")


# ---- Tokens that rotate


async def test_tokens_that_rotate_end_and_each_refresh_token_counts_once() -> None:
    async with teams_of(WebApp(), rotates=True) as teams:
        first = await installed(teams, teams.workspaces[0])
        second, again = await refreshed(teams, first), await refreshed(teams, first)
        both = [await known_as(teams, each) for each in (first, second)]
        await advance(teams, TOKENS_LAST.total_seconds())
        ended = await known_as(teams, first)
        third = await refreshed(teams, second)
        names = [await known_as(teams, third), await known_as(teams, second)]

    assert (first["expires_in"], first["access_token"].startswith("xoxe.xoxb-")) == (43_200, True)
    assert first["refresh_token"].startswith("xoxe-1-")
    assert (again["error"], both, ended) == ("invalid_refresh_token", ["One", "One"], "token_expired")
    assert names == ["One", "token_expired"]


async def test_of_tokens_that_rotate_the_last_two_are_valid() -> None:
    async with teams_of(WebApp(), rotates=True) as teams:
        answers = [await installed(teams, teams.workspaces[0])]
        answers += [await refreshed(teams, answers[0])]
        answers += [await refreshed(teams, answers[1])]
        names = [await known_as(teams, each) for each in answers]

    assert names == ["account_inactive", "One", "One"]


async def test_a_lost_answer_uses_up_the_refresh_token() -> None:
    async with teams_of(WebApp(), rotates=True) as teams:
        first = await installed(teams, teams.workspaces[0])
        teams.workspaces[0].faults.add("drop_after_write", method="oauth.v2.access")
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await refreshed(teams, first)
        again = await refreshed(teams, first)

    assert again["error"] == "invalid_refresh_token"


async def test_no_secret_of_the_app_is_kept_with_the_calls() -> None:
    async with teams_of(WebApp()) as teams:
        await installed(teams, teams.workspaces[0])
        kept = repr(teams.workspaces[0].calls)

    assert ("oauth.v2.access" in kept, teams.credentials.client_secret in kept) == (True, False)


# ---- The end


async def test_an_admin_who_removes_the_app_ends_its_tokens_and_tells_it() -> None:
    app = WebApp()
    async with teams_of(app, rotates=True) as teams:
        one, two = teams.workspaces
        answers = [await installed(teams, each) for each in (one, two)]
        teams.uninstall(one)
        names = [await known_as(teams, each) for each in answers]
        refused = await refreshed(teams, answers[0])
        await app.until_seen(2)
        members = [one.bot.id in one.channel("papers").members, two.bot.id in two.channel("papers").members]
        with pytest.raises(NotPossibleError, match="not installed"):
            teams.uninstall(one)

    assert (names, refused["error"]) == (["account_inactive", "Two"], "invalid_refresh_token")
    assert members == [False, True]
    told = {each["event"]["type"]: each for each in events_in(app)}
    assert {each["team_id"] for each in told.values()} == {one.team_id}
    assert told["tokens_revoked"]["event"]["tokens"] == {"oauth": [], "bot": [one.bot.id]}
    assert told.keys() == {"app_uninstalled", "tokens_revoked"}


async def test_after_it_was_removed_an_app_hears_nothing_until_it_is_installed_again() -> None:
    app = WebApp()
    async with teams_of(app) as teams:
        workspace = teams.workspaces[0]
        ada = teams.person(workspace, "ada")
        await installed(teams, workspace)
        teams.uninstall(workspace)
        await app.until_seen(2)
        await ada.open_home()
        again = await installed(teams, workspace)
        await ada.open_home()
        await app.until_seen(1)
        name = await known_as(teams, again)

    assert (len(app.seen), events_in(app)[2]["event"]["type"], name) == (3, "app_home_opened", "One")


async def test_an_app_may_remove_itself_by_its_token_and_its_secret() -> None:
    app = WebApp()
    async with teams_of(app) as teams:
        answer = await installed(teams, teams.workspaces[1])
        token = answer["access_token"]
        own = {"client_id": teams.credentials.client_id, "client_secret": teams.credentials.client_secret}
        answers = [
            await called(teams, "apps.uninstall", token, **{**own, "client_secret": "wrong"}),
            await called(teams, "apps.uninstall", **own),
            await called(teams, "apps.uninstall", token, **own),
            await called(teams, "auth.test", token),
        ]
        await app.until_seen(2)

    assert [each.get("error") for each in answers] == [
        "bad_client_secret",
        "not_authed",
        None,
        "account_inactive",
    ]
    assert {each["event"]["type"] for each in events_in(app)} == {"app_uninstalled", "tokens_revoked"}


async def test_an_app_that_revokes_its_token_stays_installed_without_a_bot_user() -> None:
    app = WebApp()
    async with teams_of(app) as teams:
        workspace = teams.workspaces[0]
        token = (await installed(teams, workspace))["access_token"]
        answers = [
            await called(teams, "auth.revoke", token, test="1"),
            await called(teams, "auth.revoke", token),
            await called(teams, "auth.test", token),
        ]
        await app.until_seen(1)
        is_member = workspace.bot.id in workspace.channel("papers").members

    assert answers == [
        {"ok": True, "revoked": False},
        {"ok": True, "revoked": True},
        {"ok": False, "error": "account_inactive"},
    ]
    assert [each["event"]["type"] for each in events_in(app)] == ["tokens_revoked"]
    assert (workspace.is_installed, is_member) == (True, False)


# ---- A whole organisation


async def in_organisation(teams: Teams) -> tuple[Json, tuple[Workspace, ...]]:
    return await installed(teams, teams.workspaces[0], org_wide=True), teams.workspaces


async def test_an_installation_of_an_organisation_has_one_token_for_all_its_workspaces() -> None:
    app = WebApp()
    async with teams_of(app, org_wide=True, enterprise=ORGANISATION) as teams:
        answer, (one, two) = await in_organisation(teams)
        token = answer["access_token"]
        listed = [
            await called(teams, "conversations.list", token, team_id=each.team_id) for each in (one, two)
        ]
        posted = await called(
            teams, "chat.postMessage", token, channel=two.channel("papers").id, text="For all"
        )
        await teams.person(two, "ada").open_home()
        await app.until_seen(1)
        await teams.person(one, "lin").command("general", "/read")
        name = await known_as(teams, answer)

    assert (answer["team"], answer["enterprise"], answer["is_enterprise_install"]) == (
        None,
        {"id": ORGANISATION.id, "name": ORGANISATION.name},
        True,
    )
    assert (name, one.bot.id == two.bot.id == answer["bot_user_id"]) == ("Grid", True)
    assert [
        {each["id"] for each in told["channels"]} <= team.channels.keys()
        for told, team in zip(listed, (one, two), strict=True)
    ] == [True, True]
    assert posted["channel"] == two.channel("papers").id
    event = events_in(WebApp(app.seen[:1]))[0]
    assert (event["team_id"], event["enterprise_id"]) == (two.team_id, ORGANISATION.id)
    assert event["authorizations"] == [
        {
            "enterprise_id": ORGANISATION.id,
            "team_id": None,
            "user_id": two.bot.id,
            "is_bot": True,
            "is_enterprise_install": True,
        }
    ]
    fields = parse_qs(app.seen[1][1].decode())
    assert [fields[name] for name in ("team_id", "enterprise_id", "is_enterprise_install")] == [
        [one.team_id],
        [ORGANISATION.id],
        ["true"],
    ]


@pytest.mark.parametrize("is_admins", [True, False])
async def test_an_installation_of_an_organisation_ends_in_all_its_workspaces(*, is_admins: bool) -> None:
    app = WebApp()
    async with teams_of(app, org_wide=True, enterprise=ORGANISATION) as teams:
        answer, (one, two) = await in_organisation(teams)
        if is_admins:
            teams.uninstall(two)
        else:
            await called(teams, "auth.revoke", answer["access_token"])
        await app.until_seen(2 if is_admins else 1)
        ends = [await known_as(teams, answer, team_id=each.team_id) for each in (one, two)]

    assert ends == ["account_inactive", "account_inactive"]
    assert all(each["authorizations"][0]["is_enterprise_install"] for each in events_in(app))


async def test_only_an_admin_of_an_organisation_installs_for_all_of_it() -> None:
    async with teams_of(WebApp(), org_wide=True, enterprise=ORGANISATION) as teams:
        address, one = install_address(teams), teams.workspaces[0]
        async with httpx.AsyncClient() as client:
            page = (await client.get(address)).text
        with pytest.raises(NotPossibleError, match="lin is no admin"):
            teams.allow(address, one, "lin", org_wide=True)
    async with teams_of(WebApp(), enterprise=ORGANISATION) as teams:
        with pytest.raises(NotPossibleError, match="cannot be installed in a whole organisation"):
            teams.allow(install_address(teams), teams.workspaces[0], "ada", org_wide=True)

    assert page.count("Allow in all of Grid as Ada Lovelace") == 2
    assert page.count("Allow in all of Grid") == 2


# ---- Whatever is sent


@pytest.mark.parametrize("value", [[], ["x"], {"x": 1}, 5, 0, "", "x", None, True])
@pytest.mark.parametrize(
    ("method", "name"),
    [
        ("oauth.v2.access", "code"),
        ("oauth.v2.access", "client_id"),
        ("oauth.v2.access", "client_secret"),
        ("oauth.v2.access", "grant_type"),
        ("oauth.v2.access", "redirect_uri"),
        ("auth.test", "token"),
        ("chat.postMessage", "channel"),
        ("apps.uninstall", "client_id"),
        ("auth.revoke", "token"),
    ],
)
async def test_whatever_a_call_holds_it_is_answered_without_a_crash(
    method: str, name: str, value: object
) -> None:
    async with teams_of(WebApp()) as teams, aiohttp.ClientSession() as session:
        own = {"client_id": teams.credentials.client_id, "client_secret": teams.credentials.client_secret}
        sent = session.post(f"{teams.api_url}{method}", json={**own, "code": "1.2", name: value})
        async with sent as answer:
            body = await answer.json()

    assert (answer.status, body["ok"], type(body["error"])) == (200, False, str)


# ---- The control API


async def test_the_control_api_installs_cancels_and_uninstalls() -> None:
    async with teams_of(WebApp()) as teams, Driver(teams.url) as driver:
        one, two = teams.workspaces
        address = install_address(teams)
        back = await driver.allow(address, one.team_id, "lin")
        answer = await exchanged(teams, code=code_in(back))
        cancelled = await driver.cancel(address)
        told = await driver.teams()
        await driver.uninstall(one.team_id)
        with pytest.raises(NotPossibleError, match="not installed in this workspace"):
            await driver.uninstall(one.team_id)
        with pytest.raises(NotPossibleError, match="no workspace 'T1'; see /control/teams"):
            await driver.uninstall("T1")
        with pytest.raises(NotPossibleError, match="invalid_client_id"):
            await driver.allow("", two.team_id, "ada")
        urls = [teams.page(each) for each in (one, two)]

    assert answer["authed_user"]["id"] == one.person("lin").id
    assert cancelled == f"{CALLBACK}?error=access_denied&state=s1"
    assert told == [
        {"id": one.team_id, "name": "One", "url": urls[0], "is_installed": True},
        {"id": two.team_id, "name": "Two", "url": urls[1], "is_installed": False},
    ]
