"""Injected faults: what goes wrong, for which calls, and how often."""

import itertools
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.sandbox.errors import NotPossibleError

Kind = Literal[
    "status",
    "error",
    "drop_before_write",
    "drop_after_write",
    "write_late",
    "show_late",
    "delay",
    "drop_socket",
    "silence_pings",
    "lose_ack",
    "lose_image",
]
"""The kinds of faults.

For calls: `status` responds with an HTTP status (429 with `Retry-After` of `seconds`) and `error` with a
Slack error, both without effect unless `written`. `drop_before_write` and `drop_after_write` drop the
connection instead of responding. `write_late` drops it too, and the call takes effect `seconds` later.
`show_late` hides a written message from every reader for `seconds`. `delay` responds `seconds` late. For the
socket: `drop_socket` aborts a connection when the next envelope is sent, `silence_pings` leaves the next
pings unanswered, `lose_ack` discards the next acknowledgements. `lose_image` has Slack fail to load the
images of `host` in the next calls that show any, which it then rejects. Several faults on one call combine.
"""

SOCKET_KINDS = frozenset({"drop_socket", "silence_pings", "lose_ack"})
_NOT_PLANNED = SOCKET_KINDS | {"lose_image"}


class Fault(BaseModel):
    """One fault: it skips `skip` matching calls, then strikes `times` times.

    `method` is a Web API method, `response_url`, or `*` for all of them.
    """

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    method: str = "*"
    times: int = Field(default=1, ge=1)
    skip: int = Field(default=0, ge=0)
    status: int = Field(default=500, ge=200, le=599)
    error: str = "internal_error"
    seconds: float = Field(default=0.0, ge=0)
    written: bool = False
    host: str = ""
    id: int = 0


@dataclass(frozen=True)
class Plan:
    """What happens to one call: the combination of all faults that struck."""

    status: int | None = None
    error: str | None = None
    dropped: bool = False
    written: bool = True
    write_after: float = 0.0
    show_after: float = 0.0
    answer_after: float = 0.0
    retry_after: float = 0.0


class Faults:
    """The active faults of a workspace whose Web API has `methods`."""

    def __init__(self, methods: Collection[str]) -> None:
        self._methods = frozenset({*methods, "response_url", "*"})
        self._active: list[Fault] = []
        self._ids = itertools.count(1)

    def add(self, kind: Kind, **options: Any) -> Fault:
        """Add a fault; `options` are the fields of `Fault`. Raises NotPossibleError for malformed ones."""
        try:
            fault = Fault.model_validate({**options, "kind": kind, "id": next(self._ids)})
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            raise NotPossibleError(f"Invalid fault: {place}: {first['msg']}.") from error
        if fault.method not in self._methods:
            raise NotPossibleError(f"Invalid fault: the sandbox has no method {fault.method}.")
        self._active.append(fault)
        return fault

    def list(self) -> list[dict[str, Any]]:
        """Return the active faults in the order of their addition."""
        return [fault.model_dump() for fault in self._active]

    def clear(self) -> None:
        """Remove all faults."""
        self._active.clear()

    def strikes(self, kind: Kind) -> bool:
        """Return whether a socket fault of this kind strikes now, and count the strike."""
        return any(self._struck(fault) for fault in list(self._active) if fault.kind == kind)

    def loses_image(self, hosts: Collection[str]) -> Collection[str]:
        """Return of which of these hosts the images do not load now, and count the strikes."""
        losing = [fault for fault in list(self._active) if fault.kind == "lose_image" and fault.host in hosts]
        return {fault.host for fault in losing if self._struck(fault)}

    def plan(self, method: str) -> Plan:
        """Return what happens to this call of `method`, and count the strikes."""
        struck = [
            fault
            for fault in list(self._active)
            if fault.kind not in _NOT_PLANNED and fault.method in {method, "*"} and self._struck(fault)
        ]
        return _combined(struck)

    def _struck(self, fault: Fault) -> bool:
        if fault.skip > 0:
            fault.skip -= 1
            return False
        fault.times -= 1
        if fault.times <= 0:
            self._active.remove(fault)
        return True


def _combined(struck: list[Fault]) -> Plan:
    by_kind = {fault.kind: fault for fault in struck}
    failed = [fault for fault in struck if fault.kind in {"status", "error"}]
    status, error = by_kind.get("status"), by_kind.get("error")
    return Plan(
        status=status.status if status else None,
        error=error.error if error else None,
        dropped=not by_kind.keys().isdisjoint({"drop_before_write", "drop_after_write", "write_late"}),
        written="drop_before_write" not in by_kind and all(fault.written for fault in failed),
        write_after=_seconds(by_kind.get("write_late")),
        show_after=_seconds(by_kind.get("show_late")),
        answer_after=_seconds(by_kind.get("delay")),
        retry_after=_seconds(status),
    )


def _seconds(fault: Fault | None) -> float:
    return fault.seconds if fault else 0.0
