"""The databases that hold the tables: SQLite, and PostgreSQL beside it."""
