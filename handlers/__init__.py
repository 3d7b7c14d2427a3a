"""Slack -> bot: handlers ack, parse, call and render; one module per thing a person does."""

from slack_bolt.async_app import AsyncApp

from handlers import (
    card_links,
    deliveries,
    discussions,
    events,
    failures,
    follows,
    for_you,
    forget,
    home,
    imports,
    invitations,
    links,
    message_shortcut,
    my_settings,
    opened_papers,
    preferences,
    reactions,
    readers,
    saved_form,
    saved_papers,
    search_modal,
    shares,
    shelf,
    slash_command,
    subscriptions,
    summaries,
    topics,
    uninstalls,
    unknown,
)
from handlers.parts import Parts


def register(app: AsyncApp, parts: Parts) -> None:
    """Register every handler with the app."""
    for module in (
        events,
        slash_command,
        saved_papers,
        opened_papers,
        search_modal,
        shares,
        saved_form,
        card_links,
        summaries,
        home,
        for_you,
        my_settings,
        preferences,
        subscriptions,
        deliveries,
        discussions,
        invitations,
        links,
        message_shortcut,
        forget,
        follows,
        topics,
        reactions,
        readers,
        shelf,
        imports,
        uninstalls,
        failures,
        unknown,
    ):
        module.register(app, parts)
