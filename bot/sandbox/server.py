"""The sandbox's server: the Web API, the sockets, response URLs, files, the control API and the page."""

from pathlib import Path
from types import TracebackType

from aiohttp import WSMsgType, web

from bot.sandbox import response_urls
from bot.sandbox.actions.actor import Actor
from bot.sandbox.control import Control
from bot.sandbox.errors import ConnectionLostError, RefusedError
from bot.sandbox.file_routes import FileRoutes
from bot.sandbox.http_mode import HttpMode
from bot.sandbox.member import Member
from bot.sandbox.oauth import Credentials
from bot.sandbox.outlet import Outlet
from bot.sandbox.requests import HOST, abort, arguments_of, bearer_of, bind, local_requests_only
from bot.sandbox.socket_mode import SocketMode
from bot.sandbox.workspace import Workspace

_PAGE = Path(__file__).parent / "page"


class Sandbox:
    """A server for a workspace, bound to 127.0.0.1. Used as an async context manager.

    `port` 0 chooses a free one. `outlet` is how it reaches the app; unless one is given, by HTTP where the
    manifest has the address for it, else in Socket Mode.
    """

    def __init__(self, workspace: Workspace, port: int = 0, outlet: Outlet | None = None) -> None:
        self.workspace = workspace
        self.socket_mode = SocketMode(workspace)
        self.outlet = outlet or self._outlet_of(workspace)
        self._control = Control(workspace, self.socket_mode, self.person)
        self._files = FileRoutes(workspace, self.person)
        self._port = port
        self._runner: web.AppRunner | None = None

    def _outlet_of(self, workspace: Workspace) -> Outlet:
        if workspace.manifest.is_over_http:
            return HttpMode(workspace, Credentials().signing_secret)
        return self.socket_mode

    @property
    def url(self) -> str:
        """The address of the page, without a trailing slash."""
        return f"http://{HOST}:{self._port}"

    @property
    def api_url(self) -> str:
        """The `base_url` for clients, in place of `https://slack.com/api/`."""
        return f"{self.url}/api/"

    def person(self, reference: str) -> Member:
        """Return the person with this name or id, to act as them. Raises NotPossibleError."""
        return Member(Actor(self.workspace, self.outlet, self.workspace.person(reference)))

    async def start(self) -> None:
        """Open the port. Raises ConfigurationError if it is taken."""
        app = web.Application(middlewares=[local_requests_only], client_max_size=4 * 1024**2)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_get("/socket/", self._socket)
        app.router.add_post("/response/{key:.+}", self._response)
        self._control.add_routes(app.router)
        self._files.add_routes(app.router)
        app.router.add_get("/", _page)
        if _PAGE.is_dir():
            app.router.add_static("/", _PAGE)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        self._port = await bind(self._runner, self._port)
        self._connect_workspace()

    async def __aenter__(self) -> "Sandbox":
        await self.start()
        return self

    def _connect_workspace(self) -> None:
        workspace = self.workspace
        workspace.response_url_base = f"{self.url}/response/"
        workspace.files_url_base = f"{self.url}/"
        workspace.connection_url = self._connection_url
        workspace.event_outlet = self.outlet.send_event
        workspace.timer = lambda seconds: self.socket_mode.spawn(self._settle_after(seconds))

    async def _settle_after(self, seconds: float) -> None:
        await self.workspace.clock.sleep(seconds)
        self.workspace.settle()

    def _connection_url(self) -> str:
        ticket = self.socket_mode.new_ticket()
        return f"ws://{HOST}:{self._port}/socket/?ticket={ticket}&app_id={self.workspace.app_id}"

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the sockets and the port."""
        workspace = self.workspace
        workspace.event_outlet = workspace.timer = workspace.connection_url = None
        self._control.close()
        await self.socket_mode.aclose()
        await self.outlet.aclose()
        if self._runner is not None:
            await self._runner.cleanup()

    # ---- Routes

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        try:
            arguments = await arguments_of(request)
        except RefusedError as refused:
            return web.json_response(refused.body)
        try:
            response = await self.workspace.call(method, arguments, bearer_of(request))
        except ConnectionLostError:
            return abort(request)
        return web.json_response(response.body, status=response.status, headers=dict(response.headers))

    async def _response(self, request: web.Request) -> web.StreamResponse:
        try:
            body = await request.json()
        except ValueError:
            body = None
        if not isinstance(body, dict):
            return web.Response(status=400, text="invalid_payload")
        try:
            status, result = await response_urls.post(self.workspace, request.match_info["key"], body)
        except ConnectionLostError:
            return abort(request)
        if isinstance(result, str):
            return web.Response(status=status, text=result)
        return web.json_response(result, status=status)

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        if not self.socket_mode.redeem(request.query.get("ticket", "")):
            return web.Response(status=403, text="invalid ticket")
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        connection = _AiohttpSocket(socket, request)
        debug = request.query.get("debug_reconnects") == "true"
        if await self.socket_mode.connected(connection, debug_reconnects=debug):
            try:
                await self._listen(socket)
            finally:
                self.socket_mode.disconnected(connection)
        return socket

    async def _listen(self, socket: web.WebSocketResponse) -> None:
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                self.socket_mode.received(message.data)
            elif message.type is WSMsgType.PING and not self.workspace.faults.strikes("silence_pings"):
                await socket.pong(message.data)


class _AiohttpSocket:
    """An aiohttp WebSocket as a `Socket`."""

    def __init__(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        self._socket = socket
        self._request = request

    async def send(self, message: str) -> None:
        """Send a text message unless the socket is closed."""
        if not self._socket.closed:
            await self._socket.send_str(message)

    async def close(self) -> None:
        """Close with a closing handshake."""
        await self._socket.close()

    def abort(self) -> None:
        """Drop the connection without a closing handshake."""
        abort(self._request)


async def _page(_request: web.Request) -> web.StreamResponse:
    index = _PAGE / "index.html"
    if not index.is_file():
        return web.Response(status=404, text="The sandbox's page is not installed.")
    return web.FileResponse(index)
