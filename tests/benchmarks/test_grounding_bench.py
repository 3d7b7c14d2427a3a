"""What looking up figures can promise: how often one that was changed at random is found by chance."""

import json
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path

import pytest

from bot.summaries.figures import StatedFigure, numbers_in
from bot.summaries.grounding import SourceText, grounded
from bot.summaries.sentences import sentences
from bot.system_card.measured import (
    EXCHANGED_BETWEEN_PARTS,
    EXCHANGED_WITHIN_A_PART,
    FOUND_BY_CHANCE,
    IN_THE_ABSTRACT,
)
from storage.records import Grounding, Summary
from tests.summaries.changing import changed, figures_of, parts_of, published_summaries

pytestmark = pytest.mark.benchmark

CASES = 1_000
WITHIN = 0.5
"""How far, of 100, the measured rates may be from those that the system card states."""

InPart = tuple[str, StatedFigure]
Exchange = tuple[InPart, InPart]


@pytest.fixture(scope="module")
def abstracts(shared_data: Path) -> dict[str, str]:
    items = json.loads((shared_data / "hf" / "2025-09-26.json").read_text("utf-8"))
    return {item["paper"]["id"]: f"{item['title']}.\n\n{item['paper']['summary']}" for item in items}


@pytest.fixture(scope="module")
def summaries(shared_data: Path, abstracts: dict[str, str]) -> list[Summary]:
    return [summary for summary in published_summaries(shared_data) if summary.paper_id in abstracts]


def sentences_with_figures(shared_data: Path) -> list[str]:
    found: dict[str, None] = {}
    for path in sorted((shared_data / "hf").glob("20*.json")):
        for item in json.loads(path.read_text("utf-8")):
            for sentence in sentences(" ".join(item["paper"]["summary"].split())):
                if numbers_in(sentence):
                    found[sentence] = None
    return list(found)


def grown(text: str, figures: int, more: list[str], generator: random.Random) -> str:
    """Let a paper's abstract grow by other papers' sentences until it has so many figures."""
    count = sum(len(numbers_in(sentence)) for sentence in sentences(text))
    added: list[str] = []
    for sentence in generator.sample(more, len(more)):
        if count >= figures:
            break
        added.append(sentence)
        count += len(numbers_in(sentence))
    return "\n\n".join([text, *added])


def outcomes(
    summaries: list[Summary], sources: dict[str, SourceText], generator: random.Random
) -> Iterator[tuple[bool, Grounding]]:
    """Yield, for figures changed at random, whether the source has all of their numbers, and what we say."""
    able = [
        (summary, parts, figures)
        for summary, parts in ((summary, parts_of(summary)) for summary in summaries)
        if (figures := figures_of(parts, summary.language))
    ]
    for _ in range(CASES):
        summary, parts, figures = generator.choice(able)
        source = sources[summary.paper_id]
        change = changed(parts, figures, summary.language, generator)
        found = grounded({change.part: change.parts[change.part]}, summary.language, source)
        told = {figure.text: figure.grounding for figure in found}
        yield all(source.places(number) for number in change.figure.numbers), told[change.figure.text]


def exchanged(parts: Mapping[str, str], first: InPart, second: InPart) -> dict[str, str]:
    """Return the parts with each of two figures where the other was."""
    whole = dict(parts)
    edits = [(*first, second[1].text), (*second, first[1].text)]
    for part, figure, text in sorted(edits, key=lambda edit: edit[1].start, reverse=True):
        whole[part] = whole[part][: figure.start] + text + whole[part][figure.end :]
    return whole


def is_marked(text: str, part: str, figure: str, language: str, source: SourceText) -> bool:
    """Return whether a figure of a part's text is told not to be in the source."""
    found = grounded({part: text}, language, source)
    return any(each.text == figure and each.grounding is Grounding.NOT_FOUND for each in found)


def exchanges(parts: Mapping[str, str], language: str, *, within_one_part: bool) -> Iterator[Exchange]:
    """Yield all pairs of figures of the same kind that may change places."""
    for first, second in combinations(figures_of(parts, language), 2):
        kinds = [[number.kind for number in figure.numbers] for _, figure in (first, second)]
        is_alike = kinds[0] == kinds[1] and first[1].text != second[1].text
        if is_alike and (first[0] == second[0]) is within_one_part:
            yield first, second


@pytest.mark.parametrize(
    ("within_one_part", "known"), [(True, EXCHANGED_WITHIN_A_PART), (False, EXCHANGED_BETWEEN_PARTS)]
)
def test_figures_that_changed_places_are_marked_as_often_as_the_system_card_says(
    within_one_part: bool, known: float, shared_data: Path
) -> None:
    marked: list[bool] = []
    for summary in published_summaries(shared_data):
        parts = parts_of(summary)
        source = SourceText("\n".join(parts.values()))
        for first, second in exchanges(parts, summary.language, within_one_part=within_one_part):
            whole = exchanged(parts, first, second)
            marked += [
                is_marked(whole[part], part, other.text, summary.language, source)
                for (part, _), (_, other) in ((first, second), (second, first))
            ]
    rate = 100 * sum(marked) / len(marked)
    where = "one part" if within_one_part else "two parts"
    print(f"\nof {len(marked)} figures that changed places in {where}, {rate:.1f} % are marked")

    assert rate == pytest.approx(known, abs=WITHIN)


@pytest.mark.parametrize("figures", FOUND_BY_CHANCE)
def test_sharing_terms_makes_a_chance_hit_rarer(
    figures: int, shared_data: Path, abstracts: dict[str, str], summaries: list[Summary]
) -> None:
    generator = random.Random(figures)
    more = sentences_with_figures(shared_data)
    sources = {
        summary.paper_id: SourceText(grown(abstracts[summary.paper_id], figures, more, generator))
        for summary in summaries
    }
    results = list(outcomes(summaries, sources, generator))
    plain = sum(occurs for occurs, _ in results) / CASES
    rates = Counter(grounding for _, grounding in results)
    supported, derived = rates[Grounding.SUPPORTED] / CASES, rates[Grounding.DERIVED] / CASES
    print(
        f"\n{figures} figures in the source: a random figure occurs in {plain:.1%}, "
        f"is supported with shared terms in {supported:.1%}, derived in {derived:.1%} of {CASES}"
    )

    # What is derived occurs nowhere.
    assert supported < plain
    assert 100 * (supported + derived) == pytest.approx(FOUND_BY_CHANCE[figures], abs=WITHIN)


def test_figures_of_published_summaries_in_the_abstracts_of_their_papers(
    abstracts: dict[str, str], summaries: list[Summary]
) -> None:
    assert len(summaries) == 26
    rates: Counter[Grounding] = Counter()
    for summary in summaries:
        figures = grounded(parts_of(summary), summary.language, SourceText(abstracts[summary.paper_id]))
        rates.update(figure.grounding for figure in figures)
    shares = ", ".join(f"{grounding} {count}" for grounding, count in sorted(rates.items()))
    found = 1 - rates[Grounding.NOT_FOUND] / rates.total()
    print(f"\n{rates.total()} figures of 26 summaries: {shares}; {found:.1%} found in the abstract")

    assert 100 * found == pytest.approx(IN_THE_ABSTRACT, abs=WITHIN)
