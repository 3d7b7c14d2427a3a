"""The channel_names table: what Slack last called each channel, for people who read of it outside Slack."""

from storage.engines.engine import Engine


class ChannelNames:
    """The last known name of each channel, without its `#`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, workspace: str, channel: str, name: str) -> None:
        """Keep the name; an empty one, which says nothing, leaves the known one."""
        if name:
            self._engine.execute(
                "INSERT INTO channel_names (workspace, channel, name) VALUES (?, ?, ?)"
                " ON CONFLICT (workspace, channel) DO UPDATE SET name = excluded.name",
                [workspace, channel, name],
            )

    def get(self, workspace: str, channel: str) -> str:
        """Return the channel's name, an empty text where none is known."""
        rows = self._engine.query(
            "SELECT name FROM channel_names WHERE workspace = ? AND channel = ?", [workspace, channel]
        )
        return next((str(row["name"]) for row in rows), "")
