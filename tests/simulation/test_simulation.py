"""Deliveries through crashes, faults and second processes: whatever happens, each paper is there once."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.simulation.checker import violations, violations_of_people, violations_without_reading
from tests.simulation.faults import CALM, SINGLE, trouble
from tests.simulation.mutants import (
    MUTATIONS,
    MUTATIONS_OF_PAUSES,
    MUTATIONS_OF_PEOPLE,
    MUTATIONS_OF_WAITING,
    Mutation,
)
from tests.simulation.plans import (
    CARDS_OF_PEOPLE,
    LIST_AFTER,
    drawn,
    drawn_for_people,
    drawn_late,
    drawn_on_server,
    drawn_with_pause,
    dying_at,
    hits,
    points_of,
    spread,
)
from tests.simulation.runs import LifePlan, Record, RunPlan
from tests.simulation.world import simulate
from tests.support.postgresql import DatabaseServer

_SEEDS_A_TEST = 25
_SEEDS_FOR_A_MUTANT = 200


def _firsts(of_suite: int, of_soak: int) -> list[Any]:
    """Return the first seed of each test: those of so many seeds are of the suite, the others soak."""
    firsts = range(0, of_suite, _SEEDS_A_TEST), range(of_suite, of_suite + of_soak, _SEEDS_A_TEST)
    return [*firsts[0], *(pytest.param(first, marks=pytest.mark.soak) for first in firsts[1])]


# The database drops its connections in the first and third, leaves commits in doubt in the first and last.
_SERVER_SEEDS = (3, 5, 9, 12)
_ON_SERVER = [
    pytest.param(_SERVER_SEEDS, id="some"),
    *(
        pytest.param(range(first, first + 6), id=f"{first}", marks=pytest.mark.soak)
        for first in range(0, 24, 6)
    ),
]


def _deaths(one_in: int) -> pytest.MarkDecorator:
    """Have a death at one in so many points, half of them by the lock and half by the lease; all soak."""
    places = [
        pytest.param(True, 1, 2 * one_in, id="by the lock"),
        pytest.param(False, 1 + one_in, 2 * one_in, id="by the lease"),
        pytest.param(True, 1, 1, id="by the lock, at each", marks=pytest.mark.soak),
        pytest.param(False, 1, 1, id="by the lease, at each", marks=pytest.mark.soak),
    ]
    return pytest.mark.parametrize(("takes_over", "first", "step"), places)


@pytest.mark.parametrize("first", _firsts(50, 150))
def test_each_paper_is_there_once_and_in_order_whatever_happens(folder: Path, first: int) -> None:
    for seed in range(first, first + _SEEDS_A_TEST):
        broken = violations(simulate(drawn(seed), folder))
        assert broken == [], f"seed {seed}"


@pytest.mark.parametrize("seeds", _ON_SERVER)
def test_three_workers_on_one_server_post_each_paper_once_and_in_order_whatever_happens(
    database_server: DatabaseServer, seeds: Iterable[int]
) -> None:
    for seed in seeds:
        record = simulate(drawn_on_server(seed), database_server)
        assert violations(record) == [], f"seed {seed}"
        database_server.drop(record.database)


@_deaths(one_in=1)
def test_a_death_at_any_point_loses_and_doubles_nothing(
    folder: Path, takes_over: bool, first: int, step: int
) -> None:
    points = points_of(folder, takes_over=takes_over)

    assert points > 30
    for point in range(first, points + 1, step):
        assert violations(simulate(dying_at(point, takes_over=takes_over), folder)) == [], f"point {point}"


@pytest.mark.parametrize(
    "list_after",
    [
        pytest.param(None, id="of a digest"),
        pytest.param(LIST_AFTER, id="of waiting", marks=pytest.mark.soak),
    ],
)
def test_a_death_at_any_point_with_some_fault_loses_and_doubles_nothing(
    folder: Path, list_after: float | None
) -> None:
    """Combine each point with one fault, and each fault at each message with some points.

    The combinations are shuffled with seed 0; `pytest -m benchmark` runs all of them.
    """
    points, met = set(), set()
    for point, troubles in spread(folder, list_after=list_after):
        plan = dying_at(point, troubles, list_after=list_after)
        assert violations(simulate(plan, folder)) == [], f"point {point}, {list(map(str, troubles))}"
        points.add(point)
        met.add(troubles)

    assert points >= set(range(1, points_of(folder, list_after=list_after) + 1))
    assert met == set(hits(list_after=list_after))


@pytest.mark.parametrize("first", _firsts(25, 25))
def test_a_digest_whose_list_came_late_is_whole_whatever_happens(folder: Path, first: int) -> None:
    for seed in range(first, first + _SEEDS_A_TEST):
        broken = violations(simulate(drawn_late(seed), folder))
        assert broken == [], f"seed {seed}"


@pytest.mark.parametrize("first", _firsts(25, 75))
def test_a_digest_that_is_paused_stops_at_once_and_is_whole_once_resumed(folder: Path, first: int) -> None:
    for seed in range(first, first + _SEEDS_A_TEST):
        broken = violations(simulate(drawn_with_pause(seed), folder))
        assert broken == [], f"seed {seed}"


@pytest.mark.parametrize("first", _firsts(25, 75))
def test_two_people_get_what_each_follows_once_and_with_its_reasons_whatever_happens(
    folder: Path, first: int
) -> None:
    for seed in range(first, first + _SEEDS_A_TEST):
        broken = violations_of_people(simulate(drawn_for_people(seed), folder))
        assert broken == [], f"seed {seed}"


@_deaths(one_in=2)
def test_a_death_at_any_point_of_people_s_digests_loses_and_doubles_nothing(
    folder: Path, takes_over: bool, first: int, step: int
) -> None:
    points = points_of(folder, takes_over=takes_over, is_personal=True)

    assert points > 30
    for point in range(first, points + 1, step):
        plan = dying_at(point, takes_over=takes_over, is_personal=True)
        assert violations_of_people(simulate(plan, folder)) == [], f"point {point}"


def test_a_fault_at_any_message_of_people_s_digests_loses_and_doubles_nothing(folder: Path) -> None:
    for seed, fault in enumerate(SINGLE):
        for troubles in ((fault,), (CALM, fault), (fault, fault)):
            plan = RunPlan(seed=seed, cards=CARDS_OF_PEOPLE, is_personal=True, troubles=troubles)
            assert violations_of_people(simulate(plan, folder)) == [], list(map(str, troubles))


@pytest.mark.parametrize(
    "seeds", [(3, 12), pytest.param(range(6), marks=pytest.mark.soak)], ids=["some", "more"]
)
def test_people_s_digests_on_one_server_are_right_whatever_happens(
    database_server: DatabaseServer, seeds: Iterable[int]
) -> None:
    for seed in seeds:
        record = simulate(replace(drawn_on_server(seed), is_personal=True), database_server)
        assert violations_of_people(record) == [], f"seed {seed}"
        database_server.drop(record.database)


def _is_noticed(
    mutation: Mutation,
    shown_by: int,
    draw: Callable[[int], RunPlan],
    judge: Callable[[Record], list[str]],
    folder: Path,
) -> bool:
    """Try the seed that shows it in the delivery of today, then all others."""
    with pytest.MonkeyPatch.context() as patch:
        timing = mutation(patch)
        plans = map(draw, (shown_by, *range(_SEEDS_FOR_A_MUTANT)))
        return any(judge(simulate(plan, folder, timing)) for plan in plans)


def _mutations(shown_by: Mapping[Mutation, int]) -> pytest.MarkDecorator:
    ids = [mutation.__name__ for mutation in shown_by]
    return pytest.mark.parametrize(("mutation", "shown_by"), shown_by.items(), ids=ids)


@_mutations(MUTATIONS_OF_PEOPLE)
def test_the_simulation_notices_a_safeguard_of_people_s_digests_that_is_missing(
    folder: Path, mutation: Mutation, shown_by: int
) -> None:
    assert _is_noticed(mutation, shown_by, drawn_for_people, violations_of_people, folder)


@_mutations(MUTATIONS_OF_PAUSES)
def test_the_simulation_notices_a_safeguard_of_pauses_that_is_missing(
    folder: Path, mutation: Mutation, shown_by: int
) -> None:
    assert _is_noticed(mutation, shown_by, drawn_with_pause, violations, folder)


@_deaths(one_in=2)
def test_a_death_at_any_point_between_waiting_and_digest_loses_and_doubles_nothing(
    folder: Path, takes_over: bool, first: int, step: int
) -> None:
    points = points_of(folder, takes_over=takes_over, list_after=LIST_AFTER)

    assert points > 60
    for point in range(first, points + 1, step):
        plan = dying_at(point, takes_over=takes_over, list_after=LIST_AFTER)
        assert violations(simulate(plan, folder)) == [], f"point {point}"


@_mutations(MUTATIONS_OF_WAITING)
def test_the_simulation_notices_a_safeguard_of_waiting_that_is_missing(
    folder: Path, mutation: Mutation, shown_by: int
) -> None:
    assert _is_noticed(mutation, shown_by, drawn_late, violations, folder)


@_mutations(MUTATIONS)
def test_the_simulation_notices_a_safeguard_that_is_missing(
    folder: Path, mutation: Mutation, shown_by: int
) -> None:
    assert _is_noticed(mutation, shown_by, drawn, violations, folder)


def test_a_run_is_the_same_each_time(folder: Path) -> None:
    plan = replace(drawn(7), trouble_rate=0.35)
    first, second = simulate(plan, folder), simulate(plan, folder)

    assert list(first.workspace.calls) == list(second.workspace.calls)
    assert (first.arrivals, first.points) == (second.arrivals, second.points)


def test_a_message_is_found_where_slack_lets_little_be_read(folder: Path) -> None:
    plan = RunPlan(
        seed=1, cards=3, lives=[LifePlan()], is_distributed=True, troubles=[trouble("drop_after_write")]
    )

    record = simulate(plan, folder)

    assert violations(record) == []
    assert record.ended_after is not None
    assert record.ended_after < timedelta(minutes=10)


def test_where_nothing_may_be_read_nothing_is_sent_twice_and_nothing_is_missing_in_silence(
    folder: Path,
) -> None:
    for seed in range(25):
        plan = replace(drawn(seed), may_read=False, trouble_rate=0.1)
        assert violations_without_reading(simulate(plan, folder)) == [], f"seed {seed}"


def test_commits_that_fail_lose_and_double_nothing(folder: Path) -> None:
    failed = 0
    for seed in range(25):
        record = simulate(replace(drawn(seed), disk_full_rate=0.04), folder)
        assert violations(record) == [], f"seed {seed}"
        failed += record.failed_commits

    assert failed > 10


def test_a_new_process_lets_a_channel_rest_after_what_the_last_one_sent(folder: Path) -> None:
    for point in range(1, points_of(folder) + 1):
        lives = [LifePlan(dies_at=point), LifePlan(begins_after=0.2)]
        calls = simulate(RunPlan(seed=point, cards=3, lives=lives), folder).workspace.calls
        assert [call for call in calls if call.error == "ratelimited"] == [], f"point {point}"
