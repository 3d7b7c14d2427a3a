"""Digests on their way into channels: opened, written down, posted at Slack's pace, read back."""
