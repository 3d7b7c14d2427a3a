"""Days and periods as people type them in English and Chinese, on a Thursday."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.dates import read_day, read_period

TODAY = date(2025, 10, 2)


def september(day: int, year: int = 2025) -> date:
    return date(year, 9, day)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", TODAY),
        ("今天", TODAY),
        ("Yesterday", date(2025, 10, 1)),
        ("昨天", date(2025, 10, 1)),
        ("the day before yesterday", september(30)),
        ("前天", september(30)),
        ("大前天", september(29)),
        ("3 days ago", september(29)),
        ("three days ago", september(29)),
        ("三天前", september(29)),
        ("三天之前", september(29)),
        ("a week ago", september(25)),
        ("两周前", september(18)),
        ("十一天前", september(21)),
        ("二十天前", september(12)),
        ("friday", september(26)),
        ("thursday", TODAY),
        ("last thursday", september(25)),
        ("last friday", september(26)),
        ("last wed", date(2025, 10, 1)),
        ("on Fri.", september(26)),
        ("friday last week", september(26)),
        ("this monday", september(29)),
        ("周三", date(2025, 10, 1)),
        ("星期日", september(28)),
        ("上周五", september(26)),
        ("上周三", september(24)),
        ("上个星期天", september(28)),
        ("上上周五", september(19)),
        ("本周一", september(29)),
        ("9/29", september(29)),
        ("on 09/29", september(29)),
        ("10/2", TODAY),
        ("10/3", date(2024, 10, 3)),
        ("2/29", date(2024, 2, 29)),
        ("29 Sep", september(29)),
        ("Sep 29", september(29)),
        ("Sept. 29th", september(29)),
        ("29th of September", september(29)),
        ("September 29 2025", september(29)),
        ("September 29, 2024", september(29, 2024)),
        ("29 September 2024", september(29, 2024)),
        ("may 3", date(2025, 5, 3)),
        ("9月29日", september(29)),
        ("9月29号", september(29)),
        ("九月二十九日", september(29)),
        ("十月一日", date(2025, 10, 1)),
        ("去年9月29日", september(29, 2024)),
        ("2025-09-29", september(29)),
        ("２０２５年９月２９日。", september(29)),
        ("20250929", september(29)),
    ],
)
def test_a_day_is_read_as_people_say_it(text: str, day: date) -> None:
    assert read_day(text, TODAY) == day
    assert read_period(text, TODAY) == (day, day)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("this week", september(29), date(2025, 10, 5)),
        ("last week", september(22), september(28)),
        ("the last week", september(22), september(28)),
        ("本周", september(29), date(2025, 10, 5)),
        ("上周", september(22), september(28)),
        ("上周的", september(22), september(28)),
        ("上个星期", september(22), september(28)),
        ("上上周", september(15), september(21)),
        ("past week", september(26), TODAY),
        ("last 7 days", september(26), TODAY),
        ("the past two weeks", september(19), TODAY),
        ("past month", september(3), TODAY),
        ("最近三天", september(30), TODAY),
        ("过去一周", september(26), TODAY),
        ("近三个月", date(2025, 7, 3), TODAY),
        ("past year", date(2024, 10, 3), TODAY),
        ("this month", date(2025, 10, 1), date(2025, 10, 31)),
        ("last month", september(1), september(30)),
        ("上个月", september(1), september(30)),
        ("september", september(1), september(30)),
        ("in sep", september(1), september(30)),
        ("sep 2024", september(1, 2024), september(30, 2024)),
        ("october", date(2025, 10, 1), date(2025, 10, 31)),
        ("November", date(2024, 11, 1), date(2024, 11, 30)),
        ("in may", date(2025, 5, 1), date(2025, 5, 31)),
        ("May 2024", date(2024, 5, 1), date(2024, 5, 31)),
        ("九月", september(1), september(30)),
        ("9月份", september(1), september(30)),
        ("去年九月", september(1, 2024), september(30, 2024)),
        ("2025年9月", september(1), september(30)),
        ("2025-09", september(1), september(30)),
        ("2024/2", date(2024, 2, 1), date(2024, 2, 29)),
        ("in 2025", date(2025, 1, 1), date(2025, 12, 31)),
        ("2025年", date(2025, 1, 1), date(2025, 12, 31)),
        ("last year", date(2024, 1, 1), date(2024, 12, 31)),
        ("今年", date(2025, 1, 1), date(2025, 12, 31)),
        ("去年", date(2024, 1, 1), date(2024, 12, 31)),
        ("2025-09-01 to 2025-09-15", september(1), september(15)),
        ("from last week until yesterday", september(22), date(2025, 10, 1)),
        ("9月1日到9月15日", september(1), september(15)),
    ],
)
def test_a_period_is_read_from_its_first_to_its_last_day(text: str, first: date, last: date) -> None:
    assert read_period(text, TODAY) == (first, last)
    assert read_day(text, TODAY) is None


@pytest.mark.parametrize(
    "text",
    [
        *("", "a", "may", "march", "sun", "sat", "mon", "mar", "dec", "second", "now", "3d", "12", "2025"),
        *("1.5", "2509.21240", "24/7", "14:00", "2025-13", "2025-02-30", "2/30", "9月31日", "十十天前"),
        *("next week", "下周", "国庆", "a to b", "2025-09-15 to 2025-09-01", "0001-01-01", "in 1066"),
        *("999 years", "May the force", "last", "上", "周", "月", "in"),
    ],
)
def test_what_may_be_something_else_is_no_date(text: str) -> None:
    assert read_day(text, TODAY) is None
    assert read_period(text, TODAY) is None


PIECES = ["last", "sep", "29", "2025", "周", "三", "上", "月", "days", "ago", "to", "-", "/", " ", "十", "in"]


@given(st.text(max_size=40) | st.lists(st.sampled_from(PIECES), max_size=8).map("".join), st.dates())
def test_any_text_is_a_period_or_none_on_any_day(text: str, today: date) -> None:
    period = read_period(text, today)
    day = read_day(text, today)

    assert period is None or period[0] <= period[1]
    assert day is None or period == (day, day)


@given(st.dates(date(1901, 1, 1), date(2100, 1, 1)), st.integers(0, 5000))
def test_a_day_without_its_year_is_the_latest_one(today: date, days: int) -> None:
    day = today - timedelta(days=days % 365)

    found = read_day(f"{day.month}/{day.day}", today)

    assert found
    assert day <= found <= today
    assert (found.month, found.day) == (day.month, day.day)
