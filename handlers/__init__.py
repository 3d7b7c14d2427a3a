"""Slack -> bot: each handler acks, parses, calls and renders; one file per thing that a person does."""
