"""The newer version of a paper, and what a card says of it."""

from dataclasses import dataclass
from datetime import date, datetime

from bot.cards import blocks
from bot.cards.blocks import Block
from bot.locale import Words
from bot.summaries.changes import Changes
from bot.text.mrkdwn import clean_line, cut

_TEXT_CHARACTERS = 600
_EARLIER_TITLE_CHARACTERS = 150


@dataclass(frozen=True, slots=True)
class NewerVersion:
    """A version of a paper that came after the one that was posted or saved."""

    version: int
    #: The day on which it was submitted, in UTC.
    since: date
    #: When arXiv had it first.
    seen_at: datetime
    #: What it changed in the abstract; `None` where one of the two is not known.
    changes: Changes | None = None
    #: What the version before was called, where that differs.
    earlier_title: str | None = None


def since_line(newer: NewerVersion, words: Words) -> str:
    """Return which version it is since when."""
    return words("version.since", version=newer.version, date=words.date(newer.since))


def change_text(newer: NewerVersion, words: Words, limit: int = _TEXT_CHARACTERS) -> str:
    """Return what a newer version changed, its sentences cut to the limit; empty where that is not known."""
    parts = []
    if earlier := cut(clean_line(newer.earlier_title or ""), _EARLIER_TITLE_CHARACTERS):
        parts.append(words("version.earlier_title", title=earlier))
    if newer.changes is not None:
        parts.append(_of_abstract(newer.changes, words, limit))
    return " · ".join(parts)


def version_blocks(newer: NewerVersion | None, words: Words) -> list[Block]:
    """Return what a card says of the newer version; nothing where there is none."""
    if newer is None:
        return []
    since = since_line(newer, words)
    changed = spoken_version(newer, words).removeprefix(since)
    runs = [blocks.words(since, bold=True), *([blocks.words(changed)] if changed else [])]
    return [blocks.rich_text(blocks.paragraph(*runs))]


def spoken_version(newer: NewerVersion | None, words: Words, limit: int = _TEXT_CHARACTERS) -> str:
    """Return the same in one line; empty where there is no newer version."""
    if newer is None:
        return ""
    since, text = since_line(newer, words), change_text(newer, words, limit)
    return words("version.changed", since=since, changed=text) if text else since


def _of_abstract(changes: Changes, words: Words, limit: int) -> str:
    if not changes.new and not changes.left_out:
        return words("version.same_abstract")
    parts = []
    if sentences := cut(" ".join(map(clean_line, changes.new)).strip(), limit):
        parts.append(words("version.new_sentences", sentences=sentences))
    if changes.left_out:
        parts.append(words.count("version.left_out", changes.left_out))
    return " · ".join(parts)
