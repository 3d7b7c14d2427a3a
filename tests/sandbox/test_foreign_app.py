"""A foreign Bolt app over a real Socket Mode connection: what its people do, and what they see."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.sandbox import (
    ManualClock,
    Member,
    NeverSeenError,
    NotAnsweredError,
    NotPossibleError,
    Sandbox,
    create_workspace,
)
from tests.sandbox.examples import MANIFEST, Json, about_sockets
from tests.sandbox.todo import Todo


async def a_task(ada: Member, name: str = "Buy milk") -> Json:
    await ada.command("#papers", f"/todo {name}")
    papers = next(channel["id"] for channel in ada.view()["channels"] if channel["name"] == "papers")
    messages: list[Json] = await ada.sees(lambda view: view["messages"][papers])
    return messages[-1]


async def test_a_command_is_answered_in_the_channel_for_all(todo: Todo, ada: Member, lin: Member) -> None:
    await a_task(ada)

    expected = "To-do:\n  Buy milk\n  [… text | text]\n  [Done] [text | text]"
    assert ada.transcript("#papers") == expected
    assert lin.transcript("#papers") == expected


async def test_a_command_carries_the_fields_of_slack(sandbox: Sandbox, todo: Todo, ada: Member) -> None:
    await ada.command("#papers", "/todo a < b & c")

    fields = todo.last("command")
    workspace = sandbox.workspace
    assert fields["text"] == "a &lt; b &amp; c"
    assert fields["response_url"].startswith(f"{sandbox.url}/response/")
    told = {key: fields[key] for key in ("command", "channel_name", "user_id", "user_name", "team_id")}
    assert told == {
        "command": "/todo",
        "channel_name": "papers",
        "user_id": ada.id,
        "user_name": "ada",
        "team_id": workspace.team_id,
    }


async def test_a_command_that_escapes_gets_ids_for_names(sandbox: Sandbox, todo: Todo, ada: Member) -> None:
    await ada.command("#papers", "/tell @lin of #general and #leads at https://a.org/?x=1&y=2")

    lin, general = sandbox.workspace.person("lin"), sandbox.workspace.channel("general")
    leads = sandbox.workspace.channel("leads")
    assert todo.last("command")["text"] == (
        f"<@{lin.id}|lin> of <#{general.id}|general> and <#{leads.id}|> at <https://a.org/?x=1&amp;y=2>"
    )


async def test_an_answer_in_the_acknowledgement_is_only_for_who_asked(
    todo: Todo, ada: Member, lin: Member
) -> None:
    await ada.command("#papers", "/todo all")

    assert ada.transcript("#papers") == "To-do (only visible to you):\n  0 tasks"
    assert lin.transcript("#papers") == ""


async def test_a_button_updates_the_message_it_stands_on(todo: Todo, ada: Member) -> None:
    message = await a_task(ada)

    await ada.click(message, "done")
    await ada.sees(lambda _: "edited" in ada.messages("#papers")[0])

    assert "~Buy milk~" in ada.transcript("#papers")
    body = todo.last("done")
    action = body["actions"][0]
    assert (action["type"], action["value"], action["block_id"]) == ("button", "Buy milk", "do")
    assert body["container"] == {
        "type": "message",
        "message_ts": message["ts"],
        "channel_id": message["channel"],
        "is_ephemeral": False,
    }
    assert body["message"]["ts"] == message["ts"]


async def test_a_select_is_answered_in_the_thread_for_its_chooser_alone(
    todo: Todo, ada: Member, lin: Member
) -> None:
    message = await a_task(ada)

    await lin.select(message, "who", "lin")
    await lin.sees(lambda _: len(lin.thread(message)) == 2)

    assert [each["ephemeral"] for each in lin.thread(message)] == [False, True]
    assert len(ada.thread(message)) == 1
    state = todo.last("who")["state"]["values"]
    assert state["do"]["who"]["selected_option"]["value"] == "lin"


async def test_an_act_on_an_ephemeral_message_does_not_repeat_it(todo: Todo, ada: Member) -> None:
    message = await a_task(ada)
    await ada.select(message, "who", "lin")
    await ada.sees(lambda _: len(ada.thread(message)) == 2)
    ephemeral = ada.thread(message)[1]

    await ada.overflow(ephemeral, "more", "delete")
    await ada.sees(lambda _: len(ada.thread(message)) == 1)

    body = todo.last("more")
    assert "message" not in body
    assert body["container"]["is_ephemeral"] is True
    assert body["container"]["thread_ts"] == message["ts"]


async def test_a_modal_shows_errors_until_it_is_filled_well(todo: Todo, ada: Member) -> None:
    await ada.command("#papers", "/todo new")
    [modal] = await ada.sees(lambda view: view["modals"])

    missing = await ada.submit(modal)
    too_long = await ada.submit(modal, {"name": {"a": "x" * 21}})
    refused = await ada.submit(modal, {"name": {"a": "nothing"}})
    accepted = await ada.submit(modal, {"name": {"a": "Sleep"}, "when": {"a": "today"}})

    assert missing == {"name": "Please complete this required field."}
    assert too_long == {"name": "Must be less than 21 characters"}
    assert refused == {"name": "Nothing is not a task."}
    assert accepted == {}
    assert ada.modals() == []
    await ada.sees(lambda _: [message["text"] for message in ada.direct_messages()] == ["Sleep"])
    assert len([name for name, _ in todo.heard if name == "task"]) == 2
    values = todo.last("task")["view"]["state"]["values"]
    assert values["when"]["a"]["selected_option"]["value"] == "today"


async def test_a_person_is_told_in_their_language(todo: Todo, sandbox: Sandbox) -> None:
    lin = sandbox.person("lin")
    await lin.shortcut("new_task")
    [modal] = await lin.sees(lambda view: view["modals"])

    missing = await lin.submit(modal)
    with pytest.raises(NotAnsweredError):
        await lin.submit(modal, {"name": {"a": "wrong"}})
    with pytest.raises(NotPossibleError):
        await lin.command("#papers", "/tood")

    assert missing == {"name": "请填写此必填字段。"}
    assert lin.notices() == ["连接时遇到问题。要重试吗？", "/tood 不是有效的命令。"]


async def test_an_acknowledgement_can_put_another_view_in_place(todo: Todo, ada: Member) -> None:
    await ada.shortcut("new_task")
    [modal] = await ada.sees(lambda view: view["modals"])

    await ada.submit(modal, {"name": {"a": "more"}})

    [after] = ada.modals()
    assert (after["id"], after["title"]["text"]) == (modal["id"], "Once more")


async def test_an_acknowledgement_that_slack_would_not_take_troubles_the_person(
    todo: Todo, ada: Member
) -> None:
    await ada.shortcut("new_task")
    [modal] = await ada.sees(lambda view: view["modals"])

    with pytest.raises(NotAnsweredError, match="must name input blocks"):
        await ada.submit(modal, {"name": {"a": "wrong"}})

    assert ada.notices() == ["We had some trouble connecting. Try again?"]


async def test_a_button_in_a_modal_hears_what_was_entered_and_pushes_a_view(todo: Todo, ada: Member) -> None:
    await ada.shortcut("new_task")
    [modal] = await ada.sees(lambda view: view["modals"])

    await ada.click(modal, "explain", state={"name": {"a": "Slee"}})
    await ada.sees(lambda view: len(view["modals"]) == 2)

    assert todo.last("explain")["view"]["state"]["values"]["name"]["a"]["value"] == "Slee"
    with pytest.raises(NotPossibleError, match="closed or covered"):
        await ada.submit(modal, {"name": {"a": "Sleep"}})
    await ada.close(ada.modals()[-1])
    assert [view["id"] for view in ada.modals()] == [modal["id"]]


async def test_closing_a_modal_is_told_to_who_asked_for_it(sandbox: Sandbox, todo: Todo, ada: Member) -> None:
    await ada.shortcut("new_task")
    [modal] = await ada.sees(lambda view: view["modals"])

    await ada.close(modal)

    assert todo.last("closed")["view"]["id"] == modal["id"]
    assert ada.modals() == []


async def test_the_home_tab_is_published_when_it_is_opened(todo: Todo, ada: Member, lin: Member) -> None:
    await ada.open_home()
    home = await ada.sees(lambda view: view["home"])

    await ada.click(home, "new")
    await ada.sees(lambda view: view["modals"])

    assert home["blocks"][0]["text"]["text"] == "0 tasks"
    assert lin.home() is None
    assert todo.last("new")["container"] == {"type": "view", "view_id": home["id"]}


async def test_a_message_shortcut_carries_the_message(todo: Todo, ada: Member, lin: Member) -> None:
    message = await lin.message("#papers", "Water the plants")

    await ada.shortcut("from_message", message)
    await ada.sees(lambda _: len(ada.messages("#papers")) == 2)

    body = todo.last("shortcut")
    assert (body["type"], body["callback_id"], body["message_ts"]) == (
        "message_action",
        "from_message",
        message["ts"],
    )
    assert body["message"]["user"] == lin.id


@pytest.mark.parametrize(
    ("act", "kind", "told"),
    [
        ("react", "reaction_added", {"reaction": "tada"}),
        ("unreact", "reaction_removed", {"reaction": "tada"}),
        ("invite", "member_joined_channel", {"channel_type": "C"}),
        ("remove", "channel_left", {}),
        ("archive", "channel_archive", {"is_moved": 0}),
        ("rename", "channel_rename", {}),
        ("mention", "app_mention", {}),
    ],
)
async def test_what_people_do_reaches_the_app_as_events(
    sandbox: Sandbox, todo: Todo, ada: Member, act: str, kind: str, told: dict[str, Any]
) -> None:
    message = await ada.message("#papers", "hello")
    if act in {"react", "unreact"}:
        await ada.react(message, "tada")
    acts: dict[str, Callable[[], Awaitable[object]]] = {
        "unreact": lambda: ada.unreact(message, "tada"),
        "invite": lambda: ada.invite("#general"),
        "remove": lambda: ada.remove("#papers"),
        "archive": lambda: ada.archive("#papers"),
        "rename": lambda: ada.rename("#papers", "articles"),
        "mention": lambda: ada.message("#papers", "@todo hello"),
    }
    if act in acts:
        await acts[act]()

    body = await todo.hears(kind)

    event = body["event"]
    assert {key: event[key] for key in told} == told
    assert body["authorizations"][0]["user_id"] == sandbox.workspace.bot.id
    assert body["event_id"].startswith("Ev")


async def test_an_unanswered_command_is_shown_to_its_sayer(
    clock: ManualClock, todo: Todo, ada: Member
) -> None:
    todo.acknowledges = False
    saying = asyncio.create_task(ada.command("#papers", "/todo Buy milk"))
    await todo.hears("command")

    await clock.advance(3)

    with pytest.raises(NotAnsweredError) as caught:
        await saying
    assert caught.value.code == "operation_timeout"
    assert ada.notices() == ["/todo failed because the app did not respond. (operation_timeout)"]


async def test_with_nobody_connected_an_act_fails_at_once(ada: Member) -> None:
    with pytest.raises(NotAnsweredError) as caught:
        await ada.command("#papers", "/todo Buy milk")

    assert caught.value.code == "dispatch_failed"


@pytest.mark.parametrize(
    ("attempt", "sentence"),
    [
        (lambda ada: ada.command("#papers", "/nothing"), "not a command of the app's manifest"),
        (lambda ada: ada.command("#nowhere", "/todo"), "No channel is called '#nowhere'"),
        (lambda ada: ada.shortcut("nothing"), "no global shortcut 'nothing'"),
        (lambda ada: ada.invite("#papers"), "cannot be invited"),
        (lambda ada: ada.click({"channel": "#papers", "ts": "1.0"}, "done"), "sees no message 1.0"),
    ],
)
async def test_what_cannot_be_done_is_said_in_a_sentence(ada: Member, attempt: Any, sentence: str) -> None:
    with pytest.raises(NotPossibleError, match=sentence):
        await attempt(ada)


async def test_a_message_in_a_private_channel_is_seen_by_its_members_alone(ada: Member, lin: Member) -> None:
    await ada.message("#leads", "between us")

    assert ada.transcript("#leads") == "Ada Lovelace:\n  between us"
    with pytest.raises(NotPossibleError):
        lin.transcript("#leads")


async def test_who_is_not_in_a_channel_reads_it_but_cannot_act_there() -> None:
    channels = [{"name": "papers", "has_bot": True, "members": ["ada"]}]
    async with Sandbox(create_workspace(MANIFEST, ManualClock(), {"channels": channels})) as sandbox:
        message = await sandbox.person("ada").message("#papers", "hello")
        lin = sandbox.person("lin")

        assert lin.transcript("#papers") == "Ada Lovelace:\n  hello"
        with pytest.raises(NotPossibleError, match="must join"):
            await lin.click(message, "done")


async def test_what_never_comes_is_reported_with_what_was_there_instead(todo: Todo, ada: Member) -> None:
    await a_task(ada)

    with pytest.raises(NeverSeenError, match="Buy milk"):
        await ada.sees(lambda view: view["home"], within=0.01)


@about_sockets
async def test_the_app_comes_back_when_it_is_told_to_go(sandbox: Sandbox, todo: Todo, ada: Member) -> None:
    await sandbox.socket_mode.disconnect_all()
    await ada.sees(lambda _: sandbox.socket_mode.connection_count == 1)

    await a_task(ada)

    assert "Buy milk" in ada.transcript("#papers")


async def test_only_admins_delete_what_others_wrote_and_anyone_dismisses_an_ephemeral(
    todo: Todo, ada: Member, lin: Member
) -> None:
    await lin.command("#papers", "/todo all")
    [ephemeral] = lin.messages("#papers")
    await lin.delete(ephemeral)
    message = await ada.message("#papers", "hello")

    with pytest.raises(NotPossibleError, match="may not delete"):
        await lin.delete(message)
    await ada.delete(message)

    assert ada.messages("#papers") == []
    assert lin.messages("#papers") == []
