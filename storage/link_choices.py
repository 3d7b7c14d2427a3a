"""The link_choices table: the channels that said whether they want links to papers shown."""

from storage.engines.engine import Engine


class LinkChoices:
    """What each channel said last."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, workspace: str, channel: str, *, is_on: bool) -> None:
        """Keep what the channel says."""
        self._engine.execute(
            """
            INSERT INTO link_choices (workspace, channel, is_on) VALUES (?, ?, ?)
            ON CONFLICT (workspace, channel) DO UPDATE SET is_on = excluded.is_on
            """,
            [workspace, channel, int(is_on)],
        )

    def get(self, workspace: str, channel: str) -> bool | None:
        """Return whether the channel wants links shown, `None` where nobody has said."""
        rows = self._engine.query(
            "SELECT is_on FROM link_choices WHERE workspace = ? AND channel = ?", [workspace, channel]
        )
        return next((bool(row["is_on"]) for row in rows), None)
