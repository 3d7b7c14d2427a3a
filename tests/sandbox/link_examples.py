"""For each rule on links: a call that Slack accepts, and one that it rejects with the named error."""

from collections.abc import Awaitable, Callable
from typing import Any

from bot.sandbox import Response, Sandbox
from tests.sandbox.examples import MANIFEST, Json, section
from tests.sandbox.world import World

Try = Callable[[World], Awaitable[Response]]
LINK = "https://tasks.example/7"
UNHEARD = {**MANIFEST, "settings": {**MANIFEST["settings"], "event_subscriptions": {"bot_events": []}}}
RICH = {
    "type": "rich_text",
    "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}],
}


async def linked(world: World, text: str = LINK, channel: str = "papers") -> Json:
    """Have ada post a message with a link, and return the message."""
    return await Sandbox(world.workspace).person("ada").message(channel, text)


def unfurl(text: str = LINK, *, unfurls: Any = None, **place: Any) -> Try:
    """Show a link of a message that ada posts; `place` replaces the message's."""

    async def attempt(world: World) -> Response:
        message = await linked(world, text)
        where = {"channel": message["channel"], "ts": message["ts"], **place}
        return await world.call(
            "chat.unfurl",
            unfurls={LINK: {"blocks": [section()]}} if unfurls is None else unfurls,
            **{name: value for name, value in where.items() if value is not None},
        )

    return attempt


def by_id(**more: Any) -> Try:
    """Show a link that ada writes, by the id of what she writes."""

    async def attempt(world: World) -> Response:
        unfurl_id = await Sandbox(world.workspace).person("ada").draft(LINK)
        arguments = {"unfurl_id": unfurl_id, "source": "composer", **more}
        return await world.call("chat.unfurl", unfurls={LINK: {"blocks": [section()]}}, **arguments)

    return attempt


async def unheard(_world: World) -> Response:
    return await unfurl()(World(UNHEARD))


def showing(*blocks: Json, **more: Any) -> Json:
    return {LINK: {"blocks": list(blocks), **more}}


ELSEWHERE = "https://other.example/7"
ON_LINKS: dict[str, tuple[Try, Try, str]] = {
    "unfurl.target": (unfurl(), unfurl(channel="C9999999999"), "cannot_find_channel"),
    "unfurl.message": (unfurl(), unfurl(ts="1.000000"), "cannot_find_message"),
    "unfurl.id": (by_id(), by_id(unfurl_id="U1-2"), "invalid_unfurl_id"),
    "unfurl.format": (unfurl(), unfurl(unfurls={LINK: "It is done."}), "invalid_unfurls_format"),
    "unfurl.shown": (unfurl(), unfurl(unfurls={LINK: {"colour": "red"}}), "cannot_parse_attachment"),
    "unfurl.domain": (
        unfurl(),
        unfurl(f"{LINK} {ELSEWHERE}", unfurls={ELSEWHERE: {"blocks": [section()]}}),
        "cannot_unfurl_url",
    ),
    "unfurl.heard": (unfurl(), unheard, "cannot_unfurl_url"),
    "unfurl.link": (unfurl(), unfurl("https://tasks.example/8"), "cannot_unfurl_message"),
    "unfurl.rich_text": (unfurl(), unfurl(unfurls=showing(section(), RICH)), "invalid_blocks"),
}
