"""The tables, as SQLite through sqlite-utils; no SQL lives anywhere else."""
