"""Reads a model's answer: from the body of `chat/completions` to the requested fields; pure."""

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from bot.errors import (
    ModelAnswerError,
    ModelCutOffError,
    ModelRefusedError,
    ModelSlipError,
    ModelThoughtError,
    Usage,
)
from bot.summaries.almost_json import AlmostJsonError, read_object, storable, without_thoughts
from bot.text.numbers import count_of, integer

_MOST_QUOTED = 200
_MOST_TOKENS = 10_000_000


@dataclass(frozen=True, slots=True)
class Completion:
    """The first choice of an answer; missing texts are empty, and a missing `usage` is `None`."""

    text: str
    finish_reason: str
    refusal: str
    usage: Usage | None
    model: str
    #: The tokens of its thoughts, by the endpoint's count or by estimate.
    thought_tokens: int = 0
    #: The arguments of calls of tools, where a text stands beside them.
    arguments: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether the model wrote nothing and gave no reason."""
        is_over = self.finish_reason in {"", "stop", "length"} and not self.is_lost_in_thought
        return is_over and not self.text.strip() and not self.refusal

    @property
    def is_lost_in_thought(self) -> bool:
        """Whether it was cut off while it was mostly, or only, thoughts; spaces without an end are none."""
        if self.finish_reason != "length" or self.refusal:
            return False
        written = self.usage or estimated_usage("", self.text)
        is_only_spaces = self.text.isspace() and not self.thought_tokens
        is_unsaid = not without_thoughts(self.text).strip() and not is_only_spaces
        return is_unsaid or 2 * self.thought_tokens > written.completion_tokens


def read_json(text: str | bytes) -> Any:  # any JSON
    """Parse JSON; raises ValueError for anything else, and for JSON that is too deep.

    Line breaks within strings are accepted, since models write them. NaN is not JSON, and the half of a
    surrogate pair, which cannot be stored, is left out.
    """
    try:
        return storable(json.loads(text, strict=False, parse_int=integer, parse_constant=_no_number))
    except RecursionError:
        raise ValueError("It is too deep.") from None


def read_completion(document: object) -> Completion:
    """Return the first choice of a body.

    Raises ModelAnswerError where it has none, and ModelRefusedError where it is another API's.
    """
    body = with_choices(document)
    if not body and (api := _other_api(document)):
        raise ModelRefusedError(
            f"The answer is one of {api}. Set LLM_BASE_URL to the address of its OpenAI-compatible API, the "
            "one before /chat/completions, often ending in /v1."
        )
    choices = body.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message", choice.get("delta")) if isinstance(choice, dict) else None
    if not isinstance(choice, dict) or not isinstance(message, dict):
        raise ModelAnswerError("The model's answer holds no choice.")
    parts = _parts(message.get("content"))
    text = "".join(_texts(parts, "text"))
    arguments = "\n".join(_arguments(message))
    return Completion(
        text=text if text.strip() else arguments or _misplaced(message) or text,
        finish_reason=_finish_reason(choice.get("finish_reason")),
        refusal=(_text(message.get("refusal")) or "".join(_texts(parts, "refusal"))).strip(),
        usage=_usage(body.get("usage")),
        model=_text(body.get("model")),
        thought_tokens=_thought_tokens(body.get("usage"), message, text),
        arguments=arguments if text.strip() else "",
    )


def with_choices(document: object) -> Mapping[str, Any]:
    """Return the body with the choices: some gateways put it into `data`, `output` or a list of one."""
    body = document[0] if isinstance(document, list) and document else document
    held = [body, *(body.get(name) for name in ("data", "output"))] if isinstance(body, dict) else []
    return next((each for each in held if isinstance(each, dict) and each.get("choices")), {})


def _other_api(document: object) -> str:
    """Return the API whose answers, or their first events, look like this one; empty for none that we know.

    - https://docs.ollama.com/api/chat and https://docs.ollama.com/api/generate
    - https://docs.claude.com/en/api/messages and https://docs.claude.com/en/docs/build-with-claude/streaming
    - https://platform.openai.com/docs/api-reference/responses/object
    - https://ai.google.dev/api/generate-content#v1beta.GenerateContentResponse
    """
    body = document[0] if isinstance(document, list) and document else document
    if not isinstance(body, dict):
        return ""
    kind = _text(body.get("type"))
    if isinstance(body.get("done"), bool) and not body.keys().isdisjoint({"message", "response"}):
        return f"Ollama's own /api/{'chat' if 'message' in body else 'generate'}"
    if kind == "message" or kind.startswith(("message_", "content_block_")):
        return "Anthropic's /v1/messages"
    if body.get("object") == "response" or kind.startswith("response."):
        return "OpenAI's /v1/responses"
    return "Gemini's own generateContent" if isinstance(body.get("candidates"), list) else ""


_FINISH_REASONS = {
    "length": ("max_tokens", "max_output_tokens", "max_completion_tokens", "model_length"),
    "content_filter": ("sensitive", "safety", "recitation", "prohibited_content", "blocklist", "refusal"),
}
_BY_OTHER_NAME = {name: reason for reason, names in _FINISH_REASONS.items() for name in (reason, *names)}


def _finish_reason(value: object) -> str:
    """Return why an answer ended in OpenAI's words, where Gemini, Anthropic, Mistral or Zhipu has its own."""
    reason = _text(value)
    return _BY_OTHER_NAME.get(reason.strip().casefold(), reason)


def _misplaced(message: Mapping[str, Any]) -> str:
    """Return an answer that stands where its thoughts belong, and is all that stands there.

    vLLM's parsers of thoughts put it there where the model's template turns thinking off.
    """
    thought = without_thoughts(_thoughts(message)).strip()
    return thought if thought.startswith("{") and thought.endswith("}") else ""


def fields_of(completion: Completion, expected: Collection[str]) -> dict[str, Any]:
    """Return the JSON object in a completion, the one with most of the `expected` fields.

    Thoughts, fences and text around it are ignored. Raises ModelAnswerError for a refusal and for an answer
    that is empty or was filtered, ModelCutOffError for one that was cut off, its subclass ModelThoughtError
    where thoughts took the room, and ModelSlipError for one without such an object.
    """
    if completion.refusal:
        raise ModelAnswerError(f"The model declined: “{quoted(completion.refusal)}”.")
    if completion.finish_reason == "content_filter":
        raise ModelAnswerError("The model's answer was withheld by a content filter.")
    if completion.is_lost_in_thought:
        raise ModelThoughtError(
            "The model used up the tokens of its answer on thoughts. Raise LLM_MAX_TOKENS."
        )
    # Spaces without an end would fill any room.
    if not completion.text.strip():
        raise ModelAnswerError("The model's answer is empty.")
    if completion.finish_reason == "length":
        raise ModelCutOffError(
            "The model's answer was cut off. Raise LLM_MAX_TOKENS, or give the model a larger context."
        )
    try:
        return _read_object(completion, expected)
    except AlmostJsonError as error:
        begins = f"It begins: “{quoted(completion.text)}”."
        raise ModelSlipError(f"{error} {begins}", str(error), completion.text) from None


def _read_object(completion: Completion, expected: Collection[str]) -> dict[str, Any]:
    """Return the object in the text, else in the arguments beside it; raises what is wrong with the text."""
    try:
        return read_object(completion.text, expected)
    except AlmostJsonError:
        with suppress(AlmostJsonError):
            return read_object(completion.arguments, expected)
        raise


def quoted(text: str) -> str:
    """Return the text as one short line, to be quoted in a sentence."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return line if len(line) <= _MOST_QUOTED else line[: _MOST_QUOTED - 1] + "…"


def estimated_usage(asked: str, answered: str) -> Usage:
    """Estimate the tokens at four bytes of UTF-8 each.

    For endpoints that do not count them: without an estimate the daily budget would not limit anything.
    """
    return Usage(
        -(-len(asked.encode(errors="replace")) // 4), -(-len(answered.encode(errors="replace")) // 4)
    )


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is not JSON.")


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


_OF_A_PART = frozenset({"type", "text", "refusal"})


def _parts(content: object) -> list[object]:
    return content if isinstance(content, list) else [content]


def _texts(parts: list[object], kind: str) -> list[str]:
    """Return the texts of one kind in the parts; a part that is a string is text, and so is a bare object."""
    return [_text(_dressed(part).get(kind)) for part in parts]


def _dressed(part: object) -> Mapping[str, object]:
    if not isinstance(part, dict):
        return {"text": part}
    is_answer = part and _OF_A_PART.isdisjoint(part)
    return {"text": json.dumps(part, ensure_ascii=False)} if is_answer else part


def _arguments(message: Mapping[str, Any]) -> Iterator[str]:
    """Yield the arguments of the calls of tools, as some endpoints return what follows a schema."""
    calls = message.get("tool_calls")
    listed = calls if isinstance(calls, list) else [calls]
    used = [part for part in _parts(message.get("content")) if _is_call(part)]
    called = [call.get("function") or call for call in [*listed, *used] if isinstance(call, dict)]
    for function in called or [message.get("function_call")]:
        held = function if isinstance(function, dict) else {}
        arguments = held.get("arguments") or held.get("input")
        is_object = isinstance(arguments, dict)
        written = json.dumps(arguments, ensure_ascii=False) if is_object else _text(arguments)
        if written.strip("{ }\n"):
            yield written


def _is_call(part: object) -> bool:
    return isinstance(part, dict) and part.get("type") in {"tool_use", "function_call"}


def _thought_tokens(usage: object, message: Mapping[str, Any], text: str) -> int:
    """Return the tokens of thoughts as they are counted, else an estimate from the thoughts themselves."""
    details = usage.get("completion_tokens_details") if isinstance(usage, dict) else None
    if isinstance(details, dict) and (counted := _count(details, "reasoning_tokens")):
        return counted
    return estimated_usage(
        "", f"{_thoughts(message)}{text.removesuffix(without_thoughts(text))}"
    ).completion_tokens


def _thoughts(message: Mapping[str, Any]) -> str:
    return _text(message.get("reasoning_content")) or _text(message.get("reasoning"))


# Anthropic counts what it read from its cache apart.
_INPUT = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")


def _usage(value: object) -> Usage | None:
    """Return the reported tokens; all of the total beyond the prompt counts as the answer's.

    Gemini leaves its thoughts out of `completion_tokens`, and bills them.
    """
    reported = value if isinstance(value, dict) else {}
    prompt = _count(reported, "prompt_tokens") or sum(_count(reported, name) for name in _INPUT)
    completion = _count(reported, "completion_tokens") or _count(reported, "output_tokens")
    completion = max(completion, _count(reported, "total_tokens") - prompt)
    return Usage(prompt, completion) if prompt or completion else None


def _count(reported: dict[str, Any], name: str) -> int:
    """Return a reported count; one that no question costs would use up the day's budget, and is none."""
    return count_of(reported.get(name), _MOST_TOKENS) or 0
