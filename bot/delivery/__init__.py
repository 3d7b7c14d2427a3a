"""Digests on their way into channels: scheduled, opened, posted at Slack's pace, and read back."""
