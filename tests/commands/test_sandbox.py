"""`paper-round sandbox --http`: what it prints is all that a bot over HTTP needs."""

import asyncio

import pytest

from bot.manifest import EVENTS_PATH, app_manifest
from bot.settings import OverHttp, Settings, token_keys, way_to_run
from tests.support.command import run, started
from tests.support.sandbox_driver import Driver


async def test_it_prints_the_settings_of_a_bot_that_two_workspaces_can_install() -> None:
    process = await started("sandbox", "--http", "http://127.0.0.1:3000/")
    assert process.stdout is not None
    lines: list[str] = []
    async with asyncio.timeout(60):
        while not lines or "Ctrl-C" not in lines[-1]:
            lines.append((await process.stdout.readline()).decode().strip())
    printed = dict(line.split("=", 1) for line in lines if "=" in line)
    async with Driver(printed["SLACK_API_URL"].removesuffix("api/")) as driver:
        names = [each["name"] for each in await driver.teams()]
    process.terminate()
    await process.communicate()

    settings = Settings(_env_file=None, **printed)  # type: ignore[call-arg, arg-type]  # by their names
    way = way_to_run(settings)
    assert names == ["One", "Two"]
    assert isinstance(way, OverHttp)
    assert len(token_keys(settings)) == 1
    assert (way.public_url, way.port) == ("http://127.0.0.1:3000/", 3000)
    asked = app_manifest(url=way.public_url)["settings"]["event_subscriptions"]["request_url"]
    assert asked == f"http://127.0.0.1:3000{EVENTS_PATH}"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--http", "https://bot.example.org"], "Give an address on this machine with a port"),
        (["--http", "http://127.0.0.1"], "Give an address on this machine with a port"),
        (["--http", "http://127.0.0.1:x"], "Give an address on this machine with a port"),
        (["--http", "http://127.0.0.1:3000", "--manifest", "manifest.json"], "not both"),
    ],
)
def test_an_address_that_it_cannot_serve_is_refused(arguments: list[str], sentence: str) -> None:
    result = run("sandbox", *arguments)

    assert (result.exit_code, sentence in result.output) == (2, True)
