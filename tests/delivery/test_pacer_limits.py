"""Many channels that are all due at once: as fast as Slack's limits allow, and never faster.

The sandbox judges by the limits that it enforces: a message a second in a channel, 300 a minute in a
workspace with 10 at once.
"""

import pytest

from tests.support.rush import Rush, slow_each_way

RUSHES = [Rush(1, 40, 12), Rush(1, 1, 36), Rush(4, 5, 36)]


@pytest.mark.parametrize("rush", RUSHES, ids=["one big workspace", "one channel", "small workspaces"])
def test_all_due_at_once_takes_hardly_longer_than_slack_s_limits_demand(rush: Rush) -> None:
    result = rush.run()

    assert result.refused() == 0
    assert result.ratio <= 1.12
    assert result.texts() == [[str(number) for number in range(rush.messages)]] * (
        rush.workspaces * rush.channels
    )


@pytest.mark.parametrize("rush", RUSHES, ids=["one big workspace", "one channel", "small workspaces"])
def test_no_channel_is_ahead_of_others_and_all_have_their_parent_first(rush: Rush) -> None:
    result = rush.run()

    assert result.cards_before_the_last_parent() <= 1
    assert result.widest_spread() <= 2


@pytest.mark.parametrize("rush", [Rush(1, 30, 8, true_rate=150), Rush(4, 5, 36, true_rate=150)])
def test_where_slack_takes_half_of_what_is_set_all_comes_once_and_in_order(rush: Rush) -> None:
    result = rush.run()

    assert result.refused() > 0
    assert result.ratio <= 1.12
    assert result.widest_spread() <= 3
    assert result.texts() == [[str(number) for number in range(rush.messages)]] * (
        rush.workspaces * rush.channels
    )


def test_what_slack_says_of_the_time_saves_time() -> None:
    with_ts = Rush(2, 5, 36).run()
    without = Rush(2, 5, 36, tells_ts=False).run()

    assert (with_ts.refused(), without.refused()) == (0, 0)
    assert without.ratio - with_ts.ratio > 0.04


def test_a_slow_network_costs_time_and_no_refusal() -> None:
    result = Rush(2, 5, 36, network=slow_each_way).run()

    assert result.refused() == 0
    assert result.ratio <= 1.25
