"""Importing the program, its start to the first answer, and what it holds in memory, beside Bolt alone."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from shutil import copyfile

from tests.benchmarks.measured.comparison import Comparison, Scale
from tests.benchmarks.measured.desks import ROOT, Desk, bare_at, bot_at
from tests.benchmarks.measured.pasts import with_a_year

OURS, BESIDE = "bot.app", "slack_bolt.async_app, aiohttp"
TEXTS = ("help", "2025-09-29", "tree search agents", "saved")
AT_ONCE = 20
HAS_MEMORY = Path("/proc/self/status").exists()
"""Whether this machine tells what another process holds, as Linux does."""


async def measure(scale: Scale) -> AsyncIterator[Comparison]:
    """Yield the comparisons."""
    if scale.runs > 1:
        # Once unmeasured, so that compiled files are there.
        await _import_seconds(OURS), await _import_seconds(BESIDE)
    imports = [(await _import_seconds(OURS), await _import_seconds(BESIDE)) for _ in range(scale.runs)]
    ours, beside = zip(*imports, strict=True)
    yield Comparison("importing the program", "importing slack_bolt and aiohttp", "s", ours, beside)

    database = with_a_year(scale)
    starts = [(await _start(scale, database), await _start_bare()) for _ in range(scale.runs)]
    seconds, megabytes = zip(*(zip(*pair, strict=True) for pair in starts), strict=True)
    ours, beside = zip(*seconds, strict=True)
    yield Comparison("start to first answer", "a bare Bolt app", "s", ours, beside)
    if not HAS_MEMORY:
        return
    ours, beside = zip(*megabytes, strict=True)
    yield Comparison("memory after the first answer", "a bare Bolt app", "MB", ours, beside)
    yield await _memory_after_commands(scale, database)


async def _import_seconds(modules: str) -> float:
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", f"import {modules}", cwd=ROOT, env={"PATH": os.environ.get("PATH", "")}
    )
    if await process.wait():
        raise RuntimeError(f"{modules} cannot be imported.")
    return time.perf_counter() - began


async def _start(scale: Scale, database: Path) -> tuple[float, float]:
    """Return the seconds from the start to the first answer, and the megabytes then."""
    own = scale.folder / "start.db"
    copyfile(database, own)
    began = time.perf_counter()
    async with bot_at("socket", own) as desk:
        return await _first_answer(desk, began)


async def _start_bare() -> tuple[float, float]:
    began = time.perf_counter()
    async with bare_at("socket") as desk:
        return await _first_answer(desk, began)


async def _first_answer(desk: Desk, began: float) -> tuple[float, float]:
    await desk.ask("help")
    return time.perf_counter() - began, desk.resident_megabytes() if HAS_MEMORY else 0.0


async def _memory_after_commands(scale: Scale, database: Path) -> Comparison:
    """Have both answer the same commands, one run of each, as memory only grows in the long run."""
    own = scale.folder / "memory.db"
    copyfile(database, own)
    async with bot_at("socket", own) as bot, bare_at("socket") as bare:
        for number in range(scale.commands // AT_ONCE):
            text = TEXTS[number % len(TEXTS)]
            await bot.ask_at_once(text, AT_ONCE)
            await bare.ask_at_once(text, AT_ONCE)
        held = (bot.resident_megabytes(), bare.resident_megabytes())
    what = f"memory after {scale.commands:,} commands over a year's papers"
    return Comparison(what, "a bare Bolt app", "MB", (held[0],), (held[1],))
