import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ModelAnswerError, ModelRefusedError, ModelSlipError, ModelThoughtError, Usage
from bot.summaries.answers import Completion, estimated_usage, fields_of, quoted, read_completion, read_json
from tests.support.model_server import completion

EXPECTED = ("keywords", "tldr")
FIELDS = {"keywords": ["gardens"], "tldr": "Gardens {grow} 花."}
WRITTEN = json.dumps(FIELDS, ensure_ascii=False)


def said(text: str) -> Completion:
    return Completion(text, "stop", "", None, "")


@pytest.mark.parametrize(
    "text",
    [
        WRITTEN,
        f"\n\t{WRITTEN}  ",
        f"```json\n{WRITTEN}\n```",
        f"```\n{WRITTEN}```",
        f"Here you are:\n\n```json\n{WRITTEN}\n```\n\nAnything else?",
        f"<think>Maybe {WRITTEN[:-5]}</think>{WRITTEN}",
        f'<think>Maybe {{"keywords": [], "tldr": "No."}}</think>\n```json\n{WRITTEN}\n```',
        f"<thinking>\nHm.\n</thinking>\n\n{WRITTEN}",
        f"So it is about gardens.</think>{WRITTEN}",
        f'The set {{1, 2}} and {{"tldr": "a draft"}} become {WRITTEN}, I think {{so}}.',
        f'{WRITTEN} where "keywords" is like {{"name": "x"}}',
        f'{{"keywords": [], "tldr": "first"}}\nBetter:\n{WRITTEN}',
    ],
)
def test_the_object_is_found_in_whatever_stands_around_it(text: str) -> None:
    assert fields_of(said(text), EXPECTED) == FIELDS


@pytest.mark.parametrize("wrapping", ["{}", "```json\n{}\n```"])
def test_a_paper_on_thinking_may_name_the_tags(wrapping: str) -> None:
    fields = {"keywords": ["<think>"], "tldr": "What stands before </think> is dropped."}

    assert fields_of(said(wrapping.replace("{}", json.dumps(fields))), EXPECTED) == fields


def test_a_line_break_within_a_string_is_let_pass() -> None:
    assert fields_of(said('{"tldr": "one\ntwo"}'), EXPECTED) == {"tldr": "one\ntwo"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Gardens grow.", "holds no JSON object. It begins: “Gardens grow.”"),
        ("Nothing: {}", "holds no JSON object"),
        ('{"problem": {"a": 1}, "tld', "breaks off before its JSON object ends"),
        ("[1, 2]", "is JSON but not an object. It begins: “[1, 2]”"),
        ("null", "is JSON but not an object"),
        ('{"tldr": "Gardens', "breaks off before its JSON object ends"),
        ('{"tldr": NaN}', "holds NaN"),
        ('{"tldr": "a\\u0007b"}', "control character U+0007"),
        ("{" * 100_000, "holds no JSON object"),
        ('{"a":' * 100_000, "is JSON but too deep"),
        ("[" * 100_000, "is JSON but too deep"),
        (f"<think>{WRITTEN}", "holds no JSON object"),
        (f"<think>{WRITTEN}</think>", "holds no JSON object"),
        (f"Perhaps {WRITTEN}</think>", "holds no JSON object"),
        ("9" * 5000, "holds a number that cannot be read"),
    ],
)
def test_what_holds_no_object_is_said_and_not_guessed(text: str, sentence: str) -> None:
    with pytest.raises(ModelSlipError) as raised:
        fields_of(said(text), EXPECTED)
    assert raised.value.answer == text
    assert sentence in str(raised.value)
    assert len(str(raised.value)) < 300


@pytest.mark.parametrize(
    ("content", "text", "refusal"),
    [
        ("plain", "plain", ""),
        (None, "", ""),
        ([], "", ""),
        (["a", {"type": "text", "text": "b"}, "c"], "abc", ""),
        ([{"type": "output_text", "text": "a"}, {"type": "image_url", "image_url": {}}], "a", ""),
        ([{"type": "refusal", "refusal": " No. "}], "", "No."),
        ({"type": "text", "text": "alone"}, "alone", ""),
        (FIELDS, WRITTEN, ""),
        ([FIELDS], WRITTEN, ""),
        (7, "", ""),
    ],
)
def test_a_content_of_any_kind_is_read(content: object, text: str, refusal: str) -> None:
    whole = completion(0)
    whole["choices"][0]["message"]["content"] = content

    got = read_completion(whole)

    assert got == Completion(text, "stop", refusal, Usage(100, 20), "small-model-2026")


@pytest.mark.parametrize(
    ("told", "usage"),
    [
        ({"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}, Usage(7, 3)),
        ({"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 50}, Usage(7, 43)),
        ({"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 0}, Usage(7, 3)),
        ({"input_tokens": 12, "output_tokens": 29}, Usage(12, 29)),
        ({"prompt_tokens": 7}, Usage(7, 0)),
        ({"prompt_tokens": -1, "completion_tokens": "3"}, None),
        ({}, None),
        (None, None),
    ],
)
def test_tokens_are_counted_as_they_are_billed(told: object, usage: Usage | None) -> None:
    assert read_completion({**completion("x", tokens=None), "usage": told}).usage == usage


def test_an_estimate_takes_four_bytes_for_a_token() -> None:
    assert estimated_usage("12345678", "花园") == Usage(2, 2)
    assert estimated_usage("a\ud83d", "") == Usage(1, 0)


def test_a_quotation_is_one_short_line() -> None:
    assert quoted("a\r\n\tb\x07 \u202e c") == "a b c"
    assert quoted("x" * 200) == "x" * 200
    assert quoted("x" * 201) == "x" * 199 + "…"


@pytest.mark.parametrize(
    "message",
    [
        {"tool_calls": [{"type": "function", "function": {"name": "answer", "arguments": WRITTEN}}]},
        {"tool_calls": [{"function": {"arguments": FIELDS}}]},
        {"function_call": {"name": "answer", "arguments": WRITTEN}},
    ],
)
def test_an_answer_in_a_call_of_a_tool_is_an_answer(message: dict[str, Any]) -> None:
    assert read_completion(completion(None, **message)).text == WRITTEN
    assert read_completion(completion("Said.", **message)).text == "Said."


def calls(*arguments: str) -> list[dict[str, Any]]:
    return [{"function": {"name": "answer", "arguments": each}} for each in arguments]


@pytest.mark.parametrize(
    ("content", "tool_calls"),
    [
        ("Calling the tool now.", calls(WRITTEN)),
        (None, calls("{}", WRITTEN)),
        ("", calls('{"query": "gardens"}', WRITTEN)),
        ("Searching, then answering.", calls("{}", WRITTEN, "")),
        (WRITTEN, calls('{"tldr": "Another."}')),
    ],
)
def test_the_answer_may_be_in_any_call_and_beside_a_text(
    content: str | None, tool_calls: list[dict[str, Any]]
) -> None:
    assert fields_of(read_completion(completion(content, tool_calls=tool_calls)), EXPECTED) == FIELDS


def test_a_text_is_what_is_quoted_where_neither_it_nor_a_call_is_an_answer() -> None:
    body = completion("Calling the tool now.", tool_calls=calls("gardens"))

    with pytest.raises(ModelSlipError, match="Calling the tool now"):
        fields_of(read_completion(body), EXPECTED)


THOUGHT = {"prompt_tokens": 9, "completion_tokens": 40, "completion_tokens_details": {"reasoning_tokens": 38}}


@pytest.mark.parametrize(
    ("body", "is_lost"),
    [
        (completion(None, finish_reason="length"), True),
        (completion("", finish_reason="length", tokens=None), True),
        (completion('{"tldr": "G', finish_reason="length") | {"usage": THOUGHT}, True),
        (completion("<think>Hm. " * 9, finish_reason="length"), True),
        (completion('Hm.</think>{"tldr": "G', finish_reason="length", tokens=None), False),
        (completion('{"tl', finish_reason="length", tokens=None, reasoning_content="Hm. " * 90), True),
        (completion('{"tldr": "Gardens', finish_reason="length"), False),
        (completion(" \n" * 99, finish_reason="length"), False),
        (completion(WRITTEN) | {"usage": THOUGHT}, False),
    ],
)
def test_an_answer_that_ends_within_thoughts_is_told_from_one_that_grew_too_long(
    body: dict[str, Any], *, is_lost: bool
) -> None:
    got = read_completion(body)

    assert got.is_lost_in_thought is is_lost
    if is_lost:
        with pytest.raises(ModelThoughtError, match="LLM_MAX_TOKENS"):
            fields_of(got, EXPECTED)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(EXPECTED), inner),
    max_leaves=10,
)


@given(st.text() | JSON.map(json.dumps) | st.tuples(st.text(), JSON.map(json.dumps), st.text()).map("".join))
def test_any_text_gives_an_object_or_one_error(text: str) -> None:
    try:
        fields = fields_of(said(text), EXPECTED)
    except ModelAnswerError:
        return
    assert isinstance(fields, dict)
    json.dumps(fields, allow_nan=False, ensure_ascii=False).encode()


NAMES = st.sampled_from(
    ["choices", "message", "content", "refusal", "finish_reason", "usage", "prompt_tokens", "model", "text"]
)


@given(
    st.recursive(
        st.none() | st.integers() | st.text() | st.booleans(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner),
    )
)
def test_any_body_is_a_completion_or_one_error(body: Any) -> None:
    try:
        got = read_completion(body)
    except ModelAnswerError:
        return
    assert isinstance(got.text, str)


@pytest.mark.parametrize("text", ["", "{", "NaN", "-Infinity", "[" * 100_000, b"\xff\xfe\xfa"])
def test_what_is_no_json_that_can_be_kept_is_a_value_error(text: str | bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- what it says is the library's
        read_json(text)


@pytest.mark.parametrize(
    ("body", "api"),
    [
        (
            {"model": "m", "message": {"role": "assistant", "content": "{}"}, "done": True},
            "Ollama's own /api/chat",
        ),
        ({"model": "m", "response": "{}", "done": False}, "Ollama's own /api/generate"),
        (
            {"type": "message", "role": "assistant", "content": [{"type": "text", "text": "{}"}]},
            "Anthropic's /v1/messages",
        ),
        ({"type": "message_stop"}, "Anthropic's /v1/messages"),
        (
            {"object": "response", "status": "completed", "output": [{"type": "message", "content": []}]},
            "OpenAI's /v1/responses",
        ),
        ({"type": "response.completed", "response": {}}, "OpenAI's /v1/responses"),
        ({"candidates": [{"content": {"parts": [{"text": "{}"}]}}]}, "Gemini's own generateContent"),
    ],
)
def test_an_answer_of_another_api_says_which_address_to_set(body: dict[str, object], api: str) -> None:
    with pytest.raises(ModelRefusedError) as raised:
        read_completion(body)

    assert str(raised.value) == (
        f"The answer is one of {api}. Set LLM_BASE_URL to the address of its OpenAI-compatible API, the one "
        "before /chat/completions, often ending in /v1."
    )
