"""Answers to one person: each goes the first way that Slack takes; one that is lost is a line in the log.

What a person asked for is done before it is answered. So a failed answer is never an error of the request:
it is logged as what it is, and no method here raises.
"""

import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncRespond
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.cards.blocks import Block, Message
from bot.cards.notices import answer_modal
from bot.errors import SlackCallError
from bot.locale import Words
from handlers.payloads import Place, text_at
from handlers.slack_calls import call

_OK = 200
_TRIES = 2
_GONE = frozenset({"not_found", "view_not_found"})
"""Slack's errors for a modal that the person has closed: nobody waits for what it would show."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Way:
    """A way for an answer to its person; `send` raises `SlackCallError` where Slack does not take it."""

    name: str
    send: Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers a person who acted in a place."""

    client: AsyncWebClient
    respond: AsyncRespond
    person: str
    place: Place

    async def tell(self, message: Message, words: Words) -> bool:
        """Tell the person alone, where they acted; return whether Slack took it."""
        if self.place.view_type:
            return await self._first(self._over_view(message, words))
        return await self._first(self._beside(message))

    async def replace(self, message: Message, words: Words) -> bool:
        """Replace the answer or the modal that the person acted on, or else tell them."""
        if self.place.view_type == "modal":
            view = self._modal(message, words)
            shown = _Way("views.update", lambda: self._update(self.place.view_id, view))
            return await self._first([shown, self._direct(message)])
        if self.place.view_type:
            return await self.tell(message, words)
        replaced = self._by_response_url(message, replace_original=True)
        return await self._first([*replaced, *self._beside(message)])

    async def show_home(self, view: Block) -> bool:
        """Redraw the person's Home tab."""
        return await self._first(
            [
                _Way(
                    "views.publish",
                    lambda: call(self.client, "views.publish", user_id=self.person, view=view),
                )
            ]
        )

    async def open_modal(self, view: Block) -> str:
        """Open a modal, over one that the person acted in; return its id, empty where Slack opens none."""
        opened = []

        async def open_it() -> None:
            answer = await call(self.client, self._opening, trigger_id=self.place.trigger, view=view)
            opened.append(text_at(answer.body, "view", "id"))

        await self._first([_Way(self._opening, open_it)])
        return next(iter(opened), "")

    async def show_in_modal(self, view_id: str, view: Block) -> bool:
        """Replace what a modal shows; return whether Slack took it, or the person has closed the modal."""
        return await self._first([_Way("views.update", lambda: self._update(view_id, view))])

    # ---- Ways

    def _beside(self, message: Message) -> list[_Way]:
        """Return the ways to a person who acted on a message or typed a command.

        An answer by `response_url` needs no membership, but Slack promises a thread only for one that all see
        (https://docs.slack.dev/interactivity/handling-user-interaction), so it goes second in a thread.
        """
        ways = [*self._by_response_url(message), *self._ephemeral(message)]
        return [*(reversed(ways) if self.place.thread else ways), self._direct(message)]

    def _over_view(self, message: Message, words: Words) -> list[_Way]:
        """Return the ways to a person who acted in a modal or on Home: a modal over it, then a message."""
        view = self._modal(message, words)

        async def show() -> None:
            await call(self.client, self._opening, trigger_id=self.place.trigger, view=view)

        return [_Way(self._opening, show), self._direct(message)]

    @property
    def _opening(self) -> str:
        """The method that opens a modal here: over another one it is pushed."""
        return "views.push" if self.place.view_type == "modal" else "views.open"

    def _modal(self, message: Message, words: Words) -> Block:
        about = self.place.about if isinstance(self.place.about, str) else ""
        return answer_modal(message, self.place.view_title, words, about=about)

    def _by_response_url(self, message: Message, *, replace_original: bool = False) -> list[_Way]:
        if not self.respond.response_url:
            return []

        async def send() -> None:
            await _respond(
                self.respond,
                **_content(message),
                response_type="ephemeral",
                replace_original=replace_original,
                thread_ts=None if replace_original else self.place.thread or None,
            )

        return [_Way("response_url", send)]

    def _ephemeral(self, message: Message) -> list[_Way]:
        if not self.place.channel:
            return []
        thread = {"thread_ts": self.place.thread} if self.place.thread else {}
        arguments = {"channel": self.place.channel, "user": self.person, **thread, **_content(message)}
        return [_Way("chat.postEphemeral", lambda: call(self.client, "chat.postEphemeral", **arguments))]

    def _direct(self, message: Message) -> _Way:
        arguments = {
            "channel": self.person,
            **_content(message),
            "unfurl_links": False,
            "unfurl_media": False,
        }
        return _Way("chat.postMessage", lambda: call(self.client, "chat.postMessage", **arguments))

    async def _update(self, view_id: str, view: Block) -> None:
        try:
            await call(self.client, "views.update", view_id=view_id, view=view)
        except SlackCallError as error:
            if error.reason not in _GONE:
                raise

    async def _first(self, ways: Sequence[_Way]) -> bool:
        """Send by the first way that Slack takes; return whether there was one."""
        failures = []
        for way in ways:
            failure = await _failure(way)
            if failure is None:
                return True
            failures.append(f"{way.name}: {failure}")
            _logger.info("An answer did not go by %s: %s", way.name, failure, extra=self._fields())
        _logger.warning(
            "An answer is lost, though not what it tells of: %s", "; ".join(failures), extra=self._fields()
        )
        return False

    def _fields(self) -> dict[str, str]:
        return {"action": "answer", "person": self.person, "channel": self.place.channel}


async def _failure(way: _Way) -> str | None:
    """Send by the way, once more where that may help; return why Slack did not take it, `None` if it did."""
    reason = ""
    for _ in range(_TRIES):
        try:
            await way.send()
        except SlackCallError as error:
            reason = error.reason
            if not error.is_passing:
                break
        else:
            return None
    return reason


async def _respond(respond: AsyncRespond, **arguments: Any) -> None:
    try:
        answer = await respond(**arguments)
    except (TimeoutError, aiohttp.ClientError, SlackClientError, LookupError, TypeError, ValueError) as error:
        # The text of the error may have the address, which is a secret.
        raise SlackCallError(type(error).__name__, is_passing=True) from None
    if answer.status_code != _OK:
        raise SlackCallError(f"HTTP {answer.status_code}", is_passing=True)
    if reason := _refusal(answer.body):
        raise SlackCallError(reason, is_passing=True)


def _refusal(body: str) -> str:
    """Return the error in the text of an answer, which is "ok" where Slack took the message."""
    try:
        return text_at(json.loads(body), "error")
    except (ValueError, RecursionError):
        return ""


def _content(message: Message) -> dict[str, Any]:
    return {"text": message.text, "blocks": list(message.blocks)}
