"""A channel's digests: their settings in words, ended, paused, resumed, and the latest one at once."""

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from slack_bolt.async_app import AsyncApp

from bot.cards import ids
from bot.cards.blocks import Button, Message
from bot.cards.notices import notice
from bot.cards.preferences import sentence_modal, settings_message
from bot.locale import Words, words_for
from bot.status import channel_status
from bot.subscriptions.due import is_paused, local_date
from bot.text import Mrkdwn, escape
from handlers import channels
from handlers.channels import Here
from handlers.clicks import Click, listen
from handlers.parts import Parts
from handlers.people import Person
from handlers.requests import Pause, PauseUntilWhen, Resume, ShowSettings, Unsubscribe
from storage.records import PAUSED_BY_PERSON, ChannelStatus, DeliveryState, Subscription
from storage.tables import Tables

_EXAMPLE_AHEAD = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for something in which channel."""

    person: Person
    here: Here


async def show(parts: Parts, asked: Asked, _request: ShowSettings) -> Message:
    """Answer with what the channel wants, in words."""
    now = parts.clock.now()

    def read(tables: Tables) -> ChannelStatus | None:
        wanted = tables.subscriptions.of_channel(asked.person.workspace, asked.here.channel)
        return channel_status(tables, wanted, now) if wanted else None

    status = await parts.storage.read(read)
    if status is None:
        return await not_subscribed(parts, asked)
    return settings_message(status.subscription, status.next_at, asked.person.reader(now))


async def unsubscribe(parts: Parts, asked: Asked, _request: Unsubscribe) -> Message | None:
    """End the channel's digests, and say so there."""
    now = parts.clock.now()
    wanted = await _subscription(parts, asked)
    if wanted is None:
        return await not_subscribed(parts, asked)
    await parts.storage.write(lambda tables: tables.subscriptions.end(wanted.id or 0, now))
    return await _tell(parts, asked, wanted, "told.ended", command=parts.command)


async def pause(parts: Parts, asked: Asked, request: Pause) -> Message | None:
    """Pause the channel's digests, and say so there."""
    wanted = await _subscription(parts, asked)
    if wanted is None:
        return await not_subscribed(parts, asked)
    words, until = asked.person.words, request.until
    if until and until <= local_date(parts.clock.now(), ZoneInfo(wanted.zone)):
        return notice(words.mrkdwn("digests.day_is_past", date=words.date(until), command=parts.command))
    await parts.storage.write(
        lambda tables: tables.subscriptions.pause(wanted.id or 0, PAUSED_BY_PERSON, until)
    )
    if until:
        date_there = words_for(wanted.language).date(until)
        return await _tell(parts, asked, wanted, "told.paused_until", can_resume=True, date=date_there)
    return await _tell(parts, asked, wanted, "told.paused", can_resume=True)


async def pause_until_when(parts: Parts, asked: Asked, request: PauseUntilWhen) -> Message:
    """Say that what follows is no day."""
    example = local_date(parts.clock.now(), asked.person.zone) + _EXAMPLE_AHEAD
    return notice(
        asked.person.words.mrkdwn(
            "digests.bad_day", text=request.text[:100], command=parts.command, example=example.isoformat()
        )
    )


async def resume(parts: Parts, asked: Asked, _request: Resume) -> Message | None:
    """Go on with the channel's digests, and say so there."""
    wanted = await _subscription(parts, asked)
    if wanted is None:
        return await not_subscribed(parts, asked)
    if not is_paused(wanted, parts.clock.now()):
        return notice(asked.person.words.mrkdwn("digests.not_paused"))
    if reason := await channels.hindrance(asked.here, joins=True):
        return notice(channels.sentence(reason, asked.here.bot, asked.person.words))
    await parts.storage.write(lambda tables: tables.subscriptions.resume(wanted.id or 0))
    return await _tell(parts, asked, wanted, "told.resumed")


async def not_subscribed(parts: Parts, asked: Asked) -> Message:
    """Answer that the channel has no digest, with a button that sets one up, or why it cannot have one."""
    words = asked.person.words
    if reason := await channels.hindrance(asked.here):
        return notice(channels.sentence(reason, asked.here.bot, words))
    button = Button(ids.SET_UP, words("button.set_up"), primary=True)
    return notice(words.mrkdwn("digests.not_subscribed", command=parts.command), buttons=[button])


async def post_now(parts: Parts, asked: Asked) -> Message:
    """Bring the latest digest into the channel at once, through the same ledger as ever."""
    wanted = await _subscription(parts, asked)
    if wanted is None:
        return await not_subscribed(parts, asked)
    day = await parts.storage.read(lambda tables: tables.listings.latest_complete_day(wanted.sources))
    if day is None:
        return notice(asked.person.words.mrkdwn("digests.nothing_listed"))
    return notice(escape(await _posted(parts, wanted, day, asked.person.words)))


async def _posted(parts: Parts, wanted: Subscription, day: date, words: Words) -> str:
    delivery_id = await parts.deliverer.open_asked(wanted, day)
    if delivery_id is None:
        return words("digests.nothing_to_post", date=words.date(day))
    progress = await parts.deliverer.progress(delivery_id)
    if progress.state is DeliveryState.FAILED:
        if not await parts.deliverer.go_on(delivery_id, wanted.workspace):
            return words("digests.cannot_be_posted", date=words.date(day))
    elif progress.state is DeliveryState.OPEN:
        parts.deliverer.start(delivery_id)
    else:
        return words("digests.posted_before", date=words.date(day))
    return words.count("digests.on_its_way", progress.papers, date=words.date(day))


def register(app: AsyncApp, parts: Parts) -> None:
    """Listen to the buttons that bring the latest digest and that end a pause."""
    listen(app, parts, ids.POST_NOW, _on_post_now)
    listen(app, parts, ids.RESUME_DIGESTS, _on_resume)


async def _on_post_now(parts: Parts, click: Click) -> None:
    message = await post_now(parts, _asked_by(click))
    if click.is_in_modal:
        await click.show_in_modal(sentence_modal(message.text, click.person.words))
    else:
        await click.answer(message)


async def _on_resume(parts: Parts, click: Click) -> None:
    if message := await resume(parts, _asked_by(click), Resume()):
        await click.answer(message)


def _asked_by(click: Click) -> Asked:
    return Asked(click.person, Here(click.client, click.channel, click.bot))


async def _subscription(parts: Parts, asked: Asked) -> Subscription | None:
    return await parts.storage.read(
        lambda tables: tables.subscriptions.of_channel(asked.person.workspace, asked.here.channel)
    )


async def _tell(
    parts: Parts, asked: Asked, wanted: Subscription, key: str, *, can_resume: bool = False, **values: str
) -> Message | None:
    """Tell the channel in its language what the person did; return what to answer where that failed."""
    words = words_for(wanted.language)
    who = Mrkdwn(f"<@{asked.person.id}>")
    drawn = [Button(ids.RESUME_DIGESTS, words("button.resume"))] if can_resume else []
    message = notice(words.mrkdwn(key, person=who, **values), buttons=drawn)
    reason = await parts.announcer.announce(wanted.workspace, wanted.channel, message)
    return notice(asked.person.words.mrkdwn("digests.not_told", reason=reason)) if reason else None
