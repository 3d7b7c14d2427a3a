"""Asking a language model, over any `chat/completions` that is compatible with OpenAI's.

Whatever an endpoint answers ends as the fields that were asked for or as one ModelError, after a bounded
number of requests and a bounded wait.
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
from bot.summaries.question import Question
from bot.summaries.refusals import Cause, Refusal

__all__ = ["MOST_SECONDS_WAITED", "ModelAnswer", "ModelClient", "Usage"]

MOST_SECONDS_WAITED = 120.0
"""For how long one question waits altogether, for a rate limit to end or an endpoint to come back."""

_TRIES = 3
_BACKOFF = Backoff(first=timedelta(seconds=1), longest=timedelta(minutes=2), jitter=1.0)

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """The fields of an answer, its text as the model wrote it, what it cost, and which model it says it is.

    The usage is that of all requests the question took. It is counted by the endpoint, and estimated where
    that does not count.
    """

    fields: dict[str, Any]
    text: str
    usage: Usage
    model: str


class ModelClient:
    """Asks one model at one endpoint, and remembers what the endpoint can do as long as this object lives.

    At most `at_once` requests are under way; a rate limit holds all of them back. A request may take
    `seconds`, and its answer 2 MB. Raises SettingsError for an address or a key that cannot be one.
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
        self._hold = _Hold(clock)
        self._places = asyncio.Semaphore(at_once)

    async def ask(self, question: Question) -> ModelAnswer:
        """Return the model's answer, which is an object; whether it is one of the schema is not looked at.

        A rate limit is waited out, and a failing endpoint tried twice more, for up to MOST_SECONDS_WAITED in
        all. Raises ModelUnavailableError, ModelQuotaError, ModelRefusedError and ModelAnswerError.
        """
        asking = _Asking(question)
        async with self._places:
            try:
                return await self._answer(asking)
            except ModelError as error:
                error.usage = asking.usage
                raise

    async def _answer(self, asking: "_Asking") -> ModelAnswer:
        dialect, completion = await self._completion(self._dialect, asking)
        if completion.is_blank and dialect.form is AnswerFormat.OBJECT:
            # DeepSeek's JSON mode does so now and then, which is no reason to do without it for ever.
            _, completion = await self._completion(replace(dialect, form=AnswerFormat.TEXT), asking)
        fields = fields_of(completion, asking.question.schema.get("required", ()))
        return ModelAnswer(fields, completion.text, asking.usage, completion.model or self.model)

    async def _completion(self, dialect: Dialect, asking: "_Asking") -> tuple[Dialect, Completion]:
        """Return what is answered to the question in the first dialect that the endpoint understands."""
        first = dialect
        while isinstance(got := await self._understood(dialect, asking), Refusal):
            lower = _lower(dialect, got)
            if lower is None:
                raise self._endpoint.error(got)
            _logger.info("%s %s: asking it otherwise.", self._endpoint.host, got.what)
            dialect = lower
        if dialect is not first:
            self._dialect = dialect
        return dialect, got

    async def _understood(self, dialect: Dialect, asking: "_Asking") -> Completion | Refusal:
        """Return what the endpoint answers when it is neither out of order nor asked too often."""
        request = dialect.written(asking.question, self.model)
        while True:
            await self._wait_out_hold(asking)
            got = await self._endpoint.send(request)
            if isinstance(got, Completion):
                asking.spend(got)
                return got
            if got.cause is Cause.RATE_LIMITED:
                self._hold.extend(self._rate_limit_wait(got, asking), got)
            elif got.cause is Cause.FAILED:
                await self._wait_after_failure(got, asking)
            else:
                return got

    async def _wait_out_hold(self, asking: "_Asking") -> None:
        while (seconds := self._hold.seconds_left()) > 0:
            await self._wait(seconds, asking, self._hold.refusal)

    def _rate_limit_wait(self, refusal: Refusal, asking: "_Asking") -> float:
        """Return the wait that is asked for; who is told a wait that does not help waits longer by itself."""
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
        _logger.info("%s %s: waiting %.1f seconds.", self._endpoint.host, refusal.what, seconds)
        await self._clock.sleep(seconds)

    def _backoff(self, retries: int) -> float:
        return _BACKOFF.wait(retries, self._random).total_seconds()


@dataclass(slots=True)
class _Asking:
    """One question on its way: what it cost and how often it was sent away."""

    question: Question
    usage: Usage = field(default_factory=Usage)
    seconds_waited: float = 0.0
    times_limited: int = 0
    times_failed: int = 0

    def spend(self, completion: Completion) -> None:
        asked = "".join(turn.content for turn in self.question.turns)
        self.usage += completion.usage or estimated_usage(asked, completion.text)


class _Hold:
    """Until when the endpoint wants to be asked nothing, by anybody, and what it said then.

    It ends early where the clock is set back: to ask too early is answered, to ask never is not.
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
