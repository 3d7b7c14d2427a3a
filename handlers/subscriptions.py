"""A channel's subscription: shown, ended, paused, resumed, and its latest digest posted."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from slack_bolt.async_app import AsyncApp

from bot.cards import ids
from bot.cards.blocks import Button, Message
from bot.cards.notices import notice
from bot.cards.preferences import preferences_message
from bot.cards.status import ChannelStatus
from bot.delivery import pauses
from bot.delivery.opening import DayCounts
from bot.locale import Words, words_for
from bot.status import channel_status
from bot.subscriptions.due import is_paused, local_date
from bot.text.mrkdwn import Mrkdwn, escape
from handlers.channels import ChannelContext, Requester, refusal_reason, refusal_sentence
from handlers.clicks import Click, listen
from handlers.parts import Parts
from handlers.requests import InvalidPauseDate, Pause, Resume, ShowPreferences, Unsubscribe
from storage.records import PARENT_DELETED, DeliveryState, Subscription
from storage.tables import Tables

_EXAMPLE_AHEAD = timedelta(days=7)


async def show(parts: Parts, requester: Requester, _request: ShowPreferences) -> Message:
    """Answer with the channel's preferences, in words."""
    now = parts.clock.now()

    def read(tables: Tables) -> ChannelStatus | None:
        subscription = tables.subscriptions.of_channel(requester.person.workspace, requester.channel.id)
        return channel_status(tables, subscription, now) if subscription else None

    status = await parts.storage.read(read)
    if status is None:
        return await not_subscribed(parts, requester)
    return preferences_message(status.subscription, status.next_at, requester.person.reader(now))


async def unsubscribe(parts: Parts, requester: Requester, _request: Unsubscribe) -> Message | None:
    """End the channel's subscription, also the digest that is on its way, and announce it there."""
    now = parts.clock.now()
    subscription = await _subscription(parts, requester)
    if subscription is None:
        return await not_subscribed(parts, requester)
    await parts.storage.write(lambda tables: pauses.end(tables, subscription, now))
    return await _announce(parts, requester, subscription, "told.ended", command=parts.command)


async def pause(parts: Parts, requester: Requester, request: Pause) -> Message | None:
    """Pause the channel's digests, also the one that is on its way, and announce it there."""
    subscription = await _subscription(parts, requester)
    if subscription is None:
        return await not_subscribed(parts, requester)
    words, until = requester.person.words, request.until
    if until and until <= local_date(parts.clock.now(), ZoneInfo(subscription.preferences.zone)):
        return notice(words.mrkdwn("digests.day_is_past", date=words.date(until), command=parts.command))
    await parts.storage.write(lambda tables: pauses.pause(tables, subscription, until))
    if until:
        day = words_for(subscription.preferences.language).date(until)
        return await _announce(parts, requester, subscription, "told.paused_until", can_resume=True, date=day)
    return await _announce(parts, requester, subscription, "told.paused", can_resume=True)


async def invalid_pause_date(parts: Parts, requester: Requester, request: InvalidPauseDate) -> Message:
    """Answer that the date of a pause cannot be read, with an example of one that can."""
    example = local_date(parts.clock.now(), requester.person.zone) + _EXAMPLE_AHEAD
    return notice(
        requester.person.words.mrkdwn(
            "digests.bad_day", text=request.text[:100], command=parts.command, example=example.isoformat()
        )
    )


async def resume(parts: Parts, requester: Requester, _request: Resume) -> Message | None:
    """Resume the channel's digests, also one that was stopped on its way, and announce it there."""
    subscription = await _subscription(parts, requester)
    if subscription is None:
        return await not_subscribed(parts, requester)
    if not is_paused(subscription, parts.clock.now()):
        return notice(requester.person.words.mrkdwn("digests.not_paused"))
    if reason := await refusal_reason(requester.channel, joins=True):
        return notice(refusal_sentence(reason, requester.channel.bot, requester.person.words))
    now = parts.clock.now()
    resumed = await parts.storage.write(lambda tables: pauses.resume(tables, subscription, now))
    for each in resumed.deliveries:
        parts.deliverer.start(each.id)
    if resumed.digest is None:
        return await _announce(parts, requester, subscription, "told.resumed")
    day = words_for(subscription.preferences.language).date(resumed.digest.day)
    return await _announce(parts, requester, subscription, "told.goes_on", date=day)


async def not_subscribed(parts: Parts, requester: Requester) -> Message:
    """Answer that the channel has no subscription, with a button to set it up or why it cannot."""
    words = requester.person.words
    if reason := await refusal_reason(requester.channel):
        return notice(refusal_sentence(reason, requester.channel.bot, words))
    button = Button(ids.SET_UP, words("button.set_up"), primary=True)
    return notice(words.mrkdwn("digests.not_subscribed", command=parts.command), buttons=[button])


async def post_now(parts: Parts, requester: Requester) -> Message:
    """Start delivering the latest digest at once, through the same ledger as a scheduled one."""
    subscription = await _subscription(parts, requester)
    if subscription is None:
        return await not_subscribed(parts, requester)
    day = await parts.storage.read(
        lambda tables: tables.listings.latest_complete_day(subscription.preferences.sources)
    )
    if day is None:
        return notice(requester.person.words.mrkdwn("digests.nothing_listed"))
    return notice(escape(await _start_delivery(parts, subscription, day, requester.person.words)))


async def _start_delivery(parts: Parts, subscription: Subscription, day: date, words: Words) -> str:
    """Open or resume the delivery of a day's list, and return a sentence on its progress."""
    delivery_id = await parts.deliverer.open_asked(subscription, day)
    counts = await parts.deliverer.day_counts(subscription, day)
    if delivery_id is None:
        return _why_nothing(counts, day, words)
    progress = await parts.deliverer.progress(delivery_id)
    if progress.reason == PARENT_DELETED:
        return words("digests.cannot_be_posted", date=words.date(day))
    if progress.state is not DeliveryState.OPEN:
        return _why_nothing(counts, day, words)
    parts.deliverer.start(delivery_id)
    coming = words.count("digests.on_its_way", progress.papers - progress.posted, date=words.date(day))
    if not counts.here:
        return coming
    return words("digests.with_here", coming=coming, here=counts.here, listed=counts.listed)


def _why_nothing(counts: DayCounts, day: date, words: Words) -> str:
    """Return that a day has nothing more for the channel: it has the papers, or does not want them."""
    if counts.here and counts.here == counts.listed:
        return words("digests.posted_before", date=words.date(day))
    return words("digests.nothing_to_post", date=words.date(day), here=counts.here, listed=counts.listed)


def register(app: AsyncApp, parts: Parts) -> None:
    """Listen to the buttons that post the latest digest and that end a pause."""
    listen(app, parts, ids.POST_NOW, _on_post_now)
    listen(app, parts, ids.RESUME_DIGESTS, _on_resume)


async def _on_post_now(parts: Parts, click: Click) -> None:
    message = await post_now(parts, _requester(click))
    if click.place.view_type == "modal":
        await click.replace(message)
    else:
        await click.answer(message)


async def _on_resume(parts: Parts, click: Click) -> None:
    if message := await resume(parts, _requester(click), Resume()):
        await click.answer(message)


def _requester(click: Click) -> Requester:
    return Requester(click.person, ChannelContext(click.client, click.channel, click.bot))


async def _subscription(parts: Parts, requester: Requester) -> Subscription | None:
    return await parts.storage.read(
        lambda tables: tables.subscriptions.of_channel(requester.person.workspace, requester.channel.id)
    )


async def _announce(
    parts: Parts,
    requester: Requester,
    subscription: Subscription,
    key: str,
    *,
    can_resume: bool = False,
    **values: str,
) -> Message | None:
    """Announce in the channel what the person did; return an answer to them where that failed."""
    words = words_for(subscription.preferences.language)
    who = Mrkdwn(f"<@{requester.person.id}>")
    buttons = [Button(ids.RESUME_DIGESTS, words("button.resume"))] if can_resume else []
    message = notice(words.mrkdwn(key, person=who, **values), buttons=buttons)
    reason = await parts.announcer.announce(subscription.workspace, subscription.channel, message)
    return notice(requester.person.words.mrkdwn("digests.not_told", reason=reason)) if reason else None
