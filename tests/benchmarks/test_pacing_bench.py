"""The whole rush at nine o'clock, with several seeds."""

import pytest

from tests.support.rush import Rush, slow_each_way

pytestmark = pytest.mark.benchmark

SEEDS = range(1, 6)


def whole(rush: Rush) -> list[list[str]]:
    return [[str(number) for number in range(rush.messages)]] * (rush.workspaces * rush.channels)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("workspaces", "channels"), [(1, 100), (20, 5)])
def test_a_full_rush_is_within_12_percent_of_the_least_time(
    workspaces: int, channels: int, seed: int
) -> None:
    rush = Rush(workspaces, channels, 36, seed=seed)
    result = rush.run()

    assert result.refused() == 0
    assert result.ratio <= 1.12
    assert result.cards_before_the_last_parent() <= 1
    assert result.widest_spread() <= 2
    assert result.texts() == whole(rush)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_big_workspace_is_within_5_percent_of_the_least_time(seed: int) -> None:
    result = Rush(1, 100, 36, seed=seed).run()

    assert result.ratio <= 1.05


@pytest.mark.parametrize(("workspaces", "channels"), [(1, 100), (20, 5)])
def test_a_full_rush_where_slack_takes_half_of_what_is_set_loses_nothing(
    workspaces: int, channels: int
) -> None:
    rush = Rush(workspaces, channels, 36, true_rate=150)
    result = rush.run()

    assert result.refused() > 0
    assert result.ratio <= 1.12
    assert result.widest_spread() <= 3
    assert result.texts() == whole(rush)


@pytest.mark.parametrize(("workspaces", "channels"), [(1, 100), (20, 5)])
def test_30_to_250_ms_each_way_bring_no_refusal(workspaces: int, channels: int) -> None:
    rush = Rush(workspaces, channels, 36, network=slow_each_way)
    result = rush.run()

    assert result.refused() == 0
    assert result.ratio <= 1.25
    assert result.texts() == whole(rush)
