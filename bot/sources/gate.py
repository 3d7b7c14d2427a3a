"""The gate before arXiv: one request at a time, three seconds apart, over all processes of a machine.

The bot may fetch by its schedule and by a command at once, and to arXiv both are one user. So who asks holds
a lock, and a file beside it says since when and for how long nobody may ask; what one process was refused,
the others know, and so does the next one after a stop.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Annotated, TypeVar

import httpx
from filelock import BaseFileLock, FileLock, Timeout
from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError

from bot.clock import Clock
from bot.errors import SourceError, SourceRefusedError, SourceUnreachableError
from bot.retries import Backoff

SECONDS_BETWEEN_REQUESTS = 3.0

_BACKOFF = Backoff(first=timedelta(seconds=15), longest=timedelta(minutes=15), jitter=0.5)
# Longer than this nobody is kept waiting at the gate.
_PATIENCE = 90.0
# How often to look whether another process is done with its request, and when to give it up.
_LOOK_AGAIN = 0.2
_LONGEST_TURN = 600.0
_A_DAY = 86_400.0
_COME_BACK_LATER = frozenset({httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE})

_logger = logging.getLogger(__name__)

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class _Shut:
    """Since when and for how many seconds nobody may ask, and what the matter is where anything is.

    `troubles` counts the refusals in a row; `status` is the last one's, `None` where no answer came.
    """

    at: AwareDatetime
    seconds: Annotated[float, Field(ge=0, le=_A_DAY)]
    troubles: Annotated[int, Field(ge=0, le=10)] = 0
    trouble: str = ""
    status: int | None = None


_SHUT = TypeAdapter(_Shut)


class Gate:
    """Lets one request through at a time, each three seconds after the answer to the last one.

    Counted from the answer, three seconds lie between two requests at arXiv's end too, however long either
    was on its way. After a 429, a 503 or no answer the gate stays shut, twice as long with each further one.
    A refused request is tried again as long as that is soon. Then it gets the refusal, and so does whoever
    comes before the gate opens: nothing stands in a queue before a service that is down.

    `file` is what the processes of a machine share; without one, or where it cannot be written, the gate is
    this process's own. Moments are the machine's: one that lies ahead counts as now, so a clock that is set
    back costs one wait and never more.
    """

    def __init__(self, clock: Clock, random: Random, file: Path | None = None) -> None:
        self._clock = clock
        self._random = random
        self._queue = asyncio.Lock()
        self._turn = _Turn(file)
        self._shut = _Shut(clock.now(), 0.0)

    async def run(self, request: Callable[[], Awaitable[_Answer]]) -> _Answer:
        """Return what the request answers; raises what it raises, and the last trouble while it is shut."""
        async with self._queue:
            while True:
                await self._pass()
                try:
                    answer = await request()
                except SourceError as error:
                    self._answered(error)
                    if not _is_worth_another_try(error):
                        raise
                    _logger.info("%s The next request waits %.0f seconds.", error, self._shut.seconds)
                except BaseException:
                    self._close(SECONDS_BETWEEN_REQUESTS)
                    raise
                else:
                    self._answered(None)
                    return answer
                finally:
                    self._turn.give_back()

    async def pause(self) -> None:
        """Wait within a request that needs another one, as after a redirect."""
        await self._clock.sleep(SECONDS_BETWEEN_REQUESTS)
        self._close(SECONDS_BETWEEN_REQUESTS)

    async def _pass(self) -> None:
        """Return when the gate is open, holding the turn."""
        while True:
            await self._take_turn()
            seconds = self._seconds_left()
            if seconds <= 0:
                # Who is killed in the middle of a request leaves this behind.
                self._close(SECONDS_BETWEEN_REQUESTS)
                return
            self._turn.give_back()
            if self._shut.trouble and seconds > _PATIENCE:
                raise _still_troubled(self._shut, seconds)
            # A clock counts whole microseconds and may round a shorter wait to none at all.
            await self._clock.sleep(max(seconds, 0.001))

    async def _take_turn(self) -> None:
        waited = 0.0
        while not self._turn.take():
            if waited >= _LONGEST_TURN:
                raise SourceUnreachableError(
                    f"Another process of this machine has been asking arXiv for {waited:.0f} seconds."
                )
            await self._clock.sleep(_LOOK_AGAIN)
            waited += _LOOK_AGAIN

    def _seconds_left(self) -> float:
        told = self._turn.read(self._shut)
        if told is None:
            self._close(SECONDS_BETWEEN_REQUESTS)
            return SECONDS_BETWEEN_REQUESTS
        self._shut = told
        passed = (self._clock.now() - told.at).total_seconds()
        if passed < 0:  # A clock was set back; nobody knows how long it has been.
            self._close(self._shut.seconds)
            passed = 0.0
        return self._shut.seconds - passed

    def _answered(self, error: SourceError | None) -> None:
        if error is None or not _is_trouble(error):
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


class _Turn:
    """Whose turn it is among the processes of a machine, and since when the gate is shut for all of them.

    Nothing here waits: the lock is taken at once or not, and the file has a line.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._lock: BaseFileLock | None = None
        try:
            self._file = file.expanduser() if file else None
        except RuntimeError as error:  # There is no home.
            self._go_alone(error)
        if self._file:
            self._lock = FileLock(f"{self._file}.lock")

    def take(self) -> bool:
        """Take the turn and tell whether it could be had; who shares it with nobody has it always."""
        if self._lock is None or self._file is None:
            return True
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock.acquire(blocking=False)
        except Timeout:
            return False
        except (OSError, NotImplementedError) as error:
            self._go_alone(error)
        return True

    def give_back(self) -> None:
        """Let another process have the turn."""
        if self._lock is not None:
            self._lock.release()

    def read(self, own: _Shut) -> _Shut | None:
        """Return what any process wrote last, `own` where none has, and `None` where it makes no sense."""
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
        """Tell the other processes."""
        if self._file is None:
            return
        try:
            self._file.write_bytes(_SHUT.dump_json(shut))
        except OSError as error:
            self._go_alone(error)

    def _go_alone(self, error: Exception) -> None:
        _logger.warning(
            "%s cannot be used (%s): other processes of this machine may ask arXiv at the same time.",
            self._file,
            error,
        )
        if self._lock is not None:
            self._lock.release()
        self._file = self._lock = None


def _is_trouble(error: SourceError) -> bool:
    return isinstance(error, SourceUnreachableError) or _is_worth_another_try(error)


def _is_worth_another_try(error: SourceError) -> bool:
    return isinstance(error, SourceRefusedError) and error.status in _COME_BACK_LATER


def _still_troubled(shut: _Shut, seconds: float) -> SourceError:
    """Return the trouble again, in its own words: told once, it need not be told at each look."""
    if shut.status is None:
        return SourceUnreachableError(shut.trouble)
    return SourceRefusedError(shut.trouble, shut.status, seconds)
