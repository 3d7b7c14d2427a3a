"""Escapes, cuts and counts text for Slack's mrkdwn; pure.

Slack reads `&`, `<` and `>` as markup, and only these can be escaped:
https://docs.slack.dev/messaging/formatting-message-text
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator

ELLIPSIS = "…"

_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})

# Control characters that are invisible or change the direction of the text: they could disguise words.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)

_BOLD = re.compile(r"\*\*(.+?)\*\*")


class Mrkdwn(str):
    """Slack's mrkdwn, in which all text from outside is already escaped."""

    __slots__ = ()


def clean(text: str) -> str:
    """Return the text without control characters that are invisible or change its direction."""
    return _INVISIBLE.sub("", text)


def escape(text: str) -> Mrkdwn:
    """Return plain text as mrkdwn that shows it unchanged: no mention, channel or link in it works."""
    return Mrkdwn(clean(text).translate(_ENTITIES))


def bold(text: str) -> Mrkdwn:
    """Return plain text as bold mrkdwn."""
    return Mrkdwn(f"*{escape(text)}*")


def link(url: str, label: str) -> Mrkdwn:
    """Return a link; `|`, which would end the label early, is replaced."""
    return Mrkdwn(f"<{url}|{escape(label.replace('|', '¦'))}>")


def join(separator: str, parts: Iterable[Mrkdwn]) -> Mrkdwn:
    """Return the parts as one text."""
    return Mrkdwn(separator.join(parts))


def fill(template: str, **values: object) -> Mrkdwn:
    """Return our template with its `{places}` filled in; values that are not `Mrkdwn` are escaped."""
    safe = {
        name: value if isinstance(value, Mrkdwn) else escape(str(value)) for name, value in values.items()
    }
    return Mrkdwn(template.format(**safe))


def counted(text: str) -> int:
    """Return how many characters Slack counts in a plain text.

    Entities count in full. Slack does not publish whether an emoji counts as one or as its two UTF-16 units,
    so the larger number is taken.
    """
    return len(text.translate(_ENTITIES).encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, limit: int) -> str:
    """Return the plain text, cut with an ellipsis where Slack counts more than `limit` characters."""
    return _cut(text, limit, counted)


def cut_bytes(text: str, limit: int) -> str:
    """Return the plain text, cut with an ellipsis where it takes more than `limit` bytes when escaped."""
    return _cut(text, limit, _bytes)


def fit(texts: list[str], limit: int) -> list[str]:
    """Return the texts, the longest ones cut so that together they count at most `limit`."""
    allowances = dict.fromkeys(range(len(texts)), 0)
    left = limit
    for done, index in enumerate(sorted(allowances, key=lambda index: counted(texts[index]))):
        allowances[index] = min(counted(texts[index]), left // (len(texts) - done))
        left -= allowances[index]
    return [cut(text, allowances[index]) for index, text in enumerate(texts)]


def split(text: str, limit: int) -> Iterator[str]:
    """Yield the plain text in pieces of at most `limit` characters by Slack's count."""
    start, left = 0, limit
    if counted(text) <= limit:
        yield from filter(None, [text])
        return
    for index, character in enumerate(text):
        left -= counted(character)
        if left < 0:
            yield text[start:index]
            start, left = index, limit - counted(character)
    if start < len(text):
        yield text[start:]


def bold_runs(text: str) -> Iterator[tuple[str, bool]]:
    """Yield runs of text, each with whether Markdown's `**` makes it bold; other marks stay text."""
    end = 0
    for match in _BOLD.finditer(text):
        if match.start() > end:
            yield text[end : match.start()], False
        yield match[1], True
        end = match.end()
    if end < len(text):
        yield text[end:], False


def without_bold(text: str) -> str:
    """Return the text without Markdown's bold marks."""
    return _BOLD.sub(r"\1", text)


def _bytes(text: str) -> int:
    return len(text.translate(_ENTITIES).encode("utf-8", "surrogatepass"))


def _cut(text: str, limit: int, size: Callable[[str], int]) -> str:
    if size(text) <= limit:
        return text
    left = limit - size(ELLIPSIS)
    if left < 0:
        return ""
    # A character counts as one at least, so no longer piece can fit.
    lengths = range(1, min(len(text), left + 1))
    fitting = bisect_right(lengths, left, key=lambda length: size(text[:length]))
    return text[:fitting].rstrip() + ELLIPSIS
