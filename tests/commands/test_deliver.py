"""`paper-round deliver`, against `paper-round sandbox` in a process of its own."""

import json
from contextlib import closing
from datetime import date
from pathlib import Path

from bot.commands.deliver import WHY
from bot.delivery.selection import Why
from bot.documents.files import read_sample
from storage.database import connect
from storage.records import Topic, TopicOwner
from storage.tables import Tables
from tests.support.clocks import SimulatedClock
from tests.support.command import run, run_on
from tests.support.subscribing import subscribe


def test_a_dry_run_tells_what_would_come_and_why(channel: str) -> None:
    run("subscribe", channel, "--word", "robot")
    result = run("deliver", "--dry-run")

    lines = result.output.splitlines()
    assert lines[0] == f"#papers ({channel}), 2025-09-29:"
    assert len(lines) == 13
    assert [line.split()[1] for line in lines if line.startswith("  +")] == ["2509.19301"]
    assert {line.rpartition(" (")[2] for line in lines[1:]} == {
        "mentions “robot”)",
        "mentions none of the words)",
    }


def test_a_dry_run_tells_which_word_or_category_let_a_paper_in(channel: str) -> None:
    run("subscribe", channel, "--word", "“tree search”, robots", "--category", "CS.cv")
    lines = run("deliver", "--dry-run", "--channel", f"“{channel}”.", "--date", "2025–09–29").output

    assert [line.rpartition(" (")[2] for line in lines.splitlines() if line.startswith("  +")] == [
        "mentions “tree search”)",
        "mentions “robots”)",
    ]


def test_a_dry_run_tells_what_the_channel_s_topics_would_do(channel: str) -> None:
    run("subscribe", channel, "--about", "less image generation")
    with closing(connect(Path("paper-round.db"))) as engine, engine.transaction():
        tables = Tables(engine)
        [subscription] = tables.subscriptions.all()
        owner = TopicOwner(subscription.workspace, channel=channel)
        tables.topics.put(owner, [Topic("image generation", -1)])
    lines = run("deliver", "--dry-run").output.splitlines()

    assert len(lines) == 14
    assert lines[-1] == "  = 2 moved down: image generation"


def test_deliver_brings_it_once_and_status_tells_so(channel: str, clock: SimulatedClock) -> None:
    run("subscribe", channel, "--most-cards", "1")
    first = run_on(clock, "deliver", "--channel", channel)
    second = run_on(clock, "deliver", "--date", "2025-09-29")
    told = json.loads(run("status", "--json").output)
    words = run("status").output.replace("September 2025", "September")

    assert first.output == f"#papers ({channel}): 12 of 12 papers for 2025-09-29\n"
    assert second.output == first.output
    assert told["bot"] == {"waiting": 0, "done_at": None, "last_tick": None, "tokens": None, "trouble": None}
    assert told["channels"][0]["last"]["posted"] == len(read_sample()[0].entries)
    assert [(each["source"], each["state"]) for each in told["sources"]] == [("digest-file", "complete")]
    assert "\n  Last digest: 2025-09-29, 12 of 12 papers posted\n  Next digest: " in words
    assert told["summaries"] == {"tokens_today": 0, "failures": [], "reports": [], "texts_read": {}}
    assert words.startswith("Last check: never. 0 messages waiting.\n")
    today = told["history"]["digests_since"][:10]
    assert words.endswith(
        "Digest file, 29 September: 12 papers.\n"
        f"Kept: lists since 2025-09-29, digests since {today}, the content of messages since {today}. "
        "Last tidied up: never.\n"
        "Last backup: never.\n"
        "Summaries: no model set (LLM_MODEL), 0 tokens today, 0 failures in the last 24 hours.\n"
    )


def test_after_the_filters_changed_deliver_brings_the_rest_and_says_both_counts(
    channel: str, clock: SimulatedClock
) -> None:
    run("subscribe", channel, "--word", "robot", "--most-cards", "1")
    first = run_on(clock, "deliver").output
    run("subscribe", channel, "--most-cards", "1")
    second = run_on(clock, "deliver").output

    assert (
        first
        == f"#papers ({channel}): 1 of 1 paper for 2025-09-29, 1 of the day's 12 papers in the channel\n"
    )
    assert (
        second
        == f"#papers ({channel}): 11 of 11 papers for 2025-09-29, 12 of the day's 12 papers in the channel\n"
    )


def test_without_a_subscription_deliver_says_how_to_begin_one(channel: str) -> None:
    result = run("deliver")

    assert result.exit_code == 1
    assert (
        result.stderr
        == "Error: No channel has a daily digest yet. Set one up with `paper-round subscribe`.\n"
    )


def test_a_digest_that_slack_refuses_is_told_and_ends_with_status_1(
    channel: str, clock: SimulatedClock
) -> None:
    with closing(connect(Path("paper-round.db"))) as database:
        subscribe(Tables(database), "T0000000001", "C404", since=date(2025, 9, 28))
    result = run_on(clock, "deliver")

    assert result.exit_code == 1
    assert result.stdout == "C404: 0 of 12 papers for 2025-09-29 (channel_not_found)\n"
    assert result.stderr.endswith("Error: Not every digest has arrived whole; the lines above say why.\n")


def test_each_reason_why_a_paper_comes_or_not_has_words() -> None:
    assert set(WHY) == set(Why)
