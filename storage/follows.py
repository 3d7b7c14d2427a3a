"""The follows table: what each person follows, and what they muted."""

from datetime import datetime
from typing import Any

from storage.engines.engine import Engine
from storage.moments import moment_of
from storage.records import Follow, FollowKind
from storage.rows import reads, whole

MOST_FOLLOWS = 20
"""The most that a person follows and mutes in all, so that the day's papers are soon compared with it."""

_OF_PERSON = "workspace = :workspace AND person = :person"


class Follows:
    """What people follow and mute, each for themselves."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of_person(self, workspace: str, person: str) -> tuple[Follow, ...]:
        """Return what the person follows and mutes, in the order in which they began."""
        rows = self._engine.query(
            f"SELECT * FROM follows WHERE {_OF_PERSON} ORDER BY id LIMIT :limit",  # noqa: S608 -- a constant
            {"workspace": workspace, "person": person, "limit": MOST_FOLLOWS},
        )
        return tuple(whole(_follow_from_row, rows))

    def get(self, workspace: str, person: str, follow_id: int) -> Follow | None:
        """Return one of what the person follows and mutes."""
        rows = self._engine.query(
            f"SELECT * FROM follows WHERE {_OF_PERSON} AND id = :id",  # noqa: S608 -- a constant
            {"workspace": workspace, "person": person, "id": follow_id},
        )
        return next(whole(_follow_from_row, rows), None)

    def put(self, workspace: str, person: str, kind: FollowKind, wanted: str, now: datetime) -> bool:
        """Have the person follow or mute something; return False where they have as much as they may.

        What they followed is muted in place of that, and the other way round.
        """
        whose = {"workspace": workspace, "person": person}
        rows = self._engine.query(
            f"SELECT count(*) AS follows FROM follows WHERE {_OF_PERSON} AND wanted != :wanted",  # noqa: S608 -- a constant
            {**whose, "wanted": wanted},
        )
        if int(next(rows)["follows"]) >= MOST_FOLLOWS:
            return False
        self._engine.execute(
            """
            INSERT INTO follows (workspace, person, kind, wanted, since)
            VALUES (:workspace, :person, :kind, :wanted, :since)
            ON CONFLICT (workspace, person, wanted) DO UPDATE SET kind = excluded.kind
            """,
            {**whose, "kind": kind, "wanted": wanted, "since": now.isoformat()},
        )
        return True

    def change(self, follow: Follow, kind: FollowKind, wanted: str) -> bool:
        """Have one of the person's follows be another; return whether it was still there.

        Where they have the other one already, just that one is left.
        """
        values = {
            "workspace": follow.workspace,
            "person": follow.person,
            "id": follow.id,
            "kind": kind,
            "wanted": wanted,
        }
        if self.get(follow.workspace, follow.person, follow.id) is None:
            return False
        self._engine.execute(
            f"DELETE FROM follows WHERE {_OF_PERSON} AND wanted = :wanted AND id != :id",  # noqa: S608 -- a constant
            {name: value for name, value in values.items() if name != "kind"},
        )
        changed = self._engine.execute(
            f"UPDATE follows SET kind = :kind, wanted = :wanted WHERE {_OF_PERSON} AND id = :id",  # noqa: S608 -- a constant
            values,
        )
        return changed > 0

    def end(self, workspace: str, person: str, follow_id: int) -> bool:
        """End one of what the person follows and mutes; return whether it was there."""
        ended = self._engine.execute(
            f"DELETE FROM follows WHERE {_OF_PERSON} AND id = :id",  # noqa: S608 -- a constant
            {"workspace": workspace, "person": person, "id": follow_id},
        )
        return ended > 0


@reads("follows")
def _follow_from_row(row: dict[str, Any]) -> Follow:
    return Follow(
        id=row["id"],
        workspace=row["workspace"],
        person=row["person"],
        kind=FollowKind(row["kind"]),
        wanted=row["wanted"],
        since=moment_of(row["since"]),
    )
