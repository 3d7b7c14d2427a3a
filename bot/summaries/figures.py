"""Finds the figures that a text states, and their values, however they are written; pure.

A figure is a number in digits, half-width or full-width, with its decimals, magnitude (`1.6M`, `160万`,
`1.2 × 10^5`), per cent or times; a range (`10–20%`) and a deviation (`57.8 ± 0.3`) are one figure of two
numbers. A number in English or Chinese words is a figure from `LEAST_IN_WORDS` on, or with a magnitude:
smaller ones, as in "two steps" or 三类, count what the summary itself lists.

These are not figures: names with digits (GPT-4, Qwen2.5-7B, CIFAR-10, GSM8K, F1, pass@1), digits with letters
that are no unit (3D, 1st), versions of three places, dates and years, numbers of list items, tables, sections
or citations, indexes and exponents. The same holds for the paper, except that there any number in words can
support a figure, and so can the size at the end of a name, as in Qwen2.5-7B.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.numbers import get_decimal_symbol

from bot.summaries.numerals import (
    CJK_NUMERAL_SIGNS,
    ENGLISH_NUMERALS,
    Bound,
    Kind,
    Number,
    raised,
    read_cjk,
    read_digits,
    read_english,
    scaled,
)

LEAST_IN_WORDS = 5


@dataclass(frozen=True, slots=True)
class StatedFigure:
    """A figure in a text, from `start` to `end`, with all of its numbers."""

    start: int
    end: int
    text: str
    numbers: tuple[Number, ...]


def stated_figures(text: str, language: str = "en") -> list[StatedFigure]:
    """Return the figures that a text in a language (BCP 47) states, in order."""
    plain = _half_width(text)
    decimal_comma = _has_decimal_comma(language)
    found = [
        each for each in _found(plain, decimal_comma=decimal_comma) if each.is_claim and not each.is_in_name
    ]
    figures = [
        StatedFigure(
            first.start,
            last.end,
            text[first.start : last.end],
            _about(plain, first.start, last.end, numbers),
        )
        for first, last, numbers in _joined(plain, found)
    ]
    return _with_shared_units(plain, figures)


def numbers_in(sentence: str) -> list[Number]:
    """Return all numbers of a paper's sentence that can support a figure."""
    return [number for _, _, numbers in numbers_at(sentence) for number in numbers]


def numbers_at(sentence: str) -> list[tuple[int, int, tuple[Number, ...]]]:
    """Return the same with where each starts and ends."""
    plain = _half_width(sentence)
    intervals = [match.span() for match in _PERCENT_INTERVAL.finditer(plain)] if "%" in plain else []
    found = [
        (each.start, each.end, _of_kind_of_range(each.numbers, Kind.PERCENT))
        if _lies_in(each, intervals)
        else (each.start, each.end, each.numbers)
        for each in _found(plain)
    ]
    return _with_ranges(plain, found)


_PERCENT_INTERVAL = re.compile(
    r"(?<=%)\s?[(\[](?:9[0-9](?:\.[0-9])?\s?\\?%\s?(?:CI|CrI|confidence interval)\s?[:,=]?\s?)?"
    r"[0-9.]{1,6}\s?(?:[-–—,]|to)\s?[0-9.]{1,6}\s?[)\]]"
)
"""As in `90.0% (95% CI: 84.9–93.7)`: its numbers are per cent as the one before it."""


def _lies_in(found: "_Found", spans: list[tuple[int, int]]) -> bool:
    return any(start <= found.start and found.end <= end for start, end in spans)


def _of_kind_of_range(numbers: tuple[Number, ...], kind: Kind) -> tuple[Number, ...]:
    return tuple(
        replace(number, kind=kind) if number.kind is Kind.PLAIN and not number.is_of_things else number
        for number in numbers
    )


_Placed = tuple[int, int, tuple[Number, ...]]
_RANGE = re.compile(r"[-–—~〜]{1,3}|\s[-–—~〜]{1,3}\s")


def _with_ranges(plain: str, found: list[_Placed]) -> list[_Placed]:
    """Return the same with the ends of each range as one, in the unit of the second."""
    joined: list[_Placed] = []
    for start, end, numbers in found:
        before = joined[-1] if joined else None
        if before and len(before[2]) == len(numbers) == 1 and _RANGE.fullmatch(plain, before[1], start):
            low = _of_kind_of_range(before[2], numbers[0].kind)
            joined[-1] = (before[0], end, (*low, *numbers))
        else:
            joined.append((start, end, numbers))
    return joined


# --- Tokens ----------------------------------------------------------------------------------------------

_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SPACES = dict.fromkeys(map(ord, "\u00a0\u2007\u2009\u202f\u3000\t\n\r"), " ")
_SUBSCRIPTS = {ord("₀") + digit: str(digit) for digit in range(10)}
_HALF_WIDTH = str.maketrans(_WIDE | _SPACES | _SUBSCRIPTS | dict.fromkeys(map(ord, "−\u2010\u2011"), "-"))
_DASH_IN_NAME = re.compile("(?<=[A-Za-z])–(?=[0-9])")

_LETTER = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0370-\u03ff\u0400-\u04ff"

_NO_NUMERAL = rf"(?!(?i:{'|'.join(ENGLISH_NUMERALS)})\b)"
# Words are most of a text and do not matter here, so they are skipped many at a time.
_PATTERN = rf"""(?:NO_NUMERAL[{_LETTER}]++(?![-_.@]?[{_LETTER}0-9])[\s,;:()]*+)++
    | \\[A-Za-z]++                                     # a command of LaTeX's
    | (?P<name>[{_LETTER}][{_LETTER}0-9]*+(?:[-_.@]?[{_LETTER}0-9]++)*+)
    | (?P<date>[0-9]{{4}}[-/][0-9]{{1,2}}[-/][0-9]{{1,2}}(?![0-9]) | [0-9]{{4}}\.[0-9]{{5}}(?![0-9]))
    | (?P<cited>\[\s?[0-9]++(?:\s?[,;–-]\s?[0-9]++)*+\s?\]
        # a journal's, as `13(1):17–25`
        | [0-9]{{1,4}}\s?\([0-9]{{1,3}}\)\s?:\s?[0-9]{{1,6}}(?:\s?[–-]{{1,2}}\s?[0-9]{{1,6}})?+)
    | (?P<index>[_^]\s?\{{?\s?[-+]?[0-9.]++\}}?)
    | (?P<digits>(?:(?<![0-9A-Za-z])\.)?[0-9]++                 # a PDF may have `1 ,041` and `15 .3`
        (?:(?:[.,]|\{{,\}}|\s,(?=[0-9]{{3}}(?![0-9]))|\s\.(?=[0-9]))[0-9]++)*+)
    | (?P<cjk>(?:百分之)?[{CJK_NUMERAL_SIGNS}]++)
    """
_TOKEN = re.compile(_PATTERN.replace("NO_NUMERAL", _NO_NUMERAL), re.VERBOSE)
_TOKEN_AMONG_SIGNS = re.compile(_PATTERN.replace("NO_NUMERAL", ""), re.VERBOSE)
"""For a text without numbers in words: searching for these at each word takes most of the time."""

_SIGN = re.compile(f"[0-9{CJK_NUMERAL_SIGNS}]")
_WORD = re.compile("[a-z]+")
_NUMERALS = frozenset(ENGLISH_NUMERALS)
_SPACED_THOUSANDS = re.compile(r"[0-9]{1,3}(?: [0-9]{3}(?![0-9]))+(?:,[0-9]+)?")


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    end: int
    numbers: tuple[Number, ...]
    is_claim: bool = True
    is_in_name: bool = False


def _found(plain: str, *, decimal_comma: bool = False) -> Iterator[_Found]:
    """Yield everything with a numeric value."""
    has_numerals = not _NUMERALS.isdisjoint(_WORD.findall(plain.lower()))
    if not has_numerals and not _SIGN.search(plain):
        return
    pattern, place = _TOKEN if has_numerals else _TOKEN_AMONG_SIGNS, 0
    while token := pattern.search(plain, place):
        place = token.end()
        match token.lastgroup:
            case "digits":
                found = _of_digits(plain, token, decimal_comma=decimal_comma)
            case "name":
                found = _of_word(plain, token) or _of_name(token)
            case "cjk":
                found = _of_cjk(plain, token)
            case _:
                found = None
        if found is not None:
            place = max(place, found.end)
            yield found


def _of_digits(plain: str, token: re.Match[str], *, decimal_comma: bool) -> _Found | None:
    start, end, written = token.start(), token.end(), token["digits"]
    if decimal_comma and (spaced := _SPACED_THOUSANDS.match(plain, start)):
        end, written = spaced.end(), spaced[0]
    numbers = read_digits(written, decimal_comma=decimal_comma)
    if not numbers or _is_a_reference(plain, start, end) or _is_an_item(plain, start, end):
        return None
    if (of_power := _POWER.match(plain, end)) and written == "10":
        numbers = tuple(filter(None, [raised(numbers[0], _exponent(of_power))]))
        end = of_power.end()
    *others, last = numbers or (None,)
    if last is None:
        return None
    last, end = _with_power_of_ten(plain, last, end)
    with_unit = _with_unit(plain, last, end)
    if with_unit is None or _is_in_time(plain, start, end, with_unit[0]):
        return None
    last, end = with_unit
    return _Found(start, end, (*filter(None, others), _of_what_follows(plain, last, end)))


def _of_what_follows(plain: str, number: Number, end: int) -> Number:
    """Return a whole number without a unit as one of things where a word for them follows."""
    if number.kind is not Kind.PLAIN or number.step < 1:
        return number
    start = end + plain.startswith("-", end)
    return replace(number, is_of_things=bool(_COUNTED.match(plain, start)))


_ONE_OF = re.compile(r"\s(?:of|or)\s")
"""As in one of the first, one or more: it counts nothing."""


def _of_word(plain: str, token: re.Match[str]) -> _Found | None:
    word = token["name"].lower()
    number = read_english(word)
    if number is None or (word == "one" and _ONE_OF.match(plain, token.end())):
        return None
    with_unit = _with_unit(plain, number, token.end())
    scaled_number, end = with_unit or (number, token.end())
    has_magnitude = scaled_number.value > number.value
    is_claim = number.kind is Kind.PLAIN and (number.value >= LEAST_IN_WORDS or has_magnitude)
    return _Found(token.start(), end, (_of_what_follows(plain, scaled_number, end),), is_claim=is_claim)


def _of_cjk(plain: str, token: re.Match[str]) -> _Found | None:
    signs = token["cjk"].removeprefix("百分之")
    is_percent = signs != token["cjk"]
    number = read_cjk(signs)
    before = plain[max(0, token.start() - 1) : token.start()]
    if number is None or before in _VAGUE_BEFORE or not (is_percent or _COUNTER.match(plain, token.end())):
        return None
    if _IN_PAIRS.fullmatch(signs) or _is_of_fraction(plain, token):
        return None
    if is_percent:
        return _Found(token.start(), token.end(), (replace(number, kind=Kind.PERCENT),))
    scaled_number, end = _with_unit(plain, number, token.end()) or (number, token.end())
    is_claim = scaled_number.value >= LEAST_IN_WORDS
    return _Found(token.start(), end, (scaled_number,), is_claim=is_claim)


def _is_of_fraction(plain: str, token: re.Match[str]) -> bool:
    """Whether a number is a part of `五分之一`, which counts nothing."""
    return plain.startswith("分之", token.end()) or plain.endswith("分之", 0, token.start())


_SIZE = re.compile(r"(?<=[-_])([0-9]+(?:\.[0-9]+)?)([BMKbk])(?![A-Za-z0-9])")


def _of_name(token: re.Match[str]) -> _Found | None:
    """Return the sizes in a name, which can support a figure but are none."""
    sizes = tuple(
        scaled(number, _MAGNITUDES[size[2]])
        for size in _SIZE.finditer(token["name"])
        for number in read_digits(size[1])
    )
    return _Found(token.start(), token.end(), sizes, is_in_name=True) if sizes else None


# --- What is none ----------------------------------------------------------------------------------------

_REFERENCE = re.compile(
    r"(?:\b(?:tables?|tab\.|figures?|figs?\.?|sections?|secs?\.?|eqs?\.?|equations?|appendix|algorithms?"
    r"|theorems?|lemmas?|chapters?|steps?|stages?|phases?|abbildung|tabelle|abschnitt|tableau|section|figura"
    r"|tabla|sección|étape|schritt|paso)\s?~?\(?|第\s?|[表图圖]\s?)$",
    re.IGNORECASE,
)
_ITEM_END = re.compile(r"[)）](?!\s*[,.;])|[.、]\s?(?![0-9])")
_ITEM_BEFORE = re.compile(r"(?:^|[\u4e00-\u9fff]\s|[:：。;；!?！？.,，(（]\s*|\band |和|及|与)$")
_VAGUE_BEFORE = frozenset("数几上第")
_IN_PAIRS = re.compile("(?:一一|两两|三三)+")
_LONGEST_BEFORE = 14
_LONGEST_ITEM = 2
_BRACKET_REACH = 120

_FIRST_YEAR, _LAST_YEAR, _YEAR_DIGITS = 1980, 2039, 4


@cache
def _months() -> frozenset[str]:
    """Return the names of months in some languages; at the first use, as Babel reads 8 MB for them."""
    return frozenset(
        name.casefold()
        for tag in ("en", "de", "fr", "es")
        for width in ("wide", "abbreviated")
        for name in Locale(tag).months["format"][width].values()
    )


_DAY = re.compile(r"\s?[年月日号日]|(?:st|nd|rd|th)?\.?\s(?:de\s|of\s)?([^\W\d_]{3,10}\.?)(?:\W|$)")
_WORD_BEFORE = re.compile(r"([^\W\d_]{3,10}\.?)\s?$")
_COUNTED = re.compile(
    r"\s?(?!(?:and|or|by|the|in|to|on|with|for|as|is|was|per|out|from|fold|times|versus)\b)[a-z]{3,}"
)
_COUNTER_AFTER = re.compile(
    r"\s?(?:[个種种项類类张張篇条條次步组組对對份名位帧轮层維维小步]|词元|样本|token)"
)


def _is_a_reference(plain: str, start: int, end: int) -> bool:
    """Whether a number only refers to a table, a section or a step, or is an ordinal."""
    return end - start <= _LONGEST_ITEM + 2 and bool(
        _REFERENCE.search(plain[max(0, start - _LONGEST_BEFORE) : start])
    )


def _is_an_item(plain: str, start: int, end: int) -> bool:
    """Whether a number counts list items, as in `1)`, `(2)` or `3.`, and closes no bracket."""
    if end - start > _LONGEST_ITEM or not (mark := _ITEM_END.match(plain, end)):
        return False
    before = plain[max(0, start - _BRACKET_REACH) : start]
    if mark[0][0] in ")）":
        opened = before.count("(") - before.count(")")
        return opened <= 0 or before.endswith("(")
    return end < len(plain) and mark.end() > end + 1 and bool(_ITEM_BEFORE.search(before))


def _is_in_time(plain: str, start: int, end: int, number: Number) -> bool:
    """Whether a whole number is a year, or a day or month of a date."""
    is_whole = number.step == 1 and number.kind is Kind.PLAIN
    if not is_whole or number.bound is not Bound.NONE or "," in plain[start:end]:
        return False
    before = _WORD_BEFORE.search(plain[max(0, start - _LONGEST_BEFORE) : start])
    after = _DAY.match(plain, end)
    if end - start <= _LONGEST_ITEM and before and before[1].casefold() in _months():
        return True
    if after and (after[1] is None or after[1].casefold() in _months()):
        return end - start <= _LONGEST_ITEM or end - start == _YEAR_DIGITS
    if end - start != _YEAR_DIGITS or not _FIRST_YEAR <= number.value <= _LAST_YEAR:
        return False
    return not (_COUNTED.match(plain, end) or _COUNTER_AFTER.match(plain, end))


# --- Magnitudes and units --------------------------------------------------------------------------------

_MAGNITUDES = {
    name: Decimal(10) ** power
    for power, names in {
        2: "hundred hundreds 百 백",
        3: "k K thousand thousands tausend mille mil 千 천",
        4: "万 萬 만",
        5: "十万",
        6: "M mn million millions mio mio. millionen millones millón 百万",
        7: "千万",
        8: "亿 億 억",
        9: "B b bn billion billions mrd mrd. milliarden milliarde milliards milliard 十亿",
        10: "百亿",
        11: "千亿",
        12: "T trillion trillions 万亿 兆 조",
    }.items()
    for name in names.split()
}
_WORDS_OF_MAGNITUDE = "|".join(
    re.escape(name) for name in sorted(_MAGNITUDES, key=len, reverse=True) if len(name) > 1
)
_MAGNITUDE = re.compile(
    rf"(?P<letter>[kKMBbT])(?![{_LETTER}0-9])|\s(?P<apart>[KMB])(?![{_LETTER}0-9])"
    rf"|[\s-]?(?P<word>(?i:{_WORDS_OF_MAGNITUDE}))(?![{_LETTER}])|\s?(?P<sign>[百千万萬亿億兆백천만억조](?!分[点點]))"
)
_SMALLER_MYRIADS = re.compile(r"\s?([0-9]{1,4})\s?([万萬만])")
_POWER = re.compile(r"\s?(?:\^\s?\{?\s?(?P<plain>[-+]?[0-9]{1,3})(?:\s?\})?|(?P<raised>[⁻⁺]?[⁰¹²³⁴-⁹]{1,3}))")
_TIMES_TEN = re.compile(r"\s?(?:×|x|\*|\\times|\\cdot|·)\s?10(?=\s?[\^⁰¹²³⁴-⁹⁻])|[eE](?=[-+]?[0-9])")
_E_POWER = re.compile(r"(?P<plain>[-+]?[0-9]{1,3})")
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")

_PERCENT = re.compile(
    r"\}?\s?(?:\\?%|percent\b|per cent\b|パーセント|퍼센트|prozent\b|pour cent\b|por ciento\b)",
    re.IGNORECASE,
)
_POINTS = re.compile(
    r"\}?[\s-]?(?:(?:\\?%|percent(?:age)?)?[\s-]?points?\b(?!\s(?:clouds?|sets?|estimat))|\\?%p\b|pp\b|p\.p\.|pts?\b"
    r"|\\?%\s?(?:\(?absolute|abs\.)|个?百分点|個百分點|个点(?!云)|ポイント|퍼센트포인트|prozentpunkte?n?\b"
    r"|points? de pourcentage|puntos? porcentuales)",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"\s?(?:[余餘多](?=\s?(?:[A-Za-z万萬亿億千百个個种種项項类類倍条條张張篇名位次天年小人家款份组組段套门國国件场場对對幅所座％%"
    r",，.。、；;:：)）]|$))|\+(?!\s?[0-9+]))"
)
_SPAN_AFTER = re.compile(
    r"\s?(?:[个個种種项項类類倍条條张張篇名位次天年%％人]|小时|分钟)?\s?(?P<above>以上|or more\b|or higher\b)"
)
_MULTIPLE = re.compile(
    rf"\}}?\s?(?:[xX](?![{_LETTER}0-9])|(?:×|\\times)(?!\s?[0-9])|-?fold\b|times\b|倍|배"
    r"|-?fache?[rn]?\b|fois\b|veces\b)"
)
_UNITS = frozenset(
    "s ms us µs μs ns h hr m mm cm km nm px gb mb kb tb gib mib hz khz mhz ghz w kw v a j db bp pp pt g "
    "kg mg l min sec fps hrs usd eur x".split()
)
_GLUED = re.compile(rf"[{_LETTER}µ]{{1,3}}(?![{_LETTER}])")
_LONGEST_NAME = 2
_COUNTER = re.compile(
    r"[百千万亿]?\s?[余多]?(?:个|個|种|種|项|項|类|類|层|層|次|步|倍|组|組|张|張|篇|条|條|轮|輪|阶|阶段|大|维|維"
    r"|对|對|份|名|位|帧|款|套|方面|部分|分之|小时|分钟|秒|天|年|つの|件|段|枚|人|道|点|家|门|国|亿|万)"
)


_UNITS_OF_KINDS = ((Kind.POINTS, _POINTS), (Kind.PERCENT, _PERCENT), (Kind.MULTIPLE, _MULTIPLE))


def _with_more(plain: str, number: Number, end: int) -> tuple[Number, int]:
    """Include what says that there are more, as in `9万多`, `100余个` and `300+`."""
    more = _MORE.match(plain, end)
    return (_bounded(number, Bound.ABOVE), more.end()) if more else (number, end)


def _bounded(number: Number, bound: Bound) -> Number:
    return replace(number, bound=bound, other=_bounded(number.other, bound) if number.other else None)


def _with_power_of_ten(plain: str, number: Number, end: int) -> tuple[Number, int]:
    """Include a power of ten that follows, as in `1.2 × 10^5` or `2e-5`."""
    times = _TIMES_TEN.match(plain, end)
    if times is None:
        return number, end
    pattern = _E_POWER if times[0] in "eE" else _POWER
    power = pattern.match(plain, times.end())
    factor = raised(Number(Decimal(10), Decimal(1)), _exponent(power)) if power else None
    return (scaled(number, factor.value), power.end()) if power and factor else (number, end)


def _exponent(power: re.Match[str]) -> int:
    return int((power["plain"] or power["raised"]).translate(_RAISED))


def _with_unit(plain: str, number: Number, end: int) -> tuple[Number, int] | None:
    """Include the magnitude and the unit that follow; `None` where other letters follow."""
    number, end = _with_more(plain, number, end)
    while magnitude := _MAGNITUDE.match(plain, end):
        number = scaled(number, _MAGNITUDES[_magnitude_name(magnitude)])
        end = magnitude.end()
        if magnitude["sign"] and (smaller := _SMALLER_MYRIADS.match(plain, end)):
            number = replace(number, value=number.value + int(smaller[1]) * 10**4, step=Decimal(10**4))
            end = smaller.end()
        number, end = _with_more(plain, number, end)
    for kind, pattern in _UNITS_OF_KINDS:
        if unit := pattern.match(plain, end):
            return _with_more(plain, _of_unit(number, kind, unit[0]), unit.end())
    glued = _GLUED.match(plain, end)
    if glued and len(glued[0]) <= _LONGEST_NAME and glued[0].lower() not in _UNITS:
        return None
    return number, glued.end() if glued and glued[0].lower() in _UNITS else end


def _of_unit(number: Number, kind: Kind, unit: str) -> Number:
    """Return a number with its unit; a per cent that is called absolute is points, and may stay per cent."""
    other = _of_kind(number, Kind.PERCENT) if "abs" in unit.casefold() else None
    with_unit = _of_kind(number, kind)
    return replace(with_unit, other=other) if other else with_unit


def _magnitude_name(magnitude: re.Match[str]) -> str:
    word = magnitude["word"]
    return word.lower() if word else magnitude["letter"] or magnitude["apart"] or magnitude["sign"]


def _of_kind(number: Number, kind: Kind) -> Number:
    return replace(number, kind=kind, other=_of_kind(number.other, kind) if number.other else None)


# --- Together --------------------------------------------------------------------------------------------

_BETWEEN = re.compile(r"(?:[-–—~〜]|\s(?:[-–—~〜])\s)|\s?(?:±|\\pm|\\sim|\+/-|至|到)\s?")


def _joined(plain: str, found: Iterable[_Found]) -> Iterator[tuple[_Found, _Found, tuple[Number, ...]]]:
    """Yield figures, with ranges and deviations joined; the first number of `1–3万` may count in 万 too."""
    run: list[_Found] = []
    for each in found:
        if run and not _BETWEEN.fullmatch(plain, run[-1].end, each.start):
            yield run[0], run[-1], _numbers_of(run)
            run = []
        run.append(each)
    if run:
        yield run[0], run[-1], _numbers_of(run)


def _numbers_of(run: list[_Found]) -> tuple[Number, ...]:
    numbers = [number for found in run for number in found.numbers]
    last = numbers[-1]
    magnitude = max(last.step, Decimal(1))
    if magnitude == 1:
        return _sharing(tuple(numbers), last)
    return tuple(
        replace(number, other=scaled(number, magnitude))
        if number.step <= 1 and number.other is None
        else number
        for number in numbers
    )


_SHARING = re.compile(
    r"(?:\s|[/→]|至|到|和|与|提升|提高|增加|增长|上升|升|降低|下降|减少|降|\b(?:and|or|to|vs\.?|versus)\b|->)*"
)
_UNITS_SHARED = frozenset({Kind.PERCENT, Kind.POINTS, Kind.MULTIPLE})


def _with_shared_units(plain: str, figures: list[StatedFigure]) -> list[StatedFigure]:
    """Let a figure without a unit be read with the next one's too, as in `from 45.2 to 67.8%`."""
    done: list[StatedFigure] = []
    following: StatedFigure | None = None
    for figure in reversed(figures):
        if following and _SHARING.fullmatch(plain, figure.end, following.start):
            numbers = _sharing(figure.numbers, following.numbers[-1])
            figure = replace(figure, numbers=numbers)  # noqa: PLW2901 -- the same with another reading
        done.append(figure)
        following = figure
    return done[::-1]


def _sharing(numbers: tuple[Number, ...], following: Number) -> tuple[Number, ...]:
    kind = next((each.kind for each in following.readings if each.kind in _UNITS_SHARED), None)
    if kind is None:
        return numbers
    return tuple(
        replace(number, other=replace(number, kind=kind))
        if number.kind is Kind.PLAIN and number.other is None
        else number
        for number in numbers
    )


_ABOUT = re.compile(
    r"(?:[~≈∼]|\\sim|\\approx|约|約|大约|左右|およそ|ほぼ|약"
    r"|\b(?:about|around|approximately|approx\.?|roughly|circa|ca\.|some|etwa|rund"
    r"|environ|près de|cerca de|unos|alrededor de))\s?$",
    re.IGNORECASE,
)
_ABOVE = re.compile(
    r"(?:>|≥|\\geq?|超过|超過|超|逾|突破|至少|不少于|不低于|以上"
    r"|\b(?:over|more than|above|exceed(?:s|ed|ing)?|surpass(?:es|ed|ing)?|at least|no fewer than"
    r"|no less than|beyond"
    r"|über|mehr als|mindestens|plus de|au moins|más de|al menos))\s?$",
    re.IGNORECASE,
)
_BELOW = re.compile(
    r"(?:<|≤|\\leq?|接近|将近|近|不到|不足|至多|最多|不超过|高达|多达|达|거의"
    r"|\b(?:nearly|almost|close to|approaching|under|less than|fewer than|below|at most|up to|as many as"
    r"|as much as"
    r"|fast|knapp|bis zu|presque|jusqu'à|casi|hasta))\s?$",
    re.IGNORECASE,
)


def _about(plain: str, start: int, end: int, numbers: tuple[Number, ...]) -> tuple[Number, ...]:
    """Return the numbers with what the words around them say of their precision."""
    before = plain[max(0, start - _LONGEST_BEFORE) : start]
    if _ABOUT.search(before):
        return tuple(replace(number, is_about=True) for number in numbers)
    if _BELOW.search(before):
        return tuple(_bounded(number, Bound.BELOW) for number in numbers)
    if _ABOVE.search(before) or _SPAN_AFTER.match(plain, end):
        return tuple(_bounded(number, Bound.ABOVE) for number in numbers)
    return numbers


def _half_width(text: str) -> str:
    """Return the text with full-width characters as half-width ones, at unchanged positions."""
    return _DASH_IN_NAME.sub("-", text.translate(_HALF_WIDTH))


def _has_decimal_comma(language: str) -> bool:
    try:
        return get_decimal_symbol(Locale.parse(language, sep="-")) == ","
    except (ValueError, UnknownLocaleError):
        return False
