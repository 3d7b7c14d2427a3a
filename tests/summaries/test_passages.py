"""The sentences and rows of a text, as it is printed."""

import textwrap

import pytest

from bot.summaries.passages import passages

SENTENCES = [
    "In none of our experiments on rivers did we find that the net improves the accuracy of the baseline.",
    "It only does so where the gauges of two lakes are so near to each other that their readings agree.",
    "We therefore measure how far the silt has come, and leave all that lies behind the last dam to others.",
] * 6


@pytest.mark.parametrize("width", [40, 46, 52, 60, 90])
def test_the_lines_of_a_column_make_whole_sentences_however_narrow_it_is(width: int) -> None:
    printed = textwrap.fill(" ".join(SENTENCES), width)

    assert [each.text for each in passages(printed)] == SENTENCES


def test_short_lines_of_a_short_text_stand_alone() -> None:
    assert [each.text for each in passages("Rivers of silt\nThe net is slow\nDams")] == [
        "Rivers of silt",
        "The net is slow",
        "Dams",
    ]
