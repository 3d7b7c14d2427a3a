import asyncio
import gzip
import json
import logging
import ssl
import traceback
from collections import deque
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from bot.clock import Clock, SimulatedClock
from bot.errors import (
    ModelAnswerError,
    ModelError,
    ModelQuotaError,
    ModelRefusedError,
    ModelUnavailableError,
    SettingsError,
)
from bot.summaries.model import MOST_SECONDS_WAITED, Answer, ModelClient, Usage
from bot.summaries.question import Question, Turn
from tests.sources.server import Answer as Played
from tests.sources.server import cut_off, hanging_up, never_ending, redirecting, saying
from tests.summaries.model_server import ModelServer, answering, completing, completion, error, sending
from tests.summaries.recordings import recordings
from tests.virtual_time import START, VirtualClock, run_virtual

KEY = "sk-garden-0123456789"
SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
QUESTION = Question((Turn("system", "Answer in JSON."), Turn("user", "Which city?")), SCHEMA, most_tokens=500)
ROME = {"city": "Rome"}
GROWING = timedelta(seconds=Random(1).uniform(1, 2))
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


@pytest.fixture(scope="module")
def certificates() -> ssl.SSLContext:
    """To read them takes longer than a test."""
    return ssl.create_default_context()


@pytest.fixture
async def http(certificates: ssl.SSLContext) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False, verify=certificates) as client:
        yield client


def model_at(base_url: str, client: httpx.AsyncClient, clock: Clock, **more: Any) -> ModelClient:
    return ModelClient(
        client, clock, base_url=base_url, api_key=SecretStr(KEY), model="rome-1", random=Random(1), **more
    )


@asynccontextmanager
async def asking(
    http: httpx.AsyncClient, answers: Iterable[Played] = (), *, otherwise: Played | None = None, **more: Any
) -> AsyncIterator[tuple[ModelClient, ModelServer, SimulatedClock]]:
    clock = SimulatedClock(START)
    async with ModelServer(answers, otherwise=otherwise) as server:
        yield model_at(server.base_url, http, clock, **more), server, clock


async def outcome(
    http: httpx.AsyncClient, answers: Iterable[Played], *, otherwise: Played | None = None, **more: Any
) -> tuple[object, int, timedelta]:
    """Return the fields or the kind of error, the number of requests and the time that was waited."""
    async with asking(http, answers, otherwise=otherwise, **more) as (model, server, clock):
        try:
            got: object = (await model.ask(QUESTION)).fields
        except ModelError as raised:
            got = type(raised)
        return got, len(server.requests), clock.now() - START


async def error_of(http: httpx.AsyncClient, *answers: Played, **more: Any) -> ModelError:
    async with asking(http, answers, **more) as (model, _, _):
        with pytest.raises(ModelError) as raised:
            await model.ask(QUESTION)
    return raised.value


# --- What is sent, and what comes of it ------------------------------------------------------------------


async def test_a_question_is_asked_with_its_schema_and_its_answer_comes_whole(
    http: httpx.AsyncClient,
) -> None:
    async with asking(http, [completing(ROME, tokens=(30, 4), model="rome-1-2026")]) as (model, server, _):
        answer = await model.ask(QUESTION)

    assert answer == Answer(ROME, '{"city": "Rome"}', Usage(30, 4), "rome-1-2026")
    (asked,) = server.requests
    assert asked.path == "/v1/chat/completions"
    assert asked.headers["Authorization"] == f"Bearer {KEY}"
    assert asked.body == {
        "model": "rome-1",
        "messages": [
            {"role": "system", "content": "Answer in JSON."},
            {"role": "user", "content": "Which city?"},
        ],
        "stream": False,
        "temperature": 0.2,
        "max_tokens": 500,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "answer", "strict": True, "schema": SCHEMA},
        },
    }


async def test_an_endpoint_without_a_key_is_sent_none_and_its_model_is_the_one_that_was_set(
    http: httpx.AsyncClient,
) -> None:
    async with ModelServer([completing(ROME, model=None)]) as server:
        model = ModelClient(
            http,
            SimulatedClock(START),
            base_url=server.base_url + "/chat/completions/",
            api_key=None,
            model="local",
            random=Random(1),
        )
        answer = await model.ask(QUESTION)

    assert answer.model == "local"
    assert [(asked.path, "Authorization" in asked.headers) for asked in server.requests] == [
        ("/v1/chat/completions", False)
    ]


async def test_half_a_character_in_a_paper_does_not_stop_the_question(http: httpx.AsyncClient) -> None:
    question = Question((Turn("user", "a \ud83d b"),), SCHEMA, 500)
    async with asking(http, [completing(ROME)]) as (model, server, _):
        await model.ask(question)

    assert server.bodies[0]["messages"][0]["content"] == "a ? b"


@pytest.mark.parametrize(
    "address",
    [
        "api.openai.com/v1",
        "ftp://models/",
        "https://",
        "https://me:secret@models/v1",
        "https://models/v1?key=1",
        "https://mo dels:port/",
    ],
)
async def test_an_address_that_cannot_be_one_is_said_at_once(http: httpx.AsyncClient, address: str) -> None:
    with pytest.raises(SettingsError, match="LLM_BASE_URL") as raised:
        model_at(address, http, SimulatedClock(START))

    assert "secret" not in str(raised.value)


async def test_a_key_that_cannot_be_one_is_said_at_once_and_not_repeated(http: httpx.AsyncClient) -> None:
    for key in ("sk-gärten", "sk-a\nb"):
        with pytest.raises(SettingsError, match="LLM_API_KEY") as raised:
            ModelClient(
                http,
                SimulatedClock(START),
                base_url="https://models/v1",
                api_key=SecretStr(key),
                model="m",
                random=Random(1),
            )
        assert key not in str(raised.value)


# --- Recorded answers ------------------------------------------------------------------------------------

NO_WAIT = timedelta()
RECORDED: dict[str, tuple[object, int, timedelta]] = {
    "anthropic-text": (ModelAnswerError, 1, NO_WAIT),
    "deepseek-json": ({"location": "San Francisco", "condition": "cloudy", "temperature": 7}, 1, NO_WAIT),
    "reported-0 deepseek 400": (ROME, 2, NO_WAIT),
    "reported-1 deepseek 422": (ROME, 2, NO_WAIT),
    "reported-2 deepseek 400": (ROME, 2, NO_WAIT),
    "reported-3 gemini openai-compat 400": (ROME, 2, NO_WAIT),
    "reported-4 gemini openai-compat 400": (ROME, 2, NO_WAIT),
    "reported-5 openai 429": (ModelQuotaError, 1, NO_WAIT),
    "reported-6 openai 429": (ROME, 2, timedelta(seconds=3.89)),
    "reported-7 openai 429": (ROME, 2, timedelta(milliseconds=174)),
    "reported-8 openai 200": (ROME, 1, NO_WAIT),
    "reported-9 openai 200": (ROME, 1, NO_WAIT),
    "reported-10 azure openai (responses API) 429": (ROME, 2, GROWING),
    "google-429-retry-info": (ROME, 2, timedelta(seconds=34.4)),
    "ollama-json-schema 0": ({"city": "Paris", "country": "France"}, 1, NO_WAIT),
    "openai-error.1": (ModelQuotaError, 1, NO_WAIT),
    "openai-json-schema 0": (ModelAnswerError, 1, NO_WAIT),
    "openai-json-schema 1": ({"city": "Mexico City", "country": "Mexico"}, 1, NO_WAIT),
    "openai-test_parse_max_tokens_reached.length": (ModelAnswerError, 1, NO_WAIT),
    "openai-test_parse_pydantic_model.stop": (
        {"city": "San Francisco", "temperature": 65, "units": "f"},
        1,
        NO_WAIT,
    ),
    "openai-test_parse_pydantic_model_refusal.stop-refusal": (ModelAnswerError, 1, NO_WAIT),
    "openrouter-429 0": (ROME, 2, GROWING),
    "openrouter-429 1": (ROME, 2, GROWING),
    "openrouter-429 2": (ROME, 2, GROWING),
}


async def test_every_recorded_answer_ends_in_its_fields_or_the_right_error(
    shared_data: Path, http: httpx.AsyncClient
) -> None:
    ended = {
        name: await outcome(http, [recording.answer], otherwise=completing(ROME))
        for name, recording in recordings(shared_data / "llm").items()
    }

    assert ended == RECORDED


# --- Faults ----------------------------------------------------------------------------------------------

FAULTS: dict[str, tuple[list[Played], object, int]] = {
    "null": ([completing(None)], ModelAnswerError, 1),
    "blank": ([completing(" \n ")], ModelAnswerError, 1),
    "thoughts before it": ([completing('<think>{"city": "Oslo"}?</think>\n{"city": "Rome"}')], ROME, 1),
    "thoughts without an end": ([completing('<think>{"city": "Oslo"}')], ModelAnswerError, 1),
    "fenced": ([completing('```json\n{"city": "Rome"}\n```')], ROME, 1),
    "text around it": ([completing('Of {all} cities: {"city": "Rome"}. {Gladly}!')], ROME, 1),
    "parts": (
        [completing([{"type": "text", "text": '{"city": '}, {"type": "text", "text": '"Rome"}'}])],
        ROME,
        1,
    ),
    "reasoning beside it": (
        [completing(ROME, reasoning='{"city": "Oslo"}', reasoning_content="Hm.")],
        ROME,
        1,
    ),
    "only reasoning": ([completing(None, reasoning_content='{"city": "Oslo"}')], ModelAnswerError, 1),
    "refusal": ([completing(None, refusal="I cannot help with that.")], ModelAnswerError, 1),
    "refusal in a part": ([completing([{"type": "refusal", "refusal": "No."}])], ModelAnswerError, 1),
    "cut off": ([completing('{"a": {"city": "Rome"}, "b', finish_reason="length")], ModelAnswerError, 1),
    "filtered": ([completing(ROME, finish_reason="content_filter")], ModelAnswerError, 1),
    "no finish reason": ([completing(ROME, finish_reason=None)], ROME, 1),
    "no usage": ([completing(ROME, tokens=None)], ROME, 1),
    "not JSON": ([completing("Rome, surely.")], ModelAnswerError, 1),
    "not an object": ([completing('["Rome"]')], ModelAnswerError, 1),
    "choices empty": ([sending({"choices": []})], ModelAnswerError, 1),
    "choices missing": ([sending({"id": "1"})], ModelAnswerError, 1),
    "choice without message": ([sending({"choices": [{"text": "Rome"}]})], ModelAnswerError, 1),
    "body is a list": ([sending([1])], ModelAnswerError, 1),
    "body is half": ([saying('{"choices": [{"mess')], ModelAnswerError, 1),
    "body is empty": ([saying("")], ModelAnswerError, 1),
    "body is too deep": ([saying("[" * 100_000)], ModelAnswerError, 1),
    "web page": ([saying("<!doctype html><title>Log in</title>")], ModelAnswerError, 1),
    "events": ([saying("data: {}\n\ndata: [DONE]\n\n")], ModelAnswerError, 1),
    "endless": ([never_ending(b" " * 100_000)], ModelAnswerError, 1),
    "bomb": ([saying(gzip.compress(bytes(50_000_000)), Content_Encoding="gzip")], ModelAnswerError, 1),
    "elsewhere": ([redirecting("/v1/chat/completions", 307), completing(ROME)], ModelRefusedError, 1),
    "wrong key": ([error(401, "Incorrect API key provided: sk-1.")], ModelRefusedError, 1),
    "wrong key at Gemini": (
        [sending([{"error": {"code": 400, "message": "API key not valid."}}], 400)],
        ModelRefusedError,
        1,
    ),
    "not let in": ([saying("<html>", 403)], ModelRefusedError, 1),
    "unknown model": ([error(404, 'model "rome-1" not found, try pulling it first')], ModelRefusedError, 1),
    "unknown model at DeepSeek": ([error(400, "Model Not Exist")], ModelRefusedError, 1),
    "unknown path": ([sending({"detail": "Not Found"}, 404)], ModelRefusedError, 1),
    "not a place to post": ([saying("", 405)], ModelRefusedError, 1),
    "too long": (
        [error(400, "This model's maximum context length is 8192 tokens; lower max_tokens.")],
        ModelAnswerError,
        1,
    ),
    "flagged": ([error(403, "Your input was flagged by moderation.")], ModelAnswerError, 1),
    "filtered before": ([error(400, "The prompt was blocked.", code="content_filter")], ModelAnswerError, 1),
    "odd status": ([saying("I am a teapot", 418)], ModelAnswerError, 1),
    "no schema": ([NO_SCHEMA, completing(ROME)], ROME, 2),
    "no schema and no object": ([NO_SCHEMA, NO_OBJECT, completing(ROME)], ROME, 3),
    "unclear 400 once": ([saying("<html>Bad Request", 400), completing(ROME)], ROME, 2),
    "unclear 422 always": ([saying("", 422)] * 3, ModelAnswerError, 3),
    "no form although none was sent": ([NO_SCHEMA] * 3, ModelAnswerError, 3),
    "no max_tokens": ([NO_MAX_TOKENS, completing(ROME)], ROME, 2),
    "max_tokens too large, however called": (
        [
            error(400, "max_tokens is too large"),
            error(400, "max_completion_tokens is too large"),
            completing(ROME),
        ],
        ROME,
        3,
    ),
    "no max_tokens, no temperature, no schema": (
        [NO_MAX_TOKENS, NO_TEMPERATURE, NO_SCHEMA, completing(ROME)],
        ROME,
        4,
    ),
    "spaces in JSON mode": ([NO_SCHEMA, completing("   "), completing(ROME)], ROME, 3),
    "spaces in JSON mode to the end": (
        [NO_SCHEMA, completing("   ", finish_reason="length"), completing(ROME)],
        ROME,
        3,
    ),
    "spaces in JSON mode and then too": ([NO_SCHEMA, completing(" "), completing("")], ModelAnswerError, 3),
    "no money": ([error(402, "Insufficient Balance")], ModelQuotaError, 1),
    "no credit, as a 400": ([error(400, "Your credit balance is too low")], ModelQuotaError, 1),
    "quota of a day": (
        [
            error(
                429,
                "You exceeded your current quota. Please retry in 20s.",
                details=[
                    {"violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]},
                    {"retryDelay": "20s"},
                ],
            )
        ],
        ModelQuotaError,
        1,
    ),
    "a model that the quota leaves out": (
        [error(429, "Quota exceeded for metric: requests, limit: 0, model: x\nPlease retry in 20.04s.")],
        ModelQuotaError,
        1,
    ),
    "quota named, with a wait": (
        [error(429, "Wait.", {"Retry-After": "5"}, code="insufficient_quota")],
        ModelQuotaError,
        1,
    ),
    "quota within 200": ([sending({"error": {"type": "insufficient_quota"}})], ModelQuotaError, 1),
    "rate limit within 200": ([sending({"error": {"code": 429}, "choices": []}), completing(ROME)], ROME, 2),
    "rate limit within 200, by name": (
        [sending({"error": {"code": "rate_limit_exceeded"}}), completing(ROME)],
        ROME,
        2,
    ),
    "trouble within a choice": (
        [
            sending({"choices": [{"error": {"code": 502, "message": "Bad."}, "finish_reason": "error"}]}),
            completing(ROME),
        ],
        ROME,
        2,
    ),
    "wrong key within 200": ([sending({"error": {"code": 401}})], ModelRefusedError, 1),
    "no schema within 200": (
        [sending({"error": {"code": 400, "message": "json_schema is unknown"}}), completing(ROME)],
        ROME,
        2,
    ),
    "an error that is none": ([sending({**completion(ROME), "error": None})], ROME, 1),
    "out of order twice": ([saying("", 500), saying("<html>", 502), completing(ROME)], ROME, 3),
    "out of order": ([saying("", 503), error(529, "Overloaded"), saying("", 500)], ModelUnavailableError, 3),
    "hung up once": ([hanging_up(), completing(ROME)], ROME, 2),
    "hung up": ([hanging_up()] * 3, ModelUnavailableError, 3),
    "broken off": ([cut_off(b'{"choices', 100)] * 3, ModelUnavailableError, 3),
    "silent": ([never_ending()] * 3, ModelUnavailableError, 3),
    "everything at once": (
        [error(429, "Slow down."), NO_SCHEMA, hanging_up(), saying("", 502), completing(ROME)],
        ROME,
        5,
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_every_fault_ends_in_an_answer_or_the_right_error(http: httpx.AsyncClient, fault: str) -> None:
    answers, expected, requests = FAULTS[fault]

    got, asked, waited = await outcome(http, answers, seconds=0.2 if fault == "silent" else 10)

    assert (got, asked) == (expected, requests)
    assert waited <= timedelta(seconds=MOST_SECONDS_WAITED)


async def test_a_refused_connection_is_tried_three_times(http: httpx.AsyncClient) -> None:
    async with ModelServer() as server:
        gone = server.base_url
    clock = SimulatedClock(START)

    with pytest.raises(ModelUnavailableError, match=r"^127\.0\.0\.1 cannot be reached \(ConnectError\)\.$"):
        await model_at(gone, http, clock).ask(QUESTION)

    random = Random(1)
    waits = random.uniform(1, 2) + 2 * random.uniform(1, 2)
    assert clock.now() - START == pytest.approx(timedelta(seconds=waits), abs=timedelta(milliseconds=1))


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (error(401, "No."), r"status 401\. Look at LLM_API_KEY"),
        (error(404, "The model `x` does not exist"), "Look at LLM_MODEL"),
        (saying("", 404), "Look at LLM_BASE_URL"),
        (saying("<html>"), "answered with a web page. Look at LLM_BASE_URL"),
        (completing(None, refusal="I'd\nrather not."), "The model declined: “I'd rather not.”"),
        (
            error(402, "Pay."),
            r"status 402 \(“Pay.”\)\. What the owner of LLM_API_KEY may ask of it is used up",
        ),
    ],
)
async def test_an_error_says_what_to_look_at(http: httpx.AsyncClient, answer: Played, sentence: str) -> None:
    with pytest.raises(ModelError, match=sentence):
        raise await error_of(http, answer)


# --- What is remembered ----------------------------------------------------------------------------------


async def test_what_an_endpoint_can_do_is_remembered(http: httpx.AsyncClient) -> None:
    answers = [NO_SCHEMA, NO_MAX_TOKENS, NO_TEMPERATURE, completing(ROME), completing(ROME)]
    async with asking(http, answers) as (model, server, _):
        for _ in range(2):
            await model.ask(QUESTION)

    assert len(server.requests) == 5
    last = server.bodies[-1]
    assert last == server.bodies[-2]
    assert {name: last.get(name) for name in ("response_format", "max_completion_tokens", "temperature")} == {
        "response_format": {"type": "json_object"},
        "max_completion_tokens": 500,
        "temperature": None,
    }
    assert "max_tokens" not in last


async def test_what_did_not_help_is_not_remembered(http: httpx.AsyncClient) -> None:
    async with asking(http, [saying("", 400)] * 3 + [completing(ROME)]) as (model, server, _):
        with pytest.raises(ModelAnswerError):
            await model.ask(QUESTION)
        await model.ask(QUESTION)

    formats = [body.get("response_format", {"type": None})["type"] for body in server.bodies]
    assert formats == ["json_schema", "json_object", None, "json_schema"]


async def test_spaces_in_json_mode_do_not_end_json_mode(http: httpx.AsyncClient) -> None:
    async with asking(http, [NO_SCHEMA, completing(" "), completing(ROME), completing(ROME)]) as (
        model,
        server,
        _,
    ):
        for _ in range(2):
            await model.ask(QUESTION)

    formats = [body.get("response_format", {"type": None})["type"] for body in server.bodies]
    assert formats == ["json_schema", "json_object", None, "json_object"]


# --- What it costs ---------------------------------------------------------------------------------------


async def test_the_tokens_of_all_requests_count_also_of_answers_that_were_of_no_use(
    http: httpx.AsyncClient,
) -> None:
    blank = completing(" ", tokens=(70, 9))
    async with asking(http, [NO_SCHEMA, blank, completing(ROME, tokens=(60, 5))]) as (model, _, _):
        assert (await model.ask(QUESTION)).usage == Usage(130, 14)

    declined = completing(None, refusal="No.", tokens=(50, 3))
    assert (await error_of(http, NO_SCHEMA, blank, declined)).usage == Usage(120, 12)
    assert (await error_of(http, NO_SCHEMA, blank, *[saying("", 500)] * 3)).usage == Usage(70, 9)
    assert (await error_of(http, error(401, "No."))).usage == Usage(0, 0)


async def test_tokens_that_are_not_counted_are_estimated(http: httpx.AsyncClient) -> None:
    async with asking(http, [completing(ROME, tokens=None)]) as (model, _, _):
        answer = await model.ask(QUESTION)

    asked = "Answer in JSON.Which city?"
    assert answer.usage == Usage(-(-len(asked) // 4), len('{"city": "Rome"}') // 4)


# --- Waits -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("refusal", "seconds"),
    [
        (error(429, "Slow.", {"Retry-After": "7"}), 7),
        (error(429, "Slow.", {"Retry-After": "0.5"}), 0.5),
        (error(429, "Slow.", {"retry-after-ms": "250", "Retry-After": "9"}), 0.25),
        (
            error(
                429,
                "Slow.",
                {
                    "Date": format_datetime(START, usegmt=True),
                    "Retry-After": format_datetime(START + timedelta(seconds=11), usegmt=True),
                },
            ),
            11,
        ),
        (error(429, "S.", {"x-ratelimit-reset-requests": "12ms", "x-ratelimit-reset-tokens": "1m0s"}), 60),
        (error(429, "Please try again in 3.89s.", {"x-ratelimit-reset-tokens": "1m0s"}), 3.89),
        (sending([{"error": {"message": "Slow.", "details": [{"retryDelay": "34.4s"}]}}], 429), 34.4),
        (error(503, "Loading.", {"Retry-After": "20"}), 20),
    ],
)
async def test_it_waits_as_long_as_it_is_told(
    http: httpx.AsyncClient, refusal: Played, seconds: float
) -> None:
    ended = await outcome(http, [refusal, completing(ROME)])

    assert ended == (ROME, 2, timedelta(seconds=seconds))


async def test_a_rate_limit_that_goes_on_is_waited_for_two_minutes_and_no_longer(
    http: httpx.AsyncClient,
) -> None:
    async with asking(http, otherwise=error(429, "Slow.")) as (model, server, clock):
        with pytest.raises(ModelUnavailableError) as raised:
            await model.ask(QUESTION)

    waited = (clock.now() - START).total_seconds()
    assert len(server.requests) == 7
    assert waited <= MOST_SECONDS_WAITED < waited + (raised.value.retry_after or 0)


async def test_a_short_wait_that_does_not_help_grows(http: httpx.AsyncClient) -> None:
    async with asking(http, otherwise=error(429, "Please try again in 1ms.")) as (model, server, _):
        with pytest.raises(ModelUnavailableError):
            await model.ask(QUESTION)

    assert len(server.requests) == 8


async def test_a_wait_that_is_too_long_is_told_at_once_and_then_nobody_asks(http: httpx.AsyncClient) -> None:
    limited = error(429, "Rate limit on requests per day (RPD). Please try again in 7m12s.")
    async with asking(http, [limited, completing(ROME)]) as (model, server, clock):
        told = []
        for _ in range(2):
            with pytest.raises(ModelUnavailableError) as raised:
                await model.ask(QUESTION)
            told.append(raised.value.retry_after)
            clock.advance(12)
        assert (told, len(server.requests)) == ([432, 420], 1)

        clock.advance(408)
        assert (await model.ask(QUESTION)).fields == ROME


async def test_a_clock_that_is_set_back_ends_a_rate_limit(http: httpx.AsyncClient) -> None:
    async with asking(http, [error(429, "Try again in 500s"), completing(ROME)]) as (model, _, clock):
        with pytest.raises(ModelUnavailableError):
            await model.ask(QUESTION)
        clock.advance(-3600)
        assert (await model.ask(QUESTION)).fields == ROME


# --- Many at once, in simulated time ---------------------------------------------------------------------


def answered(status: int, body: str = "", headers: dict[str, str] | None = None) -> httpx.Response:
    """Return an answer that is still to be read, as one from a socket is."""
    return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body.encode()))


class SlowEndpoint(httpx.AsyncBaseTransport):
    """Answers after a second of simulated time, and may refuse the first requests after half of one."""

    def __init__(self, *refusals: httpx.Response) -> None:
        self.refusals = deque(refusals)
        self.asked_at: list[float] = []
        self.under_way = self.most_at_once = 0

    async def handle_async_request(self, _: httpx.Request) -> httpx.Response:
        self.asked_at.append(asyncio.get_running_loop().time())
        if self.refusals:
            refusal = self.refusals.popleft()
            await asyncio.sleep(0.5)
            return refusal
        self.under_way += 1
        self.most_at_once = max(self.most_at_once, self.under_way)
        await asyncio.sleep(1)
        self.under_way -= 1
        return answered(200, json.dumps(completion(ROME)))


async def ask_often(endpoint: SlowEndpoint, times: int, at_once: int) -> float:
    async with httpx.AsyncClient(transport=endpoint, trust_env=False) as client:
        model = model_at("http://models/v1", client, VirtualClock(), at_once=at_once)
        answers = await asyncio.gather(*(model.ask(QUESTION) for _ in range(times)))
    assert [answer.fields for answer in answers] == [ROME] * times
    return asyncio.get_running_loop().time()


def test_a_hundred_questions_are_asked_ten_at_a_time() -> None:
    endpoint = SlowEndpoint()

    assert run_virtual(ask_often(endpoint, 100, 10)) == pytest.approx(10)
    assert endpoint.most_at_once == 10


def test_a_rate_limit_holds_back_all_questions() -> None:
    endpoint = SlowEndpoint(answered(429, headers={"Retry-After": "30"}))

    run_virtual(ask_often(endpoint, 6, 3))

    # Two were already under way when the first was refused; those after them wait too.
    assert endpoint.asked_at == pytest.approx([0, 0, 0, 30.5, 30.5, 30.5, 31.5], abs=1e-3)


def test_the_longest_of_several_waits_counts() -> None:
    endpoint = SlowEndpoint(*(answered(429, headers={"Retry-After": wait}) for wait in ("30", "5")))

    run_virtual(ask_often(endpoint, 2, 2))

    assert endpoint.asked_at == pytest.approx([0, 0, 30.5, 30.5], abs=1e-3)


async def test_a_question_that_is_given_up_leaves_its_place_to_the_next(http: httpx.AsyncClient) -> None:
    waiting = asyncio.Event()

    async def never(_: object) -> object:
        waiting.set()
        return await asyncio.Event().wait()

    async with asking(http, [answering(never), completing(ROME)], at_once=1) as (model, _, _):
        task = asyncio.create_task(model.ask(QUESTION))
        await waiting.wait()
        task.cancel()
        assert (await model.ask(QUESTION)).fields == ROME
        with pytest.raises(asyncio.CancelledError):
            await task


# --- The key ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 404, 418, 429, 500])
async def test_the_key_reaches_no_error_and_no_log(
    http: httpx.AsyncClient, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    caplog.set_level(logging.DEBUG)
    words = "x" * 190
    told = {"error": {"message": f"{words} {KEY} is wrong, {KEY}!", "code": KEY}, "key": KEY}

    for body in (json.dumps(told), f"The key {KEY} is wrong."):
        async with asking(http, otherwise=saying(body, status)) as (model, _, _):
            with pytest.raises(ModelError) as raised:
                await model.ask(QUESTION)
        shown = "".join([*traceback.format_exception(raised.value), repr(raised.value), repr(vars(model))])
        assert KEY[:8] not in shown
    assert KEY[:8] not in caplog.text
