"""What happens in a run, drawn from its seed; and the runs that go through all points of one small digest."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

from tests.simulation.faults import CALM, SINGLE, Trouble
from tests.simulation.world import LifePlan, RunPlan, simulate

_LONGEST_STOP = 180.0
"""Longer than a lease, so that others take over; shorter than what a last look makes good.

One that sends a message of which it decided longer ago than that can still double it for ever.
"""

_LONGEST_STOP_WITHOUT_LEASE = 75.0
"""Where leases are taken over at once, the last look comes so much earlier."""

LIST_AFTER = 45.0
"""In runs that go through all points of waiting, the list comes between the second tick and the third."""


def drawn(seed: int) -> RunPlan:
    """Draw a run: some deaths, some faults, and in two runs of five a second worker."""
    random = Random(seed)
    has_second = random.random() < 0.4
    takes_over = random.random() < 0.5
    longest_stop = _LONGEST_STOP_WITHOUT_LEASE if takes_over and has_second else _LONGEST_STOP
    deaths = random.choice((0, 1, 1, 2, 3))
    lives = [_life(random, longest_stop, dies=number < deaths) for number in range(deaths + 1)]
    second_lives = [_life(random, longest_stop, dies=random.random() < 0.5)] if has_second else []
    return RunPlan(
        seed=seed,
        cards=random.choice((3, 3, 4, 5, 6, 8)),
        lives=lives,
        second_lives=second_lives,
        takes_over=takes_over,
        is_distributed=random.random() < 0.08,
        trouble_rate=random.choice((0.0, 0.1, 0.2, 0.35)),
    )


def _life(random: Random, longest_stop: float, *, dies: bool) -> LifePlan:
    return LifePlan(
        begins_after=random.choice((0.0, random.uniform(0, 10), random.uniform(0, 150))),
        dies_at=random.randint(1, 70) if dies else None,
        stops_at=random.randint(1, 70) if random.random() < 0.4 else None,
        stops_for=random.choice((random.uniform(5, longest_stop), longest_stop)),
    )


def drawn_late(seed: int) -> RunPlan:
    """Draw a run as `drawn` does, whose list is not there yet when the digest is due."""
    return replace(drawn(seed), list_after=Random(seed).choice((10.0, 45.0, 100.0, 300.0)))


def dying_at(
    point: int,
    troubles: tuple[Trouble, ...] = (),
    *,
    takes_over: bool = True,
    list_after: float | None = None,
) -> RunPlan:
    """Return the run of a small digest whose worker dies at one point, and is started again at once."""
    lives = (LifePlan(dies_at=point), LifePlan(begins_after=1.0))
    return RunPlan(
        seed=point, cards=2, lives=lives, takes_over=takes_over, troubles=troubles, list_after=list_after
    )


def points_of(
    folder: Path,
    troubles: tuple[Trouble, ...] = (),
    *,
    takes_over: bool = True,
    list_after: float | None = None,
) -> int:
    """Return at how many points a worker may die that has the digest of `dying_at` to deliver."""
    calm = RunPlan(seed=0, cards=2, takes_over=takes_over, troubles=troubles, list_after=list_after)
    return simulate(calm, folder).points


def hits(*, list_after: float | None = None) -> list[tuple[Trouble, ...]]:
    """Return the troubles of each run of `dying_at` that has one fault, at one of its posts or changes."""
    messages = 3 if list_after is None else 4
    return [(*[CALM] * position, fault) for position in range(messages) for fault in SINGLE]


def spread(folder: Path, *, list_after: float | None = None) -> Iterator[tuple[int, tuple[Trouble, ...]]]:
    """Give each point once at which a worker may die, with one of the hits, and each hit with some points."""
    shuffled = hits(list_after=list_after)
    Random(0).shuffle(shuffled)
    for first, troubles in enumerate(shuffled, 1):
        last = points_of(folder, troubles, list_after=list_after)
        yield from ((point, troubles) for point in range(first, last + 1, len(shuffled)))
