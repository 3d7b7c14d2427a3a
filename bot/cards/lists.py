"""Pages of papers: a day's listing, and a person's saved papers."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.cards import blocks, ids
from bot.cards.blocks import Block, Button, Message
from bot.cards.digest import sentence, source_name
from bot.cards.entry import Digest, Entry
from bot.cards.ids import PAGE_LENGTH, Listed, Page
from bot.cards.paper import facts_line, shown_title
from bot.cards.spoken import Spoken, spoken_list
from bot.locale import Reader, Words
from bot.text.arxiv_id import abstract_url
from bot.text.mrkdwn import Mrkdwn, escape, join
from storage.records import Paper, SavedPaper

_TITLE_CHARACTERS = 250
_SENTENCE_CHARACTERS = 220


def listing_page(digest: Digest, page: Page, saved: frozenset[str], words: Words) -> Message:
    """Return a page of a day's listing; each paper has a button to save or remove it."""
    shown = digest.entries[page.offset : page.offset + PAGE_LENGTH]
    headline = words("digest.headline", date=words.date(digest.day))
    scope = words.count("digest.papers", len(digest.entries), source=source_name(digest.source, words))
    rows = [
        block
        for entry in shown
        for block in _listing_row(entry, page, words, is_saved=entry.paper.id in saved)
    ]
    drawn = [
        blocks.header(headline),
        blocks.context(scope, *_position(page, len(shown), len(digest.entries), words)),
        *rows,
        *_turning(page, len(digest.entries), words),
    ]
    spoken = [Spoken(entry.paper, entry.number, sentence(entry, _SENTENCE_CHARACTERS)) for entry in shown]
    return blocks.message(spoken_list([headline, scope], spoken), drawn)


@dataclass(frozen=True, slots=True)
class SavedPage:
    """A page of a person's saved papers."""

    papers: tuple[SavedPaper, ...]
    offset: int
    #: How many papers the whole list has.
    total: int


def saved_page(saved: SavedPage, reader: Reader) -> Message:
    """Return a page of the person's saved papers; an empty one says how to save one."""
    papers, total, page, words = saved.papers, saved.total, Page(saved.offset), reader.words
    headline = words.count("saved.headline", total)
    rows = [block for paper in papers for block in _saved_row(paper, page, reader)]
    drawn = [
        blocks.header(headline),
        *([] if total else [blocks.section(words.mrkdwn("saved.empty"))]),
        *([blocks.context(*position)] if (position := _position(page, len(papers), total, words)) else []),
        *rows,
        *_turning(page, total, words),
    ]
    opening = [headline, *([] if total else [words("saved.empty")])]
    return blocks.message(spoken_list(opening, [Spoken(kept.paper) for kept in papers]), drawn)


def home_view(saved: SavedPage, command: str, reader: Reader) -> Block:
    """Return the Home tab: the person's saved papers, and a hint on the command."""
    hint = blocks.context(reader.words.mrkdwn("home.hint", command=command))
    return blocks.home([*saved_page(saved, reader).blocks, blocks.divider(), hint])


def _listing_row(entry: Entry, page: Page, words: Words, *, is_saved: bool) -> list[Block]:
    text = sentence(entry, _SENTENCE_CHARACTERS)
    title = [blocks.words(f"{entry.number}. ", bold=True), _title(entry.paper)]
    below = join(" · ", filter(None, [escape(entry.paper.id), facts_line(entry.paper, words)]))
    button = _row_button(entry.paper, page, words, is_saved=is_saved)
    return _row([*title, blocks.words(f"\n{text}")] if text else title, below, button)


def _saved_row(saved: SavedPaper, page: Page, reader: Reader) -> list[Block]:
    words, at = reader.words, saved.saved_at.astimezone(reader.zone)
    when = escape(words("saved.since", date=reader.day(at.date())))
    button = _row_button(saved.paper, page, words, is_saved=True)
    return _row([_title(saved.paper)], join(" · ", [escape(saved.paper.id), when]), button)


def _row(shown: Sequence[Block], below: Mrkdwn, button: Button) -> list[Block]:
    """Return strangers' text as rich text, in which nothing is parsed, and below it our own with a button."""
    return [blocks.rich_text(blocks.paragraph(*shown)), blocks.section(below, accessory=button)]


def _title(paper: Paper) -> Block:
    return blocks.title_link(abstract_url(paper.id), shown_title(paper, _TITLE_CHARACTERS))


def _row_button(paper: Paper, page: Page, words: Words, *, is_saved: bool) -> Button:
    action_id = ids.REMOVE_LISTED_PAPER if is_saved else ids.SAVE_LISTED_PAPER
    label, spoken = ("button.remove", "button.remove_of") if is_saved else ("button.save", "button.save_of")
    return Button(
        action_id,
        words(label),
        value=ids.listed_value(Listed(paper.id, page)),
        spoken=words(spoken, title=shown_title(paper)),
    )


def _position(page: Page, shown: int, total: int, words: Words) -> list[str]:
    if total <= PAGE_LENGTH:
        return []
    return [words("page.position", first=page.offset + 1, last=page.offset + shown, total=total)]


def _turning(page: Page, total: int, words: Words) -> list[Block]:
    buttons = []
    if page.offset:
        value = ids.page_value(page.previous)
        buttons.append(Button(ids.PREVIOUS_PAGE, words("button.previous"), value=value))
    if page.offset + PAGE_LENGTH < total:
        buttons.append(Button(ids.NEXT_PAGE, words("button.next"), value=ids.page_value(page.next)))
    return [blocks.actions(*buttons)] if buttons else []
