"""Tells whether two figures of a summary stand for each other's things in the sentence that has both; pure.

Each figure is compared by what it counts or measures, and by the names beside it, which both languages have,
then by what its part of the sentence or its item of a list speaks of, as train or test.
Where these do not tell, the order does: a list keeps it in translation, unless a word such as 的 turns it.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from bot.summaries.figures import StatedFigure
from bot.summaries.grounding import stands_in
from bot.summaries.numerals import Kind
from bot.summaries.placed_figures import LISTED, PlacedFigure, placed_figures, placed_in, told_in
from bot.summaries.things import spoken_of

_MOST_FIGURES = 40
_TREND = re.compile(r"[升高增降低减少]\w{0,3}[至到为]|^\s?(?:至|到|\bto\b)")
_TURNED = re.compile(
    r"[的在中对于上从将占超比高低优多至到]|\b(?:of|across|from|for|in|on|over|out|than|compared|versus|vs|with|under|against"
    r"|when|to|spanning|within)\b"
)

_InSentence = tuple[str, PlacedFigure]
_Neighbours = tuple[tuple[StatedFigure, StatedFigure], PlacedFigure, PlacedFigure]


def exchanged(text: str, figures: Iterable[StatedFigure], named: Iterable[str]) -> Iterator[StatedFigure]:
    """Yield the figures of a text that the named sentences have in each other's place."""
    others = [
        (sentence, placed) for sentence, placed in map(placed_in, named) if len(placed) <= _MOST_FIGURES
    ]
    for pair, first, second in _neighbours(text, figures):
        between = text[first.end : second.start]
        if _TREND.search(between) or not _alike(first, second):
            continue
        if _is_exchanged(text, first, second, others):
            yield from pair


def _neighbours(text: str, figures: Iterable[StatedFigure]) -> Iterator[_Neighbours]:
    """Yield each two figures of a text that stand next to each other, and where each of them stands."""
    stated = tuple(figures)
    placed = zip(stated, placed_figures(text, stated), strict=True)
    for (one, first), (other, second) in pairwise(placed):
        yield (one, other), first, second


def misplaced(text: str, figures: Iterable[StatedFigure], named: Iterable[str]) -> Iterator[StatedFigure]:
    """Yield the counts that the named sentences have for other things, where they count these otherwise."""
    stated = list(figures)
    own = placed_figures(text, tuple(stated))
    others = [each for sentence in named for each in placed_in(sentence)[1]]
    if len(others) <= _MOST_FIGURES:
        yield from (figure for figure, each in zip(stated, own, strict=True) if _is_misplaced(each, others))


def _is_misplaced(own: PlacedFigure, others: list[PlacedFigure]) -> bool:
    if len(own.numbers) != 1 or not own.is_count or not own.counted:
        return False
    same = [each for each in others if stands_in(own.numbers[0], each.numbers)]
    if not same or any(not each.counted or each.counted & own.counted for each in same):
        return False
    return any(each.is_count and each.counted & own.counted for each in others)


def repeated(text: str, figures: Iterable[StatedFigure], named: Iterable[str]) -> Iterator[StatedFigure]:
    """Yield the figures that a text has for more things than the named sentences do.

    As in `14个数据集和14种方法` for "14 datasets and 11 methods".
    """
    stated = list(figures)
    own = placed_figures(text, tuple(stated))
    others = [each for sentence in named for each in placed_in(sentence)[1]]
    if max(len(own), len(others)) > _MOST_FIGURES:
        return
    for figure, each in zip(stated, own, strict=True):
        if len(each.numbers) != 1:
            continue
        things = [one for one in own if one.numbers == each.numbers and (one is each or _differ(one, each))]
        same = [other for other in others if stands_in(each.numbers[0], other.numbers)]
        if 0 < len(same) < len(things):
            yield figure


def _differ(one: PlacedFigure, other: PlacedFigure) -> bool:
    return (one.after or one.before).isdisjoint(other.after or other.before)


_OF_WHOLE = re.compile(
    r"[，,；;]?\s?(?:其中|of (?:which|these|them|whom)|among (?:which|these|them))\W{0,2}\s?(?:有|约|the\s)?$"
)
_AMONG = re.compile(r"中[，,]|\bout of\b|\bamong\b")
_OF = re.compile(r"\s?(?:out of|of)\s?(?:the\s)?")
_LONGEST_WHOLE = 30


def exceeding_wholes(text: str, figures: Iterable[StatedFigure]) -> Iterator[StatedFigure]:
    """Yield both counts where a part is more than its whole.

    As in `40个位点，其中90个`, `在10个任务中，它在16个任务上领先` or `19 of 17`.
    """
    for pair, first, second in _neighbours(text, figures):
        if len(first.numbers) != 1 or len(second.numbers) != 1 or not (first.is_count and second.is_count):
            continue
        if _exceeds(text[first.end : second.start], first, second):
            yield from pair


def _exceeds(between: str, first: PlacedFigure, second: PlacedFigure) -> bool:
    if len(between) > _LONGEST_WHOLE:
        return False
    if first.numbers[0].value > second.numbers[0].value:
        return bool(_OF.fullmatch(between))
    is_less = first.numbers[0].value < second.numbers[0].value
    are_alike = bool(first.counted & second.counted and _AMONG.search(between))
    return is_less and (are_alike or bool(_OF_WHOLE.search(between)))


_COUNTER = re.compile(r"[个种项例名张份次条组株](?!月|百?分点|点|标准差|单位|数量级|小时|星期|SD|σ)")


def fractions_of_things(text: str, figures: Iterable[StatedFigure]) -> Iterator[StatedFigure]:
    """Yield what counts a fraction of a thing, as in `0.97个样本`."""
    stated = list(figures)
    own = placed_figures(text, tuple(stated))
    for figure, each in zip(stated, own, strict=True):
        is_fraction = all(number.kind is Kind.PLAIN and number.step < 1 for number in each.numbers)
        if is_fraction and each.counted and _COUNTER.match(text[each.end :]):
            yield figure


def turned_fractions(text: str, figures: Iterable[StatedFigure]) -> Iterator[StatedFigure]:
    """Yield both numbers of a fraction whose lower one is one, as in `14/1`."""
    for pair, first, second in _neighbours(text, figures):
        is_fraction = text[first.end : second.start] == "/" and not _ANOTHER.match(text, second.end)
        are_counts = first.is_count and second.is_count and len(first.numbers) == len(second.numbers) == 1
        if is_fraction and are_counts and first.numbers[0].value > second.numbers[0].value == 1:
            yield from pair


_ANOTHER = re.compile(r"\s?[/:-]")
_RISING = re.compile(r"[，,；;]?[^0-9，,；;。]{0,8}?(?P<way>提升|提高|增加|增至|升|降低|下降|减少|降)[至到]")
_LONGEST_TREND = 14


def turned_trends(text: str, figures: Iterable[StatedFigure]) -> Iterator[StatedFigure]:
    """Yield both figures where one of the same measure rises to a smaller or falls to a greater one.

    As in `F1达0.86，微调后提升至0.82`.
    """
    for pair, first, second in _neighbours(text, figures):
        between = text[first.end : second.start]
        trend = _RISING.fullmatch(between) if len(between) <= _LONGEST_TREND else None
        if trend is None or len(first.numbers) != 1 or not _alike(first, second) or spoken_of(between):
            continue
        is_rise = first.numbers[0].value < second.numbers[0].value
        if is_rise == (trend["way"][0] in "降减下"):
            yield from pair


_CHANGING = re.compile(r"[^0-9，,；;。、]{0,8}?(?:[至到为]\s?约?|→|->)-?|\s?(?:→|->|to)\s?-?")
_CHANGED = re.compile(r"[^0-9,;.]{0,25}?(?:\bto|→|->|\\to)[^0-9,;.]{0,12}")


def turned_changes(
    text: str, figures: Iterable[StatedFigure], named: Iterable[str]
) -> Iterator[StatedFigure]:
    """Yield both figures where a text has something change from one to the other, and the sentences back.

    As in `从0.82提升至0.86` for "drops from 0.86 to 0.82".
    """
    others = [change for sentence in named for change in _changes_in(*placed_in(sentence))]
    for pair, first, second in _neighbours(text, figures):
        if not _CHANGING.fullmatch(text, first.end, second.start) or not _alike(first, second):
            continue
        straight = any(_fits(first, one) and _fits(second, two) for one, two in others)
        if not straight and any(_fits(second, one) and _fits(first, two) for one, two in others):
            yield from pair


def _changes_in(
    sentence: str, placed: tuple[PlacedFigure, ...]
) -> Iterator[tuple[PlacedFigure, PlacedFigure]]:
    for one, two in pairwise(placed):
        if _CHANGED.fullmatch(sentence, one.end, two.start):
            yield one, two


_COMPARED = re.compile(
    r"[，,（(]?(?:仍|均|且|也)?(?:远远|远|显著|明显|大幅|大大)?(?:(?P<less>低于|小于|少于|不及)|(?P<more>高于|大于|多于|超过|超出|远超))"
    r"[^，,；;。0-9]{0,16}"
)
_CHANGE_BEFORE = re.compile(
    r"(?:提升|提高|增加|增长|改善|降低|下降|减少|缩短|高出|超出|快|[增升降减多少])[了约近达至多最高]*$"
)


def contradicted_comparisons(text: str, figures: Iterable[StatedFigure]) -> Iterator[StatedFigure]:
    """Yield both figures where one is told to be lower than a smaller one, or higher than a greater one.

    As in `拒绝率28%，远低于此前方法的7%`.
    """
    for pair, first, second in _neighbours(text, figures):
        compared = _COMPARED.fullmatch(text, first.end, second.start)
        if not compared or not _alike(first, second) or _CHANGE_BEFORE.search(text, 0, first.start):
            continue
        is_less = first.numbers[-1].value < second.numbers[-1].value
        if is_less != bool(compared["less"]):
            yield from pair


def _alike(first: PlacedFigure, second: PlacedFigure) -> bool:
    """Whether two figures could take each other's place: two numbers, or two ranges, of a kind."""
    kinds = [[number.kind for number in each.numbers] for each in (first, second)]
    values = [[number.value for number in each.numbers] for each in (first, second)]
    return kinds[0] == kinds[1] and values[0] != values[1]


def _fits(own: PlacedFigure, other: PlacedFigure) -> bool:
    """Whether a sentence's figure has the number of a claim's, or both ends of its range."""
    if len(own.numbers) == 1:
        return stands_in(own.numbers[0], other.numbers)
    return len(own.numbers) == len(other.numbers) and all(
        stands_in(number, [theirs]) for number, theirs in zip(own.numbers, other.numbers, strict=True)
    )


def _is_exchanged(
    text: str, first: PlacedFigure, second: PlacedFigure, others: list[tuple[str, tuple[PlacedFigure, ...]]]
) -> bool:
    """Whether two figures fit the numbers of the sentences better crosswise, or stand the other way round."""
    everywhere = [(sentence, each) for sentence, placed in others for each in placed]
    ones = [each for each in everywhere if _fits(first, each[1])]
    twos = [each for each in everywhere if _fits(second, each[1])]
    pairs = [(one, two) for one in ones for two in twos if one[1] is not two[1]]
    between = text[first.end : second.start]
    if gain := next(filter(None, _gains(first, second, pairs, is_list=bool(LISTED.fullmatch(between)))), 0):
        return gain < 0
    together = [(sentence, one, two) for (sentence, one), (other, two) in pairs if sentence is other]
    if not together or any(one.start < two.start for _, one, two in together):
        return False
    sentence, one, two = together[0]
    if LISTED.fullmatch(between):
        return True
    return not _TURNED.search(between) and not _TURNED.search(sentence[two.end : one.start])


def _gains(
    first: PlacedFigure, second: PlacedFigure, pairs: list[tuple[_InSentence, _InSentence]], *, is_list: bool
) -> Iterator[int]:
    """Yield how much better two figures fit straight than crosswise, by what tells most first."""
    apart = [] if is_list else [(one[1], two[1]) for one, two in pairs if not _is_list(*one, *two)]
    placed = [(one[1], two[1]) for one, two in pairs]
    yield _best(_crossing_both(first.names, second.names, one.names, two.names) for one, two in placed)
    yield _best(_gain(first, second, one, two) for one, two in apart)
    yield _best(_gain_of_all(first, second, one, two) for one, two in apart)
    yield _best(_crossing_both(first.around, second.around, one.around, two.around) for one, two in placed)
    yield _best(_gain_of_sentences(first, second, one[0], two[0]) for one, two in pairs)


def _is_list(sentence: str, one: PlacedFigure, other: str, two: PlacedFigure) -> bool:
    low, high = sorted([(one.start, one.end), (two.start, two.end)])
    return sentence is other and bool(LISTED.fullmatch(sentence, low[1], high[0]))


def _gain(first: PlacedFigure, second: PlacedFigure, one: PlacedFigure, two: PlacedFigure) -> int:
    """Return how much better two figures fit two numbers straight than crosswise."""
    for own, other in ((first.after, second.after), (first.before, second.before)):
        for theirs, crosswise in ((one.after, two.after), (one.before, two.before)):
            straight = len(own & theirs) + len(other & crosswise)
            if gain := straight - len(own & crosswise) - len(other & theirs):
                return gain
    return 0


def _gain_of_all(first: PlacedFigure, second: PlacedFigure, one: PlacedFigure, two: PlacedFigure) -> int:
    """Return the same by what stands on either side, as in `0.82的AUROC` for `an AUROC of 0.82`.

    What a list of both figures has beside it, as its measure, belongs to both.
    """
    return _crossing(*(each.after | each.before for each in (first, second, one, two)))


def _gain_of_sentences(first: PlacedFigure, second: PlacedFigure, one: str, two: str) -> int:
    """Return the same by what two sentences speak of, where each has one of the figures."""
    return 0 if one is two else _crossing_both(first.around, second.around, told_in(one), told_in(two))


def _crossing(
    own: frozenset[str], other: frozenset[str], theirs: frozenset[str], crosswise: frozenset[str]
) -> int:
    return len(own & theirs) + len(other & crosswise) - len(own & crosswise) - len(other & theirs)


def _crossing_both(
    own: frozenset[str], other: frozenset[str], theirs: frozenset[str], crosswise: frozenset[str]
) -> int:
    """Return the same, but nothing against them where only one of the two fits the other's place."""
    gain = _crossing(own, other, theirs, crosswise)
    return gain if gain > 0 or (own & crosswise and other & theirs) else 0


def _best(gains: Iterable[int]) -> int:
    return max(gains, default=0)
