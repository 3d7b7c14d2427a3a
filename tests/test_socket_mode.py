"""The address of the socket: taken only if it is one, and asked for again with growing waits."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from aiohttp import ClientSession
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.delivery.answers import Answer, UnreadableAnswerError
from bot.delivery.web_api import AnswerLostError
from bot.errors import SlackUnavailableError
from bot.outages import Outages
from bot.sandbox import Sandbox
from handlers.socket_mode import Addresses, Session, SocketModeHandler
from tests.support.clocks import EndlessClock, SimulatedClock
from tests.support.stage import NOON, make_workspace
from tests.support.waiting import PATIENCE
from tests.support.web_server import refusing_address

GOOD = "wss://wss-primary.slack.test/link/?ticket=secret"


def opened(url: object) -> Answer:
    return Answer(200, {"ok": True, "url": url}, {})


class Scripted:
    """A caller that gives these answers in order."""

    def __init__(self, answers: Sequence[Answer | Exception]) -> None:
        self.answers = list(answers)

    async def call(self, method: str, arguments: Mapping[str, Any]) -> Answer:
        assert (method, arguments) == ("apps.connections.open", {})
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


async def asked(
    *answers: Answer | Exception, schemes: frozenset[str] = frozenset({"wss"})
) -> tuple[str, float]:
    """Return the address and the seconds until it came."""
    clock, caller = SimulatedClock(NOON), Scripted(answers)
    url = await Addresses(caller, clock, set(schemes), Outages(clock)).next()
    assert caller.answers == []
    return url, (clock.now() - NOON).total_seconds()


async def test_an_address_of_a_socket_is_taken_at_once() -> None:
    assert await asked(opened(GOOD)) == (GOOD, 0)


@pytest.mark.parametrize(
    "url",
    [
        "https://slack.test/link",
        "ftp://slack.test/",
        "ws://slack.test/",
        "wss://",
        "wss:",
        "",
        "x",
        None,
        7,
        [GOOD],
    ],
)
async def test_any_other_address_is_refused_in_a_sentence_and_asked_for_again(
    url: object, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert await asked(opened(url), opened(url), opened(GOOD)) == (GOOD, 45)

    (sentence,) = caplog.messages
    assert sentence == (
        "Slack handed out no usable address for Socket Mode (it is no address that begins with wss://); "
        "asking again in 15 seconds"
    )


async def test_a_local_slack_may_hand_out_a_plain_socket() -> None:
    local = "ws://127.0.0.1:8080/socket"

    assert await asked(opened(local), schemes=frozenset({"ws", "wss"})) == (local, 0)


async def test_no_address_and_no_answer_are_asked_for_again_too() -> None:
    answers: list[Answer | Exception] = [
        Answer(200, {"ok": True}, {}),
        UnreadableAnswerError("an answer that is no JSON object"),
        Answer(500, {}, {}),
        Answer(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": "nan"}),
        Answer(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": "7"}),
    ]

    assert await asked(*answers, opened(GOOD)) == (GOOD, 15 + 30 + 60 + 120 + 7)


async def test_a_rejected_token_and_an_unreachable_slack_are_said() -> None:
    with pytest.raises(
        SlackUnavailableError, match=r"rejected the token \(invalid_auth\). Check SLACK_APP_TOKEN"
    ):
        await asked(Answer(200, {"ok": False, "error": "invalid_auth"}, {}))
    with pytest.raises(SlackUnavailableError, match="Slack cannot be reached at Socket Mode"):
        await asked(AnswerLostError("TimeoutError"))


async def test_an_address_that_leads_nowhere_is_replaced_by_another(caplog: pytest.LogCaptureFixture) -> None:
    clock, workspace = SimulatedClock(NOON), make_workspace(SimulatedClock(NOON))
    async with Sandbox(workspace), ClientSession() as session:
        assert workspace.connection_url is not None
        outages = Outages(clock)
        good = workspace.connection_url()
        nowhere = refusing_address().replace("http:", "ws:")
        addresses = Addresses(Scripted([opened(nowhere), opened(good)]), clock, {"ws"}, outages)
        with caplog.at_level(logging.WARNING):
            socket = await Session(session, addresses, clock, outages).ws_connect("ws://no such host/")
        await socket.close()

    assert (clock.now() - NOON).total_seconds() == 45
    assert [message.partition(" (")[0] for message in caplog.messages] == [
        "Slack's address for Socket Mode leads nowhere"
    ]


async def test_a_connection_that_fails_for_long_is_logged_once_an_hour(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = SimulatedClock(NOON)
    app = AsyncApp(name="test", token="xoxb-1")
    client = SocketModeHandler(app, "xapp-1", clock, ping_seconds=600).client
    for _ in range(5):
        client.logger.error("Failed to connect")
        clock.advance(1800)
    await client.close()  # type: ignore[no-untyped-call]  # slack_sdk leaves it untyped

    assert caplog.messages.count("Failed to connect") == 3


@pytest.mark.parametrize(("clock", "ends"), [(EndlessClock(NOON), True), (SimulatedClock(NOON), False)])
async def test_a_stop_waits_for_the_listeners_under_way_but_not_for_ever(
    clock: SimulatedClock, ends: bool
) -> None:
    workspace = make_workspace(SimulatedClock(NOON))
    has_begun, may_end = asyncio.Event(), asyncio.Event()
    ended: list[str] = []
    async with Sandbox(workspace) as sandbox:
        app = AsyncApp(name="test", token=workspace.bot_token)
        app.client.base_url = sandbox.api_url

        @app.event("app_home_opened")
        async def on_opened() -> None:
            has_begun.set()
            try:
                await may_end.wait()
                ended.append("done")
            except asyncio.CancelledError:
                ended.append("cancelled")
                raise

        socket = SocketModeHandler(app, workspace.app_token, clock, ping_seconds=600)
        await socket.client.connect_to_new_endpoint()
        event = {"type": "event_callback", "event": {"type": "app_home_opened"}}
        await asyncio.create_task(socket.handle(socket.client, SocketModeRequest("events_api", "E1", event)))
        await has_begun.wait()
        ending = asyncio.create_task(socket.end_listeners())
        if ends:
            await asyncio.sleep(0)
            assert not ending.done()
            may_end.set()
        await ending
        await socket.close_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped

    assert ended == ["done" if ends else "cancelled"]


async def test_an_outage_that_is_over_ends_in_one_line_with_its_length(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = SimulatedClock(NOON)
    workspace = make_workspace(clock)
    async with Sandbox(workspace) as sandbox:
        app = AsyncApp(name="test", token=workspace.bot_token)
        app.client.base_url = sandbox.api_url
        socket = SocketModeHandler(app, workspace.app_token, clock, ping_seconds=600)
        await socket.client.connect_to_new_endpoint()
        with caplog.at_level(logging.INFO, "bot"):
            workspace.faults.add("drop_before_write", method="apps.connections.open")
            workspace.faults.add("status", method="apps.connections.open", times=2)
            with pytest.raises(SlackUnavailableError):
                await socket.client.connect_to_new_endpoint(force=True)
            await socket.client.connect_to_new_endpoint(force=True)
            await socket.client.connect_to_new_endpoint(force=True)
        await socket.close_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped

    assert [(each.levelname, each.getMessage()) for each in caplog.records if each.levelno > logging.DEBUG][
        -1
    ] == ("INFO", "The connection to Slack works again, after 0:00:15 (h:mm:ss).")
    assert caplog.text.count("works again") == 1


async def test_a_socket_that_breaks_off_with_an_error_is_an_outage_until_the_next_one(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = SimulatedClock(NOON)
    workspace = make_workspace(clock)
    async with Sandbox(workspace) as sandbox:
        app = AsyncApp(name="test", token=workspace.bot_token)
        app.client.base_url = sandbox.api_url
        client = SocketModeHandler(app, workspace.app_token, clock, ping_seconds=600).client
        await client.connect_to_new_endpoint()
        client.logger.error("Failed to process a message")
        assert client.current_session
        await client.current_session.close()
        client.logger.error("Failed to receive or enqueue a message")
        clock.advance(61)
        with caplog.at_level(logging.INFO, "bot"):
            await client.connect_to_new_endpoint()
        await client.close()  # type: ignore[no-untyped-call]  # slack_sdk leaves it untyped

    assert caplog.messages[-1] == "The connection to Slack works again, after 0:01:01 (h:mm:ss)."


async def test_an_open_connection_lives_by_answered_pings_and_a_closed_one_by_tries() -> None:
    workspace, app = make_workspace(SimulatedClock(NOON)), AsyncApp(name="test", token="xoxb-1")
    async with Sandbox(workspace) as sandbox:
        app.client.base_url = sandbox.api_url
        handler = SocketModeHandler(app, workspace.app_token, SimulatedClock(NOON), ping_seconds=0.05)
        heard, tries = handler.signs
        before = (heard.trace(), tries.trace())
        await handler.client.connect_to_new_endpoint()
        first = heard.trace()
        async with asyncio.timeout(PATIENCE):
            # The client tells nobody of an answer to a ping.
            while heard.trace() == first:  # noqa: ASYNC110
                await asyncio.sleep(0)
        during = tries.trace()
        await handler.close_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped

    assert (before, during) == ((None, 0), None)
    assert first is not None
    assert (heard.trace(), tries.trace()) == (None, None)
    assert heard.seconds == pytest.approx(12 * 0.05)
