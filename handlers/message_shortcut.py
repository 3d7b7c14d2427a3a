"""The message shortcut: the papers that a message links to, saved for the person who ran it."""

import asyncio
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.cards.blocks import Message
from bot.cards.linked import linked_papers_message
from bot.cards.notices import notice
from bot.cards.saved_list import saved_notice
from bot.delivery.answers import is_ts
from bot.manifest import Shortcut
from handlers.answers import Answers
from handlers.linked_papers import linked_papers
from handlers.parts import Parts
from handlers.payloads import Place, place_of, record_at, text_at
from handlers.people import Person
from handlers.saves import save_all
from handlers.unlisted import NOTICED_AFTER
from storage.records import SavedIn, SaveOutcome


def register(app: AsyncApp, parts: Parts) -> None:
    """Listen to the message shortcut."""

    async def on_shortcut(
        ack: AsyncAck,
        body: dict[str, Any],
        context: AsyncBoltContext,
        client: AsyncWebClient,
        respond: AsyncRespond,
    ) -> None:
        await ack()
        person = await parts.people.get(client, context.team_id or "", context.user_id or "")
        place = place_of(body)
        answers = Answers(client, respond, person.id, place)
        saving = asyncio.create_task(_save(parts, person, body, place))
        done, _ = await asyncio.wait({saving}, timeout=NOTICED_AFTER)
        if not done:
            await answers.tell(notice(person.words.mrkdwn("linked.looking")), person.words)
        await answers.tell(await saving, person.words)

    app.message_shortcut(Shortcut.SAVE_FROM_MESSAGE)(on_shortcut)


async def _save(parts: Parts, person: Person, body: dict[str, Any], place: Place) -> Message:
    message, ts = record_at(body, "message"), text_at(body, "message", "ts")
    paper_ids = linked_papers(message)
    if not paper_ids or not is_ts(ts) or not place.channel:
        return notice(person.words.mrkdwn("linked.none"))
    saved_in = SavedIn(place.channel, ts, place.thread or None)
    done = await save_all(parts, person, paper_ids, saved_in)
    if len(paper_ids) == 1 and (papers := (*done.saved, *done.already)):
        return saved_notice(papers[0], SaveOutcome(is_new=bool(done.saved)), person.words)
    return linked_papers_message(done, person.words)
