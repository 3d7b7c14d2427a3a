"""The sandbox by itself: a bot in another process needs only what it prints."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from bot.sandbox import ConfigurationError, serve
from tests.sandbox.examples import MANIFEST, Json, over_http
from tests.support.sandbox_driver import Driver

ROOT = Path(__file__).parents[2]


class Printed:
    """The announced lines, and an event for when they are complete."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.is_open = asyncio.Event()

    def __call__(self, line: str) -> None:
        self.lines.append(line)
        if "Ctrl-C" in line:
            self.is_open.set()

    @property
    def settings(self) -> dict[str, str]:
        return dict(line.split("=", 1) for line in self.lines if "=" in line)

    @property
    def page(self) -> str:
        return self.settings["SLACK_API_URL"].removesuffix("/api/")


@asynccontextmanager
async def served(config_path: Path | None = None, manifest: Json = MANIFEST) -> AsyncIterator[Printed]:
    printed = Printed()
    serving = asyncio.create_task(serve(manifest, port=0, config_path=config_path, announce=printed))
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


OVER_HTTP = over_http(MANIFEST, "http://127.0.0.1:1/slack/events")
OVER_HTTP["oauth_config"] = {**MANIFEST["oauth_config"], "redirect_urls": ["http://127.0.0.1:1/back"]}


@pytest.mark.parametrize(
    ("config", "names"),
    [
        (None, ["One", "Two"]),
        ({"team_name": "Lab"}, ["Lab"]),
        ({"workspaces": [{"team_name": "Lab"}, {"team_name": "Desk"}, {}]}, ["Lab", "Desk", "Sandbox"]),
    ],
)
async def test_an_app_over_http_is_installed_in_the_workspaces_of_the_configuration(
    tmp_path: Path, config: Json | None, names: list[str]
) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(config))
    async with (
        served(path if config else None, OVER_HTTP) as printed,
        Driver(printed.page) as driver,
        httpx.AsyncClient(trust_env=False) as client,
    ):
        told = await driver.teams()
        settings = printed.settings
        query = urlencode({"client_id": settings["SLACK_CLIENT_ID"], "scope": "commands"})
        back = await driver.allow(f"{printed.page}/oauth/v2/authorize?{query}", told[-1]["id"], "ada")
        own = (settings["SLACK_CLIENT_ID"], settings["SLACK_CLIENT_SECRET"])
        form = {"code": parse_qs(urlsplit(back).query)["code"][0]}
        answer = await client.post(f"{settings['SLACK_API_URL']}oauth.v2.access", data=form, auth=own)
        async with Driver(told[-1]["url"]) as last:
            name = (await last.workspace())["team"]["name"]

    assert [each["name"] for each in told] == names
    assert (answer.json()["team"]["name"], name) == (names[-1], names[-1])
    assert list(settings) == [
        "SLACK_API_URL",
        "SLACK_CLIENT_ID",
        "SLACK_CLIENT_SECRET",
        "SLACK_SIGNING_SECRET",
    ]


@pytest.mark.parametrize("workspaces", [[], {}, ["Lab"]])
async def test_a_list_of_workspaces_that_cannot_be_read_is_refused(tmp_path: Path, workspaces: Any) -> None:
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"workspaces": workspaces}))

    with pytest.raises(ConfigurationError, match="workspaces: must be a list of objects"):
        async with served(config, OVER_HTTP):
            pass
