"""Locating what a person acts on: a message, a view, an element by its action_id."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.sandbox.blocks import elements_of
from bot.sandbox.checks import Json
from bot.sandbox.errors import NotPossibleError
from bot.sandbox.records import Attachment, Channel, Message, Person, State, View

if TYPE_CHECKING:
    from bot.sandbox.workspace import Workspace

Container = str | Json
"""A message or a view as returned by Member, `{"channel": …, "ts": …}`, `{"view_id": …}`, or a view's id."""


@dataclass(frozen=True)
class Place:
    """Where a person acts: on a message in a channel, or in a view."""

    channel: Channel | None = None
    message: Message | None = None
    view: View | None = None
    #: One of the message's, to act on that alone.
    attachment: Attachment | None = None

    @property
    def blocks(self) -> list[Json]:
        """The blocks of the view, of the attachment, or of the message with its attachments."""
        if self.view is not None:
            return self.view.blocks
        if self.attachment is not None:
            return self.attachment.blocks
        if self.message is None:
            return []
        return [*(self.message.blocks or []), *(b for each in self.message.attachments for b in each.blocks)]

    def attachment_with(self, block: Json) -> Attachment | None:
        """Return the attachment that holds this block, None for a block of the message or of a view."""
        attachments = self.message.attachments if self.message else []
        return next((each for each in attachments if any(block is other for other in each.blocks)), None)

    def state(self, person: Person) -> State:
        """Return the values of this person's inputs here."""
        if self.view is not None:
            return self.view.state
        if self.message is None:
            return {}
        return self.message.states.setdefault(person.id, {})


def find_place(workspace: "Workspace", person: Person, container: Container) -> Place:
    """Return the place that `container` names, if this person can act there. Raises NotPossibleError."""
    if isinstance(container, str):
        return Place(view=find_view(workspace, person, container))
    view_id = container.get("view_id") or container.get("id")
    if view_id is not None:
        return Place(view=find_view(workspace, person, str(view_id)))
    channel = workspace.channel(str(container.get("channel")))
    if person.id not in channel.members:
        raise NotPossibleError(f"{person.name} must join #{channel.name} before acting there.")
    message = find_message(workspace, person, channel, str(container.get("ts")))
    return Place(channel, message, attachment=_attachment(message, container.get("attachment_id")))


def _attachment(message: Message, attachment_id: Any) -> Attachment | None:
    if attachment_id is None:
        return None
    found = next((each for each in message.attachments if each.id == attachment_id), None)
    if found is None:
        raise NotPossibleError(f"The message {message.ts} has no attachment {attachment_id}.")
    return found


def find_message(workspace: "Workspace", person: Person, channel: Channel, ts: str) -> Message:
    """Return the message with this `ts`, if this person sees it. Raises NotPossibleError."""
    if person.id not in channel.members and (channel.is_private or channel.is_im):
        raise NotPossibleError(f"{person.name} does not see #{channel.name}.")
    for message in workspace.visible(channel, to=person.id):
        if message.ts == ts:
            return message
    raise NotPossibleError(f"{person.name} sees no message {ts} in #{channel.name}.")


def find_view(workspace: "Workspace", person: Person, view_id: str) -> View:
    """Return the view if it is this person's topmost modal or Home tab. Raises NotPossibleError."""
    view = workspace.views.get(view_id)
    reachable = [*person.views[-1:], *([person.home] if person.home else [])]
    if view is None or view not in reachable:
        raise NotPossibleError(f"{person.name} cannot reach the view {view_id}: it is closed or covered.")
    return view


def find_element(
    place: Place,
    action_id: str,
    *,
    block_id: str | None = None,
    value: Any = None,
    kinds: Collection[str] = (),
) -> tuple[Json, Json]:
    """Return the block and the element with `action_id`; `block_id` and `value` choose among several.

    `kinds` are the types that it may have, where not any. Raises NotPossibleError.
    """
    pairs = [(block, element) for block in place.blocks for element in elements_of(block)]
    matches = [
        (block, element)
        for block, element in pairs
        if element["action_id"] == action_id
        and block_id in {None, block["block_id"]}
        and (value is None or value in _values(element))
        and (not kinds or element["type"] in kinds)
    ]
    if len(matches) == 1:
        return matches[0]
    present = ", ".join(f"{element['action_id']} in {block['block_id']}" for block, element in pairs)
    raise NotPossibleError(
        f"{len(matches)} {next(iter(kinds), 'element')}s match {action_id!r}; "
        "block_id or value choose one of several. "
        f"Present: {present}."
    )


def clicked(element: Json, value: Any) -> Json:
    """Return the button itself, or that of two for feedback with the value. Raises NotPossibleError."""
    if element["type"] == "button":
        return element
    halves: list[Json] = _halves(element)
    found = [each for each in halves if each["value"] == value]
    if len(found) != 1:
        offered = ", ".join(each["value"] for each in halves)
        raise NotPossibleError(f"A value chooses one of two buttons for feedback: {offered}.")
    return found[0]


def _values(element: Json) -> list[Any]:
    if element["type"] == "feedback_buttons":
        return [each["value"] for each in _halves(element)]
    return [element.get("value")]


def _halves(element: Json) -> list[Json]:
    return [element["positive_button"], element["negative_button"]]
