"""Faults on demand: what goes wrong, for which calls, and how often."""

import itertools
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from bot.sandbox.errors import NotPossibleError
from bot.sandbox.methods import METHODS

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
]
"""What can go wrong.

For calls: `status` answers with an HTTP status (429 with `Retry-After`, in `seconds`) and `error` with a
Slack error, both without effect unless `written`; `drop_before_write` and `drop_after_write` close the
connection instead of answering; `write_late` closes it too, and the call takes effect `seconds` later;
`show_late` hides what was written for `seconds` from every reader; `delay` answers `seconds` late. For the
socket: `drop_socket` cuts a connection when the next envelope goes out, `silence_pings` leaves the next
pings unanswered, `lose_ack` forgets the next acknowledgements. Several faults on one call add up.
"""

SOCKET_KINDS = frozenset({"drop_socket", "silence_pings", "lose_ack"})


class Fault(BaseModel):
    """One fault: it lets `skip` matching calls pass, then strikes `times` times.

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
    id: int = 0

    @field_validator("method")
    @classmethod
    def _is_known(cls, value: str) -> str:
        if value not in METHODS and value not in {"*", "response_url"}:
            message = f"{value} is no method that the sandbox knows"
            raise ValueError(message)
        return value


@dataclass(frozen=True)
class Plan:
    """What happens to one call: all faults that struck, put together."""

    status: int | None = None
    error: str | None = None
    dropped: bool = False
    written: bool = True
    write_after: float = 0.0
    show_after: float = 0.0
    answer_after: float = 0.0
    retry_after: float = 0.0


@dataclass
class Faults:
    """The faults that are set, in the order in which they were."""

    _active: list[Fault] = field(default_factory=list)
    _ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def add(self, kind: Kind, **options: Any) -> Fault:
        """Set a fault; `options` are the fields of `Fault`. Raises NotPossibleError for malformed ones."""
        try:
            fault = Fault.model_validate({**options, "kind": kind, "id": next(self._ids)})
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            raise NotPossibleError(f"No such fault: {place}: {first['msg']}.") from error
        self._active.append(fault)
        return fault

    def list(self) -> list[dict[str, Any]]:
        """Return the faults that have not yet struck as often as they will."""
        return [fault.model_dump() for fault in self._active]

    def clear(self) -> None:
        """Remove all faults."""
        self._active.clear()

    def strikes(self, kind: Kind) -> bool:
        """Tell whether a socket fault of this kind strikes now, and count it."""
        return any(self._struck(fault) for fault in list(self._active) if fault.kind == kind)

    def plan(self, method: str) -> Plan:
        """Return what happens to this call of `method`, and count the faults that strike."""
        struck = [
            fault
            for fault in list(self._active)
            if fault.kind not in SOCKET_KINDS and fault.method in {method, "*"} and self._struck(fault)
        ]
        return _together(struck)

    def _struck(self, fault: Fault) -> bool:
        if fault.skip > 0:
            fault.skip -= 1
            return False
        fault.times -= 1
        if fault.times <= 0:
            self._active.remove(fault)
        return True


def _together(struck: list[Fault]) -> Plan:
    by_kind = {fault.kind: fault for fault in struck}
    answered_badly = [fault for fault in struck if fault.kind in {"status", "error"}]
    status, error = by_kind.get("status"), by_kind.get("error")
    return Plan(
        status=status.status if status else None,
        error=error.error if error else None,
        dropped=not by_kind.keys().isdisjoint({"drop_before_write", "drop_after_write", "write_late"}),
        written="drop_before_write" not in by_kind and all(fault.written for fault in answered_badly),
        write_after=_seconds(by_kind.get("write_late")),
        show_after=_seconds(by_kind.get("show_late")),
        answer_after=_seconds(by_kind.get("delay")),
        retry_after=_seconds(status),
    )


def _seconds(fault: Fault | None) -> float:
    return fault.seconds if fault else 0.0
