"""A model's endpoint on 127.0.0.1 that answers as a test wrote it down, or as a function finds.

Its answers are those of `tests.support.web_server` (a body, a cut-off one, a hung-up connection …) and those
made here, which have the shape of a `chat/completions`.
"""

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from aiohttp import web
from multidict import CIMultiDict

from tests.support.web_server import Answer, saying


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    path: str
    headers: CIMultiDict[str]
    body: dict[str, Any]


class ModelServer:
    """Gives the answers in their order, one to each request, and then `otherwise` to all that follow.

    `requests` holds what was asked, in order, and `most_at_once` how many were ever answered at the same
    time. To be used as `async with ModelServer([...]) as server`.
    """

    def __init__(self, answers: Iterable[Answer] = (), *, otherwise: Answer | None = None) -> None:
        self.requests: list[Asked] = []
        self.most_at_once = 0
        self.base_url = ""
        self._answers = deque(answers)
        self._otherwise = otherwise or error(404, "The script of this server is at its end.")
        self._under_way = 0
        # What it is sent may be larger than aiohttp's own limit of 1 MiB.
        application = web.Application(client_max_size=64 * 1024**2)
        application.router.add_post("/{path:.*}", self._handle)
        self._runner = web.AppRunner(application, shutdown_timeout=0.01)

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """The bodies of all requests, in order."""
        return [request.body for request in self.requests]

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.base_url = f"http://{host}:{port}/v1"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(Asked(request.path, CIMultiDict(request.headers), await request.json()))
        answer = self._answers.popleft() if self._answers else self._otherwise
        self._under_way += 1
        self.most_at_once = max(self.most_at_once, self._under_way)
        try:
            return await answer(request)
        finally:
            self._under_way -= 1


def completion(
    content: object,
    *,
    finish_reason: str | None = "stop",
    tokens: tuple[int, int] | None = (100, 20),
    model: str | None = "small-model-2026",
    **message: object,
) -> dict[str, Any]:
    """Return the body of a chat completion.

    A dictionary as `content` is written as JSON, anything else stands there as it is. `tokens` are those of
    the prompt and of the completion; `message` has further fields of the message. `None` leaves out.
    """
    said = json.dumps(content, ensure_ascii=False) if isinstance(content, dict) else content
    choice = {"index": 0, "message": {"role": "assistant", "content": said, **message}}
    body: dict[str, Any] = {"object": "chat.completion", "choices": [choice]}
    if finish_reason is not None:
        choice["finish_reason"] = finish_reason
    if tokens is not None:
        body["usage"] = {
            "prompt_tokens": tokens[0],
            "completion_tokens": tokens[1],
            "total_tokens": sum(tokens),
        }
    if model is not None:
        body["model"] = model
    return body


def sending(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """Answer with this as JSON."""
    return saying(
        json.dumps(body, ensure_ascii=False),
        status,
        **{"Content_Type": "application/json", **(headers or {})},
    )


def completing(content: object, **how: Any) -> Answer:
    """Answer with `completion(content, …)`."""
    return sending(completion(content, **how))


def error(status: int, message: str, headers: Mapping[str, str] | None = None, **more: object) -> Answer:
    """Refuse as OpenAI does; `more` has further fields of the error, such as `code` and `type`."""
    return sending({"error": {"message": message, **more}}, status, headers)


def answering(function: Callable[[dict[str, Any]], object | Awaitable[object]]) -> Answer:
    """Answer any request with what `function` makes of its body: the content, or a whole body of an answer.

    What it returns is the content of a completion, unless it is a dictionary that has `choices` or `error`.
    The function may be a coroutine, and so take its time.
    """

    async def answer(request: web.Request) -> web.StreamResponse:
        made = function(await request.json())
        content = await made if isinstance(made, Awaitable) else made
        is_whole = isinstance(content, dict) and not content.keys().isdisjoint({"choices", "error"})
        return await sending(content if is_whole else completion(content))(request)

    return answer


def after(seconds: float, answer: Answer) -> Answer:
    """Answer so many real seconds later: for measurements."""

    async def late(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(seconds)
        return await answer(request)

    return late
