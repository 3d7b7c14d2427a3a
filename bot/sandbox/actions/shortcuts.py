"""Running shortcuts."""

from bot.sandbox import payloads
from bot.sandbox.actions.actor import Actor
from bot.sandbox.checks import Json
from bot.sandbox.errors import NotPossibleError
from bot.sandbox.sentences import NO_RESPONSE


async def run_shortcut(actor: Actor, callback_id: str, reference: Json | None) -> None:
    """Run a shortcut, on a message if `reference` names one. Raises NotPossibleError, NotAnsweredError."""
    kind = "message" if reference else "global"
    offered = [each for each in actor.workspace.manifest.features.shortcuts if each.type == kind]
    shortcut = next((each for each in offered if each.callback_id == callback_id), None)
    if shortcut is None:
        raise NotPossibleError(f"The manifest has no {kind} shortcut {callback_id!r}.")
    if reference is None:
        payload = payloads.shortcut(actor.workspace, actor.person, shortcut)
    else:
        channel, message = actor.message(reference)
        if message.ephemeral_to is not None:
            raise NotPossibleError("Slack offers no shortcuts on ephemeral messages.")
        payload = payloads.message_action(actor.workspace, actor.person, channel, message, shortcut)
    await actor.send("interactive", payload, NO_RESPONSE)
