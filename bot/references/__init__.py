"""A person's saved papers as other programs keep references, written and read; pure."""
