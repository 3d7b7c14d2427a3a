"""A `.env` file with some of its settings changed; all else in it stays as it is."""

import io
import os
import re
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from dotenv.parser import Binding, parse_stream

_TAIL = re.compile(r"(?P<tail>([^\S\r\n]+#[^\r\n]*)?[\r\n]*)\Z")
# In quotes a hash begins no comment.
_TAIL_OF_QUOTED = re.compile(r"""[^\S\r\n]*(['"])(\\.|(?!\1).)*\1(?P<tail>.*)\Z""", re.DOTALL)
_PLAIN = re.compile(r"[\w./:@%+,~-]*", re.ASCII)


def with_values(text: str, values: Mapping[str, str]) -> str:
    """Return the text with these settings: each in its old place, or else at the end; pure."""
    line_end = "\r\n" if "\r\n" in text else "\n"
    bindings = list(parse_stream(io.StringIO(text, newline="")))
    # Of several lines that set the same, the last one counts.
    last = {binding.key: number for number, binding in enumerate(bindings) if binding.key in values}
    parts = [
        _changed(binding, values[binding.key or ""])
        if last.get(binding.key) == number
        else binding.original.string
        for number, binding in enumerate(bindings)
    ]
    kept = "".join(parts)
    added = [f"{name}={_quoted(value)}{line_end}" for name, value in values.items() if name not in last]
    gap = line_end if added and kept and not kept.endswith(("\n", "\r")) else ""
    return f"{kept}{gap}{''.join(added)}"


def write_private(path: Path, text: str) -> None:
    """Write the file in one step, readable for its owner alone; an interruption leaves the old one.

    A link keeps leading to the file that it names. Raises OSError.
    """
    target = path.resolve()
    # It is made for its owner alone.
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f"{target.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def _changed(binding: Binding, value: str) -> str:
    """Return the binding's lines with another value; what stands around it stays, a comment too."""
    if binding.value == value:
        return binding.original.string
    head, _, rest = binding.original.string.partition("=")
    tail = _TAIL_OF_QUOTED.match(rest) or _TAIL.search(rest)
    return f"{head}={_quoted(value)}{tail['tail'] if tail else ''}"


def _quoted(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
