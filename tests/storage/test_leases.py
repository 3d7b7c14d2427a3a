"""Leases on both engines: one holder at a time, and none whose lease has ended writes any more."""

from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import LeaseLostError
from storage.address import Address
from storage.database import connect
from storage.records import Lease
from storage.tables import Tables

NOW = datetime(2025, 9, 29, 9, 0, tzinfo=UTC)
LEASE = timedelta(seconds=120)
LATER = NOW + LEASE


def claim(tables: Tables, holder: str, now: datetime = NOW, name: str = "work") -> Lease | None:
    return tables.leases.claim(name, holder, now, LEASE)


def claimed(tables: Tables, holder: str, now: datetime = NOW, name: str = "work") -> Lease:
    lease = claim(tables, holder, now, name)
    assert lease is not None
    return lease


def test_one_worker_at_a_time_has_the_lease_of_a_name(tables: Tables) -> None:
    assert claim(tables, "ada") == Lease("work", "ada", 1)
    assert claim(tables, "bob") is None
    assert claim(tables, "ada") is None
    assert claim(tables, "bob", name="other work") == Lease("other work", "bob", 1)


def test_two_connections_never_have_the_same_lease(address: Address) -> None:
    with closing(connect(address)) as one, closing(connect(address)) as other:
        leases = [Tables(engine).leases.claim("work", "ada", NOW, LEASE) for engine in (one, other, one)]

    assert leases == [Lease("work", "ada", 1), None, None]


def test_a_lease_that_has_ended_is_taken_over_and_its_holder_s_writes_are_refused(tables: Tables) -> None:
    lost = claimed(tables, "ada")
    taken = claimed(tables, "bob", LATER)

    assert taken == Lease("work", "bob", 2)
    with pytest.raises(LeaseLostError, match=r"Another worker has claimed this: work\."):
        tables.leases.renew(lost, LATER + LEASE)
    tables.leases.renew_all("ada", ["work"], LATER + 2 * LEASE)
    tables.leases.release(lost, LATER)
    tables.leases.release_all(LATER, "ada")
    assert claim(tables, "ada", LATER) is None
    assert claim(tables, "ada", LATER + LEASE) == Lease("work", "ada", 3)


def test_a_holder_that_claims_again_after_its_end_loses_the_earlier_lease(tables: Tables) -> None:
    lost = claimed(tables, "ada")

    assert claim(tables, "ada", LATER) == Lease("work", "ada", 2, was_own=True)
    with pytest.raises(LeaseLostError):
        tables.leases.renew(lost, LATER + LEASE)


def test_a_lease_that_is_renewed_does_not_end(tables: Tables) -> None:
    lease = claimed(tables, "ada")
    claimed(tables, "ada", name="more work")
    tables.leases.renew(lease, LATER + LEASE)
    assert claim(tables, "bob", LATER) is None
    tables.leases.renew_all("ada", ["work"], LATER + 2 * LEASE)

    assert claim(tables, "bob", LATER + LEASE) is None
    assert claim(tables, "bob", LATER, "more work") == Lease("more work", "bob", 2)
    assert tables.leases.held(LATER + LEASE) == {"work"}


def test_who_takes_a_released_lease_reads_what_was_left_and_who_had_it(tables: Tables) -> None:
    tables.leases.release(claimed(tables, "ada"), NOW, "a note")
    again = claimed(tables, "ada")
    tables.leases.release(again, NOW, "another note")

    assert again == Lease("work", "ada", 2, note="a note", was_own=True)
    assert claim(tables, "bob") == Lease("work", "bob", 3, note="another note")


def test_a_worker_that_stops_releases_its_own_leases_alone(tables: Tables) -> None:
    for holder in ("ada", "bob"):
        claimed(tables, holder, name=f"{holder}'s work")
    tables.leases.release_all(NOW, "ada")
    assert tables.leases.held(NOW) == {"bob's work"}
    tables.leases.release_all(NOW)

    assert tables.leases.held(NOW) == frozenset()


def test_a_clock_that_is_set_back_keeps_nobody_from_work(tables: Tables) -> None:
    tables.leases.release(claimed(tables, "ada", name="done"), NOW)
    claimed(tables, "ada", name="begun")
    before = NOW - timedelta(days=400)

    assert claim(tables, "bob", before, "done") == Lease("done", "bob", 2)
    assert claim(tables, "bob", before, "begun") == Lease("begun", "bob", 2)


def test_what_nobody_has_held_for_long_is_deleted(tables: Tables) -> None:
    claimed(tables, "ada", name="old")
    claimed(tables, "ada", LATER, name="new")

    assert tables.leases.delete(LATER + timedelta(seconds=1), 500) == 1
    assert claim(tables, "bob", LATER, "old") == Lease("old", "bob", 1)
    assert claim(tables, "bob", LATER, "new") is None
