"""The rows of a page of papers, with buttons to open and to keep each, and the turning of pages."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.cards import blocks, ids
from bot.cards.blocks import Block, Button
from bot.cards.ids import PAGE_LENGTH, Listed, Page
from bot.cards.paper import shown_title
from bot.locale import Words
from bot.text.arxiv_id import abstract_url
from bot.text.mrkdwn import Mrkdwn, join
from storage.records import Paper

TITLE_CHARACTERS = 250
"""The most characters of a title in a row."""


@dataclass(frozen=True, slots=True)
class Row:
    """A paper in a list."""

    paper: Paper
    number: int | None = None
    #: Rich text on it, such as a sentence.
    runs: Sequence[Block] = ()
    #: Our own small line below: a date, votes, its id.
    below: Sequence[Mrkdwn] = ()
    #: Plain text beside that, such as the words that it lacks.
    beside: Sequence[str] = ()
    is_saved: bool = False


def paper_row(row: Row, page: Page, words: Words) -> list[Block]:
    """Return a row: strangers' text as rich text, where nothing is parsed, then our own and the buttons."""
    number = [blocks.words(f"{row.number}. ", bold=True)] if row.number else []
    title = blocks.title_link(abstract_url(row.paper.id), shown_title(row.paper, TITLE_CHARACTERS))
    # A run of a stranger's text may be empty once it is clean, and Slack refuses those.
    runs = [run for run in row.runs if run["text"]]
    text = [blocks.words("\n"), *runs] if runs else []
    return [
        blocks.rich_text(blocks.paragraph(*number, title, *text)),
        blocks.context(join(" · ", row.below), *row.beside),
        blocks.actions(_open_button(row, page, words), _keep_button(row, page, words)),
    ]


def position(page: Page, shown: int, total: str, words: Words, *, has_next: bool) -> list[str]:
    """Return which papers of how many are shown; nothing where all of them are."""
    if not (page.offset or has_next):
        return []
    return [words("page.position", first=page.offset + 1, last=page.offset + shown, total=total)]


def has_next(page: Page, total: int) -> bool:
    """Return whether papers come after the page."""
    return page.offset + PAGE_LENGTH < total


def turning(page: Page, words: Words, others: Sequence[Button] = (), *, has_next: bool) -> list[Block]:
    """Return the buttons to the previous and the next page, where there are such, and to other lists."""
    buttons = []
    if page.offset:
        value = ids.page_value(page.previous)
        buttons.append(Button(ids.PREVIOUS_PAGE, words("button.previous"), value=value))
    if has_next:
        buttons.append(Button(ids.NEXT_PAGE, words("button.next"), value=ids.page_value(page.next)))
    return [blocks.actions(*buttons, *others)] if buttons or others else []


def _open_button(row: Row, page: Page, words: Words) -> Button:
    return Button(
        ids.OPEN_PAPER,
        words("button.open"),
        value=ids.listed_value(Listed(row.paper.id, page)),
        spoken=words("button.open_of", title=shown_title(row.paper)),
    )


def _keep_button(row: Row, page: Page, words: Words) -> Button:
    action_id = ids.REMOVE_LISTED_PAPER if row.is_saved else ids.SAVE_LISTED_PAPER
    label = "button.remove" if row.is_saved else "button.save"
    return Button(
        action_id,
        words(label),
        value=ids.listed_value(Listed(row.paper.id, page)),
        spoken=words(f"{label}_of", title=shown_title(row.paper)),
    )
