"""The Home tab: each person's own list."""

from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.cards.lists import home_view
from handlers.parts import Parts
from handlers.saved_papers import read_saved


def register(app: AsyncApp, parts: Parts) -> None:
    """Draw the Home tab each time a person opens it."""

    async def on_home_opened(
        event: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        if event.get("tab") != "home":
            return
        person = await parts.people.get(client, context.team_id or "", event["user"])
        saved = await read_saved(parts, person, 0)
        view = home_view(saved, parts.command, person.reader(parts.clock.now()))
        await client.views_publish(user_id=person.id, view=view)

    app.event("app_home_opened")(on_home_opened)
