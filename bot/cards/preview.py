"""The preview in the preferences form: what the latest list gives under the choices made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from bot.cards import blocks
from bot.cards.blocks import Block
from bot.cards.paper import shown_title
from bot.cards.topic_effects import NOTHING_MOVED, Moved, moved_lines
from bot.locale import Words
from bot.text.mrkdwn import cut, escape
from storage.records import Paper

_TITLES_SHOWN = 3


_TITLE_CHARACTERS = 200


_TERM_CHARACTERS = 80


_MATCHES_SHOWN = 10


_WHY_LEFT_OUT = {
    "never_word": "why.never_word",
    "no_word": "why.no_word",
    "no_category": "why.no_category",
    "few_votes": "why.few_votes",
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """A paper that preferences let in, and by which filter: a `word`, a `category`, or none."""

    paper: Paper
    word: str = ""
    category: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What preferences make of the latest list, for a channel that has had none of it."""

    day: date
    #: How many papers get a card of their own.
    cards: int
    #: How many papers are listed in short.
    rest: int
    #: The first of the chosen papers.
    first: tuple[Chosen, ...]
    #: How many papers are left out, by the reason, one of `bot.delivery.selection.Why`.
    left_out: Mapping[str, int]
    #: How many of the chosen papers the channel has had in fact.
    had: int = 0
    #: How many papers each word or category let in, the one with most first.
    matches: Mapping[str, int] = field(default_factory=dict)
    #: What the channel's topics did to the order.
    moved: Moved = NOTHING_MOVED


def preview_blocks(preview: Preview | None, words: Words) -> list[Block]:
    """Return what the preferences would make of the latest list."""
    if preview is None:
        return [blocks.context(words("preview.nothing_listed"))]
    total = preview.cards + preview.rest
    lines = [words.count("preview.papers", total, date=words.date(preview.day))]
    if preview.rest:
        lines.append(words("preview.split", cards=preview.cards, rest=preview.rest))
    drawn = [blocks.section(escape("\n".join(lines)))]
    if preview.first:
        shown = [_chosen(chosen, words) for chosen in preview.first[:_TITLES_SHOWN]]
        drawn.append(blocks.rich_text(blocks.numbered(shown)))
    if notes := _notes(preview, words):
        drawn.append(blocks.context(notes))
    return drawn


def preview_refused(sentence: str) -> list[Block]:
    """Return why there is no preview."""
    return [blocks.context(sentence)]


def _matches(preview: Preview, words: Words) -> str:
    """Return the words and categories that let most papers in, each with its number of papers."""
    most = list(preview.matches.items())[:_MATCHES_SHOWN]
    return words(
        "preview.matches", found=words.series([f"{cut(what, _TERM_CHARACTERS)} ({n})" for what, n in most])
    )


def _notes(preview: Preview, words: Words) -> str:
    """Return what let papers in, what left others out, and how many the channel has had."""
    notes = [_matches(preview, words)] if preview.matches else []
    notes += [
        words.count(key, preview.left_out[why])
        for why, key in _WHY_LEFT_OUT.items()
        if preview.left_out.get(why)
    ]
    notes += moved_lines(preview.moved, words)
    if preview.had:
        notes.append(words.count("why.had", preview.had))
    return " · ".join(notes)


def _chosen(chosen: Chosen, words: Words) -> list[Block]:
    """Return a paper's title and what let it in."""
    key = "preview.word" if chosen.word else "preview.category"
    what = cut(chosen.word or chosen.category, _TERM_CHARACTERS)
    reason = words(key, what=what) if what else ""
    title = blocks.words(shown_title(chosen.paper, _TITLE_CHARACTERS), bold=bool(reason))
    return [title, blocks.words(f" · {reason}")] if reason else [title]
