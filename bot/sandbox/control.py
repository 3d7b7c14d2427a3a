"""The control API: acts as a person, reads what a person sees, injects faults (see CONTROL.md)."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from aiohttp import web

from bot.sandbox.checks import Json
from bot.sandbox.clock import MovableClock
from bot.sandbox.control_actions import ACTIONS
from bot.sandbox.errors import NotAnsweredError, NotPossibleError, SandboxError
from bot.sandbox.member import Member
from bot.sandbox.socket_mode import SocketMode
from bot.sandbox.workspace import Workspace


class Control:
    """The routes below `/control/`."""

    def __init__(
        self, workspace: Workspace, socket_mode: SocketMode, person: Callable[[str], Member]
    ) -> None:
        self._workspace = workspace
        self._socket_mode = socket_mode
        self._person = person
        self._watched: set[asyncio.Event] = set()
        self._is_closed = False

    def close(self) -> None:
        """End the event streams, so that the server does not wait for them when it closes."""
        self._is_closed = True
        for changed in self._watched:
            changed.set()

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Add all routes to the server."""
        router.add_get("/control/workspace", self._describe)
        router.add_get("/control/view", self._view)
        router.add_get("/control/events", self._events)
        router.add_post("/control/act", self._act)
        router.add_get("/control/transcript", self._transcript)
        router.add_get("/control/faults", self._faults)
        router.add_post("/control/faults", self._add_fault)
        router.add_delete("/control/faults", self._clear_faults)
        router.add_post("/control/clock", self._clock)
        router.add_post("/control/disconnect", self._disconnect)

    async def _describe(self, _request: web.Request) -> web.Response:
        workspace = self._workspace
        features = workspace.manifest.features
        people = [
            {"id": p.id, "name": p.name, "real_name": p.real_name, "locale": p.locale, "tz": p.tz}
            for p in workspace.people.values()
        ]
        app = {
            "name": workspace.bot.real_name,
            "bot_user_id": workspace.bot.id,
            "home_tab_enabled": features.app_home.home_tab_enabled,
            "messages_tab_enabled": features.app_home.messages_tab_enabled,
            "connections": self._socket_mode.connection_count,
        }
        return web.json_response(
            {
                "team": {"id": workspace.team_id, "name": workspace.config.team_name},
                "people": people,
                "app": app,
                "commands": [
                    command.model_dump(include={"command", "description", "usage_hint"})
                    for command in features.slash_commands
                ],
                "shortcuts": [shortcut.model_dump() for shortcut in features.shortcuts],
            }
        )

    async def _view(self, request: web.Request) -> web.Response:
        return self._read(lambda: self._person(request.query.get("as", "")).view())

    async def _transcript(self, request: web.Request) -> web.Response:
        try:
            person = self._person(request.query.get("as", ""))
            return web.Response(text=person.transcript(request.query.get("channel", "")))
        except NotPossibleError as error:
            return refused(error)

    def _read(self, read: Callable[[], Any]) -> web.Response:
        try:
            return web.json_response(read())
        except SandboxError as error:
            return refused(error)

    async def _events(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await response.prepare(request)
        changed = asyncio.Event()
        self._watched.add(changed)
        stop = self._workspace.subscribe(changed.set)
        try:
            while not self._is_closed:
                changed.clear()
                data = json.dumps({"revision": self._workspace.revision})
                await response.write(f"data: {data}\n\n".encode())
                await changed.wait()
        except ConnectionError:
            pass  # the reader has disconnected
        finally:
            stop()
            self._watched.discard(changed)
        return response

    async def _act(self, request: web.Request) -> web.Response:
        body = await json_body(request)
        action = ACTIONS.get(str(body.get("do")))
        try:
            if action is None:
                raise NotPossibleError(f"Unknown action {body.get('do')!r}; actions: {', '.join(ACTIONS)}.")
            result = await action(self._person(str(body.get("as"))), body)
        except SandboxError as error:
            return refused(error)
        return web.json_response({"ok": True, **(result or {})})

    async def _faults(self, _request: web.Request) -> web.Response:
        return web.json_response({"ok": True, "faults": self._workspace.faults.list()})

    async def _add_fault(self, request: web.Request) -> web.Response:
        body = await json_body(request)
        try:
            fault = self._workspace.faults.add(body.pop("kind", None), **body)
        except SandboxError as error:
            return refused(error)
        return web.json_response({"ok": True, "id": fault.id})

    async def _clear_faults(self, _request: web.Request) -> web.Response:
        self._workspace.faults.clear()
        return web.json_response({"ok": True})

    async def _clock(self, request: web.Request) -> web.Response:
        body = await json_body(request)
        clock = self._workspace.clock
        if not isinstance(clock, MovableClock):
            return refused(NotPossibleError("The sandbox's clock cannot be advanced."))
        seconds = body.get("advance")
        if not isinstance(seconds, int | float) or seconds < 0:
            return refused(NotPossibleError("advance must be a number of seconds, at least 0."))
        moved = clock.advance(seconds)
        if moved is not None:
            await moved
        self._workspace.settle()
        self._workspace.changed()
        return web.json_response({"ok": True, "now": clock.now().isoformat()})

    async def _disconnect(self, request: web.Request) -> web.Response:
        body = await json_body(request)
        await self._socket_mode.disconnect_all(str(body.get("reason", "refresh_requested")))
        return web.json_response({"ok": True})


async def json_body(request: web.Request) -> Json:
    """Return the object that a request sends."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="Send application/json.")
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(text="Send a JSON object.")
    return body


def refused(error: SandboxError) -> web.Response:
    """Return the answer to an action that failed."""
    code = error.code if isinstance(error, NotAnsweredError) else "not_possible"
    return web.json_response({"ok": False, "error": code, "message": str(error)})
