"""The part of the Home tab with the papers of a day that are most like what a person saved, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.cards import blocks, ids
from bot.cards.blocks import Block, Button
from bot.cards.ids import Listed, Page
from bot.cards.notices import paper_sentence
from bot.cards.paper import shown_title
from bot.locale import Words
from bot.text.arxiv_id import abstract_url
from storage.records import Paper

MOST_FOR_YOU = 3
"""The most papers that are picked out for a person."""

MOST_OPINIONS_SHOWN = 2
"""The most opinions that can be taken back on the Home tab."""

_TITLE_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A paper for the person, and the one that is the reason."""

    paper: Paper
    because: Paper | None
    #: Whether the person saved that one; else they asked for more like it.
    is_saved: bool
    #: What they asked for in words, where that is the reason and no paper is.
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Thought:
    """A paper of the day of which the person wants more, or fewer."""

    paper: Paper
    is_liked: bool


@dataclass(frozen=True, slots=True)
class ForYou:
    """What a day has for a person."""

    day: date
    #: The best first.
    suggestions: tuple[Suggestion, ...] = ()
    #: The latest first.
    thoughts: tuple[Thought, ...] = ()
    #: Whether the person has saved enough to be picked for.
    is_known: bool = True
    #: Where not: the first papers in the channel's order.
    first: tuple[Paper, ...] = ()


def for_you_blocks(for_you: ForYou | None, page: Page, words: Words) -> list[Block]:
    """Return the part of the Home tab; nothing where no list has papers."""
    if for_you is None:
        return []
    key = "foryou.from_day" if for_you.suggestions else "foryou.nothing"
    line = words(key if for_you.is_known else "foryou.too_few", day=words.date(for_you.day))
    return [
        blocks.header(words("foryou.title")),
        blocks.context(line),
        *(block for each in for_you.suggestions for block in _suggestion(each, page, words)),
        *_thoughts(for_you.thoughts, page, words),
    ]


def _suggestion(each: Suggestion, page: Page, words: Words) -> list[Block]:
    link = blocks.title_link(abstract_url(each.paper.id), shown_title(each.paper, _TITLE_CHARACTERS))
    value, title = ids.listed_value(Listed(each.paper.id, page)), shown_title(each.paper)
    labels = (
        (ids.OPEN_PAPER, "button.open", "button.open_of"),
        (ids.SAVE_LISTED_PAPER, "button.save", "button.save_of"),
        (ids.MORE_LIKE, "button.more_like", "button.more_like_of"),
        (ids.FEWER_LIKE, "button.fewer_like", "button.fewer_like_of"),
    )
    buttons = [
        Button(action_id, words(key), value=value, spoken=words(spoken, title=title))
        for action_id, key, spoken in labels
    ]
    return [
        blocks.rich_text(blocks.paragraph(link)),
        _reason(each, words),
        blocks.actions(*buttons),
    ]


def _reason(each: Suggestion, words: Words) -> Block:
    if each.because is None:
        asked = words("foryou.because_asked", topic=each.topic)
        return blocks.rich_text(blocks.paragraph(blocks.words(asked)))
    return paper_sentence(
        each.because, "foryou.because_saved" if each.is_saved else "foryou.because_more", words
    )


def _thoughts(thoughts: Sequence[Thought], page: Page, words: Words) -> list[Block]:
    return [block for each in thoughts for block in _thought(each, page, words)]


def _thought(each: Thought, page: Page, words: Words) -> list[Block]:
    button = Button(
        ids.TAKE_OPINION_BACK,
        words("button.undo"),
        value=ids.listed_value(Listed(each.paper.id, page)),
        spoken=words("button.take_opinion_back_of", title=shown_title(each.paper)),
    )
    key = "foryou.wants_more" if each.is_liked else "foryou.wants_fewer"
    return [paper_sentence(each.paper, key, words), blocks.actions(button)]
