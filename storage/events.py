"""The events table: what Slack has sent, which it sends again where it hears no acknowledgement."""

from datetime import datetime, timedelta

from storage.engines.engine import Engine
from storage.moments import sortable_text
from storage.records import EventState


class Events:
    """The events of the last days, by the id that Slack gives each."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def take(self, event_id: str, now: datetime, longest: timedelta) -> EventState:
        """Take the event for handling, unless it is handled, or somebody took it within `longest`."""
        taken = self._engine.query(
            """
            INSERT INTO events (event_id, taken_at) VALUES (:event_id, :now)
            ON CONFLICT (event_id) DO UPDATE SET taken_at = excluded.taken_at
            WHERE events.is_handled = 0 AND (events.taken_at <= :before OR events.taken_at > :now)
            RETURNING events.event_id
            """,
            {"event_id": event_id, "now": sortable_text(now), "before": sortable_text(now - longest)},
        )
        if next(taken, None):
            return EventState.TAKEN
        rows = self._engine.query("SELECT is_handled FROM events WHERE event_id = ?", [event_id])
        is_handled = any(row["is_handled"] for row in rows)
        return EventState.HANDLED if is_handled else EventState.UNDER_WAY

    def settle(self, event_id: str) -> None:
        """Record that the event is handled."""
        self._engine.execute("UPDATE events SET is_handled = 1 WHERE event_id = ?", [event_id])

    def give_back(self, event_id: str) -> None:
        """Leave the event to whoever gets it next: handling it failed."""
        self._engine.execute("DELETE FROM events WHERE event_id = ? AND is_handled = 0", [event_id])

    def delete(self, before: datetime, limit: int) -> int:
        """Delete at most `limit` events that were taken before a moment; return how many."""
        return self._engine.execute(
            """
            DELETE FROM events
            WHERE event_id IN (SELECT event_id FROM events WHERE taken_at < ? ORDER BY taken_at LIMIT ?)
            """,
            [sortable_text(before), limit],
        )
