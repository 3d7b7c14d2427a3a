"""The sandbox's page as one person's screen."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.async_api import Page, expect

from bot.sandbox.member import Member
from bot.sandbox.server import Sandbox


@dataclass
class Screen:
    """The page of a sandbox, and the complaints about it."""

    page: Page
    sandbox: Sandbox
    complaints: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Record each error on the console and each request to another host."""
        own = urlsplit(self.sandbox.url).netloc

        def note_request(url: str) -> None:
            if urlsplit(url).scheme in {"http", "https"} and urlsplit(url).netloc != own:
                self.complaints.append(f"request to another host: {url}")

        self.page.on("request", lambda request: note_request(request.url))
        self.page.on("pageerror", lambda error: self.complaints.append(f"failed: {error}"))
        self.page.on("console", lambda message: self._note_console(message.type, message.text))

    def _note_console(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.complaints.append(f"{kind}: {text}")

    async def open(self, person: str = "ada", channel: str = "papers", thread: str = "") -> Page:
        """Open the page as a person in a channel, by their names."""
        workspace = self.sandbox.workspace
        place = "home" if channel == "home" else workspace.channel(channel).id
        address = f"{self.sandbox.url}/?as={workspace.person(person).id}&channel={place}"
        await self.page.goto(address + (f"&thread={thread}" if thread else ""))
        # The frame is there sooner; the title comes with the view, and what was before that is no news.
        await expect(self.page).to_have_title(re.compile(" · "))
        return self.page

    def person(self, name: str) -> Member:
        """Return a person who acts without the page, as if from another machine."""
        return self.sandbox.person(name)


async def leave(page: Page, sandbox: Sandbox) -> None:
    """Close a page and let the sandbox notice with its next event, so that it closes without waiting."""
    await page.goto("about:blank")
    sandbox.workspace.changed()
    await page.close()
