"""What this version does not send: acknowledged, so that Slack shows no failure, and answered."""

import re

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.errors import UnreadableValueError
from handlers.clicks import Click, Submission, listen, listen_to_form
from handlers.parts import Parts

_ANY = re.compile("")


def register(app: AsyncApp, parts: Parts) -> None:
    """Listen to what no other handler listens to; to be registered last."""
    listen(app, parts, _ANY, _on_click)
    listen_to_form(app, parts, _ANY, _on_submit)
    for listener in (app.shortcut, app.options, app.view_closed, app.event):
        listener(_ANY)(_on_anything)


async def _on_click(_parts: Parts, click: Click) -> None:
    if not click.is_link:
        raise UnreadableValueError("button")


async def _on_submit(_parts: Parts, _submission: Submission) -> None:
    raise UnreadableValueError("form")


async def _on_anything(ack: AsyncAck) -> None:
    await ack()
