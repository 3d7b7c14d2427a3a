"""Slack's text: counting it as strictly as Slack might, and reading mrkdwn aloud."""

import re
from collections.abc import Callable

_BARE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt);)")
_SPECIAL = re.compile(r"<([^<>\s][^<>\n]*)>")


def utf16_length(text: str) -> int:
    """Return the length in UTF-16 units: Slack does not say what it counts, and this is never less."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def escaped(text: str) -> str:
    """Return `text` as Slack stores it: a bare `&` becomes an entity, and `<` or `>` outside a link too."""
    parts: list[str] = []
    end = 0
    for match in _SPECIAL.finditer(text):
        parts += [_entities(text[end : match.start()]), match.group()]
        end = match.end()
    return "".join([*parts, _entities(text[end:])])


def _entities(text: str) -> str:
    return _BARE_AMPERSAND.sub("&amp;", text).replace("<", "&lt;").replace(">", "&gt;")


def counted(text: str) -> int:
    """Return how long `text` is for Slack's limits: entities as they are stored, in UTF-16 units."""
    return utf16_length(escaped(text))


def unescaped(text: str) -> str:
    """Return what a reader sees for the three entities."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def readable(text: str, name_of: Callable[[str], str | None]) -> str:
    """Return mrkdwn as a reader sees it: labels for links, names for mentions, the fallback of a date.

    `name_of` gives the name for an id such as `U…` or `C…`, with its `@` or `#`.
    """
    return unescaped(_SPECIAL.sub(lambda match: _spoken(match.group(1), name_of), text))


def _spoken(inside: str, name_of: Callable[[str], str | None]) -> str:
    target, _, label = inside.partition("|")
    if target.startswith("!date"):
        return label or target
    if target[:1] in {"@", "#"}:
        return name_of(target[1:]) or (target[0] + (label or target[1:]))
    if target.startswith("!"):
        return "@" + target[1:].split("^", 1)[0]
    return label or target
