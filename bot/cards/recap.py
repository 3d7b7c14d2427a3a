"""The recap of a channel's week: its papers by readers and saves, what was discussed, and what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.cards import blocks, ids
from bot.cards.blocks import Block, Button, Message
from bot.cards.digest import sentence
from bot.cards.entry import Entry
from bot.cards.paper import shown_title
from bot.cards.spoken import Spoken, spoken_list, spoken_title
from bot.locale import Words
from bot.text.arxiv_id import abstract_url
from storage.records import Paper, VerdictCounts

_TITLE_CHARACTERS = 300
_SENTENCE_CHARACTERS = 250


@dataclass(frozen=True, slots=True)
class Ranked:
    """A paper of the week, numbered by its rank, with what its channel thinks of it."""

    entry: Entry
    #: How many people of the channel will read it.
    readers: int
    #: How many people here have saved it; 0 where they are too few to tell.
    saves: int


@dataclass(frozen=True, slots=True)
class Judged:
    """A paper that the channel discussed, and whether people found it worth reading."""

    paper: Paper
    day: date
    verdicts: VerdictCounts


@dataclass(frozen=True, slots=True)
class Upcoming:
    """A paper that the channel discusses next."""

    paper: Paper
    day: date


@dataclass(frozen=True, slots=True)
class WeekRecap:
    """What a channel's week came to."""

    first: date
    last: date
    ranked: tuple[Ranked, ...]
    #: Those with the most verdicts first.
    judged: tuple[Judged, ...] = ()
    upcoming: Upcoming | None = None

    @property
    def is_nothing(self) -> bool:
        """Whether nobody will read, saved or judged anything of the week."""
        return not (self.ranked or self.judged)


def recap_message(recap: WeekRecap, words: Words, notes: Sequence[str] = ()) -> Message:
    """Return the message under which the cards of the ranked papers follow; `notes` say why it is late."""
    headline = words("recap.headline", days=words.days(recap.first, recap.last))
    ranking = words("recap.ranking" if recap.ranked else "recap.nothing_ranked")
    discussed = [discussed_line(each, words) for each in recap.judged]
    invitation = [words("recap.cards_in_thread")] if recap.ranked else []
    upcoming = [_upcoming_line(recap.upcoming, words)] if recap.upcoming else []
    drawn = [
        blocks.header(headline),
        blocks.context("\n".join([ranking, *notes])),
        *(block for each in recap.ranked for block in _row(each, words)),
        *_discussed(recap.judged, words),
        *([_upcoming(recap.upcoming, words)] if recap.upcoming else []),
        *map(blocks.context, invitation),
    ]
    spoken = spoken_list(
        [headline, ranking, *notes],
        [Spoken(each.entry.paper, each.entry.number, reception(each, words)) for each in recap.ranked],
        [*discussed, *upcoming, *invitation],
    )
    return blocks.message(spoken, drawn)


def nothing_to_recap(recap: WeekRecap, words: Words) -> Message:
    """Return the line for a week in which nobody chose or discussed anything."""
    text = words("recap.nothing", days=words.days(recap.first, recap.last))
    return blocks.message(text, [blocks.context(text)])


def reception(ranked: Ranked, words: Words) -> str:
    """Return how many people will read the paper, and how many saved it where that is told."""
    readers = [words.count("recap.readers", ranked.readers)] if ranked.readers else []
    saves = [words.count("paper.saves", ranked.saves)] if ranked.saves else []
    return " · ".join([*readers, *saves])


def verdicts_line(verdicts: VerdictCounts, words: Words) -> str:
    """Return how many people found a paper worth reading, and how many would skip it."""
    return words("discussion.verdicts", worth=verdicts.worth, skip=verdicts.skip)


def discussed_line(judged: Judged, words: Words) -> str:
    """Return a discussed paper with its verdicts, as plain text."""
    return words(
        "recap.discussed", title=spoken_title(judged.paper), verdicts=verdicts_line(judged.verdicts, words)
    )


def _upcoming_line(upcoming: Upcoming, words: Words) -> str:
    return words("recap.upcoming", title=spoken_title(upcoming.paper), date=words.day_of_year(upcoming.day))


def _row(ranked: Ranked, words: Words) -> list[Block]:
    paper = ranked.entry.paper
    number = blocks.words(f"{ranked.entry.number}. ", bold=True)
    told = sentence(ranked.entry, words, _SENTENCE_CHARACTERS)
    button = Button(
        ids.PLAN_DISCUSSION,
        words("button.discuss"),
        value=paper.id,
        spoken=words("button.discuss_of", title=shown_title(paper)),
    )
    text = [blocks.words(f"\n{told}")] if told else []
    return [
        blocks.rich_text(blocks.paragraph(number, _link(paper), *text)),
        blocks.context(reception(ranked, words)),
        blocks.actions(button),
    ]


def _discussed(judged: Sequence[Judged], words: Words) -> list[Block]:
    if not judged:
        return []
    lines = [
        words.pieces(
            "recap.discussed",
            title=_link(each.paper),
            verdicts=blocks.words(verdicts_line(each.verdicts, words)),
        )
        for each in judged
    ]
    return [blocks.rich_text(*(blocks.told(line) for line in lines))]


def _upcoming(upcoming: Upcoming, words: Words) -> Block:
    day = blocks.words(words.day_of_year(upcoming.day), bold=True)
    pieces = words.pieces("recap.upcoming", title=_link(upcoming.paper), date=day)
    return blocks.rich_text(blocks.told(pieces))


def _link(paper: Paper) -> Block:
    return blocks.title_link(abstract_url(paper.id), shown_title(paper, _TITLE_CHARACTERS))
