"""Classifies an endpoint's refusal by its status, headers and body; pure.

The wording is that of OpenAI, Gemini, DeepSeek, OpenRouter, Anthropic, Mistral, Azure, vLLM, Ollama, LM
Studio, Zhipu, MiniMax, Qwen, Moonshot and Qianfan, no two of which agree on a shape. Anything else stays
unclassified.
"""

import enum
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from bot.summaries.answers import quoted, read_json, with_choices
from bot.summaries.retry_delays import asked_wait, details, reset_wait


class Cause(enum.Enum):
    """The cause of a refusal, as far as it decides what to do."""

    #: The endpoint fails or is unreachable, and is worth a retry.
    FAILED = enum.auto()
    RATE_LIMITED = enum.auto()
    EXHAUSTED = enum.auto()
    WRONG_KEY = enum.auto()
    #: It does not serve this place, this account or this address.
    BARRED = enum.auto()
    WRONG_MODEL = enum.auto()
    WRONG_ADDRESS = enum.auto()
    #: It does not support this `response_format`.
    NO_FORM = enum.auto()
    NO_MOST_TOKENS = enum.auto()
    NO_TEMPERATURE = enum.auto()
    TOO_LONG = enum.auto()
    FILTERED = enum.auto()
    #: Something in the request, without saying what.
    UNCLEAR = enum.auto()
    UNKNOWN = enum.auto()


@dataclass(frozen=True, slots=True)
class Refusal:
    """An endpoint's refusal to answer."""

    cause: Cause
    #: The rest of a sentence that starts with the endpoint's name.
    what: str
    #: The seconds that the endpoint asks to wait, if any.
    wait: float | None = None


_BY_STATUS = {
    401: Cause.WRONG_KEY,
    402: Cause.EXHAUSTED,
    405: Cause.WRONG_ADDRESS,
    408: Cause.FAILED,
    409: Cause.FAILED,
    413: Cause.TOO_LONG,
    425: Cause.FAILED,
    429: Cause.RATE_LIMITED,
}
_OTHERWISE = {
    400: Cause.UNCLEAR,
    403: Cause.WRONG_KEY,
    404: Cause.WRONG_ADDRESS,
    422: Cause.UNCLEAR,
}

# Of a single request that can never fit, in the words of a rate limit.
_TOO_LARGE = (
    "request (is )?too large",
    "(prompt|input|message)s?( is| are)? too (long|large)",
    "reduce (the length of )?(your|the) (message|prompt|input)",
    "(过长|超长|超出[^。]{0,20}(长度|上下文)|超过[^。]{0,20}(长度|上下文))",
)
_LIMIT_AND_REQUESTED = re.compile(
    r"\blimit:? ?([0-9][0-9,]{0,20}).{0,60}?\brequested:? ?([0-9][0-9,]{0,20})", re.IGNORECASE
)

# The first match counts. Unsupported options come before the model's name, since endpoints say "… is not
# supported with this model"; a too long question before `max_tokens`, since they advise to lower that.
_BY_WORDS = tuple(
    (cause, re.compile("|".join(patterns), re.IGNORECASE))
    for cause, patterns in {
        Cause.BARRED: (
            "(country|region|territory|location)[^.]{0,40}not (supported|available|allowed)",
            "not (supported|available|allowed) in your (country|region|territory|location)",
            "unsupported_country",
            "not (in|on) (the |your )?(white|allow)-?list",
            "request not allowed",
            "firewall|virtual network",
            "(所在|当前)?(国家|地区|区域)[^。]{0,10}(不支持|不可用|受限|无法)|不支持[^。]{0,6}(国家|地区|区域)|白名单",
        ),
        Cause.WRONG_KEY: (
            "api[ _-]?(secret[ _-]?)?key",
            "authorization' (field|header)|authorization header",
            "access token",
            "unauthenticated",
            "身份验证|鉴权|密钥|令牌|未授权",
        ),
        Cause.TOO_LONG: (
            "context.(length|window|size)",
            "maximum context",
            "too many (input )?tokens",
            "input token count|range of input length|max(imum)? length of|number of tokens allowed",
            "(model|context|max(imum)?) token limit|token limit exceeded",
            "max_new_tokens`? must be",
            "too long",
            "above_max_length",
            *_TOO_LARGE,
        ),
        Cause.FILTERED: (
            "content_filter",
            "content_policy",
            "content management policy",
            "content exists risk",
            "data_?inspection",
            "(?<!case[ -])sensitive",
            "敏感|不安全|违规|违法|内容(安全|审核|风险)|不合规",
            "inappropriate content",
            "flagged",
            "moderation",
            "safety system",
        ),
        Cause.NO_MOST_TOKENS: ("max_?(completion_?|output_?|new_?)?tokens",),
        Cause.NO_TEMPERATURE: (r"\btemperature\b",),
        Cause.NO_FORM: (
            "response_?format",
            "response mime ?type",
            "json_?(schema|object)",
            "json mode",
            r"\bschema\b",
            "structured.?output",
            "grammar",
            "guided",
        ),
        Cause.WRONG_MODEL: (
            "model.{0,120}not (found|exist)",
            "model.{0,120}does(n't| not) exist",
            "model_not_found",
            "(unknown|invalid|no such)[ _]model",
            "not found the model|deployment.{0,60}(not exist|not found)|deploymentnotfound",
            "(model access|access to (the )?model)( is)? denied|not allowed to sample",
            "with the specified model|not activated the model|modelnotopen",
            "not a valid model",
            "no models? (is )?loaded",
            "no endpoints found",
            "模型[^。]{0,40}(不存在|未找到|不可用|未开通|已下线|无权)|(不存在|无效|未知)的?模型|无权访问",
        ),
    }.items()
)

# An error within HTTP 200 has its status in `code`, or only a name.
_STATUS_BY_NAME = tuple(
    (status, re.compile(pattern, re.IGNORECASE))
    for status, pattern in (
        (
            429,
            (
                r"rate.?limit|request.limit|too.many.requests|resource_exhausted|quota"
                r"|频率|速率|并发|限流|受限|过于频繁"
            ),
        ),
        (401, r"auth|api.?key|permission"),
        (404, r"not.?found"),
        (400, r"invalid|bad.?request"),
        (503, r""),
    )
)

_EXHAUSTED_NAMES = re.compile(
    r"insufficient_(user_)?(quota|balance|credit|fund)|billing_|arrear|free_?tier_?only|setlimitexceeded",
    re.IGNORECASE,
)
_EXHAUSTED_WORDS = re.compile(
    r"exceeded your (current )?quota|quota exceeded|insufficient (balance|credit|fund|quota)|credit balance"
    r"|balance (is|was) (insufficient|too low)|free (tier|quota)[^.]{0,60}exhausted|usage limit exceeded"
    r"|out of credits|per[ -]?day|per[ -]?month|daily (request |token )?limit|arrear|overdue"
    r"|欠费|余额不足|余额为|额度(不足|已用)|已用(尽|完)|资源包|充值"
    r"|(今日|当日|每日|每天|当天)[^。]{0,10}(次数|额度|限额|上限)",
    re.IGNORECASE,
)
# A quota per minute refills by itself; Google reports a model without any quota as "limit: 0".
_PASSING = re.compile(r"per[ -]?(second|minute)", re.IGNORECASE)
_NOTHING_GIVEN = re.compile(r"\blimit: 0(?!\.?\d)")
_LONG_PERIOD = re.compile(r"per(day|month)", re.IGNORECASE)


def error_in(document: object) -> Mapping[str, Any] | None:
    """Return the error in a body, beside or instead of an answer, if any.

    It may be in an array (Gemini), in the first choice (OpenRouter), in `base_resp` (MiniMax), only a string
    (Ollama), or the whole body, with a code and a message (Zhipu, Qwen, Qianfan).
    """
    body = document[0] if isinstance(document, list) and document else document
    if not isinstance(body, dict):
        return None
    choices = with_choices(document).get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    found = body.get("error") or (choice.get("error") if isinstance(choice, dict) else None)
    if isinstance(found, list) and found:
        found = found[0]
    if isinstance(found, dict):
        return found
    if found:
        waits = {name: value for name, value in body.items() if name.startswith("retry_after")}
        return {**waits, "message": found}
    return _error_in_place_of_an_answer(body) or _interruption(choice)


_INTERRUPTED = frozenset({"error", "network_error", "insufficient_system_resource", "abort", "cancelled"})


def _interruption(choice: object) -> Mapping[str, Any] | None:
    """Return why the endpoint stopped in the middle of an answer, as DeepSeek, Zhipu and vLLM say it."""
    reason = choice.get("finish_reason") if isinstance(choice, dict) else None
    is_interrupted = isinstance(reason, str) and reason in _INTERRUPTED
    return {"code": httpx.codes.SERVICE_UNAVAILABLE.value, "message": reason} if is_interrupted else None


def _error_in_place_of_an_answer(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return an error that has no name of its own: what is there beside no choice."""
    base = body.get("base_resp")
    if isinstance(base, dict) and base.get("status_code"):
        return base
    is_told = any(body.get(name) for name in ("message", "msg", "error_msg"))
    has_code = any(body.get(name) for name in ("code", "error_code"))
    return body if is_told and has_code and not with_choices(body) else None


def refusal_within(error: Mapping[str, Any], headers: httpx.Headers, now: datetime, secret: str) -> Refusal:
    """Classify an error within HTTP 200, as OpenRouter sends it."""
    code, names, said = str(error.get("code", "")), _names(error), " ".join(_words(error))
    status = next(status for status, pattern in _STATUS_BY_NAME if pattern.search(names))
    if re.fullmatch(r"[45][0-9]{2}", code):
        status = int(code)
    elif status == httpx.codes.SERVICE_UNAVAILABLE:
        # A provider's own number says nothing to us, its words may.
        status = _status_by_words(f"{said} {names}")
    return _refusal(status, headers, error, now, secret, f"answered with an error of status {status}")


def _status_by_words(said: str) -> int:
    if _EXHAUSTED_WORDS.search(said) or any(pattern.search(said) for _, pattern in _BY_WORDS):
        return httpx.codes.BAD_REQUEST
    limited = _STATUS_BY_NAME[0][1].search(said)
    return httpx.codes.TOO_MANY_REQUESTS if limited else httpx.codes.SERVICE_UNAVAILABLE


def refusal_of(status: int, headers: httpx.Headers, body: bytes, now: datetime, secret: str) -> Refusal:
    """Classify an answer with an HTTP status other than 200; `secret` is never quoted."""
    error: Mapping[str, Any] = {"message": _plain(body)}
    try:
        document = read_json(body)
    except ValueError:
        pass
    else:
        whole = document if isinstance(document, dict) else {"detail": document}
        error = error_in(document) or whole
    return _refusal(status, headers, error, now, secret, f"answered with HTTP status {status}")


def _refusal(
    status: int, headers: httpx.Headers, error: Mapping[str, Any], now: datetime, secret: str, what: str
) -> Refusal:
    said = " ".join(_words(error))
    wait = asked_wait(headers, error, said, now)
    cause = _cause(status, error, said, wait)
    if cause is Cause.RATE_LIMITED and wait is None:
        wait = reset_wait(headers, error, now)
    heard = quoted(_without_key(said[:_LONGEST_HEARD], secret))
    return Refusal(cause, f"{what} (“{heard}”)" if heard else what, wait)


# A word with digits or stars in it, of eight characters and more: a key, or what is left of one.
_LIKE_A_KEY = re.compile(
    r"(?<![a-z])(?:sk|pk|key|gsk|xai)-\S+|(?=[^\s\"'“”,;:()]*(?:[0-9*…]|\.{3}))[\w*.+/=…-]{8,}",
    re.ASCII | re.IGNORECASE,
)
_LEAST_OF_A_KEY = 4
_LONGEST_HEARD = 2_000
"""Of longer words the pattern would take quadratic time; a tenth of it is told."""


def _without_key(said: str, secret: str) -> str:
    """Return what an endpoint says without the key, which one that rejects it often repeats, even altered."""
    said = said.replace(secret, "…") if secret else said
    return _LIKE_A_KEY.sub(lambda word: "…" if _may_be_of(secret, word[0]) else word[0], said)


def _may_be_of(secret: str, word: str) -> bool:
    if "*" in word or re.match(r"(?:sk|pk|key|gsk|xai)-", word, re.IGNORECASE):
        return True
    pieces = (secret[at : at + _LEAST_OF_A_KEY] for at in range(len(secret) - _LEAST_OF_A_KEY + 1))
    return any(piece in word for piece in pieces)


def _cause(status: int, error: Mapping[str, Any], said: str, wait: float | None) -> Cause:
    if status < httpx.codes.BAD_REQUEST:
        return Cause.WRONG_ADDRESS
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return Cause.FAILED
    if status == httpx.codes.TOO_MANY_REQUESTS and _is_too_large(said):
        return Cause.TOO_LONG
    if _is_exhausted(error, said, wait):
        return Cause.EXHAUSTED
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    text = f"{said} {_names(error)}"
    by_words = next((cause for cause, pattern in _BY_WORDS if pattern.search(text)), None)
    return by_words or _OTHERWISE.get(status, Cause.UNKNOWN)


def _is_too_large(said: str) -> bool:
    """Tell whether a rate limit refuses a request that is larger than all it ever allows at once."""
    numbers = _LIMIT_AND_REQUESTED.search(said)
    limit, requested = (int(number.replace(",", "")) for number in numbers.groups()) if numbers else (0, 0)
    return requested > limit or re.search("|".join(_TOO_LARGE), said, re.IGNORECASE) is not None


def _is_exhausted(error: Mapping[str, Any], said: str, wait: float | None) -> bool:
    """Distinguish an exhausted quota from a rate limit.

    Google says "exceeded your current quota" for both and gives a wait with both, so the names of its quotas
    decide (`GenerateRequestsPerMinute…`, `…PerDay…`). OpenAI's `insufficient_quota` is a name too. Without a
    name, a wait means that waiting helps.
    """
    quotas = [
        str(violation.get("quotaId", ""))
        for detail in details(error)
        for violation in _list(detail.get("violations"))
        if isinstance(violation, dict)
    ]
    if any(map(_LONG_PERIOD.search, quotas)) or _NOTHING_GIVEN.search(said):
        return True
    if _EXHAUSTED_NAMES.search(_names(error)):
        return True
    is_passing = wait is not None or bool(quotas) or bool(_PASSING.search(said))
    return not is_passing and bool(_EXHAUSTED_WORDS.search(said))


# --- Words in bodies of any shape ------------------------------------------------------------------------

_TOLD_IN = (
    "message",
    "msg",
    "status_msg",
    "error_msg",
    "detail",
    "loc",
    "description",
    "metadata",
    "raw",
    "error",
)
_DEEPEST = 6


def _words(value: object, deep: int = 0) -> Iterator[str]:
    """Yield an error's messages for people, wherever they are; never its copy of the request."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and deep < _DEEPEST:
        for one in value:
            yield from _words(one, deep + 1)
    elif isinstance(value, dict) and deep < _DEEPEST:
        for name in _TOLD_IN:
            yield from _words(value.get(name), deep + 1)


def _names(error: Mapping[str, Any]) -> str:
    """Return an error's codes and names for programs."""
    return " ".join(
        str(error.get(name) or "")
        for name in ("code", "type", "status", "param", "error_code", "status_code")
    )


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _plain(body: bytes) -> str:
    """Return a body that is not JSON as text; a web page becomes empty."""
    text = body.decode(errors="replace").strip()
    return "" if text.startswith("<") else text
