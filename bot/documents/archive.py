"""Writes days as digest files, so that a team can keep them in git."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile

from bot.documents.day import as_markdown, read_document, summaries_in
from bot.errors import ArchiveError
from storage.tables import Tables


@dataclass(frozen=True, slots=True)
class Archived:
    """One day's file in an archive."""

    path: Path
    #: How many papers it holds.
    papers: int
    #: How many of them have a summary.
    summaries: int
    #: Whether its content has changed.
    is_new: bool


@dataclass(frozen=True, slots=True)
class Indexed:
    """A file of an archive that leads to its days."""

    path: Path
    #: Whether its content has changed.
    is_new: bool


def archive_into(
    tables: Tables, folder: Path, since: date, source: str | None, language: str | None
) -> list[Archived]:
    """Write each day with papers since `since` to `folder`, if its content has changed.

    Without a language each day uses that of most of its summaries. Raises `ArchiveError` where a file cannot
    be written.
    """
    days = tables.listings.days_with_papers(since, source)
    return [_archive(tables, folder, day, source, language) for day in days]


def _archive(tables: Tables, folder: Path, day: date, source: str | None, language: str | None) -> Archived:
    document = read_document(tables, day, source)
    shown = language or document.language
    path = folder / f"{day:%Y}" / f"{day:%m}" / f"{day:%d}.md"
    is_new = write_if_changed(path, as_markdown(document, shown).encode())
    return Archived(path, len(document.papers), len(summaries_in(document, shown)), is_new)


def write_if_changed(path: Path, content: bytes) -> bool:
    """Write the file atomically and return `True`, if its content differs.

    Raises `ArchiveError` where it cannot be written.
    """
    try:
        if path.exists() and path.read_bytes() == content:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, prefix=".", suffix=path.suffix, delete=False) as file:
            file.write(content)
        # Only its owner can read a temporary file, but an archive is shared.
        Path(file.name).chmod(0o644)
        Path(file.name).replace(path)
    except OSError as error:
        raise ArchiveError(f"{path} cannot be written: {error.strerror or error}.") from error
    return True
