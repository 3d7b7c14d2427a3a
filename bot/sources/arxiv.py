"""arXiv as a source: the daily lists of its categories, papers by their ids, and one gate for every request.

arXiv asks for one request each three seconds and one connection, over all that a user runs, and for a
User-Agent that names the program and a contact: https://info.arxiv.org/help/api/tou.html. Since 2026 it
answers 429 to callers below that limit too; then all of the bot's requests wait, not only the refused one.
"""

import logging
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random
from typing import Literal

import httpx

from bot.arxiv_id import find_arxiv_id
from bot.clock import Clock
from bot.errors import SourceAnswerError, SourceRefusedError, WrongWishError
from bot.sources.atom import Answer, ArxivPaper, DailyList, read_answer, read_daily_feed
from bot.sources.gate import Gate
from bot.sources.http import Fetched, Fetcher
from bot.version import version

API_URL = "https://export.arxiv.org/api/"
FEED_URL = "https://rss.arxiv.org/atom/"
CONTENT_URL = "https://arxiv.org/"

_logger = logging.getLogger(__name__)

# The API takes 2,000 ids a call, but an address of 8 KB and more is refused by many servers on the way.
_IDS_A_REQUEST = 100
_MOST_REFUSED_BATCHES = 20
_MOST_ENTRIES_OF_A_FEED = 2000
_MOST_BYTES = 32 * 1024 * 1024
_SECONDS_A_REQUEST = 60.0
_CATEGORY = re.compile(r"[a-z]+(?:-[a-z]+)*(?:\.[A-Za-z]+(?:-[a-z]+)*)?")


class ArxivClient:
    """All that the bot asks of arXiv goes through one of these.

    `contact` is an address under which whoever runs the bot is reached, `random` spreads the waits after a
    refusal, and `gate_file` is what all processes of a machine share (see Gate). Every method raises
    SourceUnreachableError, SourceRefusedError and SourceAnswerError; a `retry_after` then counts the seconds
    for which arXiv is left alone.
    """

    def __init__(
        self,
        fetcher: Fetcher,
        clock: Clock,
        *,
        contact: str,
        random: Random,
        api_url: str = API_URL,
        feed_url: str = FEED_URL,
        content_url: str = CONTENT_URL,
        gate_file: Path | None = None,
    ) -> None:
        self._fetcher = fetcher
        self._gate = Gate(clock, random, gate_file)
        self._headers = {"User-Agent": user_agent(contact)}
        self._query_url = f"{api_url.rstrip('/')}/query"
        self._feed_url = feed_url.rstrip("/")
        self._content_url = content_url.rstrip("/")

    async def daily_list(self, categories: Sequence[str]) -> DailyList:
        """Return what arXiv announced last in these categories, as one list without repetitions.

        Raises WrongWishError for what cannot be a category's name.
        """
        for category in categories:
            if not is_category(category):
                raise WrongWishError("arXiv category", category, "cs.CL")
        fetched = await self._get(f"{self._feed_url}/{'+'.join(categories)}", is_polled=True)
        day = read_daily_feed(fetched.body)
        if day.entries < _MOST_ENTRIES_OF_A_FEED or len(categories) == 1:
            return day
        # A feed ends at its 2,000th entry, whatever was announced: smaller ones hold the rest.
        half = len(categories) // 2
        return _joined(await self.daily_list(categories[:half]), await self.daily_list(categories[half:]))

    async def papers(self, ids: Iterable[str]) -> dict[str, ArxivPaper]:
        """Return what arXiv knows of these papers, by id without version, in the order asked for.

        Missing are ids that arXiv does not know, and what is no arXiv id.
        """
        wanted = tuple(dict.fromkeys(filter(None, map(find_arxiv_id, ids))))
        found: dict[str, ArxivPaper] = {}
        refused = 0
        batches = [wanted[at : at + _IDS_A_REQUEST] for at in range(0, len(wanted), _IDS_A_REQUEST)]
        while batches:
            batch = batches.pop(0)
            answer = await self._answer(batch)
            if answer is not None:
                found.update(answer.papers)
                continue
            refused += 1
            if refused > _MOST_REFUSED_BATCHES:
                raise SourceAnswerError("arXiv's API refuses one list of ids after the other as malformed.")
            batches[:0] = _halves(batch)
        return {paper_id: found[paper_id] for paper_id in wanted if paper_id in found}

    async def content(
        self, form: Literal["html", "pdf"], paper_id: str, *, most_bytes: int, seconds: float
    ) -> Fetched:
        """Return the paper itself in one of its forms; a paper without it is refused with status 404."""
        return await self._get(
            f"{self._content_url}/{form}/{paper_id}", most_bytes=most_bytes, seconds=seconds
        )

    async def _answer(self, ids: tuple[str, ...]) -> Answer | None:
        """Return the API's answer, or `None` where it takes one of the ids for malformed.

        Now and then the API returns an empty page for no reason, so what falls short is asked for again.
        """
        try:
            answer = await self._ask(ids)
            if not answer.errors and len(answer.papers) < (answer.total or 1):
                answer = await self._ask(ids)
        except SourceRefusedError as refusal:
            if refusal.status == httpx.codes.BAD_REQUEST:
                return None
            raise
        return None if answer.errors else answer

    async def _ask(self, ids: tuple[str, ...]) -> Answer:
        params: dict[str, str | int] = {"id_list": ",".join(ids), "max_results": len(ids)}
        answer = read_answer((await self._get(self._query_url, params=params)).body)
        for sentence in answer.skipped:
            _logger.warning("In an answer of arXiv's API: %s", sentence)
        return answer

    async def _get(
        self,
        url: str,
        *,
        params: dict[str, str | int] | None = None,
        most_bytes: int = _MOST_BYTES,
        seconds: float = _SECONDS_A_REQUEST,
        is_polled: bool = False,
    ) -> Fetched:
        return await self._gate.run(
            lambda: self._fetcher.get(
                url,
                params=params,
                headers=self._headers,
                most_bytes=most_bytes,
                seconds=seconds,
                before_redirect=self._gate.pause,
                is_polled=is_polled,
            )
        )


def is_category(text: str) -> bool:
    """Tell whether a category of arXiv can be called so, as in https://arxiv.org/category_taxonomy."""
    return _CATEGORY.fullmatch(text) is not None


def user_agent(contact: str) -> str:
    """Return the User-Agent: the program's name, its version and a contact."""
    name = f"paper-round/{version()}"
    printable = "".join(each for each in contact if each.isascii() and each.isprintable()).strip()
    return f"{name} ({printable})" if printable else name


def _halves(batch: tuple[str, ...]) -> list[tuple[str, ...]]:
    if len(batch) == 1:
        _logger.warning("arXiv's API takes the id %s for malformed; it is left out.", batch[0])
        return []
    half = len(batch) // 2
    return [batch[:half], batch[half:]]


def _joined(first: DailyList, then: DailyList) -> DailyList:
    if first.day != then.day:
        raise SourceAnswerError("arXiv's daily feeds are being rebuilt: one is a day ahead of another.")
    known = {paper.id for paper in first.papers}
    return DailyList(
        first.day,
        (*first.papers, *(paper for paper in then.papers if paper.id not in known)),
        first.entries + then.entries,
        first.new_ids | then.new_ids,
        (*first.skipped, *then.skipped),
    )
