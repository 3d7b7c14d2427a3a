"""The buttons that resume what ended early, in the message that notified a digest's owner."""

from slack_bolt.async_app import AsyncApp

from bot.cards import ids
from bot.cards.notices import notice
from bot.delivery import pauses
from bot.delivery.slack_errors import closes_workspace
from bot.text.mrkdwn import Mrkdwn, escape
from handlers.clicks import Click, listen
from handlers.parts import Parts
from storage.records import Delivery
from storage.tables import Tables


def register(app: AsyncApp, parts: Parts) -> None:
    """Register both buttons."""
    listen(app, parts, ids.POST_ANEW, _on_post_anew)
    listen(app, parts, ids.RESUME_DELIVERY, _on_resume)


async def _on_post_anew(parts: Parts, click: Click) -> None:
    delivery_id = ids.read_delivery(click.value)
    delivery = await parts.storage.read(lambda tables: _own(tables, delivery_id, click.person.workspace))
    is_resumed = delivery is not None and await parts.deliverer.resume(delivery.id, click.person.workspace)
    await _answer(click, delivery, "digests.goes_on" if is_resumed else "digests.nothing_to_resume")


async def _on_resume(parts: Parts, click: Click) -> None:
    """Resume the subscription; the papers that its delivery lacks come now, or with a later digest.

    Where all digests of the workspace were paused, all are resumed.
    """
    delivery_id = ids.read_delivery(click.value)
    failed = await parts.storage.read(lambda tables: _own(tables, delivery_id, click.person.workspace))
    if failed and closes_workspace(failed.reason):
        await _resume_workspace(parts, click)
        return

    def resume(tables: Tables) -> Delivery | None:
        delivery = _own(tables, delivery_id, click.person.workspace)
        if delivery is None:
            return None
        subscription = tables.subscriptions.of_channel(delivery.workspace, delivery.channel)
        if subscription is None:
            return None
        tables.subscriptions.resume(subscription.id)
        return delivery

    delivery = await parts.storage.write(resume)
    is_resumed = delivery is not None and await parts.deliverer.resume(delivery.id, click.person.workspace)
    key = "digests.goes_on" if is_resumed else "digests.comes_next"
    await _answer(click, delivery, key if delivery else "digests.nothing_to_resume")


async def _resume_workspace(parts: Parts, click: Click) -> None:
    words, workspace = click.person.words, click.person.workspace
    now = parts.clock.now()
    resumed = await parts.storage.write(lambda tables: pauses.resume_workspace(tables, workspace, now))
    for delivery in (delivery for each in resumed for delivery in each.deliveries):
        parts.deliverer.start(delivery.id)
    told = words.count("digests.all_resumed", len(resumed)) if resumed else words("digests.nothing_to_resume")
    await click.replace(notice(escape(told)))


def _own(tables: Tables, delivery_id: int, workspace: str) -> Delivery | None:
    """Return the button's delivery, if it belongs to the workspace of the person who clicked."""
    delivery = tables.deliveries.get(delivery_id)
    return delivery if delivery and delivery.workspace == workspace else None


async def _answer(click: Click, delivery: Delivery | None, key: str) -> None:
    """Replace the message by the outcome, so that its button cannot be pressed again."""
    words = click.person.words
    place = (
        {"channel": Mrkdwn(f"<#{delivery.channel}>"), "date": words.date(delivery.day)} if delivery else {}
    )
    await click.replace(notice(words.mrkdwn(key, **place)))
