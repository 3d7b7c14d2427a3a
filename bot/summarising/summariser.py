"""One paper's summary in one language: read, asked for, checked, kept; or why it could not be had."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import ParamSpec, Protocol, TypeVar

from bot.clock import Clock
from bot.errors import (
    ModelAnswerError,
    ModelError,
    ModelQuotaError,
    ModelRefusedError,
    ModelUnavailableError,
    TokensUsedUpError,
)
from bot.retries import Backoff
from bot.settings import Settings
from bot.sources.full_text import FullText, NoFullText
from bot.summaries.checks import Checked, check
from bot.summaries.excerpt import Excerpt, excerpt, tokens
from bot.summaries.model import Answer, ModelClient, Usage
from bot.summaries.prompt import MOST_TOKENS, PROMPT_VERSION, correction, input_hash, question, read_answer
from bot.summaries.question import Question
from storage.records import FROM_MODEL, ModelRequest, Paper, Provenance, Summary, SummaryFailure
from storage.runner import Runner
from storage.tables import Tables

_P = ParamSpec("_P")
_T = TypeVar("_T")

_BACKOFF = Backoff(first=timedelta(minutes=5), longest=timedelta(hours=12))

_TRIES_FOR_TEXT = 3

_CARDS_CHANGE_FOR = timedelta(days=30)
"""Cards of deliveries that were opened longer ago stay as they are."""

_logger = logging.getLogger(__name__)


class Outcome(StrEnum):
    """What became of one summary; `UNCHANGED` is one for which the same had been asked before."""

    MADE = "made"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one summary, the tokens and seconds that it took, and why it failed."""

    paper_id: str
    language: str
    outcome: Outcome
    tokens: int = 0
    seconds: float = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many tokens may be spent: on all summaries of a UTC day, and on the text of one paper."""

    tokens_a_day: int
    tokens_a_text: int

    def is_used_up(self, spent: int) -> bool:
        """Whether what is left of a day takes no paper with a long text any more."""
        return self.tokens_a_day - spent < self.tokens_a_text + MOST_TOKENS


def allowance_of(settings: Settings) -> Allowance | None:
    """Return how many tokens may be spent by the settings, `None` where they name no model."""
    return Allowance(settings.tokens_a_day, settings.tokens_a_text) if settings.model else None


class Texts(Protocol):
    """Where papers' full texts come from."""

    async def read(self, paper_id: str) -> FullText | NoFullText:
        """Return a paper's text, fetched if need be."""
        ...

    async def kept(self, paper_id: str) -> FullText | None:
        """Return a paper's text if it need not be fetched."""
        ...


@dataclass(frozen=True, slots=True)
class _Task:
    """One paper with what is asked of the model about it."""

    paper: Paper
    language: str
    excerpt: Excerpt
    question: Question
    hash: str


class Summariser:
    """Makes summaries with a model; one paper's failure is kept, tried again later, and touches no other."""

    def __init__(
        self,
        storage: Runner,
        clock: Clock,
        model: ModelClient,
        texts: Texts,
        allowance: Allowance,
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._model = model
        self._texts = texts
        self.allowance = allowance
        self._thread = asyncio.Lock()

    async def make(self, paper: Paper, language: str, *, again: bool = False) -> Result:
        """Make a summary and keep it, or keep why there is none; `again` asks even what was asked before.

        Raises `TokensUsedUpError`, or the `ModelError` of an endpoint that would answer no paper.
        """
        started = self._clock.now()
        read = await self._texts.read(paper.id)
        if isinstance(read, NoFullText) and not again and await self._waits_for_text(read, paper, language):
            return await self.fail(paper.id, language, read.reason)
        full_text = read.text if isinstance(read, FullText) else None
        found = await self._apart(excerpt, paper, full_text, self.allowance.tokens_a_text)
        if found is None:
            return await self.fail(paper.id, language, "There is no text to read.")
        asked = question(paper, found, language)
        task = _Task(paper, language, found, asked, input_hash(asked, self._model.model))
        if not again and await self._was_asked(task):
            return Result(paper.id, language, Outcome.UNCHANGED)
        result = await self._ask_and_keep(task)
        return replace(result, seconds=(self._clock.now() - started).total_seconds())

    async def fail(
        self, paper_id: str, language: str, reason: str, tokens_taken: int = 0, wait: timedelta = timedelta()
    ) -> Result:
        """Keep why there is no summary, to be tried again after growing waits and at least after `wait`."""
        now = self._clock.now()

        def keep(tables: Tables) -> None:
            tries = _tries(tables, paper_id, language) + 1
            growing = _BACKOFF.wait(tries - 1)
            failure = SummaryFailure(paper_id, language, tries, reason, now, now + max(growing, wait))
            tables.summary_failures.put(failure)

        await self._storage.write(keep)
        _logger.warning("No summary of %s in %s: %s", paper_id, language, reason)
        return Result(paper_id, language, Outcome.FAILED, tokens_taken, reason=reason)

    async def estimate(self, paper: Paper, language: str) -> int:
        """Return how many tokens one try takes at most; a text that is not here yet counts as the longest."""
        kept = await self._texts.kept(paper.id)
        found = excerpt(paper, kept.text if kept else None, self.allowance.tokens_a_text)
        if found is None:
            return self.allowance.tokens_a_text
        cost = cost_of(question(paper, found, language), found)
        return cost if kept else cost - found.tokens + self.allowance.tokens_a_text

    async def tokens_left(self) -> int:
        """Return how many tokens may still be spent on this UTC day."""
        today = self._clock.now().astimezone(UTC).date()
        spent = await self._storage.read(lambda tables: tables.model_requests.tokens_of_day(today))
        return max(0, self.allowance.tokens_a_day - spent)

    async def _apart(self, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Return what the work on a long text answers, while people are answered and other requests go out.

        It is done one at a time: several threads would take the interpreter from the event loop in turns.
        """
        async with self._thread:
            return await asyncio.to_thread(work, *args, **kwargs)

    async def _waits_for_text(self, read: NoFullText, paper: Paper, language: str) -> bool:
        """Tell whether a text that cannot be had now is waited for; after some tries the abstract must do."""
        if read.is_lasting:
            return False
        tries = await self._storage.read(lambda tables: _tries(tables, paper.id, language))
        return tries < _TRIES_FOR_TEXT

    async def _was_asked(self, task: _Task) -> bool:
        known = await self._storage.read(
            lambda tables: tables.summaries.input_hash(task.paper.id, task.language, FROM_MODEL)
        )
        return known == task.hash

    async def _ask_and_keep(self, task: _Task) -> Result:
        spent: list[Usage] = []
        try:
            checked = await self._asked_twice_at_most(task, spent)
        except (ModelQuotaError, ModelRefusedError) as error:
            await self._note_refusal(task, error)
            raise
        except (ModelAnswerError, ModelUnavailableError) as error:
            wait = timedelta(seconds=getattr(error, "retry_after", None) or 0)
            return await self.fail(task.paper.id, task.language, str(error), _sum(spent), wait)
        if not checked.is_kept:
            reason = " ".join(fault.sentence for fault in checked.faults)
            return await self.fail(task.paper.id, task.language, reason, _sum(spent))
        now = self._clock.now()
        await self._storage.write(
            lambda tables: _keep(tables, checked.summary, task.hash, now - _CARDS_CHANGE_FOR, now)
        )
        return Result(task.paper.id, task.language, Outcome.MADE, _sum(spent))

    async def _note_refusal(self, task: _Task, error: ModelError) -> None:
        """Keep why the endpoint would answer no paper, for the status; it is no failure of this one."""
        now = self._clock.now()

        def keep(tables: Tables) -> None:
            tries = _tries(tables, task.paper.id, task.language)
            failure = SummaryFailure(task.paper.id, task.language, tries, str(error), now, now)
            tables.summary_failures.put(failure)

        await self._storage.write(keep)

    async def _asked_twice_at_most(self, task: _Task, spent: list[Usage]) -> Checked:
        """Return the better of two answers, the second asked only where the first has faults."""
        answer = await self._ask(task, task.question, spent)
        first = await self._check(task, answer)
        if not first.wants_second_try:
            return first
        sentences = [fault.sentence for fault in first.faults]
        try:
            answer = await self._ask(task, correction(task.question, answer.text, sentences), spent)
        except (ModelError, TokensUsedUpError) as error:
            # What was paid for is not thrown away: it may be good enough with its marks.
            _logger.info("%s was not corrected: %s", task.paper.id, error)
            return first
        second = await self._check(task, answer)
        return min(first, second, key=lambda each: (not each.is_kept, len(each.faults)))

    async def _check(self, task: _Task, answer: Answer) -> Checked:
        today = self._clock.now().astimezone(UTC).date()
        provenance = Provenance(FROM_MODEL, today, answer.model, PROMPT_VERSION, task.excerpt.text_read)
        summary = read_answer(answer.fields, task.paper.id, task.language, provenance)
        return await self._apart(check, summary, task.paper, task.excerpt.text)

    async def _ask(self, task: _Task, asked: Question, spent: list[Usage]) -> Answer:
        request_id = await self._reserve(task, asked)
        try:
            answer = await self._model.ask(asked)
        except ModelError as error:
            await self._settle(request_id, self._model.model, error.usage, spent)
            raise
        await self._settle(request_id, answer.model, answer.usage, spent)
        return answer

    async def _reserve(self, task: _Task, asked: Question) -> int:
        """Write a request down with its most tokens before it is sent; return its id.

        So several at once keep within the day's tokens, in other processes too, and one whose answer nobody
        lived to hear counts all the same.
        """
        day, now, most = self.allowance.tokens_a_day, self._clock.now(), cost_of(asked, task.excerpt)
        request = ModelRequest(
            *(task.paper.id, task.language, self._model.model, now),
            prompt_tokens=most - asked.most_tokens,
            completion_tokens=asked.most_tokens,
        )

        def reserve(tables: Tables) -> int | None:
            spent = tables.model_requests.tokens_of_day(now.astimezone(UTC).date())
            return tables.model_requests.add(request) if spent + most <= day else None

        request_id = await self._storage.write(reserve)
        if request_id is None:
            raise TokensUsedUpError(
                f"Today's {day:,} tokens are used up; summaries go on tomorrow, UTC. "
                "The setting is PAPER_ROUND_TOKENS_A_DAY."
            )
        return request_id

    async def _settle(self, request_id: int, model: str, usage: Usage, spent: list[Usage]) -> None:
        spent.append(usage)
        await self._storage.write(
            lambda tables: tables.model_requests.settle(
                request_id, model, usage.prompt_tokens, usage.completion_tokens
            )
        )


def cost_of(asked: Question, given: Excerpt) -> int:
    """Return how many tokens a question takes at most: what it says, by estimate, and its longest answer.

    The paper's text, which is most of it, was counted when it was chosen.
    """
    around = sum(tokens(turn.content.replace(given.text, "")) for turn in asked.turns)
    return given.tokens + around + asked.most_tokens


def _keep(tables: Tables, summary: Summary, asked_hash: str, opened_since: datetime, now: datetime) -> None:
    """Keep the summary, and have the cards that show less drawn anew."""
    tables.summaries.put(summary, asked_hash)
    tables.summary_failures.forget(summary.paper_id, summary.language)
    tables.card_updates.want(summary.paper_id, summary.language, opened_since, now)


def _tries(tables: Tables, paper_id: str, language: str) -> int:
    """Return how often a summary could not be had since it came last."""
    failure = tables.summary_failures.get(paper_id, language)
    return failure.tries if failure else 0


def _sum(spent: list[Usage]) -> int:
    return sum(usage.prompt_tokens + usage.completion_tokens for usage in spent)
