"""The readers table: who said in a channel that they will read a paper."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from storage.engines.engine import Engine
from storage.moments import moment_of, sortable_text
from storage.records import ReadPaper
from storage.rows import reads, whole
from storage.watched_papers import WatchedPapers

_OF_PAPER = "workspace = :workspace AND channel = :channel AND paper_id = :paper_id"


class Readers:
    """Readers by workspace, channel and paper; who they are is for those among them at most."""

    def __init__(self, engine: Engine, watched: WatchedPapers) -> None:
        self._engine = engine
        self._watched = watched

    def add(
        self,
        workspace: str,
        channel: str,
        person: str,
        paper_id: str,
        now: datetime,
        *,
        is_named: bool = False,
    ) -> bool:
        """Note that the person will read the paper; return False where that was noted before.

        `is_named` is whether the channel told its readers each other's names when they said so.
        """
        self._watched.add(paper_id, now)
        added = self._engine.execute(
            """
            INSERT INTO readers (workspace, channel, paper_id, person, at, is_named)
            VALUES (:workspace, :channel, :paper_id, :person, :at, :is_named)
            ON CONFLICT (workspace, channel, paper_id, person) DO NOTHING
            """,
            {
                "workspace": workspace,
                "channel": channel,
                "paper_id": paper_id,
                "person": person,
                "at": sortable_text(now),
                "is_named": int(is_named),
            },
        )
        return added > 0

    def remove(self, workspace: str, channel: str, person: str, paper_id: str) -> bool:
        """Note that the person won't read the paper after all; return whether they would have."""
        removed = self._engine.execute(
            f"DELETE FROM readers WHERE {_OF_PAPER} AND person = :person",  # noqa: S608 -- a constant
            {"workspace": workspace, "channel": channel, "paper_id": paper_id, "person": person},
        )
        return removed > 0

    def counts(self, workspace: str, channel: str, paper_ids: Iterable[str]) -> Mapping[str, int]:
        """Return how many people will read each of these papers; those that nobody will are left out."""
        rows = self._engine.query(
            f"""
            SELECT paper_id, count(*) AS people FROM readers
            WHERE workspace = :workspace AND channel = :channel
                AND {self._engine.among("paper_id", "paper_ids")}
            GROUP BY paper_id
            """,  # noqa: S608 -- the engine's word
            {"workspace": workspace, "channel": channel, "paper_ids": list(paper_ids)},
        )
        return {row["paper_id"]: int(row["people"]) for row in rows}

    def of_paper(self, workspace: str, channel: str, paper_id: str) -> tuple[str, ...]:
        """Return who will read the paper, in the order in which they said so."""
        return tuple(person for person, _ in self._of_paper(workspace, channel, paper_id))

    def named(self, workspace: str, channel: str, paper_id: str) -> tuple[str, ...]:
        """Return those of them who said so while the channel's readers were told each other's names."""
        return tuple(person for person, is_named in self._of_paper(workspace, channel, paper_id) if is_named)

    def _of_paper(self, workspace: str, channel: str, paper_id: str) -> list[tuple[str, bool]]:
        # Sorted here: SQLite would read the channel's past by its moments to spare the sorting.
        rows = self._engine.query(
            f"SELECT at, person, is_named FROM readers WHERE {_OF_PAPER}",  # noqa: S608 -- a constant
            {"workspace": workspace, "channel": channel, "paper_id": paper_id},
        )
        earliest = sorted(rows, key=lambda row: (row["at"], row["person"]))
        return [(row["person"], bool(row["is_named"])) for row in earliest]

    def most_read(
        self, workspace: str, channel: str, since: datetime, until: datetime, limit: int
    ) -> tuple[ReadPaper, ...]:
        """Return the papers that most people said from `since` and before `until` they will read.

        Of equal ones, the one that somebody said so of last comes first.
        """
        rows = self._engine.query(
            """
            SELECT paper_id, count(*) AS people, max(at) AS last_at FROM readers
            WHERE workspace = :workspace AND channel = :channel AND at >= :since AND at < :until
            GROUP BY paper_id ORDER BY people DESC, last_at DESC, paper_id LIMIT :limit
            """,
            {
                "workspace": workspace,
                "channel": channel,
                "since": sortable_text(since),
                "until": sortable_text(until),
                "limit": limit,
            },
        )
        return tuple(whole(_read_paper_from_row, rows))

    def waiting(
        self, workspace: str, channel: str, since: datetime, *, offset: int, limit: int
    ) -> tuple[ReadPaper, ...]:
        """Return what people said since a moment they will read, the newest first.

        What is planned since, or was discussed, is left out.
        """
        rows = self._engine.query(
            """
            SELECT paper_id, count(*) AS people, max(at) AS last_at FROM readers
            WHERE workspace = :workspace AND channel = :channel AND at >= :since AND NOT EXISTS (
                SELECT 1 FROM discussions WHERE discussions.workspace = :workspace
                    AND discussions.channel = :channel AND discussions.paper_id = readers.paper_id
                    AND discussions.state != 'dropped'
            )
            GROUP BY paper_id ORDER BY last_at DESC, paper_id LIMIT :limit OFFSET :offset
            """,
            {
                "workspace": workspace,
                "channel": channel,
                "since": sortable_text(since),
                "limit": limit,
                "offset": offset,
            },
        )
        return tuple(whole(_read_paper_from_row, rows))


@reads("readers")
def _read_paper_from_row(row: dict[str, Any]) -> ReadPaper:
    return ReadPaper(row["paper_id"], int(row["people"]), moment_of(row["last_at"]))
