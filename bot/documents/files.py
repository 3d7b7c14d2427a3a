"""Reads digest files from disk, and the bundled sample."""

import stat
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

from bot.documents.digest_file import DigestFile, Problem, parse
from bot.errors import NotADigestError
from bot.files import NOBODY_WROTE, written_to
from bot.text.encodings import marked_encoding

SAMPLE_LANGUAGES = ("en", "zh-CN")
_SAMPLE_DAY = "2025-09-29"

_MOST_BYTES = 20_000_000
"""The longest day of all of arXiv, with full summaries, is a fifth of this."""


def read_digest_file(path: Path, language: str | None = None) -> DigestFile:
    """Read a digest file; raises `NotADigestError`, which names the file.

    Bytes that are not UTF-8 become U+FFFD, and their line a problem.
    """
    try:
        return _parsed(_content_of(path), language)
    except OSError as error:
        raise NotADigestError(f"{path} cannot be read: {error.strerror}.") from error
    except NotADigestError as error:
        raise NotADigestError(f"{path}: {error}") from error


def _content_of(path: Path) -> bytes:
    """Return a file's content; raises OSError, and `NotADigestError` for what has no end or is too large."""
    mode = path.stat().st_mode
    if stat.S_ISFIFO(mode):
        content = written_to(path, _MOST_BYTES)
        if content is None:
            raise NotADigestError(f"this is a pipe, and {NOBODY_WROTE}.")
    elif stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    else:
        raise NotADigestError("this is a device, not a file.")
    if len(content) > _MOST_BYTES:
        raise NotADigestError(f"this has more than {_MOST_BYTES:,} bytes, which no digest has.")
    return content


def _parsed(content: bytes, language: str | None) -> DigestFile:
    encoding = marked_encoding(content) or "utf-8"
    try:
        return parse(content.decode(encoding), language=language)
    except UnicodeDecodeError as error:
        undecodable = f"this is not UTF-8 text (byte {error.start})."
    try:
        digest = parse(content.decode(encoding, "replace"), language=language)
    except NotADigestError:
        raise NotADigestError(undecodable) from None
    return replace(digest, problems=(*digest.problems, *_undecodable_lines(content)))


def _undecodable_lines(content: bytes) -> Iterator[Problem]:
    for number, line in enumerate(content.split(b"\n"), 1):
        try:
            line.decode()
        except UnicodeDecodeError:
            yield Problem(number, "This line has bytes that are not UTF-8; they were replaced.")


def read_sample() -> list[DigestFile]:
    """Read the bundled day of papers, in each of its languages."""
    folder = files("bot.documents.sample")
    return [
        parse((folder / f"{_SAMPLE_DAY}.{language}.md").read_text(encoding="utf-8"), language=language)
        for language in SAMPLE_LANGUAGES
    ]
