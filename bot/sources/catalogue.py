"""The sources that are fetched over the network, looked up by name."""

import logging
from collections.abc import Callable
from datetime import date, time

from bot.sources.arxiv import ArxivClient
from bot.sources.http import Fetcher
from bot.sources.huggingface import fetch_day
from bot.sources.kinds import ARXIV, HUGGING_FACE, categories_of
from bot.sources.source import DailyList, Source

# When most of a day's papers are listed, in UTC; arXiv's feeds change at midnight US Eastern.
_HUGGING_FACE_AT = time(2, 0)
_ARXIV_AT = time(5, 0)

_DAYS_REMEMBERED = 100

_logger = logging.getLogger(__name__)


def catalogue(fetcher: Fetcher, arxiv: ArxivClient, hugging_face_url: str) -> Callable[[str], Source | None]:
    """Return the look-up of sources by name, such as `huggingface` or `arxiv:cs.CL+cs.LG`."""

    skipped = _SkippedEntries()

    def find(name: str) -> Source | None:
        if HUGGING_FACE.includes(name):
            return _hugging_face_source(name, fetcher, hugging_face_url, skipped)
        return _arxiv_source(name, arxiv, skipped) if ARXIV.includes(name) else None

    return find


def _hugging_face_source(name: str, fetcher: Fetcher, url: str, skipped: "_SkippedEntries") -> Source:
    async def fetch(day: date) -> DailyList:
        listed = await fetch_day(fetcher, url, day)
        skipped.log(name, day, listed)
        return listed

    return Source(name, fetch, usual_at=_HUGGING_FACE_AT, has_past=HUGGING_FACE.has_past)


def _arxiv_source(name: str, arxiv: ArxivClient, skipped: "_SkippedEntries") -> Source:
    categories = categories_of(name)

    async def fetch(_: date) -> DailyList:
        """Return what the feed shows, which can be one batch behind."""
        listed = await arxiv.daily_list(categories)
        skipped.log(name, listed.day, listed)
        return listed

    return Source(name, fetch, usual_at=_ARXIV_AT, has_past=ARXIV.has_past)


class _SkippedEntries:
    """Logs what cannot be read of a list once, however often the list is fetched."""

    def __init__(self) -> None:
        self._logged: dict[tuple[str, date], set[str]] = {}

    def log(self, name: str, day: date, listed: DailyList) -> None:
        logged = self._logged.get((name, day), set())
        fresh = [each for each in (*listed.mended, *listed.skipped) if each not in logged]
        for sentence in fresh:
            _logger.warning("%s, %s: %s", name, day, sentence)
        if set(listed.skipped) - logged:
            _logger.warning("%s, %s: entries skipped: %d", name, day, len(set(listed.skipped)))
        self._logged[name, day] = logged | set(fresh)
        while len(self._logged) > _DAYS_REMEMBERED:
            self._logged.pop(next(iter(self._logged)))
