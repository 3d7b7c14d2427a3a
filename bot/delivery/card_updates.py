"""Updates of posted cards, in place, when a summary comes after them or people say they will read one."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from bot.cards.blocks import Message, is_image
from bot.cards.entry import Entry
from bot.cards.paper import Interest, paper_card
from bot.clock import Clock
from bot.delivery.connections import Wires
from bot.delivery.discussions import drawn_reminder
from bot.delivery.messages import shown_card
from bot.delivery.outcomes import Done, NotNow, Refused, Scope, Unknown
from bot.delivery.pauses import say_closed
from bot.delivery.slack_errors import CLOSING_ERRORS, UPDATE_IMPOSSIBLE_ERRORS
from bot.delivery.wire import judged, retry_wait
from bot.errors import LeaseLostError
from bot.locale import words_for
from bot.lookup.papers import paper_entry
from bot.metrics import UNEXPECTED_ERRORS
from bot.outages import Outages
from bot.subscriptions.readers import readers_of_card
from bot.text.language import primary_language
from storage.card_updates import CARDS_CHANGE_FOR
from storage.claims import Claim, Claims
from storage.records import (
    PARENT,
    CardUpdate,
    Delivery,
    DeliveryKind,
    Post,
    ShownCard,
    Subscription,
)
from storage.runner import Runner
from storage.tables import Tables

_SECONDS_APART = 1.2
"""Slack allows about 50 updates a minute: https://docs.slack.dev/reference/methods/chat.update"""

_CLOSED_FOR = timedelta(minutes=5)
"""How long a card waits whose workspace is closed to the bot, if its channel's digests are not paused so."""

_WAIT_WHERE_SHUT_OUT = timedelta(hours=1)
_MOST_TRIES_WHERE_SHUT_OUT = CARDS_CHANGE_FOR // _WAIT_WHERE_SHUT_OUT

_Place = tuple[str, str | None]
"""A workspace and one of its channels, or `None` for all of them."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Card:
    """A card in its channel as it is to be."""

    workspace: str
    channel: str
    ts: str
    payload: dict[str, Any]
    shown: ShownCard
    #: Whether it shows the paper's picture.
    has_picture: bool


class CardUpdater:
    """Updates posted cards; an update is idempotent, so it is retried until Slack takes or refuses it.

    Where Slack has closed the channel or the workspace to the bot, it waits until they are open again, for as
    long as cards change.

    `workspace` is the one that `wires` reach; `None` where they reach all.
    """

    def __init__(
        self,
        storage: Runner,
        clock: Clock,
        wires: Wires,
        *,
        has_model: bool = True,
        claims: Claims | None = None,
        workspace: str | None = None,
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._wires = wires
        self._has_model = has_model
        self._outages = Outages(clock)
        self._workspace = workspace
        self._claims = claims or Claims(storage, clock)

    async def tick(self) -> None:
        """Apply the card updates that are due, at the pace that Slack allows, unless another worker does."""
        if not await self._due():
            return
        try:
            async with self._claims.held(f"card updates of {self._workspace or 'all'}") as claim:
                if claim:
                    await self._apply_all(await self._due(), claim)
        except LeaseLostError as error:
            _logger.warning("%s", error, extra={"action": "update cards"})

    async def _due(self) -> tuple[CardUpdate, ...]:
        now = self._clock.now()
        return await self._storage.read(
            lambda tables: tables.card_updates.due(now, self._workspace, CLOSING_ERRORS)
        )

    async def _apply_all(self, updates: Iterable[CardUpdate], claim: Claim) -> None:
        closed: set[_Place] = set()
        for update in updates:
            what = f"Updating cards of delivery {update.delivery_id}"
            try:
                await self._apply(update, claim, closed)
                self._outages.end(what)
            except LeaseLostError:
                raise
            except Exception as error:
                # The other cards are still updated, and this one is retried after its wait.
                UNEXPECTED_ERRORS.labels("card").inc()
                if self._outages.begin(what, error):
                    _logger.exception(
                        "Updating a card of delivery %s failed", update.delivery_id, extra=_fields(update)
                    )
                await self._postpone(update, retry_wait(Unknown("not drawn"), update.tries), claim)

    async def _apply(self, update: CardUpdate, claim: Claim, closed: set[_Place]) -> None:
        """Apply an update, and note where the bot is shut out: nothing else is tried there this time."""
        card = await self._storage.read(lambda tables: _card(tables, update, has_model=self._has_model))
        if card is None:
            await self._storage.write(claim.around(lambda tables: tables.card_updates.remove(update)))
            return
        if (card.workspace, None) in closed:
            await self._wait_until_open(update, claim)
            return
        if (card.workspace, card.channel) in closed:
            await self._postpone(update, _WAIT_WHERE_SHUT_OUT, claim)
            return
        wire = await self._wires.wire(card.workspace)
        outcome = judged(await wire.update(card.channel, card.ts, card.payload), update.tries + 1)
        if isinstance(outcome, NotNow | Unknown):
            await self._postpone(update, retry_wait(outcome, update.tries), claim)
        elif isinstance(outcome, Refused) and outcome.scope is Scope.WORKSPACE:
            closed.add((card.workspace, None))
            await self._set_aside(update, card.workspace, outcome.reason, claim)
        elif _is_shut_out(outcome) and update.tries < _MOST_TRIES_WHERE_SHUT_OUT:
            closed.add((card.workspace, card.channel))
            if not update.tries:
                _log_refusal(update, outcome)
            await self._postpone(update, _WAIT_WHERE_SHUT_OUT, claim)
        else:
            self._outages.end(_workspace(card.workspace))
            await self._record(update, card, outcome, claim)
        await self._clock.sleep(_SECONDS_APART)

    async def _set_aside(self, update: CardUpdate, workspace: str, reason: str, claim: Claim) -> None:
        """Pause the workspace's digests, as a digest does that finds it closed; the card changes later."""
        await self._wait_until_open(
            update, claim, lambda tables: tables.subscriptions.pause_workspace(workspace, reason)
        )
        if self._outages.begin(_workspace(workspace)):
            say_closed(workspace, reason)

    async def _wait_until_open(
        self, update: CardUpdate, claim: Claim, first: Callable[[Tables], None] | None = None
    ) -> None:
        later = replace(update, next_try_at=self._clock.now() + _CLOSED_FOR)

        def postpone(tables: Tables) -> None:
            if first:
                first(tables)
            tables.card_updates.postpone(later)

        await self._storage.write(claim.around(postpone))

    async def _record(self, update: CardUpdate, card: _Card, outcome: Done | Refused, claim: Claim) -> None:
        _log_refusal(update, outcome)

        def record(tables: Tables) -> None:
            if isinstance(outcome, Done):
                tables.posts.record_card(update.delivery_id, update.position, card.shown)
            elif card.has_picture and _may_be_the_picture(outcome):
                # Without it the card is still due.
                tables.posts.drop_picture(update.delivery_id, update.position)
                return
            tables.card_updates.remove(update)

        await self._storage.write(claim.around(record))

    async def _postpone(self, update: CardUpdate, wait: timedelta, claim: Claim) -> None:
        later = replace(update, next_try_at=self._clock.now() + wait, tries=update.tries + 1)
        await self._storage.write(claim.around(lambda tables: tables.card_updates.postpone(later)))


def _log_refusal(update: CardUpdate, outcome: Done | Refused) -> None:
    if isinstance(outcome, Refused):
        sentence = "A card of delivery %s cannot be updated: %s"
        _logger.warning(sentence, update.delivery_id, outcome.reason, extra=_fields(update))


def _is_shut_out(outcome: Done | Refused) -> bool:
    """Whether Slack's answer closes the channel to the bot."""
    return isinstance(outcome, Refused) and outcome.scope is Scope.CHANNEL


def _may_be_the_picture(refused: Refused) -> bool:
    """Return whether Slack may have failed to load the picture: it calls that invalid blocks.

    Reported: https://github.com/slackapi/python-slack-sdk/issues/1782
    """
    return refused.scope is Scope.MESSAGE and refused.reason not in UPDATE_IMPOSSIBLE_ERRORS


def _workspace(workspace: str) -> str:
    """Return what a workspace that is closed to the bot is called in the log."""
    return f"Updating cards in workspace {workspace}"


def _fields(update: CardUpdate) -> dict[str, int]:
    return {"delivery": update.delivery_id, "post": update.position}


def _card(tables: Tables, update: CardUpdate, *, has_model: bool) -> _Card | None:
    """Return the card with its current summary, or `None` if it shows that already or is to stay as it is.

    A card in a language that the channel no longer reads stays as it is, like the rest of its thread.
    """
    delivery = tables.deliveries.get(update.delivery_id)
    subscription = tables.subscriptions.get(delivery.subscription_id) if delivery else None
    post = tables.posts.get(update.delivery_id, update.position)
    if delivery is None or subscription is None or post is None or post.card is None or post.ts is None:
        return None
    if delivery.kind is DeliveryKind.DISCUSSION and post.position == PARENT:
        return _reminder(tables, delivery, subscription, post)
    language = subscription.preferences.language
    entry = paper_entry(tables, post.paper_ids[0], language)
    if entry is None or primary_language(post.card.language) != primary_language(language):
        return None
    # Cards come first in a digest, so the position of one is its number.
    saves = tables.saved_papers.savers(delivery.workspace, [entry.paper.id]).get(entry.paper.id, 0)
    numbered = entry if delivery.kind is DeliveryKind.DISCUSSION else _in_digest(entry, delivery, post)
    message = paper_card(
        numbered,
        words_for(language),
        has_model=has_model,
        interest=Interest(saves, readers_of_card(tables, subscription, entry.paper.id)),
        has_picture=post.has_picture,
    )
    return _changed(delivery, post, message, language)


def _in_digest(entry: Entry, delivery: Delivery, post: Post) -> Entry:
    """Return the entry with its number, and without a version that the digest was opened with."""
    is_news = entry.newer is not None and entry.newer.seen_at > delivery.opened_at
    return replace(entry, number=post.position, newer=entry.newer if is_news else None)


def _reminder(tables: Tables, delivery: Delivery, subscription: Subscription, post: Post) -> _Card | None:
    """Return a discussion's reminder with its verdicts as they are now, or `None` if it shows those."""
    message = drawn_reminder(tables, delivery, subscription)
    return _changed(delivery, post, message, subscription.preferences.language) if message else None


def _changed(delivery: Delivery, post: Post, message: Message, language: str) -> _Card | None:
    """Return the message as it is to be, or `None` if it shows that already."""
    shown = shown_card(message, language)
    if shown == post.card or post.ts is None:
        return None
    drawn = [] if post.is_plain else list(message.blocks)
    payload = {"text": message.text, "blocks": drawn}
    has_picture = any(map(is_image, drawn))
    return _Card(delivery.workspace, delivery.channel, post.ts, payload, shown, has_picture)
