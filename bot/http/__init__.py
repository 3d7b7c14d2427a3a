"""The small web server: what it serves besides Slack's requests, and how it holds out against strangers."""
