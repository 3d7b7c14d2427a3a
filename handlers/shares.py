"""Sharing one paper's card into a channel, after the person has confirmed it or chosen the channel."""

import asyncio
from dataclasses import dataclass

from slack_bolt.async_app import AsyncApp

from bot.cards import ids
from bot.cards.blocks import Block
from bot.cards.entry import Entry
from bot.cards.notices import answer_modal, notice
from bot.cards.shares import share_modal, shared_card
from bot.locale import words_for
from bot.lookup.papers import paper_entry
from bot.text.mrkdwn import Mrkdwn
from handlers.clicks import Click, Submission, listen, listen_to_form
from handlers.lookup import unknown_paper
from handlers.parts import Parts
from handlers.payloads import text_at
from handlers.people import Person
from storage.tables import Tables

# Slack waits three seconds for the answer to a form; the pacer may reach the channel later than that.
_SECONDS_TO_SHARE = 1.5

_REFUSALS = {
    "not_in_channel": "share.not_in_channel",
    "channel_not_found": "share.not_in_channel",
    "is_archived": "place.archived",
}


@dataclass(frozen=True, slots=True)
class _Share:
    """A paper on its way into a channel."""

    person: Person
    paper_id: str
    channel: str
    #: The bot's own user id.
    bot: str


def register(app: AsyncApp, parts: Parts) -> None:
    """Listen to the button that shares a paper, and to the form that asks for the channel."""
    listen(app, parts, ids.SHARE_PAPER, _on_share)
    listen_to_form(app, parts, ids.SUBMIT_SHARE, _on_submit)


async def _on_share(parts: Parts, click: Click) -> None:
    paper_id, person = ids.read_opened(click.value).paper_id, click.person
    if click.place.channel_name is None:
        paper = await parts.storage.read(lambda tables: tables.papers.get(paper_id))
        if paper is None:
            await click.answer(unknown_paper(paper_id, person.words))
        else:
            await click.open_modal(share_modal(paper, person.words))
        return
    sentence = await _share(parts, _Share(person, paper_id, click.channel, click.bot))
    await click.answer(notice(sentence))


async def _on_submit(parts: Parts, form: Submission) -> None:
    entered = text_at(
        form.view, "state", "values", ids.SHARE_CHANNEL, ids.SHARE_CHANNEL, "selected_conversation"
    )
    paper_id = ids.read_paper(form.view.get("private_metadata"))
    share = _Share(form.person, paper_id, ids.read_channel(entered), form.bot)
    words = form.person.words
    sharing = asyncio.create_task(_share(parts, share))
    await asyncio.wait([sharing], timeout=_SECONDS_TO_SHARE)
    if sharing.done():
        await form.replace(_answer(sharing.result(), form.person))
        return
    await form.replace(_answer(words.mrkdwn("share.under_way", channel=_mention(share.channel)), form.person))
    await form.answers.show_in_modal(form.answers.place.view_id, _answer(await sharing, form.person))


async def _share(parts: Parts, share: _Share) -> Mrkdwn:
    """Post the paper's card into the channel, in the channel's language; return how that went."""
    person, words = share.person, share.person.words

    def read(tables: Tables) -> tuple[Entry | None, str]:
        subscription = tables.subscriptions.of_channel(person.workspace, share.channel)
        language = subscription.preferences.language if subscription else person.language
        return paper_entry(tables, share.paper_id, language), language

    entry, language = await parts.storage.read(read)
    if entry is None:
        return words.mrkdwn("share.no_paper")
    has_model = parts.summary_queue.allowance is not None
    card = shared_card(entry, person.id, words_for(language), has_model=has_model)
    reason = await parts.announcer.announce(person.workspace, share.channel, card)
    channel, bot = _mention(share.channel), Mrkdwn(f"<@{share.bot}>")
    if reason is None:
        return words.mrkdwn("share.done", channel=channel)
    return words.mrkdwn(_REFUSALS.get(reason, "share.refused"), channel=channel, bot=bot, reason=reason)


def _mention(channel: str) -> Mrkdwn:
    return Mrkdwn(f"<#{channel}>")


def _answer(sentence: Mrkdwn, person: Person) -> Block:
    return answer_modal(notice(sentence), person.words("share.title"), person.words)
