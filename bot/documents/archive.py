"""Many days as files in the digest format, so that a team can keep them in git."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile

from bot.documents.day import as_markdown, read_document, summaries_in
from bot.errors import ArchiveError
from storage.tables import Tables


@dataclass(frozen=True, slots=True)
class Archived:
    """One day's file, how many papers and summaries it holds, and whether its content is new."""

    path: Path
    papers: int
    summaries: int
    is_new: bool


def archive_into(
    tables: Tables, folder: Path, since: date, source: str | None, language: str | None
) -> list[Archived]:
    """Write each day from `since` on that has papers to `folder`, where its content changed.

    Without a language each day comes in that of most of its summaries. Raises `ArchiveError` where a file
    cannot be written.
    """
    days = tables.listings.days_with_papers(since, source)
    return [_archive(tables, folder, day, source, language) for day in days]


def _archive(tables: Tables, folder: Path, day: date, source: str | None, language: str | None) -> Archived:
    document = read_document(tables, day, source)
    wanted = language or document.language
    path = folder / f"{day:%Y}" / f"{day:%m}" / f"{day:%d}.md"
    is_new = _write_if_changed(path, as_markdown(document, wanted).encode())
    return Archived(path, len(document.papers), len(summaries_in(document, wanted)), is_new)


def _write_if_changed(path: Path, content: bytes) -> bool:
    """Write the file whole or not at all; a reader never sees half of it."""
    try:
        if path.exists() and path.read_bytes() == content:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".md", delete=False) as file:
            file.write(content)
        # A temporary file is its owner's alone; an archive is to be read.
        Path(file.name).chmod(0o644)
        Path(file.name).replace(path)
    except OSError as error:
        raise ArchiveError(f"{path} cannot be written: {error.strerror or error}.") from error
    return True
