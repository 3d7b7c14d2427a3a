"""Plans of runs: drawn from a seed, or dying at a chosen point of one small digest."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from bot.sandbox.faults import Kind
from tests.simulation.faults import CALM, SINGLE, Trouble
from tests.simulation.runs import LifePlan, RunPlan
from tests.simulation.world import PICTURES_HOST, simulate

_LONGEST_STOP = 180.0
"""Longer than a lease, so that others take over; short enough for the last look to repair.

A process that sends a message later than that after deciding to can leave a second copy for good.
"""

_LONGEST_STOP_WITHOUT_LEASE = 75.0
"""The same for runs in which leases are taken over at once, so that the last look comes earlier."""

CARDS_OF_PEOPLE = 8
"""Of so many papers both people follow some, one of them the same, and one is picked for one of them."""

LIST_AFTER = 45.0
"""In runs through all points of waiting, the list comes between the second tick and the third."""


def drawn(seed: int) -> RunPlan:
    """Draw a run: some deaths, some faults, and in two of five runs a second process."""
    random = Random(seed)
    has_second = random.random() < 0.4
    takes_over = random.random() < 0.5
    longest_stop = _LONGEST_STOP_WITHOUT_LEASE if takes_over and has_second else _LONGEST_STOP
    deaths = random.choice((0, 1, 1, 2, 3))
    lives = [_life(random, longest_stop, dies=number < deaths) for number in range(deaths + 1)]
    other_lives = [[_life(random, longest_stop, dies=random.random() < 0.5)]] if has_second else []
    return RunPlan(
        seed=seed,
        cards=random.choice((3, 3, 4, 5, 6, 8)),
        lives=lives,
        other_lives=other_lives,
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


def drawn_on_server(seed: int) -> RunPlan:
    """Draw a run of three workers on one database server, which drops connections and may be restarted.

    Leases are all that they have: none of them knows whether another is alive.
    """
    random = Random(seed)
    workers = [
        [_life(random, _LONGEST_STOP, dies=number < deaths) for number in range(deaths + 1)]
        for deaths in random.choices((0, 0, 1, 2), k=3)
    ]
    # The first one outlives the others, so that somebody is there to end the work.
    first, *others = sorted(workers, key=len)
    return replace(
        drawn(seed),
        lives=first,
        other_lives=others,
        takes_over=False,
        dropped_rate=random.choice((0.0, 0.02, 0.1)),
        unsure_rate=random.choice((0.0, 0.0, 0.05)),
        restarts_after=random.uniform(0, 20) if random.random() < 0.05 else None,
    )


def drawn_late(seed: int) -> RunPlan:
    """Draw a run as `drawn` does, but with a list that comes after the digest is due."""
    return replace(drawn(seed), list_after=Random(seed).choice((10.0, 45.0, 100.0, 300.0)))


def drawn_with_pause(seed: int) -> RunPlan:
    """Draw a run as `drawn` does, in which a person pauses the digest and resumes it."""
    random = Random(seed)
    begins_after = random.choice((random.uniform(0, 5), random.uniform(0, 60)))
    return replace(drawn(seed), pause=(begins_after, random.choice((0.3, 20.0, 100.0, 300.0))))


def without_pictures(plan: RunPlan, times: int) -> RunPlan:
    """Return the run with pictures on its cards, of which Slack loads none that many times."""
    lost: tuple[Kind, Mapping[str, Any]] = ("lose_image", {"host": PICTURES_HOST, "times": times})
    return replace(plan, has_pictures=True, faults=[*plan.faults, *([lost] if times else [])])


def drawn_for_people(seed: int) -> RunPlan:
    """Draw a run as `drawn` does, in which two people get what each follows."""
    return replace(drawn(seed), is_personal=True)


def dying_at(
    point: int,
    troubles: tuple[Trouble, ...] = (),
    *,
    takes_over: bool = True,
    list_after: float | None = None,
    is_personal: bool = False,
) -> RunPlan:
    """Return a run of a small digest whose process dies at one point and is restarted a second later."""
    lives = (LifePlan(dies_at=point), LifePlan(begins_after=1.0))
    return RunPlan(
        seed=point,
        cards=CARDS_OF_PEOPLE if is_personal else 2,
        is_personal=is_personal,
        lives=lives,
        takes_over=takes_over,
        troubles=troubles,
        list_after=list_after,
    )


def points_of(
    folder: Path,
    troubles: tuple[Trouble, ...] = (),
    *,
    takes_over: bool = True,
    list_after: float | None = None,
    is_personal: bool = False,
) -> int:
    """Return the number of points at which the process of `dying_at` can die."""
    dying = dying_at(0, troubles, takes_over=takes_over, list_after=list_after, is_personal=is_personal)
    return simulate(replace(dying, lives=(LifePlan(),)), folder).points


def hits(*, list_after: float | None = None) -> list[tuple[Trouble, ...]]:
    """Return the troubles of every run of `dying_at` with one fault at one of its posts or updates."""
    messages = 3 if list_after is None else 4
    return [(*[CALM] * position, fault) for position in range(messages) for fault in SINGLE]


def spread(folder: Path, *, list_after: float | None = None) -> Iterator[tuple[int, tuple[Trouble, ...]]]:
    """Yield each point of death once, with one of the hits, so that each hit meets some points."""
    shuffled = hits(list_after=list_after)
    Random(0).shuffle(shuffled)
    for first, troubles in enumerate(shuffled, 1):
        last = points_of(folder, troubles, list_after=list_after)
        yield from ((point, troubles) for point in range(first, last + 1, len(shuffled)))
