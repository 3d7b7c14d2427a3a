import asyncio
import json
import logging
import traceback
from collections import deque
from datetime import timedelta
from email.utils import format_datetime
from random import Random

import httpx
import pytest
from pydantic import SecretStr

from bot.errors import (
    ModelAnswerError,
    ModelError,
    ModelUnavailableError,
    SettingsError,
)
from bot.summaries.model import MOST_SECONDS_WAITED, ModelAnswer, ModelClient, Usage
from bot.summaries.question import Question, Turn
from tests.summaries.asking import (
    KEY,
    NO_MAX_TOKENS,
    NO_SCHEMA,
    NO_TEMPERATURE,
    QUESTION,
    ROME,
    SCHEMA,
    asking,
    error_of,
    model_at,
    outcome,
)
from tests.support.clocks import SimulatedClock
from tests.support.model_server import ModelServer, answering, completing, completion, error, sending
from tests.support.virtual_time import START, VirtualClock, run_virtual
from tests.support.web_server import Answer as Played
from tests.support.web_server import saying

# --- What is sent, and what comes of it ------------------------------------------------------------------


async def test_a_question_is_asked_with_its_schema_and_its_answer_comes_whole(
    http: httpx.AsyncClient,
) -> None:
    async with asking(http, [completing(ROME, tokens=(30, 4), model="rome-1-2026")]) as (model, server, _):
        answer = await model.ask(QUESTION)

    assert answer == ModelAnswer(ROME, '{"city": "Rome"}', Usage(30, 4), "rome-1-2026", 30)
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


async def test_one_token_tells_whether_a_model_answers_however_it_is_cut_off(http: httpx.AsyncClient) -> None:
    async with asking(http, [NO_MAX_TOKENS, completing("Ye", finish_reason="length")]) as (model, server, _):
        answered = await model.try_token()

    assert answered == "small-model-2026"
    assert [
        (body.get("max_tokens"), body.get("max_completion_tokens"), "response_format" in body)
        for body in server.bodies
    ] == [(1, None, False), (None, 1, False)]


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


async def test_one_unclear_refusal_takes_the_schema_from_its_question_and_a_second_from_the_endpoint(
    http: httpx.AsyncClient,
) -> None:
    unclear, rome = saying("", 400), completing(ROME)
    async with asking(http, [unclear, rome, rome, unclear, rome, unclear, rome, rome]) as (model, server, _):
        for _ in range(5):
            await model.ask(QUESTION)

    formats = [body["response_format"]["type"] for body in server.bodies]
    schema, simpler = "json_schema", "json_object"
    assert formats == [schema, simpler, schema, schema, simpler, schema, simpler, simpler]


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
