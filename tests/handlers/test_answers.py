"""Answers reach the person who acted by any way that is open, and a lost one undoes nothing that was done."""

import logging
from typing import Any

import pytest

from bot.cards import ids
from bot.cards.ids import Listed, Page, listed_value
from bot.sandbox import Member, Response
from tests.handlers.forging import PAPER, Forger, handled, with_value
from tests.handlers.talking import SET_UP, last_with, opened, say, shows, subscribe
from tests.support.stage import SAMPLE_DAY, Stage

TREE_SEARCH = "Tree Search for LLM Agent Reinforcement Learning"
SAVED = f"Saved: {TREE_SEARCH} (https://arxiv.org/abs/2509.21240)"


def card_of(person: Member) -> dict[str, Any]:
    """Return the posted card of the paper."""
    return next(each for each in person.messages("papers") if each["text"].startswith("2. "))


def answers_of(person: Member) -> list[str]:
    return [each["text"] for each in person.messages("papers") if each["ephemeral"]]


async def list_of(stage: Stage, person: Member) -> list[str]:
    saved = await stage.bot.storage.read(
        lambda tables: tables.saved_papers.page(stage.bot.workspace, person.id, offset=0, limit=9)
    )
    return [each.paper.id for each in saved]


def fail(stage: Stage, method: str, *, times: int = 9, **fault: Any) -> None:
    """Have Slack refuse a method with an error, or answer with an HTTP status."""
    stage.workspace.faults.add(
        "status" if "status" in fault else "error", method=method, times=times, **fault
    )


def log_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [each.getMessage() for each in caplog.records if each.levelno >= logging.WARNING]


# ---- Clicks


async def test_a_click_on_an_old_card_is_answered_after_the_bot_has_left_the_channel(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    await stage.deliver_sample(most_cards=3)
    ada = stage.person("ada")
    card = card_of(ada)
    await ada.remove("papers")

    await ada.click(card, ids.SAVE_PAPER)
    await ada.sees(shows("Saved: "))
    await handled()

    assert (answers_of(ada), await list_of(stage, ada)) == ([SAVED], ["2509.21240"])
    assert log_of(caplog) == []


@pytest.mark.parametrize("address", [1.5, ["https://x"], {"id": 5}, "nowhere", "http://[::1"], ids=str)
async def test_an_address_that_is_none_costs_no_answer(
    stage: Stage, caplog: pytest.LogCaptureFixture, address: object
) -> None:
    ada, forger = stage.person("ada"), Forger(stage, "ada")
    await stage.deliver_sample(most_cards=3)
    channel = stage.workspace.channel("papers")
    parent = next(iter(channel.messages.values()))
    click = forger.on_message(channel, parent, with_value(ids.SAVE_PAPER, PAPER))
    await forger.send({**click, "response_url": address})
    await handled()

    assert answers_of(ada) == [SAVED]
    assert not [each for each in caplog.records if each.exc_info]


async def test_a_click_that_neither_channel_nor_address_answers_is_answered_directly(stage: Stage) -> None:
    await stage.deliver_sample(most_cards=3)
    ada = stage.person("ada")
    fail(stage, "response_url", status=404)
    fail(stage, "chat.postEphemeral", error="channel_not_found")

    await ada.click(card_of(ada), ids.SAVE_PAPER)
    await ada.sees(shows("Saved: "))

    assert [each["text"] for each in ada.direct_messages()] == [SAVED]


async def test_an_answer_that_no_way_takes_is_logged_as_that_and_the_deed_is_done(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    await stage.deliver_sample(most_cards=3)
    ada = stage.person("ada")
    fail(stage, "response_url", status=500)
    fail(stage, "chat.postEphemeral", error="not_in_channel")
    fail(stage, "chat.postMessage", error="messages_tab_disabled")
    before = ada.everything()

    await ada.click(card_of(ada), ids.SAVE_PAPER)
    await handled()

    assert await list_of(stage, ada) == ["2509.21240"]
    assert ada.everything() == before
    [lost] = log_of(caplog)
    assert lost == (
        "An answer is lost, though not what it tells of: chat.postEphemeral: not_in_channel; "
        "response_url: HTTP 500; chat.postMessage: messages_tab_disabled"
    )


async def test_an_answer_to_a_click_on_an_answer_in_a_thread_stays_in_the_thread(stage: Stage) -> None:
    await stage.deliver_sample(most_cards=3)
    ada = stage.person("ada")
    await ada.click(card_of(ada), ids.SAVE_PAPER)
    await ada.sees(shows("Saved: "))

    await ada.click(ada.messages("papers")[-1], ids.UNDO_SAVE)
    await ada.sees(shows("Removed from your list: "))
    await ada.click(ada.messages("papers")[-1], ids.MY_PAPERS)
    await ada.sees(shows("My papers · 0"))

    answers = [each for each in ada.messages("papers") if each["ephemeral"]]
    assert [each["thread_ts"] for each in answers] == [card_of(ada)["thread_ts"]] * 2


async def test_a_list_that_cannot_be_redrawn_still_says_what_was_done(stage: Stage) -> None:
    await stage.import_sample()
    ada = stage.person("ada")
    await say(ada, "/papers", "12 papers")
    fail(stage, "response_url", status=500)
    fail(stage, "chat.postEphemeral", times=1, error="restricted_action")
    fail(stage, "chat.postMessage", times=1, error="restricted_action")
    value = listed_value(Listed("2509.21240", Page(0, SAMPLE_DAY)))

    await ada.click(ada.messages("papers")[-1], ids.SAVE_LISTED_PAPER, value=value)
    await ada.sees(shows("Saved: "))

    assert answers_of(ada)[-1] == SAVED


async def test_a_home_tab_that_cannot_be_redrawn_still_says_what_was_done(stage: Stage) -> None:
    await stage.import_sample()
    ada = stage.person("ada")
    await say(ada, "/papers save 2509.21240", "Saved: ")
    await ada.open_home()
    await ada.sees(shows("My papers · 1"))
    fail(stage, "views.publish", status=500)
    home = ada.home()
    assert home

    await ada.click(home, ids.REMOVE_LISTED_PAPER)

    assert "Removed from your list: " in str(await opened(ada, "Removed"))
    assert await list_of(stage, ada) == []


# ---- Commands


@pytest.mark.parametrize("status", [500, 404])
async def test_an_answer_to_a_command_is_tried_once_more(
    stage: Stage, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    ada = stage.person("ada")
    fail(stage, "response_url", times=1, status=status)

    assert (await say(ada, "/papers saved", "My papers")).startswith("My papers · 0")
    assert log_of(caplog) == []


async def test_an_answer_to_a_command_that_the_address_refuses_comes_ephemerally(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    ada = stage.person("ada")
    fail(stage, "response_url", status=404)

    with caplog.at_level(logging.INFO):
        await say(ada, "/papers saved", "My papers")

    assert "An answer did not go by response_url: HTTP 404" in [each.getMessage() for each in caplog.records]


async def test_a_dropped_connection_does_not_lose_an_answer(stage: Stage) -> None:
    ada = stage.person("ada")
    stage.workspace.faults.add("drop_before_write", method="response_url", times=9)

    await say(ada, "/papers saved", "My papers")


async def test_a_failure_is_told_although_the_bot_has_left_the_channel(stage: Stage) -> None:
    await stage.deliver_sample(most_cards=3)
    ada = stage.person("ada")
    card = card_of(ada)
    await ada.remove("papers")
    stage.bot.storage.close()

    await ada.click(card, ids.SAVE_PAPER)

    await ada.sees(shows("Something went wrong"))


async def test_a_failure_in_a_modal_is_told_over_it_and_keeps_what_was_filled_in(stage: Stage) -> None:
    ada = stage.person("ada")
    await ada.command("papers", "/papers subscribe")
    form = await opened(ada)
    stage.bot.storage.close()

    await ada.click(form, ids.PREVIEW)
    await opened(ada, "Something went wrong")

    assert ada.modals()[0]["id"] == form["id"]


async def test_a_200_that_says_that_it_did_not_take_the_answer_is_believed(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    ada = stage.person("ada")
    stage.workspace.faults.add("status", method="response_url", times=9, status=200)
    stage.workspace.faults.add("error", method="response_url", times=9, error='{"ok": false, "error": "x"}')

    with caplog.at_level(logging.INFO):
        await say(ada, "/papers saved", "My papers")

    assert "An answer did not go by response_url: x" in [each.getMessage() for each in caplog.records]


# ---- Modals


@pytest.mark.parametrize("error", ["expired_trigger_id", "internal_error"])
async def test_a_window_that_slack_does_not_open_is_told_of(
    stage: Stage, caplog: pytest.LogCaptureFixture, error: str
) -> None:
    ada = stage.person("ada")
    fail(stage, "views.open", error=error)

    await say(ada, "/papers subscribe", "Slack didn't open the window in time. Please try again.")
    await handled()

    assert not [each for each in caplog.records if each.exc_info]


async def test_a_window_that_was_closed_before_it_was_filled_is_no_failure(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    ada = stage.person("ada")
    fail(stage, "views.update", error="not_found")
    before = ada.messages("papers")

    await ada.command("papers", "/papers subscribe")
    await handled()

    assert (ada.messages("papers"), log_of(caplog)) == (before, [])


# ---- Slack's odd answers


ODD_ANSWERS: list[Any] = [
    [],
    ["user"],
    "no",
    {},
    {"ok": True},
    {"ok": True, "user": None, "channel": None},
    {"ok": True, "user": [], "channel": []},
    {"ok": True, "user": {"locale": 5, "tz": ["UTC"]}, "channel": {"is_member": None}},
    {"ok": True, "user": {"locale": "../..", "tz": "../../etc/passwd"}, "channel": {}},
    {"ok": False},
    {"ok": False, "error": ["not_authed"]},
    {"ok": False, "error": None, "needed": 5},
]


@pytest.mark.parametrize("answer", ODD_ANSWERS)
async def test_an_odd_answer_of_slack_about_person_or_channel_is_no_failure(
    stage: Stage, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, answer: Any
) -> None:
    asked, call = stage.workspace, stage.workspace.call

    async def oddly(method: str, arguments: dict[str, Any], token: str | None) -> Response:
        if method in {"users.info", "conversations.info", "conversations.join", "views.update"}:
            return Response(200, answer, {})
        return await call(method, arguments, token)

    monkeypatch.setattr(asked, "call", oddly)
    ada = stage.person("ada")

    await say(ada, "/papers settings", "", "general")
    await say(ada, "/papers saved", "My papers")
    await ada.command("papers", "/papers subscribe")
    await handled()

    assert [each.getMessage() for each in caplog.records if each.exc_info] == []


@pytest.mark.parametrize("answer", ODD_ANSWERS)
async def test_what_is_done_but_announced_to_an_odd_answer_is_told_as_no_failure(
    stage: Stage, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, answer: Any
) -> None:
    ada, call = stage.person("ada"), stage.workspace.call
    await subscribe(ada)
    before = ada.messages("papers")

    async def oddly(method: str, arguments: dict[str, Any], token: str | None) -> Response:
        is_post = method == "chat.postMessage"
        return Response(200, answer, {}) if is_post else await call(method, arguments, token)

    monkeypatch.setattr(stage.workspace, "call", oddly)
    await ada.command("papers", "/papers unsubscribe")
    await handled()

    ended = await stage.bot.storage.read(lambda tables: tables.subscriptions.all())
    told = [each["text"] for each in ada.messages("papers") if each not in before]
    assert [each for each in told if not each.startswith("Done, but I couldn't announce it")] == []
    assert (ended, [each for each in caplog.records if each.exc_info]) == ((), [])


async def test_a_person_of_whom_slack_said_nothing_is_asked_about_again(stage: Stage) -> None:
    lin = stage.person("lin")
    fail(stage, "users.info", times=1, error="internal_error")

    english = await say(lin, "/papers saved", "My papers")
    chinese = await say(lin, "/papers saved", "我的收藏")

    assert (english[:9], chinese[:4]) == ("My papers", "我的收藏")


async def test_a_channel_of_which_slack_says_nothing_now_is_told_as_that(stage: Stage) -> None:
    ada = stage.person("ada")
    fail(stage, "conversations.info", status=503)

    answer = await say(ada, "/papers settings", "Slack")

    assert answer == "Slack didn't answer when I looked at this channel. Please try again in a moment."


# ---- Direct messages


async def test_in_a_direct_message_nothing_is_offered_that_is_refused_there(stage: Stage) -> None:
    ada = stage.person("ada")
    place = stage.workspace.direct(ada.id).id

    for request in ("status", "settings", "pause", "resume", "unsubscribe"):
        await say(ada, f"/papers {request}", "not in direct messages", place)

    assert SET_UP not in str(ada.direct_messages())
    await say(ada, "/papers status", "This channel has no daily digest.")
    assert last_with(ada, SET_UP)


# ---- Cards


async def test_links_of_a_card_are_spoken_with_its_title(stage: Stage) -> None:
    await stage.deliver_sample(most_cards=3)
    elements = card_of(stage.person("ada"))["blocks"][-1]["elements"]

    spoken = {each["action_id"]: each.get("accessibility_label") for each in elements}

    assert spoken[ids.OPEN_PDF] == f"Open the PDF of “{TREE_SEARCH}”"
    assert spoken[ids.OPEN_DISCUSSION].startswith("Open the discussion of “Tree Search")
