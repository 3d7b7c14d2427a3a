"""arXiv's client: daily lists of its categories, papers by id, and one rate limit for all requests.

arXiv allows one request per three seconds and one connection for all that a user runs, and asks for a
User-Agent with the program and a contact: https://info.arxiv.org/help/api/tou.html. Since 2026 it also
answers 429 below that limit; then all of the bot's requests wait, not only the refused one.
"""

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random
from typing import Literal

import httpx

from bot.clock import Clock
from bot.errors import InvalidPreferenceError, SourceAnswerError, SourceRefusedError
from bot.settings import ARXIV_API_URL, ARXIV_CONTENT_URL, ARXIV_FEED_URL
from bot.sources.atom import ArxivPaper, QueryResult, read_daily_feed, read_query_result
from bot.sources.categories import feed_name
from bot.sources.gate import Gate
from bot.sources.http import Fetched, Fetcher
from bot.sources.kinds import is_category
from bot.sources.source import DailyList
from bot.text.arxiv_id import find_arxiv_id
from bot.version import version
from storage.claims import Claims

_logger = logging.getLogger(__name__)

# The API takes 2,000 ids per request, but many servers on the way refuse URLs of 8 KB and more.
_IDS_A_REQUEST = 100
_MOST_REFUSED_BATCHES = 20
_MOST_ENTRIES_OF_A_FEED = 2000
_MOST_BYTES = 32 * 1024 * 1024
_SECONDS_A_REQUEST = 60.0


class ArxivClient:
    """The bot's only way to arXiv.

    `contact` reaches the bot's admin, and `random` adds jitter to the waits after a refusal. The processes of
    a machine share the file `gate`, those of several machines their claims (see Gate). Every method raises
    SourceUnreachableError, SourceRefusedError and SourceAnswerError; a `retry_after` is then the wait until
    the next request, in seconds.
    """

    def __init__(
        self,
        fetcher: Fetcher,
        clock: Clock,
        *,
        contact: str,
        random: Random,
        api_url: str = ARXIV_API_URL,
        feed_url: str = ARXIV_FEED_URL,
        content_url: str = ARXIV_CONTENT_URL,
        gate: Path | Claims | None = None,
    ) -> None:
        self._fetcher = fetcher
        self._gate = Gate(clock, random, gate)
        self._headers = {"User-Agent": user_agent(contact)}
        self._query_url = f"{api_url.rstrip('/')}/query"
        self._feed_url = feed_url.rstrip("/")
        self._content_url = content_url.rstrip("/")

    async def daily_list(self, categories: Sequence[str]) -> DailyList:
        """Return the latest announcements in these categories, as one list without repetitions.

        Raises InvalidPreferenceError for a category that none can be named.
        """
        for category in categories:
            if not is_category(category):
                raise InvalidPreferenceError("an arXiv category", category, "cs.CL")
        names = "+".join(map(feed_name, categories))
        fetched = await self._get(f"{self._feed_url}/{names}", is_polled=True)
        whole = read_daily_feed(fetched.body)
        if whole.entries < _MOST_ENTRIES_OF_A_FEED or len(categories) == 1:
            return whole
        # A feed is cut at 2,000 entries; feeds of fewer categories have the rest.
        half = len(categories) // 2
        return _joined(await self.daily_list(categories[:half]), await self.daily_list(categories[half:]))

    async def papers(self, ids: Iterable[str]) -> dict[str, ArxivPaper]:
        """Return arXiv's papers by id without version, in the given order.

        Ids that arXiv does not know, and texts without an arXiv id, are left out.
        """
        known_form = tuple(dict.fromkeys(filter(None, map(find_arxiv_id, ids))))
        papers: dict[str, ArxivPaper] = {}
        refused = 0
        batches = [known_form[at : at + _IDS_A_REQUEST] for at in range(0, len(known_form), _IDS_A_REQUEST)]
        while batches:
            batch = batches.pop(0)
            result = await self._query(batch)
            if result is not None:
                papers.update(result.papers)
                continue
            refused += 1
            if refused > _MOST_REFUSED_BATCHES:
                raise SourceAnswerError("arXiv's API keeps refusing lists of ids as malformed.")
            batches[:0] = _halves(batch)
        return {paper_id: papers[paper_id] for paper_id in known_form if paper_id in papers}

    async def content(
        self, form: Literal["html", "pdf"], paper_id: str, *, most_bytes: int, seconds: float
    ) -> Fetched:
        """Return the paper as HTML or PDF; raises SourceRefusedError with status 404 where there is none."""
        return await self._get(
            f"{self._content_url}/{form}/{paper_id}",
            most_bytes=most_bytes,
            seconds=seconds,
            has_another_way=form == "html",
        )

    async def _query(self, ids: tuple[str, ...]) -> QueryResult | None:
        """Return the API's result, or `None` where the API regards one of the ids as malformed.

        The API sometimes returns an empty page for no reason, so an incomplete result is requested once more.
        """
        try:
            result = await self._query_once(ids)
            if not result.errors and len(result.papers) < (result.total or 1):
                result = await self._query_once(ids)
        except SourceRefusedError as refusal:
            if refusal.status == httpx.codes.BAD_REQUEST:
                return None
            raise
        return None if result.errors else result

    async def _query_once(self, ids: tuple[str, ...]) -> QueryResult:
        params: dict[str, str | int] = {"id_list": ",".join(ids), "max_results": len(ids)}
        result = read_query_result((await self._get(self._query_url, params=params)).body)
        for sentence in (*result.mended, *result.skipped):
            _logger.warning("%s", sentence, extra={"action": "query", "source": "arxiv"})
        return result

    async def _get(
        self,
        url: str,
        *,
        params: dict[str, str | int] | None = None,
        most_bytes: int = _MOST_BYTES,
        seconds: float = _SECONDS_A_REQUEST,
        is_polled: bool = False,
        has_another_way: bool = False,
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
            ),
            has_another_way=has_another_way,
        )


def user_agent(contact: str) -> str:
    """Return the User-Agent header: program, version and contact."""
    name = f"paper-round/{version()}"
    printable = "".join(each for each in contact if each.isascii() and each.isprintable()).strip()
    return f"{name} ({printable})" if printable else name


def _halves(batch: tuple[str, ...]) -> list[tuple[str, ...]]:
    if len(batch) == 1:
        about = {"action": "query", "source": "arxiv", "paper": batch[0]}
        _logger.warning("arXiv's API regards the id as malformed; it is left out.", extra=about)
        return []
    half = len(batch) // 2
    return [batch[:half], batch[half:]]


def _joined(first: DailyList, then: DailyList) -> DailyList:
    if first.day != then.day:
        raise SourceAnswerError("arXiv's daily feeds are being rebuilt: one is a day ahead of another.")
    ids = {paper.id for paper in first.papers}
    return DailyList(
        day=first.day,
        papers=(*first.papers, *(paper for paper in then.papers if paper.id not in ids)),
        new_ids=first.new_ids | then.new_ids,
        skipped=(*first.skipped, *then.skipped),
        mended=(*first.mended, *then.mended),
        entries=first.entries + then.entries,
    )
