"""The Home tab: what is new for a person, what they are reading, their list, channels and settings."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.cards import blocks, ids
from bot.cards.blocks import Block, Button
from bot.cards.follows import FollowedPapers, followed_blocks
from bot.cards.for_you import ForYou, for_you_blocks
from bot.cards.ids import Listed, Page
from bot.cards.paper import shown_title
from bot.cards.renewed import renewed_blocks
from bot.cards.saved_list import ListPlace, SavedPage, message_url, removed_line, saved_blocks, saved_headline
from bot.locale import Words
from bot.text.arxiv_id import abstract_url
from bot.text.mrkdwn import Mrkdwn, join, link
from storage.records import Paper, SavedIn, SavedPaper

_TITLE_CHARACTERS = 200
MOST_NEW = 3
"""The most new papers on the Home tab."""

MOST_READING = 3
"""The most papers of those that the person is reading, above their list."""

MOST_CHANNELS = 20
"""The most channels that are named."""


@dataclass(frozen=True, slots=True)
class NewPapers:
    """The first papers of the latest digest in a channel that the person is in."""

    channel: str
    papers: tuple[Paper, ...]
    #: Which of them the person has saved.
    saved: frozenset[str]
    #: The digest's message; `None` where it is not known.
    parent: SavedIn | None = None


@dataclass(frozen=True, slots=True)
class HomeContent:
    """What a person's Home tab shows."""

    saved: SavedPage
    reading: tuple[SavedPaper, ...] = ()
    new: NewPapers | None = None
    #: `None` where no list has papers.
    for_you: ForYou | None = None
    #: The channels with digests that the person is in.
    channels: tuple[str, ...] = ()
    has_reminder: bool = False
    #: Whether the person has never saved a paper or set anything.
    is_first_time: bool = False
    #: What matches what the person follows; `None` where they follow nothing.
    followed: FollowedPapers | None = None


def home_view(content: HomeContent, command: str, place: ListPlace, removed: Paper | None = None) -> Block:
    """Return the Home tab; `removed` was just removed from the list, and can be put back."""
    words = place.reader.words
    page = content.saved.page
    if content.is_first_time and removed is None:
        middle = _welcome(command, words)
    else:
        middle = [
            *_reading(content.reading, page, words),
            *_own_list(content.saved, place, removed),
        ]
    drawn = [
        *for_you_blocks(content.for_you, page, words),
        *_new(content.new, page, place),
        *followed_blocks(content.followed, page, place.reader),
        *middle,
        blocks.divider(),
        *_channels(content.channels, words),
        *_settings(content, words),
        blocks.context(words.mrkdwn("home.hint", command=command)),
    ]
    return blocks.home(drawn)


def _welcome(command: str, words: Words) -> list[Block]:
    buttons = (
        Button(ids.SHOW_LATEST, words("button.show_latest"), primary=True),
        Button(ids.SHOW_HELP, words("button.show_help")),
    )
    return [
        blocks.header(words("home.welcome")),
        blocks.section(words.mrkdwn("home.welcome_text", command=command)),
        blocks.actions(*buttons),
    ]


def _new(new: NewPapers | None, page: Page, place: ListPlace) -> list[Block]:
    if new is None or not new.papers:
        return []
    words = place.reader.words
    where = Mrkdwn(f"<#{new.channel}>")
    thread = (
        [Mrkdwn(link(message_url(place.workspace_url, new.parent), words("home.whole_digest")))]
        if new.parent
        else []
    )
    rows = [block for paper in new.papers for block in _new_row(paper, page, words, new.saved)]
    return [
        blocks.header(words("home.new")),
        blocks.context(join(" · ", [words.mrkdwn("home.in_channel", channel=where), *thread])),
        *rows,
    ]


def _new_row(paper: Paper, page: Page, words: Words, saved: frozenset[str]) -> list[Block]:
    title = blocks.rich_text(blocks.paragraph(_title(paper)))
    if paper.id in saved:
        return [title]
    button = Button(
        ids.SAVE_LISTED_PAPER,
        words("button.save"),
        value=ids.listed_value(Listed(paper.id, page)),
        spoken=words("button.save_of", title=shown_title(paper)),
    )
    return [title, blocks.actions(button)]


def _reading(reading: Sequence[SavedPaper], page: Page, words: Words) -> list[Block]:
    if not reading or page.own or page.offset:
        return []
    titles = [[_title(saved.paper)] for saved in reading]
    return [blocks.header(words("home.reading")), blocks.rich_text(blocks.bullets(titles))]


def _own_list(saved: SavedPage, place: ListPlace, removed: Paper | None) -> list[Block]:
    words = place.reader.words
    undo = removed_line(removed, saved.page, words) if removed else []
    renewed = renewed_blocks(saved.renewed, words)
    return [blocks.header(saved_headline(saved, words)), *undo, *renewed, *saved_blocks(saved, place)]


def _channels(channels: Sequence[str], words: Words) -> list[Block]:
    if not channels:
        return []
    named = Mrkdwn(" · ".join(f"<#{channel}>" for channel in channels[:MOST_CHANNELS]))
    return [blocks.context(words.mrkdwn("home.channels", channels=named))]


def _settings(content: HomeContent, words: Words) -> list[Block]:
    key = "home.reminder_on" if content.has_reminder else "home.reminder_off"
    return [
        blocks.section(words.mrkdwn(key), accessory=Button(ids.OPEN_MY_SETTINGS, words("button.my_settings")))
    ]


def _title(paper: Paper) -> Block:
    return blocks.title_link(abstract_url(paper.id), shown_title(paper, _TITLE_CHARACTERS))
