"""The paper-round command: in this process, or in one of its own for tests that send it signals."""

import asyncio
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from click.testing import CliRunner, Result

from bot.clock import Clock
from bot.commands.cli import main
from tests.support import leaks
from tests.support.waiting import PATIENCE

# A service on this machine is never reached through a proxy.
_ENVIRONMENT = {"NO_PROXY": "127.0.0.1"}


def run(*arguments: str | Path, **environment: str) -> Result:
    """Run the command with these settings, in this process, to its end."""
    return run_on(None, *arguments, **environment)


def run_on(clock: Clock | None, /, *arguments: str | Path, **environment: str) -> Result:
    """Run the command on this clock, or else on the machine's."""
    with _logging_restored():
        return CliRunner(env={**_ENVIRONMENT, **environment}, catch_exceptions=False).invoke(
            main, [str(argument) for argument in arguments], obj=clock
        )


async def run_beside(*arguments: str | Path, **environment: str) -> Result:
    """Run the command in a thread, while the test's event loop serves what it asks for."""
    return await asyncio.to_thread(run, *arguments, **environment)


async def started(*arguments: str, **environment: str) -> asyncio.subprocess.Process:
    """Start the command with these settings in a process of its own."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *arguments),
        env={**os.environ, **_ENVIRONMENT, **environment},
        cwd=Path(__file__).parents[2],
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def ended(process: asyncio.subprocess.Process) -> tuple[int | None, str, str]:
    """Wait for the process and return its status, standard output and standard error."""
    output, errors = await asyncio.wait_for(process.communicate(), PATIENCE)
    leaks.keep(errors.decode())
    return process.returncode, output.decode(), errors.decode()


@contextmanager
def _logging_restored() -> Iterator[None]:
    """Undo what the command does to this process's logging, as its streams are closed afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers.clear()
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
