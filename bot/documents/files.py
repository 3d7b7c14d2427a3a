"""Reads digest files from disk, and the bundled sample."""

from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

from bot.documents.digest_file import DigestFile, Problem, parse
from bot.errors import NotADigestError
from bot.text.encodings import marked_encoding

SAMPLE_LANGUAGES = ("en", "zh-CN")
_SAMPLE_DAY = "2025-09-29"


def read_digest_file(path: Path, language: str | None = None) -> DigestFile:
    """Read a digest file; raises `NotADigestError`, which names the file.

    Bytes that are not UTF-8 become U+FFFD, and their line a problem.
    """
    try:
        content = path.read_bytes()
        return _parsed(content, language)
    except OSError as error:
        raise NotADigestError(f"{path} cannot be read: {error.strerror}.") from error
    except NotADigestError as error:
        raise NotADigestError(f"{path}: {error}") from error


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
