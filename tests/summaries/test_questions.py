"""What a discussion begins with: parts of a summary, else an abstract's limits, else what fits any paper."""

from datetime import date
from typing import Any

from bot.summaries.questions import Prompt, Topic, prompts
from storage.records import FROM_ABSTRACT, FROM_MODEL, Paper, Provenance, Summary, TextRead

ABSTRACT = (
    "Trees grow in gardens. However, they need years to do so. We water them.\n"
    "Our method assumes that it rains, e.g. in spring. It works."
)
PAPER = Paper("2509.00001", "Trees", abstract=ABSTRACT)


def summary(source: str, **parts: Any) -> Summary:
    provenance = Provenance(source, date(2025, 9, 29), "example-1", "1", TextRead.FULL_TEXT)
    return Summary(PAPER.id, "en", provenance, tldr="Trees.", **parts)


def test_a_models_summary_is_asked_about_by_its_parts() -> None:
    written = summary(FROM_MODEL, problem="Slow.", method="Water.", results="Fast.", takeaway="Try it.")

    assert prompts(PAPER, written) == (
        Prompt(Topic.PROBLEM, "Slow."),
        Prompt(Topic.RESULTS, "Fast."),
        Prompt(Topic.TAKEAWAY, "Try it."),
    )


def test_a_missing_part_gives_way_to_the_method_and_then_to_what_fits_any_paper() -> None:
    written = summary(FROM_MODEL, method="Water.", results="Fast.")

    assert prompts(PAPER, written) == (
        Prompt(Topic.RESULTS, "Fast."),
        Prompt(Topic.METHOD, "Water."),
        Prompt(Topic.EVIDENCE),
    )


def test_without_a_model_the_abstracts_own_limits_are_asked_about() -> None:
    limits = (
        Prompt(Topic.LIMIT, "However, they need years to do so."),
        Prompt(Topic.LIMIT, "Our method assumes that it rains, e.g. in spring."),
        Prompt(Topic.EVIDENCE),
    )

    assert prompts(PAPER, None) == limits
    assert prompts(PAPER, summary(FROM_ABSTRACT, problem="They need years.")) == limits


def test_a_paper_without_an_abstract_still_has_three_questions() -> None:
    assert [each.topic for each in prompts(Paper("2509.00002", "Bare"), None)] == [
        Topic.EVIDENCE,
        Topic.OWN_WORK,
        Topic.SURPRISE,
    ]
