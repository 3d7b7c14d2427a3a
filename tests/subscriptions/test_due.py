import random
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.subscriptions.due import LATE_AFTER, Slot, due_at, due_slot, local_date, next_due
from tests.subscriptions.clocks import (
    DAY,
    FIRST,
    LAST,
    MINUTE,
    Clocks,
    clocks_by_name,
    names_by_clocks,
    pinned_zone,
    read_each_minute,
    zone_names,
)

TICK = timedelta(seconds=30)
EVERY_DAY = frozenset(range(7))
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
TIMES = tuple(
    time.fromisoformat(at)
    for at in "00:00 00:30 01:00 01:30 02:00 02:30 03:00 12:00 22:30 23:00 23:30 23:59 23:59:45".split()
)
BERLIN = pinned_zone("Europe/Berlin")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def changes() -> list[tuple[Clocks, datetime, tuple[timedelta, timedelta]]]:
    """Return every change of any zone's clocks, with the offsets around it; what zones share comes once."""
    found = {
        (change, offsets): (clocks, change, offsets)
        for clocks in names_by_clocks()
        for change, offsets in zip(clocks.changes, pairwise(clocks.offsets), strict=True)
    }
    return list(found.values())


def days_around(clocks: Clocks, change: datetime) -> list[date]:
    """Return the dates before, on and after which the clocks change."""
    day = clocks.shown(change - MINUTE).date()
    return [day - DAY, day, day + DAY]


def open_slots(
    ticks: Iterable[datetime],
    at: time,
    clocks: Clocks,
    weekdays: frozenset[int],
    begun: datetime = LONG_AGO,
) -> list[tuple[datetime, Slot]]:
    """Do what the bot does at each tick, and return which slots it opened, and when."""
    opened: list[tuple[datetime, Slot]] = []
    last_slot = None
    for now in ticks:
        if slot := due_slot(now, at, clocks.zone, weekdays, begun, last_slot):
            opened.append((now, slot))
            last_slot = slot.day
    return opened


# Instants, against the clocks of all zones.


def test_a_time_is_due_when_a_clock_that_is_read_each_minute_first_passes_it() -> None:
    kinds = {
        (clocks.shown(change).time(), *offsets): (clocks, change) for clocks, change, offsets in changes()
    }
    hours = timedelta(hours=4)
    wrong = [
        (clocks.zone.key, wall)
        for clocks, change in kinds.values()
        for wall, instant in read_each_minute(clocks.zone, change - hours, change + hours)
        if not due_at(wall.date(), wall.time(), clocks.zone) == clocks.first_instant(wall) == instant
    ]

    assert wrong == []
    assert len(kinds) > 50


def test_each_zone_is_right_on_the_days_around_each_change_of_its_clocks() -> None:
    checked = 0
    wrong = []
    for clocks, names in names_by_clocks().items():
        days = [day for change in clocks.changes for day in days_around(clocks, change)]
        expected = {(day, at): clocks.due_at(day, at) for day in days for at in TIMES}
        checked += len(expected) * len(names)
        wrong += [
            (name, day, at)
            for name in names
            for (day, at), instant in expected.items()
            if due_at(day, at, pinned_zone(name)) != instant
        ]

    assert wrong == []
    assert checked > 90_000


def test_each_day_of_seven_years_is_right_in_each_zone() -> None:
    dates = [FIRST + ahead * DAY for ahead in range((LAST - FIRST).days + 1)]
    times = [time(number * 7 % 24, number * 13 % 60) for number in range(len(dates))]
    wrong = [
        (clocks.zone.key, day, at)
        for clocks in names_by_clocks()
        for day, at in zip(dates, times, strict=True)
        if due_at(day, at, clocks.zone) != clocks.due_at(day, at)
    ]

    assert wrong == []
    assert len(clocks_by_name()) > 590


def test_in_spring_a_time_that_is_jumped_over_is_due_when_the_jump_is_done() -> None:
    assert due_at(date(2026, 3, 29), time(2), BERLIN) == utc("2026-03-29T01:00")
    assert due_at(date(2026, 3, 29), time(2, 30, 0, 5), BERLIN) == utc("2026-03-29T01:00")
    assert due_at(date(2026, 3, 29), time(3), BERLIN) == utc("2026-03-29T01:00")
    assert due_at(date(2026, 3, 29), time(3, 1), BERLIN) == utc("2026-03-29T01:01")


def test_in_autumn_a_time_that_comes_twice_is_due_the_first_time() -> None:
    assert due_at(date(2026, 10, 25), time(2, 30), BERLIN) == utc("2026-10-25T00:30")
    assert due_at(date(2026, 10, 25), time(2, 30, fold=1), BERLIN) == utc("2026-10-25T00:30")
    assert due_at(date(2026, 10, 25), time(3), BERLIN) == utc("2026-10-25T02:00")


def test_a_date_is_that_of_the_zone() -> None:
    now = utc("2026-03-01T11:00")

    assert local_date(now, pinned_zone("Pacific/Kiritimati")) == date(2026, 3, 2)
    assert local_date(now, pinned_zone("Etc/GMT+12")) == date(2026, 2, 28)


# Slots, while the bot runs.


def ticks_around(clocks: Clocks, days: Sequence[date], at: time, phase: int) -> tuple[datetime, ...]:
    """Return the ticks at which something may happen, of a bot that ticks `phase` seconds past the minute."""
    moments = [clocks.due_at(day, moment) for day in days for moment in (time.min, at)]
    moments += [change for change in clocks.changes if moments[0] <= change <= moments[-1]]
    return tuple(sorted({tick for moment in moments for tick in next_ticks(moment, phase)}))


def next_ticks(moment: datetime, phase: int) -> tuple[datetime, ...]:
    """Return the last tick before the moment and the first two that are not."""
    first = moment.replace(second=0, microsecond=0) - TICK + timedelta(seconds=phase)
    while first < moment:
        first += TICK
    return (first - TICK, first, first + TICK)


def on_time(
    clocks: Clocks, days: Iterable[date], at: time, weekdays: frozenset[int], phase: int
) -> list[tuple[datetime, Slot]]:
    """Return what is to happen: a slot on each chosen day, opened by the first tick from its instant on."""
    due = [(day, clocks.due_at(day, at)) for day in days if day.weekday() in weekdays]
    return [(next_ticks(moment, phase)[1], Slot(day, moment)) for day, moment in due]


def test_around_each_change_of_clocks_each_chosen_day_has_one_slot_at_the_right_tick() -> None:
    dice = random.Random("slots")
    wrong = []
    for (clocks, change, _), at in product(changes(), TIMES):
        days = days_around(clocks, change)
        phase = dice.randrange(30)
        weekdays = EVERY_DAY if at.minute else frozenset(dice.sample(range(7), 4))
        ticks = ticks_around(clocks, days, at, phase)
        opened = open_slots(ticks, at, clocks, weekdays, clocks.due_at(days[0], time.min))
        if opened != on_time(clocks, days, at, weekdays, phase):
            wrong.append((clocks.zone.key, days, at, weekdays, phase))

    assert wrong == []


NAMES = st.sampled_from(zone_names())
WALL_CLOCK_TIMES = st.sampled_from(TIMES) | st.times() | st.times(time(23, 58))
WEEKDAYS = st.frozensets(st.integers(0, 6), min_size=1)


@st.composite
def starts(draw: st.DrawFn, clocks: Clocks) -> datetime:
    """Any instant of the seven years, half of them within three days of a change of the clocks."""
    near_a_change = draw(st.booleans())
    if near_a_change and clocks.changes:
        change = draw(st.sampled_from(clocks.changes))
        return change + MINUTE * draw(st.integers(-3 * 24 * 60, 3 * 24 * 60))
    return datetime.combine(FIRST, time.min, UTC) + MINUTE * draw(st.integers(0, 2530 * 24 * 60))


@given(st.data(), NAMES, WALL_CLOCK_TIMES, WEEKDAYS, st.integers(0, 29))
def test_a_bot_that_always_runs_opens_one_slot_on_each_chosen_day(
    data: st.DataObject, name: str, at: time, weekdays: frozenset[int], phase: int
) -> None:
    clocks = clocks_by_name()[name]
    first = clocks.shown(data.draw(starts(clocks))).date()
    days = tuple(first + ahead * DAY for ahead in range(9))
    ticks = ticks_around(clocks, days, at, phase)
    others = [ticks[0] + TICK * data.draw(st.integers(0, 8 * 2880)) for _ in range(20)]
    ticks = tuple(tick for tick in sorted({*ticks, *others}) if tick <= ticks[-1])

    opened = open_slots(ticks, at, clocks, weekdays, clocks.due_at(first, time.min))

    assert opened == on_time(clocks, days, at, weekdays, phase)


# Slots, while the bot does not always run.


@given(st.data(), NAMES, WALL_CLOCK_TIMES, WEEKDAYS)
def test_a_bot_that_was_away_opens_each_slot_of_which_the_day_is_not_over_and_no_other(
    data: st.DataObject, name: str, at: time, weekdays: frozenset[int]
) -> None:
    clocks = clocks_by_name()[name]
    begun = data.draw(starts(clocks))
    pauses = data.draw(st.lists(st.integers(1, 60) | st.integers(1, 3000), min_size=1, max_size=25))
    ticks = [begun - DAY + MINUTE * sum(pauses[:number]) for number in range(len(pauses) + 1)]

    opened = open_slots(ticks, at, clocks, weekdays, begun)

    assert_sound(clocks, opened, at, weekdays, begun)
    for (day, due), (_, next_one) in pairwise(due_from(clocks, begun, ticks[-1], at, weekdays)):
        while_open = [tick for tick in ticks if due <= tick < next_one and is_open(clocks, due, tick)]
        assert [now for now, slot in opened if slot.day == day] == while_open[:1] or not while_open


def is_open(clocks: Clocks, due: datetime, now: datetime) -> bool:
    return now < clocks.end_of_day(due) or now <= due + 5 * MINUTE


def assert_sound(
    clocks: Clocks,
    opened: Sequence[tuple[datetime, Slot]],
    at: time,
    weekdays: frozenset[int],
    begun: datetime,
) -> None:
    """Each slot is of a chosen day, at its right instant, not yet over, and after the one before it."""
    for now, slot in opened:
        assert slot.day.weekday() in weekdays
        assert slot.due_at == clocks.due_at(slot.day, at)
        assert begun <= slot.due_at <= now
        assert is_open(clocks, slot.due_at, now)
    assert all(earlier.day < later.day for (_, earlier), (_, later) in pairwise(opened))


def due_from(
    clocks: Clocks, start: datetime, end: datetime, at: time, weekdays: frozenset[int]
) -> list[tuple[date, datetime]]:
    """Return the chosen days that are due from `start` to `end`, and some more after it."""
    first = clocks.shown(start).date() - DAY
    days = [first + ahead * DAY for ahead in range((end - start).days + 20)]
    return [
        (day, due) for day in days if day.weekday() in weekdays and (due := clocks.due_at(day, at)) >= start
    ]


CHANGES_OF_MIND = st.lists(
    st.tuples(st.integers(-4000, 4000), st.none() | NAMES, st.none() | WALL_CLOCK_TIMES), max_size=40
)


@given(st.data(), NAMES, WALL_CLOCK_TIMES, WEEKDAYS, CHANGES_OF_MIND)
def test_no_date_comes_twice_whatever_is_done_to_the_clock_the_zone_and_the_time(
    data: st.DataObject,
    name: str,
    at: time,
    weekdays: frozenset[int],
    changes: list[tuple[int, str | None, time | None]],
) -> None:
    now = data.draw(starts(clocks_by_name()[name]))
    days: list[date] = []
    for minutes, other_name, other_time in changes:
        now, name, at = now + minutes * MINUTE, other_name or name, other_time or at
        last_slot = days[-1] if days else None
        if slot := due_slot(now, at, pinned_zone(name), weekdays, LONG_AGO, last_slot):
            days.append(slot.day)

    assert all(earlier < later for earlier, later in pairwise(days))


def test_what_was_missed_today_is_opened_late_and_what_was_missed_before_is_not() -> None:
    slot = Slot(date(2026, 3, 3), utc("2026-03-03T22:50"))
    at = time(23, 50)

    assert due_slot(utc("2026-03-03T22:49:59"), at, BERLIN, EVERY_DAY, LONG_AGO, None) is None
    assert due_slot(utc("2026-03-03T22:50"), at, BERLIN, EVERY_DAY, LONG_AGO, None) == slot
    assert due_slot(utc("2026-03-03T22:59:59"), at, BERLIN, EVERY_DAY, LONG_AGO, None) == slot
    assert due_slot(utc("2026-03-03T23:00"), at, BERLIN, EVERY_DAY, LONG_AGO, None) is None


def test_what_is_due_in_the_last_minutes_of_a_day_may_be_opened_a_little_after_midnight() -> None:
    slot = Slot(date(2026, 3, 3), utc("2026-03-03T22:59:45"))
    at = time(23, 59, 45)

    assert due_slot(utc("2026-03-03T23:04:45"), at, BERLIN, EVERY_DAY, LONG_AGO, None) == slot
    assert due_slot(utc("2026-03-03T23:04:46"), at, BERLIN, EVERY_DAY, LONG_AGO, None) is None
    assert due_slot(utc("2026-03-03T23:00"), at, BERLIN, frozenset({2}), LONG_AGO, None) is None


def test_a_subscription_gets_nothing_that_was_due_before_it_began() -> None:
    now, due = utc("2026-03-03T12:00"), utc("2026-03-03T08:00")
    begun_after = due + timedelta(seconds=1)

    assert due_slot(now, time(9), BERLIN, EVERY_DAY, due, None) == Slot(date(2026, 3, 3), due)
    assert due_slot(now, time(9), BERLIN, EVERY_DAY, begun_after, None) is None


def test_a_date_that_was_opened_or_passed_is_not_opened_again() -> None:
    now = utc("2026-03-03T12:00")
    slot = Slot(date(2026, 3, 3), utc("2026-03-03T08:00"))

    assert due_slot(now, time(9), BERLIN, EVERY_DAY, LONG_AGO, date(2026, 3, 2)) == slot
    assert due_slot(now, time(9), BERLIN, EVERY_DAY, LONG_AGO, date(2026, 3, 3)) is None
    assert due_slot(now, time(9), BERLIN, EVERY_DAY, LONG_AGO, date(2026, 3, 4)) is None


def test_only_chosen_weekdays_are_opened() -> None:
    tuesday = utc("2026-03-03T12:00")

    assert due_slot(tuesday, time(9), BERLIN, frozenset({0, 2}), LONG_AGO, None) is None
    assert due_slot(tuesday + DAY, time(9), BERLIN, frozenset({0, 2}), LONG_AGO, None) is not None


# Calendars that are stranger than summer time.


def test_a_time_that_is_jumped_over_at_the_end_of_a_day_is_that_day_s_at_midnight() -> None:
    nuuk = pinned_zone("America/Nuuk")  # 23:00 to 24:00 on 2025-03-29 does not exist there
    at, midnight = time(23, 30), utc("2025-03-30T01:00")
    saturday, sunday = date(2025, 3, 29), date(2025, 3, 30)

    assert due_slot(midnight - MINUTE, at, nuuk, EVERY_DAY, LONG_AGO, date(2025, 3, 28)) is None
    assert due_slot(midnight, at, nuuk, EVERY_DAY, LONG_AGO, date(2025, 3, 28)) == Slot(saturday, midnight)
    assert due_slot(midnight + DAY - 31 * MINUTE, at, nuuk, frozenset({5}), LONG_AGO, None) == Slot(
        saturday, midnight
    )
    sunday_s = due_slot(utc("2025-03-31T00:30"), at, nuuk, EVERY_DAY, LONG_AGO, saturday)
    assert sunday_s == Slot(sunday, utc("2025-03-31T00:30"))
    assert due_slot(utc("2025-03-31T00:30"), at, nuuk, EVERY_DAY, LONG_AGO, None) == sunday_s


@pytest.mark.parametrize(
    ("name", "left_out", "change"),
    [
        ("Pacific/Apia", date(2011, 12, 30), utc("2011-12-30T10:00")),
        ("Pacific/Fakaofo", date(2011, 12, 30), utc("2011-12-30T11:00")),
        ("Pacific/Kwajalein", date(1993, 8, 21), utc("1993-08-21T12:00")),
        ("Pacific/Kiritimati", date(1994, 12, 31), utc("1994-12-31T10:00")),
        ("Asia/Manila", date(1844, 12, 31), utc("1844-12-31T15:56:08")),
    ],
)
@pytest.mark.parametrize("at", [time(0), time(9), time(23, 59)])
def test_a_date_that_a_zone_left_out_has_no_digest_and_its_neighbours_have_theirs(
    name: str, left_out: date, change: datetime, at: time
) -> None:
    zone, begun, last_slot = pinned_zone(name), change - 3 * DAY, None
    opened = []
    for minutes in range(-2 * 1440, 2 * 1440, 10):
        slot = due_slot(change + minutes * MINUTE, at, zone, EVERY_DAY, begun, last_slot)
        if slot:
            opened.append(slot)
            last_slot = slot.day

    assert due_at(left_out, at, zone) == change
    assert [slot.day for slot in opened if abs(slot.day - left_out) <= DAY] == [
        left_out - DAY,
        left_out + DAY,
    ]
    week_before, week_after = (due_at(left_out + days * DAY, at, zone) for days in (-7, 7))
    assert next_due(week_before, at, zone, frozenset({left_out.weekday()}), None) == week_after


def test_a_date_that_comes_back_after_midnight_has_one_digest() -> None:
    st_johns = pinned_zone("America/St_Johns")  # where 2010-11-07 00:01 was 2010-11-06 23:01 again
    start = utc("2010-11-07T00:00")
    ticks = [start + number * TICK for number in range(2 * 1440)]
    last_slot = None
    opened = []
    for now in ticks:
        if slot := due_slot(now, time(0), st_johns, EVERY_DAY, start, last_slot):
            opened.append((now, slot.day))
            last_slot = slot.day

    assert opened == [(utc("2010-11-07T02:30"), date(2010, 11, 7))]


# What people are told.


@given(st.data(), NAMES, WALL_CLOCK_TIMES, WEEKDAYS)
def test_the_next_digest_is_announced_for_when_it_is_due(
    data: st.DataObject, name: str, at: time, weekdays: frozenset[int]
) -> None:
    clocks = clocks_by_name()[name]
    now = data.draw(starts(clocks))
    today = clocks.shown(now).date()
    last_slot = data.draw(st.none() | st.integers(-9, 3).map(lambda days: today + days * DAY))

    due = next_due(now, at, clocks.zone, weekdays, last_slot)

    to_come = [
        (instant, day)
        for day, instant in due_from(clocks, now, now, at, weekdays)
        if instant > now and (last_slot is None or day > last_slot)
    ]
    assert due == to_come[0][0]
    assert due_slot(due, at, clocks.zone, weekdays, LONG_AGO, last_slot) == Slot(to_come[0][1], due)


def test_the_next_digest_is_never_the_one_that_is_due_now() -> None:
    due = utc("2026-03-03T08:00")

    assert next_due(due - TICK, time(9), BERLIN, EVERY_DAY, None) == due
    assert next_due(due, time(9), BERLIN, EVERY_DAY, None) == due + DAY


def test_without_a_weekday_there_is_no_next_digest_to_announce() -> None:
    with pytest.raises(ValueError, match="choose at least one weekday"):
        next_due(LONG_AGO, time(9), BERLIN, frozenset(), None)


def test_a_digest_is_late_where_nobody_looked_for_more_than_five_minutes_after_it_was_due() -> None:
    due = utc("2026-03-03T08:00")
    slot = Slot(date(2026, 3, 3), due)
    late = timedelta(hours=2)

    assert slot.lateness(due + LATE_AFTER, None) == timedelta()
    assert slot.lateness(due + late, None) == late
    assert slot.lateness(due + late, due - TICK) == late
    assert slot.lateness(due + late, due + late - TICK) == timedelta()
