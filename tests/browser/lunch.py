"""A foreign app for the sandbox: lunch polls with a Home tab, a modal and a shortcut."""

import asyncio
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.browser.lunch_modals import (
    Json,
    button,
    find_modal,
    friends_modal,
    matching,
    menu_modal,
    mrkdwn,
    option,
    plain,
)

MANIFEST: Json = {
    "display_information": {"name": "Lunch Poll"},
    "features": {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
        "bot_user": {"display_name": "Lunch Poll"},
        "slash_commands": [
            {"command": "/lunch", "description": "Ask who comes to lunch", "usage_hint": "[place | new]"},
            {"command": "/lunch-bill", "description": "Split the bill"},
        ],
        "shortcuts": [
            {
                "name": "Eat here",
                "type": "message",
                "callback_id": "eat_here",
                "description": "Makes a poll of a message",
            },
            {"name": "Plan a lunch", "type": "global", "callback_id": "plan_lunch"},
        ],
    },
    "oauth_config": {
        "scopes": {"bot": ["commands", "chat:write", "reactions:read", "files:read", "files:write"]}
    },
    "settings": {
        "event_subscriptions": {"bot_events": ["app_home_opened"]},
        "interactivity": {"is_enabled": True},
        "socket_mode_enabled": True,
    },
}


def poll(place: str, votes: int = 0) -> list[Json]:
    confirm = {
        "title": plain("Close the poll?"),
        "text": mrkdwn("Nobody can *vote* any more."),
        "confirm": plain("Close it"),
        "deny": plain("Not yet"),
        "style": "danger",
    }
    return [
        {"type": "header", "block_id": "head", "text": plain(f"Lunch at {place}?")},
        {"type": "section", "block_id": "count", "text": mrkdwn(f"*{votes}* coming :ramen:")},
        {
            "type": "actions",
            "block_id": "choices",
            "elements": [
                button("Count me in", "join", style="primary"),
                button("Menu", "menu", url="https://lunch.example/menu"),
                {
                    "type": "static_select",
                    "action_id": "when",
                    "placeholder": plain("When?"),
                    "options": [option("At noon", "12"), option("At one", "13")],
                },
                {
                    "type": "overflow",
                    "action_id": "more",
                    "options": [option("Remind everybody", "remind"), option("Move the poll", "move")],
                },
                button("Close", "close_poll", style="danger", confirm=confirm),
            ],
        },
    ]


def place_modal() -> Json:
    return {
        "type": "modal",
        "callback_id": "place",
        "title": plain("A new place"),
        "submit": plain("Add it"),
        "close": plain("Never mind"),
        "blocks": [
            {
                "type": "input",
                "block_id": "name",
                "label": plain("Name"),
                "hint": plain("As it is written over the door."),
                "element": {"type": "plain_text_input", "action_id": "v"},
            },
            {
                "type": "input",
                "block_id": "days",
                "optional": True,
                "label": plain("Open on"),
                "element": {
                    "type": "multi_static_select",
                    "action_id": "v",
                    "options": [option("Monday", "mon"), option("Tuesday", "tue"), option("Friday", "fri")],
                },
            },
            {
                "type": "input",
                "block_id": "kind",
                "label": plain("Kind"),
                "element": {
                    "type": "radio_buttons",
                    "action_id": "v",
                    "options": [option("Noodles", "noodles"), option("Bread", "bread")],
                    "initial_option": option("Noodles", "noodles"),
                },
            },
            {"type": "actions", "block_id": "help", "elements": [button("What counts?", "explain")]},
        ],
    }


def home(favourite: str) -> Json:
    places = [option("Noodle bar", "noodle"), option("Bakery", "bakery")]
    return {
        "type": "home",
        "blocks": [
            {"type": "header", "block_id": "head", "text": plain("Your lunches")},
            {
                "type": "section",
                "block_id": "favourite",
                "text": mrkdwn(f"Favourite: *{favourite}*"),
                "accessory": {"type": "static_select", "action_id": "favourite", "options": places},
            },
            {"type": "actions", "block_id": "add", "elements": [button("Add a place", "add_place")]},
        ],
    }


_MODALS = {"find": find_modal(""), "menu": menu_modal(), "where": friends_modal()}


class Lunch:
    """The app; a click on "Count me in" or a typed letter sets `joining` and is acknowledged after `hold`."""

    def __init__(self, client: AsyncWebClient, app_token: str) -> None:
        self.hold = asyncio.Event()
        self.hold.set()
        self.joining = asyncio.Event()
        self.heard: list[Json] = []
        self._votes: dict[str, int] = {}
        app = AsyncApp(name="lunch", client=client)
        self._handler = AsyncSocketModeHandler(app, app_token)
        app.command("/lunch")(self._on_command)
        app.action("join")(self._on_join)
        app.action("add_place")(self._on_new)
        app.action("explain")(self._on_explain)
        app.action("favourite")(self._on_favourite)
        for action_id in ("menu", "when", "more", "close_poll"):
            app.action(action_id)(self._on_other)
        app.view("place")(self._on_place)
        app.shortcut("plan_lunch")(self._on_new)
        app.action("query")(self._on_query)
        app.view("menu")(self._on_menu)
        app.options("place")(self._on_suggest)
        app.shortcut("eat_here")(self._on_shortcut)
        app.event("app_home_opened")(self._on_home)

    async def connect(self) -> None:
        await self._handler.connect_async()  # type: ignore[no-untyped-call] # Bolt publishes no types here

    async def disconnect(self) -> None:
        await self._handler.close_async()  # type: ignore[no-untyped-call] # nor here

    async def _on_command(self, ack: Any, body: Json, client: AsyncWebClient, respond: Any) -> None:
        await ack()
        text = body["text"]
        if text == "new":
            await client.views_open(trigger_id=body["trigger_id"], view=place_modal())
        elif text in _MODALS:
            await client.views_open(trigger_id=body["trigger_id"], view=_MODALS[text])
        elif text:
            posted = await client.chat_postMessage(
                channel=body["channel_id"], blocks=poll(text), text=f"Lunch at {text}?"
            )
            await client.chat_postMessage(
                channel=body["channel_id"], thread_ts=posted["ts"], text="Who comes writes here."
            )
        else:
            await respond(text="Say where: `/lunch Bakery`", response_type="ephemeral")

    async def _on_join(self, ack: Any, body: Json, client: AsyncWebClient) -> None:
        self.joining.set()
        await self.hold.wait()
        await ack()
        message, channel = body["message"], body["channel"]["id"]
        votes = self._votes[message["ts"]] = self._votes.get(message["ts"], 0) + 1
        place = message["blocks"][0]["text"]["text"].removeprefix("Lunch at ").removesuffix("?")
        await client.chat_update(
            channel=channel, ts=message["ts"], blocks=poll(place, votes), text=message["text"]
        )

    async def _on_other(self, ack: Any, action: Json, respond: Any) -> None:
        await ack()
        self.heard.append(action)
        chosen = action.get("selected_option", {}).get("value", "")
        answer = f"{action['action_id']} {chosen}".strip()
        await respond(text=answer, response_type="ephemeral", replace_original=False)

    async def _on_new(self, ack: Any, body: Json, client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=place_modal())

    async def _on_explain(self, ack: Any, body: Json, client: AsyncWebClient) -> None:
        await ack()
        self.heard.append(body["view"]["state"]["values"])
        explained = {
            "type": "modal",
            "title": plain("What counts"),
            "blocks": [{"type": "section", "text": mrkdwn("Anything with a roof.")}],
        }
        await client.views_push(trigger_id=body["trigger_id"], view=explained)

    async def _on_query(self, ack: Any, body: Json, action: Json, client: AsyncWebClient) -> None:
        self.heard.append(action)
        self.joining.set()
        await self.hold.wait()
        await ack()
        view = body["view"]
        found = find_modal(action["value"] or "")
        await client.views_update(view_id=view["id"], hash=view["hash"], view=found)

    async def _on_suggest(self, ack: Any, body: Json) -> None:
        await ack(options=matching(body["value"]))

    async def _on_menu(self, ack: Any, view: Json) -> None:
        await ack()
        self.heard.append(view["state"]["values"])

    async def _on_place(self, ack: Any, body: Json, view: Json, client: AsyncWebClient) -> None:
        name = view["state"]["values"]["name"]["v"]["value"]
        if name == "Home":
            await ack(response_action="errors", errors={"name": "Home is no restaurant."})
            return
        await ack()
        self.heard.append(view["state"]["values"])
        await client.chat_postMessage(channel=body["user"]["id"], text=f"Added *{name}*.")

    async def _on_shortcut(self, ack: Any, body: Json, client: AsyncWebClient) -> None:
        await ack()
        await client.chat_postMessage(
            channel=body["channel"]["id"],
            thread_ts=body["message"]["ts"],
            blocks=poll(body["message"]["text"]),
            text="A poll",
        )

    async def _on_favourite(self, ack: Any, body: Json, action: Json, client: AsyncWebClient) -> None:
        await ack()
        favourite = action["selected_option"]["text"]["text"]
        await client.views_publish(user_id=body["user"]["id"], view=home(favourite))

    async def _on_home(self, event: Json, client: AsyncWebClient) -> None:
        await client.views_publish(user_id=event["user"], view=home("none yet"))
