"""Ten thousand simulated runs, and each death at each point of a small digest with each single fault.

The digest is one whose list is there, one that waits for its list, and those of two people.
"""

import itertools
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path

import pytest

from tests.simulation.checker import violations, violations_of_people
from tests.simulation.faults import Trouble
from tests.simulation.people import channels_of_people
from tests.simulation.plans import (
    LIST_AFTER,
    drawn,
    drawn_for_people,
    drawn_late,
    drawn_on_server,
    dying_at,
    hits,
    points_of,
)
from tests.simulation.runs import Record, RunPlan
from tests.simulation.world import simulate
from tests.support.postgresql import programs, running_server

pytestmark = pytest.mark.benchmark

_RUNS = 10_000
_RUNS_A_TASK = 100
_SERVER_RUNS = 1_000


@dataclass
class Tally:
    """What many runs came to."""

    runs: int = 0
    deaths: int = 0
    stops: int = 0
    doubled_in_passing: int = 0
    dropped: int = 0
    unsure: int = 0
    restarts: int = 0
    longest: timedelta = timedelta()
    faults: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)

    def count(self, name: str, record: Record) -> None:
        self.runs += 1
        self.deaths += record.deaths
        self.stops += record.stops
        self.dropped += record.dropped
        self.unsure += record.unsure
        self.restarts += record.restarts
        is_personal = record.plan.is_personal
        messages = len(channels_of_people(record.workspace)) if is_personal else len(record.titles) + 1
        self.doubled_in_passing += len(record.arrivals) > messages
        self.longest = max(self.longest, record.ended_after or timedelta())
        self.faults += record.troubles
        broken = violations_of_people(record) if is_personal else violations(record)
        self.broken += [f"{name}: {each}" for each in broken]

    def add(self, other: "Tally") -> None:
        self.runs += other.runs
        self.deaths += other.deaths
        self.stops += other.stops
        self.dropped += other.dropped
        self.unsure += other.unsure
        self.restarts += other.restarts
        self.doubled_in_passing += other.doubled_in_passing
        self.longest = max(self.longest, other.longest)
        self.faults += other.faults
        self.broken += other.broken


def _drawn_runs(folder: Path, draw: Callable[[int], RunPlan], first: int) -> Tally:
    tally = Tally()
    with tempfile.TemporaryDirectory(dir=folder) as own:
        for seed in range(first, first + _RUNS_A_TASK):
            tally.count(f"seed {seed}", simulate(draw(seed), Path(own)))
    return tally


def _runs_on_server(first: int) -> Tally:
    """Run three workers on a server of this process's own."""
    tally, folder = Tally(), programs()
    assert folder is not None
    with running_server(folder) as server:
        for seed in range(first, first + _RUNS_A_TASK):
            record = simulate(drawn_on_server(seed), server)
            tally.count(f"seed {seed}", record)
            server.drop(record.database)
    return tally


def _deaths_with_fault(folder: Path, troubles: tuple[Trouble, ...], list_after: float | None) -> Tally:
    """Die at each point of the digest that has a fault at one of its messages."""
    fault, position = troubles[-1], len(troubles) - 1
    tally = Tally()
    with tempfile.TemporaryDirectory(dir=folder) as own:
        for takes_over in (True, False):
            points = points_of(Path(own), troubles, takes_over=takes_over, list_after=list_after)
            for point in range(1, points + 1):
                plan = dying_at(point, troubles, takes_over=takes_over, list_after=list_after)
                name = f"{fault} at message {position}, {takes_over=}, death at point {point}"
                tally.count(name, simulate(plan, Path(own)))
    return tally


def _gather(tallies: Iterable[Tally], what: str) -> Tally:
    began, total = time.perf_counter(), Tally()
    for each in tallies:
        total.add(each)
    print(f"\n{what}: {total.runs} runs, {total.deaths} deaths, {total.stops} stops, ", end="")
    print(f"{total.dropped} drops, {total.unsure} unsure commits, {total.restarts} restarts, ", end="")
    print(f"{total.faults.total()} faults {dict(total.faults)}, ", end="")
    print(f"{total.doubled_in_passing} doubled in passing, longest {total.longest}, ", end="")
    print(f"{time.perf_counter() - began:.0f} s")
    return total


def _workers() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(os.cpu_count(), get_context("spawn"))


@pytest.mark.parametrize(
    "draw", [drawn, drawn_late, drawn_for_people], ids=["of a digest", "of waiting", "of people's digests"]
)
def test_ten_thousand_runs_lose_and_double_nothing(folder: Path, draw: Callable[[int], RunPlan]) -> None:
    always, firsts = itertools.repeat, range(0, _RUNS, _RUNS_A_TASK)
    with _workers() as workers:
        total = _gather(workers.map(_drawn_runs, always(folder), always(draw), firsts), "drawn")

    assert total.runs == _RUNS
    assert total.broken == []


@pytest.mark.skipif(programs() is None, reason="PostgreSQL is not installed here")
def test_a_thousand_runs_of_three_workers_on_a_server_lose_and_double_nothing() -> None:
    with _workers() as workers:
        tallies = workers.map(_runs_on_server, range(0, _SERVER_RUNS, _RUNS_A_TASK))
        total = _gather(tallies, "three workers on a server")

    assert total.runs == _SERVER_RUNS
    assert min(total.dropped, total.unsure, total.restarts) > 0
    assert total.broken == []


@pytest.mark.parametrize("list_after", [None, LIST_AFTER], ids=["of a digest", "of waiting"])
def test_each_death_with_each_single_fault_loses_and_doubles_nothing(
    folder: Path, list_after: float | None
) -> None:
    always, faults = itertools.repeat, hits(list_after=list_after)
    with _workers() as workers:
        tallies = workers.map(_deaths_with_fault, always(folder), faults, always(list_after))
        total = _gather(tallies, "one death, one fault")

    assert total.runs > 3000
    assert total.broken == []
