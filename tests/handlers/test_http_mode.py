"""What Slack sends over HTTP reaches its listener once; nothing else reaches any, and nothing is an error."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult

from bot.http.server import HttpServer
from bot.manifest import EVENTS_PATH
from bot.metrics import REGISTRY
from handlers.http_mode import HttpMode
from handlers.signatures import SIGNATURE, TIMESTAMP
from tests.handlers.forging import ODD_SHAPES, misshapen
from tests.support.clocks import EndlessClock, SimulatedClock
from tests.support.plain_client import plain_client
from tests.support.slack_requests import FORM, JSON, SECRET, signed, signed_as
from tests.support.stage import NOON

OPENED = {
    "type": "event_callback",
    "team_id": "T1",
    "event_id": "Ev1",
    "event": {"type": "app_home_opened", "user": "U1", "tab": "home"},
}
EVENT = json.dumps(OPENED).encode()
CLICK = {
    "type": "block_actions",
    "team": {"id": "T1"},
    "user": {"id": "U1"},
    "actions": [{"type": "button", "action_id": "save", "block_id": "b", "value": "2509.21240"}],
}


@dataclass
class Bot:
    """A bot that writes down what reaches its listeners."""

    app: AsyncApp
    mode: HttpMode
    clock: SimulatedClock
    port: int
    heard: list[Any] = field(default_factory=list)

    async def send(
        self, body: bytes, headers: Mapping[str, str] | None = None, method: str = "POST"
    ) -> httpx.Response:
        headers = signed(body, self.clock.now()) if headers is None else headers
        async with plain_client() as client:
            raw = [(name.encode(), value.encode("utf-8")) for name, value in headers.items()]
            url = f"http://127.0.0.1:{self.port}{EVENTS_PATH}"
            return await client.request(method, url, content=body, headers=raw)


async def anyone(team_id: str | None, user_id: str | None) -> AuthorizeResult:
    return AuthorizeResult(
        enterprise_id=None, team_id=team_id, user_id=user_id, bot_token="xoxb-1", bot_user_id="U9"
    )


@pytest.fixture
async def bot() -> AsyncIterator[Bot]:
    async with serving(SimulatedClock(NOON)) as bot:
        yield bot


@asynccontextmanager
async def serving(clock: SimulatedClock) -> AsyncIterator[Bot]:
    app = AsyncApp(name="test", authorize=anyone)
    mode = HttpMode(app, SECRET, clock)
    server = HttpServer({EVENTS_PATH: mode.route}, 0, "127.0.0.1")
    await server.start()
    bot = Bot(app, mode, clock, server.port)

    @app.event("app_home_opened")
    async def on_opened(event: dict[str, Any]) -> None:
        bot.heard.append(event["tab"])

    @app.command("/papers")
    async def on_command(ack: AsyncAck, body: dict[str, Any]) -> None:
        bot.heard.append(body["text"])
        await ack(f"Looking for {body['text']}")

    @app.action("save")
    async def on_save(ack: AsyncAck, body: dict[str, Any]) -> None:
        bot.heard.append(body["actions"][0]["value"])
        await ack()

    @app.options("tags")
    async def on_tags(ack: AsyncAck) -> None:
        await ack(options=[{"text": {"type": "plain_text", "text": "rl"}, "value": "rl"}])

    try:
        yield bot
    finally:
        await server.aclose()
        await mode.end_listeners()


def form(**fields: object) -> bytes:
    return urlencode(fields).encode()


def count(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def test_events_commands_clicks_and_menus_come_to_one_address(bot: Bot) -> None:
    command = form(command="/papers", text="树搜索", team_id="T1", user_id="U1")
    click = form(payload=json.dumps(CLICK))
    menu = form(payload=json.dumps(CLICK | {"type": "block_suggestion", "action_id": "tags", "value": "r"}))
    now = bot.clock.now()

    answers = [
        await bot.send(EVENT),
        await bot.send(command, signed(command, now, FORM)),
        await bot.send(click, signed(click, now, FORM)),
        await bot.send(menu, signed(menu, now, FORM)),
    ]
    await bot.mode.end_listeners()

    assert [(each.status_code, each.text) for each in answers[:3]] == [
        (200, ""),
        (200, "Looking for 树搜索"),
        (200, ""),
    ]
    assert answers[3].json() == {"options": [{"text": {"type": "plain_text", "text": "rl"}, "value": "rl"}]}
    assert answers[3].headers["content-type"].startswith("application/json")
    assert bot.heard == ["home", "树搜索", "2509.21240"]


async def test_slack_is_answered_its_challenge(bot: Bot) -> None:
    body = json.dumps({"type": "url_verification", "token": "t", "challenge": "3eZbrw1a"}).encode()

    assert (await bot.send(body)).json() == {"challenge": "3eZbrw1a"}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        signed(EVENT, NOON, secret="another"),
        signed(EVENT + b" ", NOON),
        signed(EVENT, NOON) | {SIGNATURE: "é"},
        signed(EVENT, NOON - timedelta(seconds=301)),
        signed(EVENT, NOON + timedelta(seconds=301)),
        signed_as("soon", EVENT),
        signed_as("", EVENT),
        signed_as("1_759_147_200", EVENT),
        signed_as("９" * 10, EVENT),
        signed(EVENT, NOON) | {TIMESTAMP: "nan"},
    ],
    ids="none secret body é old future word empty underscores wide nan".split(),
)
async def test_what_slack_did_not_sign_just_now_is_refused_and_reaches_no_listener(
    bot: Bot, headers: dict[str, str]
) -> None:
    answer = await bot.send(EVENT, headers)

    assert (answer.status_code, answer.text, bot.heard) == (401, "Unauthorized\n", [])


async def test_a_replay_is_refused_and_counted_and_a_retry_of_slacks_passes(bot: Bot) -> None:
    headers, before = signed(EVENT, NOON), count("paper_round_refused_requests_total", reason="replay")

    statuses = [(await bot.send(EVENT, headers)).status_code for _ in range(3)]
    bot.clock.advance(60)
    retry = signed(EVENT, bot.clock.now()) | {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "timeout"}
    statuses.append((await bot.send(EVENT, retry)).status_code)
    await bot.mode.end_listeners()

    assert statuses == [200, 401, 401, 200]
    assert bot.heard == ["home", "home"]
    assert count("paper_round_refused_requests_total", reason="replay") == before + 2


async def test_only_posts_are_taken(bot: Bot) -> None:
    assert [(await bot.send(b"", method=method)).status_code for method in ("GET", "PUT", "DELETE")] == [
        405
    ] * 3


ODD_BODIES: list[tuple[bytes, str]] = [
    (b"", JSON),
    (b"", FORM),
    (b"{", JSON),
    (b"[]", JSON),
    (b"null", JSON),
    (b'"x"', JSON),
    (b"\xff\xfe", JSON),
    (b"\xff=\xff", FORM),
    (b"[" * 100_000, JSON),
    (b'{"user":' * 5_000 + b"1" + b"}" * 5_000, JSON),
    (b'{"a":' + b"9" * 10_000 + b"}", JSON),
    (b"payload=", FORM),
    (b"payload={", FORM),
    (b"payload=[]", FORM),
    (b"payload=5", FORM),
    (b"&".join(b"a%d=1" % number for number in range(5_000)), FORM),
    (EVENT, "text/plain"),
    (EVENT, ""),
    (b"\x00", "application/octet-stream"),
    (b'{"type": "event_callback", "event": null}', JSON),
    (b'{"type": "event_callback"}', JSON),
    (b'{"type": "block_actions", "actions": []}', JSON),
    (b'{"type": "url_verification"}', JSON),
]


@pytest.mark.parametrize(("body", "content_type"), ODD_BODIES, ids=range(len(ODD_BODIES)))
async def test_an_odd_body_under_slacks_signature_is_no_error(
    bot: Bot, body: bytes, content_type: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = await bot.send(body, signed(body, NOON, content_type))

    assert answer.status_code in {200, 400, 404}
    assert (bot.heard, caplog.messages) == ([], [])


@pytest.mark.parametrize("one_in", [5, pytest.param(1, marks=pytest.mark.benchmark)])
async def test_a_request_with_any_part_in_any_shape_is_no_error(
    bot: Bot, caplog: pytest.LogCaptureFixture, one_in: int
) -> None:
    bodies = [json.dumps(each).encode() for start in (OPENED, CLICK) for each in misshapen(start)]
    bodies += [json.dumps(each).encode() for each in ODD_SHAPES]
    with caplog.at_level(logging.ERROR):
        statuses = {(await bot.send(body)).status_code for body in list(dict.fromkeys(bodies))[::one_in]}

    assert statuses <= {200, 400, 404}
    assert [record for record in caplog.records if record.name.startswith("bot.http")] == []


async def test_what_is_no_request_is_refused_once_for_all(bot: Bot, caplog: pytest.LogCaptureFixture) -> None:
    answer = await bot.send(b"[]")

    assert (answer.status_code, answer.headers["x-slack-no-retry"]) == (400, "1")
    assert caplog.messages == ["Slack sent what is no request; it is refused"]


async def test_headers_that_slack_does_not_sign_steer_nothing(bot: Bot) -> None:
    lazy = {"X-Slack-Bolt-Lazy-Only": "1", "X-Slack-Bolt-Lazy-Function-Name": "on_opened"}

    assert (await bot.send(EVENT, signed(EVENT, NOON) | lazy)).status_code == 200
    await bot.mode.end_listeners()
    assert bot.heard == ["home"]


@pytest.mark.parametrize(("clock", "ends"), [(EndlessClock(NOON), True), (SimulatedClock(NOON), False)])
async def test_a_stop_waits_for_the_listeners_under_way_but_not_for_ever(
    clock: SimulatedClock, ends: bool
) -> None:
    has_begun, may_end, ended = asyncio.Event(), asyncio.Event(), list[str]()
    async with serving(clock) as bot:

        @bot.app.event("team_join")
        async def on_join() -> None:
            has_begun.set()
            try:
                await may_end.wait()
                ended.append("done")
            except asyncio.CancelledError:
                ended.append("cancelled")
                raise

        body = json.dumps(OPENED | {"event": {"type": "team_join"}}).encode()
        assert (await bot.send(body)).status_code == 200
        await has_begun.wait()
        ending = asyncio.create_task(bot.mode.end_listeners())
        if ends:
            await asyncio.sleep(0)
            assert not ending.done()
            may_end.set()
        await ending

    assert ended == ["done" if ends else "cancelled"]


async def test_requests_are_counted_by_kind_and_by_what_came_of_them(bot: Bot) -> None:
    @bot.app.event("team_join")
    async def on_join() -> None:
        raise ZeroDivisionError

    def counted() -> tuple[float, float]:
        name = "paper_round_requests_total"
        seconds = "paper_round_answer_seconds_count"
        return count(name, kind="event_callback", outcome="answered"), count(seconds, kind="event_callback")

    answered, timed = counted()
    await bot.send(EVENT)
    await bot.mode.end_listeners()

    assert counted() == (answered + 1, timed + 1)
