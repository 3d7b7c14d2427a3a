"""The shown links table: the papers whose links were shown, each once a day in a channel."""

from collections.abc import Iterable
from datetime import date, datetime

from storage.engines.engine import Engine
from storage.moments import sortable_text


class ShownLinks:
    """The papers of the last days, by channel and by its day, with the message below which each is shown."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def take(
        self, workspace: str, channel: str, paper_ids: Iterable[str], day: date, ts: str, now: datetime
    ) -> tuple[str, ...]:
        """Take the papers for the message, and return those that no other message has on that day."""
        return tuple(each for each in paper_ids if self._take(workspace, channel, each, day, ts, now))

    def give_back(self, workspace: str, channel: str, paper_ids: Iterable[str], day: date, ts: str) -> None:
        """Leave the papers to the next message: this one could not show them."""
        for paper_id in paper_ids:
            self._engine.execute(
                """
                DELETE FROM shown_links
                WHERE workspace = ? AND channel = ? AND paper_id = ? AND day = ? AND ts = ?
                """,
                [workspace, channel, paper_id, day.isoformat(), ts],
            )

    def delete(self, before: datetime, limit: int) -> int:
        """Delete at most `limit` that were taken before a moment; return how many."""
        return self._engine.execute(
            """
            DELETE FROM shown_links WHERE (workspace, channel, paper_id, day) IN (
                SELECT workspace, channel, paper_id, day FROM shown_links WHERE at < ? ORDER BY at LIMIT ?
            )
            """,
            [sortable_text(before), limit],
        )

    def _take(self, workspace: str, channel: str, paper_id: str, day: date, ts: str, now: datetime) -> bool:
        rows = self._engine.query(
            """
            INSERT INTO shown_links (workspace, channel, paper_id, day, ts, at)
            VALUES (:workspace, :channel, :paper_id, :day, :ts, :now)
            ON CONFLICT (workspace, channel, paper_id, day) DO UPDATE SET at = excluded.at
            WHERE shown_links.ts = excluded.ts
            RETURNING shown_links.ts
            """,
            {
                "workspace": workspace,
                "channel": channel,
                "paper_id": paper_id,
                "day": day.isoformat(),
                "ts": ts,
                "now": sortable_text(now),
            },
        )
        return next(rows, None) is not None
