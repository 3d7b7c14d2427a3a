"""Reads a model's answer: from the body of `chat/completions` to the requested fields; pure."""

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from itertools import islice
from typing import Any

from bot.errors import ModelAnswerError, Usage
from bot.numbers import count_of

_MOST_QUOTED = 200
_MOST_BRACES = 1000
_MOST_TOKENS = 10_000_000
_THOUGHTS = re.compile(r"\s*<think(?:ing)?>")
_FENCED = re.compile(r"\s*```(?:json)?\s(.*)```\s*", re.DOTALL)
_END_OF_THOUGHTS = re.compile(r"</think(?:ing)?>")


@dataclass(frozen=True, slots=True)
class Completion:
    """The first choice of an answer; missing texts are empty, and a missing `usage` is `None`."""

    text: str
    finish_reason: str
    refusal: str
    usage: Usage | None
    model: str

    @property
    def is_blank(self) -> bool:
        """Whether the model wrote nothing and gave no reason."""
        return not self.text.strip() and not self.refusal and self.finish_reason in {"", "stop", "length"}


def read_json(text: str | bytes) -> Any:  # any JSON
    """Parse JSON; raises ValueError for anything else, and for JSON too deep or impossible to write back.

    Line breaks within strings are accepted, since models write them. NaN is not JSON, and half a surrogate
    pair cannot be stored.
    """
    try:
        value = json.loads(text, strict=False, parse_constant=_no_number)
        json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("It is too deep.") from None
    return value


def read_completion(document: object) -> Completion:
    """Return the first choice of a body; raises ModelAnswerError where it has none."""
    body = document if isinstance(document, dict) else {}
    choices = body.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(choice, dict) or not isinstance(message, dict):
        raise ModelAnswerError("The model's answer holds no choice.")
    parts = _parts(message.get("content"))
    return Completion(
        text="".join(_texts(parts, "text")),
        finish_reason=_text(choice.get("finish_reason")),
        refusal=(_text(message.get("refusal")) or "".join(_texts(parts, "refusal"))).strip(),
        usage=_usage(body.get("usage")),
        model=_text(body.get("model")),
    )


def fields_of(completion: Completion, expected: Collection[str]) -> dict[str, Any]:
    """Return the JSON object in a completion, the one with most of the `expected` fields.

    Thoughts, fences and text around it are ignored. Raises ModelAnswerError for a refusal, an answer that was
    cut off or filtered, and one without such an object.
    """
    if completion.refusal:
        raise ModelAnswerError(f"The model declined: “{quoted(completion.refusal)}”.")
    if completion.finish_reason == "content_filter":
        raise ModelAnswerError("The model's answer was withheld by a content filter.")
    if completion.finish_reason == "length":
        raise ModelAnswerError("The model's answer was cut off, as it grew too long.")
    if not completion.text.strip():
        raise ModelAnswerError("The model's answer is empty.")
    return _object_in(completion.text, expected)


def quoted(text: str) -> str:
    """Return the text as one short line, to be quoted in a sentence."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return line if len(line) <= _MOST_QUOTED else line[: _MOST_QUOTED - 1] + "…"


def estimated_usage(asked: str, answered: str) -> Usage:
    """Estimate the tokens at four bytes of UTF-8 each.

    For endpoints that do not count them: without an estimate the daily budget would not limit anything.
    """
    return Usage(-(-len(asked.encode(errors="replace")) // 4), -(-len(answered.encode()) // 4))


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is not JSON.")


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _parts(content: object) -> list[object]:
    return content if isinstance(content, list) else [content]


def _texts(parts: list[object], kind: str) -> list[str]:
    """Return the texts of one kind in the parts; a part that is a string is text."""
    dressed = [part if isinstance(part, dict) else {"text": part} for part in parts]
    return [_text(part.get(kind)) for part in dressed]


def _usage(value: object) -> Usage | None:
    """Return the reported tokens; all of the total beyond the prompt counts as the answer's.

    Gemini leaves its thoughts out of `completion_tokens`, and bills them.
    """
    reported = value if isinstance(value, dict) else {}
    prompt = _count(reported, "prompt_tokens") or _count(reported, "input_tokens")
    completion = _count(reported, "completion_tokens") or _count(reported, "output_tokens")
    completion = max(completion, _count(reported, "total_tokens") - prompt)
    return Usage(prompt, completion) if prompt or completion else None


def _count(reported: dict[str, Any], name: str) -> int:
    """Return a reported count; one that no question costs would use up the day's budget, and is none."""
    return count_of(reported.get(name), _MOST_TOKENS) or 0


# --- The object within the text --------------------------------------------------------------------------


def _object_in(text: str, expected: Collection[str]) -> dict[str, Any]:
    fenced = _FENCED.fullmatch(text)
    whole = _read_or_none(fenced[1] if fenced else text)
    if whole is None:
        whole = _best_object(_without_thoughts(text), expected)
    if whole is None:
        raise ModelAnswerError(f"The model's answer holds no JSON object: “{quoted(text)}”.")
    if not isinstance(whole, dict):
        raise ModelAnswerError(f"The model's answer is JSON but not an object: “{quoted(text)}”.")
    return whole


def _read_or_none(text: str) -> Any:  # any JSON
    try:
        return read_json(text)
    except ValueError:
        return None


def _without_thoughts(text: str) -> str:
    """Return the text after the thoughts; some templates write only their closing tag.

    Thoughts without an end are the whole text, and hold at most a draft of the answer.
    """
    ends = list(_END_OF_THOUGHTS.finditer(text))
    if ends:
        return text[ends[0].end() :]
    return "" if _THOUGHTS.match(text) else text


def _best_object(text: str, expected: Collection[str]) -> dict[str, Any] | None:
    """Return the object with most of the expected fields, the last one of several.

    An object without any of them is not the answer.
    """
    objects = [(len(candidate.keys() & set(expected)), candidate) for candidate in _objects(text)]
    most = max((fields for fields, _ in objects), default=0)
    best = [candidate for fields, candidate in objects if fields == most]
    return best[-1] if best and (most or not expected) else None


def _objects(text: str) -> list[dict[str, Any]]:
    decoder, objects, end = json.JSONDecoder(strict=False), [], 0
    for brace in islice(re.finditer(r"\{", text), _MOST_BRACES):
        if brace.start() < end:
            continue
        try:
            _, end = decoder.raw_decode(text, brace.start())
            objects.append(read_json(text[brace.start() : end]))
        except (ValueError, RecursionError):
            continue
    return objects
