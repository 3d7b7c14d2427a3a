"""Clicks, forms and events that no button or form of this version sends, over the real socket."""

import asyncio
import copy
import json
from collections.abc import Iterable, Iterator
from typing import Any

from bot.sandbox import Workspace, payloads
from bot.sandbox.records import Channel, Message, Person, View
from tests.support.stage import Stage

PAPER = "2509.21240"

ODD_VALUES: tuple[Any, ...] = (
    None,
    "",
    " ",
    "null",
    "true",
    "[]",
    "{}",
    '"2509.21240"',
    "0",
    "-1",
    "12.5",
    "9" * 2000,
    "[" * 2000,
    "\x00",
    "2509.21240v2",
    "math.GT/0309136",
    "<!channel>",
    5,
    True,
    [PAPER],
    {"paper": PAPER},
    json.dumps({"offset": 10}),
    json.dumps({"offset": "10", "day": None}),
    json.dumps({"offset": True, "day": None}),
    json.dumps({"offset": -10, "day": None}),
    '{"offset": 1e400, "day": null}',
    json.dumps({"offset": 10**30, "day": "2025-09-29"}),
    json.dumps({"offset": 0, "day": "2025-02-30"}),
    json.dumps({"offset": 0, "day": 20250929}),
    json.dumps({"paper": 2509.2124, "offset": 0, "day": None}),
    json.dumps({"offset": 0, "day": None, "week": "2025-09-30", "saves": False}),
    json.dumps({"offset": 0, "day": None, "week": "9999-12-27", "saves": False}),
    json.dumps({"offset": 0, "day": None, "week": "2025-09-29", "saves": 2}),
    json.dumps({"paper": PAPER}),
    json.dumps({"paper": PAPER, "page": [0]}),
    json.dumps({"offset": 0, "day": None, "own": "#" * 2000}),
    json.dumps({"offset": 0, "day": None, "own": {"person": "U2"}}),
    json.dumps({"paper": PAPER, "offset": 0, "day": None, "own": 5, "person": "U2", "workspace": "T2"}),
    json.dumps({"offset": 0, "discussed": "yes"}),
    json.dumps({"offset": -1, "discussed": True, "channel": "C2"}),
    json.dumps({"do": "figures", "paper": PAPER}),
    json.dumps({"do": ["figures"], "paper": PAPER, "language": "en"}),
    json.dumps({"do": "explode", "paper": PAPER, "language": "en"}),
    json.dumps({"do": "again", "paper": PAPER, "language": 5}),
    json.dumps({"do": "report", "paper": "x", "language": "en"}),
    json.dumps({"do": "report", "paper": PAPER, "language": "no language"}),
)
"""What may come back: nothing, another shape, a missing key, an older version's or another kind's value."""


class Forger:
    """Sends the app what a person's client would send, with whatever in it."""

    def __init__(self, stage: Stage, name: str) -> None:
        self._stage = stage
        self._person = stage.workspace.person(name)

    @property
    def workspace(self) -> Workspace:
        return self._stage.workspace

    @property
    def person(self) -> Person:
        return self._person

    def on_message(self, channel: Channel, message: Message, action: dict[str, Any]) -> dict[str, Any]:
        return payloads.actions_in_message(self.workspace, self._person, channel, message, self._sent(action))

    def in_view(self, view: View, action: dict[str, Any]) -> dict[str, Any]:
        return payloads.actions_in_view(self.workspace, self._person, view, self._sent(action))

    def form(self, view: View, **changed: Any) -> dict[str, Any]:
        sent = payloads.view_submission(self.workspace, self._person, view)
        return {**sent, "view": {**sent["view"], **changed}}

    def message_shortcut(self, message: dict[str, Any], callback_id: str) -> dict[str, Any]:
        offered = self.workspace.manifest.features.shortcuts
        chosen = next(each for each in offered if each.callback_id == callback_id)
        channel = self.workspace.channel(message["channel"])
        on = channel.messages[message["ts"]]
        return payloads.message_action(self.workspace, self._person, channel, on, chosen)

    async def send(self, payload: dict[str, Any], kind: str = "interactive") -> dict[str, Any] | None:
        """Send the payload and return the app's acknowledgement; raises NotAnsweredError without one."""
        return await self._stage.sandbox.socket_mode.request(kind, payload)

    async def send_all(self, sent: Iterable[dict[str, Any]], kind: str = "interactive") -> int:
        """Send the payloads, some at once, wait until the app has handled all, and return their number."""
        gate, payloads_sent = asyncio.Semaphore(8), list(sent)

        async def send(payload: dict[str, Any]) -> None:
            async with gate:
                await self.send(payload, kind)

        await asyncio.gather(*map(send, payloads_sent))
        await handled()
        return len(payloads_sent)

    def _sent(self, action: dict[str, Any]) -> dict[str, Any]:
        return {"type": "button", "block_id": "b", "action_ts": self.workspace.new_ts(), **action}


async def handled() -> None:
    """Wait until Bolt's listeners have returned."""
    while running := [each for each in asyncio.all_tasks() if "run_ack_function" in str(each.get_coro())]:
        await asyncio.wait(running)


def with_value(action_id: str, value: Any) -> dict[str, Any]:
    """Return the action of a button with the value, with none at all for `None`."""
    return {"action_id": action_id, **({} if value is None else {"value": value})}


def with_option(action_id: str, value: Any) -> dict[str, Any]:
    """Return the action of a menu whose chosen option has the value; no option for `None`."""
    option = None if value is None else {"value": value}
    return {"action_id": action_id, "type": "overflow", "selected_option": option}


ODD_SHAPES: tuple[Any, ...] = (None, [], {}, "", 5, True, ["x"])
"""What may stand in the place of any part of a request."""


def misshapen(payload: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the payload with each of its parts, but for drawn blocks, in each odd shape."""
    for path in _paths(payload):
        for odd in ODD_SHAPES:
            if "blocks" not in path:
                yield _changed(payload, path, odd)


def _paths(value: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    inner = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
    for key, each in inner:
        yield (*at, key)
        yield from _paths(each, (*at, key))


def _changed(payload: dict[str, Any], path: tuple[str | int, ...], odd: Any) -> dict[str, Any]:
    changed = copy.deepcopy(payload)
    inner: Any = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = odd
    return changed
