"""A question to a scripted endpoint in simulated time, and how it ended."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta
from random import Random
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from bot.clock import Clock
from bot.errors import ModelError
from bot.summaries.model import ModelClient
from bot.summaries.question import Question, Turn
from tests.support.clocks import SimulatedClock
from tests.support.model_server import ModelServer, error
from tests.support.virtual_time import START
from tests.support.web_server import Answer

KEY = "sk-garden-0123456789"
SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
QUESTION = Question((Turn("system", "Answer in JSON."), Turn("user", "Which city?")), SCHEMA, most_tokens=500)
ROME = {"city": "Rome"}
NO_SCHEMA = error(400, "This response_format type is unavailable now", code="invalid_request_error")
NO_OBJECT = error(422, "response_format: unknown variant `json_object`")
NO_MAX_TOKENS = error(
    400,
    "Unsupported parameter: 'max_tokens' is not supported with this model. "
    "Use 'max_completion_tokens' instead.",
    param="max_tokens",
    code="unsupported_parameter",
)
NO_TEMPERATURE = error(
    400,
    "Unsupported value: 'temperature' does not support 0.2 with this model.",
    param="temperature",
    code="unsupported_value",
)


def model_at(base_url: str, client: httpx.AsyncClient, clock: Clock, **more: Any) -> ModelClient:
    return ModelClient(
        client, clock, base_url=base_url, api_key=SecretStr(KEY), model="rome-1", random=Random(1), **more
    )


@asynccontextmanager
async def asking(
    http: httpx.AsyncClient, answers: Iterable[Answer] = (), *, otherwise: Answer | None = None, **more: Any
) -> AsyncIterator[tuple[ModelClient, ModelServer, SimulatedClock]]:
    clock = SimulatedClock(START)
    async with ModelServer(answers, otherwise=otherwise) as server:
        yield model_at(server.base_url, http, clock, **more), server, clock


async def outcome(
    http: httpx.AsyncClient, answers: Iterable[Answer], *, otherwise: Answer | None = None, **more: Any
) -> tuple[object, int, timedelta]:
    """Return the fields or the kind of error, the number of requests and the time that was waited."""
    async with asking(http, answers, otherwise=otherwise, **more) as (model, server, clock):
        try:
            got: object = (await model.ask(QUESTION)).fields
        except ModelError as raised:
            got = type(raised)
        return got, len(server.requests), clock.now() - START


async def error_of(http: httpx.AsyncClient, *answers: Answer, **more: Any) -> ModelError:
    async with asking(http, answers, **more) as (model, _, _):
        with pytest.raises(ModelError) as raised:
            await model.ask(QUESTION)
    return raised.value
