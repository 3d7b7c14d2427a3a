"""What pages of found papers are drawn from."""

from dataclasses import dataclass
from datetime import date

from bot.cards.entry import Entry


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text; one that was looked for is marked."""

    text: str
    is_match: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A paper that was found."""

    entry: Entry
    #: The first day on which a source listed it, else the day of its first version.
    day: date | None = None
    #: One sentence of it, in the reader's language where it has one, with what was looked for marked.
    snippet: tuple[Piece, ...] = ()
    #: The words that were looked for and that it lacks, as typed.
    missing: tuple[str, ...] = ()
    is_saved: bool = False
    #: For a similar paper: the two or three terms that make it so.
    shared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Correction:
    """A word that no paper has, and the one that was looked for in its place."""

    typed: str
    used: str


@dataclass(frozen=True, slots=True)
class FoundPage:
    """A page of what a search found."""

    #: What was typed, on one line.
    text: str
    found: tuple[Found, ...] = ()
    offset: int = 0
    #: How many there are, as far as they were counted.
    total: int = 0
    #: How many of these lack some of the words.
    partial: int = 0
    #: Whether there are more than were counted.
    is_more: bool = False
    corrections: tuple[Correction, ...] = ()
    #: Where little or nothing was found: what may have been meant instead, each a whole query.
    suggestions: tuple[str, ...] = ()
    #: Operators that could not be read, as typed.
    unreadable: tuple[str, ...] = ()
    #: Where the time for a search was over before all was looked at.
    is_cut: bool = False
