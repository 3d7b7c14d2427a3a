"""The tables of discussions and verdicts: what a channel discusses when, and whether it was worth it."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from storage.engines.engine import Engine
from storage.moments import moment_of, optional_moment
from storage.records import Discussion, DiscussionState, JudgedDiscussion, VerdictCounts
from storage.rows import reads, whole

_OF_CHANNEL = "workspace = :workspace AND channel = :channel"
_ONE = "workspace = :workspace AND id = :id"


class Discussions:
    """Discussions by workspace and channel, of which each paper has at most one on the plan."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def plan(
        self,
        workspace: str,
        channel: str,
        paper_id: str,
        planned_for: date,
        *,
        presenter: str | None,
        planned_by: str,
        now: datetime,
    ) -> Discussion | None:
        """Put the paper on the channel's plan; return `None` where it is there already."""
        values = {
            "workspace": workspace,
            "channel": channel,
            "paper_id": paper_id,
            "planned_for": planned_for.isoformat(),
            "presenter": presenter,
            "planned_by": planned_by,
            "now": now.isoformat(),
        }
        planned = self._engine.execute(
            f"""
            INSERT INTO discussions
                (workspace, channel, paper_id, planned_for, presenter, planned_by, state, created_at)
            SELECT :workspace, :channel, :paper_id, :planned_for, :presenter, :planned_by, 'planned', :now
            WHERE NOT EXISTS (
                SELECT 1 FROM discussions
                WHERE {_OF_CHANNEL} AND paper_id = :paper_id AND state = 'planned'
            )
            """,  # noqa: S608 -- a constant
            values,
        )
        return self.of_paper(workspace, channel, paper_id) if planned else None

    def get(self, workspace: str, discussion_id: int) -> Discussion | None:
        """Return a discussion of the workspace."""
        rows = self._engine.query(
            f"SELECT * FROM discussions WHERE {_ONE}",  # noqa: S608 -- a constant
            {"workspace": workspace, "id": discussion_id},
        )
        return next(whole(_discussion_from_row, rows), None)

    def of_paper(self, workspace: str, channel: str, paper_id: str) -> Discussion | None:
        """Return the channel's last discussion of the paper, which is the planned one where there is one."""
        rows = self._engine.query(
            f"""
            SELECT * FROM discussions WHERE {_OF_CHANNEL} AND paper_id = :paper_id
            ORDER BY id DESC LIMIT 1
            """,  # noqa: S608 -- a constant
            {"workspace": workspace, "channel": channel, "paper_id": paper_id},
        )
        return next(whole(_discussion_from_row, rows), None)

    def of_channel(
        self, workspace: str, channel: str, state: DiscussionState, *, offset: int, limit: int
    ) -> tuple[Discussion, ...]:
        """Return the channel's discussions in this state, the one of the newest date first."""
        rows = self._engine.query(
            f"""
            SELECT * FROM discussions WHERE {_OF_CHANNEL} AND state = :state
            ORDER BY planned_for DESC, id DESC LIMIT :limit OFFSET :offset
            """,  # noqa: S608 -- a constant
            {"workspace": workspace, "channel": channel, "state": state, "limit": limit, "offset": offset},
        )
        return tuple(whole(_discussion_from_row, rows))

    def due_reminders(
        self, before: date, limit: int, after: Discussion | None = None
    ) -> tuple[Discussion, ...]:
        """Return what is planned for a day before this one and was not reminded of, the earliest first.

        `after` is the last one that was returned before.
        """
        rows = self._engine.query(
            """
            SELECT * FROM discussions
            WHERE state = 'planned' AND planned_for < :before AND reminded_at IS NULL
                AND (planned_for, id) > (:day, :id)
            ORDER BY planned_for, id LIMIT :limit
            """,
            {
                "before": before.isoformat(),
                "limit": limit,
                "day": after.planned_for.isoformat() if after else "",
                "id": after.id if after else 0,
            },
        )
        return tuple(whole(_discussion_from_row, rows))

    def past(self, before: date, limit: int) -> tuple[Discussion, ...]:
        """Return what is planned for a day before this one, the earliest first."""
        rows = self._engine.query(
            """
            SELECT * FROM discussions WHERE state = 'planned' AND planned_for < :before
            ORDER BY planned_for, id LIMIT :limit
            """,
            {"before": before.isoformat(), "limit": limit},
        )
        return tuple(whole(_discussion_from_row, rows))

    def most_judged(
        self, workspace: str, channel: str, first: date, last: date, limit: int
    ) -> tuple[JudgedDiscussion, ...]:
        """Return the discussions of these days with verdicts, those with the most of them first."""
        days = {"first": first.isoformat(), "last": last.isoformat()}
        found = [
            JudgedDiscussion(each.paper_id, each.planned_for, self._verdicts_of(each.id))
            for state in (DiscussionState.PLANNED, DiscussionState.DISCUSSED)
            for each in self._between(workspace, channel, state, days)
        ]
        judged = (each for each in found if each.verdicts != VerdictCounts())
        return tuple(sorted(judged, key=_by_verdicts))[:limit]

    def _between(
        self, workspace: str, channel: str, state: DiscussionState, days: Mapping[str, str]
    ) -> tuple[Discussion, ...]:
        rows = self._engine.query(
            f"""
            SELECT * FROM discussions WHERE {_OF_CHANNEL} AND state = :state
                AND planned_for >= :first AND planned_for <= :last
            ORDER BY planned_for DESC, id DESC
            """,  # noqa: S608 -- a constant
            {"workspace": workspace, "channel": channel, "state": state, **days},
        )
        return tuple(whole(_discussion_from_row, rows))

    def next_of_channel(self, workspace: str, channel: str, since: date) -> Discussion | None:
        """Return what the channel plans for the earliest day from this one on."""
        rows = self._engine.query(
            f"""
            SELECT * FROM discussions
            WHERE {_OF_CHANNEL} AND state = 'planned' AND planned_for >= :since
            ORDER BY planned_for, id LIMIT 1
            """,  # noqa: S608 -- a constant
            {"workspace": workspace, "channel": channel, "since": since.isoformat()},
        )
        return next(whole(_discussion_from_row, rows), None)

    def note_opened(self) -> int:
        """Note the messages of reminders that are in their channels by now; return how many."""
        return self._engine.execute(
            """
            UPDATE discussions SET opened_ts = (
                SELECT posts.ts FROM deliveries
                JOIN posts ON posts.delivery_id = deliveries.id AND posts.position = 0
                WHERE deliveries.discussion_id = discussions.id AND deliveries.day = discussions.planned_for
            )
            WHERE state = 'planned' AND reminded_at IS NOT NULL AND opened_ts IS NULL
            """
        )

    def reminded(self, discussion_id: int, now: datetime) -> bool:
        """Note that the channel is reminded of it; return False where it was, or it is off the plan."""
        noted = self._engine.execute(
            """
            UPDATE discussions SET reminded_at = :now
            WHERE id = :id AND state = 'planned' AND reminded_at IS NULL
            """,
            {"id": discussion_id, "now": now.isoformat()},
        )
        return noted > 0

    def opened(self, discussion_id: int, ts: str) -> bool:
        """Note the message under which it is discussed; return False where there is one already."""
        noted = self._engine.execute(
            "UPDATE discussions SET opened_ts = :ts WHERE id = :id AND opened_ts IS NULL",
            {"id": discussion_id, "ts": ts},
        )
        return noted > 0

    def change(self, workspace: str, discussion_id: int, planned_for: date, presenter: str | None) -> bool:
        """Change date and presenter of what is planned; another date is reminded of anew.

        Returns False where it is off the plan.
        """
        changed = self._engine.execute(
            f"""
            UPDATE discussions SET planned_for = :planned_for, presenter = :presenter,
                reminded_at = CASE WHEN planned_for = :planned_for THEN reminded_at END,
                opened_ts = CASE WHEN planned_for = :planned_for THEN opened_ts END
            WHERE {_ONE} AND state = 'planned'
            """,  # noqa: S608 -- a constant
            {
                "workspace": workspace,
                "id": discussion_id,
                "planned_for": planned_for.isoformat(),
                "presenter": presenter,
            },
        )
        return changed > 0

    def drop(self, workspace: str, discussion_id: int, now: datetime) -> bool:
        """Take it off the plan; return False where it was off already."""
        return self._end(workspace, discussion_id, DiscussionState.DROPPED, now)

    def discussed(self, workspace: str, discussion_id: int, now: datetime) -> bool:
        """Note that it was discussed; return False where it is off the plan."""
        return self._end(workspace, discussion_id, DiscussionState.DISCUSSED, now)

    def _end(self, workspace: str, discussion_id: int, state: DiscussionState, now: datetime) -> bool:
        ended = self._engine.execute(
            f"UPDATE discussions SET state = :state, ended_at = :now WHERE {_ONE} AND state = 'planned'",  # noqa: S608 -- a constant
            {"workspace": workspace, "id": discussion_id, "state": state, "now": now.isoformat()},
        )
        return ended > 0

    def give_verdict(
        self, workspace: str, discussion_id: int, person: str, now: datetime, *, is_worth: bool
    ) -> bool:
        """Note whether reading it was worth it to the person, in place of what they said before.

        Returns False where the workspace has no such discussion.
        """
        given = self._engine.execute(
            f"""
            INSERT INTO verdicts (discussion_id, workspace, person, is_worth, at)
            SELECT id, workspace, :person, :is_worth, :at FROM discussions WHERE {_ONE}
            ON CONFLICT (discussion_id, person)
            DO UPDATE SET is_worth = excluded.is_worth, at = excluded.at
            """,  # noqa: S608 -- a constant
            {
                "workspace": workspace,
                "id": discussion_id,
                "person": person,
                "is_worth": int(is_worth),
                "at": now.isoformat(),
            },
        )
        return given > 0

    def verdict_counts(self, discussion_ids: Iterable[int]) -> Mapping[int, VerdictCounts]:
        """Return what people said of each of these; what nobody did is left out."""
        counts = {each: self._verdicts_of(each) for each in discussion_ids}
        return {each: found for each, found in counts.items() if found != VerdictCounts()}

    def _verdicts_of(self, discussion_id: int) -> VerdictCounts:
        rows = self._engine.query(
            "SELECT is_worth, count(*) AS people FROM verdicts WHERE discussion_id = ? GROUP BY is_worth",
            [discussion_id],
        )
        people = {row["is_worth"]: int(row["people"]) for row in rows}
        return VerdictCounts(people.get(1, 0), people.get(0, 0))


def _by_verdicts(judged: JudgedDiscussion) -> tuple[int, int, str]:
    """Order by how many verdicts there are, then the later day first."""
    return -(judged.verdicts.worth + judged.verdicts.skip), -judged.day.toordinal(), judged.paper_id


@reads("discussions")
def _discussion_from_row(row: dict[str, Any]) -> Discussion:
    return Discussion(
        id=row["id"],
        workspace=row["workspace"],
        channel=row["channel"],
        paper_id=row["paper_id"],
        planned_for=date.fromisoformat(row["planned_for"]),
        presenter=row["presenter"],
        planned_by=row["planned_by"],
        state=DiscussionState(row["state"]),
        created_at=moment_of(row["created_at"]),
        reminded_at=optional_moment(row["reminded_at"]),
        opened_ts=row["opened_ts"],
        ended_at=optional_moment(row["ended_at"]),
    )
