"""The posts table: the ledger of every message of every delivery."""

from collections.abc import Iterable
from typing import Any

from sqlite_utils import Database

from storage.records import Post, PostState


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

    def plan(self, posts: Iterable[Post]) -> None:
        """Write down posts before the first of them is sent; their payloads never change again."""
        self._database.table("posts").insert_all(map(_row_from_post, posts))

    def mark(self, post: Post, state: PostState, *, ts: str | None = None, reason: str | None = None) -> None:
        """Record what is known of the post now; `ts` is Slack's, and goes with `posted` alone."""
        self._database.execute(
            "UPDATE posts SET state = ?, ts = ?, reason = ? WHERE delivery_id = ? AND position = ?",
            [state, ts, reason, post.delivery_id, post.position],
        )


def _post_from_row(row: dict[str, Any]) -> Post:
    return Post(
        delivery_id=row["delivery_id"],
        position=row["position"],
        payload=row["payload"],
        state=PostState(row["state"]),
        paper_id=row["paper_id"],
        ts=row["ts"],
        reason=row["reason"],
    )


def _row_from_post(post: Post) -> dict[str, Any]:
    return {
        "delivery_id": post.delivery_id,
        "position": post.position,
        "paper_id": post.paper_id,
        "payload": post.payload,
        "state": post.state,
        "ts": post.ts,
        "reason": post.reason,
    }
