"""Data -> Block Kit: pure functions, with no client, no database and no clock."""
