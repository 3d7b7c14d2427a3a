"""What a person looks for, as a value that can be kept."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class SearchedIn(StrEnum):
    """Where a word has to be."""

    ANYWHERE = "anywhere"
    TITLE = "title"
    AUTHORS = "authors"


class Ranking(StrEnum):
    """The order of what is found."""

    MATCH = "match"
    NEWEST = "new"
    VOTES = "votes"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A word or a phrase to look for."""

    #: As typed, without quotes.
    text: str
    #: It was in quotes: these words in this order, and in no other form.
    is_exact: bool = False
    searched_in: SearchedIn = SearchedIn.ANYWHERE


@dataclass(frozen=True, slots=True)
class Query:
    """What a person looks for; the default is everything."""

    words: tuple[Wanted, ...] = ()
    #: What a paper must not have.
    without: tuple[Wanted, ...] = ()
    #: arXiv categories such as `cs.CL`, or `cs.*`; one of them is enough.
    categories: tuple[str, ...] = ()
    #: The first day.
    since: date | None = None
    #: The last day.
    until: date | None = None
    #: BCP 47 tags; a paper has a stored summary in one of them.
    languages: tuple[str, ...] = ()
    has_code: bool = False
    #: In the person's own list.
    is_saved: bool = False
    #: In the person's own list, and not read yet.
    is_unread: bool = False
    ranking: Ranking = Ranking.MATCH
    #: What was typed as an operator and could not be read, such as `after:soon`, in reading order.
    unreadable: tuple[str, ...] = ()
