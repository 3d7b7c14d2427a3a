"""The system card: what writes summaries in an installation, what is checked, and what can still go wrong."""
