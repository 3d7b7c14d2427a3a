"""External selects: the app suggests options for what a person types."""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import Member, NotAnsweredError, NotPossibleError, Sandbox
from tests.sandbox.examples import Json, external_select, field, modal, option, plain, section
from tests.sandbox.todo import Todo


async def opened(sandbox: Sandbox, client: AsyncWebClient, person: Member, **element: Any) -> Json:
    trigger = sandbox.workspace.issue_trigger(person.id)
    view = modal(field(external_select(**element), block_id="who"), callback_id="list")
    await client.views_open(trigger_id=trigger, view=view)
    return person.modals()[-1]


async def test_what_the_app_suggests_can_be_chosen(
    sandbox: Sandbox, client: AsyncWebClient, todo: Todo, ada: Member
) -> None:
    view = await opened(sandbox, client, ada)

    found = await ada.suggest(view, "assignee", "li")
    await ada.submit(view, {"who": {"assignee": "lin"}})

    body = todo.last("assignee")
    told = {key: body[key] for key in ("type", "action_id", "block_id", "value", "container")}
    assert found == {"options": [option("lin")]}
    assert told == {
        "type": "block_suggestion",
        "action_id": "assignee",
        "block_id": "who",
        "value": "li",
        "container": {"type": "view", "view_id": view["id"]},
    }
    assert body["view"]["id"] == view["id"]
    assert todo.last("list")["view"]["state"]["values"]["who"]["assignee"] == {
        "type": "external_select",
        "selected_option": option("lin"),
    }


async def test_suggestions_come_in_groups_and_on_messages_too(
    sandbox: Sandbox, client: AsyncWebClient, todo: Todo, ada: Member
) -> None:
    blocks = [section(accessory=external_select(), block_id="who")]
    await client.chat_postMessage(channel="#papers", text="Who?", blocks=blocks)
    [message] = ada.messages("#papers")

    found = await ada.suggest(message, "assignee", "group")

    assert found == {"option_groups": [{"label": plain("All"), "options": [option("ada")]}]}
    assert todo.last("assignee")["message"]["ts"] == message["ts"]


async def test_an_initial_option_can_be_kept_and_nothing_may_be_found(
    sandbox: Sandbox, client: AsyncWebClient, todo: Todo, ada: Member
) -> None:
    view = await opened(sandbox, client, ada, initial_option=option("emmy"))

    assert await ada.suggest(view, "assignee", "xyz") == {"options": []}
    assert await ada.submit(view, {"who": {"assignee": "emmy"}}) == {}


async def test_what_the_app_did_not_suggest_cannot_be_chosen(
    sandbox: Sandbox, client: AsyncWebClient, todo: Todo, ada: Member
) -> None:
    view = await opened(sandbox, client, ada, min_query_length=3)

    with pytest.raises(NotPossibleError, match="has no option 'lin'"):
        await ada.submit(view, {"who": {"assignee": "lin"}})
    with pytest.raises(NotPossibleError, match="only for 3 characters or more"):
        await ada.suggest(view, "assignee", "li")


async def test_suggestions_that_slack_would_reject_trouble_the_person(
    sandbox: Sandbox, client: AsyncWebClient, todo: Todo, ada: Member
) -> None:
    view = await opened(sandbox, client, ada)

    with pytest.raises(NotAnsweredError, match="rejects the suggestions"):
        await ada.suggest(view, "assignee", "wrong")
