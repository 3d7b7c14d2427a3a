"""Reads a feed of which a part is not XML, as readers of feeds do: what is wrong costs itself, or its entry.

A control character, an HTML entity or a bare ampersand in one abstract makes a whole document ill-formed, and
an XML parser must reject all of it (https://www.w3.org/TR/xml/#sec-terminology). So such a feed is read entry
by entry, each mended where it is ill-formed. DTDs stay rejected, and a feed without its end is cut off. What
follows the end is passed over.
"""

import html
import re
import sys
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from bot.text.encodings import marked_encoding
from bot.text.regex import regex

# https://www.w3.org/TR/xml/#charsets
_ILLEGAL = regex("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REPLACED = "\ufffd"
_FEED = regex(r"<(?P<name>(?:[\w.-]+:)?feed)\b[^<>]{0,4000}>")
_ENTRY = regex(r"<(?:[\w.-]+:)?entry[\s>]")
# An entry holds elements, while the word in a text is followed by text.
_CONTENT = regex(r"[^<>]{0,4000}+>?\s*+<(?:(?!/)|/(?:[\w.-]+:)?entry\b)")
_ENTRY_END = regex(r"</(?:[\w.-]+:)?entry\s*>")
_AFTER_ENTRY = regex(r"</(?:[\w.-]+:)?entry\s*>\s*\Z")
_DECLARATION = re.compile(rb"""<\?xml[^>]{0,200}\bencoding\s*=\s*["']([\w.:-]{1,40})["']""")
_DOCTYPE = regex(r"<!DOCTYPE\b", re.IGNORECASE)
# One that does not end is not looked through again for each that begins within it.
_CDATA = r"<!\[CDATA\[(?:(?!<!\[CDATA\[).)*?\]\]>"
_SPOILT = regex(
    rf"{_CDATA}"
    r"|&(?:(?P<name>\w{1,40});|\#(?P<number>x[0-9a-fA-F]{1,6}|[0-9]{1,7});)?"
    r"|</?(?:[\w.-]+:)?entry(?=[\s>])|<(?![A-Za-z_/!?])",
    re.DOTALL,
)
# Where marks in a text look like tags, those of Atom and arXiv alone count as such.
_KNOWN_TAG_OR_MARK = regex(
    rf"{_CDATA}"
    r"|</?(?:\w+:)?(?:entry|id|title|summary|content|author|name|category|link|published|updated|rights|doi"
    r"|affiliation|comment|journal_ref|primary_category|creator|announce_type)(?=[\s/>])[^<>]*>|<|\]\]>",
    re.DOTALL,
)
_OF_XML = frozenset({"amp", "lt", "gt", "quot", "apos"})


class NotXmlError(Exception):
    """Why the whole feed cannot be read, in a parser's words."""


@dataclass(frozen=True, slots=True)
class Part:
    """One entry of a feed, or why it cannot be read."""

    #: `None` where it cannot be read.
    element: Element | None
    #: What is wrong with it, as the rest of a sentence that starts with the entry; empty where nothing is.
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed's own element, without its entries where it had to be mended, and its entries in order."""

    root: Element
    parts: tuple[Part, ...]


def read_feed(body: bytes, entry: str) -> Feed:
    """Parse a feed whose entries have the tag `entry`; raises NotXmlError where nothing of it can be read."""
    try:
        root: Element = fromstring(body, forbid_dtd=True)
    except DefusedXmlException as error:
        raise NotXmlError(str(error)) from error
    except (ParseError, ValueError, LookupError) as error:
        return _piecewise(_text(body), error)
    return Feed(root, tuple(Part(each) for each in root.findall(entry)))


def _piecewise(text: str, error: Exception) -> Feed:
    opening = _FEED.search(text)
    closing = f"</{opening['name']}>" if opening else ""
    end = _end_of_feed(text, closing)
    if not opening or _DOCTYPE.search(text, 0, opening.start()) or end < opening.end():
        raise NotXmlError(str(error)) from error
    start = opening.end()
    starts = _starts_of_entries(text, start, end)
    pieces = [text[begin:until] for begin, until in zip(starts, [*starts[1:], end], strict=True)]
    head = text[start : starts[0] if starts else end]
    try:
        root = _parsed(opening[0], head, closing) or _parsed(opening[0], _mended(head), closing)
    except DefusedXmlException as refused:
        raise NotXmlError(str(refused)) from refused
    if root is None:
        raise NotXmlError(str(error)) from error
    return Feed(root, tuple(_part(opening[0], piece, closing) for piece in pieces))


def _end_of_feed(text: str, closing: str) -> int:
    """Return where the feed's closing tag begins; -1 where the feed is cut off."""
    end = text.rfind(closing)
    ended, following = text[:end], text[end + len(closing) :]
    if not following.strip():
        return end
    # Within an entry, the tag is a part of its text.
    last_start = max((match.start() for match in _ENTRY.finditer(ended)), default=0)
    is_within = _ENTRY.search(ended) and not _ENTRY_END.search(ended, last_start)
    return -1 if is_within or _ENTRY.search(following) or _ENTRY_END.search(following) else end


def _starts_of_entries(text: str, start: int, end: int) -> list[int]:
    """Return where entries begin: at their tag, but not where a text names it."""
    found = list(_ENTRY.finditer(text, start, end))
    return [
        match.start()
        for match in found
        if match is found[0]
        or _AFTER_ENTRY.search(text, max(start, match.start() - 200), match.start())
        or _CONTENT.match(text, match.end() - 1)
    ]


def _mended_entry(whole: str) -> str:
    """Return the entry mended within its own tags, as those that its texts name are escaped."""
    begin = _ENTRY.match(whole)
    start = begin.end() if begin else 0
    end = max((match.start() for match in _ENTRY_END.finditer(whole)), default=len(whole))
    return whole[:start] + _mended(whole[start:end]) + whole[end:]


def _part(opening: str, piece: str, closing: str) -> Part:
    """Return an entry, mended where it must be."""
    whole = piece[: _end_of_entry(piece)]
    if (element := _child(opening, whole, closing)) is not None:
        lost = "holds characters that cannot be read" if _REPLACED in whole else ""
        return Part(element, lost)
    mended = _mended_entry(whole)
    for each in (mended, _KNOWN_TAG_OR_MARK.sub(_escaped_mark, mended)):
        if (element := _child(opening, each, closing)) is not None:
            return Part(element, "holds what XML does not allow, which was mended or left out")
    return Part(None, "is not valid XML and was skipped")


def _end_of_entry(piece: str) -> int:
    ends = [match.end() for match in _ENTRY_END.finditer(piece)]
    return ends[-1] if ends else len(piece)


def _child(opening: str, piece: str, closing: str) -> Element | None:
    try:
        root = _parsed(opening, piece, closing)
    except DefusedXmlException:
        return None
    return root[0] if root is not None and len(root) == 1 else None


def _parsed(opening: str, content: str, closing: str) -> Element | None:
    try:
        element: Element = fromstring(f"{opening}{content}{closing}", forbid_dtd=True)
    except DefusedXmlException:
        raise
    except (ParseError, ValueError):
        return None
    return element


def _mended(text: str) -> str:
    """Return the text with known entities as characters, marks that are no markup escaped, the rest gone."""
    return _SPOILT.sub(_mended_mark, _ILLEGAL.sub("", text))


def _mended_mark(match: re.Match[str]) -> str:
    mark, name, number = match[0], match["name"], match["number"]
    if mark.startswith("<![") or name in _OF_XML:
        return mark
    if number:
        code = int(number[1:], 16) if number.startswith("x") else int(number)
        return "" if code > sys.maxunicode or _ILLEGAL.match(chr(code)) else mark
    return html.escape(html.unescape(mark), quote=False)


def _escaped_mark(match: re.Match[str]) -> str:
    return {"<": "&lt;", "]]>": "]]&gt;"}.get(match[0], match[0])


def _text(body: bytes) -> str:
    """Decode by the byte order mark, as UTF-8, or as is declared; what cannot be read becomes U+FFFD."""
    declared = _DECLARATION.match(body.lstrip())
    marked = marked_encoding(body)
    encodings = [marked] if marked else ["utf-8", *([declared[1].decode()] if declared else [])]
    for encoding in encodings:
        try:
            return body.decode(encoding)
        except (UnicodeError, LookupError):
            continue
    return body.decode(encodings[0], "replace")
