"""A foreign app for the sandbox: a task list. It runs in the tests' process, or alone with `python -m`."""

import asyncio
import os
from typing import Any

from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.sandbox.examples import (
    Json,
    button,
    confirm,
    field,
    modal,
    mrkdwn,
    option,
    plain,
    section,
    text_input,
)


def task_blocks(task: str, *, is_done: bool = False) -> list[Json]:
    menu = {"type": "overflow", "action_id": "more", "options": [option("later"), option("delete")]}
    who = {"type": "static_select", "action_id": "who", "options": [option("ada"), option("lin")]}
    done = button(action_id="done", text=plain("Done"), value=task, confirm=confirm())
    text = f"~{task}~" if is_done else task
    return [
        section(block_id="task", text=mrkdwn(text), accessory=menu),
        {"type": "actions", "block_id": "do", "elements": [done, who]},
    ]


def task_modal(**more: Any) -> Json:
    choices = {
        "type": "radio_buttons",
        "action_id": "a",
        "options": [option("today"), option("someday")],
        "initial_option": option("someday"),
    }
    return modal(
        field(text_input(max_length=20), block_id="name"),
        field(choices, block_id="when", optional=True),
        {
            "type": "actions",
            "block_id": "help",
            "elements": [button(action_id="explain", text=plain("Why?"))],
        },
        callback_id="task",
        **{"notify_on_close": True, **more},
    )


def search_modal(query: str) -> Json:
    config = {"trigger_actions_on": ["on_character_entered"]}
    typed = text_input(action_id="search", dispatch_action_config=config)
    found = section(text=mrkdwn(f"Nothing for “{query}”"))
    return modal(field(typed, block_id="query", dispatch_action=True), found)


def home_view(count: int) -> Json:
    new = button(action_id="new", text=plain("New"))
    return {"type": "home", "blocks": [section(text=mrkdwn(f"{count} tasks"), accessory=new)]}


class Todo:
    """The app. `acknowledges` can be turned off; `heard` holds the received payloads with their kinds.

    With an app-level token it connects itself; over HTTP, `web_app` is served. `more` is for Bolt.
    """

    def __init__(
        self, client: AsyncWebClient, app_token: str | None = None, ping_interval: float = 10, **more: Any
    ) -> None:
        self.acknowledges = True
        self.heard: list[tuple[str, Json]] = []
        self._something = asyncio.Event()
        self.tasks: list[str] = []
        app = AsyncApp(name="todo", client=client, **more)
        app.command("/todo")(self._on_command)
        app.command("/tell")(self._on_tell)
        for action_id in ("done", "who", "more", "new", "explain", "search", "rate"):
            app.action(action_id)(getattr(self, f"_on_{action_id}"))
        app.options("assignee")(self._on_assignee)
        app.view("task")(self._on_task)
        app.view("list")(self._on_list)
        app.view_closed("task")(self._on_closed)
        app.shortcut("from_message")(self._on_shortcut)
        app.shortcut("new_task")(self._on_new)
        for event in ("app_home_opened", "reaction_added", "message", "app_mention"):
            app.event(event)(self._on_event)
        for event in ("reaction_removed", "member_joined_channel", "channel_left", "channel_rename"):
            app.event(event)(self._on_event)
        for event in ("channel_archive", "file_shared", "link_shared"):
            app.event(event)(self._on_event)
        self._app = app
        if app_token is not None:
            self._handler = AsyncSocketModeHandler(app, app_token, ping_interval=ping_interval)

    def web_app(self) -> web.Application:
        """Return the app as a web server, which takes requests at `/slack/events`."""
        return self._app.web_app()

    async def connect(self) -> None:
        await self._handler.connect_async()  # type: ignore[no-untyped-call] # Bolt publishes no type

    async def close(self) -> None:
        await self._handler.close_async()  # type: ignore[no-untyped-call] # likewise

    def last(self, kind: str) -> Json:
        return next(body for name, body in reversed(self.heard) if name == kind)

    async def hears(self, kind: str) -> Json:
        """Wait until the app has received a payload of this kind, and return the last one."""
        async with asyncio.timeout(60):
            while kind not in {name for name, _ in self.heard}:
                self._something.clear()
                await self._something.wait()
        return self.last(kind)

    def _hear(self, kind: str, body: Json) -> None:
        self.heard.append((kind, body))
        self._something.set()

    async def _on_command(self, ack: Any, body: Json, respond: Any, client: AsyncWebClient) -> None:
        self._hear("command", body)
        if not self.acknowledges:
            return
        if body["text"] == "new":
            await ack()
            await client.views_open(trigger_id=body["trigger_id"], view=task_modal())
        elif body["text"] == "all":
            await ack(f"{len(self.tasks)} tasks")
        elif body["text"]:
            await ack()
            await self._add(client, body["channel_id"], body["text"])
        else:
            await ack()
            await respond("Say what to do: `/todo Buy milk`")

    async def _on_tell(self, ack: Any, body: Json) -> None:
        await ack()
        self._hear("command", body)

    async def _add(self, client: AsyncWebClient, channel: str, task: str) -> None:
        self.tasks.append(task)
        await client.chat_postMessage(channel=channel, text=task, blocks=task_blocks(task))

    async def _on_done(self, ack: Any, body: Json, client: AsyncWebClient) -> None:
        self._hear("done", body)
        if not self.acknowledges:
            return
        await ack()
        task = body["actions"][0]["value"]
        if "app_unfurl" in body:
            place = {"channel": body["channel"]["id"], "ts": body["container"]["message_ts"]}
            shown = {"blocks": task_blocks(task, is_done=True)}
            await client.chat_unfurl(**place, unfurls={body["app_unfurl"]["app_unfurl_url"]: shown})
            return
        place = {"channel": body["channel"]["id"], "ts": body["message"]["ts"]}
        await client.chat_update(**place, text=task, blocks=task_blocks(task, is_done=True))

    async def _on_who(self, ack: Any, body: Json, client: AsyncWebClient) -> None:
        await ack()
        self._hear("who", body)
        await client.chat_postEphemeral(
            channel=body["channel"]["id"],
            user=body["user"]["id"],
            thread_ts=body["message"]["ts"],
            text=f"It is for {body['actions'][0]['selected_option']['value']}.",
            blocks=task_blocks("For your eyes"),
        )

    async def _on_more(self, ack: Any, body: Json, respond: Any) -> None:
        await ack()
        self._hear("more", body)
        if body["actions"][0]["selected_option"]["value"] == "delete":
            await respond(delete_original=True)

    async def _on_new(self, ack: Any, body: Json, client: AsyncWebClient) -> None:
        await ack()
        self._hear("new", body)
        await client.views_open(trigger_id=body["trigger_id"], view=task_modal())

    async def _on_explain(self, ack: Any, body: Json, client: AsyncWebClient) -> None:
        await ack()
        self._hear("explain", body)
        why = {"type": "modal", "title": plain("Why"), "blocks": [section(text=mrkdwn("Because."))]}
        await client.views_push(trigger_id=body["trigger_id"], view=why)

    async def _on_rate(self, ack: Any, body: Json) -> None:
        await ack()
        self._hear("rate", body)

    async def _on_search(self, ack: Any, body: Json, action: Json, client: AsyncWebClient) -> None:
        await ack()
        view = body["view"]
        found = search_modal(action["value"] or "")
        await client.views_update(view_id=view["id"], hash=view["hash"], view=found)
        self._hear("search", body)

    async def _on_assignee(self, ack: Any, body: Json) -> None:
        self._hear("assignee", body)
        if body["value"] == "wrong":
            await ack(options=[{"text": "ada"}])
        elif body["value"] == "group":
            await ack(option_groups=[{"label": plain("All"), "options": [option("ada")]}])
        else:
            await ack(options=[option(name) for name in ("ada", "lin") if body["value"] in name])

    async def _on_task(self, ack: Any, body: Json, view: Json, client: AsyncWebClient) -> None:
        self._hear("task", body)
        name = view["state"]["values"]["name"]["a"]["value"]
        if name == "nothing":
            await ack(response_action="errors", errors={"name": "Nothing is not a task."})
        elif name == "more":
            await ack(response_action="update", view=task_modal(title=plain("Once more")))
        elif name == "wrong":
            await ack(response_action="errors", errors={"no such block": "?"})
        else:
            await ack()
            await self._add(client, body["user"]["id"], name)

    async def _on_list(self, ack: Any, body: Json) -> None:
        await ack()
        self._hear("list", body)

    async def _on_closed(self, ack: Any, body: Json) -> None:
        await ack()
        self._hear("closed", body)

    async def _on_shortcut(self, ack: Any, body: Json, client: AsyncWebClient) -> None:
        await ack()
        self._hear("shortcut", body)
        await self._add(client, body["channel"]["id"], body["message"]["text"])

    async def _on_event(self, body: Json, event: Json, client: AsyncWebClient) -> None:
        self._hear(event["type"], body)
        if event["type"] == "app_home_opened":
            await client.views_publish(user_id=event["user"], view=home_view(len(self.tasks)))
        if event["type"] == "link_shared":
            unfurls = {each["url"]: {"blocks": task_blocks(each["url"])} for each in event["links"]}
            await client.chat_unfurl(channel=event["channel"], ts=event["message_ts"], unfurls=unfurls)
            self._hear("unfurled", body)


async def run_alone() -> None:
    """Run until terminated, with the settings that the sandbox prints in the environment."""
    client = AsyncWebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])
    app = Todo(client, os.environ["SLACK_APP_TOKEN"])
    await app.connect()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(run_alone())
