"""The greetings table: in which channels the bot has said what it can do there."""

from datetime import datetime, timedelta

from sqlite_utils import Database


class Greetings:
    """The last greeting of each channel."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, workspace: str, channel: str, now: datetime, again_after: timedelta) -> bool:
        """Note that the channel is greeted now; tell whether it is, or was within `again_after` already."""
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
