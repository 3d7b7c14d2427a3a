"""Whatever comes back from a button, a menu or a form ends in a record or a sentence, in no traceback."""

import json
import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal, get_args

import pytest

from bot.cards import ids
from bot.cards.ids import (
    PREVIEWED_AT_ONCE,
    EditField,
    Field,
    SettingsField,
    SummaryAct,
    SummaryChoice,
    choice_value,
)
from bot.sandbox import Member
from bot.sandbox.records import Channel, Message, View
from tests.handlers.forging import ODD_VALUES, PAPER, Forger, misshapen, with_option, with_value
from tests.handlers.talking import hears, open_preferences, opened, say, shows, subscribe
from tests.support.stage import Stage, set_stage

RATES = (
    "message_seconds",
    "messages_per_minute",
    "tier_1",
    "tier_2",
    "tier_3",
    "tier_4",
    "special",
)
UNLIMITED = {"rates": dict.fromkeys(RATES)}
OUTDATED = "This button is from an older version. Use `/papers"

ACTIONS = (
    ids.SAVE_PAPER,
    ids.REMOVE_PAPER,
    ids.REMOVE_LISTED_PAPER,
    ids.SAVE_LISTED_PAPER,
    ids.SHOW_ABSTRACT,
    ids.OPEN_PDF,
    ids.OPEN_DISCUSSION,
    ids.MY_PAPERS,
    ids.SHOW_LATEST,
    ids.SHOW_HELP,
    ids.OPEN_MY_SETTINGS,
    ids.UNDO_SAVE,
    ids.RESTORE_PAPER,
    ids.RESTORE_LISTED_PAPER,
    ids.EDIT_PAPER,
    ids.EDIT_LISTED_PAPER,
    ids.CHOOSE_TAG,
    *ids.SHOW_SAVED.values(),
    *ids.MARK_PAPER.values(),
    ids.PREVIOUS_PAGE,
    ids.NEXT_PAGE,
    ids.PREVIOUS_DAY,
    ids.NEXT_DAY,
    ids.PREVIOUS_WEEK,
    ids.NEXT_WEEK,
    ids.RANK_WEEK,
    ids.OPEN_PAPER,
    ids.REOPEN_PAPER,
    ids.BACK_TO_LIST,
    ids.SAVE_OPENED_PAPER,
    ids.REMOVE_OPENED_PAPER,
    ids.SHOW_SIMILAR,
    ids.SHOW_FOLLOWING,
    ids.FOLLOW_MENU,
    ids.EDIT_FOLLOW,
    ids.END_FOLLOW,
    ids.USE_TOPICS,
    ids.EDIT_TOPICS,
    ids.DROP_TOPICS,
    ids.END_TOPICS,
    ids.SHOW_TOPICS,
    ids.SHARE_PAPER,
    ids.SEARCH_WORDS,
    *ids.SHOW_LANGUAGE,
    *ids.SEARCH_AGAIN,
    ids.MORE_LIKE,
    ids.FEWER_LIKE,
    ids.FEEDBACK,
    ids.UNDO_FEEDBACK,
    ids.TAKE_OPINION_BACK,
    ids.WILL_READ,
    ids.UNDO_WILL_READ,
    ids.RESTORE_WILL_READ,
    ids.SHELF_PREVIOUS,
    ids.SHELF_NEXT,
    ids.SHELF_OPEN,
    ids.SHELF_DISCUSSED,
    ids.FORGET_ME,
    ids.POST_ANEW,
    ids.RESUME_DELIVERY,
    ids.PLAN_DISCUSSION,
    ids.CHANGE_DISCUSSION,
    ids.DROP_DISCUSSION,
    ids.PRESENT_DISCUSSION,
    ids.FOUND_WORTH,
    ids.FOUND_SKIP,
    ids.OPEN_PREFERENCES,
    ids.SET_UP,
    ids.PREVIEW,
    ids.POST_NOW,
    ids.RESUME_DIGESTS,
    ids.SUMMARY_MENU,
    ids.SHOW_FIGURES,
    ids.SHOW_SOURCES,
    ids.PREVIOUS_SOURCES,
    ids.NEXT_SOURCES,
    *map(str, PREVIEWED_AT_ONCE),
    "an_unknown_action",
)

ONE_IN = [71, pytest.param(1, marks=pytest.mark.benchmark)]
"""How much of all combinations is tried: 71 shares no factor with what there is of anything."""

WITH_A_VALUE = {
    ids.SAVE_PAPER: "save ID",
    ids.REMOVE_PAPER: "remove ID",
    ids.SAVE_LISTED_PAPER: "save ID",
    ids.REMOVE_LISTED_PAPER: "remove ID",
    ids.UNDO_SAVE: "remove ID",
    ids.RESTORE_PAPER: "save ID",
    ids.RESTORE_LISTED_PAPER: "save ID",
    ids.EDIT_PAPER: "save ID #tag",
    ids.EDIT_LISTED_PAPER: "save ID #tag",
    **dict.fromkeys(ids.SHOW_SAVED.values(), "saved"),
    **dict.fromkeys(ids.MARK_PAPER.values(), "saved"),
    ids.WILL_READ: "shelf",
    ids.SHELF_NEXT: "shelf",
    ids.SHOW_ABSTRACT: "ID",
    ids.SHOW_FIGURES: "ID",
    ids.SHOW_SOURCES: "ID",
    ids.PREVIOUS_PAGE: "latest",
    ids.NEXT_PAGE: "latest",
    ids.PREVIOUS_DAY: "latest",
    ids.NEXT_DAY: "latest",
    ids.PREVIOUS_WEEK: "this week",
    ids.NEXT_WEEK: "this week",
    ids.RANK_WEEK: "this week",
    ids.POST_ANEW: "settings",
    ids.RESUME_DELIVERY: "resume",
    ids.PLAN_DISCUSSION: "ID",
    ids.CHANGE_DISCUSSION: "status",
    ids.DROP_DISCUSSION: "status",
    ids.PRESENT_DISCUSSION: "status",
    ids.FOUND_WORTH: "ID",
    ids.FOUND_SKIP: "ID",
}


Place = Literal["card", "answer", "home", "modal"]
PLACES: tuple[Place, ...] = get_args(Place)


@dataclass(frozen=True)
class Scene:
    """A person with a card, an answer, the Home tab and a modal before them."""

    stage: Stage
    forger: Forger
    ada: Member
    channel: Channel
    card: Message
    answer: Message
    home: View
    modal: View

    def click(self, action: dict[str, Any], place: Place) -> dict[str, Any]:
        """Return the payload of the action in the place."""
        on_message = partial(self.forger.on_message, self.channel)
        match place:
            case "card":
                return on_message(self.card, action)
            case "answer":
                return on_message(self.answer, action)
            case "home":
                return self.forger.in_view(self.home, action)
            case "modal":
                return self.forger.in_view(self.modal, action)


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with set_stage(tmp_path / "test.db", UNLIMITED) as stage:
        await stage.deliver_sample(most_cards=2)
        ada, forger = stage.person("ada"), Forger(stage, "ada")
        channel = stage.workspace.channel("papers")
        await say(ada, "/papers saved", "My papers · 0")
        await ada.open_home()
        await ada.sees(lambda _: ada.home())
        await open_preferences(ada)
        messages = list(channel.messages.values())
        assert forger.person.home
        yield Scene(
            stage,
            forger,
            ada,
            channel,
            next(each for each in messages if each.is_reply),
            next(each for each in messages if each.ephemeral_to),
            forger.person.home,
            forger.person.views[-1],
        )


def failures(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what the log has of errors, and of anything with a traceback."""
    return [each.getMessage() for each in caplog.records if each.exc_info or each.levelno >= logging.ERROR]


@pytest.mark.parametrize("one_in", ONE_IN)
async def test_no_value_of_any_button_or_menu_ends_in_a_traceback(
    scene: Scene, caplog: pytest.LogCaptureFixture, one_in: int
) -> None:
    clicks = [
        (action, place)
        for action_id in ACTIONS
        for value in ODD_VALUES
        for action in (with_value(action_id, value), with_option(action_id, value))
        for place in PLACES
    ]

    await scene.forger.send_all(scene.click(action, place) for action, place in clicks[::one_in])

    assert failures(caplog) == []


async def test_no_request_of_another_shape_ends_in_a_traceback(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    forger = scene.forger
    sent = (
        forger.on_message(scene.channel, scene.card, with_value(ids.SAVE_PAPER, PAPER)),
        forger.on_message(scene.channel, scene.card, with_option(ids.SUMMARY_MENU, "{}")),
        forger.in_view(scene.home, with_value(ids.MY_PAPERS, None)),
        forger.form(scene.modal),
    )
    forged = [odd for payload in sent for odd in misshapen(payload)]

    await forger.send_all(forged[::17])

    assert failures(caplog) == []


async def test_a_button_that_cannot_be_read_says_what_to_type(scene: Scene) -> None:
    said: dict[str, str] = {}
    over_modal: dict[str, str] = {}

    for action_id in WITH_A_VALUE:
        action, before = with_value(action_id, "1,2"), [each["ts"] for each in scene.ada.messages("papers")]
        await scene.forger.send(scene.forger.on_message(scene.channel, scene.card, action))
        said[action_id] = await hears(scene.ada, "older version", before)
        await scene.forger.send(scene.forger.in_view(scene.modal, action))
        answer = await opened(scene.ada, "older version")
        over_modal[action_id] = answer["blocks"][0]["text"]["text"]
        assert len(scene.ada.modals()) == 2
        await scene.ada.close(answer)

    assert said == over_modal
    assert said == {
        action_id: f"This button is from an older version. Use `/papers {instead}` instead."
        for action_id, instead in WITH_A_VALUE.items()
    }


async def test_on_home_and_on_an_answer_it_is_said_in_place_and_in_the_person_s_language(
    scene: Scene,
) -> None:
    lin, forger = scene.stage.person("lin"), Forger(scene.stage, "lin")
    await lin.open_home()
    await lin.sees(lambda _: lin.home())
    assert forger.person.home

    await forger.send(forger.in_view(forger.person.home, with_value(ids.REMOVE_LISTED_PAPER, "1")))
    on_home = await opened(lin, "旧版本")
    await forger.send(forger.on_message(scene.channel, scene.card, with_value("an_unknown_action", "1")))
    await lin.sees(shows("这个按钮来自旧版本，请改用 `/papers help` 。"))

    assert "这个按钮来自旧版本，请改用 `/papers remove ID` 。" in str(on_home["blocks"])


async def test_an_old_link_button_is_acknowledged_and_needs_no_sentence(scene: Scene) -> None:
    before = scene.ada.everything()
    action = {"action_id": "open_code", "url": "https://example.org"}

    await scene.forger.send_all([scene.forger.on_message(scene.channel, scene.card, action)])

    assert scene.ada.everything() == before


def odd_forms() -> Iterator[dict[str, Any]]:
    """Yield what a submitted view may hold in place of its hidden context and its fields."""
    yield from ({"private_metadata": odd} for odd in ODD_VALUES)
    yield from ({"state": odd} for odd in ODD_VALUES)
    yield from ({"state": {"values": odd}} for odd in ODD_VALUES)
    for field in (*Field, *EditField, *SettingsField, ids.REPORT_NOTE):
        for odd in (*ODD_VALUES, [{"value": "x" * 200}], [{"value": 5}], [None], "٣", "25:61", "9" * 5000):
            entered = [
                odd,
                {"value": odd},
                {"type": "timepicker", "selected_time": odd},
                {"type": "static_select", "selected_option": {"value": odd}},
                {"type": "multi_static_select", "selected_options": odd},
                {"type": "checkboxes", "selected_options": [{"value": odd}]},
            ]
            yield from ({"state": {"values": {str(field): {str(field): each}}}} for each in entered)


def forms_around(values: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the odd forms, also those in which all other fields are as the person left them."""
    for changed in odd_forms():
        yield changed
        state = changed.get("state")
        if isinstance(state, dict) and isinstance(state.get("values"), dict):
            yield {"state": {"values": {**values, **state["values"]}}}


@pytest.mark.parametrize("one_in", [149, pytest.param(1, marks=pytest.mark.benchmark)])
@pytest.mark.parametrize(
    "callback_id",
    [
        ids.SUBMIT_PREFERENCES,
        ids.SUBMIT_REPORT,
        ids.SUBMIT_IMPORT,
        ids.SUBMIT_EDITS,
        ids.SUBMIT_MY_SETTINGS,
        "an_unknown_form",
    ],
)
async def test_no_form_ends_in_a_traceback(
    scene: Scene, caplog: pytest.LogCaptureFixture, callback_id: str, one_in: int
) -> None:
    changes = list(forms_around(scene.modal.state))[::one_in]
    forged = [scene.forger.form(scene.modal, callback_id=callback_id, **changed) for changed in changes]

    await scene.forger.send_all(forged)

    assert failures(caplog) == []


@pytest.mark.parametrize("one_in", [149, pytest.param(1, marks=pytest.mark.benchmark)])
async def test_no_preview_of_an_odd_form_ends_in_a_traceback(
    scene: Scene, caplog: pytest.LogCaptureFixture, one_in: int
) -> None:
    click = scene.forger.in_view(scene.modal, with_value(ids.PREVIEW, None))
    changes = list(forms_around(scene.modal.state))[::one_in]
    forged = [{**click, "view": {**click["view"], **changed}} for changed in changes]

    await scene.forger.send_all(forged)

    assert failures(caplog) == []


async def test_a_form_that_cannot_be_read_changes_nothing_and_says_what_to_type(scene: Scene) -> None:
    before = await scene.stage.bot.storage.read(lambda tables: tables.subscriptions.all())
    odd = {"state": {"values": {str(Field.ORDER): {str(Field.ORDER): {"selected_option": {"value": "x"}}}}}}

    answer = await scene.forger.send(scene.forger.form(scene.modal, **odd))
    unknown = await scene.forger.send(scene.forger.form(scene.modal, callback_id="an_unknown_form"))

    assert "This form is from an older version. Use `/papers subscribe` instead." in str(answer)
    assert "This form is from an older version. Use `/papers help` instead." in str(unknown)
    assert await scene.stage.bot.storage.read(lambda tables: tables.subscriptions.all()) == before


def links_around(scene: Scene) -> list[dict[str, Any]]:
    """Return events of links, each but the first with something odd in it."""
    links = [{"domain": "arxiv.org", "url": f"https://arxiv.org/abs/{PAPER}"}]
    whole: dict[str, Any] = {
        "type": "link_shared",
        "channel": "C0",
        "user": scene.ada.id,
        "message_ts": "1759136400.000100",
        "links": links,
    }
    odd: list[dict[str, Any]] = [
        {"links": None},
        {"links": [None, 5, "x", {}, {"url": 5}, *links]},
        {"links": {"url": links[0]["url"]}},
        {"message_ts": 1.1},
        {"message_ts": "now"},
        {"channel": None},
        {"channel": "COMPOSER", "source": "composer"},
        {"user": ["U1"]},
        {"source": 5, "is_bot_user_member": "yes", "thread_ts": []},
    ]
    return [whole, {"type": "link_shared"}, *({**whole, **each} for each in odd)]


async def test_events_and_commands_without_their_fields_are_acknowledged(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    workspace = scene.stage.workspace
    about = {"team_id": workspace.team_id, "api_app_id": workspace.app_id, "type": "event_callback"}
    events = [
        {"type": "app_home_opened"},
        {"type": "app_home_opened", "tab": "home"},
        {"type": "member_joined_channel"},
        {"type": "member_joined_channel", "user": workspace.bot.id},
        {"type": "member_joined_channel", "user": workspace.bot.id, "inviter": scene.ada.id},
        {"type": "message", "subtype": "channel_join"},
        {"type": "app_uninstalled"},
        {"type": "user_change"},
        {"type": "reaction_added"},
        {"type": "reaction_added", "user": scene.ada.id, "reaction": "bookmark", "item": "x"},
        {"type": "reaction_added", "user": scene.ada.id, "reaction": "bookmark", "item": {"channel": "C0"}},
        {
            "type": "reaction_added",
            "user": scene.ada.id,
            "reaction": "bookmark",
            "item": {"type": "message", "channel": "C0", "ts": "1.1"},
        },
        {"type": "reaction_removed", "user": 5, "reaction": ["bookmark"], "item": None},
        {"type": "user_change", "user": scene.ada.id},
        {"type": "user_change", "user": {"id": 5, "deleted": True}},
        {"type": "user_change", "user": {"id": scene.ada.id, "deleted": "yes"}},
        *links_around(scene),
    ]
    await scene.stage.bot.storage.write(
        lambda tables: tables.link_choices.put(workspace.team_id, "C0", is_on=True)
    )
    commands = [
        {"command": "/papers"},
        {"command": "/papers", "text": "subscribe"},
        {"command": "/papers", "text": "settings", "user_id": scene.ada.id},
        {"command": "/papers", "text": "saved", "channel_id": "C0", "user_id": scene.ada.id},
    ]

    await scene.forger.send_all(({**about, "event": event} for event in events), "events_api")
    await scene.forger.send_all(commands, "slash_commands")

    assert failures(caplog) == []


async def test_a_page_past_the_end_is_the_last_one(scene: Scene) -> None:
    value = json.dumps({"offset": 90, "day": "2025-09-29"})

    await scene.forger.send(
        scene.forger.on_message(scene.channel, scene.answer, with_value(ids.NEXT_PAGE, value))
    )

    await scene.ada.sees(shows("11–12 of 12"))


async def test_post_now_from_a_place_without_a_channel_is_a_sentence(scene: Scene) -> None:
    await scene.forger.send(scene.forger.in_view(scene.home, with_value(ids.POST_NOW, None)))

    await scene.ada.sees(shows(OUTDATED))


async def test_what_this_version_sends_is_read_as_before(scene: Scene) -> None:
    await scene.ada.close(scene.ada.modals()[-1])
    await subscribe(scene.ada, tells=False)
    value = choice_value(SummaryChoice(SummaryAct.REPORT, PAPER, "en"))

    await scene.forger.send(
        scene.forger.on_message(scene.channel, scene.card, with_option(ids.SUMMARY_MENU, value))
    )

    await opened(scene.ada, "Report a mistake")
