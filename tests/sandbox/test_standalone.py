"""The sandbox by itself: a bot in another process needs only what it prints."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.sandbox import ConfigurationError, serve
from tests.sandbox.examples import MANIFEST
from tests.support.sandbox_driver import Driver

ROOT = Path(__file__).parents[2]


class Printed:
    """The announced lines, and an event for when they are complete."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.is_open = asyncio.Event()

    def __call__(self, line: str) -> None:
        self.lines.append(line)
        if "http" in line and "=" not in line:
            self.is_open.set()

    @property
    def settings(self) -> dict[str, str]:
        return dict(line.split("=", 1) for line in self.lines if "=" in line)

    @property
    def page(self) -> str:
        return self.settings["SLACK_API_URL"].removesuffix("/api/")


@asynccontextmanager
async def served(config_path: Path | None = None) -> AsyncIterator[Printed]:
    printed = Printed()
    serving = asyncio.create_task(serve(MANIFEST, port=0, config_path=config_path, announce=printed))
    opened = asyncio.create_task(printed.is_open.wait())
    await asyncio.wait({serving, opened}, return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        opened.cancel()
        await serving
    yield printed
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


@asynccontextmanager
async def bot_elsewhere(settings: dict[str, str]) -> AsyncIterator[None]:
    environment = {"PATH": os.environ["PATH"], **settings}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.sandbox.todo", cwd=ROOT, env=environment
    )
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


async def test_a_bot_in_another_process_needs_only_what_is_printed() -> None:
    async with served() as printed, bot_elsewhere(printed.settings), Driver(printed.page) as driver:
        ada = await driver.person("ada")
        async for _ in driver.revisions():
            if (await driver.workspace())["app"]["connections"]:
                break
        await ada.act("command", channel="#papers", text="/todo Buy milk")

        await ada.sees(lambda view: any(view["messages"].values()))

        assert (
            await ada.transcript("#papers") == "To-do:\n  Buy milk\n  [… text | text]\n  [Done] [text | text]"
        )


async def test_the_settings_are_printed_by_their_names_and_the_address_after_them() -> None:
    async with served() as printed:
        assert list(printed.settings) == ["SLACK_API_URL", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"]
        assert printed.lines[-1].startswith("The workspace is open at http://127.0.0.1:")


async def test_the_workspace_is_made_as_the_configuration_says(tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    people = [{"name": "grace", "real_name": "Grace Hopper", "tz": "America/New_York"}]
    config.write_text(json.dumps({"team_name": "Lab", "people": people, "channels": [{"name": "lab"}]}))

    async with served(config) as printed, Driver(printed.page) as driver:
        told = await driver.workspace()

    assert (told["team"]["name"], [person["name"] for person in told["people"]]) == ("Lab", ["grace"])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{", "is not JSON"),
        ("[]", "must hold a JSON object"),
        ('{"people": []}', "people: "),
        ('{"poeple": []}', "poeple: Extra inputs are not permitted"),
        ('{"people": [{"name": "a", "real_name": "A", "tz": "Mars/Base"}]}', "no IANA time zone"),
        ('{"channels": [{"name": "a"}, {"name": "a"}]}', "Two channels have the same name"),
        ('{"channels": [{"name": "a", "members": ["zoe"]}]}', "No person is called 'zoe'"),
    ],
)
async def test_a_configuration_that_cannot_be_read_is_refused_with_what_is_wrong(
    tmp_path: Path, content: str, sentence: str
) -> None:
    config = tmp_path / "config.json"
    config.write_text(content)

    with pytest.raises(ConfigurationError, match=sentence):
        async with served(config):
            pass


async def test_a_missing_configuration_and_a_taken_port_are_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read: No such file"):
        async with served(tmp_path / "absent.json"):
            pass
    async with served() as printed:
        port = int(printed.page.rsplit(":", 1)[1])
        with pytest.raises(ConfigurationError, match=f"Port {port} cannot be used"):
            await serve(MANIFEST, port=port, config_path=None, announce=printed)
