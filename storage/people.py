"""What all tables keep of one person in one workspace: told to them, and deleted when they wish."""

import json
from datetime import datetime

from storage.engines.engine import Engine
from storage.records import PersonalData
from storage.workspaces import OF_DELIVERIES, OF_SUBSCRIPTIONS

_OF_PERSON = "workspace = :workspace AND person = :person"
_COUNT = f"SELECT count({{}}) AS rows FROM {{}} WHERE {_OF_PERSON}"  # noqa: S608 -- constants
_SET_UP = "workspace = :workspace AND created_by = :person"
_PLANNED = """
SELECT count(*) AS rows FROM (
    SELECT id FROM discussions WHERE workspace = :workspace AND presenter = :person
    UNION SELECT id FROM discussions WHERE workspace = :workspace AND planned_by = :person
) AS planned
"""
TABLES = (
    "saved_paper_tags",
    "saved_papers",
    "removed_papers",
    "opinions",
    "readers",
    "verdicts",
    "personal_settings",
    "follows",
    "topics",
    "deactivated_people",
    "summary_requests",
    "mistake_reports",
    "operator_notices",
)
"""The tables with a person in their rows; one that another refers to comes after that."""


class People:
    """The rows of all tables that belong to a person."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def what_is_kept(self, workspace: str, person: str) -> PersonalData:
        """Return how much is kept of the person."""
        whose = {"workspace": workspace, "person": person}
        counted = {
            "saved_papers": _COUNT.format("*", "saved_papers"),
            "notes": f"{_COUNT.format('*', 'saved_papers')} AND note != ''",
            "tags": _COUNT.format("DISTINCT tag", "saved_paper_tags"),
            "removed_papers": _COUNT.format("*", "removed_papers"),
            "settings": _COUNT.format("*", "personal_settings"),
            "summary_requests": _COUNT.format("*", "summary_requests"),
            "mistake_reports": _COUNT.format("*", "mistake_reports"),
            "opinions": _COUNT.format("*", "opinions"),
            "follows": _COUNT.format("*", "follows"),
            "readings": _COUNT.format("*", "readers"),
            "verdicts": _COUNT.format("*", "verdicts"),
            "discussions": _PLANNED,
            "topics": _COUNT.format("*", "topics"),
        }
        set_up = self._set_up(whose)
        own = sum(set_up.values())
        return PersonalData(
            **{name: self._number(sql, whose) for name, sql in counted.items()},
            subscriptions=len(set_up) - own,
            own_digests=own,
        )

    def _set_up(self, whose: dict[str, str]) -> dict[int, bool]:
        """Return the ids of what the person set up, each with whether it is their own digest."""
        rows = self._engine.query(
            f"SELECT id, filters FROM subscriptions WHERE {_SET_UP}",  # noqa: S608 -- a constant
            whose,
        )
        return {row["id"]: bool(json.loads(row["filters"]).get("only_followed")) for row in rows}

    def workspaces(self, person: str) -> tuple[str, ...]:
        """Return the workspaces in which something is kept of a person with this id; for the command line."""
        each = [f"SELECT workspace FROM {table} WHERE person = :person" for table in TABLES]  # noqa: S608 -- constants
        each.append("SELECT workspace FROM subscriptions WHERE created_by = :person")
        each.append("SELECT workspace FROM discussions WHERE :person IN (presenter, planned_by)")
        rows = self._engine.query(f"{' UNION '.join(each)} ORDER BY workspace", {"person": person})
        return tuple(row["workspace"] for row in rows)

    def forget(self, workspace: str, person: str) -> PersonalData:
        """Delete all that is kept of the person, and return how much it was.

        The digests that they set up go on; nobody is notified of their failures any more. Discussions
        that they planned or present stay on the plan without their name, and cards that counted them are
        redrawn.
        """
        kept, whose = self.what_is_kept(workspace, person), {"workspace": workspace, "person": person}
        self._delete_personal_digest(whose)
        self._enqueue_cards_read(whose)
        self._enqueue_reminders(whose)
        for table in TABLES:
            self._engine.execute(f"DELETE FROM {table} WHERE {_OF_PERSON}", whose)  # noqa: S608 -- constants
        self._engine.execute(
            """
            UPDATE subscriptions SET created_by = NULL
            WHERE workspace = :workspace AND created_by = :person
            """,
            whose,
        )
        for column in ("presenter", "planned_by"):
            self._engine.execute(
                f"""
                UPDATE discussions SET {column} = NULL
                WHERE workspace = :workspace AND {column} = :person
                """,  # noqa: S608 -- constants
                whose,
            )
        return kept

    def _enqueue_cards_read(self, whose: dict[str, str]) -> None:
        """Enqueue the cards whose number of readers the person is in, as due since their deliveries began."""
        self._engine.execute(
            """
            INSERT INTO card_updates (delivery_id, position, next_try_at, tries)
            SELECT posts.delivery_id, posts.position, deliveries.opened_at, 0
            FROM readers CROSS JOIN subscriptions CROSS JOIN channel_papers CROSS JOIN deliveries
                CROSS JOIN posts
            WHERE readers.workspace = :workspace AND readers.person = :person
                AND subscriptions.workspace = :workspace AND subscriptions.channel = readers.channel
                AND channel_papers.subscription_id = subscriptions.id
                AND channel_papers.paper_id = readers.paper_id
                AND deliveries.id = channel_papers.delivery_id
                AND posts.delivery_id = channel_papers.delivery_id
                AND posts.position = channel_papers.position
                AND posts.state != 'refused' AND posts.card_language IS NOT NULL
            ON CONFLICT (delivery_id, position) DO UPDATE SET next_try_at = excluded.next_try_at, tries = 0
            """,
            whose,
        )

    def _enqueue_reminders(self, whose: dict[str, str]) -> None:
        """Enqueue the reminders that count the person or name them, as `_enqueue_cards_read` does."""
        self._engine.execute(
            """
            INSERT INTO card_updates (delivery_id, position, next_try_at, tries)
            SELECT posts.delivery_id, posts.position, deliveries.opened_at, 0
            FROM deliveries JOIN posts ON posts.delivery_id = deliveries.id AND posts.position = 0
            WHERE deliveries.discussion_id IN (
                SELECT discussion_id FROM verdicts WHERE workspace = :workspace AND person = :person
                UNION SELECT id FROM discussions WHERE workspace = :workspace AND presenter = :person
            ) AND posts.state != 'refused' AND posts.card_language IS NOT NULL
            ON CONFLICT (delivery_id, position) DO UPDATE SET next_try_at = excluded.next_try_at, tries = 0
            """,
            whose,
        )

    def _delete_personal_digest(self, whose: dict[str, str]) -> None:
        """Delete the digest of what the person follows, and the ledger of it: nobody else has had it."""
        for subscription_id in (each for each, is_own in self._set_up(whose).items() if is_own):
            for table in OF_DELIVERIES:
                self._engine.execute(
                    f"""
                    DELETE FROM {table} WHERE delivery_id IN (
                        SELECT id FROM deliveries WHERE subscription_id = ?
                    )
                    """,  # noqa: S608 -- constants
                    [subscription_id],
                )
            for table in ("deliveries", *OF_SUBSCRIPTIONS):
                self._engine.execute(f"DELETE FROM {table} WHERE subscription_id = ?", [subscription_id])  # noqa: S608 -- constants
            self._engine.execute("DELETE FROM subscriptions WHERE id = ?", [subscription_id])

    # ---- People who left

    def is_deactivated(self, workspace: str, person: str) -> bool:
        """Return whether it is noted that Slack deactivated the person."""
        rows = self._engine.query(
            f"SELECT 1 FROM deactivated_people WHERE {_OF_PERSON}",  # noqa: S608 -- a constant
            {"workspace": workspace, "person": person},
        )
        return next(rows, None) is not None

    def note_deactivated(self, workspace: str, person: str, now: datetime) -> None:
        """Note that Slack deactivated the person; the first moment counts."""
        self._engine.execute(
            """
            INSERT INTO deactivated_people (workspace, person, since) VALUES (?, ?, ?)
            ON CONFLICT DO NOTHING
            """,
            [workspace, person, now.isoformat()],
        )

    def note_active(self, workspace: str, person: str) -> None:
        """Note that the person is back."""
        self._engine.execute(
            f"DELETE FROM deactivated_people WHERE {_OF_PERSON}",  # noqa: S608 -- a constant
            {"workspace": workspace, "person": person},
        )

    def forget_deactivated(self, before: datetime, limit: int) -> int:
        """Forget at most `limit` people who were deactivated before a moment; return how many."""
        rows = self._engine.query(
            "SELECT workspace, person FROM deactivated_people WHERE since < ? ORDER BY since LIMIT ?",
            [before.isoformat(), limit],
        )
        people = [(row["workspace"], row["person"]) for row in rows]
        for workspace, person in people:
            self.forget(workspace, person)
        return len(people)

    def _number(self, sql: str, values: dict[str, str]) -> int:
        return int(next(self._engine.query(sql, values))["rows"])
