"""For each rule on files: a call that Slack accepts, and one that it rejects with the named error."""

from collections.abc import Awaitable, Callable
from typing import Any

from bot.sandbox import Response
from bot.sandbox.errors import RefusedError
from bot.sandbox.uploads import receive, upload_as
from tests.sandbox.examples import field, file_input, modal
from tests.sandbox.world import World

Try = Callable[[World], Awaitable[Response]]


def announce(**arguments: Any) -> Try:
    async def attempt(world: World) -> Response:
        return await world.call(
            "files.getUploadURLExternal", **{"filename": "a.txt", "length": 1, **arguments}
        )

    return attempt


def complete(channel: str | None = "papers", *, times: int = 1, **arguments: Any) -> Try:
    async def attempt(world: World) -> Response:
        file_id = await world.announced()
        given = {key: value(world) if callable(value) else value for key, value in arguments.items()}
        answers = [await world.complete(file_id, channel=channel, **given) for _ in range(times)]
        return answers[-1]

    return attempt


def upload(content: bytes) -> Try:
    """Upload `content` as a file that was announced with three bytes."""

    async def attempt(world: World) -> Response:
        answer = await world.call("files.getUploadURLExternal", filename="a.txt", length=3)
        try:
            receive(world.workspace, answer.body["upload_url"].rpartition("/")[2], content)
        except RefusedError as refused:
            return Response(refused.status, refused.body, {})
        return answer

    return attempt


async def complete_what_ada_uploaded(world: World) -> Response:
    return await world.complete(upload_as(world.workspace, world.ada, "a.txt", b"x").id)


def info(*, of_ada: bool) -> Try:
    async def attempt(world: World) -> Response:
        if of_ada:
            return await world.call("files.info", file=upload_as(world.workspace, world.ada, "a", b"x").id)
        file_id = await world.announced()
        await world.complete(file_id)
        return await world.call("files.info", file=file_id)

    return attempt


def ask_for_a_file(**config: Any) -> Try:
    async def attempt(_world: World) -> Response:
        world = World(**config)
        view = modal(field(file_input()))
        return await world.call("views.open", trigger_id=world.trigger(), view=view)

    return attempt


def direct(world: World) -> str:
    return world.workspace.direct(world.ada.id).id


def many(count: int) -> Callable[[World], str]:
    """Return ids of `count` channels, of which only the first exists."""
    return lambda world: ",".join([world.channel().id, *(f"C9{index:09d}" for index in range(count - 1))])


ON_FILES: dict[str, tuple[Try, Try, str]] = {
    "file.size": (
        announce(length=1_073_741_824),
        announce(length=1_073_741_825),
        "file_upload_size_restricted",
    ),
    "file.snippet_size": (
        announce(length=1_000_000, snippet_type="text"),
        announce(length=1_000_001, snippet_type="text"),
        "snippet_too_large",
    ),
    "file.snippet_type": (
        announce(snippet_type="python"),
        announce(snippet_type="parseltongue"),
        "unknown_snippet_type",
    ),
    "file.alt_txt": (announce(alt_txt="x" * 1000), announce(alt_txt="x" * 1001), "alt_txt_too_large"),
    "file.length": (announce(length="1"), announce(length=0), "missing_argument"),
    "file.upload": (upload(b"abc"), upload(b"abcd"), "size_mismatch"),
    "file.ticket": (complete(), complete(times=2), "file_not_found"),
    "file.owner": (complete(), complete_what_ada_uploaded, "access_denied"),
    "file.place": (
        complete(channel_id=direct),
        complete(channel_id=lambda world: world.ada.id),
        "invalid_arguments",
    ),
    "file.channels": (
        complete(None, channels=lambda world: f"{world.channel().id},{direct(world)}"),
        complete(None, channels=many(101)),
        "channels_limit_exceeded",
    ),
    "file.member": (complete(), complete("general"), "not_in_channel"),
    "file.posting": (complete(), complete("news"), "posting_to_channel_denied"),
    "file.seen": (info(of_ada=False), info(of_ada=True), "file_not_found"),
    "file_input.scope": (ask_for_a_file(), ask_for_a_file(withheld_scopes=["files:read"]), "missing_scope"),
}
