"""Pure functions from data to Block Kit, without a client, a database or a clock."""
