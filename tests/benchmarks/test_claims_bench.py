"""What the checks of a claim catch and what they mark wrongly, on papers and summaries that others published.

The papers are those of public forks of daily-paper-reader that the checks were not written beside.
`PAPER_ROUND_PUBLISHED_PAPERS` has the paths of their git directories; nothing of them is kept here. A model's
part, naming sentences, is played by naming the right ones, any two, and none. Where nothing tells which are
right, a claim is left out of what is changed.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from time import process_time

import pytest

from bot.summaries.figures import stated_figures
from bot.summaries.names import names_in
from bot.system_card.measured import CLAIMS, CLAIMS_WITHIN
from tests.benchmarks import claim_changes
from tests.benchmarks.claim_changes import Naming, Told, claims_of
from tests.benchmarks.published_papers import PLACE, PublishedPaper, git_directories, published_papers

pytestmark = pytest.mark.benchmark

LANGUAGE = "zh-CN"
CASES = {"right": 1_000, "wrong": 200, "none": 200}
MOST_MILLISECONDS = 100

Change = Callable[[str], Iterator[str]]


@pytest.fixture(scope="module")
def papers() -> list[PublishedPaper]:
    directories = git_directories()
    if not directories:
        pytest.skip(f"{PLACE} gives no git directory of a fork with papers")
    return list(published_papers(*directories))


@pytest.fixture(scope="module")
def told(papers: list[PublishedPaper]) -> list[Told]:
    found: list[Told] = []
    for paper in papers:
        naming = Naming(paper.given, paper.abstract, paper.translation)
        claims = claims_of(paper.parts, LANGUAGE, naming)
        found += [Told(paper.id, claim, LANGUAGE, paper.given, paper.source) for claim in claims]
    return found


def unmarked(
    told: list[Told], change: Callable[[Told], Iterator[str]], most: int = CASES["right"]
) -> tuple[int, int]:
    """Return how many changed claims get no mark that the true one does not have, and of how many."""
    cases = [(each, text) for each in told for text in change(each)]
    random.Random(1).shuffle(cases)
    missed = sum(set(each.changed(text).marks()) <= set(each.marks()) for each, text in cases[:most])
    return missed, len(cases[:most])


def changes() -> dict[str, Callable[[Told], Iterator[str]]]:
    generator = random.Random(2)
    return {
        "one_digit": lambda each: claim_changes.one_digit(each.claim.text, LANGUAGE, generator),
        "swapped": lambda each: claim_changes.swapped(each.claim.text, LANGUAGE),
        "percent_as_points": lambda each: claim_changes.as_points(each.claim.text, LANGUAGE),
        "percent_dropped": lambda each: claim_changes.without_percent(each.claim.text, LANGUAGE),
        "direction": lambda each: claim_changes.flipped(each.claim.text, LANGUAGE),
    }


def named(told: list[Told], naming: str) -> list[Told]:
    """Return the claims with the right sentences, any two of the paper's, or none."""
    if naming == "right":
        return [each for each in told if each.claim.numbers]
    generator = random.Random(3)
    numbers = [each.any_two(generator) if naming == "wrong" else () for each in told]
    return [
        replace(each, claim=replace(each.claim, numbers=named))
        for each, named in zip(told, numbers, strict=True)
    ]


@pytest.mark.parametrize("change", [*changes(), "name"])
def test_what_is_wrong_passes_unmarked_as_rarely_as_the_system_card_says(
    change: str, told: list[Told]
) -> None:
    others = sorted({name for each in told for name in names_in(each.claim.text)})
    generator = random.Random(4)
    known = changes() | {
        "name": lambda each: claim_changes.renamed(each.claim.text, each.source.text, others, generator)
    }
    rates: dict[str, float] = {}
    for naming in ("right", "wrong", "none"):
        missed, count = unmarked(named(told, naming), known[change], CASES[naming])
        rates[naming] = 100 * missed / count
        print(f"\n{change}, {naming} sentences: {missed} of {count} unmarked, {rates[naming]:.1f} %")

    assert rates["right"] == pytest.approx(CLAIMS[f"unmarked_{change}"], abs=CLAIMS_WITHIN)


def test_a_direction_is_seen_more_often_in_results(told: list[Told]) -> None:
    results = [each for each in named(told, "right") if each.claim.part == "results"]
    missed, count = unmarked(results, changes()["direction"])
    print(f"\ndirection in results: {missed} of {count} unmarked, {100 * missed / count:.1f} %")

    assert 100 * missed / count == pytest.approx(CLAIMS["unmarked_direction_in_results"], abs=CLAIMS_WITHIN)


def test_what_is_true_is_marked_as_rarely_as_the_system_card_says(told: list[Told]) -> None:
    marks = [mark for each in told for mark in each.marks()]
    kinds = Counter(mark.partition(":")[0] for mark in marks)
    figures = sum(len(stated_figures(each.claim.text, LANGUAGE)) for each in told)
    names = sum(len(set(names_in(each.claim.text))) for each in told)
    for each in told:
        for mark in each.marks():
            print(f"\n{each.paper_id} {each.claim.part} {mark} in: {each.claim.text}")
    print(f"\n{len(told)} claims with {figures} figures and {names} names: {dict(kinds)}")
    rates = {
        "true_figure_not_found": 100 * kinds["not_in_paper"] / figures,
        "true_figure_elsewhere": 100 * kinds["elsewhere"] / figures,
        "true_name_not_found": 100 * kinds["name"] / names,
        "true_direction_opposed": 100 * kinds["direction"] / len(told),
        "true_baseline_elsewhere": 100 * kinds["baseline"] / len(told),
        "true_shares_nothing": 100 * kinds["shares_nothing"] / len(told),
    }

    assert rates == {name: pytest.approx(CLAIMS[name], abs=CLAIMS_WITHIN) for name in rates}


def test_the_claims_of_a_summary_are_checked_in_much_less_than_a_tenth_of_a_second(
    papers: list[PublishedPaper],
) -> None:
    paper = min(papers, key=lambda each: abs(len(each.source.text) - 100_000))
    claims = list(claims_of(paper.parts, LANGUAGE, Naming(paper.given, paper.abstract, paper.translation)))
    fresh = [Told(paper.id, claim, LANGUAGE, paper.given, paper.source) for claim in claims]
    started = process_time()
    for each in fresh:
        each.marks()
    milliseconds = 1_000 * (process_time() - started)
    print(f"\n{len(fresh)} claims against {len(paper.source.text):,} characters: {milliseconds:.0f} ms")

    assert milliseconds < MOST_MILLISECONDS
