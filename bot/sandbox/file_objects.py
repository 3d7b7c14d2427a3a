"""File objects (docs: reference/objects/file-object)."""

from urllib.parse import quote

from bot.sandbox.checks import Json
from bot.sandbox.file_kinds import kind_of
from bot.sandbox.records import File


def file_json(file: File, team_id: str, team_domain: str, base: str, *, is_public: bool) -> Json:
    """Return the file object of messages and payloads; `base` is the address of private downloads."""
    kind = kind_of(file.name, file.content or b"")
    name = quote(file.name, safe="")
    private = f"{base}files-pri/{team_id}-{file.id}"
    address = f"https://{team_domain}.slack.com/files/{file.user}/{file.id}/{name}"
    fields: Json = {
        "id": file.id,
        "created": int(file.created.timestamp()),
        "timestamp": int(file.created.timestamp()),
        "name": file.name,
        "title": file.title,
        "mimetype": kind.mimetype,
        "filetype": file.snippet_type or kind.filetype,
        "pretty_type": kind.pretty_type,
        "user": file.user,
        "user_team": team_id,
        "editable": file.snippet_type is not None,
        "size": file.length,
        "mode": "snippet" if file.snippet_type else "hosted",
        "is_external": False,
        "external_type": "",
        "is_public": is_public,
        "public_url_shared": False,
        "display_as_bot": False,
        "username": "",
        "url_private": f"{private}/{name}",
        "url_private_download": f"{private}/download/{name}",
        "permalink": address,
        "is_starred": False,
        "has_rich_preview": False,
        "file_access": "visible",
    }
    return fields if file.alt_txt is None else {**fields, "alt_txt": file.alt_txt}
