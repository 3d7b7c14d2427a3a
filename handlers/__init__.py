"""Slack -> bot: each handler acks, parses, calls and renders; one file per thing that a person does."""

from slack_bolt.async_app import AsyncApp

from handlers import (
    arriving,
    asking,
    digests,
    failing,
    home,
    reading,
    recovering,
    saving,
    settings,
    summaries,
)
from handlers.parts import Parts


def register(app: AsyncApp, parts: Parts) -> None:
    """Have the app listen to all that a person can do."""
    for module in (
        asking,
        saving,
        reading,
        summaries,
        home,
        settings,
        digests,
        recovering,
        arriving,
        failing,
    ):
        module.register(app, parts)
