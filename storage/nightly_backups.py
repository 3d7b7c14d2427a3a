"""The nightly backup of a SQLite file, of which the last seven are kept."""

import asyncio
import logging
import re
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from bot.clock import Clock
from bot.errors import BackupError, StorageError
from bot.files import PRIVATE_FOLDER
from bot.outages import Outages
from storage.backups import Backup, back_up
from storage.claims import Claims
from storage.engines.sqlite_backup import Stop
from storage.retention import last_night
from storage.runner import Runner

HEARTBEAT = "backup"
FAILED = "backup failed"
"""The heartbeats of the last good backup, and of the last one that failed."""

KEPT = 7
"""How many nightly backups are kept, the newest ones."""

_AT = time(3, 30, tzinfo=UTC)
_AGAIN_AFTER = timedelta(hours=1)
# How a nightly backup is named; nothing else is ever removed.
_OURS = r"{stem}-\d\d\d\d-\d\d-\d\d{suffix}"
_UNFINISHED = rf"\.{_OURS}\.partial.*"
_WHAT = "The nightly backup"

_logger = logging.getLogger(__name__)


class NightlyBackups:
    """Backs the database up once a night, whichever process runs then; one that fails is tried each hour."""

    def __init__(self, storage: Runner, clock: Clock, claims: Claims, database: Path, folder: Path) -> None:
        self._storage = storage
        self._clock = clock
        self._claims = claims
        self._database = database
        self._folder = folder
        self._outages = Outages(clock)

    async def tick(self) -> None:
        """Make the backup, unless there is one since the last 03:30 UTC, or another process makes it."""
        if not await self._is_due():
            return
        async with self._claims.held("backup") as claim:
            if claim and await self._is_due():
                await self._make()

    async def _is_due(self) -> bool:
        now = self._clock.now()
        last, failed = await self._storage.read(
            lambda tables: (tables.heartbeats.last(HEARTBEAT), tables.heartbeats.last(FAILED))
        )
        is_done = last is not None and last_night(now, _AT) <= last <= now
        is_waiting = failed is not None and timedelta() <= now - failed < _AGAIN_AFTER
        return not is_done and not is_waiting

    async def _make(self) -> None:
        now = self._clock.now()
        try:
            backup = await self._copied(now.astimezone(UTC).date())
        except (StorageError, OSError) as error:
            if self._outages.begin(_WHAT, error):
                _logger.error("%s failed. %s", _WHAT, error, extra={"action": "backup"})  # noqa: TRY400 -- a sentence says it all
            # Where nothing can be written, the age of the last good one says it.
            with suppress(StorageError):
                await self._beat(FAILED, now)
            return
        await self._beat(HEARTBEAT, now)
        fields = {"action": "backup", "rows": backup.rows, "bytes": backup.size}
        self._outages.end(_WHAT, fields)
        _logger.info("Backed up to %s", backup.path, extra=fields)

    async def _copied(self, night: date) -> Backup:
        """Make the backup in a thread, which is stopped where this is cancelled."""
        stop = Stop()
        making = asyncio.create_task(asyncio.to_thread(self._copy, night, stop))
        try:
            return await asyncio.shield(making)
        except asyncio.CancelledError:
            stop.ask()
            await asyncio.wait({making})
            raise

    def _copy(self, night: date, stop: Stop) -> Backup:
        try:
            self._folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        except OSError as error:
            raise BackupError(
                f"The folder {self._folder} cannot be made: {error.strerror}. "
                "Name another in PAPER_ROUND_BACKUPS."
            ) from error
        for left in self._named(_UNFINISHED):
            # Of a process that was killed while it made one.
            left.unlink(missing_ok=True)
        name = f"{self._database.stem}-{night}{self._database.suffix}"
        backup = back_up(self._database, self._folder / name, force=True, stop=stop)
        for old in self._named(_OURS)[KEPT:]:
            old.unlink(missing_ok=True)
        return backup

    def _named(self, pattern: str) -> list[Path]:
        """Return the files in the folder that are named so, the newest first."""
        stem, suffix = re.escape(self._database.stem), re.escape(self._database.suffix)
        names = re.compile(pattern.format(stem=stem, suffix=suffix))
        return sorted((each for each in self._folder.iterdir() if names.fullmatch(each.name)), reverse=True)

    async def _beat(self, name: str, now: datetime) -> None:
        await self._storage.write(lambda tables: tables.heartbeats.beat(name, now))
