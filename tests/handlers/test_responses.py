"""Answers to response URLs."""

import json

import pytest
from aiohttp import ClientSession, web
from slack_bolt.async_app import AsyncRespond

from handlers.responses import Respond
from tests.support.web_server import serving


async def test_answers_to_slack_share_a_connection() -> None:
    said: list[object] = []
    connections = set()

    async def take(request: web.Request) -> web.Response:
        said.append(json.loads(await request.read()))
        assert request.transport
        connections.add(request.transport.get_extra_info("peername"))
        return web.Response(text="ok")

    async with serving({"/answers": take}) as service, ClientSession() as session:
        for text in ("one", "two"):
            of_bolt = AsyncRespond(response_url=f"{service.address}/answers")
            answer = await Respond(of_bolt, session)(text=text, blocks=[], thread_ts=None)
            assert (answer.status_code, answer.body) == (200, "ok")
    assert said == [{"text": "one", "blocks": []}, {"text": "two", "blocks": []}]
    assert len(connections) == 1


async def test_nothing_is_sent_where_slack_gave_no_address() -> None:
    async with ClientSession() as session:
        with pytest.raises(ValueError, match="response_url"):
            await Respond(AsyncRespond(response_url=None), session)(text="one")
