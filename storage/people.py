"""What all tables keep of one person in one workspace: told to them, and deleted when they wish."""

from storage.engines.engine import Engine
from storage.records import PersonalData

_OF_PERSON = "workspace = :workspace AND person = :person"
_COUNT = f"SELECT count({{}}) AS rows FROM {{}} WHERE {_OF_PERSON}"  # noqa: S608 -- constants
TABLES = (
    "saved_paper_tags",
    "saved_papers",
    "removed_papers",
    "personal_settings",
    "summary_requests",
    "mistake_reports",
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
            "subscriptions": "SELECT count(*) AS rows FROM subscriptions"
            " WHERE workspace = :workspace AND created_by = :person",
        }
        return PersonalData(**{name: self._number(sql, whose) for name, sql in counted.items()})

    def forget(self, workspace: str, person: str) -> PersonalData:
        """Delete all that is kept of the person, and return how much it was.

        The digests that they set up go on; nobody is notified of their failures any more.
        """
        kept, whose = self.what_is_kept(workspace, person), {"workspace": workspace, "person": person}
        for table in TABLES:
            self._engine.execute(f"DELETE FROM {table} WHERE {_OF_PERSON}", whose)  # noqa: S608 -- constants
        self._engine.execute(
            """
            UPDATE subscriptions SET created_by = NULL
            WHERE workspace = :workspace AND created_by = :person
            """,
            whose,
        )
        return kept

    def _number(self, sql: str, values: dict[str, str]) -> int:
        return int(next(self._engine.query(sql, values))["rows"])
