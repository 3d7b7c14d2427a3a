"""Reads digest files from disk, and the bundled sample."""

from importlib.resources import files
from pathlib import Path

from bot.documents.digest_file import DigestFile, parse
from bot.errors import NotADigestError

SAMPLE_LANGUAGES = ("en", "zh-CN")
_SAMPLE_DAY = "2025-09-29"


def read_digest_file(path: Path, language: str | None = None) -> DigestFile:
    """Read a digest file; raises `NotADigestError`, which names the file."""
    try:
        return parse(path.read_text(encoding="utf-8"), language=language)
    except UnicodeDecodeError as error:
        raise NotADigestError(f"{path}: this is not UTF-8 text (byte {error.start}).") from error
    except NotADigestError as error:
        raise NotADigestError(f"{path}: {error}") from error


def read_sample() -> list[DigestFile]:
    """Read the bundled day of papers, in each of its languages."""
    folder = files("bot.sample")
    return [
        parse((folder / f"{_SAMPLE_DAY}.{language}.md").read_text(encoding="utf-8"), language=language)
        for language in SAMPLE_LANGUAGES
    ]
