"""Answers to a person who said in a channel that they will read a paper, or took it back."""

from collections.abc import Sequence

from bot.cards import blocks, ids
from bot.cards.blocks import Button, Message
from bot.cards.notices import notice, paper_notice, paper_sentence
from bot.cards.paper import shown_title
from bot.cards.spoken import spoken_title
from bot.locale import Words
from bot.text.mrkdwn import Mrkdwn, escape, join
from storage.records import Paper

_MOST_NAMED = 10


def will_read_notice(paper: Paper, others: int, named: Sequence[str], words: Words) -> Message:
    """Return that the person will read the paper and who else will, by name where they may know it."""
    key = "reading.added"
    told = _others(others, named, words)
    spoken = words("button.undo_will_read_of", title=shown_title(paper))
    undo = Button(ids.UNDO_WILL_READ, words("button.undo"), value=paper.id, spoken=spoken)
    drawn = (paper_sentence(paper, key, words), blocks.context(told), blocks.actions(undo))
    return Message(join("\n", [escape(words(key, title=spoken_title(paper))), told]), drawn)


def wont_read_notice(paper: Paper, words: Words, *, can_restore: bool = True) -> Message:
    """Return that the person won't read the paper after all."""
    spoken = words("button.restore_will_read_of", title=shown_title(paper))
    undo = Button(ids.RESTORE_WILL_READ, words("button.undo"), value=paper.id, spoken=spoken)
    return paper_notice(paper, "reading.removed", words, *([undo] if can_restore else []))


def reading_off_notice(command: str, words: Words) -> Message:
    """Return that the channel does not read together."""
    return notice(words.mrkdwn("reading.off", command=command))


def _others(others: int, named: Sequence[str], words: Words) -> Mrkdwn:
    if not others:
        return words.mrkdwn("reading.only_you")
    shown = named[:_MOST_NAMED]
    if not shown:
        return escape(words.count("reading.others", others))
    more = others - len(shown)
    people = [f"<@{each}>" for each in shown] + ([words.count("reading.more", more)] if more else [])
    return words.mrkdwn("reading.named", people=Mrkdwn(words.series(people)))
