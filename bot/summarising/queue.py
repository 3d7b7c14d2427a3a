"""Which summaries are wanted, and having them made: for channels ahead of their digests, and for who asks."""

import asyncio
import logging
from collections.abc import (
    AsyncGenerator,
    Awaitable,
    Callable,
    Container,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from weakref import WeakValueDictionary

from bot.background import Background
from bot.cards.entry import Entry
from bot.clock import Clock
from bot.delivery.selection import select
from bot.errors import ModelError, TokensUsedUpError
from bot.summarising.summariser import Allowance, Result, Summariser
from storage.records import Paper, Subscription
from storage.runner import Runner
from storage.tables import Tables

AGAIN_A_DAY = 5
"""How many summaries one person may ask for anew within 24 hours."""

_DAYS = 7
"""For how many days after its list a paper's summary is made by itself."""

_REST = timedelta(minutes=30)

_Lists = Mapping[tuple[date, str], Sequence[Entry]]
"""The papers of each list, by its day and source."""

_logger = logging.getLogger(__name__)


class Again(StrEnum):
    """What becomes of a person's wish for a new summary."""

    STARTED = "started"
    RUNNING = "running"
    CAPPED = "capped"
    NO_MODEL = "no_model"
    NO_TOKENS = "no_tokens"
    NO_PAPER = "no_paper"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A summary that somebody is waiting for."""

    paper: Paper
    language: str


class Summarising:
    """Has summaries made; one at a time of each paper. Without a summariser, no model is set up.

    `at_once` is how many papers are worked on side by side, which is more than the model is asked at once:
    while it answers, texts are fetched and answers checked.
    """

    def __init__(
        self, storage: Runner, clock: Clock, summariser: Summariser | None, *, at_once: int = 20
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._summariser = summariser
        self._at_once = at_once
        self._of_paper: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._asked_anew: set[str] = set()
        self._background = Background()
        self._rests_until: datetime | None = None
        self._ticking = asyncio.Lock()

    @property
    def allowance(self) -> Allowance | None:
        """How many tokens may be spent; `None` where no model is set up."""
        return self._summariser.allowance if self._summariser else None

    async def tick(self) -> None:
        """Make the summaries that channels will want and that are not in the tables yet.

        An endpoint that would answer no paper is left alone for half an hour, and so is the day's last token.
        Does nothing while an earlier tick is still at work.
        """
        if self._ticking.locked():
            return
        async with self._ticking:
            await self._make_wanted()

    async def _make_wanted(self) -> None:
        now = self._clock.now()
        if self._summariser is None or (self._rests_until and now < self._rests_until):
            return
        wanted = await self._storage.read(lambda tables: wanted_summaries(tables, now))
        try:
            async with aclosing(self.make_all(wanted)) as results:
                async for result in results:
                    _logger.info("%s in %s is %s", result.paper_id, result.language, result.outcome)
        except (ModelError, TokensUsedUpError) as error:
            self._rests_until = self._clock.now() + _REST
            _logger.warning("No summaries until %s: %s", self._rests_until, error)

    async def make_all(self, wanted: Iterable[Wanted], *, again: bool = False) -> AsyncGenerator[Result]:
        """Make these summaries side by side and yield what becomes of each as it ends.

        Raises what `Summariser.make` raises, after those under way have ended: they cost the same either way.
        """
        gate = asyncio.Semaphore(self._at_once)
        stopped: list[ModelError | TokensUsedUpError] = []

        async def make(each: Wanted) -> Result | None:
            async with gate:
                try:
                    return None if stopped else await self._make(each, again=again)
                except (ModelError, TokensUsedUpError) as error:
                    stopped.append(error)
                    return None

        tasks = [asyncio.create_task(make(each)) for each in wanted]
        try:
            for done in asyncio.as_completed(tasks):
                if result := await done:
                    yield result
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if stopped:
            raise stopped[0]

    async def again(
        self,
        workspace: str,
        person: str,
        paper_id: str,
        language: str,
        tell: Callable[[Result | None], Awaitable[None]],
    ) -> Again:
        """Begin a new summary as a person asked, without waiting for it; posted cards follow when it comes.

        `tell` is called with what became of it, with `None` where the model could not be asked at all.
        """
        if self._summariser is None:
            return Again.NO_MODEL
        if paper_id in self._asked_anew or self._is_at_work(paper_id):
            return Again.RUNNING
        self._asked_anew.add(paper_id)
        begun = Again.NO_TOKENS
        try:
            if await self._summariser.tokens_left():
                begun = await self._note_wish(workspace, person, paper_id, language)
        finally:
            if begun is not Again.STARTED:
                self._asked_anew.discard(paper_id)
        if begun is Again.STARTED:
            self._background.start(self._make_anew(paper_id, language, tell))
        return begun

    async def join(self) -> None:
        """Wait for what people asked for."""
        await self._background.join()

    async def aclose(self) -> None:
        """Stop what people asked for; they can ask again."""
        await self._background.aclose()
        async with self._ticking:
            # A tick that was stopped has written down by now what became of it.
            return

    async def _note_wish(self, workspace: str, person: str, paper_id: str, language: str) -> Again:
        """Write down the wish, unless the paper is not known or the person has had their share."""
        now = self._clock.now()

        def note(tables: Tables) -> Again:
            if tables.papers.get(paper_id) is None:
                return Again.NO_PAPER
            if tables.summary_wishes.count_since(workspace, person, now - timedelta(days=1)) >= AGAIN_A_DAY:
                return Again.CAPPED
            tables.summary_wishes.add(workspace, person, paper_id, language, now)
            return Again.STARTED

        return await self._storage.write(note)

    async def _make_anew(
        self, paper_id: str, language: str, tell: Callable[[Result | None], Awaitable[None]]
    ) -> None:
        try:
            paper = await self._storage.read(lambda tables: tables.papers.get(paper_id))
            result = await self._make(Wanted(paper, language), again=True) if paper else None
        except (ModelError, TokensUsedUpError) as error:
            _logger.warning("%s could not be summarised anew: %s", paper_id, error)
            result = None
        except Exception:
            # Nobody awaits this task: what goes wrong in it would not be seen, and the person not be told.
            _logger.exception("%s could not be summarised anew", paper_id)
            result = None
        finally:
            self._asked_anew.discard(paper_id)
        try:
            await tell(result)
        except Exception:
            # Likewise.
            _logger.exception("What became of %s could not be told", paper_id)

    async def _make(self, wanted: Wanted, *, again: bool) -> Result:
        if self._summariser is None:
            raise ValueError("Without a model no summary can be made.")
        paper, language = wanted.paper, wanted.language
        async with self._of_paper.setdefault(paper.id, asyncio.Lock()):
            try:
                return await self._summariser.make(paper, language, again=again)
            except (ModelError, TokensUsedUpError):
                raise
            except Exception as error:
                # One paper must not keep back the others; it is tried again after its wait.
                _logger.exception("%s in %s could not be summarised", paper.id, language)
                return await self._summariser.fail(paper.id, language, type(error).__name__)

    def _is_at_work(self, paper_id: str) -> bool:
        lock = self._of_paper.get(paper_id)
        return lock is not None and lock.locked()


def wanted_summaries(tables: Tables, now: datetime) -> tuple[Wanted, ...]:
    """Return the summaries that channels will want and that are not there, the latest lists' first.

    A summary that came with a digest file is one; one that failed is wanted again after its wait.
    """
    first = (now - timedelta(days=_DAYS)).astimezone(UTC).date()
    subscriptions = [
        each for each in tables.subscriptions.all() if not each.paused_reason or each.paused_until
    ]
    sources = dict.fromkeys(source for each in subscriptions for source in each.sources)
    lists = _lists(tables, sources, first)
    listed = {entry.paper.id for entries in lists.values() for entry in entries}
    settled = tables.summaries.made(listed) | tables.summary_failures.waiting(now)
    wanted: dict[tuple[str, str], Wanted] = {}
    for subscription in subscriptions:
        language = subscription.language
        for paper in _papers_with_cards(tables, subscription, lists, settled):
            if (paper.id, language) not in settled:
                wanted.setdefault((paper.id, language), Wanted(paper, language))
    return tuple(wanted.values())


def _lists(tables: Tables, sources: Iterable[str], first: date) -> _Lists:
    """Return the papers of recent lists, each list read once however many channels want it."""
    return {
        (listing.day, source): [Entry(paper) for paper in tables.papers.of_ids(listing.paper_ids)]
        for source in sources
        for listing in tables.listings.since(source, first)
    }


def _papers_with_cards(
    tables: Tables, subscription: Subscription, lists: _Lists, settled: Container[tuple[str, str]]
) -> Iterator[Paper]:
    """Yield the papers that get a card of their own in the channel, of lists where a summary is missing.

    Of a list from before the subscription only those that somebody asked for come into the channel.
    """
    for day, source in sorted(lists, key=lambda each: each[0], reverse=True):
        entries = lists[day, source]
        is_done = all((entry.paper.id, subscription.language) in settled for entry in entries)
        if is_done or source not in subscription.sources:
            continue
        if day >= subscription.since_of(source):
            yield from (entry.paper for entry in select(entries, frozenset(), subscription).cards)
        else:
            had = tables.posts.papers_of_channel(subscription.workspace, subscription.channel)
            yield from (entry.paper for entry in entries if entry.paper.id in had)
