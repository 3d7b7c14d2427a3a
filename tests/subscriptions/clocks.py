"""What the clocks of every zone show, found by reading them at instants of UTC and nothing else.

This is what `bot.subscriptions.due` is held to. It knows of no fold and no gap: it takes the tzdata package,
whatever the system has, and looks up when a zone's offset changes.
"""

import io
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

FIRST = date(2024, 1, 1)
LAST = date(2030, 12, 31)

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

_MARGIN = 10 * DAY
_PROBE_EVERY = 4 * DAY
_START = datetime.combine(FIRST, time.min, UTC) - _MARGIN
_END = datetime.combine(LAST, time.min, UTC) + _MARGIN


@dataclass(frozen=True)
class Clocks:
    """A zone from `FIRST` to `LAST`: since each instant of `since` it has the offset beside it."""

    zone: ZoneInfo = field(compare=False)
    since: tuple[datetime, ...]
    offsets: tuple[timedelta, ...]

    @property
    def changes(self) -> tuple[datetime, ...]:
        return self.since[1:]

    def shown(self, instant: datetime) -> datetime:
        """Return what the clocks show, without a zone."""
        return (instant + self.offsets[bisect_right(self.since, instant) - 1]).replace(tzinfo=None)

    def first_instant(self, wall: datetime) -> datetime:
        """Return the first instant at which the clocks show `wall` or later."""
        reached = wall.replace(tzinfo=UTC)
        first = max(bisect_right(self.since, reached - DAY) - 1, 0)
        for index in range(first, len(self.since)):
            instant = max(reached - self.offsets[index], self.since[index])
            if index + 1 == len(self.since) or instant < self.since[index + 1]:
                return instant
        raise AssertionError(wall)

    def due_at(self, day: date, at: time) -> datetime:
        return self.first_instant(datetime.combine(day, at))

    def end_of_day(self, instant: datetime) -> datetime:
        """Return when the local day of this instant is over."""
        return self.due_at(self.shown(instant).date() + DAY, time.min)


@cache
def zone_names() -> tuple[str, ...]:
    return tuple(resources.files("tzdata").joinpath("zones").read_text().split())


@cache
def pinned_zone(name: str) -> ZoneInfo:
    """Return the zone as the tzdata package has it; any year."""
    return ZoneInfo.from_file(io.BytesIO(_file(name)), key=name)


@cache
def names_by_clocks() -> dict[Clocks, list[str]]:
    """Return all zones, those together whose clocks show the same from `FIRST` to `LAST`."""
    names_by_file: dict[bytes, list[str]] = {}
    for name in zone_names():
        names_by_file.setdefault(_file(name), []).append(name)
    found: dict[Clocks, list[str]] = {}
    for names in names_by_file.values():
        found.setdefault(_read(pinned_zone(names[0])), []).extend(names)
    return found


@cache
def clocks_by_name() -> dict[str, Clocks]:
    return {name: clocks for clocks, names in names_by_clocks().items() for name in names}


def read_each_minute(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Read the zone's clocks once a minute; yield each minute they can show and when they first passed it."""
    instant, wall = start, start.astimezone(zone).replace(tzinfo=None)
    while instant < end:
        shown = instant.astimezone(zone).replace(tzinfo=None)
        while wall <= shown:
            yield wall, instant
            wall += MINUTE
        instant += MINUTE


def _file(name: str) -> bytes:
    return resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()


def _read(zone: ZoneInfo) -> Clocks:
    since, offsets = [_START], [_offset(zone, _START)]
    for days in range(0, (_END - _START).days, _PROBE_EVERY.days):
        probe = _START + days * DAY
        if _offset(zone, probe + _PROBE_EVERY) != offsets[-1]:
            since.append(_change(zone, probe))
            offsets.append(_offset(zone, probe + _PROBE_EVERY))
    return Clocks(zone, tuple(since), tuple(offsets))


def _change(zone: ZoneInfo, start: datetime) -> datetime:
    """Return the second at which the offset changes, between `start` and the next probe."""
    before = _offset(zone, start)
    seconds = range(int(_PROBE_EVERY.total_seconds()))
    found = bisect_left(
        seconds, True, key=lambda second: _offset(zone, start + timedelta(seconds=second)) != before
    )
    return start + timedelta(seconds=found)


def _offset(zone: ZoneInfo, instant: datetime) -> timedelta:
    offset = instant.astimezone(zone).utcoffset()
    assert offset is not None
    return offset
