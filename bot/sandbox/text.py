"""Slack's text: escaping, conservative length counts, and mrkdwn as plain text."""

import re
from collections.abc import Callable

_BARE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt);)")
_SPECIAL = re.compile(r"<([^<>\s][^<>\n]*)>")


def utf16_length(text: str) -> int:
    """Return the length in UTF-16 units, an upper bound on Slack's undocumented count."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def escaped(text: str) -> str:
    """Return `text` as Slack stores it, with entities for a bare `&` and for `<`, `>` outside links."""
    if _is_plain(text):
        return text
    parts: list[str] = []
    end = 0
    for match in _SPECIAL.finditer(text):
        parts += [_entities(text[end : match.start()]), match.group()]
        end = match.end()
    return "".join([*parts, _entities(text[end:])])


def _is_plain(text: str) -> bool:
    return not ("&" in text or "<" in text or ">" in text)


def _entities(text: str) -> str:
    return _BARE_AMPERSAND.sub("&amp;", text).replace("<", "&lt;").replace(">", "&gt;")


def counted(text: str) -> int:
    """Return the length that Slack's limits apply to: of the stored text, in UTF-16 units."""
    return len(text) if text.isascii() and _is_plain(text) else utf16_length(escaped(text))


def unescaped(text: str) -> str:
    """Return `text` with Slack's three entities decoded."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def readable(text: str, name_of: Callable[[str], str | None]) -> str:
    """Return mrkdwn as a reader sees it: link labels, names for mentions, the fallback of a date.

    `name_of` returns the name for an id such as `U…` or `C…`, with its `@` or `#`.
    """
    return unescaped(_SPECIAL.sub(lambda match: _displayed(match.group(1), name_of), text))


def _displayed(inside: str, name_of: Callable[[str], str | None]) -> str:
    target, _, label = inside.partition("|")
    if target.startswith("!date"):
        return label or target
    if target[:1] in {"@", "#"}:
        return name_of(target[1:]) or (target[0] + (label or target[1:]))
    if target.startswith("!"):
        return "@" + target[1:].split("^", 1)[0]
    return label or target
