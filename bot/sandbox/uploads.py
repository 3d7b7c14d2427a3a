"""Uploads: a URL for each announced file, the bytes that come to it, and files that people upload."""

from typing import TYPE_CHECKING

from bot.sandbox.errors import NotPossibleError, RefusedError
from bot.sandbox.records import File, Person
from bot.sandbox.rules import limit

if TYPE_CHECKING:
    from bot.sandbox.workspace import Workspace


def announce(workspace: "Workspace", file: File) -> str:
    """Keep a file whose bytes are still to come, and return the URL that takes them once."""
    key = workspace.new_key("upload")
    workspace.files[file.id] = file
    workspace.uploads[key] = file
    return f"{workspace.files_url_base}upload/v1/{key}"


def receive(workspace: "Workspace", key: str, content: bytes) -> File:
    """Store the bytes of an announced file; its URL is used up.

    Raises RefusedError (`not_found` for an unknown or used URL, `size_mismatch`).
    """
    file = workspace.uploads.get(key)
    if file is None:
        raise RefusedError("not_found", status=404)
    if len(content) != file.length:
        raise RefusedError("size_mismatch", status=400)
    del workspace.uploads[key]
    file.content = content
    return file


def upload_as(workspace: "Workspace", person: Person, name: str, content: bytes) -> File:
    """Upload a file as a person does in a modal, seen by nobody else yet. Raises NotPossibleError."""
    most = limit("file_input.size")
    if not name or not content:
        raise NotPossibleError("A file needs a name and at least one byte.")
    if len(content) > most:
        raise NotPossibleError(f"{name} has {len(content)} bytes; Slack takes at most {most} in a modal.")
    now = workspace.clock.now()
    file = File(workspace.new_id("F"), person.id, name, len(content), now, name, content=content)
    file.is_complete = True
    workspace.files[file.id] = file
    return file
