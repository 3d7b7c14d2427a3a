"""Asks a language model through any OpenAI-compatible `chat/completions`.

Whatever the endpoint answers becomes the requested fields or one ModelError, after a bounded number of
requests and a bounded wait.
"""

import asyncio
import logging
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import httpx
from pydantic import SecretStr

from bot.clock import Clock
from bot.errors import ModelError, Usage
from bot.retries import Backoff
from bot.summaries.answers import Completion, estimated_usage, fields_of
from bot.summaries.dialect import AnswerFormat, Dialect
from bot.summaries.endpoint import Endpoint
from bot.summaries.question import Question, Turn
from bot.summaries.refusals import Cause, Refusal

__all__ = ["MOST_SECONDS_WAITED", "ModelAnswer", "ModelClient", "Usage"]

MOST_SECONDS_WAITED = 120.0
"""How long one question waits in total for rate limits and failing endpoints."""

_TRIES = 3
_BACKOFF = Backoff(first=timedelta(seconds=1), longest=timedelta(minutes=2), jitter=1.0)

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """A model's answer to a question."""

    fields: dict[str, Any]
    #: As the model wrote it.
    text: str
    #: Of all requests that the question took; estimated where the endpoint does not count.
    usage: Usage
    #: The model that the endpoint names, else the requested one.
    model: str
    #: The tokens of the question as the endpoint counted them, where it did.
    counted_tokens: int | None = None


class ModelClient:
    """Asks one model at one endpoint, and remembers what the endpoint supports.

    At most `at_once` requests run concurrently; a rate limit holds back all of them. A request may take
    `seconds`, and its answer 2 MB. Raises SettingsError for a malformed address or key.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        clock: Clock,
        *,
        base_url: str,
        api_key: SecretStr | None,
        model: str,
        random: Random,
        at_once: int = 10,
        seconds: float = 180.0,
    ) -> None:
        self._clock = clock
        self.model = model
        self._random = random
        self._endpoint = Endpoint(client, clock, base_url, api_key, seconds)
        self._dialect = Dialect()
        self._times_unclear = 0
        self._hold = _Hold(clock)
        self._places = asyncio.Semaphore(at_once)

    async def ask(self, question: Question) -> ModelAnswer:
        """Return the model's answer, a JSON object that is not checked against the schema.

        Waits out rate limits and retries a failing endpoint twice, for up to MOST_SECONDS_WAITED in all.
        Raises ModelUnavailableError, ModelQuotaError, ModelRefusedError and ModelAnswerError.
        """
        asking = _Asking(question)
        async with self._places:
            try:
                return await self._answer(asking)
            except ModelError as error:
                error.usage = asking.usage
                raise

    async def try_token(self) -> str:
        """Ask for one token, and return the name of the model that the endpoint says has answered.

        Raises what `ask` raises, but nothing for what is in the answer.
        """
        asking = _Asking(Question((Turn("user", "Say yes."),), {}, most_tokens=1))
        async with self._places:
            dialect = replace(self._dialect, form=AnswerFormat.TEXT)
            _, completion = await self._completion(dialect, asking)
        return completion.model or self.model

    async def _answer(self, asking: "_Asking") -> ModelAnswer:
        dialect, completion = await self._completion(self._dialect, asking)
        if completion.is_blank and dialect.form is AnswerFormat.OBJECT:
            # DeepSeek's JSON mode does this now and then, so the dialect is not lowered for good.
            _, completion = await self._completion(replace(dialect, form=AnswerFormat.TEXT), asking)
        fields = fields_of(completion, asking.question.schema.get("required", ()))
        counted = completion.usage.prompt_tokens or None if completion.usage else None
        return ModelAnswer(fields, completion.text, asking.usage, completion.model or self.model, counted)

    async def _completion(self, dialect: Dialect, asking: "_Asking") -> tuple[Dialect, Completion]:
        """Return the answer in the first dialect that the endpoint supports."""
        first, is_unclear = dialect, False
        while isinstance(answer := await self._patiently_sent(dialect, asking), Refusal):
            lower = _lower(dialect, answer)
            if lower is None:
                raise self._endpoint.error(answer)
            about = {"action": "ask model", "model": self.model}
            _logger.info("%s %s: trying a simpler request.", self._endpoint.host, answer.what, extra=about)
            dialect, is_unclear = lower, is_unclear or answer.cause is Cause.UNCLEAR
        self._learn(first, dialect, is_unclear=is_unclear)
        return dialect, answer

    def _learn(self, first: Dialect, spoken: Dialect, *, is_unclear: bool) -> None:
        """Remember the dialect that was answered; after one unclear refusal the schema is asked for again.

        The question may have been at fault, so only a second one in a row is the endpoint's.
        """
        if spoken is first:
            self._times_unclear = 0
            return
        self._times_unclear += is_unclear
        is_passing = is_unclear and self._times_unclear == 1
        self._dialect = replace(spoken, form=first.form) if is_passing else spoken

    async def _patiently_sent(self, dialect: Dialect, asking: "_Asking") -> Completion | Refusal:
        """Return the endpoint's answer, after retries where it fails or limits the rate."""
        request = dialect.written(asking.question, self.model)
        while True:
            await self._wait_out_hold(asking)
            answer = await self._endpoint.send(request)
            if isinstance(answer, Completion):
                asking.spend(answer)
                return answer
            if answer.cause is Cause.RATE_LIMITED:
                self._hold.extend(self._rate_limit_wait(answer, asking), answer)
            elif answer.cause is Cause.FAILED:
                await self._wait_after_failure(answer, asking)
            else:
                return answer

    async def _wait_out_hold(self, asking: "_Asking") -> None:
        while (seconds := self._hold.seconds_left()) > 0:
            await self._wait(seconds, asking, self._hold.refusal)

    def _rate_limit_wait(self, refusal: Refusal, asking: "_Asking") -> float:
        """Return the wait that the endpoint asks for, or a growing one where that does not help."""
        times, asking.times_limited = asking.times_limited, asking.times_limited + 1
        if refusal.wait is None:
            return self._backoff(times)
        return max(refusal.wait, self._backoff(times - 1)) if times else refusal.wait

    async def _wait_after_failure(self, refusal: Refusal, asking: "_Asking") -> None:
        asking.times_failed += 1
        if asking.times_failed == _TRIES:
            raise self._endpoint.error(refusal)
        await self._wait(max(self._backoff(asking.times_failed - 1), refusal.wait or 0), asking, refusal)

    async def _wait(self, seconds: float, asking: "_Asking", refusal: Refusal) -> None:
        if asking.seconds_waited + seconds > MOST_SECONDS_WAITED:
            raise self._endpoint.error(replace(refusal, wait=seconds))
        asking.seconds_waited += seconds
        about = {"action": "ask model", "model": self.model}
        _logger.info("%s %s: waiting %.1f seconds.", self._endpoint.host, refusal.what, seconds, extra=about)
        await self._clock.sleep(seconds)

    def _backoff(self, retries: int) -> float:
        return _BACKOFF.wait(retries, self._random).total_seconds()


@dataclass(slots=True)
class _Asking:
    """The state of one question: what it has cost, and how often it was refused."""

    question: Question
    usage: Usage = field(default_factory=Usage)
    seconds_waited: float = 0.0
    times_limited: int = 0
    times_failed: int = 0

    def spend(self, completion: Completion) -> None:
        asked = "".join(turn.content for turn in self.question.turns)
        self.usage += completion.usage or estimated_usage(asked, completion.text)


class _Hold:
    """Holds back all requests until a rate limit ends, and keeps the refusal that announced it.

    It ends early where the clock is set back: asking too early does no harm, waiting for ever does.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._since = datetime.min.replace(tzinfo=UTC)
        self._duration = timedelta()
        self.refusal = Refusal(Cause.RATE_LIMITED, "")

    def seconds_left(self) -> float:
        passed = self._clock.now() - self._since
        return (self._duration - passed).total_seconds() if timedelta() <= passed < self._duration else 0.0

    def extend(self, seconds: float, refusal: Refusal) -> None:
        if seconds > self.seconds_left():
            self._since, self._duration = self._clock.now(), timedelta(seconds=seconds)
            self.refusal = refusal


def _lower(dialect: Dialect, refusal: Refusal) -> Dialect | None:
    match refusal.cause:
        case Cause.NO_MOST_TOKENS:
            return dialect.without_most_tokens()
        case Cause.NO_TEMPERATURE:
            return dialect.without_temperature()
        case Cause.NO_FORM | Cause.UNCLEAR:
            return dialect.without_form()
        case _:
            return None
