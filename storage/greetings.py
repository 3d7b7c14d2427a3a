"""The greetings table: the channels in which the bot has introduced itself."""

from datetime import datetime, timedelta

from sqlite_utils import Database


class Greetings:
    """The last greeting of each channel."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, workspace: str, channel: str, now: datetime, again_after: timedelta) -> bool:
        """Record a greeting now; return False where the channel was greeted within `again_after`."""
        rows = self._database.query(
            """
            INSERT INTO greetings (workspace, channel, at) VALUES (:workspace, :channel, :now)
            ON CONFLICT (workspace, channel) DO UPDATE SET at = excluded.at WHERE at <= :before
            RETURNING at
            """,
            {
                "workspace": workspace,
                "channel": channel,
                "now": now.isoformat(timespec="microseconds"),
                "before": (now - again_after).isoformat(timespec="microseconds"),
            },
        )
        return next(rows, None) is not None
