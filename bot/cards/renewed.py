"""The papers on a person's own list of which a newer version came lately."""

from dataclasses import dataclass

from bot.cards import blocks
from bot.cards.blocks import Block
from bot.cards.paper import shown_title
from bot.cards.versions import NewerVersion, since_line, spoken_version
from bot.locale import Words
from bot.text.arxiv_id import abstract_url
from storage.records import Paper

MOST_RENEWED = 3
"""The most of them that a list shows."""

_TITLE_CHARACTERS = 180
_TEXT_CHARACTERS = 160
_SHORT_TITLE_CHARACTERS = 70


@dataclass(frozen=True, slots=True)
class RenewedPaper:
    """A paper on a person's list, and the version that came since they saved it."""

    paper: Paper
    newer: NewerVersion


def renewed_blocks(renewed: tuple[RenewedPaper, ...], words: Words, *, is_short: bool = False) -> list[Block]:
    """Return the papers with their newer versions; nothing where there is none.

    The short ones, which fit above a whole page of a list, don't say what the versions changed.
    """
    if not renewed:
        return []
    rows = [_row(each, words, is_short=is_short) for each in renewed]
    return [blocks.context(words("version.renewed")), blocks.rich_text(blocks.bullets(rows))]


def spoken_renewed(renewed: tuple[RenewedPaper, ...], words: Words) -> list[str]:
    """Return the short ones in lines."""
    lines = [_spoken(each, words) for each in renewed]
    return [words("version.renewed"), *lines] if lines else []


def _spoken(renewed: RenewedPaper, words: Words) -> str:
    title = shown_title(renewed.paper, _SHORT_TITLE_CHARACTERS)
    return f"{title} ({abstract_url(renewed.paper.id)}) · {since_line(renewed.newer, words)}"


def _row(renewed: RenewedPaper, words: Words, *, is_short: bool) -> list[Block]:
    title = shown_title(renewed.paper, _SHORT_TITLE_CHARACTERS if is_short else _TITLE_CHARACTERS)
    newer = renewed.newer
    text = since_line(newer, words) if is_short else spoken_version(newer, words, _TEXT_CHARACTERS)
    return [blocks.title_link(abstract_url(renewed.paper.id), title), blocks.words(f" · {text}")]
