"""The commands for channels' daily digests, against `paper-round sandbox` in a process of its own."""

import pytest

from tests.support.command import run


def test_a_channel_is_subscribed_listed_and_unsubscribed(channel: str) -> None:
    choices = "--at 18:30 --tz Asia/Shanghai --language zh-CN --weekday mon --weekday fri".split()
    subscribed = run("subscribe", channel, *choices)
    listed = run("subscriptions")
    ended = run("unsubscribe", channel, "C404")
    empty = run("subscriptions")

    assert subscribed.output == f"{channel}: digest-file at 18:30 Asia/Shanghai, Mon, Fri, in zh-CN\n"
    assert listed.output == subscribed.output
    assert ended.output == f"{channel}: no more digests\nC404: had no daily digest\n"
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


def test_a_source_that_there_is_not_is_refused_and_those_there_are_named(channel: str) -> None:
    refused = run("subscribe", channel, "--source", "hugging-face")

    assert refused.exit_code == 1
    assert "There is no source hugging-face. Known are digest-file, huggingface and arxiv:CATEGORY." in (
        refused.output
    )
    assert "hugging-face" not in run("subscriptions").output
