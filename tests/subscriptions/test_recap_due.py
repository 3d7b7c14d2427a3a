"""When a week's recap is due, caught up or skipped, and when a channel is reminded of a discussion."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.subscriptions.due import Slot, is_caught_up, recap_slot, reminder_due_at
from storage.records import Recap

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
FRIDAY = date(2025, 10, 24)
SUNDAY_AT_HALF_PAST_TWO = Recap(weekday=6, at=time(2, 30))
HOURS = [datetime(2025, 1, 1, tzinfo=UTC) + timedelta(hours=hours) for hours in range(365 * 24)]
FRIDAY_AT_FOUR = Recap(weekday=4, at=time(16, 0))


@given(
    weekday=st.integers(0, 6),
    at=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    now=st.sampled_from(HOURS),
    stops=st.lists(st.floats(0.01, 20), min_size=1, max_size=40),
)
def test_whenever_the_bot_runs_each_week_is_opened_once_at_most_and_in_order(
    weekday: int, at: time, now: datetime, stops: list[float]
) -> None:
    recap = Recap(weekday, at)
    last_tick, last_slot, opened = now, None, []
    for days in stops:
        now += timedelta(days=days)
        if slot := recap_slot(now, recap, BERLIN, LONG_AGO, last_slot, last_tick):
            opened.append(slot.day)
            last_slot = slot.day
            assert slot.due_at <= now
        last_tick = now

    assert opened == sorted(set(opened))
    assert {day.weekday() for day in opened} <= {weekday}


@given(weekday=st.integers(0, 6), now=st.sampled_from(HOURS))
def test_a_bot_that_always_runs_opens_each_week_on_time_also_where_the_clocks_change(
    weekday: int, now: datetime
) -> None:
    recap = Recap(weekday, time(2, 30))
    last_slot, opened = None, []
    for last_tick in (now + timedelta(hours=hours) for hours in range(24 * 28)):
        tick = last_tick + timedelta(hours=1)
        if slot := recap_slot(tick, recap, BERLIN, LONG_AGO, last_slot, last_tick):
            opened.append(slot.day)
            last_slot = slot.day
            assert tick - slot.due_at < timedelta(days=1)

    assert len(opened) in {4, 5}
    assert {(later - earlier).days for earlier, later in pairwise(opened)} == {7}


def test_it_is_due_once_where_the_clocks_show_its_time_twice_or_not_at_all() -> None:
    back, forth = date(2025, 10, 26), date(2025, 3, 30)

    def due(day: date) -> datetime:
        now = datetime.combine(day, time(12), UTC)
        slot = recap_slot(now, SUNDAY_AT_HALF_PAST_TWO, BERLIN, LONG_AGO, None, None)
        assert slot is not None
        return slot.due_at

    assert due(back) == datetime(2025, 10, 26, 0, 30, tzinfo=UTC)
    assert due(forth) == datetime(2025, 3, 30, 1, 0, tzinfo=UTC)


def test_one_that_was_missed_is_caught_up_for_a_day() -> None:
    due_at = datetime(2025, 10, 24, 14, 0, tzinfo=UTC)
    last_tick = due_at - timedelta(minutes=1)

    def missed(now: datetime) -> Slot | None:
        return recap_slot(now, FRIDAY_AT_FOUR, BERLIN, LONG_AGO, None, last_tick)

    in_time, too_late = due_at + timedelta(days=1), due_at + timedelta(days=1, seconds=1)
    assert missed(in_time) == missed(too_late) == Slot(FRIDAY, due_at)
    assert is_caught_up(Slot(FRIDAY, due_at), in_time)
    assert not is_caught_up(Slot(FRIDAY, due_at), too_late)
    assert missed(due_at + timedelta(days=6)) == Slot(FRIDAY, due_at)


def test_one_whose_time_passed_while_the_bot_ran_was_not_wanted_then() -> None:
    saturday = datetime(2025, 10, 25, 9, 0, tzinfo=UTC)

    assert recap_slot(saturday, FRIDAY_AT_FOUR, BERLIN, LONG_AGO, None, saturday) is None
    assert recap_slot(saturday, FRIDAY_AT_FOUR, BERLIN, saturday, None, LONG_AGO) is None


def test_a_channel_is_reminded_the_day_before_at_the_time_of_its_digest() -> None:
    assert reminder_due_at(date(2025, 10, 27), time(9, 0), BERLIN) == datetime(2025, 10, 26, 8, 0, tzinfo=UTC)
