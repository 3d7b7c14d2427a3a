"""An outage is said once when it begins, then once an hour, and once when it is over."""

import logging

import pytest

from bot.errors import DamagedRowError, StorageGoneError
from bot.outages import Outages
from tests.support.clocks import SimulatedClock
from tests.support.stage import NOON

HALF_AN_HOUR = 1800


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (StorageGoneError("It is gone."), [True, False, True, False, True]),
        (None, [True, False, True, False, True]),
        (DamagedRowError("It is damaged."), [True, False, False, False, False]),
    ],
)
def test_what_fails_for_long_is_said_once_an_hour_and_damage_once(
    error: Exception | None, said: list[bool]
) -> None:
    clock = SimulatedClock(NOON)
    outages, told = Outages(clock), []
    for _ in said:
        told.append(outages.begin("The database", error))
        clock.advance(HALF_AN_HOUR)

    assert told == said


def test_an_outage_that_was_only_noted_is_still_to_be_said() -> None:
    outages = Outages(SimulatedClock(NOON))
    outages.note("Slack")

    assert [outages.begin("Slack"), outages.begin("Slack"), outages.begin("arXiv")] == [True, False, True]


def test_the_next_outage_is_said_anew(caplog: pytest.LogCaptureFixture) -> None:
    clock = SimulatedClock(NOON)
    outages = Outages(clock)
    with caplog.at_level(logging.INFO, "bot.outages"):
        told = [outages.begin("Slack")]
        clock.advance(60)
        outages.end("Slack")
        told.append(outages.begin("Slack"))

    assert told == [True, True]
    assert caplog.messages == ["Slack works again, after 0:01:00 (h:mm:ss)."]


def test_a_clock_that_is_set_back_does_not_silence_an_outage() -> None:
    clock = SimulatedClock(NOON)
    outages = Outages(clock)
    first = outages.begin("Slack")
    clock.advance(-60)

    assert (first, outages.begin("Slack")) == (True, True)
