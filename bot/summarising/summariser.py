"""Makes one paper's summary: read the text, ask the model, check the answer, keep it or why it failed."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, ParamSpec, Protocol, TypeVar

from bot.clock import Clock
from bot.errors import (
    ModelAnswerError,
    ModelCutOffError,
    ModelError,
    ModelQuotaError,
    ModelRefusedError,
    ModelSlipError,
    ModelThoughtError,
    ModelUnavailableError,
    TokensUsedUpError,
)
from bot.listings.renewal import RENEWED_CARDS_ARE_FROM
from bot.metrics import MODEL_REQUESTS, MODEL_TOKENS
from bot.retries import Backoff
from bot.settings import Settings
from bot.sources.full_text import FullText, NoFullText
from bot.summaries.excerpt import Excerpt, excerpt, tokens, was_cut
from bot.summaries.prompt import (
    MOST_TOKENS,
    PROMPT_VERSION,
    correction,
    input_hash,
    question,
    read_answer,
    read_claims,
)
from bot.summaries.question import Question, Told
from bot.summaries.second_reading import USUAL_TOKENS, second_reading
from storage.card_updates import CARDS_CHANGE_FOR
from storage.claims import Claim
from storage.records import FROM_MODEL, ModelRequest, Paper, Provenance, Summary, SummaryFailure, TextRead
from storage.runner import Runner
from storage.tables import Tables

# What asks a model and checks its answers is imported once one is set: most of it is only patterns.
if TYPE_CHECKING:
    from bot.summaries.checks import Checked
    from bot.summaries.model import ModelAnswer, ModelClient, Usage

_P = ParamSpec("_P")
_T = TypeVar("_T")

_BACKOFF = Backoff(first=timedelta(minutes=5), longest=timedelta(hours=12))

_GIVEN_UP = timedelta(days=365)
"""How long a question whose answer is too long for all the room there is waits, unless a person asks it."""

_LEAST_TOKENS_A_TEXT = 1_000
"""The least that the setting takes."""

_TRIES_FOR_TEXT = 3
"""How often a missing full text is waited for, before the abstract has to do."""

_logger = logging.getLogger(__name__)


class Outcome(StrEnum):
    """The outcome of making a summary."""

    MADE = "made"
    #: The same question had been asked before.
    UNCHANGED = "unchanged"
    FAILED = "failed"
    #: The paper is withdrawn, so there is none to make.
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of making one summary, and what it took."""

    paper_id: str
    language: str
    outcome: Outcome
    tokens: int = 0
    seconds: float = 0
    #: Why it failed.
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many tokens may be spent."""

    #: On all summaries of a UTC day.
    tokens_a_day: int
    #: On the text of one paper.
    tokens_a_text: int
    #: On one answer with its thoughts, where these take the room of a usual one.
    tokens_an_answer: int = 16_000
    #: Whether a summary is read a second time, beside the sentences that it names.
    reads_twice: bool = False

    def is_used_up(self, spent: int) -> bool:
        """Whether what is left of the day is too little for a paper with a long text."""
        return self.tokens_a_day - spent < self.tokens_a_text + MOST_TOKENS


def allowance_of(settings: Settings) -> Allowance | None:
    """Return the tokens that the settings allow; `None` where they name no model."""
    return (
        None
        if not settings.model
        else Allowance(
            settings.tokens_a_day,
            settings.tokens_a_text,
            settings.tokens_an_answer,
            reads_twice=settings.second_reading == "on",
        )
    )


class Texts(Protocol):
    """A source of papers' full texts."""

    async def read(
        self, paper_id: str, paper: Paper | None = None, version: int | None = None
    ) -> FullText | NoFullText:
        """Return a paper's text, fetching it where none is kept that was of this version."""
        ...

    async def kept(self, paper_id: str) -> FullText | None:
        """Return a paper's text if it is on disk."""
        ...


@dataclass(frozen=True, slots=True)
class _Task:
    """A paper and the question about it."""

    paper: Paper
    language: str
    excerpt: Excerpt
    question: Question
    #: Identifies the question, so that it is not asked twice.
    hash: str
    claim: Claim | None
    #: The version of the paper, where it is known.
    version: int | None = None


@dataclass(frozen=True, slots=True)
class _Subject:
    """A paper as it is stored now."""

    paper: Paper
    #: The version of which it is, where that is known.
    version: int | None
    #: The same if it followed one that was stored before.
    newer: int | None


class Summariser:
    """Makes summaries with a model; a paper's failure is recorded, retried later, and affects no other."""

    def __init__(
        self,
        storage: Runner,
        clock: Clock,
        model: "ModelClient",
        texts: Texts,
        allowance: Allowance,
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._model = model
        self._texts = texts
        self.allowance = allowance
        self._thread = asyncio.Lock()
        self._needs_room = False
        self._told_of_cuts = False

    async def make(
        self, paper: Paper, language: str, *, regenerate: bool = False, claim: Claim | None = None
    ) -> Result:
        """Make and keep a summary, or record why it failed; `regenerate` repeats even an unchanged question.

        Raises `TokensUsedUpError`, the `ModelError` of an endpoint that would answer no paper, or
        `LeaseLostError` if another worker has taken the claim over: then nothing is kept.
        """
        started = self._clock.now()
        subject = await self._storage.read(lambda tables: _subject(tables, paper))
        paper = subject.paper
        if paper.withdrawal is not None:
            return Result(paper.id, language, Outcome.WITHDRAWN)
        text = await self._texts.read(paper.id, paper, subject.newer)
        if isinstance(text, NoFullText) and not regenerate and await self._waits_for(text, paper, language):
            return await self.fail(paper.id, language, text.reason, claim=claim)
        chosen = await self._in_thread(self._excerpt, paper, text if isinstance(text, FullText) else None)
        if chosen is None:
            return await self.fail(paper.id, language, "There is no text to read.", claim=claim)
        asked = question(paper, chosen, language)
        hashed = input_hash(asked, self._model.model)
        task = _Task(paper, language, chosen, asked, hashed, claim, subject.version)
        if not regenerate and await self._was_asked(task):
            now = self._clock.now()
            await self._storage.write(_under(claim, lambda tables: _keep_unchanged(tables, task, now)))
            return Result(paper.id, language, Outcome.UNCHANGED)
        result = await self._ask_and_keep(task)
        return replace(result, seconds=(self._clock.now() - started).total_seconds())

    async def fail(
        self,
        paper_id: str,
        language: str,
        reason: str,
        tokens_taken: int = 0,
        wait: timedelta = timedelta(),
        *,
        claim: Claim | None = None,
        task: _Task | None = None,
    ) -> Result:
        """Record why there is no summary; the retry comes after a growing wait, and no sooner than `wait`.

        The failure of a task whose paper is of a newer version by now is not recorded: it says nothing of it.
        """
        now = self._clock.now()

        def keep(tables: Tables) -> None:
            if task and _version_since(tables, task):
                return
            tries = _tries(tables, paper_id, language) + 1
            next_try_at = now + max(_BACKOFF.wait(tries - 1), wait)
            failure = SummaryFailure(paper_id, language, tries, reason, now, next_try_at)
            tables.summary_failures.put(failure)

        await self._storage.write(_under(claim, keep))
        about = {"action": "summarise", "paper": paper_id, "language": language}
        _logger.warning("Summarising failed: %s", reason, extra=about)
        return Result(paper_id, language, Outcome.FAILED, tokens_taken, reason=reason)

    async def estimate(self, paper: Paper, language: str) -> int:
        """Return about how many tokens a summary takes whose first answer is good.

        A text that is not on disk counts as the longest. It is no limit: an answer may need a correction, or
        more room. What each question may take is reserved before it is asked (`_reserve`).
        """
        if paper.withdrawal:
            return 0
        kept = await self._texts.kept(paper.id)
        chosen = self._excerpt(paper, kept)
        of_reading = USUAL_TOKENS if self.allowance.reads_twice else 0
        if chosen is None:
            return self.allowance.tokens_a_text + MOST_TOKENS + of_reading
        cost = cost_of(question(paper, chosen, language), chosen) + of_reading
        return cost if kept else cost - chosen.tokens + self.allowance.tokens_a_text

    def _excerpt(self, paper: Paper, text: FullText | None) -> Excerpt | None:
        if text is None:
            return excerpt(paper, None, self.allowance.tokens_a_text)
        return excerpt(paper, text.text, self.allowance.tokens_a_text, is_whole=text.is_whole)

    async def tokens_left(self) -> int:
        """Return how many tokens may still be spent on this UTC day."""
        today = self._clock.now().astimezone(UTC).date()
        spent = await self._storage.read(lambda tables: tables.model_requests.tokens_of_day(today))
        return max(0, self.allowance.tokens_a_day - spent)

    async def _in_thread(self, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Run work on a long text in a thread, so that the event loop stays free.

        Only one runs at a time: several threads would take the interpreter from the event loop in turns.
        """
        async with self._thread:
            return await asyncio.to_thread(work, *args, **kwargs)

    async def _waits_for(self, text: NoFullText, paper: Paper, language: str) -> bool:
        """Return whether a missing text may still come; after some tries the abstract has to do."""
        if text.is_lasting:
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
            checked = await self._ask_twice_at_most(task, spent)
        except (ModelQuotaError, ModelRefusedError) as error:
            await self._record_refusal(task, error)
            raise
        except ModelCutOffError as error:
            reason = f"{error} Then run `paper-round summarise {task.paper.id}`."
            return await self._fail(task, reason, spent, _GIVEN_UP)
        except (ModelAnswerError, ModelUnavailableError) as error:
            wait = timedelta(seconds=getattr(error, "retry_after", None) or 0)
            return await self._fail(task, str(error), spent, wait)
        if not checked.is_kept:
            reason = " ".join(fault.sentence for fault in checked.faults)
            return await self._fail(task, reason, spent)
        now = self._clock.now()
        await self._storage.write(
            _under(task.claim, lambda tables: _keep(tables, task, checked.summary, now))
        )
        return Result(task.paper.id, task.language, Outcome.MADE, _sum(spent))

    async def _fail(
        self, task: _Task, reason: str, spent: "list[Usage]", wait: timedelta = timedelta()
    ) -> Result:
        paper_id, language = task.paper.id, task.language
        return await self.fail(paper_id, language, reason, _sum(spent), wait, claim=task.claim, task=task)

    async def _record_refusal(self, task: _Task, error: ModelError) -> None:
        """Record why the endpoint would answer no paper, for the status; it is no failure of this one."""
        now = self._clock.now()

        def keep(tables: Tables) -> None:
            tries = _tries(tables, task.paper.id, task.language)
            failure = SummaryFailure(task.paper.id, task.language, tries, str(error), now, now)
            tables.summary_failures.put(failure)

        await self._storage.write(_under(task.claim, keep))

    async def _ask_twice_at_most(self, task: _Task, spent: "list[Usage]") -> "Checked":
        """Return the better of two answers; the second is asked for only where the first has faults.

        A slip of form is such a fault. Raises the slip where the second answer has one, too.
        """
        from bot.summaries.checks import better  # noqa: PLC0415 -- by the first answer

        try:
            answer = await self._ask_with_room(task, task.question, spent)
            task = self._as_read(task, answer)
        except ModelSlipError as slip:
            asked = correction(task.question, slip.answer, [Told.quoting(slip.slip)])
            return await self._check(task, await self._ask_with_room(task, asked, spent), spent)
        first = await self._check(task, answer, spent)
        if not first.wants_second_try:
            return first
        try:
            asked = correction(task.question, answer.text, [fault.told for fault in first.faults])
            answer = await self._ask_with_room(task, asked, spent)
        except (ModelError, TokensUsedUpError) as error:
            # The first answer is paid for, and may be good enough with its marks.
            about = {"action": "correct", "paper": task.paper.id, "language": task.language}
            _logger.info("No correction: %s", error, extra=about)
            return first
        return better(first, await self._check(task, answer, spent))

    def _as_read(self, task: _Task, answer: "ModelAnswer") -> _Task:
        """Return the task with what the endpoint read of its text; that it cut some is told once.

        Only a first question shows it: of a later one an endpoint may count what is new alone.
        """
        sent = "".join(turn.content for turn in task.question.turns)
        counted = answer.counted_tokens
        if counted is None or not was_cut(sent, counted):
            return task
        if not self._told_of_cuts:
            self._told_of_cuts = True
            _logger.warning(
                "%s read about %s of %s tokens and cut the rest. Give it a larger context, or set "
                "PAPER_ROUND_TOKENS_A_TEXT to %s or less.",
                *(answer.model, f"{counted:,}", f"{tokens(sent):,}", self._fitting(task, counted)),
                extra={"action": "summarise", "paper": task.paper.id, "language": task.language},
            )
        if task.excerpt.text_read is not TextRead.FULL_TEXT:
            return task
        return replace(task, excerpt=replace(task.excerpt, text_read=TextRead.PART))

    def _fitting(self, task: _Task, counted: int) -> int:
        """Return the most tokens of a text that, with all around it and an answer, fit what was read."""
        around = cost_of(task.question, task.excerpt) - task.excerpt.tokens - task.question.most_tokens
        return max(_LEAST_TOKENS_A_TEXT, (counted - around) // 100 * 100)

    async def _ask_with_room(self, task: _Task, asked: Question, spent: "list[Usage]") -> "ModelAnswer":
        """Ask, and once more with all the tokens there may be where the answer is cut off.

        A model whose thoughts took its room gets them from then on.
        """
        asked, most = self._with_room(asked), self.allowance.tokens_an_answer
        try:
            return await self._ask(task, asked, spent)
        except ModelCutOffError as error:
            if asked.most_tokens >= most:
                raise
            self._needs_room = self._needs_room or isinstance(error, ModelThoughtError)
        return await self._ask(task, replace(asked, most_tokens=most), spent)

    def _with_room(self, asked: Question) -> Question:
        """Return the question with the tokens that this model's thoughts need, within the allowance."""
        most = self.allowance.tokens_an_answer
        return replace(asked, most_tokens=most if self._needs_room else min(most, asked.most_tokens))

    async def _check(self, task: _Task, answer: "ModelAnswer", spent: "list[Usage]") -> "Checked":
        """Return an answer as code checks it, and as the model reads it again where it may be kept."""
        checked = await self._check_by_code(task, answer)
        return await self._read_again(task, checked, spent) if checked.is_kept else checked

    async def _read_again(self, task: _Task, checked: "Checked", spent: "list[Usage]") -> "Checked":
        """Return the summary with what the model doubts when it sees each sentence beside the paper's."""
        from bot.summaries.checks import read_again  # noqa: PLC0415 -- by the first answer

        asked = second_reading(checked.summary.evidence) if self.allowance.reads_twice else None
        if asked is None:
            return checked
        try:
            answer = await self._ask_with_room(task, asked, spent)
        except (ModelError, TokensUsedUpError) as error:
            # The summary is paid for, and has passed all that code can check.
            about = {"action": "read again", "paper": task.paper.id, "language": task.language}
            _logger.warning("No second reading: %s", error, extra=about)
            return checked
        return read_again(checked, answer.fields)

    async def _check_by_code(self, task: _Task, answer: "ModelAnswer") -> "Checked":
        from bot.summaries.checks import check  # noqa: PLC0415 -- by the first answer

        today = self._clock.now().astimezone(UTC).date()
        provenance = Provenance(
            *(FROM_MODEL, today, answer.model, PROMPT_VERSION, task.excerpt.text_read, task.version)
        )
        summary = read_answer(answer.fields, task.paper.id, task.language, provenance)
        claims, given = read_claims(answer.fields), task.excerpt.numbered
        return await self._in_thread(check, summary, task.paper, task.excerpt.text, claims, given)

    async def _ask(self, task: _Task, asked: Question, spent: "list[Usage]") -> "ModelAnswer":
        request_id = await self._reserve(task, asked)
        try:
            answer = await self._model.ask(asked)
        except ModelError as error:
            MODEL_REQUESTS.labels(type(error).__name__).inc()
            await self._settle(request_id, self._model.model, error.usage, spent)
            raise
        MODEL_REQUESTS.labels("answered").inc()
        await self._settle(request_id, answer.model, answer.usage, spent)
        return answer

    async def _reserve(self, task: _Task, asked: Question) -> int:
        """Record a request with the most tokens it can take before it is sent, and return its id.

        So concurrent requests stay within the day's tokens, across processes too, and one whose answer was
        lost still counts.
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
                f"Today's {day:,} tokens are used up; summaries resume tomorrow (UTC). "
                "PAPER_ROUND_TOKENS_A_DAY sets the limit."
            )
        return request_id

    async def _settle(self, request_id: int, model: str, usage: "Usage", spent: "list[Usage]") -> None:
        spent.append(usage)
        MODEL_TOKENS.labels("prompt").inc(usage.prompt_tokens)
        MODEL_TOKENS.labels("completion").inc(usage.completion_tokens)
        await self._storage.write(
            lambda tables: tables.model_requests.settle(
                request_id, model, usage.prompt_tokens, usage.completion_tokens
            )
        )


def _under(claim: Claim | None, write: Callable[[Tables], None]) -> Callable[[Tables], None]:
    """Return the write as one that needs the claim, if there is one."""
    return claim.around(write) if claim else write


def cost_of(asked: Question, given: Excerpt) -> int:
    """Return the most tokens a question takes: its own, by estimate, and those of the longest answer.

    The paper's text, which is most of it where it is asked about, was counted when it was chosen.
    """
    text = given.written
    around = sum(tokens(turn.content.replace(text, "")) for turn in asked.turns)
    is_given = any(text in turn.content for turn in asked.turns)
    return given.tokens * is_given + around + asked.most_tokens


def _keep(tables: Tables, task: _Task, summary: Summary, now: datetime) -> None:
    """Keep the summary, and enqueue updates of the cards that show less."""
    tables.summaries.put(summary, task.hash)
    tables.summary_failures.forget(summary.paper_id, summary.language)
    tables.card_updates.enqueue(summary.paper_id, summary.language, now - CARDS_CHANGE_FOR, now)
    _settle_version(tables, task, now)


def _keep_unchanged(tables: Tables, task: _Task, now: datetime) -> None:
    """Keep that the summary is of this version too, of which the question is the same."""
    if task.version:
        tables.summaries.note_version(task.paper.id, task.language, FROM_MODEL, task.version)
    _settle_version(tables, task, now)


def _settle_version(tables: Tables, task: _Task, now: datetime) -> None:
    """Enqueue updates of the cards that wait for the summary of a newer version, if that is what it is.

    One that is outdated by the time it is kept is enqueued to be made anew: the renewal did not know of it.
    """
    paper_id, language = task.paper.id, task.language
    if task.version and tables.outdated_summaries.remove(paper_id, language, task.version):
        tables.card_updates.enqueue(paper_id, language, now - RENEWED_CARDS_ARE_FROM, now)
    if newer := _version_since(tables, task):
        tables.outdated_summaries.add(paper_id, [language], newer, now)


def _version_since(tables: Tables, task: _Task) -> int | None:
    """Return the version of the paper that took the place of the one that the task read, if one did."""
    stored = _stored_version(tables, task.paper.id)
    return stored if stored and task.version and task.version < stored else None


def _subject(tables: Tables, paper: Paper) -> _Subject:
    """Return the paper as it is stored by now: it may be withdrawn, or of a newer version."""
    newer = tables.paper_versions.of_papers([paper.id]).get(paper.id)
    return _Subject(
        tables.papers.get(paper.id) or paper,
        _stored_version(tables, paper.id),
        newer.version if newer else None,
    )


def _stored_version(tables: Tables, paper_id: str) -> int | None:
    """Return the version of which a paper is stored, where it is known."""
    record = tables.arxiv_records.get(paper_id)
    return record.stored_version if record else None


def _tries(tables: Tables, paper_id: str, language: str) -> int:
    """Return how often a summary has failed in a row."""
    failure = tables.summary_failures.get(paper_id, language)
    return failure.tries if failure else 0


def _sum(spent: "list[Usage]") -> int:
    return sum(usage.prompt_tokens + usage.completion_tokens for usage in spent)
