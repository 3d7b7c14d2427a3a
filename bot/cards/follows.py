"""What a person follows and mutes: the list of it, and the latest papers that match, each with the reason."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from bot.cards import blocks, ids
from bot.cards.blocks import Block, Button, Message
from bot.cards.ids import Page
from bot.cards.rows import Row, paper_row
from bot.locale import Reader, Words
from bot.text.mrkdwn import Mrkdwn, cut
from storage.records import FollowKind, Paper

MOST_MATCHES = 5
"""The most papers that are shown of those that match."""

TYPED_CHARACTERS = 300
"""The most characters of what is followed, as typed."""

MOST_IN_DIGEST = 8
"""The most papers that a person follows in the message of a day."""

_NAME_CHARACTERS = 150
_MOST_REASONS = 2

_KINDS = {
    FollowKind.SEARCH: "following.search",
    FollowKind.SIMILAR: "following.similar",
    FollowKind.MUTE: "following.mute",
}
_BEGUN = {
    FollowKind.SEARCH: "follow.begun",
    FollowKind.SIMILAR: "follow.begun_similar",
    FollowKind.MUTE: "follow.muted",
}
_ENDED = {
    FollowKind.SEARCH: "follow.ended",
    FollowKind.SIMILAR: "follow.ended_similar",
    FollowKind.MUTE: "follow.unmuted",
}
_REASONS = {FollowKind.SEARCH: "follow.reason", FollowKind.SIMILAR: "follow.reason_similar"}


@dataclass(frozen=True, slots=True)
class Followed:
    """Something that a person follows or muted."""

    id: int
    kind: FollowKind
    #: As it can be typed again.
    text: str
    #: What a reason says: the words without their operator, or the title of a paper.
    name: str
    #: Whether it is a paper that the person saved.
    is_saved: bool = False


@dataclass(frozen=True, slots=True)
class Matching:
    """A paper that matches what a person follows."""

    paper: Paper
    reasons: tuple[Followed, ...]
    is_saved: bool = False


@dataclass(frozen=True, slots=True)
class FollowedPapers:
    """The latest papers that match what a person follows; nobody but them sees it."""

    #: The first day on which the papers were listed.
    since: date
    papers: tuple[Matching, ...]
    #: How many match, of which the first are in `papers`.
    total: int


def following_message(followed: Sequence[Followed], command: str, words: Words) -> Message:
    """Return the list of what the person follows and mutes, with buttons to change and to end each."""
    hint = words.mrkdwn("following.hint", command=command)
    if not followed:
        nothing = words.mrkdwn("following.nothing", command=command)
        return Message(nothing, (blocks.section(nothing),))
    drawn = [block for each in followed for block in _row(each, words)]
    lines = [words("following.title"), *(f"• {_described(each, words)}" for each in followed)]
    heading = blocks.rich_text(blocks.paragraph(blocks.words(words("following.title"), bold=True)))
    return blocks.message("\n".join(lines), [heading, *drawn, blocks.context(hint)])


def begun_notice(followed: Followed, found: FollowedPapers | None, reader: Reader) -> Message:
    """Return that the person follows or mutes something now, and how many of the latest papers match."""
    words = reader.words
    counted = [words.count("follow.matches", found.total, day=reader.day(found.since))] if found else []
    below = [blocks.context(*counted)] if counted else []
    text = " ".join([words(_BEGUN[followed.kind], name=_name(followed)), *counted])
    return blocks.message(text, [_told(_BEGUN[followed.kind], followed, words), *below, _list_button(words)])


def ended_notice(followed: Followed, words: Words) -> Message:
    """Return that the person follows or mutes something no more."""
    key = _ENDED[followed.kind]
    text = words(key, name=_name(followed))
    return blocks.message(text, [_told(key, followed, words), _list_button(words)])


def edit_follow_modal(followed: Followed, words: Words) -> Block:
    """Return the form in which a person changes what they follow or muted."""
    typed = blocks.text_input(followed.text, TYPED_CHARACTERS)
    label = "following.edit_mute" if followed.kind is FollowKind.MUTE else "following.edit_follow"
    hint = words("following.edit_hint")
    field = blocks.field(ids.FOLLOW_TEXT, words(label), typed, hint=hint)
    about = ids.follow_value(followed.id)
    view = blocks.modal(words("following.edit_title"), words("button.cancel"), [field], about=about)
    return blocks.form(view, ids.SUBMIT_FOLLOW, words("button.save_changes"))


def followed_blocks(found: FollowedPapers | None, page: Page, reader: Reader) -> list[Block]:
    """Return the part of the Home tab with what matches; nothing for who follows nothing.

    `page` is what of the person's list is redrawn after one is saved.
    """
    if found is None:
        return []
    words = reader.words
    key = "following.since" if found.papers else "following.none_since"
    more = found.total - len(found.papers)
    notes = [
        words(key, day=reader.day(found.since)),
        *([words.count("following.more", more)] if more else []),
    ]
    return [
        blocks.header(words("following.title")),
        blocks.context(*notes),
        *(block for each in found.papers for block in _matching(each, page, words)),
        _list_button(words),
    ]


def reason(reasons: Iterable[Followed], words: Words) -> str:
    """Return why a paper is shown, by the first of what it matches."""
    first = list(reasons)[:_MOST_REASONS]
    return words.listed([words(_reason_key(each), name=_name(each)) for each in first])


def _reason_key(followed: Followed) -> str:
    return "follow.reason_similar_saved" if followed.is_saved else _REASONS[followed.kind]


def _matching(match: Matching, page: Page, words: Words) -> list[Block]:
    below, why = Mrkdwn(match.paper.id), reason(match.reasons, words)
    return paper_row(
        Row(match.paper, below=[below], beside=[why], is_saved=match.is_saved),
        page,
        words,
    )


def _row(followed: Followed, words: Words) -> list[Block]:
    value, described = ids.follow_value(followed.id), _described(followed, words)
    change = words("following.change_of", name=described)
    end = words("following.end_of", name=described)
    ends = "button.unmute" if followed.kind is FollowKind.MUTE else "button.unfollow"
    return [
        blocks.rich_text(blocks.paragraph(blocks.words(described))),
        blocks.actions(
            Button(ids.EDIT_FOLLOW, words("button.change_follow"), value=value, spoken=change),
            Button(ids.END_FOLLOW, words(ends), value=value, spoken=end),
        ),
    ]


def _described(followed: Followed, words: Words) -> str:
    shown = followed.name if followed.kind is FollowKind.SIMILAR else followed.text
    return words(_KINDS[followed.kind], name=cut(shown, _NAME_CHARACTERS))


def _told(key: str, followed: Followed, words: Words) -> Block:
    name = blocks.words(_name(followed), bold=True)
    return blocks.rich_text(blocks.told(words.pieces(key, name=name)))


def _list_button(words: Words) -> Block:
    return blocks.actions(Button(ids.SHOW_FOLLOWING, words("button.following")))


def _name(followed: Followed) -> str:
    return cut(followed.name, _NAME_CHARACTERS)
