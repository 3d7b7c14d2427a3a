"""When a digest is due: wall-clock times as instants, and the digest that is due now; pure.

Instants are aware, wall-clock times naive. Each day is computed from scratch, so that summer time can
neither shift a digest nor send it twice.
"""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from storage.records import Recap, Subscription

LATE_AFTER = timedelta(minutes=5)
"""How late a digest still counts as on time, even past midnight: ten ticks of 30 seconds."""

CAUGHT_UP_FOR = timedelta(days=1)
"""How late a recap is still posted where the bot was not running when it was due."""

_ONE_DAY = timedelta(days=1)

_DAYS_OF_A_WEEK = 7

_DAYS_TO_SEARCH = 15
"""Today and two weeks: today's digest may be over, and the zone may skip the date a week from now."""


@dataclass(frozen=True, slots=True)
class Slot:
    """The digest of one local date, and the instant (UTC) from which it is due."""

    day: date
    due_at: datetime

    def lateness(self, now: datetime, last_tick: datetime | None) -> timedelta:
        """Return how late the digest is because the bot was not running; zero up to `LATE_AFTER`.

        `last_tick` is the last tick before `now`, if known. A digest that a tick since its due time did not
        open became due only afterwards (its time was changed, its pause ended), so it is not late.
        """
        late = now - self.due_at
        has_ticked = last_tick is not None and last_tick >= self.due_at
        return late if late > LATE_AFTER and not has_ticked else timedelta()


def due_at(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return the first instant, in UTC, at or after a time of a day on the zone's clocks.

    Where the clocks jump over that time it is the end of the gap, even if that falls on the next date; where
    they show it twice, the first of the two. For a date that the zone skipped (2011-12-30 in Samoa) it is
    the end of that gap too, the first instant of the next date; no slot is opened for such a date.
    """
    wall = datetime.combine(day, at.replace(fold=0), zone)
    first, second = wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC)
    return first if first <= second else _end_of_gap(wall, second, first)


def _end_of_gap(wall: datetime, before: datetime, after: datetime) -> datetime:
    """Return the first whole second between two instants at which the clocks are past `wall`.

    PEP 495 puts fold 1 before a gap and fold 0 after it: https://peps.python.org/pep-0495/
    """
    start = before.replace(microsecond=0)

    def shown(seconds: int) -> datetime:
        return (start + timedelta(seconds=seconds)).astimezone(wall.tzinfo).replace(tzinfo=None)

    seconds = range(int((after - start).total_seconds()))
    return start + timedelta(seconds=bisect_left(seconds, wall.replace(tzinfo=None), key=shown))


def local_date(now: datetime, zone: ZoneInfo) -> date:
    """Return the date on the zone's calendar at this instant."""
    return now.astimezone(zone).date()


def is_paused(subscription: Subscription, now: datetime) -> bool:
    """Tell whether deliveries are paused; a pause ends as its date begins in the zone."""
    if subscription.paused_reason is None:
        return False
    until = subscription.paused_until
    return until is None or local_date(now, ZoneInfo(subscription.preferences.zone)) < until


def due_slot(
    now: datetime, at: time, zone: ZoneInfo, weekdays: frozenset[int], begun: datetime, last_slot: date | None
) -> Slot | None:
    """Return the digest to open now, or `None`.

    A digest can be opened from its due time until the end of that local day, and for `LATE_AFTER` in any
    case, since a day's last tick may come after midnight. One that was missed (due at 23:50, the bot down
    until 00:10) is skipped: its papers come with the next one.

    No digest is due before `begun`, when the subscription began or its pause ended, nor for a date up to
    `last_slot`, the latest one that was ever opened: so neither a change of time zone nor a clock that is
    set back delivers a date twice. `weekdays` counts from Monday as 0.
    """
    today = local_date(now, zone)
    # Yesterday's may be due today: in Nuuk the clocks jump from 23:00 to 24:00 in March. And the day before
    # that may have ended a minute ago, where the zone skipped a date.
    for day in (today, today - _ONE_DAY, today - 2 * _ONE_DAY):
        if day.weekday() not in weekdays or (last_slot and day <= last_slot) or not _exists(day, zone):
            continue
        due = due_at(day, at, zone)
        if begun <= due <= now and (local_date(due, zone) == today or now - due <= LATE_AFTER):
            return Slot(day, due)
    return None


def next_due(
    now: datetime, at: time, zone: ZoneInfo, weekdays: frozenset[int], last_slot: date | None
) -> datetime:
    """Return the first instant after `now`, in UTC, at which a digest becomes due.

    A digest that is due already is `due_slot`'s. Raises `ValueError` where no weekday is chosen.
    """
    today = local_date(now, zone)
    start = max(today, last_slot + _ONE_DAY) if last_slot else today
    for day in (start + timedelta(days=ahead) for ahead in range(_DAYS_TO_SEARCH)):
        if day.weekday() in weekdays and _exists(day, zone) and (due := due_at(day, at, zone)) > now:
            return due
    raise ValueError("No digest is ever due: choose at least one weekday, from 0 for Monday to 6 for Sunday.")


def recap_slot(
    now: datetime,
    recap: Recap,
    zone: ZoneInfo,
    begun: datetime,
    last_slot: date | None,
    last_tick: datetime | None,
) -> Slot | None:
    """Return the recap to open now, or `None`.

    It is opened as a digest is, until the end of its local day. One that became due while the bot was not
    running, in the last seven days, is returned too: it is posted where `is_caught_up` says so, and else
    skipped. One whose time passed while the bot ran was not wanted then.
    """
    if slot := due_slot(now, recap.at, zone, frozenset({recap.weekday}), begun, last_slot):
        return slot
    today = local_date(now, zone)
    for day in (today - back * _ONE_DAY for back in range(_DAYS_OF_A_WEEK)):
        if day.weekday() != recap.weekday or (last_slot and day <= last_slot) or not _exists(day, zone):
            continue
        due = due_at(day, recap.at, zone)
        was_running = last_tick is None or last_tick >= due
        return Slot(day, due) if begun <= due <= now and not was_running else None
    return None


def is_caught_up(slot: Slot, now: datetime) -> bool:
    """Tell whether a recap is still posted; a later one is skipped, since its week is told of by then."""
    return now - slot.due_at <= CAUGHT_UP_FOR


def reminder_due_at(discussed_on: date, at: time, zone: ZoneInfo) -> datetime:
    """Return when a channel is reminded of a discussion: the day before, at the time of its digest."""
    return due_at(discussed_on - _ONE_DAY, at, zone)


def _exists(day: date, zone: ZoneInfo) -> bool:
    """Tell whether the zone's calendar has this date; some skipped one to cross the date line."""
    return local_date(due_at(day, time.min, zone), zone) == day
