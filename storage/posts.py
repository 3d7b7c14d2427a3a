"""The posts table: the ledger of every message of every delivery."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.errors import LeaseLostError
from storage.engines.engine import Engine, Row
from storage.engines.statements import insert
from storage.moments import optional_moment, optional_text
from storage.records import Delivery, Post, PostState, ShownCard
from storage.rows import reads, whole

_OF_CHANNEL = """
    FROM channel_papers
    JOIN deliveries ON deliveries.id = channel_papers.delivery_id
    JOIN posts ON posts.delivery_id = channel_papers.delivery_id AND posts.position = channel_papers.position
    WHERE channel_papers.subscription_id = (
        SELECT id FROM subscriptions WHERE workspace = :workspace AND channel = :channel
    )
"""
_IS_SENT = "posts.state NOT IN ('planned', 'refused')"
_IS_HAD = f"{_IS_SENT} OR (deliveries.state IN ('open', 'last_look') AND deliveries.stop_asked = 0)"


@dataclass(frozen=True, slots=True)
class PostCounts:
    """How many papers a delivery holds and how many of them are posted, and how many messages are planned."""

    papers: int
    posted_papers: int
    planned_posts: int
    #: When the channel is read back for a message whose answer was lost, if one is looked for.
    next_look_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SentPapers:
    """The papers of a posted message."""

    paper_ids: tuple[str, ...]
    #: The parent's `ts`; `None` for the parent itself.
    thread_ts: str | None


class Posts:
    """Messages by delivery and position; position 0 is the parent."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of_delivery(self, delivery_id: int) -> tuple[Post, ...]:
        """Return the delivery's posts in order, with their payloads."""
        rows = self._engine.query(
            "SELECT * FROM posts WHERE delivery_id = ? ORDER BY position", [delivery_id]
        )
        return tuple(map(_post_from_row, rows))

    def posted_papers(self, delivery_id: int, limit: int) -> tuple[str, ...]:
        """Return the first papers of a delivery that are posted as cards, in order."""
        rows = self._engine.query(
            """
            SELECT paper_ids FROM posts
            WHERE delivery_id = ? AND position > 0 AND state = 'posted' ORDER BY position LIMIT ?
            """,
            [delivery_id, limit],
        )
        return tuple(paper_id for row in rows for paper_id in json.loads(row["paper_ids"]))[:limit]

    def get(self, delivery_id: int, position: int) -> Post | None:
        """Return the delivery's post at a position."""
        rows = self._engine.query(
            "SELECT * FROM posts WHERE delivery_id = ? AND position = ?", [delivery_id, position]
        )
        return next(map(_post_from_row, rows), None)

    def counts(self, delivery_id: int) -> PostCounts:
        """Count the delivery's papers and posts without loading any payload."""
        rows = self._engine.query(
            "SELECT state, paper_ids, look_at FROM posts WHERE delivery_id = ?", [delivery_id]
        )
        return _counts_of(rows)

    def papers_of_message(self, workspace: str, channel: str, ts: str) -> SentPapers | None:
        """Return the papers of a message that was posted, `None` where it is none of a delivery."""
        rows = self._engine.query(
            """
            SELECT posts.paper_ids, parents.ts AS thread_ts FROM posts
            JOIN deliveries ON deliveries.id = posts.delivery_id
            LEFT JOIN posts AS parents
                ON parents.delivery_id = posts.delivery_id AND parents.position = 0 AND posts.position > 0
            WHERE posts.ts = ? AND deliveries.workspace = ? AND deliveries.channel = ?
            """,
            [ts, workspace, channel],
        )
        return next(map(_sent_from_row, rows), None)

    def papers_of_channel(self, workspace: str, channel: str, among: Iterable[str]) -> frozenset[str]:
        """Return which of these the channel has had, or will get from what is planned and not stopped."""
        return self._papers(workspace, channel, among, _IS_HAD)

    def papers_in_channel(self, workspace: str, channel: str, among: Iterable[str]) -> frozenset[str]:
        """Return which of these papers are, or may be, in the channel by now."""
        return self._papers(workspace, channel, among, _IS_SENT)

    def has_had_papers(self, workspace: str, channel: str) -> bool:
        """Return whether the channel has had any paper, or will get one."""
        rows = self._engine.query(
            f"SELECT 1 {_OF_CHANNEL} AND ({_IS_HAD}) LIMIT 1",
            {"workspace": workspace, "channel": channel},
        )
        return next(rows, None) is not None

    def _papers(self, workspace: str, channel: str, among: Iterable[str], condition: str) -> frozenset[str]:
        """Return those of the papers whose post meets a condition, which is a constant of this module."""
        # Each is looked up by itself: for many at once PostgreSQL would read all that the channels have had.
        rows = self._engine.query(
            f"""
            SELECT id FROM papers WHERE {self._engine.among("id", "among")} AND (
                SELECT 1 {_OF_CHANNEL} AND channel_papers.paper_id = papers.id AND ({condition}) LIMIT 1
            ) = 1
            """,  # noqa: S608 -- constants
            {"workspace": workspace, "channel": channel, "among": list(among)},
        )
        return frozenset(row["id"] for row in rows)

    def papers_since(self, subscription_id: int, since: datetime, until: datetime) -> frozenset[str]:
        """Return the papers that the channel got with digests opened from `since` and before `until`."""
        rows = self._engine.query(
            """
            SELECT DISTINCT channel_papers.paper_id
            FROM deliveries
            JOIN channel_papers ON channel_papers.delivery_id = deliveries.id
            JOIN posts ON posts.delivery_id = channel_papers.delivery_id
                AND posts.position = channel_papers.position
            WHERE deliveries.subscription_id = :subscription_id
                AND deliveries.opened_at >= :since AND deliveries.opened_at < :until
                AND deliveries.kind IN ('scheduled', 'asked') AND posts.state = 'posted'
            """,
            {
                "subscription_id": subscription_id,
                "since": since.isoformat(),
                "until": until.isoformat(),
            },
        )
        return frozenset(row["paper_id"] for row in rows)

    def last_attempt(self, workspace: str, channel: str) -> datetime | None:
        """Return when one of the channel's latest deliveries last sent a message, if any did."""
        rows = self._engine.query(
            """
            SELECT max(posts.attempted_at) AS at FROM posts
            WHERE posts.delivery_id IN (
                SELECT id FROM deliveries WHERE workspace = ? AND channel = ? ORDER BY id DESC LIMIT 3
            )
            """,
            [workspace, channel],
        )
        return next(whole(_attempt_from_row, rows), None)

    def plan(self, delivery: Delivery, posts: Sequence[Post]) -> None:
        """Insert a delivery's posts before the first of them is sent, and what the channel gets with them."""
        insert(self._engine, "posts", map(_row_from_post, posts))
        insert(
            self._engine,
            "channel_papers",
            (
                {
                    "subscription_id": delivery.subscription_id,
                    "paper_id": paper_id,
                    "delivery_id": post.delivery_id,
                    "position": post.position,
                }
                for post in posts
                for paper_id in dict.fromkeys(post.paper_ids)
            ),
        )

    def replace_payload(self, delivery: Delivery, position: int, payload: str) -> None:
        """Replace a post's payload; one that was or may have been sent becomes stale.

        Raises `LeaseLostError` if another worker has claimed the delivery since.
        """
        self._change(
            """
            payload = :payload, is_plain = 0,
            is_stale = CASE WHEN attempted_at IS NULL THEN 0 ELSE 1 END,
            state = CASE WHEN state IN ('refused', 'uncertain') THEN 'planned' ELSE state END
            """,
            delivery,
            {"delivery_id": delivery.id, "position": position, "payload": payload},
        )

    def retry_uncertain_parent(self, delivery_id: int) -> None:
        """Plan the delivery's parent again if it is uncertain."""
        self._engine.execute(
            """
            UPDATE posts SET state = 'planned', reason = NULL, attempted_at = NULL, look_at = NULL, absent = 0
            WHERE delivery_id = ? AND position = 0 AND state = 'uncertain'
            """,
            [delivery_id],
        )

    def restore_parent(self, delivery_id: int) -> None:
        """Have the channel show the delivery's parent as it was planned, if it is there."""
        self._engine.execute(
            "UPDATE posts SET is_stale = 1 WHERE delivery_id = ? AND position = 0 AND state = 'posted'",
            [delivery_id],
        )

    def record(self, delivery: Delivery, post: Post) -> None:
        """Record the post's current state under the delivery's epoch.

        Raises `LeaseLostError` if another worker has claimed the delivery since.
        """
        self._change(
            """
            payload = :payload, is_plain = :is_plain, is_stale = :is_stale, has_picture = :has_picture,
            state = :state, ts = :ts, reason = :reason, attempted_at = :attempted_at, look_at = :look_at,
            absent = :absent
            """,
            delivery,
            _row_from_post(post),
        )

    def doubt(self, reason: str) -> int:
        """Have all that is planned or under way be unknown, as it may be posted; return how many."""
        return self._engine.execute(
            """
            UPDATE posts SET
                state = 'unknown', reason = ?, look_at = NULL, absent = 0,
                attempted_at = coalesce(
                    attempted_at, (SELECT opened_at FROM deliveries WHERE deliveries.id = posts.delivery_id)
                )
            WHERE state IN ('planned', 'sending', 'unknown')
                AND delivery_id IN (
                    SELECT id FROM deliveries WHERE state IN ('open', 'last_look') AND state = 'open'
                )
            """,
            [reason],
        )

    def record_card(self, delivery_id: int, position: int, card: ShownCard) -> None:
        """Record the card that a message shows by now."""
        self._engine.execute(
            "UPDATE posts SET card_language = ?, card_hash = ? WHERE delivery_id = ? AND position = ?",
            [card.language, card.hash, delivery_id, position],
        )

    def drop_picture(self, delivery_id: int, position: int) -> None:
        """Record that a message shows its paper's picture no more."""
        self._engine.execute(
            "UPDATE posts SET has_picture = 0 WHERE delivery_id = ? AND position = ?", [delivery_id, position]
        )

    def delete_payloads(self, opened_before: datetime, limit: int) -> int:
        """Delete payloads of deliveries that are done, or that a later one stands for; return how many.

        At most `limit`, of deliveries opened before a moment. Those of a channel's latest delivery are
        needed to go on with it, if it failed or was stopped.
        """
        return self._engine.execute(
            """
            UPDATE posts SET payload = NULL WHERE payload IS NOT NULL AND (delivery_id, position) IN (
                SELECT posts.delivery_id, posts.position
                FROM posts JOIN deliveries ON deliveries.id = posts.delivery_id
                WHERE posts.payload IS NOT NULL AND deliveries.opened_at < :opened_before
                    AND deliveries.state NOT IN ('open', 'last_look')
                    AND (deliveries.state = 'done' OR EXISTS (
                        SELECT 1 FROM deliveries AS later
                        WHERE later.workspace = deliveries.workspace AND later.channel = deliveries.channel
                            AND later.id > deliveries.id AND (
                                later.kind = deliveries.kind
                                OR (
                                    later.kind IN ('scheduled', 'asked')
                                    AND deliveries.kind IN ('scheduled', 'asked')
                                )
                            )
                    ))
                ORDER BY posts.delivery_id, posts.position LIMIT :limit
            )
            """,
            {"opened_before": opened_before.isoformat(), "limit": limit},
        )

    def _change(self, assignments: str, delivery: Delivery, values: dict[str, Any]) -> None:
        """Update a post under its delivery's epoch; `assignments` are constants of this class."""
        changed = self._engine.execute(
            f"""
            UPDATE posts SET {assignments}
            WHERE delivery_id = :delivery_id AND position = :position
                AND EXISTS (SELECT 1 FROM deliveries WHERE id = :delivery_id AND epoch = :epoch)
            """,  # noqa: S608 -- constants
            {**values, "epoch": delivery.epoch},
        )
        if not changed:
            raise LeaseLostError(f"Another worker has claimed delivery {delivery.id}.")


def _counts_of(rows: Iterable[Row]) -> PostCounts:
    """Return the counts over all posts of a delivery; raises `DamagedRowError`."""
    posts = list(map(_counted_from_row, rows))
    looks = (next_look_at for state, _, next_look_at in posts if state is PostState.UNKNOWN)
    return PostCounts(
        papers=sum(papers for _, papers, _ in posts),
        posted_papers=sum(papers for state, papers, _ in posts if state is PostState.POSTED),
        planned_posts=sum(state is PostState.PLANNED for state, _, _ in posts),
        next_look_at=min(filter(None, looks), default=None),
    )


@reads("posts")
def _counted_from_row(row: Row) -> tuple[PostState, int, datetime | None]:
    """Return a post's state, how many papers it shows, and when it is looked for."""
    return PostState(row["state"]), len(json.loads(row["paper_ids"])), optional_moment(row["look_at"])


@reads("posts")
def _attempt_from_row(row: dict[str, Any]) -> datetime | None:
    return optional_moment(row["at"])


@reads("posts")
def _sent_from_row(row: dict[str, Any]) -> SentPapers:
    return SentPapers(tuple(json.loads(row["paper_ids"])), row["thread_ts"])


@reads("posts")
def _post_from_row(row: dict[str, Any]) -> Post:
    return Post(
        delivery_id=row["delivery_id"],
        position=row["position"],
        payload=row["payload"],
        state=PostState(row["state"]),
        paper_ids=tuple(json.loads(row["paper_ids"])),
        card=ShownCard(row["card_language"], row["card_hash"]) if row["card_language"] else None,
        ts=row["ts"],
        reason=row["reason"],
        attempted_at=optional_moment(row["attempted_at"]),
        next_look_at=optional_moment(row["look_at"]),
        absent=row["absent"],
        is_plain=bool(row["is_plain"]),
        is_stale=bool(row["is_stale"]),
        has_picture=bool(row["has_picture"]),
    )


def _row_from_post(post: Post) -> dict[str, Any]:
    return {
        "delivery_id": post.delivery_id,
        "position": post.position,
        "paper_ids": json.dumps(post.paper_ids),
        "payload": post.payload,
        "card_language": post.card.language if post.card else None,
        "card_hash": post.card.hash if post.card else None,
        "is_plain": int(post.is_plain),
        "is_stale": int(post.is_stale),
        "has_picture": int(post.has_picture),
        "state": post.state,
        "ts": post.ts,
        "reason": post.reason,
        "attempted_at": optional_text(post.attempted_at),
        "look_at": optional_text(post.next_look_at),
        "absent": post.absent,
    }
