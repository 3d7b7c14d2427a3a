"""The sources that can be asked over the network, by their names."""

import logging
from collections.abc import Callable, Sequence
from datetime import date, time

from bot.sources.arxiv import ArxivClient
from bot.sources.http import Fetcher
from bot.sources.huggingface import SOURCE as HUGGING_FACE
from bot.sources.huggingface import fetch_day
from bot.sources.source import Source
from storage.records import Paper

ARXIV = "arxiv:"

# When most of a day's papers are listed, in UTC; arXiv's feeds change at midnight US Eastern.
_HUGGING_FACE_AT = time(2, 0)
_ARXIV_AT = time(5, 0)

_logger = logging.getLogger(__name__)


def catalogue(fetcher: Fetcher, arxiv: ArxivClient, hugging_face_url: str) -> Callable[[str], Source | None]:
    """Return the look-up of sources: `huggingface`, or `arxiv:` with categories such as `cs.CL+cs.LG`."""

    async def fetch_hugging_face(day: date) -> tuple[Paper, ...]:
        listed = await fetch_day(fetcher, hugging_face_url, day)
        _log_skipped(HUGGING_FACE, listed.skipped)
        return listed.papers

    def find(name: str) -> Source | None:
        if name == HUGGING_FACE:
            return Source(name, fetch_hugging_face, usual_at=_HUGGING_FACE_AT)
        if name.startswith(ARXIV):
            return _arxiv_source(name, arxiv)
        return None

    return find


def _arxiv_source(name: str, arxiv: ArxivClient) -> Source:
    categories = name.removeprefix(ARXIV).split("+")

    async def fetch(day: date) -> tuple[Paper, ...]:
        """Return the feed's papers where it is this day's; a feed can be one batch behind."""
        listed = await arxiv.daily_list(categories)
        _log_skipped(name, listed.skipped)
        return listed.papers if listed.day == day else ()

    return Source(name, fetch, usual_at=_ARXIV_AT, has_past=False)


def _log_skipped(name: str, sentences: Sequence[str]) -> None:
    for sentence in sentences:
        _logger.warning("%s: %s", name, sentence)
