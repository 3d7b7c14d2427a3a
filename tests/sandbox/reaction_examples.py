"""For each rule on reactions: a call that Slack accepts, and one that it rejects with the named error."""

from collections.abc import Awaitable, Callable
from typing import Any

from bot.sandbox import Response
from bot.sandbox.reactions import add
from tests.sandbox.world import World

Try = Callable[[World], Awaitable[Response]]
NAMES = (
    "smiley smile grin laughing sweat_smile joy wink blush innocent heart_eyes star eyes tada heart "
    "rocket fire books bookmark bulb pray gem gift balloon trophy crown dart art soccer basketball "
    "runner dancer watch link gear wrench hammer pill syringe dna magnet shield microscope telescope "
    "satellite dollar moneybag x question exclamation warning no_entry recycle"
).split()


def react(name: str = "tada", *, times: int = 1, method: str = "reactions.add", **more: Any) -> Try:
    async def attempt(world: World) -> Response:
        place = {"channel": world.channel().id, "timestamp": await world.posted(), **more}
        answers = [await world.call(method, name=name, **place) for _ in range(times)]
        return answers[-1]

    return attempt


async def take_back(world: World) -> Response:
    place = {"channel": world.channel().id, "timestamp": await world.posted(), "name": "tada"}
    await world.call("reactions.add", **place)
    return await world.call("reactions.remove", **place)


def after(count: int, *, by_the_app: int = 0) -> Try:
    """React after `count` different reactions, the first `by_the_app` of them by the app itself."""

    async def attempt(world: World) -> Response:
        ts = await world.posted()
        for index, name in enumerate(NAMES[:count]):
            person = world.workspace.bot if index < by_the_app else world.ada
            if index - by_the_app >= 23:
                person = world.workspace.person("lin" if index - by_the_app < 46 else "emmy")
            add(world.workspace, person, world.channel().messages[ts], name)
        place = {"channel": world.channel().id, "timestamp": ts}
        return await world.call("reactions.add", name="+1", **place)

    return attempt


ON_REACTIONS: dict[str, tuple[Try, Try, str]] = {
    "reaction.name": (react("wave::skin-tone-3"), react("no_such_emoji"), "invalid_name"),
    "reaction.once": (react(), react(times=2), "already_reacted"),
    "reaction.there": (take_back, react(method="reactions.remove"), "no_reaction"),
    "reaction.item": (react(), react(timestamp=""), "no_item_specified"),
    "reaction.emoji": (after(49), after(50), "too_many_emoji"),
    "reaction.own": (after(22, by_the_app=22), after(23, by_the_app=23), "too_many_reactions"),
}
