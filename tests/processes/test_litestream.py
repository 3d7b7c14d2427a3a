"""A host whose disk is wiped in the middle of a digest, with the Procfile's line of the page on backups."""

import asyncio
import os
import re
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
import yaml

from storage.records import DeliveryState
from tests.processes.killing import Place, place, until
from tests.processes.test_kill import check
from tests.support.waiting import PATIENCE

_ROOT = Path(__file__).parents[2]
_PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

pytestmark = pytest.mark.skipif(
    shutil.which("litestream", path=_PATH) is None or os.name != "posix",
    reason="Litestream is not installed here",
)


def line_of_the_page(config: Path) -> str:
    """Return what the page has in the Procfile, with another configuration."""
    page = (_ROOT / "docs" / "backups.md").read_text(encoding="utf-8")
    [line] = re.findall(r"^ *worker: (.*)$", page, re.MULTILINE)
    assert line.count("docs/litestream.yml") == 2
    return str(line).replace("docs/litestream.yml", str(config))


def configured(database: Path) -> Path:
    """Write the configuration beside the page, with a replica in a folder in place of a bucket."""
    config = yaml.safe_load((_ROOT / "docs" / "litestream.yml").read_text(encoding="utf-8"))
    config["dbs"][0]["replica"] = {"type": "file", "path": str(database.with_name("replica"))}
    path = database.with_name("litestream.yml")
    path.write_text(yaml.safe_dump(config))
    return path


@asynccontextmanager
async def host(here: Place, line: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run the line until the block ends, which kills all that it started."""
    process = await asyncio.create_subprocess_exec(
        *("sh", "-c", line),
        cwd=_ROOT,
        env={"PATH": _PATH, "PAPER_ROUND_DB": str(here.database), **here.environment},
        start_new_session=True,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def wipe(database: Path) -> None:
    """Remove the database, what is beside it, and what Litestream remembers of it."""
    for path in database.parent.glob(f"*{database.name}*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


async def test_a_wiped_disk_loses_and_doubles_no_card(tmp_path: Path) -> None:
    async with place(tmp_path, cards=3) as here, asyncio.timeout(PATIENCE):
        line = line_of_the_page(configured(here.database))
        async with host(here, line):
            await here.holds(messages=2)
        wipe(here.database)
        before = len(here.positions())
        async with host(here, line) as process:
            await here.holds(messages=4)
            # The next tick's last look, a minute later, sends nothing.
            await until(process, lambda: here.state() in (DeliveryState.LAST_LOOK, DeliveryState.DONE))

        assert before < 4
        check(here, cards=3)


async def test_asked_to_stop_the_bot_ends_before_litestream_does(tmp_path: Path) -> None:
    async with place(tmp_path, cards=6) as here, asyncio.timeout(PATIENCE):
        async with host(here, line_of_the_page(configured(here.database))) as process:
            await here.holds(messages=2)
            process.terminate()
            status = await process.wait()
        there = len(here.positions())

        assert status == 0
        assert there < 7
