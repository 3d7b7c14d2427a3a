"""What comes back from Slack counts as far as it proves itself."""

import logging
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.delivery.answers import (
    LONGEST_REST,
    METADATA_EVENT,
    Answer,
    Author,
    PageReader,
    UnreadableAnswerError,
    app_of,
    failure_of,
    posted,
)
from bot.delivery.outcomes import ChannelMessage, MessagePage, NotNow, Posted, Refused, Scope, Unknown
from bot.delivery.slack_errors import HISTORY, POST

OURS = Author("B0OURS", "A0OURS")
TS = "1759222800.000100"

JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(), inner, max_size=3),
    max_leaves=5,
)


def message(**fields: Any) -> dict[str, Any]:
    payload = {"delivery": "key", "position": 3}
    metadata = {"event_type": METADATA_EVENT, "event_payload": payload}
    return {"ts": TS, "text": "A card", "bot_id": "B0OURS", "metadata": metadata, **fields}


def only(*messages: object) -> tuple[ChannelMessage, ...]:
    page = PageReader().read({"ok": True, "messages": list(messages)}, OURS)
    assert isinstance(page, MessagePage)
    return page.messages


# ---- Whose message it is


def test_a_message_of_this_bot_names_its_post() -> None:
    assert only(message()) == (ChannelMessage(TS, "key", 3, is_own=True),)


def test_a_message_of_this_app_under_an_earlier_installation_is_ours() -> None:
    assert only(message(bot_id="B0EARLIER", app_id="A0OURS")) == (ChannelMessage(TS, "key", 3, is_own=True),)


@pytest.mark.parametrize(
    "fields", [{"bot_id": "B0OTHER", "app_id": "A0OTHER"}, {"bot_id": None}, {"bot_id": ["B0OURS"]}]
)
def test_a_message_of_anybody_else_is_foreign_whatever_its_metadata_says(fields: dict[str, Any]) -> None:
    assert only(message(**fields)) == (ChannelMessage(TS),)


@pytest.mark.parametrize("position", [True, "3", 3.5, -1, None, [3], 10**30, float("nan")])
def test_a_position_that_is_no_number_names_no_post(position: object) -> None:
    metadata = {"event_type": METADATA_EVENT, "event_payload": {"delivery": "key", "position": position}}

    assert only(message(metadata=metadata)) == (ChannelMessage(TS, is_own=True, unnamed_text="A card"),)


@pytest.mark.parametrize(
    "metadata", [None, {}, "x", [], {"event_type": METADATA_EVENT, "event_payload": None}]
)
def test_a_message_of_ours_without_readable_metadata_is_ours_and_unnamed(metadata: object) -> None:
    assert only(message(metadata=metadata)) == (ChannelMessage(TS, is_own=True, unnamed_text="A card"),)


def test_the_app_is_learnt_from_a_message_of_this_bot_alone() -> None:
    author = Author("B0OURS")

    assert app_of({"message": message(app_id="A0OURS")}, author) == "A0OURS"
    assert app_of({"message": message(bot_id="B0OTHER", app_id="A0OTHER")}, author) is None
    assert app_of({"message": None}, author) is None


# ---- Pages


def test_what_cannot_be_read_is_skipped_and_each_kind_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    reader = PageReader()
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            odd = [None, "hello", {"ts": None}, {"text": "no ts"}, {"ts": 5}, {"ts": "now"}, message()]
            page = reader.read({"messages": odd}, OURS)
            assert page == MessagePage((ChannelMessage(TS, "key", 3, is_own=True),), None)

    assert caplog.messages == [
        "Slack showed a message that is no object, which is skipped; this is logged once",
        "Slack showed a message without ts, which is skipped; this is logged once",
    ]


@pytest.mark.parametrize("metadata", [None, [], "x", {"next_cursor": None}, {"next_cursor": 7}, {}])
def test_a_page_without_a_usable_cursor_is_the_last_unless_slack_says_that_more_follows(
    metadata: object,
) -> None:
    body = {"messages": [], "response_metadata": metadata}
    more = PageReader().read({**body, "has_more": True}, OURS)

    assert PageReader().read(body, OURS) == MessagePage((), None)
    assert isinstance(more, NotNow)
    assert more.lasting is Scope.MESSAGE


@given(JSON)
def test_no_page_is_read_into_an_exception(body: Any) -> None:
    for messages in (body, [body], [message(metadata=body)], [message(ts=body)]):
        PageReader().read({"messages": messages, "response_metadata": body}, OURS)


# ---- Posting


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ({"ts": TS, "message": {"ts": TS, "thread_ts": "1.5"}}, Posted(TS, in_thread=True)),
        ({"ts": TS, "message": {"ts": TS}}, Posted(TS, in_thread=False)),
        ({"ts": TS, "message": {"ts": TS, "thread_ts": "2.5"}}, Posted(TS, in_thread=False)),
        ({"ts": TS, "message": {}}, Unknown("an answer without the message")),
        ({"ts": TS, "message": None}, Unknown("an answer without the message")),
        ({"ts": TS}, Unknown("an answer without the message")),
        ({"ts": None, "message": {"ts": TS}}, Unknown("an answer without the message's ts")),
        ({}, Unknown("an answer without the message's ts")),
    ],
)
def test_a_card_is_posted_only_where_the_answer_shows_it(
    body: dict[str, Any], outcome: Posted | Unknown
) -> None:
    assert posted(body, "1.5") == outcome


def test_a_parent_needs_no_more_than_its_ts() -> None:
    assert posted({"ts": TS, "message": None}, None) == Posted(TS, in_thread=False)


# ---- Errors


@pytest.mark.parametrize("code", ["ratelimited", "rate_limited"])
@pytest.mark.parametrize("status", [200, 429])
def test_a_rate_limit_is_one_in_either_spelling_and_status(code: str, status: int) -> None:
    answer = Answer(status, {"ok": False, "error": code}, {"Retry-After": "7"})

    assert failure_of(POST, answer) == NotNow(7, code)


@pytest.mark.parametrize(
    ("header", "within", "seconds"),
    [
        ("30", None, 30),
        ("0", None, 1),
        ("", 12, 12),
        ("nan", "12", 12),
        ("", None, None),
        ("-5", None, None),
        ("soon", float("nan"), None),
        ("999999999", True, None),
        ("", {"seconds": 5}, None),
        (str(int(LONGEST_REST) + 1), None, None),
    ],
)
def test_a_wait_is_taken_from_the_header_else_from_the_body_if_it_makes_sense(
    header: str, within: object, seconds: float | None
) -> None:
    body = {"ok": False, "error": "ratelimited", "retry_after": within}

    assert failure_of(POST, Answer(429, body, {"Retry-After": header})) == NotNow(seconds)


@pytest.mark.parametrize(
    ("method", "answer", "failure"),
    [
        (POST, Answer(200, {"ok": True}, {}), None),
        (POST, Answer(200, {"ok": True, "error": "stale"}, {}), None),
        (POST, Answer(503, {}, {}), Unknown("HTTP 503")),
        (POST, Answer(200, {"ok": False, "error": "fatal_error"}, {}), Unknown("fatal_error")),
        (POST, Answer(200, {"error": "invalid_blocks"}, {}), Refused("invalid_blocks")),
        (POST, Answer(200, {"error": "missing_scope"}, {}), Refused("missing_scope", Scope.WORKSPACE)),
        (HISTORY, Answer(200, {"error": "missing_scope"}, {}), Refused("missing_scope")),
        (POST, Answer(403, {"error": "is_archived"}, {}), Refused("is_archived", Scope.CHANNEL)),
        (
            POST,
            Answer(200, {"error": "brand_new"}, {}),
            NotNow(None, "brand_new", holds_workspace=False, lasting=Scope.MESSAGE),
        ),
    ],
)
def test_a_failure_is_what_its_code_means_to_the_method(method: str, answer: Answer, failure: object) -> None:
    assert failure_of(method, answer) == failure


@pytest.mark.parametrize(
    "body", [{}, {"ok": False}, {"ok": "true"}, {"error": ["x"]}, {"error": None}, {"error": {"code": 1}}]
)
def test_an_answer_that_says_neither_yes_nor_no_is_none(body: dict[str, Any]) -> None:
    with pytest.raises(UnreadableAnswerError):
        failure_of(POST, Answer(200, body, {}))
