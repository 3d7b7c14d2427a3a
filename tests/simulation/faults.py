"""Faults between the bot and Slack, drawn for each call."""

from dataclasses import dataclass
from random import Random
from typing import Any

from bot.sandbox import Workspace
from bot.sandbox.faults import Kind

POST, UPDATE, DELETE = "chat.postMessage", "chat.update", "chat.delete"

MAYBE_DONE = ("internal_error", "fatal_error", "request_timeout", "service_unavailable")


@dataclass(frozen=True, slots=True)
class Trouble:
    """What happens to one call: a fault of the sandbox, or a refused connection."""

    name: str
    kind: Kind | None = None
    options: tuple[tuple[str, Any], ...] = ()
    #: Seconds after the call until the message that it writes can be read.
    shows_after: float = 0.0

    def __str__(self) -> str:
        return " ".join([self.name, *(str(value) for _, value in self.options)])

    def befall(self, workspace: Workspace, method: str) -> None:
        """Inject it into the next call of the method."""
        if self.kind:
            workspace.faults.add(self.kind, method=method, **dict(self.options))


CALM = Trouble("nothing")
REFUSED_CONNECTION = Trouble("connection refused")


def trouble(kind: Kind, **options: Any) -> Trouble:
    """Return a fault of the sandbox with these options."""
    is_late = kind in {"write_late", "show_late"}
    shows_after = float(options["seconds"]) if is_late else 0.0
    return Trouble(kind, kind, tuple(options.items()), shows_after)


def draw(random: Random, method: str) -> tuple[Trouble, ...]:
    """Draw the faults of one call; several add up."""
    if method == POST:
        return random.choice(_OF_POSTS)(random)
    return (random.choice(_OF_ACTS if method in {UPDATE, DELETE} else _OF_READS)(random),)


def _lost_before(_: Random) -> Trouble:
    return trouble("drop_before_write")


def _lost_after(_: Random) -> Trouble:
    return trouble("drop_after_write")


def _rate_limited(random: Random) -> Trouble:
    return trouble("status", status=429, seconds=float(random.randint(1, 30)))


def _server_error(random: Random) -> Trouble:
    return trouble("status", status=random.choice((500, 502, 503)), written=random.random() < 0.5)


def _maybe_done(random: Random) -> Trouble:
    return trouble("error", error=random.choice(MAYBE_DONE), written=random.random() < 0.5)


def _slow(random: Random) -> Trouble:
    return trouble("delay", seconds=random.uniform(1, 45))


def _refused(_: Random) -> Trouble:
    return REFUSED_CONNECTION


def _written_late(random: Random) -> Trouble:
    """Draw a write that one or two looks find, or one that arrives while its second copy is on its way."""
    return trouble("write_late", seconds=random.choice((random.uniform(5, 38), random.uniform(41, 45))))


def _hidden(random: Random) -> Trouble:
    return trouble("show_late", seconds=random.uniform(1, 15))


def _late_and_hidden(random: Random) -> tuple[Trouble, ...]:
    return _written_late(random), _hidden(random)


def _lost_and_hidden(random: Random) -> tuple[Trouble, ...]:
    return _lost_after(random), _hidden(random)


_OF_READS = (_lost_before, _rate_limited, _server_error, _maybe_done, _slow, _refused)
_OF_ACTS = (*_OF_READS, _lost_after)
_OF_POSTS = (
    *(
        lambda random, one=one: (one(random),)
        for one in (*_OF_ACTS, _lost_after, *[_written_late] * 4, _hidden)
    ),
    _late_and_hidden,
    _lost_and_hidden,
)

SINGLE = (
    trouble("drop_after_write"),
    trouble("write_late", seconds=15.0),
    trouble("drop_before_write"),
    trouble("status", status=429, seconds=3.0),
    trouble("status", status=500, written=True),
    trouble("error", error="internal_error", written=True),
    trouble("error", error="service_unavailable"),
    trouble("show_late", seconds=15.0),
    trouble("write_late", seconds=44.0),
    trouble("delay", seconds=40.0),
    REFUSED_CONNECTION,
)
"""One fault of each kind, for runs through all points of a digest; the most harmful come first."""
