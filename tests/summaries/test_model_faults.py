"""Whatever an endpoint does ends in the fields or in the right error, after the right number of requests."""

import asyncio
import gzip
import json
from datetime import timedelta
from pathlib import Path
from random import Random

import httpx
import pytest

from bot.errors import (
    ModelAnswerError,
    ModelCutOffError,
    ModelError,
    ModelQuotaError,
    ModelRefusedError,
    ModelSlipError,
    ModelThoughtError,
    ModelUnavailableError,
)
from bot.summaries.model import MOST_SECONDS_WAITED
from tests.summaries.asking import (
    NO_MAX_TOKENS,
    NO_OBJECT,
    NO_SCHEMA,
    NO_TEMPERATURE,
    QUESTION,
    ROME,
    error_of,
    model_at,
    outcome,
)
from tests.summaries.recorded_outcomes import RECORDED
from tests.summaries.recordings import recordings
from tests.support.clocks import SimulatedClock
from tests.support.endless_answers import EndlessAnswers
from tests.support.model_server import completing, completion, error, sending
from tests.support.virtual_time import START, VirtualClock, run_virtual
from tests.support.waiting import PATIENCE
from tests.support.web_server import (
    Answer,
    cut_off,
    hanging_up,
    never_ending,
    redirecting,
    refusing_address,
    saying,
)


async def test_every_recorded_answer_ends_in_its_fields_or_the_right_error(
    shared_data: Path, http: httpx.AsyncClient
) -> None:
    ended = {
        name: await outcome(http, [recording.answer], otherwise=completing(ROME))
        for name, recording in recordings(shared_data / "llm").items()
    }

    assert ended == RECORDED


# --- Faults ----------------------------------------------------------------------------------------------

EVENTS = """: ready

data: {"model": "m", "choices": [{"delta": {"role": "assistant", "content": ""}}]}

data: {"model": "m", "choices": [{"delta": {"content": "{\\"city\\": "}}]}
data: {"model": "m", "choices": [{"delta": {"content": "\\"Rome\\"}"}, "finish_reason": null}]}

data: {"model": "m", "choices": [{"delta": {}, "finish_reason": "stop"}]}
data: {"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 5}}

data: [DONE]
"""
FAULTS: dict[str, tuple[list[Answer], object, int]] = {
    "null": ([completing(None)], ModelAnswerError, 1),
    "blank": ([completing(" \n ")], ModelAnswerError, 1),
    "thoughts before it": ([completing('<think>{"city": "Oslo"}?</think>\n{"city": "Rome"}')], ROME, 1),
    "thoughts without an end": ([completing('<think>{"city": "Oslo"}')], ModelSlipError, 1),
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
    "only thoughts": ([completing(None, reasoning_content='Is it {"city": "Oslo"}?')], ModelAnswerError, 1),
    "an answer in place of thoughts": ([completing(None, reasoning_content='{"city": "Rome"}')], ROME, 1),
    "an answer without its template's thoughts": (
        [completing("", reasoning='</think>{"city": "Rome"}')],
        ROME,
        1,
    ),
    "cut off by another name": ([completing(ROME, finish_reason="MAX_TOKENS")], ModelCutOffError, 1),
    "thoughts cut off by another name": (
        [completing(None, reasoning="Let me see", finish_reason="max_tokens")],
        ModelThoughtError,
        1,
    ),
    "filtered by another name": ([completing(ROME, finish_reason="sensitive")], ModelAnswerError, 1),
    "interrupted, then whole": (
        [completing('{"ci', finish_reason="insufficient_system_resource"), completing(ROME)],
        ROME,
        2,
    ),
    "refusal": ([completing(None, refusal="I cannot help with that.")], ModelAnswerError, 1),
    "refusal in a part": ([completing([{"type": "refusal", "refusal": "No."}])], ModelAnswerError, 1),
    "cut off": ([completing('{"a": {"city": "Rome"}, "b', finish_reason="length")], ModelCutOffError, 1),
    "filtered": ([completing(ROME, finish_reason="content_filter")], ModelAnswerError, 1),
    "no finish reason": ([completing(ROME, finish_reason=None)], ROME, 1),
    "no usage": ([completing(ROME, tokens=None)], ROME, 1),
    "not JSON": ([completing("Rome, surely.")], ModelSlipError, 1),
    "not an object": ([completing('["Rome"]')], ModelSlipError, 1),
    "choices empty": ([sending({"choices": []})], ModelAnswerError, 1),
    "choices missing": ([sending({"id": "1"})], ModelAnswerError, 1),
    "choice without message": ([sending({"choices": [{"text": "Rome"}]})], ModelAnswerError, 1),
    "body is a list": ([sending([1])], ModelAnswerError, 1),
    "body is half": ([saying('{"choices": [{"mess')], ModelAnswerError, 1),
    "body is empty": ([saying("")], ModelAnswerError, 1),
    "body is too deep": ([saying("[" * 100_000)], ModelAnswerError, 1),
    "web page": ([saying("<!doctype html><title>Log in</title>")], ModelAnswerError, 1),
    "events": ([saying("data: {}\n\ndata: [DONE]\n\n")], ModelAnswerError, 1),
    "events of an answer": ([saying(EVENTS)], ROME, 1),
    "events that end too soon": ([saying(EVENTS.rsplit("data:", 4)[0])], ModelSlipError, 1),
    "an error in events": (
        [saying('data: {"error": {"message": "Slow.", "code": 429}}\n\n'), completing(ROME)],
        ROME,
        2,
    ),
    "events after a time to wait": ([saying(f"retry: 3000\n\n{EVENTS}")], ROME, 1),
    "events with a sign of life": ([saying(f"event: ping\ndata: keep-alive\n\n{EVENTS}")], ROME, 1),
    "a call by its own shape": (
        [completing(None, tool_calls=[{"name": "answer", "input": {"city": "Rome"}}])],
        ROME,
        1,
    ),
    "a call as a part": (
        [completing([{"type": "tool_use", "name": "answer", "input": {"city": "Rome"}}])],
        ROME,
        1,
    ),
    "within a gateway's data": ([sending({"code": 0, "data": completion(ROME)})], ROME, 1),
    "a count of too many digits": (
        [saying(json.dumps(completion(ROME)).replace('"choices"', f'"id": {"9" * 5000}, "choices"'))],
        ROME,
        1,
    ),
    "within a gateway's success": (
        [sending({"code": 200, "message": "success", "data": completion(ROME)})],
        ROME,
        1,
    ),
    "within a list": ([sending([completion(ROME)])], ROME, 1),
    "events after a byte order mark": ([saying(f"\ufeff{EVENTS[EVENTS.index('data:') :]}")], ROME, 1),
    "an event of several lines": (
        [saying("".join(f"data: {line}\n" for line in json.dumps(completion(ROME), indent=1).splitlines()))],
        ROME,
        1,
    ),
    "events of parts": (
        [
            saying(
                'data: {"choices": [{"delta": {"content": [{"type": "text", "text": "{\\"city\\":"}]}}]}\n\n'
                'data: {"choices": [{"delta": {"content": ["\\"Ro"]}}]}\n\n'
                'data: {"choices": [{"delta": {"content": "me\\"}"}}]}\n\n'
            )
        ],
        ROME,
        1,
    ),
    "events of two calls": (
        [
            saying(
                'data: {"choices": [{"delta": {"content": "Calling.", "tool_calls": ['
                '{"index": 0, "function": {"arguments": "{"}}, '
                '{"index": 1, "function": {"arguments": "{\\"city\\":"}}]}}]}\n\n'
                'data: {"choices": [{"delta": {"tool_calls": ['
                '{"index": 0, "function": {"arguments": "}"}}, '
                '{"index": 1, "function": {"arguments": "\\"Rome\\"}"}}]}}]}\n\n'
            )
        ],
        ROME,
        1,
    ),
    "an event that is too deep": ([saying(f"data: {'[' * 100_000}\n\n")], ModelAnswerError, 1),
    "one event with all": ([saying(f"data: {json.dumps(completion(ROME))}\n\n")], ROME, 1),
    "lost in thought": ([completing(None, finish_reason="length")], ModelThoughtError, 1),
    "endless": ([never_ending(b" " * 100_000)], ModelAnswerError, 1),
    "bomb": ([saying(gzip.compress(bytes(50_000_000), 1), Content_Encoding="gzip")], ModelAnswerError, 1),
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
    "everything at once": (
        [error(429, "Slow down."), NO_SCHEMA, hanging_up(), saying("", 502), completing(ROME)],
        ROME,
        5,
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_every_fault_ends_in_an_answer_or_the_right_error(http: httpx.AsyncClient, fault: str) -> None:
    answers, expected, requests = FAULTS[fault]

    got, asked, waited = await outcome(http, answers, seconds=PATIENCE)

    assert (got, asked) == (expected, requests)
    assert waited <= timedelta(seconds=MOST_SECONDS_WAITED)


def test_silence_is_given_up_three_times() -> None:
    async def ask() -> tuple[int, float]:
        silent = EndlessAnswers()
        async with httpx.AsyncClient(transport=silent) as client:
            model = model_at("http://models.example/v1", client, VirtualClock(), seconds=60)
            with pytest.raises(ModelUnavailableError, match="did not answer within 60 seconds"):
                await model.ask(QUESTION)
        return len(silent.requests), asyncio.get_running_loop().time()

    requests, seconds = run_virtual(ask())

    assert requests == 3
    assert 3 * 60 < seconds <= 3 * 60 + MOST_SECONDS_WAITED


async def test_a_refused_connection_is_tried_three_times(http: httpx.AsyncClient) -> None:
    clock = SimulatedClock(START)

    with pytest.raises(ModelUnavailableError, match=r"^127\.0\.0\.1 cannot be reached \(ConnectError\)\.$"):
        await model_at(f"{refusing_address()}v1", http, clock).ask(QUESTION)

    random = Random(1)
    waits = random.uniform(1, 2) + 2 * random.uniform(1, 2)
    assert clock.now() - START == pytest.approx(timedelta(seconds=waits), abs=timedelta(milliseconds=1))


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (error(401, "No."), r"status 401 \(“No.”\)\. Check LLM_API_KEY"),
        (error(404, "The model `x` does not exist"), "Check LLM_MODEL"),
        (saying("", 404), "Check LLM_BASE_URL"),
        (saying("<html>"), "answered with a web page. Check LLM_BASE_URL"),
        (completing(None, refusal="I'd\nrather not."), "The model declined: “I'd rather not.”"),
        (
            error(402, "Pay."),
            r"status 402 \(“Pay.”\)\. The quota of LLM_API_KEY is used up",
        ),
    ],
)
async def test_an_error_says_what_to_look_at(http: httpx.AsyncClient, answer: Answer, sentence: str) -> None:
    with pytest.raises(ModelError, match=sentence):
        raise await error_of(http, answer)
