"""Makes strangers' text harmless wherever it is parsed: in Slack's mrkdwn, in a terminal, in a log; pure.

Slack reads `&`, `<` and `>` as markup, and only these can be escaped:
https://docs.slack.dev/messaging/formatting-message-text
What else it reads as markup, as `*a*` and `:tada:`, is kept apart by a space of no width or hardly any.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from typing import Any

ELLIPSIS = "…"

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}

# What a character counts at most, in bytes and by Slack's count: an ampersand is five, an emoji four or two.
_MOST_A_CHARACTER = 5

# Control characters, which steer a terminal, and those that are invisible or change the direction of the
# text, which could disguise words; and halves of characters, which cannot be written out.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)

# A terminal shows none of these either; some readers of logs take the first two for line breaks.
_UNPRINTABLE = re.compile(f"{_INVISIBLE.pattern[:-1]}\u2028\u2029\u00ad\u034f\u115f\u1160\u3164\uffa0]")

_WORD_JOINER = "\u2060"
_HAIR_SPACE = "\u200a"

# What Slack reads as markup beside the characters that can be escaped: `>` at a line's start, short codes of
# emoji, and pairs of marks that stand around words and not within one. The mark comes first in the pattern,
# since `re` skips quickly to one of few characters.
_QUOTE = re.compile(r"^(?=[ \t]*>)", re.MULTILINE)
_SHORT_CODE = re.compile(r":(?=[a-z0-9_+'-]+:)")
_OPENS = re.compile(r"([*_~])(?=\S)(?!\1)(?<![^\W_].)(?<!\*\*|__|~~)")
_CLOSES = re.compile(r"([*_~])(?!\1)(?![^\W_])(?<=\S.)(?<!\*\*|__|~~)")
_LIKE_A_BACKTICK = "\u02cb"

_BOLD = re.compile(r"\*\*(.+?)\*\*")


class Mrkdwn(str):
    """Slack's mrkdwn, in which all text from outside is already escaped."""

    __slots__ = ()


def clean(text: str) -> str:
    """Return the text without control characters that are invisible or change its direction."""
    # None of them is printable, and most texts are.
    return text if text.isprintable() else _INVISIBLE.sub("", text)


def clean_line(text: str) -> str:
    """Return the same with each run of white space as one space."""
    return " ".join(clean(text).split())


def printable(text: str) -> str:
    """Return a stranger's text for a terminal or a log, in lines.

    Whatever steers a terminal, is invisible or changes the direction of the text is written as `\\uXXXX`.
    """
    return _UNPRINTABLE.sub(_written_out, text.replace("\r\n", "\n"))


def on_one_line(text: str) -> str:
    """Return a stranger's text for a line of a terminal or a log."""
    return printable(" ".join(text.split()))


def json_text(value: Any, default: Callable[[Any], Any] | None = None) -> str:
    """Return a value as JSON to be printed; what `clean` leaves out is written as `\\uXXXX` and not lost."""
    written = json.dumps(value, default=default, ensure_ascii=False, indent=2)
    return _INVISIBLE.sub(_written_out, written)


def _written_out(sign: re.Match[str]) -> str:
    return json.dumps(sign[0])[1:-1] if sign[0] != "\x7f" else "\\u007f"


def still(text: str) -> str:
    """Return the plain text so that Slack's mrkdwn shows its marks instead of reading them.

    Two backticks make code whatever stands beside them, so they become the accent that looks the same.
    """
    if text.count("`") > 1:
        text = text.replace("`", _LIKE_A_BACKTICK)
    text = _SHORT_CODE.sub(f":{_WORD_JOINER}", _QUOTE.sub(_WORD_JOINER, text))
    return "\n".join(map(_unstyled, text.split("\n")))


def _unstyled(line: str) -> str:
    last = {mark[0]: mark.start() for mark in _CLOSES.finditer(line)}
    if not last:
        return line
    # Something stands between the two.
    return _OPENS.sub(
        lambda mark: mark[0] + _HAIR_SPACE if last.get(mark[0], 0) > mark.end() else mark[0], line
    )


def escape(text: str) -> Mrkdwn:
    """Return plain text as mrkdwn that shows it unchanged: no mention, link, style or emoji in it works."""
    text = still(clean(text))
    for character, entity in _ENTITIES.items():
        text = text.replace(character, entity)
    return Mrkdwn(text)


def escape_within(text: str, limit: int) -> Mrkdwn:
    """Return the plain text escaped, cut with an ellipsis where that takes more than `limit` bytes."""
    left = limit
    while True:
        escaped = escape(cut_bytes(text, left))
        excess = len(escaped.encode()) - limit
        if excess <= 0 or left <= 0:
            return escaped
        # A byte takes up to four where its mark is held back.
        left -= excess // 4 + 1


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
    units = len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
    return units + _added_by_entities(text)


def cut(text: str, limit: int) -> str:
    """Return the plain text, cut with an ellipsis where Slack counts more than `limit` characters."""
    return _cut(text, limit, counted)


def cut_bytes(text: str, limit: int) -> str:
    """Return the plain text, cut with an ellipsis where it takes more than `limit` bytes when escaped."""
    return _cut(text, limit, _bytes)


def fit(texts: list[str], limit: int) -> list[str]:
    """Return the texts, the longest ones cut so that together they count at most `limit`."""
    return _fit(texts, limit, counted)


def fit_bytes(texts: list[str], limit: int) -> list[str]:
    """Return the texts, the longest ones cut so that together they take at most `limit` bytes, escaped."""
    return _fit(texts, limit, _bytes)


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
    return len(text.encode("utf-8", "surrogatepass")) + _added_by_entities(text)


def _added_by_entities(text: str) -> int:
    added = 0
    for character, entity in _ENTITIES.items():
        if character in text:
            added += text.count(character) * (len(entity) - 1)
    return added


def _fit(texts: list[str], limit: int, size: Callable[[str], int]) -> list[str]:
    sizes = [size(text) for text in texts]
    fitted, left = [*texts], max(limit, 0)
    for done, index in enumerate(sorted(range(len(texts)), key=sizes.__getitem__)):
        allowance = min(sizes[index], left // (len(texts) - done))
        left -= allowance
        if allowance < sizes[index]:
            fitted[index] = _cut(texts[index], allowance, size)
    return fitted


def _cut(text: str, limit: int, size: Callable[[str], int]) -> str:
    if len(text) * _MOST_A_CHARACTER <= limit or size(text) <= limit:
        return text
    left = limit - size(ELLIPSIS)
    if left < 0:
        return ""
    return text[: _fitting(text, left, size)].rstrip() + ELLIPSIS


def _fitting(text: str, left: int, size: Callable[[str], int]) -> int:
    """Return how many characters of a text that is too long take no more than what is left."""
    if size is _bytes and not _added_by_entities(text):
        return len(text.encode("utf-8", "surrogatepass")[:left].decode("utf-8", "ignore"))
    # A character counts as one at least, so no longer piece can fit.
    lengths = range(1, min(len(text), left + 1))
    return bisect_right(lengths, left, key=lambda length: size(text[:length]))
