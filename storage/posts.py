"""The posts table: the ledger of every message of every delivery."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from sqlite_utils import Database

from bot.errors import LeaseLostError
from storage.moments import optional_moment, optional_text
from storage.records import Delivery, Post, PostState


class Posts:
    """Messages by delivery and position; position 0 is the parent."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_delivery(self, delivery_id: int) -> tuple[Post, ...]:
        """Return the delivery's posts in order."""
        rows = self._database.query(
            "SELECT * FROM posts WHERE delivery_id = ? ORDER BY position", [delivery_id]
        )
        return tuple(map(_post_from_row, rows))

    def papers_of_channel(self, workspace: str, channel: str) -> frozenset[str]:
        """Return the papers that the channel has had, or will have by what is planned."""
        rows = self._database.query(
            """
            SELECT DISTINCT paper.value AS paper_id
            FROM deliveries
            JOIN posts ON posts.delivery_id = deliveries.id
            JOIN json_each(posts.paper_ids) AS paper
            WHERE deliveries.workspace = ? AND deliveries.channel = ?
                AND (posts.state NOT IN ('planned', 'refused') OR deliveries.state IN ('open', 'last_look'))
            """,
            [workspace, channel],
        )
        return frozenset(row["paper_id"] for row in rows)

    def plan(self, posts: Iterable[Post]) -> None:
        """Write down posts before the first of them is sent."""
        self._database.table("posts").insert_all(map(_row_from_post, posts))

    def renew(self, delivery: Delivery, position: int, payload: str) -> None:
        """Put another payload in a post's place; what was or may have been sent becomes stale with it.

        Raises `LeaseLostError` where another process has claimed the delivery since.
        """
        self._under_epoch(
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

    def plan_parent_again(self, delivery_id: int) -> None:
        """Have a parent sent again of which nobody can say whether it arrived."""
        self._database.execute(
            """
            UPDATE posts SET state = 'planned', reason = NULL, attempted_at = NULL, look_at = NULL, absent = 0
            WHERE delivery_id = ? AND position = 0 AND state = 'uncertain'
            """,
            [delivery_id],
        )

    def record(self, delivery: Delivery, post: Post) -> None:
        """Record what is known of the post now, under the delivery's epoch.

        Raises `LeaseLostError` where another process has claimed the delivery since.
        """
        self._under_epoch(
            """
            payload = :payload, payload_hash = :payload_hash, is_plain = :is_plain, is_stale = :is_stale,
            state = :state, ts = :ts, reason = :reason, attempted_at = :attempted_at, look_at = :look_at,
            absent = :absent
            """,
            delivery,
            _row_from_post(post),
        )

    def _under_epoch(self, assignments: str, delivery: Delivery, values: dict[str, Any]) -> None:
        """Change a post under its delivery's epoch; `assignments` are constants here, never a value."""
        cursor = self._database.execute(
            f"""
            UPDATE posts SET {assignments}
            WHERE delivery_id = :delivery_id AND position = :position
                AND EXISTS (SELECT 1 FROM deliveries WHERE id = :delivery_id AND epoch = :epoch)
            """,  # noqa: S608 -- constants
            {**values, "epoch": delivery.epoch},
        )
        if not cursor.rowcount:
            raise LeaseLostError(f"Delivery {delivery.id} is worked on by another process.")


def _hash(payload: str) -> str:
    return hashlib.sha256(payload.encode()).hexdigest()


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
        look_at=optional_moment(row["look_at"]),
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
        "look_at": optional_text(post.look_at),
        "absent": post.absent,
    }
