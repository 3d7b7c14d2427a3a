"""arXiv as a source: the daily lists of its categories, papers by their ids, and one gate for every request.

arXiv asks for one request each three seconds and one connection, over all that a user runs, and for a
User-Agent that names the program and a contact: https://info.arxiv.org/help/api/tou.html. Since 2026 it
answers 429 to callers below that limit too; then all of the bot's requests wait, not only the refused one.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from importlib.metadata import PackageNotFoundError, version
from random import Random
from typing import Literal

import httpx

from bot.arxiv_id import find_arxiv_id
from bot.clock import Clock
from bot.errors import (
    SourceAnswerError,
    SourceError,
    SourceRefusedError,
    SourceUnreachableError,
    WrongWishError,
)
from bot.sources.atom import Answer, ArxivPaper, DailyList, read_answer, read_daily_feed
from bot.sources.http import Fetched, Fetcher

API_URL = "https://export.arxiv.org/api/"
FEED_URL = "https://rss.arxiv.org/atom/"
CONTENT_URL = "https://arxiv.org/"

SECONDS_BETWEEN_REQUESTS = 3.0

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

    `contact` is an address under which whoever runs the bot is reached, and `random` spreads the waits after
    a refusal. Every method raises SourceUnreachableError, SourceRefusedError and SourceAnswerError; a
    `retry_after` then counts the seconds for which arXiv is left alone.
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
    ) -> None:
        self._fetcher = fetcher
        self._clock = clock
        self._gate = _Gate(clock, random)
        self._headers = {"User-Agent": user_agent(contact)}
        self._query_url = f"{api_url.rstrip('/')}/query"
        self._feed_url = feed_url.rstrip("/")
        self._content_url = content_url.rstrip("/")

    async def daily_list(self, categories: Sequence[str]) -> DailyList:
        """Return what arXiv announced last in these categories, as one list without repetitions.

        Raises WrongWishError for what cannot be a category's name.
        """
        for category in categories:
            if not _CATEGORY.fullmatch(category):
                raise WrongWishError("arXiv category", category, "cs.CL")
        fetched = await self._get(f"{self._feed_url}/{'+'.join(categories)}")
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
    ) -> Fetched:
        return await self._gate.run(
            lambda: self._fetcher.get(
                url,
                params=params,
                headers=self._headers,
                most_bytes=most_bytes,
                seconds=seconds,
                before_redirect=lambda: self._clock.sleep(SECONDS_BETWEEN_REQUESTS),
            )
        )


def user_agent(contact: str) -> str:
    """Return the User-Agent: the program's name, its version and a contact."""
    name = f"paper-round/{_version()}"
    printable = "".join(each for each in contact if each.isascii() and each.isprintable()).strip()
    return f"{name} ({printable})" if printable else name


def _version() -> str:
    """Return the installed version; a host that runs from the checkout has none installed."""
    try:
        return version("paper-round")
    except PackageNotFoundError:
        return "checkout"


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
        (*first.skipped, *then.skipped),
    )


# --- The gate -------------------------------------------------------------------------------------------

_FIRST_WAIT = 15.0
_LONGEST_WAIT = 900.0
_MOST_JITTER = 0.5
# Longer than this nobody is kept waiting at the gate.
_PATIENCE = 90.0
_COME_BACK_LATER = frozenset({httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE})


class _Gate:
    """Lets one request through at a time, each three seconds after the answer to the last one.

    Counted from the answer, three seconds lie between two requests at arXiv's end too, however long either
    was on its way. After a 429, a 503 or no answer the gate stays shut, twice as long with each further one.
    A refused request is tried again as long as that is soon. Then it gets the refusal, and so does whoever
    comes before the gate opens: nothing stands in a queue before a service that is down.
    """

    def __init__(self, clock: Clock, random: Random) -> None:
        self._clock = clock
        self._random = random
        self._lock = asyncio.Lock()
        self._shut_at = clock.now()
        self._shut_for = 0.0
        self._troubles = 0
        self._trouble: SourceError | None = None

    async def run(self, request: Callable[[], Awaitable[Fetched]]) -> Fetched:
        async with self._lock:
            while True:
                await self._wait()
                try:
                    answer = await request()
                except SourceError as error:
                    self._answered(error)
                    if not _is_worth_another_try(error):
                        raise
                    _logger.info("%s The next request waits %.0f seconds.", error, self._shut_for)
                except BaseException:
                    self._shut(SECONDS_BETWEEN_REQUESTS)
                    raise
                else:
                    self._answered(None)
                    return answer

    async def _wait(self) -> None:
        while (seconds := self._seconds_left()) > 0:
            if self._trouble and seconds > _PATIENCE:
                raise _still_troubled(self._trouble, seconds) from self._trouble
            # A clock counts whole microseconds and may round a shorter wait to none at all.
            await self._clock.sleep(max(seconds, 0.001))

    def _seconds_left(self) -> float:
        passed = (self._clock.now() - self._shut_at).total_seconds()
        if passed < 0:  # The clock was set back; nobody knows how long it has been.
            self._shut(self._shut_for)
            passed = 0.0
        return self._shut_for - passed

    def _answered(self, error: SourceError | None) -> None:
        if error is None or not _is_trouble(error):
            self._trouble, self._troubles = None, 0
            self._shut(SECONDS_BETWEEN_REQUESTS)
            return
        wait = min(_FIRST_WAIT * 2**self._troubles, _LONGEST_WAIT)
        wait *= 1 + _MOST_JITTER * self._random.random()
        self._trouble, self._troubles = error, min(self._troubles + 1, 10)
        self._shut(max(wait, getattr(error, "retry_after", None) or 0.0))

    def _shut(self, seconds: float) -> None:
        self._shut_at, self._shut_for = self._clock.now(), seconds


def _is_trouble(error: SourceError) -> bool:
    return isinstance(error, SourceUnreachableError) or _is_worth_another_try(error)


def _is_worth_another_try(error: SourceError) -> bool:
    return isinstance(error, SourceRefusedError) and error.status in _COME_BACK_LATER


def _still_troubled(trouble: SourceError, seconds: float) -> SourceError:
    sentence = f"{trouble} It is left alone for {seconds:.0f} seconds more."
    if isinstance(trouble, SourceRefusedError):
        return SourceRefusedError(sentence, trouble.status, seconds)
    return SourceUnreachableError(sentence)
