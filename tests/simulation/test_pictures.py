"""Pictures that Slack cannot load, through crashes and faults: they cost no card anything but themselves."""

from pathlib import Path

import pytest

from bot.sandbox.records import Message
from tests.simulation.checker import violations
from tests.simulation.plans import drawn, dying_at, without_pictures
from tests.simulation.runs import Record, RunPlan
from tests.simulation.world import simulate

_SEEDS_A_TEST = 25
_ALWAYS = 10_000
_CALM = RunPlan(seed=1, cards=4)


def cards_of(record: Record) -> list[Message]:
    messages = sorted(record.workspace.channel("papers").messages.values(), key=lambda each: each.ts)
    return messages[1:]


def pictures_of(record: Record) -> list[str]:
    """Return of each card what is said in place of its picture, empty for one without."""
    drawn = [[each for each in card.blocks or [] if each["type"] == "image"] for card in cards_of(record)]
    return [images[0]["alt_text"] if images else "" for images in drawn]


@pytest.mark.parametrize(("times", "without"), [(0, 0), (1, 1), (3, 3), (_ALWAYS, 4)])
def test_only_the_cards_whose_picture_does_not_load_are_without_it(
    folder: Path, times: int, without: int
) -> None:
    record = simulate(without_pictures(_CALM, times), folder)
    refused = [call for call in record.workspace.calls if call.error == "invalid_blocks"]

    assert violations(record) == []
    names = [f"Picture of “{title}”" for title in record.titles]
    assert pictures_of(record) == [*[""] * without, *names[without:]]
    assert len(refused) == without
    assert all(card.blocks for card in cards_of(record))


@pytest.mark.parametrize("step", [2, pytest.param(1, marks=pytest.mark.soak)])
def test_a_death_at_any_point_loses_and_doubles_no_card_whose_picture_does_not_load(
    folder: Path, step: int
) -> None:
    points = simulate(without_pictures(RunPlan(seed=0, cards=2), _ALWAYS), folder).points

    assert points > 30
    for point in range(1, points + 1, step):
        record = simulate(without_pictures(dying_at(point), _ALWAYS), folder)
        assert violations(record) == [], f"point {point}"
        assert pictures_of(record) == ["", ""], f"point {point}"
        assert all(card.blocks for card in cards_of(record)), f"point {point}"


@pytest.mark.parametrize("first", [0, pytest.param(_SEEDS_A_TEST, marks=pytest.mark.soak)])
def test_each_card_is_there_once_with_or_without_its_picture_whatever_happens(
    folder: Path, first: int
) -> None:
    for seed in range(first, first + _SEEDS_A_TEST):
        record = simulate(without_pictures(drawn(seed), times=1 + seed % 4), folder)
        assert violations(record) == [], f"seed {seed}"
        assert all(card.blocks for card in cards_of(record)), f"seed {seed}"
