"""The sources that can be asked over the network, by their names."""

import logging
from collections.abc import Callable, Sequence
from datetime import date, time

from bot.sources.arxiv import ArxivClient, is_category
from bot.sources.http import Fetcher
from bot.sources.huggingface import SOURCE as HUGGING_FACE
from bot.sources.huggingface import fetch_day
from bot.sources.source import DailyList, Source

ARXIV = "arxiv:"

# When most of a day's papers are listed, in UTC; arXiv's feeds change at midnight US Eastern.
_HUGGING_FACE_AT = time(2, 0)
_ARXIV_AT = time(5, 0)

_DAYS_REMEMBERED = 100

_logger = logging.getLogger(__name__)


def is_source(name: str) -> bool:
    """Tell whether this is the name of a source that can be asked."""
    return name == HUGGING_FACE or (name.startswith(ARXIV) and all(map(is_category, _categories(name))))


def _categories(name: str) -> list[str]:
    return name.removeprefix(ARXIV).split("+")


def catalogue(fetcher: Fetcher, arxiv: ArxivClient, hugging_face_url: str) -> Callable[[str], Source | None]:
    """Return the look-up of sources: `huggingface`, or `arxiv:` with categories such as `cs.CL+cs.LG`."""

    skipped = _Skipped()

    async def fetch_hugging_face(day: date) -> DailyList:
        listed = await fetch_day(fetcher, hugging_face_url, day)
        skipped.log(HUGGING_FACE, day, listed.skipped)
        return listed

    def find(name: str) -> Source | None:
        if name == HUGGING_FACE:
            return Source(name, fetch_hugging_face, usual_at=_HUGGING_FACE_AT)
        return _arxiv_source(name, _categories(name), arxiv, skipped) if is_source(name) else None

    return find


def _arxiv_source(name: str, categories: Sequence[str], arxiv: ArxivClient, skipped: "_Skipped") -> Source:
    async def fetch(_: date) -> DailyList:
        """Return what the feed shows, which can be one batch behind."""
        listed = await arxiv.daily_list(categories)
        skipped.log(name, listed.day, listed.skipped)
        return listed

    return Source(name, fetch, usual_at=_ARXIV_AT, has_past=False)


class _Skipped:
    """Says which entries of a list could not be read: once, however often the list is looked at."""

    def __init__(self) -> None:
        self._said: dict[tuple[str, date], set[str]] = {}

    def log(self, name: str, day: date, sentences: Sequence[str]) -> None:
        said = self._said.get((name, day), set())
        for sentence in sentences:
            if sentence not in said:
                _logger.warning("%s, %s: %s", name, day, sentence)
        if fresh := set(sentences) - said:
            _logger.warning("%s, %s: entries skipped: %d", name, day, len(said | fresh))
            self._said[name, day] = said | fresh
        while len(self._said) > _DAYS_REMEMBERED:
            self._said.pop(next(iter(self._said)))
