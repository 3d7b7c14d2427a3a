"""Numbers from outside: every value is a usable count or none, and every wait makes sense."""

import math
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.retries import SHORTEST_WAIT, bounded_wait, retry_after
from bot.text.numbers import MOST_OF_A_COUNT, count_in, count_of, integer

NOW = datetime(2026, 11, 27, 18, 0, tzinfo=UTC)
HOUR = 3600.0

JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(),
    lambda inner: some.lists(inner, max_size=2) | some.dictionaries(some.text(), inner, max_size=2),
    max_leaves=3,
)


def test_an_integer_of_too_many_digits_is_none() -> None:
    assert integer("-12") == -12
    assert integer("9" * 1000) == 10**1000 - 1
    assert integer("9" * 5000) is None


@pytest.mark.parametrize(
    ("value", "count"),
    [
        (0, 0),
        (12, 12),
        (12.0, 12),
        (MOST_OF_A_COUNT, MOST_OF_A_COUNT),
        (MOST_OF_A_COUNT + 1, None),
        (10**400, None),
        (-1, None),
        (12.5, None),
        (math.nan, None),
        (math.inf, None),
        (True, None),
        (None, None),
        ("12", None),
        ([12], None),
    ],
)
def test_a_count_is_a_whole_number_that_can_be_stored(value: object, count: int | None) -> None:
    assert count_of(value) == count


@pytest.mark.parametrize(
    ("text", "count"),
    [("35", 35), (" 35\n", 35), ("", None), ("-1", None), ("1e3", None), ("nan", None), ("9" * 5000, None)],
)
def test_a_count_in_text_stands_there_alone(text: str, count: int | None) -> None:
    assert count_in(text) == count


@given(JSON)
def test_no_value_is_a_count_that_a_database_cannot_hold(value: Any) -> None:
    count = count_of(value, most=1000)

    assert count is None or (type(count) is int and 0 <= count <= 1000)


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("30", 30),
        ("0", SHORTEST_WAIT),
        ("-5", None),
        ("0.2", SHORTEST_WAIT),
        (" 7 ", 7),
        ("Fri, 27 Nov 2026 18:00:20 GMT", 20),
        ("Fri, 27 Nov 2026 17:50:00 GMT", SHORTEST_WAIT),
        ("Sat, 27 Nov 2027 18:00:00 GMT", None),
        ("", None),
        ("nan", None),
        ("inf", None),
        ("1e9", None),
        ("999999999", None),
        ("9" * 400, None),
        ("soon", None),
    ],
)
def test_a_wait_that_is_asked_for_makes_sense_or_counts_as_none(value: str, wait: float | None) -> None:
    assert bounded_wait(retry_after({"Retry-After": value}, NOW), HOUR) == wait


@given(some.text(max_size=60))
def test_no_header_makes_a_wait_below_a_second_or_above_the_longest(value: str) -> None:
    wait = bounded_wait(retry_after({"Retry-After": value}, NOW), HOUR)

    assert wait is None or SHORTEST_WAIT <= wait <= HOUR
