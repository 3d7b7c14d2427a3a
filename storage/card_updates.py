"""The card updates table: a queue of posted cards to redraw, since more is known of their papers."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from storage.engines.engine import Engine
from storage.moments import moment_of
from storage.records import CardUpdate
from storage.rows import reads, whole

CARDS_CHANGE_FOR = timedelta(days=30)
"""Cards of deliveries opened longer ago are not updated."""

# CROSS JOIN has SQLite look the paper up for each channel.
_ENQUEUE = """
INSERT INTO card_updates (delivery_id, position, next_try_at, tries)
SELECT posts.delivery_id, posts.position, :now, 0
FROM subscriptions CROSS JOIN channel_papers CROSS JOIN deliveries CROSS JOIN posts
WHERE channel_papers.subscription_id = subscriptions.id AND channel_papers.paper_id = :paper_id
    AND deliveries.id = channel_papers.delivery_id AND deliveries.opened_at >= :opened_since
    AND posts.delivery_id = channel_papers.delivery_id
    AND posts.position = channel_papers.position
    AND {}
    AND posts.state != 'refused' AND posts.card_language IS NOT NULL
ON CONFLICT (delivery_id, position) DO UPDATE SET next_try_at = excluded.next_try_at, tries = 0
"""


class CardUpdates:
    """Cards to redraw, by delivery and position."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def enqueue(self, paper_id: str, language: str | None, opened_since: datetime, now: datetime) -> int:
        """Enqueue each card of the paper in the channels that read the language, or any, and return how many.

        Cards not posted yet are included, since their payload is frozen; those of deliveries opened before
        `opened_since` are not.
        """
        return self._engine.execute(
            _ENQUEUE.format("(:language IS NULL OR subscriptions.language = :language)"),
            {
                "paper_id": paper_id,
                "language": language,
                "opened_since": opened_since.isoformat(),
                "now": now.isoformat(),
            },
        )

    def enqueue_in_channel(
        self, workspace: str, channel: str, paper_id: str, opened_since: datetime, now: datetime
    ) -> int:
        """Enqueue each card of the paper in one channel, as `enqueue` does, and return how many."""
        return self._engine.execute(
            _ENQUEUE.format("subscriptions.workspace = :workspace AND subscriptions.channel = :channel"),
            {
                "workspace": workspace,
                "channel": channel,
                "paper_id": paper_id,
                "opened_since": opened_since.isoformat(),
                "now": now.isoformat(),
            },
        )

    def enqueue_one(self, update: CardUpdate) -> None:
        """Enqueue a message to redraw."""
        self._engine.execute(
            """
            INSERT INTO card_updates (delivery_id, position, next_try_at, tries)
            VALUES (:delivery_id, :position, :next_try_at, :tries)
            ON CONFLICT (delivery_id, position)
            DO UPDATE SET next_try_at = excluded.next_try_at, tries = excluded.tries
            """,
            {
                "delivery_id": update.delivery_id,
                "position": update.position,
                "next_try_at": update.next_try_at.isoformat(),
                "tries": update.tries,
            },
        )

    def due(
        self, now: datetime, workspace: str | None = None, not_paused_for: Collection[str] = ()
    ) -> tuple[CardUpdate, ...]:
        """Return the due updates of cards that are there, the oldest first; of one workspace or of all.

        Those of channels whose digests are paused for one of some reasons wait until they are resumed.
        """
        rows = self._engine.query(
            f"""
            SELECT card_updates.* FROM card_updates JOIN posts USING (delivery_id, position)
            JOIN deliveries ON deliveries.id = delivery_id
            JOIN subscriptions ON subscriptions.id = deliveries.subscription_id
            WHERE next_try_at <= :now AND posts.state = 'posted'
                AND (:workspace IS NULL OR deliveries.workspace = :workspace)
                AND NOT {self._engine.among("coalesce(paused_reason, '')", "reasons")}
            ORDER BY next_try_at, delivery_id, position
            """,  # noqa: S608 -- the engine's word
            {"now": now.isoformat(), "workspace": workspace, "reasons": list(not_paused_for)},
        )
        return tuple(whole(_update_from_row, rows))

    def postpone(self, update: CardUpdate) -> None:
        """Record when to try next, and how often it was tried."""
        self._engine.execute(
            "UPDATE card_updates SET next_try_at = ?, tries = ? WHERE delivery_id = ? AND position = ?",
            [update.next_try_at.isoformat(), update.tries, update.delivery_id, update.position],
        )

    def delete(self, before: datetime, limit: int) -> int:
        """Delete the oldest updates, at most `limit` of those due before a moment; return how many.

        They are of cards that never came into their channel, that changed for as long as cards do, or whose
        workspace was closed to the bot for as long.
        """
        return self._engine.execute(
            """
            DELETE FROM card_updates WHERE (delivery_id, position) IN (
                SELECT delivery_id, position FROM card_updates WHERE next_try_at < ?
                ORDER BY next_try_at LIMIT ?
            )
            """,
            [before.isoformat(), limit],
        )

    def remove(self, update: CardUpdate) -> None:
        """Remove an update that was made, unless it was enqueued again meanwhile."""
        self._engine.execute(
            "DELETE FROM card_updates WHERE delivery_id = ? AND position = ? AND next_try_at = ?",
            [update.delivery_id, update.position, update.next_try_at.isoformat()],
        )


@reads("card_updates")
def _update_from_row(row: dict[str, Any]) -> CardUpdate:
    return CardUpdate(
        delivery_id=row["delivery_id"],
        position=row["position"],
        next_try_at=moment_of(row["next_try_at"]),
        tries=row["tries"],
    )
