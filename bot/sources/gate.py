"""A rate limiter for arXiv: one request at a time, three seconds apart, across all processes of a bot.

The scheduler and a command may fetch at the same time, and to arXiv both are one user. So a request holds a
file lock, and a file beside it says since when and for how long nobody may ask. A refusal in one process thus
holds back the others, and the next one after a restart. Where several machines share a database server, a
lease there is the lock, and the note that its holder leaves is the file.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Annotated, Protocol, TypeVar

import httpx
from filelock import BaseFileLock, FileLock, Timeout
from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError

from bot.background import to_its_end
from bot.clock import Clock
from bot.errors import SourceError, SourceRefusedError, SourceUnreachableError
from bot.files import PRIVATE_FILE, PRIVATE_FOLDER, make_lock, make_private
from bot.retries import Backoff
from storage.claims import Claim, Claims

SECONDS_BETWEEN_REQUESTS = 3.0

_BACKOFF = Backoff(first=timedelta(seconds=15), longest=timedelta(minutes=15), jitter=0.5)
# The longest that a caller waits while arXiv refuses requests.
_PATIENCE = 90.0
# When to give up on another process's turn.
_LONGEST_TURN = 600.0
_A_DAY = 86_400.0
_RETRYABLE = frozenset({httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE})

_logger = logging.getLogger(__name__)

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class _Shut:
    """Since when and for how long nobody may ask, and why."""

    at: AwareDatetime
    seconds: Annotated[float, Field(ge=0, le=_A_DAY)]
    #: How many refusals came in a row.
    troubles: Annotated[int, Field(ge=0, le=10)] = 0
    #: The last refusal, in a sentence; empty where the last request succeeded.
    trouble: str = ""
    #: The status of the last refusal; `None` where no answer came.
    status: int | None = None


_SHUT = TypeAdapter(_Shut)


class Gate:
    """Lets one request through at a time, each three seconds after the last answer.

    Counted from the answer, two requests are three seconds apart at arXiv's end too, whatever the latency.
    After a 429, a 503 or no answer the gate stays shut, twice as long with each further one. A refused
    request is retried if the wait is short; otherwise it raises the refusal, and so does any request until
    the gate opens: nothing queues up before a service that is down.

    The processes of a machine share a file; without one, or where it cannot be written, the gate is this
    process's own. Those of several machines share their claims instead: one that dies in the middle of a
    request then holds up the others until its lease ends. Moments come from the machine's clock: one in the
    future counts as now, so a clock that is set back costs one wait at most.
    """

    def __init__(self, clock: Clock, random: Random, shared: Path | Claims | None = None) -> None:
        self._clock = clock
        self._random = random
        self._queue = asyncio.Lock()
        self._turn: _Turn = _LeasedTurn(shared) if isinstance(shared, Claims) else _FileTurn(shared)
        self._shut = _Shut(clock.now(), 0.0)

    async def run(
        self, request: Callable[[], Awaitable[_Answer]], *, has_another_way: bool = False
    ) -> _Answer:
        """Return the request's result; raises what it raises, or the last refusal while the gate is shut.

        Where the caller has another way to the same, a 503 is raised at once: it may be of this way alone.
        """
        async with self._queue:
            while True:
                await self._pass()
                try:
                    answer = await request()
                except SourceError as error:
                    is_of_this_way = has_another_way and _has_status(error, httpx.codes.SERVICE_UNAVAILABLE)
                    self._answered(None if is_of_this_way else error)
                    if is_of_this_way or not _is_retryable(error):
                        raise
                    _logger.info(
                        "%s The next request waits %.0f seconds.",
                        error,
                        self._shut.seconds,
                        extra={"action": "wait", "source": "arxiv"},
                    )
                except BaseException:
                    self._close(SECONDS_BETWEEN_REQUESTS)
                    raise
                else:
                    self._answered(None)
                    return answer
                finally:
                    await to_its_end(self._turn.release())

    async def pause(self) -> None:
        """Wait before a second request within one turn, as after a redirect."""
        await self._clock.sleep(SECONDS_BETWEEN_REQUESTS)
        self._close(SECONDS_BETWEEN_REQUESTS)

    async def _pass(self) -> None:
        """Wait until the gate is open, and return holding the turn."""
        while True:
            await self._take_turn()
            seconds = self._seconds_left()
            if seconds <= 0:
                # A process killed in the middle of a request leaves this behind.
                self._close(SECONDS_BETWEEN_REQUESTS)
                return
            await to_its_end(self._turn.release())
            if self._shut.trouble and seconds > _PATIENCE:
                raise _last_refusal(self._shut, seconds)
            # A clock counts whole microseconds and may round a shorter wait to zero.
            await self._clock.sleep(max(seconds, 0.001))

    async def _take_turn(self) -> None:
        waited = 0.0
        while not await self._turn.take():
            if waited >= _LONGEST_TURN:
                raise SourceUnreachableError(
                    f"{self._turn.another} has been asking arXiv for {waited:.0f} seconds."
                )
            await self._clock.sleep(self._turn.seconds_between_tries)
            waited += self._turn.seconds_between_tries

    def _seconds_left(self) -> float:
        shared = self._turn.read(self._shut)
        if shared is None:
            self._close(SECONDS_BETWEEN_REQUESTS)
            return SECONDS_BETWEEN_REQUESTS
        self._shut = shared
        passed = (self._clock.now() - shared.at).total_seconds()
        if passed < 0:  # A clock was set back, so the elapsed time is unknown.
            self._close(self._shut.seconds)
            passed = 0.0
        return self._shut.seconds - passed

    def _answered(self, error: SourceError | None) -> None:
        if error is None or not _is_outage(error):
            self._shut = replace(self._shut, troubles=0, trouble="", status=None)
            self._close(SECONDS_BETWEEN_REQUESTS)
            return
        wait = _BACKOFF.wait(self._shut.troubles, self._random).total_seconds()
        status = error.status if isinstance(error, SourceRefusedError) else None
        troubles = min(self._shut.troubles + 1, 10)
        self._shut = replace(self._shut, troubles=troubles, trouble=str(error), status=status)
        self._close(max(wait, getattr(error, "retry_after", None) or 0.0))

    def _close(self, seconds: float) -> None:
        self._shut = replace(self._shut, at=self._clock.now(), seconds=min(seconds, _A_DAY))
        self._turn.write(self._shut)


class _Turn(Protocol):
    """The turn among processes, and what the one that had it last leaves for the next."""

    #: Who may have it instead of this process, for a sentence.
    another: str
    #: How often to try to take it.
    seconds_between_tries: float

    async def take(self) -> bool:
        """Try to take the turn and return whether it was free."""
        ...

    async def release(self) -> None:
        """Release the turn."""
        ...

    def read(self, own: _Shut) -> _Shut | None:
        """Return the state that a process wrote last, `own` where there is none, `None` for nonsense."""
        ...

    def write(self, shut: _Shut) -> None:
        """Write the state for the other processes."""
        ...


class _LeasedTurn:
    """The turn among the processes of several machines, as a lease with a note."""

    another = "Another process"
    # Each try is a transaction.
    seconds_between_tries = 1.0

    def __init__(self, claims: Claims) -> None:
        self._claims = claims
        self._claim: Claim | None = None
        self._note: str | None = None

    async def take(self) -> bool:
        """Try to take the turn and return whether it was free."""
        self._claim = await self._claims.claim("a request to arXiv")
        self._note = self._claim.lease.note if self._claim else None
        return self._claim is not None

    async def release(self) -> None:
        """Release the turn, with the state that was written meanwhile."""
        claim, self._claim = self._claim, None
        if claim:
            await self._claims.release(claim, self._note)

    def read(self, own: _Shut) -> _Shut | None:
        """Return the state that a process wrote last, `own` where there is none, `None` for nonsense."""
        try:
            return _SHUT.validate_json(self._note) if self._note else own
        except ValidationError:
            return None

    def write(self, shut: _Shut) -> None:
        """Leave the state for the next process."""
        self._note = _SHUT.dump_json(shut).decode()


class _FileTurn:
    """The turn among a machine's processes, as a file lock, and the shared file with the gate's state.

    Nothing here blocks: the lock is taken at once or not at all, and the file has one line.
    """

    another = "Another process of this machine"
    seconds_between_tries = 0.2

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._lock: BaseFileLock | None = None
        try:
            self._file = file.expanduser() if file else None
        except RuntimeError as error:  # No home directory.
            self._go_alone(error)
        if self._file:
            self._lock = FileLock(f"{self._file}.lock", mode=PRIVATE_FILE)

    async def take(self) -> bool:
        """Try to take the turn and return whether it was free; it always is where it is not shared."""
        if self._lock is None or self._file is None:
            return True
        try:
            self._file.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
            make_lock(Path(self._lock.lock_file))
            self._lock.acquire(blocking=False)
        except Timeout:
            return False
        except (OSError, NotImplementedError) as error:
            self._go_alone(error)
        return True

    async def release(self) -> None:
        """Release the turn."""
        if self._lock is not None:
            self._lock.release()

    def read(self, own: _Shut) -> _Shut | None:
        """Return the state that a process wrote last, `own` where there is none, `None` for nonsense."""
        if self._file is None:
            return own
        try:
            return _SHUT.validate_json(self._file.read_bytes())
        except FileNotFoundError:
            return own
        except ValidationError:
            return None
        except OSError as error:
            self._go_alone(error)
            return own

    def write(self, shut: _Shut) -> None:
        """Write the state for the other processes."""
        if self._file is None:
            return
        try:
            make_private(self._file)
            self._file.write_bytes(_SHUT.dump_json(shut))
        except OSError as error:
            self._go_alone(error)

    def _go_alone(self, error: Exception) -> None:
        _logger.warning(
            "%s cannot be used (%s): other processes of this machine may ask arXiv at the same time.",
            self._file,
            error,
            extra={"action": "wait", "source": "arxiv"},
        )
        if self._lock is not None:
            self._lock.release()
        self._file = self._lock = None


def _is_outage(error: SourceError) -> bool:
    return isinstance(error, SourceUnreachableError) or _is_retryable(error)


def _is_retryable(error: SourceError) -> bool:
    return _has_status(error, *_RETRYABLE)


def _has_status(error: SourceError, *statuses: int) -> bool:
    return isinstance(error, SourceRefusedError) and error.status in statuses


def _last_refusal(shut: _Shut, seconds: float) -> SourceError:
    """Return the last refusal again, in its own words, so that an outage is logged only once."""
    if shut.status is None:
        return SourceUnreachableError(shut.trouble)
    return SourceRefusedError(shut.trouble, shut.status, seconds)
