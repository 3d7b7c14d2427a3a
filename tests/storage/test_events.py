from datetime import UTC, datetime, timedelta

from storage.records import EventState
from storage.tables import Tables

NOW = datetime(2025, 9, 29, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

TAKEN, UNDER_WAY, HANDLED = EventState.TAKEN, EventState.UNDER_WAY, EventState.HANDLED


def test_an_event_is_taken_once_and_stays_handled(tables: Tables) -> None:
    first = tables.events.take("Ev1", NOW, MINUTE)
    meanwhile = tables.events.take("Ev1", NOW + MINUTE / 2, MINUTE)
    tables.events.settle("Ev1")
    later = [tables.events.take("Ev1", NOW + hours * timedelta(hours=1), MINUTE) for hours in (0, 1, 24)]

    assert (first, meanwhile, later) == (TAKEN, UNDER_WAY, [HANDLED] * 3)
    assert tables.events.take("Ev2", NOW, MINUTE) is TAKEN


def test_an_event_that_failed_is_free_and_one_that_is_handled_is_not(tables: Tables) -> None:
    for event_id in ("Ev1", "Ev2"):
        tables.events.take(event_id, NOW, MINUTE)
    tables.events.settle("Ev2")
    for event_id in ("Ev1", "Ev2"):
        tables.events.give_back(event_id)

    assert [tables.events.take(each, NOW, MINUTE) for each in ("Ev1", "Ev2")] == [TAKEN, HANDLED]


def test_an_event_of_a_dead_worker_or_of_a_clock_that_ran_ahead_is_free(tables: Tables) -> None:
    tables.events.take("Ev1", NOW, MINUTE)
    tables.events.take("Ev2", NOW + timedelta(days=9), MINUTE)

    assert [tables.events.take(each, NOW + MINUTE, MINUTE) for each in ("Ev1", "Ev2")] == [TAKEN, TAKEN]


def test_events_go_once_their_time_has_passed(tables: Tables) -> None:
    for hours in range(4):
        tables.events.take(f"Ev{hours}", NOW + hours * timedelta(hours=1), MINUTE)
        tables.events.settle(f"Ev{hours}")
    deleted = [tables.events.delete(NOW + timedelta(hours=3), limit) for limit in (2, 2)]

    assert deleted == [2, 1]
    assert tables.events.take("Ev0", NOW, MINUTE) is TAKEN
    assert tables.events.take("Ev3", NOW, MINUTE) is HANDLED
