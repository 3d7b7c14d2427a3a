"""Uploading files in a modal, and downloading those that a person sees."""

from typing import Any

from bot.sandbox.actions.actor import Actor
from bot.sandbox.checks import Json
from bot.sandbox.errors import NotPossibleError
from bot.sandbox.file_kinds import ending_of
from bot.sandbox.file_sharing import sees_file
from bot.sandbox.records import File
from bot.sandbox.rules import limit
from bot.sandbox.uploads import upload_as


def upload(actor: Actor, name: str, content: bytes) -> Json:
    """Upload a file for a modal and return its file object. Raises NotPossibleError."""
    return actor.workspace.file_json(upload_as(actor.workspace, actor.person, name, content))


def download(actor: Actor, file_id: str) -> File:
    """Return a file that this person sees. Raises NotPossibleError."""
    file = actor.workspace.files.get(file_id)
    if file is None or not sees_file(actor.workspace, actor.person.id, file):
        raise NotPossibleError(f"{actor.person.name} sees no file {file_id}.")
    return file


def chosen_files(actor: Actor, element: Json, value: Any) -> Json:
    """Return the state after this person sets a file input to a list of file ids.

    The app may read the chosen files from then on. Raises NotPossibleError.
    """
    ids = value if isinstance(value, list) else [] if value in (None, "") else [value]
    files = [_own_file(actor, str(each)) for each in ids]
    _check_files(element, files)
    for file in files:
        file.is_given_to_app = True
    return {"type": "file_input", "files": [actor.workspace.file_json(file) for file in files]}


def _own_file(actor: Actor, file_id: str) -> File:
    file = actor.workspace.files.get(file_id)
    if file is None or file.user != actor.person.id:
        raise NotPossibleError(f"{actor.person.name} has uploaded no file {file_id}.")
    return file


def _check_files(element: Json, files: list[File]) -> None:
    most = element.get("max_files", limit("file_input.max_files"))
    if len(files) > most:
        raise NotPossibleError(f"{element['action_id']} takes at most {most} files.")
    endings = [str(each).lower().removeprefix(".") for each in element.get("filetypes", [])]
    for file in files:
        if endings and ending_of(file.name) not in endings:
            taken = ", ".join(endings)
            raise NotPossibleError(f"{element['action_id']} takes no {file.name}; it takes {taken}.")
