"""Clicks: each is acknowledged at once and answered to the person who clicked."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.cards.blocks import Block, Message
from handlers.parts import Parts
from handlers.people import Person


@dataclass(frozen=True, slots=True)
class Click:
    """A pressed button or a chosen menu option, with the value it carries.

    The person comes from Slack's request, never from the button's value.
    """

    person: Person
    value: str
    body: dict[str, Any]
    client: AsyncWebClient
    respond: AsyncRespond
    #: The bot's own user id.
    bot: str = ""

    @property
    def channel(self) -> str:
        """The id of the channel that the button is in, or that its modal is about."""
        if self.is_in_modal:
            return str(self.body["view"]["private_metadata"])
        return str(self.body["channel"]["id"])

    @property
    def is_in_modal(self) -> bool:
        """Whether the button is in a modal."""
        return bool(self.body.get("view", {}).get("type") == "modal")

    @property
    def is_on_home(self) -> bool:
        """Whether the button is on the person's Home tab."""
        return bool(self.body.get("view", {}).get("type") == "home")

    @property
    def is_on_answer(self) -> bool:
        """Whether the button is on an answer that only the person sees."""
        return bool(self.body["container"].get("is_ephemeral"))

    async def answer(self, message: Message) -> None:
        """Answer the person alone, in the thread where the click was."""
        if self.is_on_answer:
            await self._respond(message, replace_original=False)
            return
        await self.client.chat_postEphemeral(
            channel=self.body["channel"]["id"],
            user=self.person.id,
            thread_ts=_thread_of(self.body["message"]),
            text=message.text,
            blocks=list(message.blocks),
        )

    async def replace(self, message: Message) -> None:
        """Replace the answer that the button is on."""
        await self._respond(message, replace_original=True)

    async def show_home(self, view: Block) -> None:
        """Redraw the person's Home tab."""
        await self.client.views_publish(user_id=self.person.id, view=view)

    async def open_modal(self, view: Block) -> None:
        """Open a modal for the person; Slack allows three seconds for it after the click."""
        await self.client.views_open(trigger_id=self.body["trigger_id"], view=view)

    async def show_in_modal(self, view: Block) -> None:
        """Replace the modal that the button is in."""
        await self.client.views_update(view_id=self.body["view"]["id"], view=view)

    async def _respond(self, message: Message, *, replace_original: bool) -> None:
        await self.respond(
            text=message.text,
            blocks=list(message.blocks),
            response_type="ephemeral",
            replace_original=replace_original,
        )


def _thread_of(message: dict[str, Any]) -> str | None:
    """Return the thread that the message is a reply in; a thread's parent is in none."""
    thread_ts: str | None = message.get("thread_ts")
    return thread_ts if thread_ts != message["ts"] else None


def listen(
    app: AsyncApp, parts: Parts, action_id: str, handle: Callable[[Parts, Click], Awaitable[None]]
) -> None:
    """Handle the clicks on a kind of button, or the choices from a kind of menu."""

    async def on_click(
        ack: AsyncAck,
        body: dict[str, Any],
        context: AsyncBoltContext,
        client: AsyncWebClient,
        respond: AsyncRespond,
    ) -> None:
        await ack()
        person = await parts.people.get(client, context.team_id or "", context.user_id or "")
        action = body["actions"][0]
        value = action.get("selected_option", action).get("value", "")
        await handle(parts, Click(person, value, body, client, respond, context.bot_user_id or ""))

    app.action(action_id)(on_click)
