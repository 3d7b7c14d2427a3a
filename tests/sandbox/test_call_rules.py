"""For each rule on calls: a call that Slack accepts, and one that it rejects with the named error."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.sandbox import Response
from bot.sandbox.methods import METHODS
from bot.sandbox.records import Message
from bot.sandbox.rules import RULES
from tests.sandbox.block_examples import IN_MESSAGES, IN_VIEWS
from tests.sandbox.examples import MANIFEST, header, home, image, modal, mrkdwn, section
from tests.sandbox.file_examples import ON_FILES
from tests.sandbox.link_examples import ON_LINKS
from tests.sandbox.reaction_examples import ON_REACTIONS
from tests.sandbox.socket_examples import IN_SOCKETS
from tests.sandbox.world import World

Try = Callable[[World], Awaitable[Response]]
Example = tuple[Try, Try, str]


def call(method: str, **arguments: Any) -> Try:
    """Return a call; functions among the arguments are called with the world."""

    async def attempt(world: World) -> Response:
        given = {key: value(world) if callable(value) else value for key, value in arguments.items()}
        return await world.call(method, **given)

    return attempt


def papers(world: World) -> str:
    return world.channel().id


def channel(name: str) -> Callable[[World], str]:
    return lambda world: world.channel(name).id


def post(name: str = "papers", **arguments: Any) -> Try:
    return call("chat.postMessage", **{"channel": channel(name), "text": "hello", **arguments})


def big_blocks(size: int, letter: str = "x") -> list[Any]:
    return [section(text=mrkdwn(letter * min(3000, size - done))) for done in range(0, size, 3000)]


def on_a_posted_message(method: str, **arguments: Any) -> Try:
    async def attempt(world: World) -> Response:
        return await world.call(method, channel=papers(world), ts=await world.posted(), **arguments)

    return attempt


def in_a_thread(depth: int, **more: Any) -> Try:
    async def attempt(world: World) -> Response:
        ts = await world.posted()
        if depth > 1:
            ts = await world.posted(thread_ts=ts)
        return await world.post(thread_ts=ts, **more)

    return attempt


def after(seconds: float, uses: int = 1) -> Try:
    async def attempt(world: World) -> Response:
        trigger = world.trigger()
        await world.clock.advance(seconds)
        answers = [await world.open(trigger) for _ in range(uses)]
        return answers[-1]

    return attempt


def pushed(times: int, *, from_the_modal: bool = True) -> Try:
    async def attempt(world: World) -> Response:
        answer = await world.open(world.trigger())
        for _ in range(times):
            trigger = world.trigger(answer.body["view"]["id"] if from_the_modal else None)
            answer = await world.call("views.push", trigger_id=trigger, view=modal())
        return answer

    return attempt


def updated(*, stale: bool = False, closed: bool = False) -> Try:
    async def attempt(world: World) -> Response:
        view = await world.opened()
        if stale:
            await world.call("views.update", view_id=view["id"], view=modal())
        if closed:
            world.workspace.drop_view(world.workspace.views[view["id"]])
        known = {} if closed else {"hash": view["hash"]}
        return await world.call("views.update", view_id=view["id"], view=modal(), **known)

    return attempt


def responded(*, uses: int = 1, after_seconds: float = 0) -> Try:
    async def attempt(world: World) -> Response:
        key = world.response_url()
        await world.clock.advance(after_seconds)
        answers = [await world.respond(key) for _ in range(uses)]
        status, body = answers[-1]
        return Response(status, body if isinstance(body, dict) else {"ok": status == 200, "error": body}, {})

    return attempt


def with_metadata(**metadata: Any) -> Try:
    return post(metadata={"event_type": "task", "event_payload": {"id": "1"}, **metadata})


async def publish(world: World) -> Response:
    return await world.call("views.publish", user_id=world.ada.id, view=home(section()))


async def publish_without_home_tab(_world: World) -> Response:
    features = {**MANIFEST["features"], "app_home": {"home_tab_enabled": False}}
    return await publish(World({**MANIFEST, "features": features}))


def with_image(*, loads: bool) -> Try:
    async def attempt(world: World) -> Response:
        world.workspace.faults.add("lose_image", host="other.org" if loads else "a.org")
        return await world.post(blocks=[section(), image(image_url="https://a.org/a.png")])

    return attempt


async def with_token(world: World, token: str | None) -> Response:
    return await world.workspace.call("auth.test", {}, token)


async def with_bot_token(world: World) -> Response:
    return await with_token(world, world.workspace.bot_token)


async def with_app_token(world: World) -> Response:
    return await with_token(world, world.workspace.app_token)


async def without_history_scope(_world: World) -> Response:
    other = World(withheld_scopes=["channels:history"])
    return await call("conversations.history", channel=papers)(other)


async def on_what_ada_wrote(world: World) -> Response:
    message = world.workspace.channels[papers(world)]
    written = Message(world.workspace.new_ts(), message.id, world.ada.id, "mine")
    world.workspace.add_message(message, written)
    return await world.call("chat.update", channel=message.id, ts=written.ts, text="yours")


def ephemeral_to(name: str) -> Try:
    return call(
        "chat.postEphemeral",
        channel=channel("board"),
        user=lambda world: world.workspace.person(name).id,
        text="psst",
    )


def history(**more: Any) -> Try:
    return call("conversations.history", channel=papers, **more)


def messages(count: int, seconds: float, *, channels: tuple[str, ...] = ("papers",), **rates: Any) -> Try:
    """Post `count` messages, each `seconds` after the one before, and return the last answer."""

    async def attempt(_world: World) -> Response:
        world = World(rates={"message_seconds": None, "messages_per_minute": None, **rates})
        answer = await world.post(channels[0])
        for index in range(1, count):
            await world.clock.advance(seconds)
            answer = await world.post(channels[index % len(channels)])
        return answer

    return attempt


def read_often(times: int) -> Try:
    async def attempt(_world: World) -> Response:
        world = World(rates={"tier_3": 50})
        answers = [await history()(world) for _ in range(times)]
        return answers[-1]

    return attempt


IN_CALLS: dict[str, Example] = {
    "message.size": (
        post(blocks=big_blocks(11_340)),
        post(blocks=big_blocks(11_341)),
        "msg_blocks_too_long",
    ),
    "message.needs_content": (post(), post(text=""), "no_text"),
    "update.text": (
        on_a_posted_message("chat.update", text="x" * 4000),
        on_a_posted_message("chat.update", text="论" * 1334),
        "msg_too_long",
    ),
    "blocks.format": (
        post(blocks='[{"type": "divider"}]'),
        post(blocks={"blocks": []}),
        "invalid_blocks_format",
    ),
    "view.size": (
        call("views.open", trigger_id=World.trigger, view=modal(*big_blocks(60_000, "论"))),
        call("views.open", trigger_id=World.trigger, view=modal(*big_blocks(90_000, "论"))),
        "view_too_large",
    ),
    "view.stack": (pushed(2), pushed(3), "push_limit_reached"),
    "view.hash": (updated(), updated(stale=True), "hash_conflict"),
    "view.owner": (updated(), updated(closed=True), "not_found"),
    "view.home_tab": (publish, publish_without_home_tab, "not_enabled"),
    "metadata.event_type": (with_metadata(), with_metadata(event_type="Task-1"), "invalid_metadata_format"),
    "metadata.flat": (
        with_metadata(),
        with_metadata(event_payload={"a": {"b": 1}}),
        "invalid_metadata_format",
    ),
    "metadata.size": (
        with_metadata(event_payload={"a": "x" * 900}),
        with_metadata(event_payload={"a": "x" * 1024}),
        "metadata_too_large",
    ),
    "trigger.seconds": (after(3), after(3.1), "expired_trigger_id"),
    "trigger.known": (
        after(0),
        call("views.open", trigger_id="1.2.abc", view=modal()),
        "invalid_trigger_id",
    ),
    "trigger.once": (after(0), after(0, uses=2), "exchanged_trigger_id"),
    "response_url.uses": (responded(uses=5), responded(uses=6), "used_url"),
    "response_url.seconds": (responded(after_seconds=1800), responded(after_seconds=1801), "expired_url"),
    "token": (with_bot_token, with_app_token, "not_allowed_token_type"),
    "scope": (history(), without_history_scope, "missing_scope"),
    "method": (call("auth.test"), call("chat.scheduleMessage"), "unknown_method"),
    "argument": (post(mrkdwn=True), post(attachments=[]), "invalid_arguments"),
    "image.loads": (with_image(loads=True), with_image(loads=False), "invalid_blocks"),
    "channel.known": (post("board"), post("secret"), "channel_not_found"),
    "channel.member": (post("papers"), post("general"), "not_in_channel"),
    "channel.archived": (post("papers"), post("old"), "is_archived"),
    "channel.posting": (post("papers"), post("news"), "restricted_action_read_only_channel"),
    "message.author": (
        on_a_posted_message("chat.update", text="new"),
        on_what_ada_wrote,
        "cant_update_message",
    ),
    "message.known": (
        on_a_posted_message("chat.delete"),
        call("chat.delete", channel=papers, ts="1.000000"),
        "message_not_found",
    ),
    "thread.parent": (in_a_thread(1), in_a_thread(2), "cannot_reply_to_message"),
    "ephemeral.member": (ephemeral_to("ada"), ephemeral_to("lin"), "user_not_in_channel"),
    "history.limit": (history(limit=999), history(limit=1000), "invalid_limit"),
    "history.cursor": (history(cursor=""), history(cursor="nonsense"), "invalid_cursor"),
    "history.ts": (history(oldest="1.5"), history(oldest="yesterday"), "invalid_ts_oldest"),
    "rate.channel": (
        messages(2, 1.0, message_seconds=1),
        messages(2, 0.999, message_seconds=1),
        "ratelimited",
    ),
    "rate.workspace": (
        messages(10, 0, channels=("papers", "board"), messages_per_minute=300),
        messages(11, 0, channels=("papers", "board"), messages_per_minute=300),
        "ratelimited",
    ),
    "rate.method": (read_often(50), read_often(51), "ratelimited"),
}
IN_CALLS |= {**ON_FILES, **ON_REACTIONS, **ON_LINKS}
TOLD_ELSEWHERE = {
    "message.text": "longer text is cut, not refused: test_methods",
    "metadata.asked_for": "left out, not refused: test_methods",
    "thread.gone": "posted elsewhere, not refused: test_methods",
    "history.distributed": "cut, not refused: test_methods",
    "file.private": "redirected, not refused: test_files",
    "file_input.size": "refused to a person, not to the app: test_file_inputs",
}


@pytest.mark.parametrize("rule", IN_CALLS)
async def test_a_call_is_taken_within_the_rule_and_refused_beyond_it(rule: str) -> None:
    accepted, refused, error = IN_CALLS[rule]

    taken = await accepted(World())
    answer = await refused(World())

    assert taken.body["ok"], taken.body
    assert (answer.body["ok"], answer.body["error"]) == (False, error)


def test_every_rule_has_an_example_that_is_taken_and_one_that_is_refused() -> None:
    assert {*IN_MESSAGES, *IN_VIEWS, *IN_CALLS, *IN_SOCKETS, *TOLD_ELSEWHERE} == set(RULES)


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("news", "restricted_action_read_only_channel"),
        ("forum", "restricted_action_thread_only_channel"),
    ],
)
async def test_a_channel_that_is_not_for_apps_says_so_by_its_own_error(name: str, error: str) -> None:
    answer = await post(name)(World())

    assert answer.body == {"ok": False, "error": error}


async def test_a_missing_scope_is_named_beside_those_that_are_there() -> None:
    world = World(withheld_scopes=["users:read"])

    answer = await world.call("users.info", user=world.ada.id)

    provided = ",".join(scope for scope in world.workspace.manifest.scopes if scope != "users:read")
    assert answer.body == {
        "ok": False,
        "error": "missing_scope",
        "needed": "users:read",
        "provided": provided,
    }


async def test_invalid_blocks_carry_pointers_in_both_places_where_slack_puts_them() -> None:
    answer = await World().post(blocks=[header("x" * 151)])

    said = "must be less than 151 characters [json-pointer:/blocks/0/text/text]"
    assert answer.body == {
        "ok": False,
        "error": "invalid_blocks",
        "errors": [said],
        "response_metadata": {"messages": [f"[ERROR] {said}"]},
    }


async def test_a_429_says_in_whole_seconds_how_long_to_wait() -> None:
    answer = await messages(2, 0.25, message_seconds=3)(World())

    assert (answer.status, answer.headers["Retry-After"]) == (429, "3")


TIERS = {
    "tier_1": {"apps.connections.open"},
    "tier_2": {"conversations.list", "users.conversations", "reactions.remove"},
    "tier_3": {
        "apps.manifest.export",
        "bots.info",
        "chat.update",
        "chat.delete",
        "chat.unfurl",
        "auth.revoke",
        "conversations.history",
        "conversations.replies",
        "conversations.info",
        "conversations.join",
        "conversations.open",
        "reactions.add",
        "reactions.get",
    },
    "tier_4": {
        "chat.postEphemeral",
        "views.open",
        "views.publish",
        "views.update",
        "views.push",
        "users.info",
        "conversations.members",
        "files.getUploadURLExternal",
        "files.completeUploadExternal",
        "files.info",
    },
    "special": {"auth.test", "chat.getPermalink", "chat.postMessage"},
}


def test_each_method_has_slacks_tier() -> None:
    """From the metadata of slackapi/java-slack-sdk."""
    tiers = {tier: {name for name, method in METHODS.items() if method.tier == tier} for tier in TIERS}

    assert tiers == TIERS
    assert sum(len(names) for names in TIERS.values()) == len(METHODS)


async def test_a_refused_message_does_not_use_up_the_rate() -> None:
    world = World(rates={})
    await world.post(blocks=[header("")])

    answer = await world.post()

    assert answer.body["ok"]
