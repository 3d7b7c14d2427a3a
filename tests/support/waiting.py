"""How long a test waits, in real time, for what happens outside of its own process."""

PATIENCE = 120.0
"""Seconds after which a wait fails the test instead of hanging it; no test passes or fails by less."""
