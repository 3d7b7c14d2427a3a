"""Has a model read what people want more of and less of, within the day's tokens."""

import logging
from datetime import UTC
from typing import TYPE_CHECKING

from bot.clock import Clock
from bot.errors import ModelError, TokensUsedUpError
from bot.metrics import MODEL_REQUESTS, MODEL_TOKENS
from bot.summaries.excerpt import tokens
from bot.summaries.question import Question
from bot.summaries.topics import read_topics_answer, topics_question
from bot.summarising.summariser import Allowance
from storage.records import Topic
from storage.runner import Runner
from storage.tables import Tables

if TYPE_CHECKING:
    from bot.summaries.model import ModelAnswer, ModelClient, Usage

_logger = logging.getLogger(__name__)


class TopicReader:
    """Reads sentences with a model; what people write is kept nowhere and never logged."""

    def __init__(self, storage: Runner, clock: Clock, model: "ModelClient", allowance: Allowance) -> None:
        self._storage = storage
        self._clock = clock
        self._model = model
        self._allowance = allowance

    async def read(self, sentence: str) -> tuple[Topic, ...]:
        """Return the topics that the model finds; none where it finds none, fails, or may not be asked."""
        asked = topics_question(sentence)
        try:
            answer = await self._ask(asked)
        except (ModelError, TokensUsedUpError) as error:
            # The message may quote the answer, and that may have the sentence.
            _logger.warning(
                "A model read no topics: %s", type(error).__name__, extra={"action": "read topics"}
            )
            return ()
        return read_topics_answer(answer.fields)

    async def _ask(self, asked: Question) -> "ModelAnswer":
        request_id = await self._reserve(asked)
        try:
            answer = await self._model.ask(asked)
        except ModelError as error:
            MODEL_REQUESTS.labels(type(error).__name__).inc()
            await self._settle(request_id, self._model.model, error.usage)
            raise
        MODEL_REQUESTS.labels("answered").inc()
        await self._settle(request_id, answer.model, answer.usage)
        return answer

    async def _reserve(self, asked: Question) -> int:
        """Record a request with the most tokens it can take, before it is sent, as for a summary."""
        now, prompt = self._clock.now(), sum(tokens(turn.content) for turn in asked.turns)
        most = prompt + asked.most_tokens

        def reserve(tables: Tables) -> int | None:
            spent = tables.model_requests.tokens_of_day(now.astimezone(UTC).date())
            if spent + most > self._allowance.tokens_a_day:
                return None
            return tables.topic_requests.add(self._model.model, now, prompt, asked.most_tokens)

        request_id = await self._storage.write(reserve)
        if request_id is None:
            raise TokensUsedUpError("The day's tokens are used up. PAPER_ROUND_TOKENS_A_DAY sets the limit.")
        return request_id

    async def _settle(self, request_id: int, model: str, usage: "Usage") -> None:
        MODEL_TOKENS.labels("prompt").inc(usage.prompt_tokens)
        MODEL_TOKENS.labels("completion").inc(usage.completion_tokens)
        await self._storage.write(
            lambda tables: tables.topic_requests.settle(
                request_id, model, usage.prompt_tokens, usage.completion_tokens
            )
        )
