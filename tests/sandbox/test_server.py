"""The server over HTTP: forms and JSON, faults on the wire, the control API."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.sandbox import (
    ManualClock,
    Member,
    NeverSeenError,
    NotAnsweredError,
    NotPossibleError,
    Sandbox,
)
from tests.sandbox.examples import about_sockets
from tests.sandbox.todo import Todo
from tests.support.sandbox_driver import Driver, RemoteMember


@pytest.fixture
async def driver(sandbox: Sandbox) -> AsyncIterator[Driver]:
    async with Driver(sandbox.url) as driver:
        yield driver


@pytest.fixture
async def http(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=sandbox.url, trust_env=False) as http:
        yield http


async def test_slacks_own_client_reads_and_writes(client: AsyncWebClient) -> None:
    me = await client.auth_test()
    posted = await client.chat_postMessage(channel="#papers", text="hello")
    read = await client.conversations_history(channel=posted["channel"], limit=1)

    assert me["bot_id"] == posted["message"]["bot_id"]
    assert [message["text"] for message in read["messages"]] == ["hello"]


async def test_arguments_come_by_json_by_form_and_in_the_query(
    http: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    token = {"Authorization": f"Bearer {sandbox.workspace.bot_token}"}
    said = {"channel": "#papers", "text": "hello"}

    answers = [
        await http.post("/api/chat.postMessage", json=said, headers=token),
        await http.post("/api/chat.postMessage", data=said, headers=token),
        await http.get("/api/chat.postMessage", params={**said, "token": sandbox.workspace.bot_token}),
    ]

    assert [answer.json()["ok"] for answer in answers] == [True, True, True]


@pytest.mark.parametrize(("body", "error"), [("{", "invalid_json"), ("[]", "json_not_object")])
async def test_a_body_that_is_no_object_is_refused_by_name(
    http: httpx.AsyncClient, body: str, error: str
) -> None:
    answer = await http.post(
        "/api/auth.test", content=body, headers={"Content-Type": "application/json; charset=utf-8"}
    )

    assert answer.json() == {"ok": False, "error": error}


async def test_without_a_token_nothing_is_told(http: httpx.AsyncClient) -> None:
    absent = await http.post("/api/auth.test")
    wrong = await http.post("/api/auth.test", headers={"Authorization": "Bearer xoxb-other"})

    assert (absent.json()["error"], wrong.json()["error"]) == ("not_authed", "invalid_auth")


async def test_a_dropped_connection_is_dropped_on_the_wire_after_the_write(
    sandbox: Sandbox, client: AsyncWebClient, ada: Member
) -> None:
    sandbox.workspace.faults.add("drop_after_write", method="chat.postMessage")

    with pytest.raises(Exception, match=r"disconnected|reset"):
        await client.chat_postMessage(channel="#papers", text="hello")

    assert [message["text"] for message in ada.messages("#papers")] == ["hello"]


async def test_slacks_default_retry_writes_twice_when_the_answer_is_lost(
    sandbox: Sandbox, ada: Member
) -> None:
    """The reason why delivery has its own client, without retries."""
    sandbox.workspace.faults.add("drop_after_write", method="chat.postMessage")
    client = AsyncWebClient(token=sandbox.workspace.bot_token, base_url=sandbox.api_url)

    await client.chat_postMessage(channel="#papers", text="hello")

    assert [message["text"] for message in ada.messages("#papers")] == ["hello", "hello"]


async def test_a_late_write_shows_by_itself_once_it_is_due(
    sandbox: Sandbox, client: AsyncWebClient, clock: ManualClock, ada: Member
) -> None:
    sandbox.workspace.faults.add("write_late", method="chat.postMessage", seconds=15)
    with pytest.raises(Exception, match=r"disconnected|reset"):
        await client.chat_postMessage(channel="#papers", text="hello")
    waiting = asyncio.create_task(ada.sees(lambda _: ada.messages("#papers")))

    await clock.advance(15)

    assert [message["text"] for message in await waiting] == ["hello"]


async def test_an_answer_by_response_url_goes_over_the_wire(sandbox: Sandbox, ada: Member) -> None:
    workspace = sandbox.workspace
    url = workspace.issue_response_url(ada.id, workspace.channel("papers").id)

    answers = [await AsyncWebhookClient(url).send(text=str(number)) for number in range(6)]

    assert [(answer.status_code, answer.body) for answer in answers[4:]] == [
        (200, "ok"),
        (404, '{"ok": false, "error": "used_url"}'),
    ]


async def test_a_429_reaches_the_client_with_retry_after(sandbox: Sandbox, client: AsyncWebClient) -> None:
    sandbox.workspace.faults.add("status", method="auth.test", status=429)

    with pytest.raises(SlackApiError) as caught:
        await client.auth_test()

    assert caught.value.response.status_code == 429


async def test_pings_that_nobody_answers_make_the_client_connect_anew(
    sandbox: Sandbox, client: AsyncWebClient, ada: Member
) -> None:
    socket = SocketModeClient(sandbox.workspace.app_token, web_client=client, ping_interval=0.05)
    await socket.connect()  # type: ignore[no-untyped-call] # slack_sdk publishes no type
    await ada.sees(lambda _: sandbox.socket_mode.connection_count == 1)

    sandbox.workspace.faults.add("silence_pings", times=1000)
    await ada.sees(lambda _: sandbox.socket_mode.connection_count == 0)
    sandbox.workspace.faults.clear()
    came_back = await ada.sees(lambda _: sandbox.socket_mode.connection_count == 1)

    assert came_back
    await socket.close()  # type: ignore[no-untyped-call] # likewise


async def test_a_dropped_socket_is_connected_anew_and_the_event_comes_again(
    sandbox: Sandbox, client: AsyncWebClient, clock: ManualClock, ada: Member
) -> None:
    # A missing pong must not end a connection here, however slow the machine is.
    todo = Todo(client, sandbox.workspace.app_token, ping_interval=0.5)
    await todo.connect()
    sandbox.workspace.faults.add("drop_socket")
    await ada.message("#papers", "hello")
    await ada.sees(lambda _: sandbox.socket_mode.connection_count == 0)
    await ada.sees(lambda _: sandbox.socket_mode.connection_count == 1)

    await clock.advance(4)

    assert (await todo.hears("message"))["event"]["text"] == "hello"
    await todo.close()


async def test_a_ticket_opens_one_socket(http: httpx.AsyncClient) -> None:
    answer = await http.get("/socket/", params={"ticket": "made-up"})

    assert (answer.status_code, answer.text) == (403, "invalid ticket")


@pytest.mark.parametrize(
    "headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}, {"Origin": "null"}]
)
async def test_pages_from_elsewhere_cannot_drive_the_sandbox(
    http: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    answer = await http.get("/control/workspace", headers=headers)

    assert answer.status_code == 403


async def test_acts_must_be_json_so_that_a_form_elsewhere_cannot_send_them(http: httpx.AsyncClient) -> None:
    answer = await http.post("/control/act", data={"as": "ada", "do": "home"})

    assert answer.status_code == 415


# ---- The control API


async def test_the_workspace_is_described(driver: Driver, sandbox: Sandbox) -> None:
    told = await driver.workspace()

    assert told["team"] == {"id": sandbox.workspace.team_id, "name": "Sandbox"}
    assert [person["name"] for person in told["people"]] == ["ada", "lin", "emmy"]
    assert told["app"]["home_tab_enabled"] is True
    assert [command["command"] for command in told["commands"]] == ["/todo", "/tell"]
    assert [shortcut["callback_id"] for shortcut in told["shortcuts"]] == ["from_message", "new_task"]


async def papers_of(person: RemoteMember) -> Any:
    view = await person.view()
    papers = next(channel["id"] for channel in view["channels"] if channel["name"] == "papers")
    return lambda seen: seen["messages"][papers]


async def test_a_person_acts_and_sees_from_another_process(driver: Driver, todo: Todo) -> None:
    ada = await driver.person("ada")
    of_papers = await papers_of(ada)

    await ada.act("command", channel="#papers", text="/todo Buy milk")
    [message] = await ada.sees(of_papers)
    container = {"channel": message["channel"], "ts": message["ts"]}
    await ada.act("click", container=container, block_id="do", action_id="done")
    await ada.sees(lambda view: "edited" in of_papers(view)[0])

    assert "~Buy milk~" in await ada.transcript("#papers")


async def test_a_modal_is_filled_from_another_process(driver: Driver, todo: Todo) -> None:
    ada = await driver.person("ada")
    await ada.act("command", channel="#papers", text="/todo new")
    [modal] = await ada.sees(lambda view: view["modals"])

    refused = await ada.act("submit", view_id=modal["id"], values={"name": {"a": "nothing"}})
    accepted = await ada.act("submit", view_id=modal["id"], values={"name": {"a": "Sleep"}})

    assert refused["errors"] == {"name": "Nothing is not a task."}
    assert accepted["errors"] == {}


async def test_every_act_of_the_control_api_can_be_done(driver: Driver, todo: Todo) -> None:
    ada = await driver.person("ada")
    of_papers = await papers_of(ada)
    said = (await ada.act("message", channel="#papers", text="hello"))["message"]
    place = {"channel": said["channel"], "ts": said["ts"]}

    await ada.act("message", channel="#papers", text="reply", thread_ts=said["ts"])
    await ada.act("react", **place, name="tada")
    await ada.act("unreact", **place, name="tada")
    await ada.act("shortcut", callback_id="from_message", **place)
    [*_, task] = await ada.sees(lambda view: of_papers(view)[2:])
    on_task = {"container": {"channel": task["channel"], "ts": task["ts"]}}
    await ada.act("select", **on_task, action_id="who", value="lin")
    await ada.act("overflow", **on_task, action_id="more", value="later")
    await ada.act("home")
    await ada.sees(lambda view: view["home"])
    await ada.act("shortcut", callback_id="new_task")
    [modal] = await ada.sees(lambda view: view["modals"])
    await ada.act("close", view_id=modal["id"])
    await ada.act("invite", channel="#general")
    await ada.act("remove", channel="#general")
    await ada.act("rename", channel="#general", name="hall")
    await ada.act("archive", channel="#hall")
    await ada.act("delete", **place)

    view = await ada.view()
    hall = next(channel for channel in view["channels"] if channel["name"] == "hall")
    assert (hall["is_archived"], hall["has_bot"]) == (True, False)
    assert of_papers(view)[0]["is_deleted"]


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        ({"do": "fly"}, "Unknown action 'fly'"),
        ({"do": "command", "channel": "#papers"}, "command needs 'text'"),
        ({"do": "invite", "channel": "#papers"}, "cannot be invited"),
    ],
)
async def test_what_cannot_be_done_is_answered_with_a_sentence(
    driver: Driver, act: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(NotPossibleError, match=re.escape(sentence)):
        await driver.act({"as": "ada", **act})


async def test_an_app_that_is_not_there_is_told_from_one_that_is_slow(driver: Driver) -> None:
    ada = await driver.person("ada")

    with pytest.raises(NotAnsweredError) as caught:
        await ada.act("command", channel="#papers", text="/todo new")

    assert caught.value.code == "dispatch_failed"


async def test_faults_are_set_listed_and_cleared_from_another_process(
    driver: Driver, http: httpx.AsyncClient, client: AsyncWebClient
) -> None:
    await driver.add_fault("error", method="auth.test", error="internal_error", times=5)

    with pytest.raises(SlackApiError, match="internal_error"):
        await client.auth_test()
    [fault] = (await http.get("/control/faults")).json()["faults"]
    await driver.clear_faults()

    assert (fault["kind"], fault["times"]) == ("error", 4)
    assert (await client.auth_test())["ok"]
    with pytest.raises(NotPossibleError):
        await driver.add_fault("explode")


async def test_the_clock_is_put_forward_from_another_process(driver: Driver, clock: ManualClock) -> None:
    before = clock.now()

    await driver.advance(300)

    assert (clock.now() - before).total_seconds() == 300


@about_sockets
async def test_the_connections_are_told_to_go_from_another_process(
    driver: Driver, todo: Todo, ada: Member, sandbox: Sandbox
) -> None:
    await driver.disconnect()

    assert await ada.sees(lambda _: sandbox.socket_mode.connection_count == 1)


async def test_what_another_process_waits_for_in_vain_is_reported(driver: Driver) -> None:
    ada = await driver.person("ada")

    with pytest.raises(NeverSeenError):
        await ada.sees(lambda view: view["home"], within=0.05)
