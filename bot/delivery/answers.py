"""What comes back from Slack, read as far as it proves itself; pure.

An answer may come from a proxy, a gateway or a Slack that has a bad day, so nothing of its shape is taken
for granted. One that cannot be read is no answer: whether the call had its effect is then unknown. Messages
may be anybody's: every app of the workspace can read the metadata of ours and write the same into its own.
"""

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from bot.delivery.outcomes import (
    ChannelMessage,
    Failure,
    MessagePage,
    NotNow,
    Posted,
    Refused,
    Scope,
    Unknown,
)
from bot.delivery.slack_errors import meaning_of
from bot.retries import bounded_wait, retry_after
from bot.text.arxiv_id import find_arxiv_id
from bot.text.numbers import count_of

METADATA_EVENT = "paper_round_post"

LONGEST_REST = 10 * 60.0
"""The most seconds that a 429 may ask for and be believed: Slack counts calls by the minute."""

RATE_LIMITED = 429
_SERVER_ERROR = 500
_TS = re.compile(r"[0-9]{1,12}\.[0-9]{1,9}")
# A sentence in place of a code is a gateway's: it says nothing of what Slack did with the call.
_CODE = re.compile(r"[A-Za-z0-9_.:-]{1,100}")
_ABSTRACT = "https://arxiv.org/abs/"
# Slack shows an address in angle brackets: https://docs.slack.dev/messaging/formatting-message-text
_TITLE_LINE = re.compile(r"\(<?(https://arxiv\.org/abs/[^\s<>|()]+)[^\s()]*\)$", re.MULTILINE)
_LONGEST_NUMBER = 100
_LONGEST_CURSOR = 2000

_logger = logging.getLogger(__name__)


class UnreadableAnswerError(Exception):
    """Slack, or something before it, answered with what is no answer of the Web API."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the Web API."""

    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Author:
    """This bot as the author of messages; the app stays the same when it is installed anew."""

    bot_id: str
    app_id: str | None = None

    def wrote(self, message: Mapping[str, Any]) -> bool:
        """Return whether Slack says that this bot, or its app, wrote the message."""
        is_of_app = self.app_id is not None and message.get("app_id") == self.app_id
        return is_of_app or message.get("bot_id") == self.bot_id


def failure_of(method: str, answer: Answer) -> Failure | None:
    """Return why the call failed, or `None` if Slack says that it did not.

    Raises `UnreadableAnswerError` if it says neither.
    """
    code = code_of(answer.body)
    meaning = meaning_of(method, code) if code else None
    if answer.status == RATE_LIMITED or (meaning and meaning.is_rate_limit):
        return NotNow(_asked_wait(answer), code or "ratelimited")
    if answer.status >= _SERVER_ERROR or (meaning and meaning.may_be_done):
        return Unknown(code or f"HTTP {answer.status}")
    if answer.body.get("ok") is True:
        return None
    if meaning is None or code is None:
        raise UnreadableAnswerError(f"HTTP {answer.status} without an error")
    if meaning.scope is None:
        return NotNow(None, code, holds_workspace=False, lasting=meaning.lasting)
    return Refused(code, meaning.scope)


def posted(body: Mapping[str, Any], thread_ts: str | None) -> Posted | Unknown:
    """Return the message that was posted, if the answer shows it."""
    ts, message = body.get("ts"), body.get("message")
    if not is_ts(ts):
        return Unknown("an answer without the message's ts")
    if thread_ts is None:
        return Posted(ts, in_thread=False)
    # A card that landed outside its thread is deleted, so the message itself has to say where it is.
    if not isinstance(message, dict) or message.get("ts") != ts:
        return Unknown("an answer without the message")
    return Posted(ts, in_thread=message.get("thread_ts") == thread_ts)


def app_of(body: Mapping[str, Any], author: Author) -> str | None:
    """Return the id of the bot's app, if the answer shows a message of this bot that names it."""
    message = body.get("message")
    if not isinstance(message, dict) or message.get("bot_id") != author.bot_id:
        return None
    app_id = message.get("app_id")
    return app_id if isinstance(app_id, str) and app_id else None


class PageReader:
    """Reads pages of messages; what cannot be read in them is skipped, and each kind logged once."""

    def __init__(self) -> None:
        self._logged: set[str] = set()

    def read(self, body: Mapping[str, Any], author: Author) -> MessagePage | NotNow:
        """Return a page of messages, or `NotNow` if the answer is none."""
        messages = body.get("messages")
        if not isinstance(messages, list):
            return unreadable("an answer without messages")
        cursor = _cursor(body)
        if cursor is None and body.get("has_more") is True:
            return unreadable("an answer without the cursor of what follows")
        read = tuple(self._message(message, author) for message in messages)
        return MessagePage(tuple(message for message in read if message), cursor)

    def _message(self, message: object, author: Author) -> ChannelMessage | None:
        if not isinstance(message, dict):
            self._skip("a message that is no object")
            return None
        if not is_ts(ts := message.get("ts")):
            self._skip("a message without ts")
            return None
        is_deleted = message.get("subtype") == "tombstone"
        if not author.wrote(message):
            return ChannelMessage(ts, is_deleted=is_deleted)
        key, position = _post_named_by(message)
        text = message.get("text")
        unnamed = None if key else text if isinstance(text, str) else ""
        shown = shown_papers(message) if position else ()
        return ChannelMessage(ts, key, position, is_deleted, True, unnamed, shown)

    def _skip(self, what: str) -> None:
        if what not in self._logged:
            self._logged.add(what)
            _logger.warning("Slack showed %s, which is skipped; this is logged once", what)


def shown_papers(message: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the ids of the papers that a card or a list of ours shows: each title is a link to arXiv.

    Strangers' text in it has no links, but may hold an address; one without blocks has each at a line's end.
    """
    drawn = message.get("blocks")
    if isinstance(drawn, list) and drawn:
        urls = [url for url in _links(drawn) if url.startswith(_ABSTRACT)]
    else:
        text = message.get("text")
        urls = _TITLE_LINE.findall(text) if isinstance(text, str) else []
    return tuple(dict.fromkeys(filter(None, map(find_arxiv_id, urls))))


def _links(drawn: list[Any]) -> Iterator[str]:
    """Yield the addresses of the links in rich text, in their order."""
    waiting = [part for part in reversed(drawn) if isinstance(part, dict) and part.get("type") == "rich_text"]
    while waiting:
        part = waiting.pop()
        if part.get("type") == "link" and isinstance(part.get("url"), str):
            yield part["url"]
        elements = part.get("elements")
        if isinstance(elements, list):
            waiting.extend(each for each in reversed(elements) if isinstance(each, dict))


def is_ts(value: object) -> TypeGuard[str]:
    """Return whether a value is a message's timestamp."""
    return isinstance(value, str) and _TS.fullmatch(value) is not None


def unreadable(what: str) -> NotNow:
    """Return what an unreadable answer to a call that may be repeated comes to."""
    return NotNow(None, what, holds_workspace=False, lasting=Scope.MESSAGE)


def _post_named_by(message: Mapping[str, Any]) -> tuple[str | None, int | None]:
    """Return the delivery's key and the position that the metadata names; both or neither."""
    metadata = message.get("metadata")
    if not isinstance(metadata, dict) or metadata.get("event_type") != METADATA_EVENT:
        return None, None
    payload = metadata.get("event_payload")
    named = payload if isinstance(payload, dict) else {}
    key, position = named.get("delivery"), count_of(named.get("position"))
    return (key, position) if isinstance(key, str) and position is not None else (None, None)


def _cursor(body: Mapping[str, Any]) -> str | None:
    metadata = body.get("response_metadata")
    cursor = metadata.get("next_cursor") if isinstance(metadata, dict) else None
    return cursor if isinstance(cursor, str) and 0 < len(cursor) <= _LONGEST_CURSOR else None


def code_of(body: Mapping[str, Any]) -> str | None:
    """Return Slack's error code in the body of an answer, if there is one."""
    error = body.get("error")
    if body.get("ok") is True or not isinstance(error, str):
        return None
    return error if _CODE.fullmatch(error) else None


def _asked_wait(answer: Answer) -> float | None:
    """Return the wait that the header asks for, or else the body, as some gateways do."""
    asked = bounded_wait(retry_after(answer.headers), LONGEST_REST)
    if asked is not None:
        return asked
    told = answer.body.get("retry_after")
    # Anything else may be too deep to be written out.
    within = {"Retry-After": str(told)[:_LONGEST_NUMBER] if isinstance(told, str | int | float) else ""}
    return bounded_wait(retry_after(within), LONGEST_REST)
