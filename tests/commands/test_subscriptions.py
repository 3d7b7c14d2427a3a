"""The commands for channels' daily digests, against `paper-round sandbox` in a process of its own."""

import json
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from sqlite_utils import Database

from storage.database import connect
from storage.records import Filters
from storage.tables import Tables
from tests.support.clocks import SimulatedClock
from tests.support.command import run, run_on
from tests.support.subscribing import subscribe

NO_DIGESTS = "No channel has a daily digest yet. Set one up with `paper-round subscribe`.\n"


def test_a_channel_is_subscribed_listed_and_unsubscribed(channel: str) -> None:
    choices = "--at 18:30 --tz Asia/Shanghai --language zh-CN --weekday mon --weekday fri".split()
    subscribed = run("subscribe", channel, *choices)
    listed = run("subscriptions")
    ended = run("unsubscribe", channel, "C404")
    empty = run("subscriptions")

    assert (
        subscribed.output == f"#papers ({channel}): digest-file at 18:30 Asia/Shanghai, Mon, Fri, in zh-CN\n"
    )
    assert listed.output == subscribed.output
    assert ended.output == f"#papers ({channel}): no more digests\nC404: had no daily digest\n"
    assert empty.output == NO_DIGESTS


def test_channels_of_several_workspaces_are_told_apart(channel: str) -> None:
    run("subscribe", channel)
    with closing(connect(Path("paper-round.db"))) as database:
        subscribe(Tables(database), "T2", "C2")
        Tables(database).channel_names.put("T2", "C2", "papers")
    listed = run("subscriptions").output.splitlines()
    shown = run("status").output
    ended = run("unsubscribe", "#papers")

    assert [line.partition(":")[0] for line in listed] == [
        f"#papers ({channel}) in T0000000001",
        "#papers (C2) in T2",
    ]
    assert all(line in shown for line in listed)
    assert ended.stderr == (
        f"Error: #papers: Several channels are called so. Give one by id: {channel}, C2.\n"
    )


def test_of_people_s_own_digests_the_operator_sees_the_ids_alone(channel: str) -> None:
    nothing_for_channels = run("subscriptions").output
    run("subscribe", channel)
    with closing(connect(Path("paper-round.db"))) as database:
        tables = Tables(database)
        filters = Filters(only_followed=True)
        for number in (1, 2):
            subscribe(
                tables, "T0000000001", f"D{number:03}", created_by=f"U{number}", zone="Asia/Tokyo",
                filters=filters,
            )  # fmt: skip
        paused = tables.subscriptions.of_channel("T0000000001", "D002")
        assert paused
        tables.subscriptions.pause(paused.id, "account_inactive")
    listed = run("subscriptions").output.splitlines()
    shown = run("status").output
    as_json = json.loads(run("status", "--json").output)
    posted = run("deliver", "--dry-run").output
    ended = run("unsubscribe", "D001").output

    assert nothing_for_channels == NO_DIGESTS
    assert listed[1:] == [
        "a person's digest (D001)",
        "a person's digest (D002), paused (Slack answered account_inactive)",
    ]
    assert "People's own digests: 2, 1 of them without trouble.\n" in shown
    assert "  a person's digest (D002): paused (account_inactive)\n" in shown
    assert "D001" not in shown
    assert [each["subscription"]["channel"] for each in as_json["channels"]] == [channel]
    assert [(each["channel"], each["paused_reason"]) for each in as_json["people"]] == [
        ("D001", None),
        ("D002", "account_inactive"),
    ]
    assert not any(word in shown + posted + json.dumps(as_json) for word in ("U1", "Asia/Tokyo"))
    assert ended == "D001: no more digests\n"


def test_filters_are_read_as_the_form_reads_them(channel: str) -> None:
    words = ["--word", "RAG，world models.", "--word", "“a, b”", "--never-word", "Survey"]
    subscribed = run("subscribe", channel, *words, "--category", "cs.cl", "--category", "stat、CS.LG")
    with closing(Database("paper-round.db").conn) as connection:
        ((saved,),) = connection.execute("SELECT filters FROM subscriptions").fetchall()

    assert subscribed.exit_code == 0
    assert json.loads(saved) == {
        "words": ["RAG", "world models", '"a, b"'],
        "categories": ["cs.CL", "stat.*", "cs.LG"],
        "least_votes": 0,
        "never_words": ["Survey"],
        "only_followed": False,
    }


def test_what_is_typed_with_dashes_quotes_and_stops_of_a_phone_is_understood(channel: str) -> None:
    times = ["—at", "“9：05”", "––tz", "Asia／Shanghai.", "--language=zh–CN", "—say‑nothing‑new"]
    subscribed = run(
        "subscribe。",
        f"\u200b{channel}.",
        *times,
        "—source=arXiv:cs.cl",
        "--weekday",
        "Mon",
        "--most-cards",
        "１０。",
    )

    assert subscribed.stderr == ""
    assert subscribed.output == f"#papers ({channel}): arxiv:cs.CL at 09:05 Asia/Shanghai, Mon, in zh-CN\n"


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("--category", "cs.CLL", "arXiv has no category “cs.CLL”. Did you mean cs.CL, cs.SC or cs.PL?"),
        ("--category", "papers", "arXiv has no category “papers”. Write it like cs.CL."),
        ("--source", "arxiv:cs.ml", "arXiv has no category “cs.ml”. Did you mean stat.ML, cs.PL or cs.MS?"),
        ("--word", "*", "“*” isn't a word to look for. Write it like RAG, world model."),
        ("--at", "25:00", "“25:00” isn't a time. Write it like 09:00."),
        ("--tz", "Moon/Base", "“Moon/Base” isn't a time zone. Write it like Asia/Shanghai."),
        ("--most-cards", "0", "Invalid value for '--most-cards': 0 is not in the range 1<=x<=9999."),
        (
            "--most-cards",
            "9" * 20,
            f"Invalid value for '--most-cards': {'9' * 20} is not in the range 1<=x<=9999.",
        ),
        (
            "--least-votes",
            "9" * 20,
            f"Invalid value for '--least-votes': {'9' * 20} is not in the range 0<=x<=1000000.",
        ),
        ("--language", "klingon!", "“klingon!” isn't the tag of a language. Write it like zh-CN."),
    ],
)
def test_a_wish_that_cannot_be_read_is_named_with_an_example(
    channel: str, option: str, value: str, sentence: str
) -> None:
    result = run("subscribe", channel, option, value)

    assert (result.exit_code, result.stderr.splitlines()[-1]) == (2, f"Error: {sentence}")


def test_a_source_that_there_is_not_is_refused_and_those_there_are_named(channel: str) -> None:
    refused = run("subscribe", channel, "--source", "hugging-face")

    assert refused.exit_code == 2
    assert "“hugging-face” isn't a source. Choose digest-file, huggingface or arxiv:CATEGORY." in (
        refused.output
    )
    assert "hugging-face" not in run("subscriptions").output


# --- Which channels ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "named", ["#papers", "papers", " #Papers", "<#{id}|papers>", "https://x.slack.com/archives/{id}"]
)
def test_a_channel_is_found_by_its_name_its_mention_or_its_link(channel: str, named: str) -> None:
    subscribed = run("subscribe", named.format(id=channel))

    assert (subscribed.exit_code, subscribed.output.partition(":")[0]) == (0, f"#papers ({channel})")


@pytest.mark.parametrize(
    ("named", "sentence"),
    [
        (
            "CNOSUCH",
            "I can't see this channel. If it's private, invite me with /invite @Paper Round and try again.",
        ),
        (
            "#nowhere",
            "I can't see this channel. If it's private, invite me with /invite @Paper Round and try again.",
        ),
        ("D0000000001", "I post digests in channels, not in direct messages. Type this in a channel."),
        ("U0000000001", "This is a person, and I post digests in channels."),
    ],
)
def test_a_channel_that_cannot_have_digests_is_refused_and_nothing_is_set_up(
    channel: str, named: str, sentence: str
) -> None:
    refused = run("subscribe", channel, named)

    assert (refused.exit_code, refused.stderr) == (2, f"Error: {named}: {sentence}\n")
    assert run("subscriptions").output == NO_DIGESTS


def test_without_a_source_the_first_that_has_listed_is_taken_else_hugging_face(channel: str) -> None:
    listed = run("subscribe", channel)
    nothing_listed = run("subscribe", channel, "--db", "other.db")

    assert listed.output.startswith(f"#papers ({channel}): digest-file at 09:00 UTC")
    assert nothing_listed.output.startswith(f"#papers ({channel}): huggingface at 09:00 UTC")


def test_a_known_channel_is_unsubscribed_by_its_name_without_asking_slack(
    channel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("subscribe", channel)
    monkeypatch.delenv("SLACK_BOT_TOKEN")
    unknown = run("unsubscribe", "#paper")
    ended = run("unsubscribe", " #Papers")

    assert (unknown.exit_code, unknown.stderr) == (
        2,
        "Error: #paper: I don't know this channel. `paper-round subscriptions` lists the ones I do.\n",
    )
    assert ended.output == f"#papers ({channel}): no more digests\n"


def test_deliver_learns_the_name_of_a_channel_that_an_earlier_version_set_up(channel: str) -> None:
    with closing(connect(Path("paper-round.db"))) as database:
        subscribe(Tables(database), "T0000000001", channel, since=date(2025, 10, 1), most_cards=1)
    before = run("subscriptions").output
    delivered = run("deliver").output
    after = run("subscriptions").output

    assert before.startswith(f"{channel}: ")
    assert (delivered.partition(": ")[0], after) == (
        f"#papers ({channel})",
        f"#papers ({before[:11]}){before[11:]}",
    )


def test_setting_up_and_posting_need_no_app_token(
    channel: str, clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SLACK_APP_TOKEN")

    assert run("subscribe", channel, "--most-cards", "1").exit_code == 0
    assert run_on(clock, "deliver").exit_code == 0


def test_what_a_closed_workspace_paused_is_resumed_at_once(channel: str) -> None:
    run("subscribe", channel)
    nothing = run("resume")
    for reason in ("token_revoked", "asked"):
        with closing(Database("paper-round.db").conn) as connection, connection:
            connection.execute("UPDATE subscriptions SET paused_reason = ?", [reason])
        last = run("resume")
        if reason == "token_revoked":
            assert last.output == f"#papers ({channel}): resumed\n"

    assert (
        nothing.output == last.output == "No digest is paused because the workspace was closed to the bot.\n"
    )


def test_a_damaged_row_is_a_sentence(channel: str) -> None:
    run("subscribe", channel)
    with closing(Database("paper-round.db").conn) as connection, connection:
        connection.execute("UPDATE subscriptions SET weekdays = '[9]'")
    ended = [run("subscriptions"), run("status")]

    assert [(each.exit_code, each.stderr) for each in ended] == [
        (
            1,
            (
                "Error: The database is damaged: the column weekdays of the table subscriptions holds '[9]' "
                "where id is 1, which cannot be read. Correct it there, or restore a backup.\n"
            ),
        )
    ] * 2
