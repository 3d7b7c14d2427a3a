"""An input that tells the app of each character, so that a modal can search as one types."""

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import Member, NotPossibleError, Sandbox
from tests.sandbox.block_examples import context_actions, feedback, half
from tests.sandbox.examples import Json, plain
from tests.sandbox.todo import Todo, search_modal


async def searching(sandbox: Sandbox, client: AsyncWebClient, person: Member) -> Json:
    trigger = sandbox.workspace.issue_trigger(person.id)
    await client.views_open(trigger_id=trigger, view=search_modal(""))
    return person.modals()[-1]


async def test_a_character_is_told_with_the_state_and_the_hash_of_the_view(
    sandbox: Sandbox, client: AsyncWebClient, todo: Todo, ada: Member
) -> None:
    view = await searching(sandbox, client, ada)

    await ada.select(view, "search", "mil")

    body = await todo.hears("search")
    [action] = body["actions"]
    assert action.pop("action_ts")
    assert action == {"type": "plain_text_input", "block_id": "query", "action_id": "search", "value": "mil"}
    assert body["view"]["state"]["values"] == {
        "query": {"search": {"type": "plain_text_input", "value": "mil"}}
    }
    assert (body["view"]["hash"], body["container"]) == (
        view["hash"],
        {"type": "view", "view_id": view["id"]},
    )


async def test_the_answer_keeps_what_is_typed_and_makes_the_hash_stale(
    sandbox: Sandbox, client: AsyncWebClient, todo: Todo, ada: Member
) -> None:
    view = await searching(sandbox, client, ada)
    await ada.select(view, "search", "mil")
    await todo.hears("search")

    [after] = ada.modals()
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await client.views_update(view_id=view["id"], hash=view["hash"], view=search_modal("late"))

    assert after["blocks"][1]["text"]["text"] == "Nothing for “mil”"
    assert after["state"]["query"]["search"]["value"] == "mil"
    assert after["hash"] != view["hash"]


async def test_values_of_inputs_that_are_gone_are_ignored(
    sandbox: Sandbox, client: AsyncWebClient, todo: Todo, ada: Member
) -> None:
    view = await searching(sandbox, client, ada)

    await ada.select(view, "search", "mil", state={"gone": {"choice": "x"}, "query": {"search": "mi"}})

    assert (await todo.hears("search"))["actions"][0]["value"] == "mil"


async def test_a_press_of_feedback_tells_by_its_value_which_of_the_two_it_was(
    sandbox: Sandbox, client: AsyncWebClient, todo: Todo, ada: Member
) -> None:
    rated = feedback(action_id="rate", positive_button=half(text=plain("Good"), value="good"))
    posted = await client.chat_postMessage(channel="#papers", text="?", blocks=[context_actions(rated)])
    message = {"channel": posted["channel"], "ts": posted["ts"]}

    with pytest.raises(NotPossibleError, match="one of two"):
        await ada.click(message, "rate")
    await ada.click(message, "rate", value="good")

    [action] = (await todo.hears("rate"))["actions"]
    assert action.pop("action_ts")
    assert action == {
        "type": "feedback_buttons",
        "action_id": "rate",
        "block_id": "b000",
        "text": plain("Good"),
        "value": "good",
    }
