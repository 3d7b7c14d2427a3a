"""The commands for channels, against `paper-round sandbox` in a process of its own."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result

from bot.commands import cli
from bot.documents.files import read_sample
from storage.database import connect, transaction
from storage.listings import Listings
from storage.records import Listing, ListingState, MistakeReport, ModelRequest, SummaryFailure
from storage.tables import Tables

SAMPLE_DAY = date(2025, 9, 29)
NOON = datetime(2025, 9, 29, 12, tzinfo=UTC)
ENGLISH = Path(__file__).parents[2] / "bot" / "sample" / "2025-09-29.en.md"


@pytest.fixture(scope="module")
def settings() -> Iterator[dict[str, str]]:
    """Start the sandbox and give what it prints: the settings that a bot needs."""
    command = [sys.executable, "-m", "bot", "sandbox"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ENGLISH.parents[2]) as sandbox:
        assert sandbox.stdout
        lines = [sandbox.stdout.readline().strip() for _ in range(3)]
        yield dict(line.split("=", 1) for line in lines)
        sandbox.terminate()


@pytest.fixture
def channel(settings: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """Set the environment of a bot in an empty folder, with a day of papers; give the id of #papers."""
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    run("import", str(ENGLISH))
    address = settings["SLACK_API_URL"].removesuffix("api/")
    with httpx.Client(base_url=address, trust_env=False) as control:
        ada = control.get("control/workspace").json()["people"][0]["id"]
        channels = control.get("control/view", params={"as": ada}).json()["channels"]
    return str(next(each["id"] for each in channels if each["name"] == "papers"))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.main, list(arguments))


def test_a_channel_is_subscribed_listed_and_unsubscribed(channel: str) -> None:
    wishes = [
        "--at",
        "18:30",
        "--tz",
        "Asia/Shanghai",
        "--language",
        "zh-CN",
        "--weekday",
        "mon",
        "--weekday",
        "fri",
    ]
    subscribed = run("subscribe", channel, *wishes)
    listed = run("subscriptions")
    ended = run("unsubscribe", channel, "C404")
    empty = run("subscriptions")

    assert subscribed.output == f"{channel}: digest-file at 18:30 Asia/Shanghai, mon, fri, in zh-CN\n"
    assert listed.output == subscribed.output
    assert ended.output == f"{channel}: no more digests\nC404: was not subscribed\n"
    assert empty.output == ""


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("--at", "25:00", "The time “25:00” cannot be read. Write it as 09:00."),
        ("--tz", "Moon/Base", "The zone “Moon/Base” cannot be read. Write it as Asia/Shanghai."),
        ("--language", "klingon!", "The language “klingon!” cannot be read. Write it as zh-CN."),
    ],
)
def test_a_wish_that_cannot_be_read_is_named_with_an_example(
    channel: str, option: str, value: str, sentence: str
) -> None:
    result = run("subscribe", channel, option, value)

    assert (result.exit_code, result.stderr) == (1, f"Error: {sentence}\n")


def test_a_dry_run_tells_what_would_come_and_why(channel: str) -> None:
    run("subscribe", channel, "--word", "robot")
    result = run("deliver", "--dry-run")

    lines = result.output.splitlines()
    assert lines[0] == f"{channel}, 2025-09-29:"
    assert len(lines) == 13
    assert [line.split()[1] for line in lines if line.startswith("  +")] == ["2509.19301"]


def test_deliver_brings_it_once_and_status_tells_so(channel: str) -> None:
    run("subscribe", channel, "--most-cards", "1")
    first = run("deliver", "--channel", channel)
    second = run("deliver", "--date", "2025-09-29")
    told = json.loads(run("status", "--json").output)
    words = run("status").output.replace("September 2025", "September")

    assert first.output == f"{channel}: 12 of 12 papers of 2025-09-29\n"
    assert second.output == first.output
    assert told["bot"] == {"waiting": 0, "done_at": None, "last_tick": None, "tokens": None}
    assert told["channels"][0]["last"]["posted"] == len(read_sample()[0].entries)
    assert [(each["source"], each["state"]) for each in told["sources"]] == [("digest-file", "complete")]
    assert "last 2025-09-29: 12 of 12, done; next " in words
    assert told["summaries"] == {"tokens_today": 0, "failures": [], "reports": []}
    assert words.endswith(
        "digest-file, 2025-09-29, by UTC: Digest file, 29 September: 12 papers.\n"
        "summaries: no model is set (LLM_MODEL), 0 tokens today (UTC), 0 failed in the last day\n"
    )


@pytest.mark.parametrize(
    ("allowed", "more"),
    [
        ("2000000", []),
        (
            "17233",
            ["  Today's tokens are used up: cards show the abstract, and summaries follow from "],
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

    assert first.startswith(f"summaries: 1,234 of {int(allowed):,} tokens today (UTC), ")
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
        "summaries: no model is set (LLM_MODEL), 1,234 tokens today (UTC), 2 failed in the last day",
        "  2 x The answer [31mis cut off.",
        "mistakes that people reported, the latest first:",
        "  2025-09-29 13:00 UTC: 2509.19301 in zh-CN (abstract, 2025-09-29): no note",
        "  2025-09-29 12:00 UTC: 2509.21240 in en (model, 2025-09-29): Wrong2J figure.",
    ]


def keep(requests: list[ModelRequest], failures: list[SummaryFailure], reports: list[MistakeReport]) -> None:
    """Write into the tables of the bot in this folder, as it would have done itself."""
    database = connect(Path("paper-round.db"))
    storage = Tables(database)
    with transaction(database):
        for request in requests:
            storage.model_requests.add(request)
        for failure in failures:
            storage.summary_failures.put(failure)
        for report in reports:
            storage.mistake_reports.add(report)
    database.close()


def test_a_source_that_there_is_not_is_refused_and_those_there_are_named(channel: str) -> None:
    refused = run("subscribe", channel, "--source", "hugging-face")

    assert refused.exit_code == 1
    assert "There is no source hugging-face. Known are digest-file, huggingface and arxiv:CATEGORY." in (
        refused.output
    )
    assert "hugging-face" not in run("subscriptions").output


def test_status_tells_of_a_source_that_was_only_fetched_by_hand(tmp_path: Path) -> None:
    database = str(tmp_path / "test.db")
    run("import", str(ENGLISH), "--db", database)

    told = run("status", "--db", database).output.replace("September 2025", "September")

    assert told.splitlines()[1] == (
        "digest-file, 2025-09-29, by UTC: Digest file, 29 September: 12 papers. No channel wants it."
    )


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
        Listings(database).put(listing)
    database.close()

    lines = run("status").output.replace("October 2025", "October").splitlines()
    first = "huggingface, 2025-10-04, by UTC: Hugging Face doesn't publish on Saturdays."
    at = lines.index(first)
    assert lines[at + 1] == (
        "arxiv:cs.CL, 2025-10-02, by UTC: arXiv cs.CL hasn't answered since 2 October at 07:40; "
        "last check 2 October at 07:40, next 2 October at 07:40. (503)"
    )


def test_without_a_subscription_deliver_says_how_to_begin_one(channel: str) -> None:
    result = run("deliver")

    assert result.exit_code == 1
    assert (
        result.stderr == "Error: No channel has a subscription yet. Begin one with paper-round subscribe.\n"
    )
