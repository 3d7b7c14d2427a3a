"""What is around the content of each page: its head, with style and policy, its header and footer; pure."""

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from xml.etree.ElementTree import Element

from bot.documents.pages.markup import Node, element, html_document
from bot.locale import CATALOGUES, Words
from bot.text.language import primary_language

INDEX = "index.html"
"""The file with the newest days."""

FEED = "feed.xml"
"""The file with the Atom feed."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page is: its own file, and what else is in the folder."""

    #: Relative to the folder, with slashes.
    path: str
    has_feed: bool = False
    #: The address of the folder, with a slash at its end; `None` where it is not known.
    address: str | None = None

    def link_to(self, path: str) -> str:
        """Return the relative link to another file of the folder."""
        return "../" * self.path.count("/") + path


def page(title: str, content: Iterable[Node | None], words: Words, place: Place) -> str:
    """Return a page that needs no other file, no script and no network."""
    language = spoken_language(words)
    main = element("main", element("h1", title), *content, id="content", tabindex="-1")
    body = element(
        "body",
        element("a", words("pages.skip"), class_="skip", href="#content"),
        element("header", _navigation(words, place)),
        main,
        element("footer", element("p", words("pages.made_by"))),
    )
    return html_document(element("html", _head(title, words, place), body, lang=language))


def spoken_language(words: Words) -> str:
    """Return the tag of the language that the words are really in."""
    return words.language if primary_language(words.language) in CATALOGUES else "en"


def _head(title: str, words: Words, place: Place) -> Element:
    style, policy = _style_and_policy()
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", title),
        element("link", rel="canonical", href=f"{place.address}{place.path}") if place.address else None,
        _feed_link(words, place) if place.has_feed else None,
        element("style", style),
    )


def _feed_link(words: Words, place: Place) -> Element:
    title, address = words("pages.title"), place.link_to(FEED)
    return element("link", rel="alternate", type="application/atom+xml", title=title, href=address)


def _navigation(words: Words, place: Place) -> Element:
    here = {"aria_current": "page"} if place.path == INDEX else {}
    links = [element("a", words("pages.all_days"), href=place.link_to(INDEX), **here)]
    if place.has_feed:
        links.append(element("a", words("pages.feed"), href=place.link_to(FEED)))
    items = [element("li", link) for link in links]
    return element("nav", element("ul", *items), aria_label=words("pages.navigation"))


@cache
def _style_and_policy() -> tuple[str, str]:
    """Return the style and the policy that lets nothing else in, named by the style's hash.

    https://www.w3.org/TR/CSP3/#framework-directive-source-list
    """
    style = (files("bot.documents.pages") / "style.css").read_text(encoding="utf-8")
    style_hash = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return style, f"default-src 'none'; style-src 'sha256-{style_hash}'; base-uri 'none'; form-action 'none'"
