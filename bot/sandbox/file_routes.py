"""The server's routes for files: uploads, private downloads of the app, and those of people."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from aiohttp import BodyPartReader, web

from bot.sandbox.errors import NotPossibleError, RefusedError, SandboxError
from bot.sandbox.file_kinds import kind_of
from bot.sandbox.file_sharing import sees_file
from bot.sandbox.member import Member
from bot.sandbox.records import File
from bot.sandbox.rules import limit
from bot.sandbox.uploads import receive
from bot.sandbox.workspace import Workspace

_CHUNK = 64 * 1024
_SIGN_IN = "<!doctype html><title>Sign in | Slack</title><h1>Sign in to your workspace</h1>"


class FileRoutes:
    """The routes; `person` returns who acts by their id or name."""

    def __init__(self, workspace: Workspace, person: Callable[[str], Member]) -> None:
        self._workspace = workspace
        self._person = person

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Add all routes to the server."""
        router.add_post("/upload/v1/{key}", self._upload)
        router.add_get("/files-pri/{team_and_file}/{name}", self._private)
        router.add_get("/files-pri/{team_and_file}/download/{name}", self._private)
        router.add_get("/signin", self._sign_in)
        router.add_post("/control/upload", self._upload_as)
        router.add_get("/control/file", self._download_as)

    async def _upload(self, request: web.Request) -> web.Response:
        """Take the bytes of a file: raw, or as the file of a multipart form."""
        file = self._workspace.uploads.get(request.match_info["key"])
        content = await _body(request, most=file.length if file else 0)
        try:
            received = receive(self._workspace, request.match_info["key"], content)
        except RefusedError as refused:
            return web.Response(status=refused.status, text=str(refused))
        return web.Response(text=f"OK - {received.length}")

    async def _private(self, request: web.Request) -> web.Response:
        """Serve a file to the app's token; anyone else is sent to the page where people sign in."""
        workspace = self._workspace
        team, _, file_id = request.match_info["team_and_file"].partition("-")
        file = workspace.files.get(file_id)
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        is_bot = kind == "Bearer" and workspace.tokens.is_valid(token, workspace.clock.now())
        may_read = is_bot and "files:read" in workspace.scopes
        if not may_read or team != workspace.team_id:
            raise web.HTTPFound(f"/signin?redir={quote(request.path, safe='')}")
        if file is None or not sees_file(workspace, workspace.bot.id, file):
            raise web.HTTPNotFound(text="file_not_found")
        return _served(file)

    async def _sign_in(self, _request: web.Request) -> web.Response:
        return web.Response(text=_SIGN_IN, content_type="text/html")

    async def _upload_as(self, request: web.Request) -> web.Response:
        if request.content_type != "application/octet-stream":
            raise web.HTTPUnsupportedMediaType(text="Send application/octet-stream.")
        content = await _body(request, most=limit("file_input.size"))
        try:
            person = self._person(request.query.get("as", ""))
            file = person.upload(request.query.get("name", ""), content)
        except SandboxError as error:
            return web.json_response({"ok": False, "error": "not_possible", "message": str(error)})
        return web.json_response({"ok": True, "file": file})

    async def _download_as(self, request: web.Request) -> web.Response:
        try:
            person = self._person(request.query.get("as", ""))
            return _served(person.file(request.query.get("file", "")))
        except NotPossibleError as error:
            return web.Response(status=404, text=str(error))


def _served(file: File) -> web.Response:
    """Return a file for saving: a browser never opens what strangers wrote."""
    content = file.content or b""
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    kind = kind_of(file.name, content)
    return web.Response(body=content, content_type=kind.mimetype, headers=headers)


async def _body(request: web.Request, *, most: int) -> bytes:
    """Return the request's file, cut one byte beyond `most`, which is enough to see that it is too long."""
    if not request.content_type.startswith("multipart/"):
        return await _read(request.content.read, most)
    try:
        async for part in await request.multipart():
            if isinstance(part, BodyPartReader) and part.filename:
                return await _read(part.read_chunk, most)
    except ValueError as error:
        raise web.HTTPBadRequest(text="The form is malformed.") from error
    return b""


async def _read(read: Callable[[int], Any], most: int) -> bytes:
    content = bytearray()
    while len(content) <= most and (chunk := await read(_CHUNK)):
        content += chunk
    return bytes(content[: most + 1])
