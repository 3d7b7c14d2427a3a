"""The commands for documents: digest files imported, a day printed, and many days kept as files."""

import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import click

from bot.commands.terminal import (
    counted,
    current_clock,
    database_option,
    language_option,
    read_date,
    say,
    source_option,
    with_storage,
)
from bot.documents.archive import Archived, Indexed, archive_into
from bot.documents.day import Document, as_json, as_markdown, as_text, read_document
from bot.documents.digest_file import DigestFile
from bot.documents.files import read_digest_file
from bot.documents.importer import few_at_once, import_together
from bot.documents.pages.site import Wanted, site_into
from bot.errors import NotADigestError
from bot.settings import read_site_address
from storage.address import Address
from storage.runner import Runner
from storage.tables import Tables

_source_option = source_option(
    "digest-file, huggingface or arxiv:CATEGORY.", show_default="the first with papers that day"
)

_language_of_day_option = language_option("The language of the summaries.", "the one most of them are in")


@click.command("import")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@language_option("The language of the summaries.", "detected from each text")
@database_option
def import_files(files: tuple[Path, ...], language: str | None, database: Address | None) -> None:
    """Import papers and summaries from digest files.

    Importing a file again changes nothing. A file that can't be read or isn't a digest is reported and
    skipped; the command then exits with status 1.
    """

    async def import_all(storage: Runner) -> int:
        return sum([await _import_files(storage, some, language) for some in few_at_once(files)])

    if with_storage(database, import_all) < len(files):
        sys.exit(1)


@click.command()
@click.argument("day", metavar="DATE", type=read_date)
@_source_option
@click.option(
    "--format",
    "layout",
    type=click.Choice(["text", "markdown", "json"]),
    default="text",
    show_default=True,
    help="Text to read, a digest file to import elsewhere, or JSON for scripts.",
)
@_language_of_day_option
@database_option
def digest(
    day: date, source: str | None, layout: str, language: str | None, database: Address | None
) -> None:
    """Print a day's papers and their summaries.

    DATE is a day such as 2025-09-29. Text and Markdown have the summaries in one language, JSON has them all.
    """

    async def read(storage: Runner) -> Document:
        return await storage.read(lambda tables: read_document(tables, day, source))

    document = with_storage(database, read, must_exist=True)
    text = _laid_out(document, layout, language or document.language)
    say(text, nl=not text.endswith("\n"))


def _read_address(_context: click.Context, _option: click.Parameter, url: str | None) -> str | None:
    try:
        return read_site_address(url) if url else None
    except ValueError as error:
        raise click.BadParameter(f"{error}.") from error


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--format",
    "layouts",
    type=click.Choice(["markdown", "html", "atom"]),
    multiple=True,
    default=["markdown"],
    show_default=True,
    help="Digest files for git, web pages, or an Atom feed. Give it several times for several of them.",
)
@click.option(
    "--url",
    "address",
    metavar="URL",
    callback=_read_address,
    help="Where DIR will be on the web. A feed needs it for its links.",
)
@click.option(
    "--since",
    metavar="DATE",
    type=read_date,
    show_default="the first day with papers",
    help="The first day to write.",
)
@_source_option
@_language_of_day_option
@database_option
def archive(
    folder: Path,
    layouts: tuple[str, ...],
    address: str | None,
    since: date | None,
    source: str | None,
    language: str | None,
    database: Address | None,
) -> None:
    """Write each day to a file: Markdown for git, or web pages and a feed.

    In Markdown, a day becomes DIR/YYYY/MM/DD.md, in the format that `paper-round import` reads. In HTML, it
    becomes DIR/YYYY/MM/DD.html, and DIR/index.html and an index of each year lead to it: a site for any
    static host. DIR/feed.xml is the Atom feed of the newest 14 days that are complete. Only files whose
    content changes are written, and none is removed.
    """
    if "atom" in layouts and not address:
        raise click.UsageError("A feed has whole addresses: give --url, such as https://papers.example.org/.")
    wanted = Wanted(
        source, language, has_pages="html" in layouts, has_feed="atom" in layouts, address=address
    )
    first, now = since or date.min, current_clock().now()

    def write(tables: Tables) -> tuple[list[Archived], list[Indexed]]:
        files = archive_into(tables, folder, first, source, language) if "markdown" in layouts else []
        pages, indexes = site_into(tables, folder, first, wanted, now)
        return [*files, *pages], indexes

    days, indexes = with_storage(database, lambda storage: storage.read(write), must_exist=True)
    for day in days:
        if day.is_new:
            say(f"{day.path}: {counted(day.papers, 'paper')}, {_summaries(day.summaries)}")
    for index in indexes:
        if index.is_new:
            say(str(index.path))
    changed = [each.is_new for each in days] + [each.is_new for each in indexes]
    say(f"{sum(changed)} written, {len(changed) - sum(changed)} unchanged")


async def _import_files(storage: Runner, paths: Iterable[Path], language: str | None) -> int:
    """Import a few files, print how much each holds, and return how many could be read as digests."""
    digests = list(filter(None, (_read(path, language) for path in paths)))
    for done in await import_together(storage, digests):
        papers = f"{counted(done.papers, 'paper')} ({done.new_papers} new)"
        say(f"{done.day}: {papers}, {_summaries(done.summaries)}")
    return len(digests)


def _read(path: Path, language: str | None) -> DigestFile | None:
    """Return what a file holds, and print what is wrong with it; `None` where it is no digest."""
    try:
        digest_file = read_digest_file(path, language)
    except NotADigestError as error:
        say(f"Error: {error}", err=True)
        return None
    for problem in digest_file.problems:
        say(f"{path}, line {problem.line}: {problem.sentence}", err=True)
    return digest_file


def _laid_out(document: Document, layout: str, language: str) -> str:
    if layout == "json":
        return as_json(document)
    return as_markdown(document, language) if layout == "markdown" else as_text(document, language)


def _summaries(count: int) -> str:
    return counted(count, "summary", "summaries")
