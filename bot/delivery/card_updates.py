"""Posted cards that show less than is known by now are drawn anew, in place."""

import json
import logging
from dataclasses import dataclass, replace
from typing import Any

from bot.cards.paper import paper_card, readers_language
from bot.clock import Clock
from bot.delivery.wire import NotNow, Refused, Unknown, Wire, retry_wait
from bot.language import primary_language
from bot.locale import words_for
from bot.lookup.papers import paper_entry
from storage.records import CardUpdate
from storage.runner import Runner
from storage.tables import Tables

_SECONDS_APART = 1.2
"""Slack takes some fifty updates a minute, and more only at times:
https://docs.slack.dev/reference/methods/chat.update"""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Card:
    """A card in its channel, and what it should show; nothing where it shows that already."""

    channel: str
    ts: str
    payload: dict[str, Any] | None


class CardUpdating:
    """Draws cards anew; an update may be repeated, so it is tried until Slack has taken or refused it."""

    def __init__(self, storage: Runner, clock: Clock, wire: Wire) -> None:
        self._storage = storage
        self._clock = clock
        self._wire = wire

    async def tick(self) -> None:
        """Draw anew the cards whose time has come, at the pace that Slack allows."""
        now = self._clock.now()
        for update in await self._storage.read(lambda tables: tables.card_updates.due(now)):
            try:
                await self._draw(update)
            except Exception:
                # One card must not keep back the others; it is tried again after its wait.
                _logger.exception("A card of delivery %s could not be drawn anew", update.delivery_id)
                await self._postpone(update, Unknown("not drawn"))

    async def _draw(self, update: CardUpdate) -> None:
        card = await self._storage.read(lambda tables: _card(tables, update))
        if card is None or card.payload is None:
            await self._storage.write(lambda tables: tables.card_updates.remove(update))
            return
        outcome = await self._wire.update(card.channel, card.ts, card.payload)
        if isinstance(outcome, NotNow | Unknown):
            await self._postpone(update, outcome)
        else:
            if isinstance(outcome, Refused):
                _logger.warning("A card of delivery %s stays: %s", update.delivery_id, outcome.reason)
            await self._storage.write(lambda tables: tables.card_updates.remove(update))
        await self._clock.sleep(_SECONDS_APART)

    async def _postpone(self, update: CardUpdate, outcome: NotNow | Unknown) -> None:
        wait = retry_wait(outcome, update.tries)
        later = replace(update, next_try_at=self._clock.now() + wait, tries=update.tries + 1)
        await self._storage.write(lambda tables: tables.card_updates.postpone(later))


def _card(tables: Tables, update: CardUpdate) -> _Card | None:
    """Return the card as it should be, or `None` where there is nothing to draw."""
    delivery = tables.deliveries.get(update.delivery_id)
    subscription = tables.subscriptions.get(delivery.subscription_id) if delivery else None
    posts = tables.posts.of_delivery(update.delivery_id)
    post = next((post for post in posts if post.position == update.position), None)
    if delivery is None or subscription is None or post is None or post.ts is None:
        return None
    entry = paper_entry(tables, post.paper_ids[0], subscription.preferences.language)
    if entry is None:
        return None
    shown = json.loads(post.payload)
    if not _is_card(shown, post.position, subscription.preferences.language):
        return None
    message = paper_card(replace(entry, number=post.position), words_for(subscription.preferences.language))
    payload = {"text": message.text, "blocks": [] if post.is_plain else list(message.blocks)}
    is_new = any(payload[name] != shown.get(name, []) for name in payload)
    return _Card(delivery.channel, post.ts, payload if is_new else None)


def _is_card(shown: dict[str, Any], position: int, language: str) -> bool:
    """Tell whether a message is a card in the language, and no list of the rest with one paper in it.

    Cards come first in a digest, so that a card's position is the number of its paper, and begins its text.
    One in a language that the channel reads no more stays as it is, like its thread.
    """
    if not shown["text"].startswith(f"{position}. "):
        return False
    drawn_for = readers_language(shown.get("blocks", []))
    return drawn_for is None or primary_language(drawn_for) == primary_language(language)
