"""Indexes for the search what was stored before the index was, or indexed by an earlier version's rules."""

import logging

from bot.clock import Clock
from storage.claims import Claims
from storage.runner import Runner

# Less than a tenth of a second, for which all other writers wait.
_PAPERS_AT_ONCE = 25

_logger = logging.getLogger(__name__)


class Reindexing:
    """Indexes a few papers at a time until none is left; one of several processes does it."""

    def __init__(self, storage: Runner, clock: Clock, claims: Claims | None = None) -> None:
        self._storage = storage
        self._claims = claims or Claims(storage, clock)

    async def tick(self) -> None:
        """Index what is still to be indexed, which mostly is nothing."""
        if not await self._outdated():
            return
        async with self._claims.held("search index") as claim:
            if claim:
                await self._index_all()

    async def _outdated(self) -> int:
        return await self._storage.read(lambda tables: tables.search_index.outdated())

    async def _index_all(self) -> None:
        papers = 0
        while indexed := await self._storage.write(
            lambda tables: tables.search_index.index_outdated(_PAPERS_AT_ONCE)
        ):
            papers += indexed
        _logger.info("Indexed papers for the search", extra={"action": "reindex", "papers": papers})
