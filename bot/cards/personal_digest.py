"""The message of a day for one person: what is picked for them at its head, then what they follow."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.cards import blocks, ids
from bot.cards.blocks import Block, Button, Message
from bot.cards.digest import sentence
from bot.cards.entry import Entry
from bot.cards.follows import Matching, reason
from bot.cards.for_you import ForYou, Suggestion
from bot.cards.paper import saved_button, shown_title
from bot.cards.spoken import Spoken, spoken_list
from bot.locale import Words
from bot.text.arxiv_id import abstract_url
from bot.text.mrkdwn import Mrkdwn
from storage.records import Paper

_SENTENCE_CHARACTERS = 200
_TITLE_CHARACTERS = 150
_BECAUSE_CHARACTERS = 100


@dataclass(frozen=True, slots=True)
class _Card:
    paper: Paper
    #: Empty where it is in the channel's order alone.
    why: str
    #: Whether the person can say that they want more like it, or fewer.
    is_picked: bool = False


def personal_digest(
    day: date,
    for_you: ForYou | None,
    followed: Sequence[Matching],
    entries: Iterable[Entry],
    words: Words,
) -> Message:
    """Return the message of a day, with a sentence and the reason on each paper."""
    head, matching = _head(for_you, words), [_of_match(each, words) for each in followed]
    told = {entry.paper.id: sentence(entry, words, _SENTENCE_CHARACTERS) for entry in entries}
    headline = words("foryou.headline" if head else "following.headline", date=words.date(day))
    drawn = [
        blocks.header(headline),
        *([blocks.context(_note(for_you, words))] if for_you and head else []),
        *_rows(head, told, words),
        *([blocks.header(words("following.title"))] if head and matching else []),
        *_rows(matching, told, words),
        blocks.actions(
            Button(ids.SHOW_FOLLOWING, words("button.following")),
            Button(ids.OPEN_MY_SETTINGS, words("button.my_settings")),
        ),
    ]
    spoken = [Spoken(each.paper, sentence=each.why) for each in (*head, *matching)]
    return blocks.message(spoken_list([headline], spoken), drawn)


def _head(for_you: ForYou | None, words: Words) -> list[_Card]:
    if for_you is None:
        return []
    if not for_you.is_known:
        return [_Card(paper, "") for paper in for_you.first]
    return [_Card(each.paper, _because(each, words), is_picked=True) for each in for_you.suggestions]


def _note(for_you: ForYou, words: Words) -> str:
    return words("foryou.picked" if for_you.is_known else "foryou.in_order")


def _of_match(match: Matching, words: Words) -> _Card:
    return _Card(match.paper, reason(match.reasons, words))


def _because(each: Suggestion, words: Words) -> str:
    if each.because is None:
        return words("foryou.because_asked", topic=each.topic)
    key = "foryou.reason_saved" if each.is_saved else "foryou.reason_more"
    return words(key, title=shown_title(each.because, _BECAUSE_CHARACTERS))


def _rows(cards: Iterable[_Card], told: Mapping[str, str], words: Words) -> list[Block]:
    return [block for each in cards for block in _row(each, told.get(each.paper.id, ""), words)]


def _row(card: _Card, told: str, words: Words) -> list[Block]:
    paper = card.paper
    title = blocks.title_link(abstract_url(paper.id), shown_title(paper, _TITLE_CHARACTERS))
    text = [blocks.words(f"\n{told}")] if told else []
    return [
        blocks.rich_text(blocks.paragraph(title, *text)),
        blocks.context(Mrkdwn(paper.id), *([card.why] if card.why else [])),
        blocks.actions(saved_button(paper, words, is_saved=False)),
        *([_feedback(paper, words)] if card.is_picked else []),
    ]


def _feedback(paper: Paper, words: Words) -> Block:
    title = shown_title(paper)
    more, fewer = (
        Button(
            ids.FEEDBACK,
            words(key),
            value=ids.feedback_value(paper.id, is_liked=is_liked),
            spoken=words(f"{key}_of", title=title),
        )
        for key, is_liked in (("button.more_like", True), ("button.fewer_like", False))
    )
    return blocks.feedback(ids.FEEDBACK, more, fewer)
