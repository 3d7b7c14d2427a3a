"""A command in a terminal of its own, as a person has it: typed answers, and what the screen shows."""

import fcntl
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.support.waiting import PATIENCE

ROOT = Path(__file__).parents[2]

_SECONDS_BETWEEN_PRESSES = 3.0
_PRESSES = 10


class Terminal:
    """What runs in a pseudo-terminal; `shown` is all that it has printed, with plain line ends."""

    def __init__(self, process: subprocess.Popen[bytes], descriptor: int) -> None:
        self.process = process
        self.shown = ""
        self._descriptor = descriptor
        self._seen = 0

    def until(self, text: str) -> str:
        """Wait until this is shown, and return what was shown since the last wait."""
        end = time.monotonic() + PATIENCE
        while text not in self.shown[self._seen :]:
            assert self._read(end), f"{text!r} was never shown, but: {self.shown[self._seen :]}"
        begin = self._seen
        self._seen = self.shown.index(text, begin) + len(text)
        return self.shown[begin : self._seen]

    def type(self, text: str) -> None:
        """Type a line, and press Enter."""
        os.write(self._descriptor, f"{text}\n".encode())

    def interrupted(self) -> int:
        """Press Ctrl-C until the command has ended, and return its status.

        Python does not see one that comes after its last look and before it waits for a line.
        """
        for _ in range(_PRESSES):
            os.write(self._descriptor, b"\x03")
            while self._read(time.monotonic() + _SECONDS_BETWEEN_PRESSES):
                pass
            with suppress(subprocess.TimeoutExpired):
                return self.process.wait(_SECONDS_BETWEEN_PRESSES)
        raise AssertionError(f"Ctrl-C did not end it: {self.shown}")

    def ended(self) -> int:
        """Wait until the command has ended, and return its status."""
        end = time.monotonic() + PATIENCE
        while self._read(end):
            pass
        return self.process.wait(PATIENCE)

    def _read(self, end: float) -> bool:
        """Read what comes next; return whether anything did."""
        ready, _, _ = select.select([self._descriptor], [], [], max(0.0, end - time.monotonic()))
        try:
            part = os.read(self._descriptor, 65_536) if ready else b""
        except OSError:
            # How Linux says that nobody has the terminal open any more.
            part = b""
        self.shown += part.decode().replace("\r\n", "\n")
        return bool(part)


@contextmanager
def in_terminal(folder: Path, *arguments: str, **environment: str) -> Iterator[Terminal]:
    """Run the command in the folder, in a terminal of its own, and end it with the block."""
    ours, theirs = pty.openpty()

    def take_terminal() -> None:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    process = subprocess.Popen(
        [sys.executable, "-m", "bot", *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=folder,
        env=_environment(environment),
        start_new_session=True,
        preexec_fn=take_terminal,  # noqa: PLW1509 -- a terminal has to be taken by its own process
    )
    os.close(theirs)
    try:
        yield Terminal(process, ours)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            process.wait()
        os.close(ours)


def _environment(given: Mapping[str, str]) -> dict[str, str]:
    """Return the environment with no settings of ours but the given ones."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SLACK_", "LLM_", "PAPER_ROUND_"))
    }
    return {**kept, "NO_PROXY": "127.0.0.1", "PYTHONPATH": str(ROOT), **given}
