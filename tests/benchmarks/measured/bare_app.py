"""The least app that answers `/papers`: Bolt's own, with a constant, over a socket or over HTTP.

`python -m tests.benchmarks.measured.bare_app WAY API_URL PORT PATH SECRET`, where WAY is `socket` or `http`.
It imports nothing of the bot's, as its memory is measured.
"""

import asyncio
import sys

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond


def main() -> None:
    """Serve until the process is ended."""
    way, api_url, port, path, secret = sys.argv[1:]
    bare = app(api_url, secret)
    if way == "http":
        bare.start(port=int(port), path=path, host="127.0.0.1")
    else:
        asyncio.run(_connect(bare))


def app(api_url: str, secret: str) -> AsyncApp:
    """Return the app."""
    made = AsyncApp(name="bare", token="xoxb-1", signing_secret=secret)
    made.client.base_url = api_url

    @made.command("/papers")
    async def on_papers(ack: AsyncAck, respond: AsyncRespond) -> None:
        await ack()
        await respond(text="Here you are.", response_type="ephemeral")

    return made


async def _connect(bare: AsyncApp) -> None:
    handler = AsyncSocketModeHandler(bare, "xapp-1")
    await handler.start_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped


if __name__ == "__main__":
    main()
