"""The system card: what it says of an installation, and that it says what the code does."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.settings import Settings
from bot.summaries.checks import FaultKind
from bot.summaries.prompt import PROMPT_VERSION
from bot.system_card.card import MOST_KINDS, ModelInUse, Models, Reports, SystemCard, example_card, read_card
from bot.system_card.checks import CHECKS
from bot.system_card.hazards import HAZARDS
from bot.system_card.measured import RATES
from bot.system_card.rendering import as_json, as_markdown
from storage.records import (
    FROM_DIGEST_FILE,
    FROM_MODEL,
    Figure,
    Grounding,
    MistakeReport,
    Paper,
    Provenance,
    ReportCount,
    ReportedPaper,
    ReportOutcome,
    Summary,
    SummaryCount,
    TextRead,
)
from storage.tables import Tables

NOW = datetime(2025, 10, 1, 9, 30, tzinfo=UTC)
DAY = date(2025, 9, 29)
PAPER = Paper(id="2509.21240", title="Gardens")
MADE = Summary(
    PAPER.id,
    "en",
    Provenance(FROM_MODEL, DAY, "example-1", "3", TextRead.PART),
    tldr="Graphs grow by 12%.",
    figures=(Figure("12%", "tldr", Grounding.NOT_FOUND),),
)
STRANGE = "evil | [model](https://example.org)\n# Heading"
SETTINGS = Settings.model_construct(model="example-2", model_url="https://llm.example.org/v1/")
HAZARDS_SO_FAR = [f"H{number}" for number in range(1, 14)]


@pytest.fixture
def card(tables: Tables) -> SystemCard:
    tables.papers.add(PAPER)
    tables.summaries.put(MADE)
    by_stranger = Provenance(FROM_DIGEST_FILE, DAY, STRANGE)
    tables.summaries.put(replace(MADE, language="zh-CN", provenance=by_stranger, figures=()))
    for person in ("U0ADA", "U0EMMY"):
        report = MistakeReport("T0TEAM", person, PAPER.id, "en", NOW, "The note of Ada.", FROM_MODEL, DAY)
        tables.mistake_reports.add(report)
    return read_card(tables, SETTINGS, NOW)


def test_a_card_tells_which_model_wrote_what_and_what_was_reported(card: SystemCard) -> None:
    assert card.made_at == NOW
    assert card.models == Models(
        ModelInUse("example-2", "llm.example.org", 12_000, reads_twice=True),
        (
            SummaryCount(FROM_DIGEST_FILE, STRANGE, None, None, "zh-CN", 1, 0, 0, DAY, DAY),
            SummaryCount(FROM_MODEL, "example-1", "3", TextRead.PART, "en", 1, 1, 1, DAY, DAY),
        ),
    )
    assert card.reports == Reports(
        (ReportCount(FROM_MODEL, "example-1", ReportOutcome.UNCHANGED, 2, 1, NOW, NOW),),
        most_reported=(ReportedPaper(PAPER.id, 2, NOW),),
    )
    assert (card.reports.total, card.reports.since) == (2, NOW)


def test_a_card_says_in_words_what_became_of_each_kind_of_report(card: SystemCard) -> None:
    kinds = [replace(card.reports.counts[0], outcome=outcome) for outcome in ReportOutcome]
    reported = replace(card, reports=replace(card.reports, counts=tuple(kinds), is_all=False))

    lines = as_markdown(reported).partition("## Reported mistakes")[2].splitlines()

    start = lines.index("8 of the 4 commonest kinds, since 2025-10-01:")
    assert lines[start + 4 : start + 8] == [
        f"| 2 | 1 | a model, asked by the bot | example-1 | {outcome} | 2025-10-01 | 2025-10-01 |"
        for outcome in (
            "made anew since",
            "a model's summary has taken its place",
            "the paper is withdrawn",
            "stands as it was",
        )
    ]
    assert lines[-1] == "| 2509.21240 | 2 | 2025-10-01 |"


def test_a_card_names_nobody_and_has_no_notes(card: SystemCard) -> None:
    for text in (as_json(card), as_markdown(card)):
        assert [secret for secret in ("U0ADA", "U0EMMY", "T0TEAM", "note of Ada") if secret in text] == []


def test_what_a_digest_file_calls_its_model_is_no_markdown(card: SystemCard) -> None:
    rows = [line for line in as_markdown(card).splitlines() if "evil" in line]

    assert [row.partition(" |  | ")[0] for row in rows] == [
        "| 1 | zh-CN | a digest file | evil \\| \\[model\\](https\\://example.org) \\# Heading"
    ]


def test_the_json_has_all_that_the_markdown_has(card: SystemCard) -> None:
    told: dict[str, Any] = json.loads(as_json(card))

    assert (told["schema"], told["made_at"]) == ("paper-round/system-card/1", "2025-10-01T09:30:00+00:00")
    assert told["system"]["prompt_version"] == PROMPT_VERSION
    assert told["models"]["in_use"] == {
        "name": "example-2",
        "endpoint": "llm.example.org",
        "tokens_a_text": 12_000,
        "reads_twice": True,
    }
    assert told["models"]["stored"][1] == {
        "source": "model",
        "model": "example-1",
        "prompt": "3",
        "text_read": "part",
        "language": "en",
        "summaries": 1,
        "figures": 1,
        "figures_not_found": 1,
        "first_made_at": "2025-09-29",
        "last_made_at": "2025-09-29",
    }
    assert [hazard["id"] for hazard in told["hazards"]] == HAZARDS_SO_FAR
    assert told["reports"] == {
        "counts": [
            {
                "summary_source": "model",
                "model": "example-1",
                "outcome": "unchanged",
                "reports": 2,
                "papers": 1,
                "first_at": "2025-10-01T09:30:00+00:00",
                "last_at": "2025-10-01T09:30:00+00:00",
            }
        ],
        "is_all": True,
        "most_reported": [{"paper_id": "2509.21240", "reports": 2, "last_at": "2025-10-01T09:30:00+00:00"}],
        "total": 2,
        "since": "2025-10-01T09:30:00+00:00",
    }


def test_a_card_lists_the_commonest_kinds_of_summaries_and_says_that_there_are_more(tables: Tables) -> None:
    tables.papers.add(PAPER)
    for number in range(MOST_KINDS + 1):
        provenance = replace(MADE.provenance, model=f"example-{number:03}")
        tables.summaries.put(replace(MADE, language=f"en-x-{number:03}", provenance=provenance))

    card = read_card(tables, SETTINGS, NOW)

    assert (len(card.models.stored), card.models.is_all) == (MOST_KINDS, False)
    assert f"Stored, the {MOST_KINDS} commonest kinds:" in as_markdown(card)


def test_without_a_model_a_card_says_so() -> None:
    card = example_card()

    assert card.models == Models(None)
    assert "No model writes summaries here" in as_markdown(card)
    assert json.loads(as_json(card))["models"]["in_use"] is None


def test_every_check_that_the_code_makes_is_on_the_card() -> None:
    assert [check.id for check in CHECKS] == list(FaultKind)


def test_an_identifier_of_a_hazard_is_never_given_to_another_one() -> None:
    # A hazard that is no more keeps its place, and says so.
    assert [hazard.id for hazard in HAZARDS] == HAZARDS_SO_FAR
    assert len({rate.id for rate in RATES}) == len(RATES)
