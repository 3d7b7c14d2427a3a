"""The posts table: the ledger of every message of every delivery."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.errors import LeaseLostError
from storage.moments import optional_moment, optional_text
from storage.records import Delivery, Post, PostState
from storage.rows import reads, whole


@dataclass(frozen=True, slots=True)
class PostCounts:
    """How many papers a delivery holds and how many of them are posted, and how many messages are planned."""

    papers: int
    posted_papers: int
    planned_posts: int
    #: When the channel is read back for a message whose answer was lost, if one is looked for.
    next_look_at: datetime | None = None


class Posts:
    """Messages by delivery and position; position 0 is the parent."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_delivery(self, delivery_id: int) -> tuple[Post, ...]:
        """Return the delivery's posts in order, with their payloads."""
        rows = self._database.query(
            "SELECT * FROM posts WHERE delivery_id = ? ORDER BY position", [delivery_id]
        )
        return tuple(map(_post_from_row, rows))

    def counts(self, delivery_id: int) -> PostCounts:
        """Count the delivery's papers and posts without loading any payload."""
        rows = self._database.query(
            """
            SELECT
                coalesce(sum(json_array_length(paper_ids)), 0) AS papers,
                coalesce(sum(iif(state = 'posted', json_array_length(paper_ids), 0)), 0) AS posted_papers,
                coalesce(sum(state = 'planned'), 0) AS planned_posts,
                min(iif(state = 'unknown', look_at, NULL)) AS next_look_at
            FROM posts WHERE delivery_id = ?
            """,
            [delivery_id],
        )
        return _counts_from_row(next(rows))

    def papers_of_channel(self, workspace: str, channel: str) -> frozenset[str]:
        """Return the papers that the channel has had, or will get from what is planned and not stopped."""
        rows = self._database.query(
            """
            SELECT DISTINCT paper.value AS paper_id
            FROM deliveries
            JOIN posts ON posts.delivery_id = deliveries.id
            JOIN json_each(posts.paper_ids) AS paper
            WHERE deliveries.workspace = ? AND deliveries.channel = ?
                AND (
                    posts.state NOT IN ('planned', 'refused')
                    OR (deliveries.state IN ('open', 'last_look') AND NOT deliveries.stop_asked)
                )
            """,
            [workspace, channel],
        )
        return frozenset(row["paper_id"] for row in rows)

    def papers_in_channel(self, workspace: str, channel: str) -> frozenset[str]:
        """Return the papers that are, or may be, in the channel by now."""
        rows = self._database.query(
            """
            SELECT DISTINCT paper.value AS paper_id
            FROM deliveries
            JOIN posts ON posts.delivery_id = deliveries.id
            JOIN json_each(posts.paper_ids) AS paper
            WHERE deliveries.workspace = ? AND deliveries.channel = ?
                AND posts.state NOT IN ('planned', 'refused')
            """,
            [workspace, channel],
        )
        return frozenset(row["paper_id"] for row in rows)

    def last_attempt(self, workspace: str, channel: str) -> datetime | None:
        """Return when one of the channel's latest deliveries last sent a message, if any did."""
        rows = self._database.query(
            """
            SELECT max(posts.attempted_at) AS at FROM posts
            WHERE posts.delivery_id IN (
                SELECT id FROM deliveries WHERE workspace = ? AND channel = ? ORDER BY id DESC LIMIT 3
            )
            """,
            [workspace, channel],
        )
        return next(whole(_attempt_from_row, rows), None)

    def plan(self, posts: Iterable[Post]) -> None:
        """Insert posts before the first of them is sent."""
        self._database.table("posts").insert_all(map(_row_from_post, posts))

    def replace_payload(self, delivery: Delivery, position: int, payload: str) -> None:
        """Replace a post's payload; one that was or may have been sent becomes stale.

        Raises `LeaseLostError` if another worker has claimed the delivery since.
        """
        self._change(
            """
            payload = :payload, payload_hash = :payload_hash, is_plain = 0,
            is_stale = attempted_at IS NOT NULL,
            state = iif(state IN ('refused', 'uncertain'), 'planned', state)
            """,
            delivery,
            {
                "delivery_id": delivery.id,
                "position": position,
                "payload": payload,
                "payload_hash": _hash(payload),
            },
        )

    def retry_uncertain_parent(self, delivery_id: int) -> None:
        """Plan the delivery's parent again if it is uncertain."""
        self._database.execute(
            """
            UPDATE posts SET state = 'planned', reason = NULL, attempted_at = NULL, look_at = NULL, absent = 0
            WHERE delivery_id = ? AND position = 0 AND state = 'uncertain'
            """,
            [delivery_id],
        )

    def restore_parent(self, delivery_id: int) -> None:
        """Have the channel show the delivery's parent as it was planned, if it is there."""
        self._database.execute(
            "UPDATE posts SET is_stale = 1 WHERE delivery_id = ? AND position = 0 AND state = 'posted'",
            [delivery_id],
        )

    def record(self, delivery: Delivery, post: Post) -> None:
        """Record the post's current state under the delivery's epoch.

        Raises `LeaseLostError` if another worker has claimed the delivery since.
        """
        self._change(
            """
            payload = :payload, payload_hash = :payload_hash, is_plain = :is_plain, is_stale = :is_stale,
            state = :state, ts = :ts, reason = :reason, attempted_at = :attempted_at, look_at = :look_at,
            absent = :absent
            """,
            delivery,
            _row_from_post(post),
        )

    def _change(self, assignments: str, delivery: Delivery, values: dict[str, Any]) -> None:
        """Update a post under its delivery's epoch; `assignments` are constants of this class."""
        cursor = self._database.execute(
            f"""
            UPDATE posts SET {assignments}
            WHERE delivery_id = :delivery_id AND position = :position
                AND EXISTS (SELECT 1 FROM deliveries WHERE id = :delivery_id AND epoch = :epoch)
            """,  # noqa: S608 -- constants
            {**values, "epoch": delivery.epoch},
        )
        if not cursor.rowcount:
            raise LeaseLostError(f"Another worker has claimed delivery {delivery.id}.")


def _hash(payload: str) -> str:
    return hashlib.sha256(payload.encode()).hexdigest()


@reads("posts")
def _counts_from_row(row: dict[str, Any]) -> PostCounts:
    return PostCounts(**{**row, "next_look_at": optional_moment(row["next_look_at"])})


@reads("posts")
def _attempt_from_row(row: dict[str, Any]) -> datetime | None:
    return optional_moment(row["at"])


@reads("posts")
def _post_from_row(row: dict[str, Any]) -> Post:
    return Post(
        delivery_id=row["delivery_id"],
        position=row["position"],
        payload=row["payload"],
        state=PostState(row["state"]),
        paper_ids=tuple(json.loads(row["paper_ids"])),
        ts=row["ts"],
        reason=row["reason"],
        attempted_at=optional_moment(row["attempted_at"]),
        next_look_at=optional_moment(row["look_at"]),
        absent=row["absent"],
        is_plain=bool(row["is_plain"]),
        is_stale=bool(row["is_stale"]),
    )


def _row_from_post(post: Post) -> dict[str, Any]:
    return {
        "delivery_id": post.delivery_id,
        "position": post.position,
        "paper_ids": json.dumps(post.paper_ids),
        "payload": post.payload,
        "payload_hash": _hash(post.payload),
        "is_plain": int(post.is_plain),
        "is_stale": int(post.is_stale),
        "state": post.state,
        "ts": post.ts,
        "reason": post.reason,
        "attempted_at": optional_text(post.attempted_at),
        "look_at": optional_text(post.next_look_at),
        "absent": post.absent,
    }
