"""Listed papers and preferences in, a digest out; pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from bot.cards.entry import Entry
from bot.cards.topic_effects import NOTHING_MOVED, Moved
from bot.sources.categories import first_in_category
from bot.text.terms import first_term, fold, shown_term
from storage.records import Filters, Order, Preferences, Topic


class Why(StrEnum):
    """Why a paper is or is not in a digest."""

    LISTED = "listed"
    WORD = "word"
    CATEGORY = "category"
    HAD = "had"
    NEVER_WORD = "never_word"
    NO_WORD = "no_word"
    NO_CATEGORY = "no_category"
    FEW_VOTES = "few_votes"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a listed paper is in the digest, and why; `what` is the deciding word or category."""

    entry: Entry
    is_in: bool
    why: Why
    what: str = ""


@dataclass(frozen=True, slots=True)
class Selection:
    """A digest's papers: those with a card each, those listed in short, and the verdict on every one."""

    cards: tuple[Entry, ...]
    rest: tuple[Entry, ...]
    verdicts: tuple[Verdict, ...]
    #: What the channel's topics did to the order.
    moved: Moved = NOTHING_MOVED


_NO_TOPICS: Mapping[str, tuple[Topic, ...]] = MappingProxyType({})


def select(
    listed: Iterable[Entry],
    had: frozenset[str],
    preferences: Preferences,
    topics: Mapping[str, tuple[Topic, ...]] = _NO_TOPICS,
) -> Selection:
    """Choose from all listed papers, in their order, those that the channel wants and has not had yet.

    A paper that several lists hold counts once. Numbers are given anew, from 1. `topics` are those of what
    the channel is about that each paper has: the papers with the largest sum of weights come first, equals
    keep their order, and none is left out.
    """
    once = {entry.paper.id: entry for entry in listed}
    verdicts = tuple(_verdict(entry, had, preferences.filters) for entry in once.values())
    chosen = [verdict.entry for verdict in verdicts if verdict.is_in]
    if preferences.order is Order.VOTES:
        chosen.sort(key=lambda entry: -(entry.paper.votes or 0))
    steered = sorted(chosen, key=lambda entry: -_weight(topics.get(entry.paper.id, ())))
    moved = _moved(chosen, steered, topics)
    numbered = [replace(entry, number=number) for number, entry in enumerate(steered, start=1)]
    most = len(numbered) if preferences.most_cards is None else preferences.most_cards
    return Selection(tuple(numbered[:most]), tuple(numbered[most:]), verdicts, moved)


def _weight(topics: Iterable[Topic]) -> int:
    return sum(topic.weight for topic in topics)


def _moved(before: Sequence[Entry], after: Sequence[Entry], topics: Mapping[str, tuple[Topic, ...]]) -> Moved:
    """Return how many papers topics moved, and which; one that only made way for another did not move."""
    places = {entry.paper.id: place for place, entry in enumerate(before)}
    up: list[tuple[Topic, ...]] = []
    down: list[tuple[Topic, ...]] = []
    for place, entry in enumerate(after):
        its, earlier = topics.get(entry.paper.id, ()), places[entry.paper.id]
        if _weight(its) > 0 and place < earlier:
            up.append(tuple(each for each in its if each.weight > 0))
        elif _weight(its) < 0 and place > earlier:
            down.append(tuple(each for each in its if each.weight < 0))
    return Moved(len(up), _most_first(up), len(down), _most_first(down))


def _most_first(moved: Iterable[Iterable[Topic]]) -> tuple[str, ...]:
    """Return the words of the topics, those that moved most papers first."""
    return tuple(words for words, _ in Counter(each.words for its in moved for each in its).most_common())


def _verdict(entry: Entry, had: frozenset[str], filters: Filters) -> Verdict:
    if entry.paper.id in had:
        return Verdict(entry, is_in=False, why=Why.HAD)
    text = fold(_text(entry)) if filters.words or filters.never_words else ""
    if word := first_term(filters.never_words, text):
        return Verdict(entry, is_in=False, why=Why.NEVER_WORD, what=shown_term(word))
    if (entry.paper.votes or 0) < filters.least_votes:
        return Verdict(entry, is_in=False, why=Why.FEW_VOTES, what=str(filters.least_votes))
    return _wanted(entry, text, filters)


def _wanted(entry: Entry, text: str, filters: Filters) -> Verdict:
    """Judge by words and categories; if the filters have both, either is enough."""
    if not filters.words and not filters.categories:
        return Verdict(entry, is_in=True, why=Why.LISTED)
    if word := first_term(filters.words, text):
        return Verdict(entry, is_in=True, why=Why.WORD, what=shown_term(word))
    if category := first_in_category(filters.categories, entry.paper.categories):
        return Verdict(entry, is_in=True, why=Why.CATEGORY, what=category)
    return Verdict(entry, is_in=False, why=Why.NO_WORD if filters.words else Why.NO_CATEGORY)


def _text(entry: Entry) -> str:
    """Return the paper's texts in one."""
    summary = entry.summary
    told = [*summary.keywords, summary.tldr, summary.problem, summary.method, summary.body] if summary else []
    return "\n".join([entry.paper.title, entry.paper.abstract or "", *told])
