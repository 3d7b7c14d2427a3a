"""Days and periods as people type them, in English and Chinese; pure.

What may be something else is none: `may`, `sun` and `2025` are words and numbers until something beside
them says that they are dates. Of days without a year, and of weekdays, the latest one that has begun is
meant. A week begins on Monday.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import TypeVar

from babel import Locale

from bot.text.typed import plain_value, read_date

Period = tuple[date, date]
"""The first and the last day."""

FIRST_YEAR = 1900
"""The first year that is read."""

_LAST_YEAR = 9998

_T = TypeVar("_T")
_Parts = Mapping[str, str]
_Rules = Iterable[tuple[str, Callable[[_Parts, date], _T | None]]]

_DAYS_AGO = {
    **dict.fromkeys(["today", "今天", "今日"], 0),
    **dict.fromkeys(["yesterday", "昨天", "昨日"], 1),
    **dict.fromkeys(["day before yesterday", "前天", "前日"], 2),
    "大前天": 3,
}

_UNITS = {
    **dict.fromkeys(["day", "天", "日"], "day"),
    **dict.fromkeys(["week", "周", "星期", "礼拜"], "week"),
    **dict.fromkeys(["month", "月"], "month"),
    **dict.fromkeys(["year", "年"], "year"),
}

_BACK = {
    **dict.fromkeys(["this", "本", "这", "今"], 0),
    **dict.fromkeys(["last", "previous", "上", "去"], 1),
    **dict.fromkeys(["上上", "前"], 2),
}
"""How many weeks, months or years ago."""

_ENGLISH_NUMBERS = {
    word: number
    for number, words in enumerate("a/an/one two three four five six seven eight nine ten".split(), 1)
    for word in words.split("/")
}
_CHINESE_DIGITS = {"": 0, "两": 2} | {digit: number for number, digit in enumerate("一二三四五六七八九", 1)}
_CHINESE_WEEKDAYS = {"天": 6} | {name: number for number, name in enumerate("一二三四五六日")}

# Beside those of CLDR, and those that are words as well.
_MORE_MONTHS = {"sept": 9}
_MORE_WEEKDAYS = {"tues": 1, "weds": 2, "thur": 3, "thurs": 3}
_OTHER_WORDS = frozenset({"may", "march"})

_LAST_MONTH = 12
_FEBRUARIES = 9
"""Among this many years in a row there is a 29th of February."""

_NAME = r"(?P<name>[a-z]{3,9})\.?"
_DAY = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>[12][0-9]{3})"
_CHINESE = "[一二三四五六七八九十]"
_CHINESE_MONTH = rf"(?:(?P<year>[12][0-9]{{3}}|[今去前])年的?\s*)?(?P<month>[0-9]{{1,2}}|{_CHINESE}{{1,2}})月"
_CHINESE_DAY = rf"(?P<day>[0-9]{{1,2}}|{_CHINESE}{{1,3}})[日号號]"
_NUMBER = rf"(?P<number>[0-9]{{1,3}}|{'|'.join(_ENGLISH_NUMBERS)})"
_CHINESE_NUMBER = r"(?P<number>[0-9]{1,3}|[一二三四五六七八九两十]{1,3})"

_RANGE = re.compile(
    r"(?:from |从)?(?P<first>.+?)(?: (?:to|until|till|through|-) | ?(?:~|到|至|\.\.) ?)(?P<last>.+)"
)


def read_day(text: str, today: date) -> date | None:
    """Read a day such as `last friday`, `三天前`, `9/29`, `Sep 29` or `2025-09-29`; `None` for anything else.

    `9/29` is the 29th of September. What the calendar lacks is `None`, too.
    """
    value = _value(text)
    try:
        day = read_date(value) or _days_ago(value, today) or _found(_DAY_RULES, value, today)
    except (ValueError, OverflowError):
        return None
    return day if day and _are_read(day) else None


def read_period(text: str, today: date) -> Period | None:
    """Read a day or a period such as `last week`, `in 2025`, `九月` or `2025-09`; `None` for anything else.

    A year, `may`, and a month or a weekday by its short name need something beside them: `in may`.
    """
    value = _value(text)
    if day := read_day(value, today):
        return day, day
    try:
        period = _found(_PERIOD_RULES, value, today)
    except (ValueError, OverflowError):
        return None
    if period:
        return period if _are_read(*period) else None
    return _range(value, today)


def _value(text: str) -> str:
    return plain_value(text).casefold().removeprefix("the ").removesuffix("的")


def _are_read(*days: date) -> bool:
    return all(FIRST_YEAR <= day.year <= _LAST_YEAR for day in days)


def _found(rules: _Rules[_T], value: str, today: date) -> _T | None:
    for pattern, read in rules:
        if match := re.fullmatch(pattern, value):
            return read(match.groupdict(""), today)
    return None


def _range(value: str, today: date) -> Period | None:
    match = _RANGE.fullmatch(value)
    # A day may be written with what stands between two days, but two ranges are none.
    if match is None or any(_RANGE.fullmatch(piece) for piece in match.groups()):
        return None
    first, last = (read_period(piece, today) for piece in match.groups())
    return (first[0], last[1]) if first and last and first[0] <= last[1] else None


def _days_ago(value: str, today: date) -> date | None:
    days = _DAYS_AGO.get(value)
    return None if days is None else today - timedelta(days=days)


def _some_time_ago(said: _Parts, today: date) -> date:
    unit = timedelta(weeks=1) if _UNITS[said["unit"]] == "week" else timedelta(days=1)
    return today - _number(said["number"]) * unit


def _english_weekday(said: _Parts, today: date) -> date | None:
    weekday = _weekdays().get(said["name"])
    is_short = not said["name"].endswith("day")
    if weekday is None or (is_short and not said["which"]):
        return None
    if said["which"] == "this":
        return _monday(today) + timedelta(days=weekday)
    return _latest_weekday(weekday, today - timedelta(days=said["which"] == "last"))


def _english_weekday_of_last_week(said: _Parts, today: date) -> date | None:
    weekday = _weekdays().get(said["name"])
    return None if weekday is None else _monday(today) + timedelta(days=weekday, weeks=-1)


def _chinese_weekday(said: _Parts, today: date) -> date:
    weekday = _CHINESE_WEEKDAYS[said["name"]]
    if not said["which"]:
        return _latest_weekday(weekday, today)
    return _monday(today) + timedelta(days=weekday, weeks=-_BACK[said["which"]])


def _day_of_month(said: _Parts, today: date) -> date | None:
    month = _month(said)
    if month is None:
        return None
    if said.get("year"):
        return date(_year(said["year"], today), month, _number(said["day"]))
    return _latest_day(month, _number(said["day"]), today)


def _current(said: _Parts, today: date) -> Period:
    """Return this or an earlier week, month or year."""
    unit, back = _UNITS[said["unit"]], _BACK[said["which"]]
    if unit == "week":
        monday = _monday(today) - timedelta(weeks=back)
        return monday, monday + timedelta(days=6)
    if unit == "month":
        first = _months_before(today.replace(day=1), back)
        return _whole_month(first.year, first.month)
    return _whole_year(today.year - back)


def _past(said: _Parts, today: date) -> Period:
    """Return the days, weeks, months or years up to today."""
    unit, number = _UNITS[said["unit"]], _number(said["number"] or "1")
    if unit in {"day", "week"}:
        first = today - number * timedelta(days=1 if unit == "day" else 7)
    else:
        first = _months_before(today, number * (1 if unit == "month" else _LAST_MONTH))
    return first + timedelta(days=1), today


def _period_of_month(said: _Parts, today: date) -> Period | None:
    month = _month(said)
    if month is None or not _is_surely_a_month(said):
        return None
    year = _year(said["year"], today) if said.get("year") else today.year - (month > today.month)
    return _whole_month(year, month)


def _is_surely_a_month(said: _Parts) -> bool:
    """Tell whether a month is named by its number, with a year or `in` beside it, or by a whole name."""
    name = said.get("name")
    if not name or said["before"] or said["year"]:
        return True
    return name in _whole_names() and name not in _OTHER_WORDS


def _period_of_year(said: _Parts, _today: date) -> Period:
    return _whole_year(int(said["year"]))


def _month(said: _Parts) -> int | None:
    return _months().get(said["name"]) if "name" in said else _number(said["month"])


def _year(text: str, today: date) -> int:
    return today.year - _BACK[text] if text in _BACK else int(text)


def _number(text: str) -> int:
    """Read a number in digits, an English one up to ten or a Chinese one up to 99; raises ValueError."""
    if text in _ENGLISH_NUMBERS:
        return _ENGLISH_NUMBERS[text]
    if text.isdecimal():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    if not {tens, ones} <= _CHINESE_DIGITS.keys():
        raise ValueError(text)
    return (_CHINESE_DIGITS[tens] or 1) * 10 * bool(ten) + _CHINESE_DIGITS[ones]


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _latest_weekday(weekday: int, day: date) -> date:
    return day - timedelta(days=(day.weekday() - weekday) % 7)


def _latest_day(month: int, day: int, today: date) -> date | None:
    """Return the latest such day until today; `None` where no year has it."""
    for year in range(today.year, today.year - _FEBRUARIES, -1):
        if 1 <= month <= _LAST_MONTH and 1 <= day <= monthrange(year, month)[1]:
            found = date(year, month, day)
            if found <= today:
                return found
    return None


def _months_before(day: date, months: int) -> date:
    """Return the same day of an earlier month, or that month's last day where it is shorter."""
    year, month = divmod(day.year * _LAST_MONTH + day.month - 1 - months, _LAST_MONTH)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _whole_month(year: int, month: int) -> Period:
    first = date(year, month, 1)
    return first, date(year, month, monthrange(year, month)[1])


def _whole_year(year: int) -> Period:
    return date(year, 1, 1), date(year, _LAST_MONTH, 31)


@lru_cache(maxsize=1)
def _months() -> Mapping[str, int]:
    return _english_names(Locale("en").months) | _MORE_MONTHS


@lru_cache(maxsize=1)
def _weekdays() -> Mapping[str, int]:
    return _english_names(Locale("en").days) | _MORE_WEEKDAYS


@lru_cache(maxsize=1)
def _whole_names() -> frozenset[str]:
    return frozenset(name.casefold() for name in Locale("en").months["format"]["wide"].values())


def _english_names(names: Mapping[str, Mapping[str, Mapping[int, str]]]) -> dict[str, int]:
    return {
        name.casefold(): number
        for width in ("abbreviated", "wide")
        for number, name in names["format"][width].items()
    }


_DAY_RULES: _Rules[date] = (
    (rf"{_NUMBER} (?P<unit>day|week)s? ago", _some_time_ago),
    (rf"{_CHINESE_NUMBER} ?个?(?P<unit>天|日|周|星期|礼拜)[之以]?前", _some_time_ago),
    (rf"(?:(?P<which>this|last|on) )?{_NAME}", _english_weekday),
    (rf"{_NAME} last week", _english_weekday_of_last_week),
    (r"(?P<which>上上|[上本这])?个?(?:周|星期|礼拜)(?P<name>[一二三四五六日天])", _chinese_weekday),
    (r"(?:on )?(?P<month>[0-9]{1,2})/(?P<day>[0-9]{1,2})", _day_of_month),
    (rf"(?:on )?{_NAME} {_DAY}(?:,? {_YEAR})?", _day_of_month),
    (rf"(?:on )?(?:the )?{_DAY} (?:of )?{_NAME}(?:,? {_YEAR})?", _day_of_month),
    (rf"{_CHINESE_MONTH} ?{_CHINESE_DAY}", _day_of_month),
)

_PERIOD_RULES: _Rules[Period] = (
    (r"(?:in )?(?P<which>this|last|previous) (?P<unit>week|month|year)", _current),
    (r"(?P<which>上上|[上本这])个?(?P<unit>周|星期|礼拜|月)", _current),
    (r"(?P<which>[今去前])(?P<unit>年)", _current),
    (r"(?:in )?(?:the )?past (?P<unit>week|month|year)(?P<number>)", _past),
    (rf"(?:in )?(?:the )?(?:last|past) {_NUMBER} (?P<unit>day|week|month|year)s?", _past),
    (rf"(?:最近|过去|近) ?{_CHINESE_NUMBER} ?个?(?P<unit>天|日|周|星期|礼拜|月|年)[之以]?内?", _past),
    (rf"{_YEAR}[-/](?P<month>[0-9]{{1,2}})", _period_of_month),
    (rf"{_CHINESE_MONTH}份?", _period_of_month),
    (rf"(?P<before>in |on )?{_NAME}(?:,? {_YEAR})?", _period_of_month),
    (rf"in {_YEAR}", _period_of_year),
    (rf"{_YEAR}年", _period_of_year),
)
