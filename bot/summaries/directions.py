"""Compares in which direction two texts point: better or worse, more or less, with or without; pure.

A word such as outperforms, 优于 or "reduces the error" is read as better or worse, where the measure beside
it tells whether less is better, and as more or less too. Negation turns it round. A word is opposed where
some of what it rests on points the other way, and none of it points the same way; a word of loss also where
nothing that it rests on is a loss.
"""

import re
from collections.abc import Iterable, Iterator

from bot.summaries.needs import unfounded_needs
from bot.summaries.pointers import Pointer, pointers
from bot.text.regex import regex

_VALUE = (
    r"(?P<{0}>[0-9]+(?:\.[0-9]+)?)\s?"
    r"(?P<{0}_unit>%|万|亿|倍|个?百分点|小时|分钟|秒|天|周|个月|[A-Za-z]{{1,8}})?"
)
_TO_END = r"(?:\s?[-–~]\s?[0-9]+(?:\.[0-9]+)?%?)?"
"""The end of a range, as in `0.1-0.3`."""
_FIRST, _SECOND = _VALUE.format("first"), _VALUE.format("second")
_TRENDS = (
    re.compile(
        rf"[从由]\s?[^0-9，。；]{{0,6}}{_FIRST}{_TO_END}\s?(?:左右)?"
        rf"(?P<verb>[^0-9，。；]{{0,8}}?[至到为])\s?[约近了]?\s?{_SECOND}"
    ),
    re.compile(rf"(?<![\w-])(?P<verb>(?:[\w-]++\s){{1,6}})from\s{_FIRST}\sto\s{_SECOND}", re.IGNORECASE),
)


def contradicted_trends(text: str) -> Iterator[str]:
    """Yield what says that something rises from one figure to a smaller one, or falls to a greater one."""
    for match in (match for pattern in _TRENDS for match in pattern.finditer(text)):
        ways = {each.amount or each.quality for each in pointers(match["verb"])}
        units = {match["first_unit"], match["second_unit"]} - {None}
        change = float(match["second"]) - float(match["first"])
        if len(ways) == 1 and len(units) <= 1 and change * ways.pop() < 0:
            yield match[0]


def opposed_words(text: str, named: Iterable[str], *, is_strict: bool = True) -> tuple[str, ...]:
    """Return the words of a text that point the other way than the sentences on which it rests.

    A strict look leaves out sentences on what others lack, and also holds against a word of loss that the
    sentences have no loss for. One that is not strict, for what tells of a problem, compares measures alone.
    """
    own = [each for each in pointers(text) if not each.is_weak or (is_strict and _is_denied_praise(each))]
    if not own:
        return ()
    told = [sentence for sentence in named if not (is_strict and _is_of_others(sentence))]
    if not told:
        return ()
    said = list(dict.fromkeys(each for sentence in told for each in pointers(sentence)))
    opposed = [each.word for each in dict.fromkeys(own) if _is_opposed(each, said, is_strict=is_strict)]
    return tuple(dict.fromkeys([*opposed, *(unfounded_needs(text, told) if is_strict else ())]))


_OF_OTHERS = regex(
    r"^(?:However|Yet|Unfortunately)\b"
    r"|\b(?:existing|current|prior|previous|traditional|conventional|classical|standard|most|many)\s"
    r"(?:[\w-]+\s){0,4}?(?:methods?|approach(?:es)?|models?|systems?|strateg(?:y|ies)|techniques|tools|work|works"
    r"|studies|benchmarks?|datasets?|pipelines|algorithms|solutions|frameworks|practice)\b"
    r"|\b(?:remains?|is|are) (?:\w+\s)?(?:challenging|limited|unclear|difficult|unknown"
    r"|underexplored|costly)\b"
    r"|\b(?:often|typically|frequently|commonly|generally) (?:\w+\s)?(?:suffer|rely|relies|fail|struggle"
    r"|require|ignore|treat|overlook|lead)"
    r"|\b(?:major|key|significant|critical|main|fundamental|persistent) (?:challenges?|limitations?"
    r"|bottlenecks?|barriers?)\b"
    r"|(?:然而|现有|传统|目前|当前)",
    re.IGNORECASE,
)
_OF_OURS = regex(
    r"\b(?:we|our|ours|this (?:work|paper|study|approach|method|framework)|here|results|experiments?|shows?"
    r"|showed|demonstrat\w+|outperform\w*|surpass\w*|achiev\w+|compared (?:to|with)|proposed"
    r"|(?:over|than|against|beyond|outside|relative to) (?:\w+ )?"
    r"(?:existing|current|prior|previous|traditional|conventional|classical|standard|most|many|state))\b"
    r"|我们|本文|实验|结果",
    re.IGNORECASE,
)


def _is_of_others(sentence: str) -> bool:
    """Whether a sentence tells what others lack, and nothing of what the paper does or finds."""
    return bool(_OF_OTHERS.search(sentence)) and not _OF_OURS.search(sentence)


def _is_opposed(own: Pointer, said: list[Pointer], *, is_strict: bool) -> bool:
    """Whether what points in the most similar respect points the other way, and none of it the same way."""
    if own.is_weak:
        return all(map(_is_of_any_problem, _bad_of(said)))
    strong = [each for each in said if not each.is_weak and not _lessens_another_thing(own, each)]
    if (verdict := _by_figures(own, strong)) is not None:
        return verdict
    weak = [
        each
        for each in said
        if each.is_weak and own.quality < 0 and is_strict and not _is_of_any_problem(each)
    ]
    alike = (
        [each for each in strong if own.measure and each.measure == own.measure],
        [
            each
            for each in strong
            if each.is_comparison == own.is_comparison and not (each.measure and own.measure)
        ],
        strong,
        weak,
    )
    for group in alike if is_strict else alike[:1]:
        if any(own.agrees_with(each) for each in group):
            return False
        if opposed := [each for each in group if own.opposes(each)]:
            return any(_is_telling(own, each) for each in opposed) and not _is_gain_among_gains(own, strong)
    if not is_strict:
        return _is_loss_among_gains(own, said)
    return _falls_where_all_is_praised(own, said) or _is_loss_of_nothing(own, said)


def _by_figures(own: Pointer, strong: list[Pointer]) -> bool | None:
    """Return whether what tells of the same figure is opposed, or None where nothing tells of it."""
    same = [each for each in strong if own.figures and own.figures[0] in each.figures]
    if any(own.agrees_with(each) for each in same):
        return False
    is_opposed = any(
        own.opposes(each) or (not own.quality and own.amount * each.quality < 0) for each in same
    )
    return is_opposed or None


def _is_telling(own: Pointer, other: Pointer) -> bool:
    """Whether a gain is denied by the other one: what is bad of something else is no reason to doubt it."""
    is_gain = (own.quality > 0 or (own.quality < 0 and own.is_negated)) and not own.need
    of_the_same = (own.measure and own.measure == other.measure) or (
        own.is_comparison and other.is_comparison
    )
    return not is_gain or bool(of_the_same)


def _is_gain_among_gains(own: Pointer, strong: list[Pointer]) -> bool:
    return own.quality > 0 and not own.need and any(each.quality > 0 for each in strong)


def _is_loss_among_gains(own: Pointer, said: list[Pointer]) -> bool:
    """Whether something is told as worse where the sentences tell of gains, and of nothing bad or less."""
    is_loss = own.quality < 0 and not own.is_negated
    return is_loss and any(each.quality > 0 for each in said if not each.is_weak) and not _bad_of(said)


def _falls_where_all_is_praised(own: Pointer, said: list[Pointer]) -> bool:
    praised = [each for each in said if each.quality]
    return (
        own.amount < 0
        and not own.quality
        and not own.measure
        and bool(praised)
        and all(each.quality > 0 for each in praised)
        and not any(each.amount < 0 for each in said if not each.is_weak)
    )


_LESSENING = re.compile(
    r"(?:reduc|diminish|eliminat|suppress|minimi|shorten|sav|cut|halv|lessen|curb|curtail|slash|attenuat"
    r"|inhibit|eras|narrow|trim|shrink)",
    re.IGNORECASE,
)


def _lessens_another_thing(own: Pointer, other: Pointer) -> bool:
    """Whether a known measure falls, and the other word makes less of what is none, as of ambiguity."""
    is_fall = bool(own.measure) and own.quality < 0 and own.amount < 0
    return is_fall and not (other.quality or other.measure) and bool(_LESSENING.match(other.word))


_OF_ANY_PROBLEM = re.compile(
    r"challeng|limit|gap|constrain|scarc|bottleneck|difficult|lack|burden|insufficient|vulnerab|susceptib"
    r"|hallucinat|costly|expensive|ignor|overlook|neglect|unreliab|inaccura|inefficien|hinder|prohibitive"
    r"|局限|困难|缺乏|难以|瓶颈|不足",
    re.IGNORECASE,
)
"""Words for what a paper sets out from: they say of nothing that it got worse."""


def _is_loss_of_nothing(own: Pointer, said: list[Pointer]) -> bool:
    """Whether something is told as worse where the sentences have nothing bad and nothing that falls."""
    bad = [each for each in _bad_of(said) if not _lessens_another_thing(own, each)]
    return own.quality < 0 and not own.is_negated and all(map(_is_of_any_problem, bad))


def _is_denied_praise(each: Pointer) -> bool:
    """Whether a word says that something is not good, as in not feasible and 没有帮助."""
    return each.is_weak and each.is_negated and each.quality < 0


def _bad_of(said: list[Pointer]) -> list[Pointer]:
    return [each for each in said if each.quality < 0 or each.amount < 0 or each.is_negated]


def _is_of_any_problem(each: Pointer) -> bool:
    return each.is_weak and bool(_OF_ANY_PROBLEM.match(each.word))
