"""What a person can do, and what they see: acts in process, as the page and other processes do by HTTP."""

import asyncio
import re
from collections.abc import Callable
from typing import Any, TypeVar

from bot.sandbox import payloads, seen, transcript
from bot.sandbox.config import Command
from bot.sandbox.errors import NeverSeenError, NotAnsweredError, NotPossibleError, RefusedError
from bot.sandbox.inputs import chosen, complaint, is_empty, option_with_value
from bot.sandbox.methods.views import checked_view, show
from bot.sandbox.records import Channel, Message, Person, ResponseUrl, View
from bot.sandbox.responses import respond
from bot.sandbox.shapes import Json
from bot.sandbox.socket_mode import SocketMode
from bot.sandbox.targets import Container, Place, find_element, find_message, find_place
from bot.sandbox.text import escaped
from bot.sandbox.workspace import Workspace

_Seen = TypeVar("_Seen")
_TROUBLE = "We had some trouble connecting. Try again?"


class Member:
    """One person of the workspace, who acts and looks.

    Acts return once the app has acknowledged, and raise NotAnsweredError where it did not in time,
    NotPossibleError where the person could not do that at all.
    """

    def __init__(self, workspace: Workspace, socket_mode: SocketMode, person: Person) -> None:
        self._workspace = workspace
        self._socket_mode = socket_mode
        self._person = person

    @property
    def id(self) -> str:
        """The user id, `U…`."""
        return self._person.id

    # ---- Writing

    async def message(self, channel: str, text: str, thread: Json | None = None) -> Json:
        """Write a message, in the thread of `thread` where one is given, and return it."""
        where = self._own_channel(channel)
        home = self._workspace.manifest.features.app_home
        if where.is_im and (not home.messages_tab_enabled or home.messages_tab_read_only_enabled):
            raise NotPossibleError("Sending messages to this app has been turned off.")
        thread_ts = thread.get("thread_ts", thread["ts"]) if thread else None
        new = Message(self._workspace.new_ts(), where.id, self.id, self._typed(text), thread_ts=thread_ts)
        self._workspace.add_message(where, new)
        self._announce(where, new)
        return next(each for each in self.messages(where.id) if each["ts"] == new.ts)

    def _announce(self, channel: Channel, message: Message) -> None:
        if self._workspace.bot.id not in channel.members:
            return
        kinds = {"channels": "channel", "groups": "group", "im": "im"}
        event = {**self._workspace.message_json(message), "channel": channel.id}
        event["channel_type"] = kinds[channel.kind]
        self._workspace.emit(f"message.{channel.kind}", f"{channel.kind}:history", event)
        if f"<@{self._workspace.bot.id}>" in message.text:
            self._workspace.emit("app_mention", "app_mentions:read", {**event, "type": "app_mention"})

    def _typed(self, text: str) -> str:
        names = {person.name: person.id for person in self._workspace.people.values()}
        names[self._workspace.bot.name] = self._workspace.bot.id
        return re.sub(
            r"@([a-z0-9._-]+)", lambda m: f"<@{names[m[1]]}>" if m[1] in names else m[0], escaped(text)
        )

    async def command(self, channel: str, text: str) -> None:
        """Say a slash command, such as `/papers saved`."""
        where = self._own_channel(channel)
        name, _, rest = text.partition(" ")
        known = self._workspace.manifest.features.slash_commands
        command = next((each for each in known if each.command == name), None)
        if command is None:
            self._workspace.notify(self._person, f"{name} is not a valid command.")
            raise NotPossibleError(f"{name} is not a command of the app's manifest.")
        if "commands" not in self._workspace.scopes:
            raise NotPossibleError("The app has no scope `commands`, so Slack offers none.")
        rest = self._escaped_command(rest.strip(), command)
        payload = payloads.slash_command(self._workspace, self._person, where, command, rest)
        answer = await self._ask("slash_commands", payload, f"{name} failed with the error ")
        if answer:
            self._respond_to_command(where, answer)

    def _escaped_command(self, text: str, command: Command) -> str:
        text = escaped(text)
        if not command.should_escape:
            return text
        for person in self._workspace.people.values():
            text = re.sub(rf"(?<!\S)@{re.escape(person.name)}(?!\S)", f"<@{person.id}|{person.name}>", text)
        for channel in self._workspace.channels.values():
            name = "" if channel.is_private else channel.name
            text = re.sub(rf"(?<!\S)#{re.escape(channel.name)}(?!\S)", f"<#{channel.id}|{name}>", text)
        return re.sub(r"(?<!\S)(https?://\S+)", r"<\1>", text)

    def _respond_to_command(self, channel: Channel, answer: Json) -> None:
        place = ResponseUrl(self.id, channel.id, self._workspace.clock.now())
        try:
            respond(self._workspace, place, answer)
        except RefusedError as refused:
            raise self._bad_answer(
                f"Slack refuses the answer in the acknowledgement: {refused}."
            ) from refused

    # ---- Acting on blocks

    async def click(
        self, container: Container, action_id: str, *, value: str | None = None, block_id: str | None = None
    ) -> None:
        """Press a button; `value` or `block_id` choose among several with this action_id."""
        place = find_place(self._workspace, self._person, container)
        block, button = find_element(place, action_id, block_id=block_id, value=value, kind="button")
        told: Json = {key: button[key] for key in ("text", "value", "style", "url") if key in button}
        await self._act(place, block, {**told, "type": "button"}, button)

    async def overflow(
        self, container: Container, action_id: str, value: str, *, block_id: str | None = None
    ) -> None:
        """Choose the option with `value` of an overflow menu."""
        place = find_place(self._workspace, self._person, container)
        block, menu = find_element(place, action_id, block_id=block_id, kind="overflow")
        option = option_with_value(menu, value)
        await self._act(place, block, {"type": "overflow", "selected_option": option}, menu)

    async def select(
        self, container: Container, action_id: str, value: Any, *, block_id: str | None = None
    ) -> None:
        """Set an input: an option's value, a list of those, a date, a time, a text, a number, or None."""
        place = find_place(self._workspace, self._person, container)
        block, element = find_element(place, action_id, block_id=block_id)
        new = chosen(element, value)
        place.state(self._person).setdefault(block["block_id"], {})[action_id] = new
        self._workspace.changed()
        if block["type"] != "input" or block.get("dispatch_action"):
            await self._act(place, block, new, element)

    async def _act(self, place: Place, block: Json, told: Json, element: Json) -> None:
        if not self._workspace.manifest.settings.interactivity.is_enabled:
            raise NotPossibleError("The manifest does not enable interactivity: Slack shows an error icon.")
        action = {
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            **told,
            "action_ts": self._workspace.new_ts(),
        }
        await self._ask("interactive", self._action_payload(place, action), "The app did not answer: ")

    def _action_payload(self, place: Place, action: Json) -> Json:
        if place.view is not None:
            return payloads.actions_in_view(self._workspace, self._person, place.view, action)
        if place.channel is None or place.message is None:
            raise NotPossibleError("There is neither a message nor a view to act on.")
        return payloads.actions_in_message(
            self._workspace, self._person, place.channel, place.message, action
        )

    async def shortcut(self, callback_id: str, message: Json | None = None) -> None:
        """Run a shortcut, on a message where it is one of those."""
        kind = "message" if message else "global"
        offered = [each for each in self._workspace.manifest.features.shortcuts if each.type == kind]
        wanted = next((each for each in offered if each.callback_id == callback_id), None)
        if wanted is None:
            raise NotPossibleError(f"The manifest has no {kind} shortcut {callback_id!r}.")
        if message is None:
            payload = payloads.shortcut(self._workspace, self._person, wanted)
        else:
            channel, found = self._found(message)
            if found.ephemeral_to is not None:
                raise NotPossibleError("Slack offers no shortcuts on ephemeral messages.")
            payload = payloads.message_action(self._workspace, self._person, channel, found, wanted)
        await self._ask("interactive", payload, "The app did not answer: ")

    # ---- Modals

    async def submit(
        self, view: Container, values: dict[str, dict[str, Any]] | None = None
    ) -> dict[str, str]:
        """Fill inputs and send the modal in; return the errors by block_id, none where all was well.

        What Slack's client itself refuses (a missing value, one too long) does not reach the app.
        """
        found = self._modal(view)
        place = Place(view=found)
        for block_id, actions in (values or {}).items():
            for action_id, value in actions.items():
                _, element = find_element(place, action_id, block_id=block_id)
                found.state[block_id][action_id] = chosen(element, value)
        found.errors = _complaints(found)
        self._workspace.changed()
        if not found.errors:
            payload = payloads.view_submission(self._workspace, self._person, found)
            self._submitted(found, await self._ask("interactive", payload, _TROUBLE + " "))
        return found.errors

    def _modal(self, container: Container) -> View:
        view = find_place(self._workspace, self._person, container).view
        if view is None or view.type != "modal":
            raise NotPossibleError("Only a modal can be sent in or closed.")
        return view

    def _submitted(self, view: View, answer: Json | None) -> None:
        action = (answer or {}).get("response_action")
        try:
            if not answer:
                self._workspace.drop_view(view)
            elif action == "errors":
                self._show_errors(view, answer.get("errors"))
            elif action == "clear":
                self._clear()
            elif action in {"update", "push"}:
                self._show_next(view, checked_view(answer.get("view"), "modal"), pushed=action == "push")
            else:
                raise self._bad_answer(f"Slack knows no response_action {action!r}.")
        except RefusedError as refused:
            raise self._bad_answer(
                f"Slack refuses the view in the acknowledgement: {refused.body}."
            ) from refused

    def _show_errors(self, view: View, errors: Any) -> None:
        inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
        if not isinstance(errors, dict) or not errors or not errors.keys() <= inputs:
            raise self._bad_answer(f"Errors must name input blocks of the view; got {errors!r}.")
        view.errors = {block_id: str(sentence) for block_id, sentence in errors.items()}
        self._workspace.changed()

    def _show_next(self, view: View, definition: Json, *, pushed: bool) -> None:
        if pushed and self._workspace.view_stack_is_full(self._person):
            raise self._bad_answer("No more than three views can be open.")
        if pushed:
            show(self._workspace, self.id, definition, pushed=True)
        else:
            self._workspace.make_view(self.id, definition, before=view)
            self._workspace.changed()

    def _clear(self) -> None:
        for view in list(self._person.views):
            self._workspace.drop_view(view)

    async def close(self, view: Container) -> None:
        """Close a modal without sending it in; the app hears of it where it asked to."""
        found = self._modal(view)
        clears = bool(found.definition.get("clear_on_close"))
        closed = list(reversed(self._person.views)) if clears else [found]
        for each in closed:
            self._workspace.drop_view(each)
        for each in closed:
            if each.definition.get("notify_on_close"):
                payload = payloads.view_closed(self._workspace, self._person, each, is_cleared=clears)
                await self._ask("interactive", payload, _TROUBLE + " ")

    # ---- Channels and the Home tab

    async def open_home(self) -> None:
        """Open the app's Home tab."""
        if not self._workspace.manifest.features.app_home.home_tab_enabled:
            raise NotPossibleError("The manifest does not enable the Home tab.")
        event: Json = {
            "type": "app_home_opened",
            "user": self.id,
            "channel": self._workspace.direct(self.id).id,
            "tab": "home",
        }
        if self._person.home is not None:
            event["view"] = self._workspace.view_json(self._person.home)
        self._workspace.emit("app_home_opened", None, event)

    async def react(self, message: Json, name: str) -> None:
        """Add a reaction, by its name without colons."""
        _, found = self._found(message)
        users = found.reactions.setdefault(name, [])
        if self.id in users:
            raise NotPossibleError(f"{self._person.name} has reacted with :{name}: already.")
        users.append(self.id)
        self._reacted("reaction_added", found, name)

    async def unreact(self, message: Json, name: str) -> None:
        """Take a reaction back."""
        _, found = self._found(message)
        users = found.reactions.get(name, [])
        if self.id not in users:
            raise NotPossibleError(f"{self._person.name} has not reacted with :{name}:.")
        users.remove(self.id)
        if not users:
            del found.reactions[name]
        self._reacted("reaction_removed", found, name)

    def _reacted(self, kind: str, message: Message, name: str) -> None:
        self._workspace.changed()
        if self._workspace.bot.id not in self._workspace.channels[message.channel].members:
            return
        item = {"type": "message", "channel": message.channel, "ts": message.ts}
        event = {"type": kind, "user": self.id, "reaction": name, "item": item, "item_user": message.user}
        self._workspace.emit(kind, "reactions:read", event)

    async def invite(self, channel: str) -> None:
        """Invite the bot into a channel."""
        where = self._own_channel(channel)
        if where.is_archived or where.is_im or self._workspace.bot.id in where.members:
            raise NotPossibleError(
                f"The app cannot be invited to #{where.name}: it is there, or nobody can be."
            )
        where.members.add(self._workspace.bot.id)
        self._workspace.changed()
        event = {
            "type": "member_joined_channel",
            "user": self._workspace.bot.id,
            "channel": where.id,
            "channel_type": "G" if where.is_private else "C",
            "team": self._workspace.team_id,
            "inviter": self.id,
        }
        self._workspace.emit("member_joined_channel", f"{where.kind}:read", event)

    async def remove(self, channel: str) -> None:
        """Remove the bot from a channel."""
        where = self._own_channel(channel)
        if where.is_im or self._workspace.bot.id not in where.members:
            raise NotPossibleError(f"The app is not in #{where.name}.")
        where.members.remove(self._workspace.bot.id)
        self._workspace.changed()
        kind = "group_left" if where.is_private else "channel_left"
        self._workspace.emit(
            kind, f"{where.kind}:read", {"type": kind, "channel": where.id, "actor_id": self.id}
        )

    async def archive(self, channel: str) -> None:
        """Archive a channel."""
        where = self._own_channel(channel)
        if where.is_im or where.is_archived:
            raise NotPossibleError(f"#{where.name} cannot be archived.")
        where.is_archived = True
        self._workspace.changed()
        event = {"channel": where.id, "user": self.id, "is_moved": 0}
        self._channel_changed(where, "archive", event)

    async def rename(self, channel: str, name: str) -> None:
        """Give a channel another name."""
        where = self._own_channel(channel)
        taken = any(each.name == name for each in self._workspace.channels.values() if not each.is_im)
        if where.is_im or taken or not name:
            raise NotPossibleError(f"#{where.name} cannot be called {name!r}.")
        where.previous_names.insert(0, where.name)
        where.name = name
        self._workspace.changed()
        told = {
            "id": where.id,
            "name": name,
            "name_normalized": name,
            "created": int(where.created.timestamp()),
        }
        self._channel_changed(where, "rename", {"channel": told})

    def _channel_changed(self, channel: Channel, what: str, event: Json) -> None:
        if channel.is_private and self._workspace.bot.id not in channel.members:
            return
        kind = f"{'group' if channel.is_private else 'channel'}_{what}"
        self._workspace.emit(kind, f"{channel.kind}:read", {"type": kind, **event})

    async def delete(self, message: Json) -> None:
        """Delete an own message, any message as an admin, or dismiss an ephemeral one."""
        channel, found = self._found(message)
        if found.ephemeral_to is None and found.user != self.id and not self._person.is_admin:
            raise NotPossibleError(f"{self._person.name} may not delete what others wrote.")
        before = self._workspace.message_json(found)
        self._workspace.remove_message(channel, found)
        if found.ephemeral_to is not None or self._workspace.bot.id not in channel.members:
            return
        event = {
            "type": "message",
            "subtype": "message_deleted",
            "hidden": True,
            "channel": channel.id,
            "channel_type": {"channels": "channel", "groups": "group", "im": "im"}[channel.kind],
            "ts": self._workspace.new_ts(),
            "deleted_ts": found.ts,
            "previous_message": before,
        }
        self._workspace.emit(f"message.{channel.kind}", f"{channel.kind}:history", event)

    # ---- Looking

    def view(self) -> Json:
        """Return all that this person sees, as `GET /control/view` tells it."""
        return seen.view_of(self._workspace, self._person)

    def messages(self, channel: str) -> list[Json]:
        """Return the messages that this person sees in a channel, replies among them, in order."""
        where = self._workspace.channel(channel)
        if where not in seen.channels_of(self._workspace, self._person):
            raise NotPossibleError(f"{self._person.name} does not see #{where.name}.")
        return seen.messages_of(self._workspace, self._person, where)

    def thread(self, message: Json) -> list[Json]:
        """Return a message and the replies to it, ephemeral ones too."""
        top = message.get("thread_ts", message["ts"])
        return [
            each for each in self.messages(message["channel"]) if top in {each["ts"], each.get("thread_ts")}
        ]

    def direct_messages(self) -> list[Json]:
        """Return the messages of the conversation with the app."""
        return self.messages(self._workspace.direct(self.id).id)

    def modals(self) -> list[Json]:
        """Return the modals that are open, the one on top last."""
        modals: list[Json] = self.view()["modals"]
        return modals

    def home(self) -> Json | None:
        """Return the Home tab, None where the app has not published one."""
        home: Json | None = self.view()["home"]
        return home

    def transcript(self, channel: str) -> str:
        """Return the conversation in a channel as this person sees it, as text."""
        return transcript.of_messages(self.messages(channel), self._workspace.name_of)

    def everything(self) -> str:
        """Return all that this person sees as text: each channel that holds something, views and notices."""
        view = self.view()
        parts = []
        for channel in view["channels"]:
            messages = view["messages"][channel["id"]]
            if messages:
                parts.append(
                    f"#{channel['name']}\n{transcript.of_messages(messages, self._workspace.name_of)}"
                )
        views = [*view["modals"], *([view["home"]] if view["home"] else [])]
        parts += [f"({each['type']})\n{transcript.of_view(each, self._workspace.name_of)}" for each in views]
        parts += [f"(notice) {notice['text']}" for notice in view["notices"]]
        return "\n\n".join(parts) or "(nothing)"

    async def sees(self, condition: Callable[[Json], _Seen], within: float = 5.0) -> _Seen:
        """Wait until `condition` of what this person sees is true, and return what it gave.

        `within` is in real seconds; nothing is polled, each change is looked at. Raises NeverSeenError.
        """
        changed = asyncio.Event()
        stop = self._workspace.subscribe(changed.set)
        try:
            async with asyncio.timeout(within):
                while True:
                    changed.clear()
                    if found := condition(self.view()):
                        return found
                    await changed.wait()
        except TimeoutError:
            raise NeverSeenError(
                f"{self._person.name} did not see within {within} s what was waited for, but:\n"
                + self.everything()
            ) from None
        finally:
            stop()

    # ---- Helpers

    def _own_channel(self, reference: str) -> Channel:
        channel = self._workspace.channel(reference)
        if self.id not in channel.members:
            raise NotPossibleError(f"{self._person.name} is not in #{channel.name}.")
        return channel

    def _found(self, message: Json) -> tuple[Channel, Message]:
        channel = self._workspace.channel(message["channel"])
        return channel, find_message(self._workspace, self._person, channel, message["ts"])

    async def _ask(self, kind: str, payload: Json, complaint_before: str) -> Json | None:
        try:
            return await self._socket_mode.ask(kind, payload)
        except NotAnsweredError as unanswered:
            self._workspace.notify(self._person, f"{complaint_before}{unanswered.code}")
            raise

    def _bad_answer(self, sentence: str) -> NotAnsweredError:
        self._workspace.notify(self._person, _TROUBLE)
        return NotAnsweredError("invalid_response", sentence)


def _complaints(view: View) -> dict[str, str]:
    errors: dict[str, str] = {}
    for block in view.blocks:
        if block["type"] != "input":
            continue
        element = block["element"]
        value = view.state.get(block["block_id"], {}).get(element["action_id"])
        if is_empty(value):
            if not block.get("optional"):
                errors[block["block_id"]] = "Please complete this required field."
        elif value is not None and (said := complaint(element, value)):
            errors[block["block_id"]] = said
    return errors
