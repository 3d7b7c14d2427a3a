"""The greetings table: the channels in which the bot has introduced itself."""

from datetime import datetime, timedelta

from storage.engines.engine import Engine


class Greetings:
    """The last greeting of each channel."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, workspace: str, channel: str, now: datetime, again_after: timedelta) -> bool:
        """Record a greeting now; return False where the channel was greeted within `again_after`."""
        rows = self._engine.query(
            """
            INSERT INTO greetings (workspace, channel, at) VALUES (:workspace, :channel, :now)
            ON CONFLICT (workspace, channel) DO UPDATE SET at = excluded.at WHERE greetings.at <= :before
            RETURNING greetings.at
            """,
            {
                "workspace": workspace,
                "channel": channel,
                "now": now.isoformat(timespec="microseconds"),
                "before": (now - again_after).isoformat(timespec="microseconds"),
            },
        )
        return next(rows, None) is not None
