"""Reactions of people and of the app: who hears of them, and where they are read."""

import pytest

from bot.sandbox import Member, NotPossibleError, Sandbox
from tests.sandbox.examples import MANIFEST, Json
from tests.sandbox.todo import Todo
from tests.sandbox.world import World


async def told_to(world: World) -> list[Json]:
    """Return the list to which each event of the workspace is added."""
    events: list[Json] = []
    world.workspace.event_outlet = lambda payload: events.append(payload["event"])
    return events


@pytest.mark.parametrize("method", ["conversations.history", "conversations.replies"])
async def test_reactions_are_read_with_their_message(method: str) -> None:
    world = World()
    ts = await world.posted()
    place = {"channel": world.channel().id, "timestamp": ts}
    await world.call("reactions.add", name="tada", **place)

    more = {"ts": ts} if method == "conversations.replies" else {}
    [message] = (await world.call(method, channel=world.channel().id, **more)).body["messages"]

    assert message["reactions"] == [{"name": "tada", "users": [world.workspace.bot.id], "count": 1}]


async def test_reactions_of_one_message_are_told_with_its_permalink() -> None:
    world = World()
    ts = await world.posted()
    place = {"channel": world.channel().id, "timestamp": ts}
    await world.call("reactions.add", name="tada", **place)
    await world.call("reactions.add", name="eyes", **place)
    await world.call("reactions.remove", name="tada", **place)

    answer = (await world.call("reactions.get", **place)).body

    assert (answer["type"], answer["channel"], answer["message"]["ts"]) == ("message", world.channel().id, ts)
    assert [each["name"] for each in answer["message"]["reactions"]] == ["eyes"]
    assert answer["message"]["permalink"].endswith(f"/archives/{world.channel().id}/p{ts.replace('.', '')}")


@pytest.mark.parametrize(
    ("channel", "timestamp", "error"),
    [
        ("papers", "1.000000", "message_not_found"),
        ("papers", "yesterday", "bad_timestamp"),
        ("general", "1.000000", "not_in_channel"),
        ("secret", "1.000000", "channel_not_found"),
    ],
)
async def test_a_message_that_the_app_cannot_reach_is_refused_by_name(
    channel: str, timestamp: str, error: str
) -> None:
    world = World()

    answer = await world.call(
        "reactions.add", channel=world.channel(channel).id, timestamp=timestamp, name="tada"
    )

    assert answer.body == {"ok": False, "error": error}


async def test_without_its_scope_the_app_adds_no_reaction() -> None:
    world = World(withheld_scopes=["reactions:write"])
    ts = await world.posted()

    answer = await world.call("reactions.add", channel=world.channel().id, timestamp=ts, name="tada")

    assert (answer.body["error"], answer.body["needed"]) == ("missing_scope", "reactions:write")


async def test_a_reaction_is_told_with_its_message_and_its_author(
    sandbox: Sandbox, todo: Todo, ada: Member, lin: Member
) -> None:
    message = await lin.message("#papers", "hello")

    await ada.react(message, "tada")
    await ada.unreact(message, "tada")

    for kind in ("reaction_added", "reaction_removed"):
        event = (await todo.hears(kind))["event"]
        assert event.pop("event_ts")
        assert event == {
            "type": kind,
            "user": ada.id,
            "reaction": "tada",
            "item": {"type": "message", "channel": message["channel"], "ts": message["ts"]},
            "item_user": lin.id,
        }


@pytest.mark.parametrize("missing", ["subscription", "scope", "membership"])
async def test_a_reaction_is_told_only_to_an_app_that_may_hear_it(missing: str) -> None:
    settings = {**MANIFEST["settings"], "event_subscriptions": {"bot_events": []}}
    manifest = {**MANIFEST, "settings": settings} if missing == "subscription" else MANIFEST
    withheld = ["reactions:read"] if missing == "scope" else []
    world = World(manifest, withheld_scopes=withheld)
    person = Sandbox(world.workspace).person("ada")
    message = await person.message("#general" if missing == "membership" else "#papers", "hello")
    events = await told_to(world)

    await person.react(message, "tada")

    assert events == []


@pytest.mark.parametrize(
    ("name", "twice", "sentence"),
    [("no_such_emoji", False, "knows no emoji"), ("tada", True, "has reacted with :tada: already")],
)
async def test_a_person_is_told_why_a_reaction_is_not_possible(
    ada: Member, name: str, twice: bool, sentence: str
) -> None:
    message = await ada.message("#papers", "hello")
    if twice:
        await ada.react(message, name)

    with pytest.raises(NotPossibleError, match=sentence):
        await ada.react(message, name)


async def test_a_person_takes_back_only_an_own_reaction(ada: Member, lin: Member) -> None:
    message = await ada.message("#papers", "hello")
    await lin.react(message, "tada")

    with pytest.raises(NotPossibleError, match="has not reacted with :tada:"):
        await ada.unreact(message, "tada")
