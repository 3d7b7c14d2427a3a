"""HTTP mode: what people do arrives as signed requests, and what the app answers is its acknowledgement."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable
from urllib.parse import parse_qs

import pytest
from aiohttp import web

from bot.sandbox import (
    ConfigurationError,
    ManualClock,
    Member,
    NotAnsweredError,
    Sandbox,
    Teams,
    create_workspace,
)
from bot.sandbox.checks import Json
from tests.sandbox.examples import modal, plain, section
from tests.sandbox.web_app import WebApp, advance, manifest, teams_of
from tests.support.web_server import Answer, hanging_up, redirecting, serving
from tests.support.workspaces import called, installed, slack

WITH_INPUT = {
    "type": "input",
    "block_id": "name",
    "label": plain("Name"),
    "element": {"type": "plain_text_input", "action_id": "a"},
}


async def ada_in(teams: Teams, number: int = 0) -> Member:
    """Install the app in a workspace and return a person there."""
    workspace = teams.workspaces[number]
    await installed(teams, workspace)
    return teams.person(workspace, "ada")


def form_of(body: bytes) -> dict[str, str]:
    return {name: value for name, [value] in parse_qs(body.decode()).items()}


async def test_a_command_goes_to_its_url_signed_and_what_it_answers_is_shown() -> None:
    app = WebApp(answers=[web.json_response({"text": "Here you are"})])
    async with teams_of(app) as teams:
        ada = await ada_in(teams, 1)
        await ada.command("general", "/read a & b")
        shown = ada.messages("general")[-1]["text"]

    [(headers, body)] = app.seen
    signed = f"v0:{headers['X-Slack-Request-Timestamp']}:".encode() + body
    secret = teams.credentials.signing_secret.encode()
    assert headers["X-Slack-Signature"] == f"v0={hmac.new(secret, signed, hashlib.sha256).hexdigest()}"
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    fields = form_of(body)
    assert (fields["team_id"], fields["text"], shown) == ("T0000000002", "a &amp; b", "Here you are")


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        (web.Response(text="Plainly"), ["Plainly"]),
        (web.Response(text='{"text": "No JSON"}'), ['{"text": "No JSON"}']),
        (web.Response(), []),
    ],
)
async def test_a_command_is_answered_by_json_that_is_called_so_by_text_or_by_nothing(
    answer: web.Response, shown: list[str]
) -> None:
    async with teams_of(WebApp(answers=[answer])) as teams:
        ada = await ada_in(teams)
        await ada.command("general", "/read")

        assert [each["text"] for each in ada.messages("general")] == shown


@pytest.mark.parametrize("status", [500, 404, 202])
async def test_a_command_that_the_app_does_not_take_is_told_to_the_person(status: int) -> None:
    async with teams_of(WebApp(answers=[web.Response(status=status)])) as teams:
        ada = await ada_in(teams)
        with pytest.raises(NotAnsweredError):
            await ada.command("general", "/read")

        assert ada.notices() == ["/read failed because the app did not respond. (http_error)"]


async def test_a_command_is_not_waited_for_longer_than_three_seconds() -> None:
    app, held = WebApp(), asyncio.Event()

    async def slow(request: web.Request) -> web.StreamResponse:
        await app.answer(request)
        await held.wait()
        return web.Response()

    async with serving({"/": slow}) as service, teams_of(WebApp()) as teams:
        send_to(teams, service.address)
        ada = await ada_in(teams)
        saying = asyncio.create_task(ada.command("general", "/read"))
        await app.until_seen(1)
        await advance(teams, 3)
        with pytest.raises(NotAnsweredError) as caught:
            await saying
        held.set()

    assert caught.value.code == "operation_timeout"


async def test_interactions_are_sent_as_a_payload_in_a_form_and_change_the_view() -> None:
    app = WebApp()
    async with teams_of(app) as teams:
        workspace = teams.workspaces[0]
        token = (await installed(teams, workspace))["access_token"]
        ada = teams.person(workspace, "ada")
        await ada.shortcut("read")
        [shortcut] = payloads(app)
        view = json.dumps(modal(WITH_INPUT, submit=plain("Save")))
        await called(teams, "views.open", token, trigger_id=shortcut["trigger_id"], view=view)
        app.answers = [
            web.json_response({"response_action": "errors", "errors": {"name": "No."}}),
            web.Response(text="Saved"),
            web.json_response({"response_action": "update", "view": modal(section())}),
        ]
        errors = await ada.submit(ada.modals()[-1], {"name": {"a": "x"}})
        with pytest.raises(NotAnsweredError, match="response_action"):
            await ada.submit(ada.modals()[-1])
        await ada.submit(ada.modals()[-1])
        [shown] = ada.modals()

    assert (shortcut["type"], shortcut["team"]["id"]) == ("shortcut", workspace.team_id)
    assert [each["type"] for each in payloads(app)[1:]] == ["view_submission"] * 3
    assert (errors, shown["blocks"][0]["type"]) == ({"name": "No."}, "section")


def payloads(app: WebApp) -> list[Json]:
    return [json.loads(form_of(body)["payload"]) for _, body in app.seen]


async def test_a_response_url_is_of_the_workspace_in_which_the_command_was() -> None:
    app = WebApp()
    async with teams_of(app) as teams:
        ada = await ada_in(teams, 1)
        await ada.command("general", "/read")
        fields = form_of(app.seen[0][1])

        assert fields["response_url"].startswith(f"{teams.page(teams.workspaces[1])}/response/T0000000002/")


# ---- Events


async def test_events_are_repeated_until_the_app_takes_them_or_asks_not_to() -> None:
    no_more = web.Response(status=500, headers={"X-Slack-No-Retry": "1"})
    app = WebApp(answers=[web.Response(status=500), web.Response(status=204), no_more])
    async with teams_of(app) as teams:
        ada = await ada_in(teams)
        await ada.open_home()
        await app.until_seen(2)
        await ada.open_home()
        await app.until_seen(1)

    assert app.seen[0][0]["Content-Type"] == "application/json"
    repeated = [headers.get("X-Slack-Retry-Num") for headers, _ in app.seen]
    assert (repeated, app.seen[1][0]["X-Slack-Retry-Reason"]) == ([None, "1", None], "http_error")
    assert app.seen[1][1] == app.seen[0][1]


def first(failing: Answer, then: Answer) -> Answer:
    """Answer the first request in one way and all others in another."""
    left = [failing]

    async def answer(request: web.Request) -> web.StreamResponse:
        return await (left.pop() if left else then)(request)

    return answer


@pytest.mark.parametrize(("redirects", "reason"), [(2, None), (3, "too_many_redirects")])
async def test_an_event_follows_two_redirects(redirects: int, reason: str | None) -> None:
    app = WebApp()
    steps = {f"/{left}": redirecting(f"/{left - 1}", status=307) for left in range(1, redirects)}
    begun = first(redirecting(f"/{redirects - 1}", status=307), app.answer)
    async with serving({**steps, "/0": app.answer, "/": begun}) as service, teams_of(app) as teams:
        send_to(teams, service.address)
        ada = await ada_in(teams)
        await ada.open_home()
        await app.until_seen(1)

    assert [headers.get("X-Slack-Retry-Reason") for headers, _ in app.seen] == [reason]


async def test_an_event_is_repeated_after_a_lost_connection() -> None:
    app = WebApp()
    async with serving({"/": first(hanging_up(), app.answer)}) as service, teams_of(app) as teams:
        send_to(teams, service.address)
        ada = await ada_in(teams)
        await ada.open_home()
        await app.until_seen(1)

    assert app.seen[0][0]["X-Slack-Retry-Reason"] == "connection_failed"


async def test_an_event_is_repeated_after_three_seconds_without_an_answer() -> None:
    app, waiting = WebApp(), WebApp()
    held = asyncio.Event()

    async def slow(request: web.Request) -> web.StreamResponse:
        await waiting.answer(request)
        await held.wait()
        return web.Response()

    async with serving({"/": first(slow, app.answer)}) as service, teams_of(app) as teams:
        send_to(teams, service.address)
        ada = await ada_in(teams)
        await ada.open_home()
        await waiting.until_seen(1)
        await advance(teams, 3)
        await app.until_seen(1)
        held.set()

    assert app.seen[0][0]["X-Slack-Retry-Reason"] == "http_timeout"


async def test_an_app_whose_manifest_names_no_address_is_sent_nothing() -> None:
    asking_for = manifest("")
    async with slack(asking_for, "One", clock=ManualClock()) as teams:
        ada = await ada_in(teams)
        await ada.open_home()
        with pytest.raises(NotAnsweredError) as caught:
            await ada.command("general", "/read")

    assert caught.value.code == "dispatch_failed"


def send_to(teams: Teams, address: str) -> None:
    """Have all that goes to the app's address go to this one instead."""
    teams.reached_at[teams.workspaces[0].manifest.settings.event_subscriptions.request_url] = f"{address}/"


async def test_faults_strike_requests_as_they_do_envelopes() -> None:
    app = WebApp()
    async with teams_of(app) as teams:
        ada = await ada_in(teams)
        faults = teams.workspaces[0].faults
        faults.add("drop_socket")
        with pytest.raises(NotAnsweredError) as dropped:
            await ada.command("general", "/read")
        faults.add("lose_ack")
        saying = asyncio.create_task(ada.command("general", "/read"))
        await app.until_seen(1)
        await advance(teams, 3)
        with pytest.raises(NotAnsweredError) as lost:
            await saying

    assert (dropped.value.code, lost.value.code, len(app.seen)) == (
        "connection_failed",
        "operation_timeout",
        1,
    )


async def test_one_workspace_over_http_needs_no_more_than_a_manifest_with_addresses() -> None:
    app = WebApp()
    async with serving({"/": app.answer}) as service:
        workspace = create_workspace(manifest(f"{service.address}/"))
        async with Sandbox(workspace) as sandbox:
            await sandbox.person("ada").command("general", "/read")

    assert [form_of(body)["command"] for _, body in app.seen] == ["/read"]


@pytest.mark.parametrize(
    "answer",
    [
        lambda challenge: web.json_response({"challenge": challenge}),
        lambda challenge: web.Response(text=challenge),
        lambda challenge: web.Response(text=f"challenge={challenge}"),
    ],
)
async def test_a_request_url_is_verified_by_its_answer_to_a_challenge(
    answer: Callable[[str], web.Response],
) -> None:
    async def answering(request: web.Request) -> web.StreamResponse:
        body = await request.json()
        assert body.keys() == {"token", "challenge", "type"}
        return answer(body["challenge"])

    async with serving({"/": answering}) as service, teams_of(WebApp()) as teams:
        send_to(teams, service.address)
        await teams.verify(teams.workspaces[0])


async def test_a_request_url_that_cannot_know_the_challenge_is_refused() -> None:
    async with teams_of(WebApp(answers=[web.json_response({"challenge": "guessed"})])) as teams:
        with pytest.raises(ConfigurationError, match="did not answer with the challenge"):
            await teams.verify(teams.workspaces[0])
