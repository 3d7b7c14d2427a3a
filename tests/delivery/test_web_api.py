"""Calls through Slack's SDK to a server that answers with what no Slack should."""

import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.answers import Answer, UnreadableAnswerError
from bot.delivery.outcomes import NotNow, Scope, Unknown
from bot.delivery.web_api import SlackCaller
from bot.delivery.wire import SlackWire
from tests.support.stage import NOON
from tests.support.web_server import Service, serving


def saying(body: bytes, status: int = 200, kind: str = "application/json", **headers: str) -> web.Response:
    return web.Response(body=body, status=status, headers={"Content-Type": kind, **headers})


def caller_at(service: Service) -> SlackCaller:
    return SlackCaller(AsyncWebClient(token="xoxb-1", base_url=f"{service.address}/", retry_handlers=[]))


ODD = {
    "a list": saying(b"[1, 2]"),
    "a string": saying(b'"ok"'),
    "a number": saying(b"7"),
    "null": saying(b"null"),
    "nothing": saying(b""),
    "text": saying(b"ok", kind="text/plain"),
    "a web page": saying(b"<html>Sign in</html>", kind="text/html"),
    "bad UTF-8": saying(b'{"ok": \xff\xfe}'),
    "half of it": saying(b'{"ok": tr'),
    "deep JSON": saying(b"[" * 100_000),
    "a page instead of a refusal": saying(b"<html>Forbidden</html>", status=403, kind="text/html"),
    "a failing gateway": saying(b"Bad Gateway", status=502, kind="text/plain"),
    "no answer in a charset of its own": saying(b"\xff", kind="application/json; charset=no-such"),
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
async def test_an_answer_that_is_no_json_object_makes_a_post_a_doubt_and_a_reading_one_to_repeat(
    odd: web.Response,
) -> None:
    async def answer(_: web.Request) -> web.Response:
        assert isinstance(odd.body, bytes)
        return web.Response(body=odd.body, status=odd.status, headers=odd.headers)

    async with serving({"/chat.postMessage": answer, "/conversations.history": answer}) as service:
        wire = SlackWire(caller_at(service), "B0OURS")
        post = await wire.post("C1", {"text": "A card"}, None)
        page = await wire.read("C1", None, NOON, None)

    assert isinstance(post, Unknown)
    assert isinstance(page, NotNow)
    assert page.lasting is Scope.MESSAGE


async def test_an_unreadable_answer_is_said_as_such() -> None:
    async def answer(_: web.Request) -> web.Response:
        return saying(b"[]")

    async with serving({"/chat.postMessage": answer}) as service:
        with pytest.raises(UnreadableAnswerError, match="an answer that is no JSON object"):
            await caller_at(service).call("chat.postMessage", {"channel": "C1"})


@pytest.mark.parametrize("body", [b"", b"Too many requests", b"[]", b'{"ok": false, "error": "ratelimited"}'])
async def test_a_rate_limit_is_one_whatever_stands_below_it(body: bytes) -> None:
    async def answer(_: web.Request) -> web.Response:
        return saying(body, status=429, **{"Retry-After": "7"})

    async with serving({"/chat.postMessage": answer}) as service:
        outcome = await SlackWire(caller_at(service), "B0OURS").post("C1", {"text": "A card"}, None)

    assert outcome == NotNow(7)


async def test_a_header_is_found_however_it_is_written() -> None:
    async def answer(_: web.Request) -> web.Response:
        return saying(b'{"ok": false}', status=429, **{"retry-after": "9"})

    async with serving({"/chat.update": answer}) as service:
        called = await caller_at(service).call("chat.update", {"channel": "C1"})

    assert isinstance(called, Answer)
    assert called.headers.get("Retry-After") == "9"
