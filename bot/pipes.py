"""Named pipes, as `<(command)` in a shell makes them: read once, with bounds on time and size."""

import os
import select
from pathlib import Path

SECONDS_FOR_A_PIPE = 10.0
"""How long to wait for whoever writes; without an end to it a command would wait for ever."""


NOBODY_WROTE = f"nobody wrote to it for {SECONDS_FOR_A_PIPE:.0f} seconds"
"""What is wrong with a pipe for which `written_to` returns `None`."""


def written_to(pipe: Path, most_bytes: int) -> bytes | None:
    """Return what is written to a pipe, cut off after `most_bytes` and a little more.

    Returns `None` if nobody writes for `SECONDS_FOR_A_PIPE`; raises OSError.
    """
    # Opened without waiting for the writer; what is read before there is one would be taken for the end.
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    content = bytearray()
    try:
        while select.select([reading], [], [], SECONDS_FOR_A_PIPE)[0]:
            part = os.read(reading, 65_536)
            content += part
            if not part or len(content) > most_bytes:
                return bytes(content)
    finally:
        os.close(reading)
    return None
