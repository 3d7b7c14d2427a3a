"""A channel's shelf: what its people will read, what is planned when, and what was discussed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.cards import blocks, ids
from bot.cards.blocks import NOTHING, Block, Button, Message
from bot.cards.ids import PAGE_LENGTH, ShelfPage
from bot.cards.notices import notice
from bot.cards.paper import readers_line, shown_title
from bot.cards.spoken import Spoken, spoken_list
from bot.locale import Reader, Words
from bot.text.arxiv_id import abstract_url
from bot.text.mrkdwn import Mrkdwn, escape, join
from storage.records import Discussion, Paper, VerdictCounts

MOST_PLANNED = 8
"""The most discussions that the shelf shows of those that are planned."""

_TITLE_CHARACTERS = 250


@dataclass(frozen=True, slots=True)
class Shelved:
    """A paper on the shelf."""

    paper: Paper
    readers: int = 0
    discussion: Discussion | None = None
    verdicts: VerdictCounts | None = None


@dataclass(frozen=True, slots=True)
class Shelf:
    """A page of a channel's shelf."""

    page: ShelfPage
    #: Whether the channel reads together now.
    is_on: bool
    planned: tuple[Shelved, ...] = ()
    #: What people will read, or what was discussed.
    rows: tuple[Shelved, ...] = ()
    more_planned: int = 0
    has_next: bool = False


def shelf_message(shelf: Shelf, command: str, reader: Reader) -> Message:
    """Return the page: names are only those of presenters, who pressed for all to see."""
    words, is_discussed = reader.words, shelf.page.is_discussed
    parts = [
        *_part("shelf.planned", shelf.planned, reader),
        *_part("shelf.discussed" if is_discussed else "shelf.waiting", shelf.rows, reader),
    ]
    notes = [
        *([words.count("shelf.more_planned", shelf.more_planned)] if shelf.more_planned else []),
        *([] if shelf.planned or shelf.rows else [_nothing(shelf, words)]),
        *([] if shelf.is_on else [words("shelf.off", command=command)]),
    ]
    title = words("shelf.title")
    spoken = [
        *(Spoken(each.paper, None, _planned(each, reader)) for each in shelf.planned),
        *(Spoken(each.paper, None, _below(each, reader)) for each in shelf.rows),
    ]
    return blocks.message(
        spoken_list([title], spoken, notes),
        [blocks.header(title), *parts, *([blocks.context(*notes)] if notes else []), *_turning(shelf, words)],
    )


def ask_in_channel(command: str, words: Words) -> Message:
    """Return that a shelf is a channel's."""
    return notice(words.mrkdwn("shelf.in_channel", command=command))


def _nothing(shelf: Shelf, words: Words) -> str:
    return words("shelf.nothing_discussed" if shelf.page.is_discussed else "shelf.nothing")


def _part(key: str, rows: Sequence[Shelved], reader: Reader) -> list[Block]:
    if not rows:
        return []
    heading = blocks.rich_text(blocks.paragraph(blocks.words(reader.words(key), bold=True)))
    return [heading, *(block for row in rows for block in _row(row, reader))]


def _row(row: Shelved, reader: Reader) -> list[Block]:
    title = blocks.title_link(abstract_url(row.paper.id), shown_title(row.paper, _TITLE_CHARACTERS))
    below = [escape(_below(row, reader)), _presenter(row, reader.words)]
    return [
        blocks.rich_text(blocks.paragraph(title)),
        blocks.context(join(" · ", [part for part in below if part])),
    ]


def _planned(row: Shelved, reader: Reader) -> str:
    """Return the same of what is planned, where no heading says that it is."""
    return f"{reader.words('shelf.planned')} · {_below(row, reader)}"


def _below(row: Shelved, reader: Reader) -> str:
    """Return the date of its discussion, what people said of it, and how many will read it, in plain text."""
    words = reader.words
    parts = [
        reader.day(row.discussion.planned_for) if row.discussion else "",
        _verdicts(row.verdicts, words),
        "" if row.verdicts else readers_line(row.readers, words),
    ]
    return " · ".join(filter(None, parts))


def _verdicts(verdicts: VerdictCounts | None, words: Words) -> str:
    return words("shelf.verdicts", worth=verdicts.worth, skip=verdicts.skip) if verdicts else ""


def _presenter(row: Shelved, words: Words) -> Mrkdwn:
    presenter = row.discussion.presenter if row.discussion else None
    return words.mrkdwn("shelf.presenter", person=Mrkdwn(f"<@{presenter}>")) if presenter else NOTHING


def _turning(shelf: Shelf, words: Words) -> list[Block]:
    page = shelf.page
    before = replace(page, offset=max(0, page.offset - PAGE_LENGTH))
    after = replace(page, offset=page.offset + PAGE_LENGTH)
    other = ShelfPage(is_discussed=not page.is_discussed)
    wanted = [
        (ids.SHELF_PREVIOUS, "button.previous", before, bool(page.offset)),
        (ids.SHELF_NEXT, "button.next", after, shelf.has_next),
        (ids.SHELF_DISCUSSED, "button.shelf_discussed", other, not page.is_discussed),
        (ids.SHELF_OPEN, "button.shelf_open", other, page.is_discussed),
    ]
    return [
        blocks.actions(
            *(
                Button(action_id, words(label), value=ids.shelf_value(target))
                for action_id, label, target, is_offered in wanted
                if is_offered
            )
        )
    ]
