import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.clocks import SimulatedClock
from tests.support.command import run
from tests.support.stage import NOON

ROOT = Path(__file__).parents[2]
ENGLISH = ROOT / "bot" / "documents" / "sample" / "2025-09-29.en.md"


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Start `paper-round sandbox` in a process of its own and give what it prints: a bot's settings.

    It takes messages as fast as they come, so that a bot's clock may be simulated.
    """
    config = tmp_path_factory.mktemp("sandbox") / "config.json"
    config.write_text(json.dumps({"rates": {"message_seconds": None}}))
    command = [sys.executable, "-m", "bot", "sandbox", "--config", str(config)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as sandbox:
        assert sandbox.stdout
        lines = [sandbox.stdout.readline().strip() for _ in range(3)]
        yield dict(line.split("=", 1) for line in lines)
        sandbox.terminate()


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(NOON)


@pytest.fixture
def channel(settings: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """Set the environment of a bot in an empty folder, with a day of papers; give the id of #papers."""
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    run("import", ENGLISH)
    address = settings["SLACK_API_URL"].removesuffix("api/")
    with httpx.Client(base_url=address, trust_env=False) as control:
        ada = control.get("control/workspace").json()["people"][0]["id"]
        channels = control.get("control/view", params={"as": ada}).json()["channels"]
    return str(next(each["id"] for each in channels if each["name"] == "papers"))
