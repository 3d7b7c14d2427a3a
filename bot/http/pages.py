"""The pages that a browser shows, as HTML that needs nothing else; pure."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from bot.http.server import Answer
from bot.locale import CATALOGUES, Words, words_for
from bot.text.language import primary_language

_STYLE = """
:root { color-scheme: light dark; font: 1.125rem/1.5 system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; }
main { max-width: 34rem; padding: 2rem; }
h1 { font-size: 1.5rem; line-height: 1.25; }
a { display: inline-block; padding: .6rem 1.1rem; border: 2px solid; border-radius: .5rem;
    color: inherit; font-weight: 600; text-decoration: none; }
a:hover { text-decoration: underline; }
a:focus-visible { outline: 3px solid; outline-offset: 3px; }
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class Link:
    """Where a page leads on."""

    label: str
    address: str


def page(words: Words, status: int, title: str, paragraphs: Sequence[str], link: Link) -> Answer:
    """Return a page with a title, what it says and where it leads; all texts are plain."""
    said = "".join(f"<p>{escape(paragraph)}</p>\n" for paragraph in paragraphs)
    html = f"""<!doctype html>
<html lang="{escape(str(words.locale).replace("_", "-"))}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{escape(title)} · Paper Round</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
<h1>{escape(title)}</h1>
{said}<p><a href="{escape(link.address)}">{escape(link.label)}</a></p>
</main>
</body>
</html>
"""
    return Answer(status, html, "text/html; charset=utf-8", {"Content-Security-Policy": _POLICY})


def words_of_browser(accept_language: str) -> Words:
    """Return the words in the language that a browser likes best of those that the bot speaks.

    https://www.rfc-editor.org/rfc/rfc9110#section-12.5.4
    """
    wanted = [_tag_and_weight(part) for part in accept_language.split(",")]
    for tag, weight in sorted(wanted, key=lambda each: -each[1]):
        if weight > 0 and primary_language(tag) in CATALOGUES:
            return words_for(tag)
    return words_for("en")


def _tag_and_weight(part: str) -> tuple[str, float]:
    tag, _, weight = part.partition(";")
    name, _, number = weight.partition("=")
    try:
        return tag.strip(), float(number) if name.strip() == "q" else 1.0
    except ValueError:
        return tag.strip(), 0.0
