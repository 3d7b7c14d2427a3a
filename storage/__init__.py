"""The tables, in SQLite through sqlite-utils; all SQL lives here."""
