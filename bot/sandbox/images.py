"""Images of messages, which Slack loads when it is told to show them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bot.sandbox.blocks import details
from bot.sandbox.checks import Json, Problem
from bot.sandbox.errors import RefusedError

if TYPE_CHECKING:
    from bot.sandbox.workspace import Workspace


def check_images(workspace: "Workspace", blocks: list[Json]) -> None:
    """Raise RefusedError where a fault has Slack fail to load one of the images.

    The answer is reported in slackapi/python-slack-sdk#1782.
    """
    hosts = {pointer: urlsplit(url).hostname or "" for pointer, url in _images(blocks, "/blocks")}
    lost = workspace.faults.loses_image(set(hosts.values()))
    problems = [
        Problem("image.loads", "downloading image failed", pointer)
        for pointer, host in hosts.items()
        if host in lost
    ]
    if problems:
        raise RefusedError("invalid_blocks", **details(problems))


def _images(value: Any, pointer: str) -> Iterator[tuple[str, str]]:
    """Yield the addresses of the images in it, each by its JSON pointer."""
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield from _images(each, f"{pointer}/{index}")
    elif isinstance(value, dict):
        if isinstance(value.get("image_url"), str):
            yield f"{pointer}/image_url", value["image_url"]
        for name, inner in value.items():
            yield from _images(inner, f"{pointer}/{name}")
