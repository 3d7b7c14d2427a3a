"""Reads a paper's HTML or PDF in a separate process, which can be killed.

A stranger's PDF may keep a parser busy for ever or fill the memory. A process limits both, and the bot keeps
running meanwhile.
"""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any, Literal

from bot.errors import SourceAnswerError
from bot.sources.extracted_text import PaperText

PaperFormat = Literal["html", "pdf"]

# What Python needs of the environment, which also holds the bot's tokens.
_ENVIRONMENT = ("PATH", "PYTHONPATH", "PYTHONHOME", "SYSTEMROOT", "LD_LIBRARY_PATH", "TZ", "LANG", "LC_ALL")


@dataclass(frozen=True, slots=True)
class ReaderLimits:
    """The limits for reading one paper."""

    seconds: float = 90.0
    memory_bytes: int = 1024 * 1024 * 1024
    #: Of a PDF.
    pages: int = 400
    #: Of the text.
    characters: int = 1_000_000


Reader = Callable[[PaperFormat, bytes, ReaderLimits], Awaitable[PaperText]]
"""Returns the text of a paper's HTML or PDF; raises SourceAnswerError with what is wrong with it."""


async def read_in_process(form: PaperFormat, body: bytes, limits: ReaderLimits) -> PaperText:
    """Return the text of a paper's HTML or PDF; raises SourceAnswerError with what is wrong with it."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", __name__, form, json.dumps(asdict(limits))),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
    )
    try:
        async with asyncio.timeout(limits.seconds):
            output, _ = await process.communicate(body)
    except TimeoutError as error:
        raise SourceAnswerError(
            f"its {form.upper()} takes more than {limits.seconds:g} seconds to read"
        ) from error
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    return _result(form, output, process.returncode)


def _result(form: PaperFormat, output: bytes, status: int | None) -> PaperText:
    try:
        result: dict[str, Any] = json.loads(output)
    except ValueError as error:
        raise SourceAnswerError(
            f"the process that read its {form.upper()} ended with status {status}"
        ) from error
    if "text" in result:
        return PaperText(**result)
    raise SourceAnswerError(result["reason"])


# --- In that process -------------------------------------------------------------------------------------


def _limit_this_process(limits: ReaderLimits) -> None:
    """Set the operating system's limits, which Windows does not have."""
    try:
        import resource  # noqa: PLC0415 -- Windows has no such module
    except ImportError:
        return
    # One second more than the bot waits: this only ends a reader whose bot is gone.
    seconds = int(limits.seconds) + 1
    for kind, most in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
    ):
        # macOS rejects a limit on the address space.
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, most))


def _read(form: PaperFormat, body: bytes, limits: ReaderLimits) -> dict[str, Any]:
    # The bot itself parses no paper: only the process that does needs the parsers.
    from bot.sources.paper_text import text_of_html, text_of_pdf  # noqa: PLC0415 -- see above

    name = form.upper()
    try:
        read = text_of_html(body) if form == "html" else text_of_pdf(body, limits.pages)
    except SourceAnswerError as error:
        return {"reason": str(error)}
    except MemoryError:
        return {"reason": f"its {name} takes more than {limits.memory_bytes >> 20} MB of memory to read"}
    except Exception as error:  # noqa: BLE001 - pypdf raises anything on a broken file
        return {"reason": f"its {name} cannot be read: {type(error).__name__}"}
    if len(read.text) > limits.characters:
        return {"reason": f"its text is longer than {limits.characters} characters"}
    return asdict(read)


def _main() -> None:
    form: PaperFormat = "html" if sys.argv[1] == "html" else "pdf"
    limits = ReaderLimits(**json.loads(sys.argv[2]))
    _limit_this_process(limits)
    result = _read(form, sys.stdin.buffer.read(), limits)
    sys.stdout.write(json.dumps(result))


if __name__ == "__main__":
    _main()
