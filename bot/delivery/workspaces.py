"""The workspaces in which this worker posts: Slack limits each, so one worker at a time posts in it."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from math import ceil

from bot.background import to_its_end
from bot.clock import Clock
from bot.delivery.pacer import Pacer
from storage.claims import Claim, Claims, number_of_workers
from storage.moments import optional_moment, optional_text

_NOTHING = timedelta()


@dataclass(slots=True)
class _Workspace:
    """A workspace in which this worker has work."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    claim: Claim | None = None
    #: How many deliveries are under way in it, or about to be.
    users: int = 0


class Workspaces:
    """Claims a workspace with its first delivery under way, and releases it with the last.

    The lease's note says until when the workspace rests, so that the next worker keeps to that.
    """

    def __init__(self, claims: Claims, clock: Clock, pacer: Pacer) -> None:
        self._claims = claims
        self._clock = clock
        self._pacer = pacer
        self._entered: dict[str, _Workspace] = {}
        # What was left to the others at the last tick.
        self._left: frozenset[str] = frozenset()

    @asynccontextmanager
    async def entered(self, workspace: str) -> AsyncIterator[Claim | None]:
        """Share the claim on the workspace until the block ends; `None` where another worker posts in it."""
        shared = self._entered.setdefault(workspace, _Workspace())
        shared.users += 1
        try:
            yield await self._claim(workspace, shared)
        finally:
            await to_its_end(self._leave(workspace, shared))

    def to_enter(self, with_work: Iterable[str], held: frozenset[str]) -> frozenset[str]:
        """Return in which of the workspaces with work this worker posts now, by the names of all held leases.

        That is an even share, so that the others get theirs; what is left then, and still is at the next
        tick, nobody else wants.
        """
        every = dict.fromkeys(with_work)
        free = [each for each in every if each not in self._entered and name_of(each) not in held]
        share = ceil(len(every) / number_of_workers(held)) - len(self._entered)
        first = sorted(free, key=lambda each: each not in self._left)
        left_before = sum(each in self._left for each in free)
        taken = first[: max(share, left_before)]
        self._left = frozenset(free).difference(taken)
        return frozenset([*self._entered, *taken])

    async def _claim(self, workspace: str, shared: _Workspace) -> Claim | None:
        async with shared.lock:
            if shared.claim is None:
                shared.claim = await self._claims.claim(name_of(workspace))
                if shared.claim and not shared.claim.lease.was_own:
                    self._pacer.taken_over(workspace, self._rest_left_by(shared.claim.lease.note))
            return shared.claim

    def _rest_left_by(self, note: str | None) -> timedelta:
        """Return how long the workspace still rests by the note of whoever posted there last."""
        try:
            free_at = optional_moment(note)
        except ValueError:
            free_at = None
        return max(free_at - self._clock.now(), _NOTHING) if free_at else _NOTHING

    async def _leave(self, workspace: str, shared: _Workspace) -> None:
        async with shared.lock:
            shared.users -= 1
            if shared.users:
                return
            if shared.claim:
                free_at = self._clock.now() + self._pacer.rest_of(workspace)
                await self._claims.release(shared.claim, optional_text(free_at))
                shared.claim = None
            if not shared.users:
                # Nobody came while it was released.
                del self._entered[workspace]


def name_of(workspace: str) -> str:
    """Return the name of the lease on a workspace."""
    return f"deliveries of {workspace}"
