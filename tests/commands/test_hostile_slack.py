"""What Slack answers to a command is a channel, a refusal or a sentence, whatever its shape."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from tests.support.command import run_beside
from tests.support.web_server import Answer, Service, saying, serving

CHANNEL = "C012AB3CD"
UNSEEN = "I can't see this channel. If it's private, invite me with /invite @Paper Round and try again."
SILENT = "Slack didn't answer when I looked at this channel. Please try again in a moment."


def says(body: Any, status: int = 200) -> Answer:
    return saying(json.dumps(body), status, content_type="application/json")


@pytest.fixture
async def slack() -> AsyncIterator[Service]:
    """Give a Slack that takes the token and knows one channel, until a test changes its answers."""
    answers = {
        "/auth.test": says({"ok": True, "team_id": "T1", "bot_id": "B1"}),
        "/conversations.list": says({"ok": True, "channels": [{"id": CHANNEL, "name": "papers"}]}),
        "/conversations.info": says({"ok": True, "channel": {"id": CHANNEL, "is_member": True}}),
    }
    async with serving(answers) as service:
        yield service


async def subscribed(slack: Service, folder: Path, channel: str) -> Result:
    database = str(folder / "test.db")
    settings = {"SLACK_API_URL": slack.address, "SLACK_BOT_TOKEN": "xoxb-1", "PAPER_ROUND_DB": database}
    return await run_beside("subscribe", channel, **settings)


def end_of(result: Result) -> tuple[int, str]:
    return result.exit_code, result.stderr.removeprefix("Error: ").strip()


@pytest.mark.parametrize(
    "page",
    [
        {},
        {"channels": None},
        {"channels": "papers"},
        {"channels": {"name": "papers"}},
        {"channels": [None, 5, "papers", []]},
        {"channels": [{"name": "papers"}]},
        {"channels": [{"name": "papers", "id": 5}, {"name": "papers", "id": ["C1"]}]},
        {"channels": [{"name": "papers", "id": "../C1"}]},
        {"channels": [], "response_metadata": ["next"]},
        {"channels": [], "response_metadata": {"next_cursor": 5}},
    ],
    ids=str,
)
async def test_a_list_of_channels_that_cannot_be_read_has_none_of_that_name(
    slack: Service, tmp_path: Path, page: dict[str, Any]
) -> None:
    slack.answers["/conversations.list"] = says({"ok": True, **page})

    assert end_of(await subscribed(slack, tmp_path, "#papers")) == (2, f"#papers: {UNSEEN}")


NO_ANSWERS = {
    "a list": saying("[]", content_type="application/json"),
    "a text": saying('"ok"', content_type="application/json"),
    "bad UTF-8": saying(b'\xff\xfe{"', content_type="application/json"),
    "deep": saying("[" * 100_000, content_type="application/json"),
    "a page": saying("<html>", content_type="text/html"),
    "a sentence as the error": says({"ok": False, "error": "upstream\nrequest timeout"}),
    "a limit": says({"ok": False, "error": "ratelimited"}, 429),
    "a failure": says({"ok": False, "error": "internal_error"}),
}
"""Answers after which nobody knows anything of a channel, or of a token."""


@pytest.mark.parametrize("name", NO_ANSWERS)
async def test_no_answer_is_never_told_as_a_fault_of_the_channel(
    slack: Service, tmp_path: Path, name: str
) -> None:
    slack.answers["/conversations.list"] = NO_ANSWERS[name]
    by_name = await subscribed(slack, tmp_path, "#papers")
    slack.answers["/conversations.info"] = NO_ANSWERS[name]
    by_id = await subscribed(slack, tmp_path, CHANNEL)

    assert by_name.exit_code == 1
    assert by_name.stderr.startswith("Error: Slack can't answer at the moment (")
    assert by_name.stderr.count("\n") == 1
    assert end_of(by_id) == (1, f"{CHANNEL}: {SILENT}")


@pytest.mark.parametrize("code", ["ratelimited", "internal_error", "team_added_to_org"])
async def test_a_slack_that_is_busy_is_never_told_as_a_wrong_token(
    slack: Service, tmp_path: Path, code: str
) -> None:
    slack.answers["/auth.test"] = says({"ok": False, "error": code})

    assert end_of(await subscribed(slack, tmp_path, CHANNEL)) == (
        1,
        f"Slack can't answer at the moment ({code}). Try again in a minute.",
    )


async def test_a_gateway_that_fails_is_never_told_as_a_wrong_token(slack: Service, tmp_path: Path) -> None:
    slack.answers["/auth.test"] = saying("<html>", 502, content_type="text/html")

    assert end_of(await subscribed(slack, tmp_path, CHANNEL)) == (
        1,
        "Slack can't answer at the moment (HTTP 502). Try again in a minute.",
    )
