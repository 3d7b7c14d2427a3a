"""Clicks and forms: each is acknowledged, read, and answered to the person who acted."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.cards import ids
from bot.cards.blocks import Block, Message
from bot.cards.notices import answer_modal, outdated_button, outdated_form, window_not_opened
from bot.errors import UnreadableValueError
from handlers.answers import Answers
from handlers.parts import Parts
from handlers.payloads import Place, action_of, place_of, record_at, text_at, value_of
from handlers.people import Person

_INSTEAD: Mapping[str, str] = {
    ids.SAVE_PAPER: "save ID",
    ids.SAVE_LISTED_PAPER: "save ID",
    ids.REMOVE_PAPER: "remove ID",
    ids.REMOVE_LISTED_PAPER: "remove ID",
    ids.SAVE_OPENED_PAPER: "save ID",
    ids.REMOVE_OPENED_PAPER: "remove ID",
    ids.OPEN_PAPER: "ID",
    ids.REOPEN_PAPER: "ID",
    **dict.fromkeys(ids.SHOW_LANGUAGE, "ID"),
    ids.BACK_TO_LIST: "latest",
    ids.SHOW_SIMILAR: "similar ID",
    **dict.fromkeys(ids.SEARCH_AGAIN, "WORDS"),
    ids.SHARE_PAPER: "ID",
    ids.SUBMIT_SHARE: "ID",
    ids.UNDO_SAVE: "remove ID",
    ids.RESTORE_PAPER: "save ID",
    ids.RESTORE_LISTED_PAPER: "save ID",
    ids.EDIT_PAPER: "save ID #tag",
    ids.EDIT_LISTED_PAPER: "save ID #tag",
    ids.SUBMIT_EDITS: "save ID #tag",
    ids.CHOOSE_TAG: "saved #tag",
    **dict.fromkeys(ids.SHOW_SAVED.values(), "saved"),
    **dict.fromkeys(ids.MARK_PAPER.values(), "saved"),
    ids.MORE_LIKE: "similar ID",
    ids.FEWER_LIKE: "latest",
    ids.TAKE_OPINION_BACK: "latest",
    ids.FEEDBACK: "similar ID",
    ids.UNDO_FEEDBACK: "latest",
    ids.WILL_READ: "shelf",
    ids.UNDO_WILL_READ: "shelf",
    ids.RESTORE_WILL_READ: "shelf",
    ids.SHELF_PREVIOUS: "shelf",
    ids.SHELF_NEXT: "shelf",
    ids.SHELF_OPEN: "shelf",
    ids.SHELF_DISCUSSED: "shelf",
    ids.FORGET_ME: "forget me",
    ids.FOLLOW_MENU: "follow WORDS",
    ids.EDIT_FOLLOW: "following",
    ids.END_FOLLOW: "following",
    ids.SUBMIT_FOLLOW: "following",
    ids.PLAN_DISCUSSION: "ID",
    ids.CHANGE_DISCUSSION: "status",
    ids.DROP_DISCUSSION: "status",
    ids.PRESENT_DISCUSSION: "status",
    ids.SUBMIT_DISCUSSION: "status",
    ids.FOUND_WORTH: "ID",
    ids.FOUND_SKIP: "ID",
    **dict.fromkeys((ids.USE_TOPICS, ids.DROP_TOPICS, ids.EDIT_TOPICS, ids.END_TOPICS), "tune"),
    ids.SHOW_TOPICS: "settings",
    ids.SUBMIT_TOPICS: "tune",
    ids.SUBMIT_IMPORT: "import",
    ids.SHOW_ABSTRACT: "ID",
    ids.SHOW_FIGURES: "ID",
    ids.SHOW_SOURCES: "ID",
    ids.PREVIOUS_SOURCES: "ID",
    ids.NEXT_SOURCES: "ID",
    ids.SUMMARY_MENU: "ID",
    ids.PREVIOUS_PAGE: "latest",
    ids.NEXT_PAGE: "latest",
    ids.PREVIOUS_DAY: "latest",
    ids.NEXT_DAY: "latest",
    ids.PREVIOUS_WEEK: "this week",
    ids.NEXT_WEEK: "this week",
    ids.RANK_WEEK: "this week",
    ids.POST_ANEW: "settings",
    ids.RESUME_DELIVERY: "resume",
    ids.RESUME_DIGESTS: "resume",
    ids.POST_NOW: "settings",
    ids.OPEN_PREFERENCES: "settings",
    ids.SET_UP: "subscribe",
    ids.PREVIEW: "subscribe",
    **dict.fromkeys(map(str, ids.PREVIEWED_AT_ONCE), "subscribe"),
    ids.SUBMIT_PREFERENCES: "subscribe",
    ids.SUBMIT_REPORT: "ID",
    ids.SUBMIT_MY_SETTINGS: "saved",
}
"""What to type in place of a button or a form that cannot be read."""


@dataclass(frozen=True, slots=True)
class Click:
    """A pressed button or a chosen menu option, with the value it carries.

    The person comes from Slack's request, never from the button's value. The value is whatever came back, for
    a reader of `bot.cards.ids`.
    """

    person: Person
    value: object
    answers: Answers
    client: AsyncWebClient
    #: The bot's own user id.
    bot: str = ""
    #: The view that the button is in, as Slack sends it; empty outside of views.
    view: Mapping[str, object] = field(default_factory=dict)
    #: Whether it opens an address, so that the person has their answer.
    is_link: bool = False
    #: When the person acted, by Slack's clock, to tell earlier from later.
    acted_at: str = ""

    @property
    def place(self) -> Place:
        """Where the button is."""
        return self.answers.place

    @property
    def channel(self) -> str:
        """The channel that the button is in or its modal is about; raises `UnreadableValueError`."""
        place = self.place
        return ids.read_channel(place.about if place.view_type == "modal" else place.channel)

    @property
    def is_on_home(self) -> bool:
        """Whether the button is on the person's Home tab."""
        return self.place.view_type == "home"

    @property
    def is_on_answer(self) -> bool:
        """Whether the button is on an answer that only the person sees."""
        return self.place.is_answer

    async def answer(self, message: Message) -> None:
        """Answer the person alone, where they clicked."""
        await self.answers.tell(message, self.person.words)

    async def replace(self, message: Message) -> bool:
        """Replace the answer that the button is on; return whether the person got it."""
        return await self.answers.replace(message, self.person.words)

    async def open_modal(self, view: Block) -> None:
        """Open a modal for the person; Slack allows three seconds for it after the click."""
        if not await self.answers.open_modal(view):
            await self.answer(window_not_opened(self.person.words))


@dataclass(frozen=True, slots=True)
class Submission:
    """A form that a person sent in; the answer to it is its acknowledgement."""

    person: Person
    #: The view as Slack sends it.
    view: Mapping[str, object]
    ack: AsyncAck
    answers: Answers
    client: AsyncWebClient
    #: The bot's own user id.
    bot: str = ""

    async def replace(self, view: Block) -> None:
        """Have the form replaced by another view."""
        await self.ack(response_action="update", view=view)


def listen(
    app: AsyncApp,
    parts: Parts,
    action_id: str | re.Pattern[str],
    handle: Callable[[Parts, Click], Awaitable[None]],
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
        answers = Answers(client, respond, person.id, place_of(body))
        action = action_of(body)
        click = Click(
            person,
            value_of(body),
            answers,
            client,
            bot=context.bot_user_id or "",
            view=record_at(body, "view"),
            is_link=bool(text_at(action, "url")),
            acted_at=text_at(action, "action_ts"),
        )
        try:
            await handle(parts, click)
        except UnreadableValueError:
            await click.answer(outdated_button(_instead(parts, action_id), person.words))

    app.action(action_id)(on_click)


def listen_to_form(
    app: AsyncApp,
    parts: Parts,
    callback_id: str | re.Pattern[str],
    handle: Callable[[Parts, Submission], Awaitable[None]],
) -> None:
    """Handle the submissions of a kind of form."""

    async def on_submit(
        ack: AsyncAck,
        body: dict[str, Any],
        view: dict[str, Any],
        context: AsyncBoltContext,
        client: AsyncWebClient,
        respond: AsyncRespond,
    ) -> None:
        person = await parts.people.get(client, context.team_id or "", context.user_id or "")
        answers = Answers(client, respond, person.id, place_of(body))
        submission = Submission(person, view, ack, answers, client, context.bot_user_id or "")
        try:
            await handle(parts, submission)
        except UnreadableValueError:
            message = outdated_form(_instead(parts, callback_id), person.words)
            title = text_at(view, "title", "text")
            await submission.replace(answer_modal(message, title, person.words))

    app.view(callback_id)(on_submit)


def _instead(parts: Parts, element: str | re.Pattern[str]) -> str:
    known = _INSTEAD.get(element) if isinstance(element, str) else None
    return f"{parts.command} {known or 'help'}"
