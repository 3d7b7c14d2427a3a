"""Tags that people give to their saved papers: one form of each, in any script; pure."""

import re
import unicodedata
from collections.abc import Iterable

from bot.text.mrkdwn import clean

MOST_TAGS = 20
"""The most tags of one paper."""

MOST_CHARACTERS = 50
"""The most characters of a tag."""

_LEFT_OUT = str.maketrans("", "", "#&<>")
_BETWEEN = re.compile(r"[\s,;，、；]+")
_AROUND = ".,;:!?。，、；：！？\"'`()（）[]【】<>《》"


def read_tag(text: str) -> str | None:
    """Return a tag in its one form: without `#`, marks and case, in NFKC; `None` where nothing is visible.

    What follows the 50th character is left out. Blanks, and the marks that separate tags, become hyphens.
    """
    folded = unicodedata.normalize("NFKC", clean(text)).casefold()
    folded = unicodedata.normalize("NFKC", folded).translate(_LEFT_OUT)
    tag = "-".join(filter(None, _BETWEEN.split(folded))).strip(_AROUND)[:MOST_CHARACTERS].strip(_AROUND)
    return tag if any(_is_visible(character) for character in tag) else None


def read_tags(text: str) -> tuple[str, ...]:
    """Return the tags of a list with blanks or commas between them, each once, in the order typed."""
    return unique_tags(_BETWEEN.split(text.replace("＃", "#").replace("#", " #")))


def unique_tags(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the tags of texts, each once, in order; texts that are none are left out."""
    return tuple(dict.fromkeys(tag for text in texts if (tag := read_tag(text))))


def _is_visible(character: str) -> bool:
    return unicodedata.category(character)[0] in "LNS"
