"""The paper-round command as a process of its own, for tests that serve to it meanwhile."""

import asyncio
import os
import sys
from pathlib import Path


async def started(*arguments: str, **environment: str) -> asyncio.subprocess.Process:
    """Start the command with these settings."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *arguments),
        env={**os.environ, "NO_PROXY": "127.0.0.1", **environment},
        cwd=Path(__file__).parents[2],
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def ended(process: asyncio.subprocess.Process) -> tuple[int | None, str, str]:
    """Wait for the command and return its status, output and complaints."""
    output, complaints = await asyncio.wait_for(process.communicate(), timeout=30)
    return process.returncode, output.decode(), complaints.decode()


async def paper_round(*arguments: str, **environment: str) -> tuple[int | None, str, str]:
    """Run the command with these settings and return its status, output and complaints."""
    return await ended(await started(*arguments, **environment))
