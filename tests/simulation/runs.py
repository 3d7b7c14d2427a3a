"""A simulated run: its plan, and the record of what happened."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.sandbox import Workspace
from bot.sandbox.faults import Kind
from storage.address import Address
from tests.simulation.faults import Trouble


@dataclass(frozen=True, slots=True)
class Oddity:
    """Answers to calls of a method that took effect, and are distorted: after `skip` of them, `times`."""

    name: str
    method: str
    #: Makes of the body what arrives; anything but an object is no answer.
    distort: Callable[[dict[str, Any]], object]
    skip: int = 0
    times: int = 1

    def strikes(self, number: int) -> bool:
        """Return whether it befalls the answer to this call of the method, counted from 0."""
        return self.skip <= number < self.skip + self.times


@dataclass(frozen=True, slots=True)
class LifePlan:
    """One life of a process.

    Its points are numbered from 1: each moment at which it awaits anything, and each side of each commit.
    """

    #: Seconds after the previous life, or after the start.
    begins_after: float = 0.0
    #: The point at which it is killed, if at all.
    dies_at: int | None = None
    #: The point at which the whole process is suspended, as on a laptop, if at all.
    stops_at: int | None = None
    #: For how many seconds.
    stops_for: float = 0.0


@dataclass(frozen=True, slots=True)
class RunPlan:
    """All that is decided about a run before it begins."""

    seed: int
    cards: int
    #: Whether two people get what each follows of these papers, in place of a channel that gets them all.
    is_personal: bool = False
    #: The lives of the first process, one after the other.
    lives: Sequence[LifePlan] = (LifePlan(),)
    #: Those of other processes beside it.
    other_lives: Sequence[Sequence[LifePlan]] = ()
    #: Whether a new life of the first process holds the lock, and so knows that no other is alive.
    takes_over: bool = True
    #: Whether Slack slows down reading, as it does for some apps.
    is_distributed: bool = False
    #: Whether the bot may read the channel at all.
    may_read: bool = True
    #: The share of commits that fail because the disk is full.
    disk_full_rate: float = 0.0
    #: The share of calls on the database before which it drops all connections; on a server only.
    dropped_rate: float = 0.0
    #: The share of commits of which nobody learns whether the server made them.
    unsure_rate: float = 0.0
    #: How many seconds after the digest is due the database server is restarted, if at all.
    restarts_after: float | None = None
    #: The share of calls that fail, once `troubles` are used up.
    trouble_rate: float = 0.0
    #: What happens to the first posts and updates, in order.
    troubles: Sequence[Trouble] = ()
    #: Faults of the sandbox that are there from the start: kind and options.
    faults: Sequence[tuple[Kind, Mapping[str, Any]]] = ()
    #: What becomes of some of Slack's answers on their way.
    oddities: Sequence[Oddity] = ()
    #: How many seconds after the digest is due its list comes; `None` if it is there beforehand.
    list_after: float | None = None
    #: How many seconds after the digest is due a person pauses it, if at all; and for how many seconds.
    pause: tuple[float, float] | None = None
    #: Whether cards show their papers' pictures.
    has_pictures: bool = False


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message when it appears in the channel."""

    channel: str
    ts: str
    position: int
    #: Whether it appeared after its sender had given it up.
    came_late: bool


@dataclass
class Record:
    """What an observer of the workspace saw, and what the world did."""

    plan: RunPlan
    titles: Sequence[str]
    workspace: Workspace
    database: Address
    arrivals: list[Arrival] = field(default_factory=list)
    #: The channels and positions of posts that Slack showed over two settling times after the decision to
    #: send them.
    very_late: set[tuple[str, int]] = field(default_factory=set)
    #: When Slack answered 429 because of posting too fast.
    crowded: list[datetime] = field(default_factory=list)
    #: What the bot's loops survived and logged.
    errors: list[str] = field(default_factory=list)
    troubles: Counter[str] = field(default_factory=Counter)
    deaths: int = 0
    stops: int = 0
    points: int = 0
    failed_commits: int = 0
    #: How often the database dropped all connections, left a commit in doubt, and was restarted.
    dropped: int = 0
    unsure: int = 0
    restarts: int = 0
    #: The posts that were begun while digests were paused.
    begun_in_pause: list[int] = field(default_factory=list)
    #: How long it took until no work was left; `None` if some was at the end of the run.
    ended_after: timedelta | None = None

    @property
    def channel(self) -> str:
        """The id of the channel that is delivered to."""
        return self.workspace.channel("papers").id
