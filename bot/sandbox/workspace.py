"""The workspace: people, channels, messages, files, views; Web API calls through faults and rate limits.

It has no server and no sockets, so that a simulation can call it directly.
"""

import hashlib
import heapq
import itertools
import secrets
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, Protocol

from bot.sandbox import file_objects, serializers
from bot.sandbox.checks import Json
from bot.sandbox.clock import Clock, RunningClock
from bot.sandbox.config import Configuration, Manifest
from bot.sandbox.errors import ConfigurationError, ConnectionLostError, NotPossibleError, RefusedError
from bot.sandbox.faults import Faults, Plan
from bot.sandbox.inputs import initial_state
from bot.sandbox.rate_limits import Limits, ratelimited
from bot.sandbox.records import CallRecord, Channel, Draft, File, Message, Person, ResponseUrl, Trigger, View
from bot.sandbox.rules import limit
from bot.sandbox.tokens import BotTokens

_CALLS_KEPT = 20_000
_IDS_A_WORKSPACE = 1_000_000
_KEYS_KEPT = timedelta(hours=1)
"""How long expired triggers and response URLs are kept, to distinguish them from unknown ones."""


@dataclass(frozen=True)
class Response:
    """A response of the Web API: HTTP status, body as an object, and headers."""

    status: int
    body: Json
    headers: Mapping[str, str]


class Methods(Protocol):
    """The Web API's methods. They are passed in: methods import the workspace, never the reverse."""

    @property
    def names(self) -> Collection[str]:
        """The names of all methods."""
        ...

    def run(
        self,
        workspace: "Workspace",
        name: str,
        arguments: dict[str, Any],
        token: str | None,
        *,
        show_after: float,
        limited: bool,
    ) -> Json:
        """Run the method called `name` and return its response body. Raises RefusedError."""
        ...


def _failed(plan: Plan) -> Response:
    if plan.status == HTTPStatus.TOO_MANY_REQUESTS:
        refused = ratelimited(plan.retry_after)
        return Response(refused.status, refused.body, refused.headers)
    return Response(plan.status or HTTPStatus.OK, {"ok": False, "error": plan.error or "internal_error"}, {})


class Workspace:
    """One team with one app installed; `create_workspace` creates it with the sandbox's own methods.

    Raises ConfigurationError.
    """

    def __init__(
        self,
        manifest: Mapping[str, Any],
        methods: Methods,
        clock: Clock | None = None,
        config: Configuration | Mapping[str, Any] | None = None,
    ) -> None:
        self.manifest = Manifest.read(manifest)
        #: As it was given, with what the sandbox does not use.
        self.written_manifest: Json = dict(manifest)
        self.config = Configuration.read(config)
        self.clock: Clock = clock or RunningClock()
        self._methods = methods
        self.faults = Faults(methods.names)
        self.limits = Limits(self.config.rates)
        number = self.config.number
        self.team_id, self.app_id, self.bot_id = f"T{number:010d}", "A0000000001", f"B{number:010d}"
        self.is_installed = self.config.is_installed
        self.is_org_wide = False
        self.tokens = BotTokens()
        if self.config.is_installed:
            self.tokens.issue(self.config.bot_token)
        self.scopes = tuple(s for s in self.manifest.scopes if s not in self.config.withheld_scopes)
        self.calls: deque[CallRecord] = deque(maxlen=_CALLS_KEPT)
        self.revision = 0
        self.event_outlet: Callable[[Json], None] | None = None
        self.timer: Callable[[float], None] | None = None
        self.connection_url: Callable[[], str] | None = None
        self.response_url_base = "http://127.0.0.1/response/"
        self.files_url_base = "http://127.0.0.1/"
        self._listeners: list[Callable[[], None]] = []
        self._later: list[tuple[datetime, int, Callable[[], None]]] = []
        self._serial = itertools.count((number - 1) * _IDS_A_WORKSPACE + 1)
        self._last_ts = datetime.fromtimestamp(0, UTC)
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.views: dict[str, View] = {}
        self.files: dict[str, File] = {}
        self.uploads: dict[str, File] = {}
        self.drafts: dict[str, Draft] = {}
        self.bot = self._bot_user()
        self.people: dict[str, Person] = {}
        self.channels: dict[str, Channel] = {}
        self._populate()

    @property
    def bot_token(self) -> str:
        """The token that the bot user has from the start, `xoxb-…`."""
        return self.config.bot_token

    @property
    def app_token(self) -> str:
        """The app-level token for Socket Mode, `xapp-…`."""
        return self.config.app_token

    # ---- Initial state

    def _bot_user(self) -> Person:
        name = self.manifest.name
        user_name = "".join(letter for letter in name.lower() if letter.isalnum()) or "app"
        # An installation for a whole organisation has one bot user in all its workspaces.
        enterprise = self.config.enterprise
        user_id = f"U{enterprise.id[1:]}" if enterprise else self.new_id("U")
        return Person(user_id, user_name, name, "en-US", "America/Los_Angeles", is_bot=True)

    def _populate(self) -> None:
        for person in self.config.people:
            added = Person(self.new_id("U"), **person.model_dump())
            self.people[added.id] = added
        if len({channel.name for channel in self.config.channels}) < len(self.config.channels):
            raise ConfigurationError("Two channels have the same name; names must be unique.")
        for channel in self.config.channels:
            named = channel.members if channel.members is not None else [p.name for p in self.people.values()]
            members = self._ids_of(named) | ({self.bot.id} if channel.has_bot else set())
            self._add_channel(
                channel.name,
                members,
                is_private=channel.is_private,
                is_archived=channel.is_archived,
                is_ext_shared=channel.is_ext_shared,
                posting=channel.posting,
            )
        for added in self.people.values():
            self._add_channel(added.name, {added.id, self.bot.id}, im_with=added.id)

    def _ids_of(self, names: Iterable[str]) -> set[str]:
        try:
            return {self.person(name).id for name in names}
        except NotPossibleError as error:
            raise ConfigurationError(f"Invalid channel: {error}") from error

    def _add_channel(self, name: str, members: set[str], **more: Any) -> None:
        prefix = "D" if more.get("im_with") else "C"
        creator = next(iter(self.people))
        channel = Channel(self.new_id(prefix), name, self.clock.now(), creator, members, **more)
        self.channels[channel.id] = channel

    def deactivate_bot(self) -> None:
        """Take the bot user out of all channels, as Slack does when its token is revoked."""
        for channel in self.channels.values():
            if not channel.is_im:
                channel.members.discard(self.bot.id)
        self.changed()

    def new_id(self, prefix: str) -> str:
        """Return a new id in Slack's format: `prefix` and ten digits."""
        return f"{prefix}{next(self._serial):010d}"

    def new_key(self, *parts: str) -> str:
        """Return a new key, unpredictable from the keys of another workspace."""
        seed = "/".join((self.team_id, self.config.bot_token, str(next(self._serial)), *parts))
        return hashlib.sha256(seed.encode()).hexdigest()

    def new_ts(self) -> str:
        """Return the next message timestamp: the current time, but always later than the last."""
        self._last_ts = max(self.clock.now(), self._last_ts + timedelta(microseconds=1))
        return f"{int(self._last_ts.timestamp())}.{self._last_ts.microsecond:06d}"

    # ---- Changes and time

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` after each change; return the function that unsubscribes it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def changed(self) -> None:
        """Increment the revision and call the listeners."""
        self.revision += 1
        for listener in list(self._listeners):
            listener()

    def later(self, seconds: float, effect: Callable[[], None]) -> None:
        """Schedule `effect` in `seconds`."""
        due = self.clock.now() + timedelta(seconds=seconds)
        heapq.heappush(self._later, (due, next(self._serial), effect))
        if self.timer is not None:
            self.timer(seconds)

    def settle(self) -> None:
        """Run the scheduled effects that are due; every call starts with this."""
        while self._later and self._later[0][0] <= self.clock.now():
            heapq.heappop(self._later)[2]()

    # ---- Lookups

    def person(self, reference: str) -> Person:
        """Return the person with this id or name. Raises NotPossibleError."""
        for person in self.people.values():
            if reference in {person.id, person.name, f"@{person.name}"}:
                return person
        names = ", ".join(person.name for person in self.people.values())
        raise NotPossibleError(f"No person is called {reference!r}; people: {names}.")

    def channel(self, reference: str) -> Channel:
        """Return the channel with this id or name (`#papers` or `papers`). Raises NotPossibleError."""
        for channel in self.channels.values():
            if reference == channel.id or (not channel.is_im and reference.removeprefix("#") == channel.name):
                return channel
        names = ", ".join(f"#{channel.name}" for channel in self.channels.values() if not channel.is_im)
        raise NotPossibleError(f"No channel is called {reference!r}; channels: {names}.")

    def direct(self, person_id: str) -> Channel:
        """Return the direct messages between this person and the app."""
        return next(channel for channel in self.channels.values() if channel.im_with == person_id)

    def name_of(self, some_id: str) -> str | None:
        """Return `@name` or `#name` for an id, None if it is unknown."""
        if some_id == self.bot.id:
            return f"@{self.bot.real_name}"
        if some_id in self.people:
            return f"@{self.people[some_id].name}"
        return f"#{self.channels[some_id].name}" if some_id in self.channels else None

    def visible(self, channel: Channel, *, to: str | None = None) -> list[Message]:
        """Return the messages visible now, in order; ephemeral ones only those for the person `to`."""
        now = self.clock.now()
        return [
            message
            for message in channel.messages.values()
            if (message.visible_from is None or message.visible_from <= now)
            and (message.ephemeral_to is None or message.ephemeral_to == to)
        ]

    def replies(self, channel: Channel, thread_ts: str) -> list[Message]:
        """Return the replies in a thread, without ephemeral ones, in order."""
        return [m for m in self.visible(channel) if m.is_reply and m.thread_ts == thread_ts]

    # ---- JSON

    def app_profile(self) -> Json:
        """Return the `bot_profile` of the app."""
        return {
            "id": self.bot_id,
            "app_id": self.app_id,
            "user_id": self.bot.id,
            "name": self.bot.real_name,
            "icons": {},
            "deleted": False,
            "updated": int(self.channels[next(iter(self.channels))].created.timestamp()),
            "team_id": self.team_id,
        }

    def message_json(self, message: Message, *, with_metadata: bool = False) -> Json:
        """Return `message` as a message object."""
        channel = self.channels[message.channel]
        replies = [] if message.is_reply else self.replies(channel, message.ts)
        told = serializers.message_json(message, replies, self.app_profile(), with_metadata=with_metadata)
        if not message.files:
            return told
        files = [self.file_json(file) for file in message.files]
        return {**told, "files": files, "upload": True, "display_as_bot": False}

    def file_json(self, file: File) -> Json:
        """Return `file` as a file object."""
        public = [channel for channel in self.channels.values() if channel.kind == "channels"]
        shown = any(file in message.files for channel in public for message in channel.messages.values())
        domain, base = self.config.team_domain, self.files_url_base
        return file_objects.file_json(file, self.team_id, domain, base, is_public=shown)

    def view_json(self, view: View) -> Json:
        """Return `view` as a view object."""
        return serializers.view_json(view, self.team_id, self.app_id, self.bot_id)

    # ---- Keys

    def issue_trigger(self, person_id: str, view_id: str | None = None) -> str:
        """Return a new trigger_id for an action of this person, in a view if `view_id` names one."""
        now = self.clock.now()
        _drop_old(self.triggers, now)
        serial = next(self._serial)
        trigger_id = f"{serial}.{self.team_id[1:]}.{self.new_key('trigger')[:32]}"
        self.triggers[trigger_id] = Trigger(person_id, now, view_id)
        return trigger_id

    def issue_response_url(self, person_id: str, channel_id: str, message_ts: str | None = None) -> str:
        """Return a new response_url for an action of this person, on a message if `message_ts` names one."""
        now = self.clock.now()
        _drop_old(self.response_urls, now)
        key = f"{self.team_id}/{next(self._serial)}/{self.new_key('response')[:24]}"
        self.response_urls[key] = ResponseUrl(person_id, channel_id, now, message_ts)
        return self.response_url_base + key

    # ---- Changes to messages and views

    def add_message(self, channel: Channel, message: Message, *, show_after: float = 0.0) -> Message:
        """Add `message` to `channel`, hidden from every reader for `show_after` seconds."""
        if show_after > 0:
            message.visible_from = self.clock.now() + timedelta(seconds=show_after)
            self.later(show_after, self.changed)
        channel.messages[message.ts] = message
        self.changed()
        return message

    def remove_message(self, channel: Channel, message: Message) -> None:
        """Delete a message; a parent with replies becomes a tombstone."""
        if self.replies(channel, message.ts):
            message.is_tombstone = True
            message.text, message.blocks, message.metadata = "This message was deleted.", None, None
            message.user, message.bot_id, message.reactions = "USLACKBOT", None, {}
            message.files, message.attachments = [], []
        else:
            del channel.messages[message.ts]
        self.changed()

    def make_view(self, owner: str, definition: Json, before: View | None = None) -> View:
        """Return a view of `definition`: `before` updated in place if given, else a new one."""
        state = initial_state(definition["blocks"], before.state if before else None)
        new_hash = f"{int(self.clock.now().timestamp())}.{self.new_key('hash')[:8]}"
        if before is not None:
            before.definition, before.hash, before.state, before.errors = definition, new_hash, state, {}
            return before
        view_id = self.new_id("V")
        view = View(view_id, owner, definition, new_hash, view_id, state=state)
        self.views[view_id] = view
        return view

    def drop_view(self, view: View) -> None:
        """Remove a modal from its owner's stack; it can no longer be updated."""
        stack = self.people[view.owner].views
        if view in stack:
            stack.remove(view)
        self.views.pop(view.id, None)
        self.changed()

    def notify(self, person: Person, text: str) -> None:
        """Show this person a notice of Slack's client, such as that the app did not respond."""
        person.notices.append({"id": self.new_id("N"), "text": text})
        self.changed()

    def hears(self, subscription: str, scope: str | None) -> bool:
        """Return whether the app is installed, its manifest subscribes to the event and it has the scope."""
        subscribed = subscription in self.manifest.settings.event_subscriptions.bot_events
        return self.is_installed and subscribed and (scope is None or scope in self.scopes)

    def emit(self, subscription: str, scope: str | None, event: Json) -> None:
        """Send an event to the app if it hears of such events."""
        if self.event_outlet is None or not self.hears(subscription, scope):
            return
        enterprise_id = self.config.enterprise.id if self.config.enterprise else None
        self.event_outlet(
            {
                "token": "sandbox",
                "team_id": self.team_id,
                "context_team_id": self.team_id,
                **({"enterprise_id": enterprise_id} if enterprise_id else {}),
                "context_enterprise_id": enterprise_id,
                "api_app_id": self.app_id,
                "event": {**event, "event_ts": self.new_ts()},
                "type": "event_callback",
                # Unique over all workspaces, and all sandboxes that a bot ever meets.
                "event_id": f"Ev{secrets.token_hex(5).upper()}",
                "event_time": int(self.clock.now().timestamp()),
                "authorizations": [
                    {
                        "enterprise_id": enterprise_id,
                        "team_id": None if self.is_org_wide else self.team_id,
                        "user_id": self.bot.id,
                        "is_bot": True,
                        "is_enterprise_install": self.is_org_wide,
                    }
                ],
                "is_ext_shared_channel": False,
                "event_context": self.new_key("event")[:32],
            }
        )

    # ---- The Web API

    async def call(self, method: str, arguments: Mapping[str, Any], token: str | None) -> Response:
        """Call a Web API method as the app does, with the active faults applied.

        Raises ConnectionLostError if a fault drops the connection.
        """
        plan, called_at = self.faults.plan(method), self.clock.now()
        if plan.write_after > 0:
            self.later(plan.write_after, lambda: self._late(method, arguments, token, plan.show_after))
        response: Response | None = None
        if plan.written and plan.write_after == 0:
            response = self.perform(method, arguments, token, show_after=plan.show_after)
        if plan.answer_after > 0:
            await self.clock.sleep(plan.answer_after)
        if plan.dropped:
            self.record(called_at, method, arguments, 0, "connection_lost")
            raise ConnectionLostError(f"The connection was dropped instead of a response to {method}.")
        if plan.status is not None or plan.error is not None:
            response = _failed(plan)
        if response is None:
            raise ConnectionLostError(f"The call of {method} had no effect and gets no response.")
        self.record(called_at, method, arguments, response.status, response.body.get("error"))
        return response

    def _late(self, method: str, arguments: Mapping[str, Any], token: str | None, show_after: float) -> None:
        self.perform(method, arguments, token, show_after=show_after, limited=False)

    def perform(
        self,
        method: str,
        arguments: Mapping[str, Any],
        token: str | None,
        *,
        show_after: float = 0.0,
        limited: bool = True,
    ) -> Response:
        """Run a method without faults; `limited` applies the rate limits."""
        self.settle()
        headers = {"x-slack-req-id": self.new_key("request")[:32]}
        if self.tokens.is_valid(token, self.clock.now()):
            headers["x-oauth-scopes"] = ",".join(self.scopes)
        try:
            body = self._methods.run(
                self, method, dict(arguments), token, show_after=show_after, limited=limited
            )
        except RefusedError as refused:
            return Response(refused.status, refused.body, {**headers, **refused.headers})
        return Response(200, {"ok": True, **body}, headers)

    def record(
        self, at: datetime, method: str, arguments: Mapping[str, Any], status: int, error: str | None
    ) -> None:
        """Log a call received `at` a moment, for tests that check what was sent and when."""
        kept = {key: value for key, value in arguments.items() if key not in {"token", "client_secret"}}
        self.calls.append(CallRecord(at, method, kept, status, error))

    def view_stack_is_full(self, person: Person) -> bool:
        """Return whether this person has as many modals open as Slack allows."""
        return len(person.views) >= limit("view.stack")


def _drop_old(keys: dict[str, Trigger] | dict[str, ResponseUrl], now: datetime) -> None:
    """Drop the keys that were issued too long ago; they are in the order of their issue."""
    old = list(itertools.takewhile(lambda key: now - keys[key].issued_at >= _KEYS_KEPT, keys))
    for key in old:
        del keys[key]
