"""An app's responses through a response_url, and who sees them."""

from typing import Any

from bot.sandbox import snapshots
from bot.sandbox.checks import Json
from tests.sandbox.examples import section
from tests.sandbox.world import World


def sees(world: World, name: str) -> list[Json]:
    person = world.workspace.person(name)
    return snapshots.visible_messages(world.workspace, person, world.channel())


def texts(messages: list[Json]) -> list[str]:
    return [message["text"] for message in messages]


async def test_an_answer_to_a_command_is_seen_by_its_sayer_alone() -> None:
    world = World()

    answer = await world.respond(world.response_url())

    assert answer == (200, "ok")
    assert texts(sees(world, "ada")) == ["answer"]
    assert texts(sees(world, "lin")) == []


async def test_an_answer_in_channel_is_seen_by_all_and_can_stand_in_a_thread() -> None:
    world = World()
    parent = await world.posted()

    await world.respond(world.response_url(), response_type="in_channel", thread_ts=parent)

    assert [message.get("thread_ts") for message in sees(world, "lin")] == [parent, parent]


async def test_an_answer_to_a_click_replaces_the_message_unless_told_otherwise() -> None:
    world = World()
    await world.call("chat.postEphemeral", channel=world.channel().id, user=world.ada.id, text="first")
    [message] = sees(world, "ada")

    await world.respond(world.response_url(message["ts"]), text="second")
    replaced = texts(sees(world, "ada"))
    await world.respond(world.response_url(message["ts"]), text="third", replace_original=False)

    assert replaced == ["second"]
    assert texts(sees(world, "ada")) == ["second", "third"]


async def test_a_command_has_no_message_to_replace() -> None:
    world = World()
    key = world.response_url()

    await world.respond(key, text="working")
    await world.respond(key, text="done", replace_original=True)

    assert texts(sees(world, "ada")) == ["working", "done"]


async def test_the_message_that_was_clicked_can_be_deleted() -> None:
    world = World()
    await world.call("chat.postEphemeral", channel=world.channel().id, user=world.ada.id, text="first")
    [message] = sees(world, "ada")

    await world.respond(world.response_url(message["ts"]), delete_original="true")

    assert sees(world, "ada") == []


async def refusal(**body: Any) -> tuple[int, Any]:
    world = World()
    return await world.respond(world.response_url(), **body)


async def test_a_refused_answer_is_plain_text_with_status_400() -> None:
    assert await refusal(blocks=[section(color="red")]) == (400, "invalid_blocks")
    assert await refusal(text="") == (400, "no_text")
    assert await refusal(channel="C1") == (400, "invalid_payload")


async def test_an_answer_has_no_cumulative_limit() -> None:
    blocks = [section(text={"type": "mrkdwn", "text": "x" * 3000}) for _ in range(5)]

    assert await refusal(blocks=blocks) == (200, "ok")


async def test_an_unknown_address_is_not_found() -> None:
    assert await World().respond("T1/1/nothing") == (404, "no_service")
