"""Slack -> bot: each handler acks, parses, calls and renders; one file per thing that a person does."""

from slack_bolt.async_app import AsyncApp

from handlers import (
    card_links,
    deliveries,
    failures,
    home,
    invitations,
    preferences,
    saved_papers,
    slash_command,
    subscriptions,
    summaries,
)
from handlers.parts import Parts


def register(app: AsyncApp, parts: Parts) -> None:
    """Have the app listen to all that a person can do."""
    for module in (
        slash_command,
        saved_papers,
        card_links,
        summaries,
        home,
        preferences,
        subscriptions,
        deliveries,
        invitations,
        failures,
    ):
        module.register(app, parts)
