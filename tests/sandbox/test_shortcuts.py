"""Shortcuts: what the app receives with them."""

from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.sandbox import Member
from tests.sandbox.test_foreign_app import a_task
from tests.sandbox.todo import Todo


async def test_a_message_shortcut_carries_the_whole_message_of_a_thread(
    todo: Todo, ada: Member, lin: Member
) -> None:
    parent = await a_task(ada)
    reply = await lin.message("#papers", "Two bottles", parent)

    await ada.shortcut("from_message", parent)
    on_parent = todo.last("shortcut")
    await ada.shortcut("from_message", reply)
    on_reply = todo.last("shortcut")

    told = on_parent["message"]
    assert (told["text"], told["ts"], told["thread_ts"]) == ("Buy milk", parent["ts"], parent["ts"])
    assert told["blocks"] == parent["blocks"]
    assert (told["user"], told["bot_id"]) == (parent["user"], parent["bot_id"])
    told = on_reply["message"]
    assert (told["user"], told["text"], told["ts"], told["thread_ts"]) == (
        lin.id,
        "Two bottles",
        reply["ts"],
        parent["ts"],
    )
    assert on_reply["channel"] == {"id": parent["channel"], "name": "papers"}


async def test_the_response_url_of_a_message_shortcut_answers_its_person(
    todo: Todo, ada: Member, lin: Member
) -> None:
    message = await lin.message("#papers", "Water the plants")
    await ada.shortcut("from_message", message)

    await AsyncWebhookClient(todo.last("shortcut")["response_url"]).send(text="Noted")

    assert [each["text"] for each in ada.messages("#papers") if each["ephemeral"]] == ["Noted"]
    assert all(not each["ephemeral"] for each in lin.messages("#papers"))


async def test_a_global_shortcut_carries_who_and_a_trigger_but_no_place(todo: Todo, ada: Member) -> None:
    await ada.shortcut("new_task")

    body = todo.last("new")
    assert (body["type"], body["callback_id"], body["user"]["id"]) == ("shortcut", "new_task", ada.id)
    assert body["trigger_id"]
    assert {"channel", "message", "response_url"}.isdisjoint(body)
