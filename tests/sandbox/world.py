"""A workspace on a manual clock, with shorthands for examples of the rules on calls."""

from typing import Any

from bot.sandbox import ManualClock, Response, create_workspace, response_urls
from bot.sandbox.records import Channel, Person
from bot.sandbox.uploads import receive
from tests.sandbox.examples import MANIFEST, UNLIMITED, Json, modal, section

CONFIG: Json = {
    "rates": UNLIMITED,
    "channels": [
        {"name": "papers", "has_bot": True},
        {"name": "general"},
        {"name": "old", "has_bot": True, "is_archived": True},
        {"name": "secret", "is_private": True, "members": ["ada"]},
        {"name": "board", "is_private": True, "members": ["ada"], "has_bot": True},
        {"name": "news", "has_bot": True, "posting": "read_only"},
        {"name": "forum", "has_bot": True, "posting": "thread_only"},
    ],
}


class World:
    """The workspace, and shorthands for what the examples need."""

    def __init__(self, manifest: Json | None = None, **config: Any) -> None:
        self.clock = ManualClock()
        self.workspace = create_workspace(manifest or MANIFEST, self.clock, {**CONFIG, **config})
        self.ada: Person = self.workspace.person("ada")

    def channel(self, name: str = "papers") -> Channel:
        return self.workspace.channel(name)

    async def call(self, method: str, **arguments: Any) -> Response:
        return await self.workspace.call(method, arguments, self.workspace.bot_token)

    async def post(self, channel: str = "papers", **arguments: Any) -> Response:
        more = arguments if "blocks" in arguments else {"text": "hello", **arguments}
        return await self.call("chat.postMessage", channel=self.channel(channel).id, **more)

    async def posted(self, **arguments: Any) -> str:
        return str((await self.post(**arguments)).body["ts"])

    def trigger(self, view_id: str | None = None) -> str:
        return self.workspace.issue_trigger(self.ada.id, view_id)

    async def open(self, trigger: str, **more: Any) -> Response:
        return await self.call("views.open", trigger_id=trigger, view=modal(section(), **more))

    async def opened(self) -> Json:
        view: Json = (await self.open(self.trigger())).body["view"]
        return view

    async def announced(self, content: bytes = b"x", name: str = "a.txt", **more: Any) -> str:
        """Announce a file, upload its bytes, and return its id."""
        answer = await self.call("files.getUploadURLExternal", filename=name, length=len(content), **more)
        receive(self.workspace, answer.body["upload_url"].rpartition("/")[2], content)
        return str(answer.body["file_id"])

    async def complete(self, *file_ids: str, channel: str | None = "papers", **more: Any) -> Response:
        """Complete uploads, shared in the channel with this name if one is given."""
        place = {"channel_id": self.channel(channel).id} if channel else {}
        files = [{"id": file_id} for file_id in file_ids]
        return await self.call("files.completeUploadExternal", files=files, **{**place, **more})

    def response_url(self, message_ts: str | None = None) -> str:
        url = self.workspace.issue_response_url(self.ada.id, self.channel().id, message_ts)
        return url.removeprefix(self.workspace.response_url_base)

    async def respond(self, key: str, **body: Any) -> tuple[int, Any]:
        return await response_urls.post(self.workspace, key, {"text": "answer", **body})
