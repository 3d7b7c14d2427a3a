"""`paper-round status`, of a bot whose tables are as a test wrote them."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from storage.database import connect
from storage.records import (
    FROM_MODEL,
    Listing,
    ListingState,
    MistakeReport,
    ModelRequest,
    Provenance,
    Summary,
    SummaryFailure,
    TextRead,
)
from storage.tables import Tables
from tests.support.command import run

SAMPLE_DAY = date(2025, 9, 29)
NOON = datetime(2025, 9, 29, 12, tzinfo=UTC)
ENGLISH = Path(__file__).parents[2] / "bot" / "documents" / "sample" / "2025-09-29.en.md"


@pytest.mark.parametrize(
    ("allowed", "more"),
    [
        ("2000000", []),
        (
            "17233",
            ["  Today's tokens are used up (PAPER_ROUND_TOKENS_A_DAY). Until midnight UTC, cards "],
        ),
    ],
)
def test_status_tells_how_many_tokens_summaries_may_take_and_when_they_are_used_up(
    channel: str, monkeypatch: pytest.MonkeyPatch, allowed: str, more: list[str]
) -> None:
    assert channel
    keep([ModelRequest("2509.21240", "en", "example-1", datetime.now(UTC), 1000, 234)], [], [])
    monkeypatch.setenv("LLM_MODEL", "example-1")
    monkeypatch.setenv("PAPER_ROUND_TOKENS_A_DAY", allowed)

    first, *rest = run("status").output.splitlines()[-1 - len(more) :]

    assert first.startswith(f"Summaries: 1,234 of {int(allowed):,} tokens today, ")
    assert [line[: len(known)] for line, known in zip(rest, more, strict=True)] == more


def test_status_tells_what_summaries_take_and_why_they_fail_and_what_people_report(channel: str) -> None:
    now = datetime.now(UTC)
    requests = [ModelRequest("2509.21240", "en", "example-1", now, 1000, 234)]
    failures = [
        SummaryFailure(paper_id, "en", 1, "The answer\n\x1b[31mis cut off.", now - age, now)
        for paper_id, age in (
            ("2509.21240", timedelta()),
            ("2509.19301", timedelta(hours=23)),
            ("2509.21268", timedelta(hours=25)),
        )
    ]
    reports = [
        MistakeReport("T1", "U1", "2509.21240", "en", NOON, "Wrong\x9b2J\nfigure.", "model", SAMPLE_DAY),
        MistakeReport(
            "T1", "U2", "2509.19301", "zh-CN", NOON + timedelta(hours=1), "", "abstract", SAMPLE_DAY
        ),
    ]
    keep(requests, failures, reports)

    told = json.loads(run("status", "--json").output)["summaries"]
    words = run("status").output

    assert (told["tokens_today"], len(told["failures"]), len(told["reports"])) == (1234, 2, 2)
    assert (told["reports"][0]["person"], told["reports"][0]["summary_made_at"]) == ("U2", "2025-09-29")
    assert words.splitlines()[-5:] == [
        "Summaries: no model set (LLM_MODEL), 1,234 tokens today, 2 failures in the last 24 hours.",
        "  2 × The answer \\u001b[31mis cut off.",
        "Reported mistakes, newest first:",
        "  2025-09-29 13:00 UTC: 2509.19301 in zh-CN (abstract, 2025-09-29): no note",
        "  2025-09-29 12:00 UTC: 2509.21240 in en (model, 2025-09-29): Wrong\\u009b2J figure.",
    ]


def test_status_tells_how_many_summaries_are_from_which_text(channel: str) -> None:
    assert channel
    database = connect(Path("paper-round.db"))
    with database.transaction():
        for language, read in {"en": TextRead.FULL_TEXT, "de": TextRead.PART, "fr": TextRead.PART}.items():
            provenance = Provenance(FROM_MODEL, datetime.now(UTC).date(), "example-1", "1", read)
            Tables(database).summaries.put(Summary("2509.21240", language, provenance, tldr="Graphs grow."))
    database.close()

    assert run("status").output.splitlines()[-1] == (
        "  Made in the last 7 days: 1 from the full text, 2 from part of it."
    )


def keep(requests: list[ModelRequest], failures: list[SummaryFailure], reports: list[MistakeReport]) -> None:
    """Write into the tables of the bot in this folder, as it would have done itself."""
    database = connect(Path("paper-round.db"))
    storage = Tables(database)
    with database.transaction():
        for request in requests:
            storage.model_requests.add(request)
        for failure in failures:
            storage.summary_failures.put(failure)
        for report in reports:
            storage.mistake_reports.add(report)
    database.close()


def test_status_tells_of_a_source_that_was_only_fetched_by_hand(tmp_path: Path) -> None:
    database = str(tmp_path / "test.db")
    run("import", str(ENGLISH), "--db", database)

    output = run("status", "--db", database).output.replace("September 2025", "September")
    assert output.splitlines()[1] == ("Digest file, 29 September: 12 papers. No channel follows it.")


def test_status_tells_how_each_source_is_in_words_and_what_it_answered(channel: str, tmp_path: Path) -> None:
    run("subscribe", channel, "--source", "huggingface", "--source", "arxiv:cs.CL")
    since = datetime(2025, 10, 2, 7, 40, tzinfo=UTC)
    saturday = Listing("huggingface", date(2025, 10, 4), ListingState.NONE)
    silent = Listing(
        "arxiv:cs.CL",
        since.date(),
        ListingState.STALLED,
        (),
        since,
        since,
        trouble="503",
        trouble_since=since,
    )
    database = connect(tmp_path / "paper-round.db")
    for listing in (saturday, silent):
        Tables(database).listings.put(listing)
    database.close()

    lines = run("status").output.replace("October 2025", "October").splitlines()
    first = "2025-10-04: Hugging Face doesn't publish on Saturdays."
    at = lines.index(first)
    assert lines[at + 1] == (
        "arXiv cs.CL hasn't answered since 2 October at 07:40; "
        "last check 2 October at 07:40, next 2 October at 07:40. (503)"
    )
