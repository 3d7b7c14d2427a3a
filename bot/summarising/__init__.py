"""Which summaries are wanted, and how one is made and kept."""
