"""Claims on work that several workers may find, so that one of them does it; a worker is a running process.

    claimed ──its worker renews all its leases, and each commit of the work renews its own──► released
       └──its worker dies, or is paused beyond the lease──► taken over, and what it still writes is refused

Leases compare the clocks of several machines, which therefore have to agree to within a few seconds.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import TypeVar
from uuid import uuid4

from bot.background import Background, to_its_end
from bot.clock import Clock
from bot.errors import StorageError, UnwritableStorageError
from storage.records import Lease
from storage.runner import Runner
from storage.tables import Tables

LEASE = timedelta(seconds=120)
"""How long work stays claimed without a sign of life."""

_RENEWALS_A_LEASE = 4
_SECONDS_BETWEEN_TRIES = 1.0

_WORKER = "worker "

_T = TypeVar("_T")

_logger = logging.getLogger(__name__)


def number_of_workers(held: Iterable[str]) -> int:
    """Return how many workers share the work, by the names of all leases that are held; at least this one."""
    return max(sum(name.startswith(_WORKER) for name in held), 1)


class Claim:
    """Work that this worker has claimed."""

    def __init__(self, lease: Lease, clock: Clock, duration: timedelta) -> None:
        self.lease = lease
        self._clock = clock
        self._duration = duration

    def renew(self, tables: Tables) -> None:
        """Renew the lease, in the transaction that writes what the work has come to.

        Raises `LeaseLostError`, so that nothing is written, if another worker has taken over.
        """
        tables.leases.renew(self.lease, self._clock.now() + self._duration)

    def around(self, write: Callable[[Tables], _T]) -> Callable[[Tables], _T]:
        """Return the write as one that is refused with `LeaseLostError` if another worker has taken over."""

        def guarded(tables: Tables) -> _T:
            self.renew(tables)
            return write(tables)

        return guarded


class Claims:
    """What one worker has claimed; each of its parts that does work claims it here.

    `keep` has to run beside the work, or `renew` to be called at least twice in the time of a lease.
    """

    def __init__(
        self, storage: Runner, clock: Clock, lease: timedelta = LEASE, worker: str | None = None
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._lease = lease
        self.worker = worker or uuid4().hex
        self._held: dict[str, Claim] = {}

    async def join(self) -> None:
        """Be counted among the workers that share the work."""
        await self.claim(f"{_WORKER}{self.worker}")

    @asynccontextmanager
    async def held(self, name: str) -> AsyncIterator[Claim | None]:
        """Hold the claim on the named work until the block ends; `None` where somebody does it already."""
        claim = await self.claim(name)
        try:
            yield claim
        finally:
            if claim:
                await to_its_end(self.release(claim))

    @asynccontextmanager
    async def awaited(self, name: str) -> AsyncIterator[Claim]:
        """Hold the claim until the block ends, as soon as nobody else does; a dead worker's lease ends."""
        while True:
            async with self.held(name) as claim:
                if claim:
                    yield claim
                    return
            await self._clock.sleep(_SECONDS_BETWEEN_TRIES)

    async def claim(self, name: str) -> Claim | None:
        """Claim the named work, or return `None` where somebody does it already, in this worker too."""
        claiming = asyncio.create_task(self._claim(name))
        try:
            return await asyncio.shield(claiming)
        except asyncio.CancelledError:
            if claim := await claiming:
                await self.release(claim)
            raise

    async def _claim(self, name: str) -> Claim | None:
        now = self._clock.now()
        lease = await self._storage.write(
            lambda tables: tables.leases.claim(name, self.worker, now, self._lease)
        )
        if lease is None:
            return None
        self._held[name] = claim = Claim(lease, self._clock, self._lease)
        return claim

    async def release(self, claim: Claim, note: str | None = None) -> None:
        """Release the claim and leave a note for whoever is next; where that fails, its lease ends."""
        if self._held.get(claim.lease.name) is claim:
            del self._held[claim.lease.name]
        now = self._clock.now()
        try:
            await self._storage.write(lambda tables: tables.leases.release(claim.lease, now, note))
        except StorageError as error:
            _logger.warning("%s", error, extra={"action": "release", "lease": claim.lease.name})

    async def renew(self) -> None:
        """Renew all that this worker holds, but nothing that another has taken over."""
        until, names = self._clock.now() + self._lease, list(self._held)
        if names:
            await self._storage.write(lambda tables: tables.leases.renew_all(self.worker, names, until))

    async def keep(self) -> None:
        """Renew all that this worker holds for as long as it runs."""
        while True:
            # In real time, as the other workers live in.
            await asyncio.sleep(self._lease.total_seconds() / _RENEWALS_A_LEASE)
            try:
                await self.renew()
            except UnwritableStorageError:
                # The runner says so for all.
                continue
            except StorageError as error:
                _logger.warning("%s", error, extra={"action": "renew"})

    async def release_all(self) -> None:
        """Release all that this worker holds, so that others take over at once."""
        if self._held:
            self._held.clear()
            now = self._clock.now()
            await self._storage.write(lambda tables: tables.leases.release_all(now, self.worker))


@asynccontextmanager
async def open_claims(storage: Runner, clock: Clock, lease: timedelta) -> AsyncIterator[Claims]:
    """Give a worker its claims, renewed until the block ends, and released then."""
    claims, background = Claims(storage, clock, lease), Background()
    background.start(claims.keep())
    try:
        yield claims
    finally:
        await background.aclose()
        with suppress(StorageError):
            # They end by themselves.
            await claims.release_all()
