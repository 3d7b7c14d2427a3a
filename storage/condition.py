"""What keeps the database from being written, as far as that shows without writing."""

from storage.engines.engine import Engine


class Condition:
    """The condition of the database, which is in none of its tables."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def trouble(self) -> str | None:
        """Return in a sentence what keeps it from being written, or `None`."""
        return self._engine.trouble()
