"""What the methods do besides rejecting: the format and order of Slack's responses."""

import json
from typing import Any

import pytest

from bot.sandbox import ManualClock, create_workspace
from tests.sandbox.examples import MANIFEST, Json, actions, button, field, home, modal, mrkdwn, plain, section
from tests.sandbox.world import World

KEY = {"event_type": "task", "event_payload": {"id": "1"}}


async def read(world: World, method: str = "conversations.history", **more: Any) -> list[Json]:
    answer = await world.call(method, channel=world.channel().id, **more)
    assert answer.body["ok"], answer.body
    messages: list[Json] = answer.body["messages"]
    return messages


def texts(messages: list[Json]) -> list[str]:
    return [message["text"] for message in messages]


async def five(world: World) -> list[str]:
    stamps = []
    for number in range(5):
        stamps.append(await world.posted(text=str(number)))
        await world.clock.advance(10)
    return stamps


async def test_metadata_is_told_only_to_who_asks_for_all_of_it() -> None:
    world = World()
    await world.post(metadata=KEY)

    [without] = await read(world)
    [with_all] = await read(world, include_all_metadata="1")

    assert without["metadata"] == {"event_type": "task"}
    assert with_all["metadata"] == KEY


async def test_an_update_keeps_metadata_unless_it_brings_some_and_empty_metadata_removes_it() -> None:
    world = World()
    ts = await world.posted(metadata=KEY)
    place = {"channel": world.channel().id, "ts": ts}

    await world.call("chat.update", **place, text="new")
    kept = (await read(world, include_all_metadata=True))[0]
    await world.call("chat.update", **place, text="newer", metadata={})
    removed = (await read(world, include_all_metadata=True))[0]

    assert kept["metadata"] == KEY
    assert "metadata" not in removed


async def test_a_posted_message_is_answered_whole() -> None:
    world = World()

    answer = await world.post(text="a < b & c", metadata=KEY)

    message = answer.body["message"]
    assert answer.body["ts"] == message["ts"]
    assert message["text"] == "a &lt; b &amp; c"
    assert (message["user"], message["bot_id"]) == (world.workspace.bot.id, world.workspace.bot_id)
    assert message["metadata"] == KEY


async def test_a_text_beyond_forty_thousand_characters_is_cut() -> None:
    answer = await World().post(text="x" * 40_001)

    assert len(answer.body["message"]["text"]) == 40_000


async def test_a_message_of_blocks_alone_gets_its_text_from_them() -> None:
    answer = await World().post(blocks=[section(text=mrkdwn("one")), section(text=plain("two"))])

    assert answer.body["message"]["text"] == "one two"


async def test_blocks_come_back_with_ids_and_entities() -> None:
    answer = await World().post(blocks=[actions({"type": "button", "text": plain("R&D")})])

    [block] = answer.body["message"]["blocks"]
    assert block["block_id"]
    assert block["elements"][0]["action_id"]
    assert block["elements"][0]["text"]["text"] == "R&amp;D"


async def test_a_reply_to_a_message_that_is_gone_stands_outside_of_any_thread() -> None:
    world = World()
    gone = await world.posted()
    await world.call("chat.delete", channel=world.channel().id, ts=gone)

    answer = await world.post(thread_ts=gone)

    assert answer.body["ok"]
    assert "thread_ts" not in answer.body["message"]
    assert texts(await read(world)) == ["hello"]


async def test_a_deleted_message_with_replies_leaves_a_tombstone_that_can_still_be_answered() -> None:
    world = World()
    parent = await world.posted()
    await world.posted(thread_ts=parent, text="reply")
    await world.call("chat.delete", channel=world.channel().id, ts=parent)

    answer = await world.post(thread_ts=parent, text="late")
    messages = await read(world, "conversations.replies", ts=parent)

    assert answer.body["message"]["thread_ts"] == parent
    assert messages[0]["subtype"] == "tombstone"
    assert texts(messages) == ["This message was deleted.", "reply", "late"]


async def test_history_is_newest_first_without_replies_and_a_parent_counts_them() -> None:
    world = World()
    parent = await world.posted(text="parent")
    reply = await world.posted(thread_ts=parent, text="reply")
    await world.post(text="later")

    messages = await read(world)

    assert texts(messages) == ["later", "parent"]
    told = {key: messages[1][key] for key in ("thread_ts", "reply_count", "latest_reply", "reply_users")}
    assert told == {
        "thread_ts": parent,
        "reply_count": 1,
        "latest_reply": reply,
        "reply_users": [world.workspace.bot.id],
    }


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ({"oldest": 1, "latest": 3}, ["2"]),
        ({"oldest": 1, "latest": 3, "inclusive": True}, ["3", "2", "1"]),
        ({"latest": 1}, ["0"]),
        ({"oldest": 3}, ["4"]),
    ],
)
async def test_history_is_bounded_by_oldest_and_latest(bounds: dict[str, Any], expected: list[str]) -> None:
    world = World()
    stamps = await five(world)

    given: dict[str, Any] = {k: v if isinstance(v, bool) else stamps[v] for k, v in bounds.items()}

    assert texts(await read(world, **given)) == expected


async def test_history_is_paged_by_cursors_that_survive_new_messages() -> None:
    world = World()
    await five(world)
    channel = world.channel().id

    first = (await world.call("conversations.history", channel=channel, limit=2)).body
    await world.post(text="new")
    cursor = first["response_metadata"]["next_cursor"]
    second = (await world.call("conversations.history", channel=channel, limit="2", cursor=cursor)).body
    cursor = second["response_metadata"]["next_cursor"]
    third = (await world.call("conversations.history", channel=channel, limit=2, cursor=cursor)).body

    pages = [(texts(page["messages"]), page["has_more"]) for page in (first, second, third)]
    assert pages == [(["4", "3"], True), (["2", "1"], True), (["0"], False)]


async def test_a_thread_is_paged_with_its_parent_on_every_page() -> None:
    world = World()
    parent = await world.posted(text="parent")
    for number in range(3):
        await world.post(thread_ts=parent, text=str(number))
    place = {"channel": world.channel().id, "ts": parent}

    first = (await world.call("conversations.replies", **place, limit=2)).body
    cursor = first["response_metadata"]["next_cursor"]
    second = (await world.call("conversations.replies", **place, limit=2, cursor=cursor)).body

    assert texts(first["messages"]) == ["parent", "0", "1"]
    assert texts(second["messages"]) == ["parent", "2"]


async def test_a_distributed_app_reads_fifteen_messages_once_a_minute() -> None:
    world = World(is_distributed=True)
    for _ in range(16):
        await world.post()

    messages = await read(world)
    at_once = await world.call("conversations.history", channel=world.channel().id)
    await world.clock.advance(60)
    a_minute_later = await world.call("conversations.history", channel=world.channel().id)

    assert len(messages) == 15
    assert (at_once.status, at_once.headers["Retry-After"]) == (429, "60")
    assert a_minute_later.body["ok"]


async def test_ephemerals_are_in_no_history() -> None:
    world = World()
    await world.call("chat.postEphemeral", channel=world.channel().id, user=world.ada.id, text="only for you")

    assert await read(world) == []


async def test_a_person_is_told_with_zone_and_only_on_request_with_locale() -> None:
    world = World()
    lin = world.workspace.person("lin")

    without = (await world.call("users.info", user=lin.id)).body["user"]
    with_locale = (await world.call("users.info", user=lin.id, include_locale=True)).body["user"]

    assert "locale" not in without
    assert with_locale["locale"] == "zh-CN"
    zone = [without[key] for key in ("tz", "tz_label", "tz_offset")]
    assert zone == ["Asia/Shanghai", "China Standard Time", 28_800]


async def test_private_channels_without_the_app_are_listed_nowhere() -> None:
    world = World()

    answer = await world.call("conversations.list", types="public_channel,private_channel", limit=3)
    cursor = answer.body["response_metadata"]["next_cursor"]
    rest = await world.call(
        "conversations.list", types="public_channel,private_channel", limit=3, cursor=cursor
    )

    names = [channel["name"] for page in (answer, rest) for channel in page.body["channels"]]
    assert names == ["papers", "general", "old", "board", "news", "forum"]
    assert (await world.call("conversations.info", channel=world.channel("secret").id)).body == {
        "ok": False,
        "error": "channel_not_found",
    }


async def test_the_app_joins_a_public_channel_and_may_post_there() -> None:
    world = World()
    channel = world.channel("general").id

    joined = await world.call("conversations.join", channel=channel)
    again = await world.call("conversations.join", channel=channel)

    assert joined.body["channel"]["is_member"]
    assert again.body["warning"] == "already_in_channel"
    assert (await world.post("general")).body["ok"]


async def test_a_person_is_written_to_by_id_where_the_messages_tab_is_on() -> None:
    world = World()
    features = {**MANIFEST["features"], "app_home": {"home_tab_enabled": True}}
    without_tab = World({**MANIFEST, "features": features})

    posted = await world.call("chat.postMessage", channel=world.ada.id, text="hello")
    refused = await without_tab.call("chat.postMessage", channel=without_tab.ada.id, text="hello")

    assert posted.body["channel"] == world.workspace.direct(world.ada.id).id
    assert refused.body["error"] == "messages_tab_disabled"


async def test_an_update_keeps_blocks_unless_it_brings_some() -> None:
    world = World()
    ts = await world.posted(blocks=[section()])
    place = {"channel": world.channel().id, "ts": ts}

    kept = (await world.call("chat.update", **place, text="new")).body["message"]
    removed = (await world.call("chat.update", **place, text="newer", blocks=[])).body["message"]

    assert (kept["text"], len(kept["blocks"])) == ("new", 1)
    assert (removed["text"], "blocks" in removed) == ("newer", False)
    assert removed["edited"]["user"] == world.workspace.bot.id


async def test_a_permalink_of_a_reply_names_its_thread() -> None:
    world = World()
    parent = await world.posted()
    reply = await world.posted(thread_ts=parent)
    channel = world.channel().id

    answer = await world.call("chat.getPermalink", channel=channel, message_ts=reply)

    address = f"https://sandbox.slack.com/archives/{channel}/p{reply.replace('.', '')}"
    assert answer.body["permalink"] == f"{address}?thread_ts={parent}&cid={channel}"


async def test_a_modal_that_is_opened_takes_the_place_of_the_stack_and_one_pushed_lies_on_top() -> None:
    world = World()
    first = await world.opened()
    pushed = (
        await world.call("views.push", trigger_id=world.trigger(first["id"]), view=modal(field()))
    ).body["view"]
    stack = [view.id for view in world.ada.views]
    opened = await world.opened()

    assert stack == [first["id"], pushed["id"]]
    assert (pushed["root_view_id"], pushed["previous_view_id"]) == (first["id"], first["id"])
    assert [view.id for view in world.ada.views] == [opened["id"]]


async def test_the_home_tab_keeps_its_id_and_gets_a_new_hash_when_published_again() -> None:
    world = World()

    first = (await world.call("views.publish", user_id=world.ada.id, view=home(section()))).body["view"]
    second = (
        await world.call("views.publish", user_id=world.ada.id, view=home(section()), hash=first["hash"])
    ).body["view"]
    stale = await world.call("views.publish", user_id=world.ada.id, view=home(section()), hash=first["hash"])

    assert second["id"] == first["id"]
    assert second["hash"] != first["hash"]
    assert stale.body["error"] == "hash_conflict"


async def test_arguments_may_come_as_json_in_a_form() -> None:
    world = World()

    answer = await world.post(
        blocks=json.dumps([actions(button())]), metadata=json.dumps(KEY), unfurl_links="false"
    )

    assert answer.body["message"]["metadata"] == KEY


async def test_views_are_refused_with_invalid_arguments_as_slack_does() -> None:
    world = World()

    answer = await world.call("views.open", trigger_id=world.trigger(), view={"type": "modal"})

    assert answer.body["error"] == "invalid_arguments"
    assert answer.body["response_metadata"]["messages"] == [
        "[ERROR] missing required field: title [json-pointer:/view]",
        "[ERROR] missing required field: blocks [json-pointer:/view]",
    ]


async def test_a_configuration_token_exports_the_apps_manifest_and_no_other_token_does() -> None:
    workspace = World().workspace
    token, app = workspace.config.configuration_token, {"app_id": workspace.app_id}

    exported = workspace.perform("apps.manifest.export", app, token)
    of_another = workspace.perform("apps.manifest.export", {"app_id": "A0000000009"}, token)
    by_the_bot = workspace.perform("apps.manifest.export", app, workspace.bot_token)
    misused = workspace.perform("auth.test", {}, token)

    assert exported.body == {"ok": True, "manifest": MANIFEST}
    assert [each.body["error"] for each in (of_another, by_the_bot, misused)] == [
        "app_not_found",
        "not_allowed_token_type",
        "not_allowed_token_type",
    ]


async def test_bots_info_names_the_bots_app_and_no_other_bot() -> None:
    world = World()
    workspace = world.workspace

    answer = await world.call("bots.info", bot=workspace.bot_id)
    other = await world.call("bots.info", bot="B0000000009")

    bot = answer.body["bot"]
    assert (bot["id"], bot["app_id"], bot["user_id"], bot["name"], bot["deleted"]) == (
        workspace.bot_id,
        workspace.app_id,
        workspace.bot.id,
        workspace.bot.real_name,
        False,
    )
    assert other.body["error"] == "bot_not_found"


async def test_timestamps_rise_even_while_the_clock_stands_still() -> None:
    world = World()

    stamps = [await world.posted() for _ in range(3)]

    assert stamps == sorted(set(stamps))


def test_a_workspace_needs_no_event_loop_and_no_server() -> None:
    workspace = create_workspace(MANIFEST, ManualClock())

    answer = workspace.perform("auth.test", {}, workspace.bot_token)

    assert answer.body["user_id"] == workspace.bot.id
    assert answer.headers["x-oauth-scopes"] == ",".join(workspace.manifest.scopes)
