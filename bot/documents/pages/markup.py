"""Trees of elements, written as HTML or XML; pure.

Text only ever becomes the text of a tree, and the standard library escapes it where the tree is written, so
nothing that a stranger wrote can become markup.
"""

import re
from collections.abc import Iterable
from xml.etree.ElementTree import Element, tostring

from bot.text.mrkdwn import bold_runs

Node = Element | str

_PARAGRAPHS = frozenset(
    "article blockquote body dd details div dl dt footer h1 h2 head header html li link main meta nav ol p "
    "section style summary title ul".split()
)

# What `clean_line` leaves in and XML has no place for: https://www.w3.org/TR/xml/#charsets
_NO_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def element(tag: str, *children: Node | None, **attributes: str) -> Element:
    """Return an element; `None` is no child, and `class_` and `aria_label` are `class` and `aria-label`."""
    parent = Element(tag, {_name(name): _text(value) for name, value in attributes.items()})
    for child in children:
        if isinstance(child, str):
            _append_text(parent, _text(child))
        elif child is not None:
            parent.append(child)
    return parent


def marked(text: str) -> list[Node]:
    """Return text whose `**` makes words bold, as nodes; other marks stay text."""
    return [element("strong", run) if is_bold else run for run, is_bold in bold_runs(text)]


def html_document(root: Element) -> str:
    """Return the page with its doctype, each paragraph on a line of its own."""
    _break_lines(root)
    return f"<!doctype html>\n{tostring(root, encoding='unicode', method='html')}"


def html_fragment(nodes: Iterable[Element]) -> str:
    """Return elements as HTML."""
    return "".join(tostring(node, encoding="unicode", method="html") for node in nodes)


def xml_document(root: Element) -> str:
    """Return the document with its declaration."""
    _break_lines(root, every=True)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(root, encoding="unicode")}'


def _name(keyword: str) -> str:
    return keyword.rstrip("_").replace("_", "-")


def _text(text: str) -> str:
    return _NO_CHARACTERS.sub("", text)


def _append_text(parent: Element, text: str) -> None:
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def _break_lines(root: Element, *, every: bool = False) -> None:
    """End each paragraph with a line break, so that git shows what changed."""
    for node in root.iter():
        if not node.tail and (every or node.tag in _PARAGRAPHS):
            node.tail = "\n"
