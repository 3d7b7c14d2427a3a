"""The figures of real summaries: found in the summary itself, and no longer found when changed."""

import random
from pathlib import Path

import pytest

from bot.summaries.grounding import SourceText, grounded
from storage.records import Grounding
from tests.summaries.changing import changed, figures_of, has_or_gives, parts_of, published_summaries


def test_every_figure_of_a_summary_is_found_in_the_summary(shared_data: Path) -> None:
    count = 0
    for summary in published_summaries(shared_data):
        parts = parts_of(summary)
        figures = grounded(parts, summary.language, SourceText("\n".join(parts.values())))
        count += len(figures)

        assert [figure for figure in figures if figure.grounding is not Grounding.SUPPORTED] == []
    assert count > 250


@pytest.mark.parametrize("cases", [250, pytest.param(5_000, marks=pytest.mark.benchmark)])
def test_a_figure_that_is_changed_to_what_the_text_neither_has_nor_gives_is_not_found(
    shared_data: Path, cases: int
) -> None:
    generator = random.Random(20250929)
    known = [(parts_of(summary), summary.language) for summary in published_summaries(shared_data)]
    with_figures = [
        (parts, figures, language, SourceText("\n".join(parts.values())))
        for parts, language in known
        if (figures := figures_of(parts, language))
    ]
    done = 0
    while done < cases:
        parts, figures, language, source = generator.choice(with_figures)
        change = changed(parts, figures, language, generator)
        if all(has_or_gives("\n".join(parts.values()), number) for number in change.figure.numbers):
            continue
        done += 1
        found = {
            figure.text: figure.grounding
            for figure in grounded({change.part: change.parts[change.part]}, language, source)
        }

        assert (change.figure.text, found[change.figure.text]) == (change.figure.text, Grounding.NOT_FOUND)
