"""Socket Mode: connections, envelopes and their acknowledgements, retries, and disconnects."""

import asyncio
import itertools
import json
import logging
from datetime import UTC, datetime
from typing import Protocol

from bot.sandbox.checks import Json
from bot.sandbox.errors import NotAnsweredError
from bot.sandbox.outlet import Outlet
from bot.sandbox.rules import limit
from bot.sandbox.workspace import Workspace

logger = logging.getLogger(__name__)


class Socket(Protocol):
    """One WebSocket connection of the app."""

    async def send(self, message: str) -> None:
        """Send a text message."""
        ...

    async def close(self) -> None:
        """Close with a closing handshake."""
        ...

    def abort(self) -> None:
        """Drop the connection without a closing handshake."""
        ...


class SocketMode(Outlet):
    """All connections of the app; envelopes are sent to them in turn."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._connections: list[Socket] = []
        self._turn = 0
        self._unacknowledged: dict[str, asyncio.Future[Json | None]] = {}
        self._tickets: set[str] = set()
        self._envelopes = itertools.count(1)

    # ---- Connections

    def new_ticket(self) -> str:
        """Return a ticket that is valid for one connection."""
        ticket = self._workspace.new_key("ticket")
        self._tickets.add(ticket)
        return ticket

    def redeem(self, ticket: str) -> bool:
        """Redeem a ticket; return False if it is unknown or already redeemed."""
        is_valid = ticket in self._tickets
        self._tickets.discard(ticket)
        return is_valid

    @property
    def connection_count(self) -> int:
        """The number of open connections."""
        return len(self._connections)

    async def connected(self, socket: Socket, *, debug_reconnects: bool = False) -> bool:
        """Register and greet a new connection; return False if there are too many and it was closed."""
        if len(self._connections) >= limit("socket.connections"):
            await socket.send(_disconnect("too_many_websockets"))
            await socket.close()
            return False
        self._connections.append(socket)
        seconds = (
            limit("socket.debug_seconds") if debug_reconnects else self._workspace.config.connection_seconds
        )
        await socket.send(self._hello(seconds))
        self.spawn(self._refresh(socket, seconds))
        self._workspace.changed()
        return True

    def disconnected(self, socket: Socket) -> None:
        """Unregister a closed connection."""
        if socket in self._connections:
            self._connections.remove(socket)
            self._workspace.changed()

    def _hello(self, seconds: float) -> str:
        return json.dumps(
            {
                "type": "hello",
                "num_connections": len(self._connections),
                "debug_info": {
                    "host": "sandbox",
                    "started": datetime.now(UTC).isoformat(),
                    "build_number": 1,
                    "approximate_connection_time": int(seconds),
                },
                "connection_info": {"app_id": self._workspace.app_id},
            }
        )

    async def _refresh(self, socket: Socket, seconds: float) -> None:
        warning = limit("socket.warning_seconds")
        await self._workspace.clock.sleep(seconds - warning)
        if socket in self._connections:
            await socket.send(_disconnect("warning"))
        await self._workspace.clock.sleep(warning)
        await self.disconnect(socket, "refresh_requested")

    async def disconnect(self, socket: Socket, reason: str) -> None:
        """Send a connection a disconnect message and close it."""
        if socket in self._connections:
            self._connections.remove(socket)
            await socket.send(_disconnect(reason))
            await socket.close()

    async def disconnect_all(self, reason: str = "refresh_requested") -> None:
        """Disconnect all connections, as Slack does when it restarts its side."""
        for socket in list(self._connections):
            await self.disconnect(socket, reason)

    def received(self, text: str) -> None:
        """Handle a message of the app: an acknowledgement of an envelope, possibly with a payload."""
        try:
            message = json.loads(text)
        except ValueError:
            logger.warning("The app sent a socket message that is not JSON.")
            return
        envelope_id = str(message.get("envelope_id")) if isinstance(message, dict) else ""
        future = self._unacknowledged.get(envelope_id)
        if future is None or future.done() or self._workspace.faults.strikes("lose_ack"):
            return
        payload = message.get("payload")
        future.set_result(payload if isinstance(payload, dict) else None)

    # ---- Envelopes

    async def _send(self, kind: str, payload: Json, more: Json) -> Json | None:
        if not self._connections:
            raise NotAnsweredError("dispatch_failed", "No app is connected to the sandbox.")
        envelope_id = self._workspace.new_key("envelope", str(next(self._envelopes)))[:36]
        acknowledged: asyncio.Future[Json | None] = asyncio.get_running_loop().create_future()
        self._unacknowledged[envelope_id] = acknowledged
        envelope = {"envelope_id": envelope_id, "payload": payload, "type": kind, **more}
        try:
            await self._transmit(json.dumps(envelope, ensure_ascii=False))
            return await self._in_time(acknowledged)
        finally:
            del self._unacknowledged[envelope_id]

    async def _transmit(self, envelope: str) -> None:
        self._turn += 1
        socket = self._connections[self._turn % len(self._connections)]
        if self._workspace.faults.strikes("drop_socket"):
            socket.abort()
            return
        try:
            await socket.send(envelope)
        except ConnectionError:
            self.disconnected(socket)

    # ---- The end

    async def aclose(self) -> None:
        """Close all connections and cancel all background tasks."""
        for socket in list(self._connections):
            await socket.close()
        await super().aclose()


def _disconnect(reason: str) -> str:
    return json.dumps({"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}})
