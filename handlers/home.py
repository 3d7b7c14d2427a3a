"""The Home tab: each person's own list."""

from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.cards.lists import home_view
from handlers.answers import Answers
from handlers.pages import read_saved
from handlers.parts import Parts
from handlers.payloads import Place, text_at


def register(app: AsyncApp, parts: Parts) -> None:
    """Draw the Home tab each time a person opens it."""

    async def on_home_opened(
        event: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient, respond: AsyncRespond
    ) -> None:
        user = text_at(event, "user")
        if event.get("tab") != "home" or not user:
            return
        person = await parts.people.get(client, context.team_id or "", user)
        saved = await read_saved(parts, person, 0)
        view = home_view(saved, parts.command, person.reader(parts.clock.now()))
        await Answers(client, respond, person.id, Place(view_type="home")).show_home(view)

    app.event("app_home_opened")(on_home_opened)
