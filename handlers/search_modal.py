"""The modal behind the shortcut: what a person types is searched as they type, without a trace elsewhere."""

import asyncio
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.cards import ids
from bot.cards.blocks import Block, Message
from bot.cards.ids import Opened, Page, carried_text
from bot.cards.notices import window_not_opened
from bot.cards.search_modal import TYPED_CHARACTERS, search_modal
from bot.manifest import Shortcut
from handlers.answers import Answers
from handlers.clicks import Click, Submission, listen, listen_to_form
from handlers.lookup import paper_message
from handlers.pages import page_message
from handlers.parts import Parts
from handlers.payloads import place_of, text_at
from handlers.people import Person
from handlers.requests import NotUnderstood, OfDay, OnePaper, Search, parse_request

# Slack opens a modal within three seconds of the shortcut; whose language it is may take longer to learn.
_SECONDS_FOR_PERSON = 1.0
_MOST_VIEWS = 1000


@dataclass(slots=True)
class _Typing:
    """What is typed in one modal: only the newest is answered, and one answer is sent at a time."""

    newest: str = ""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Typings:
    """The modals in which people type, by the ids of their views."""

    def __init__(self) -> None:
        self._typings: dict[str, _Typing] = {}

    def of(self, view_id: str) -> _Typing:
        """Return what is typed in the view; the oldest views are forgotten."""
        while len(self._typings) >= _MOST_VIEWS and view_id not in self._typings:
            del self._typings[next(iter(self._typings))]
        return self._typings.setdefault(view_id, _Typing())

    def submitted(self, view_id: str) -> None:
        """Have no answer to what was typed replace the one to the form."""
        self._typings[view_id] = _Typing(self.of(view_id).newest)

    def is_newest(self, view_id: str, typing: _Typing, acted_at: str) -> bool:
        """Tell whether nothing newer was typed or sent in meanwhile."""
        return self.of(view_id) is typing and typing.newest == acted_at


def register(app: AsyncApp, parts: Parts) -> None:
    """Listen to the shortcut, to each character that is typed, and to the form that is sent in."""

    async def on_shortcut(
        ack: AsyncAck,
        body: dict[str, Any],
        context: AsyncBoltContext,
        client: AsyncWebClient,
        respond: AsyncRespond,
    ) -> None:
        await ack()
        answers = Answers(client, respond, context.user_id or "", place_of(body))
        await _open(parts, answers, context.team_id or "")

    app.shortcut(Shortcut.SEARCH)(on_shortcut)
    typings = Typings()
    listen(app, parts, ids.SEARCH_WORDS, partial(_on_typed, typings))
    listen_to_form(app, parts, ids.SEARCH_MODAL, partial(_on_submit, typings))


async def _open(parts: Parts, answers: Answers, workspace: str) -> None:
    """Open the modal in the person's language, or in English and then in theirs where that takes long."""
    learning = asyncio.create_task(parts.people.get(answers.client, workspace, answers.person))
    await asyncio.wait([learning], timeout=_SECONDS_FOR_PERSON)
    is_known = learning.done()
    first = learning.result() if is_known else Person(workspace, answers.person)
    view_id = await answers.open_modal(search_modal(first.words))
    person = await learning
    if not view_id:
        await answers.tell(window_not_opened(person.words), person.words)
    elif not is_known:
        await answers.show_in_modal(view_id, search_modal(person.words))


async def _on_typed(typings: Typings, parts: Parts, click: Click) -> None:
    """Answer what is typed, unless something newer was typed by the time that it is found."""
    typing = typings.of(click.place.view_id)
    if click.acted_at < typing.newest:
        return
    typing.newest = click.acted_at
    view = await _view(parts, click.person, click.value if isinstance(click.value, str) else "")
    async with typing.turn:
        if typings.is_newest(click.place.view_id, typing, click.acted_at):
            await click.answers.show_in_modal(click.place.view_id, view)


async def _on_submit(typings: Typings, parts: Parts, form: Submission) -> None:
    typings.submitted(form.answers.place.view_id)
    typed = text_at(form.view, "state", "values", ids.SEARCH_WORDS, ids.SEARCH_WORDS, "value")
    await form.replace(await _view(parts, form.person, typed))


async def _view(parts: Parts, person: Person, typed: str) -> Block:
    text = carried_text(typed[:TYPED_CHARACTERS])
    return search_modal(person.words, await _results(parts, person, text) if text else None)


async def _results(parts: Parts, person: Person, text: str) -> Message | None:
    """Return what is found: a paper by its id, a day by its date, all else by its words, if it has any."""
    match parse_request(text, parts.clock.now().astimezone(person.zone).date()):
        case OnePaper(paper_id):
            return await paper_message(parts, person, Opened(paper_id), channel=None)
        case OfDay(day):
            return await page_message(parts, person, Page(day=day))
        case NotUnderstood():
            return None
        case Search(text=words):
            return await page_message(parts, person, Page(search=carried_text(words)))
        case _:
            return await page_message(parts, person, Page(search=text))
