"""The commands for documents: a day printed, and many days kept as files."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.commands.terminal import database_option, language_option, with_storage

if TYPE_CHECKING:
    # Commands import what they need when they run, so that --help is quick.
    from bot.documents.archive import Archived
    from bot.documents.day import Document
    from storage.runner import Runner

_DAY = click.DateTime(["%Y-%m-%d"])

_source_option = click.option(
    "--source", help="Default: the first that has papers, of digest-file, huggingface, arxiv:…"
)


@click.command()
@click.argument("day", metavar="DATE", type=_DAY)
@_source_option
@click.option(
    "--format",
    "layout",
    type=click.Choice(["text", "markdown", "json"]),
    default="text",
    show_default=True,
    help="Text to read, the digest format, or one JSON object.",
)
@language_option
@database_option
def digest(
    day: datetime, source: str | None, layout: str, language: str | None, database: Path | None
) -> None:
    """Print the papers of DATE with their summaries.

    Text and Markdown hold the summaries in one language, by default that of most of them; JSON holds all.
    """
    from bot.documents.day import as_json, as_markdown, as_text, read_document

    async def read(storage: "Runner") -> "Document":
        return await storage.read(lambda tables: read_document(tables, day.date(), source))

    document = with_storage(database, read, must_exist=True)
    wanted = language or document.language
    if layout == "json":
        text = as_json(document)
    else:
        text = as_markdown(document, wanted) if layout == "markdown" else as_text(document, wanted)
    click.echo(text, nl=not text.endswith("\n"))


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--since", type=_DAY, help="The first day. Default: all days that have papers.")
@_source_option
@language_option
@database_option
def archive(
    folder: Path, since: datetime | None, source: str | None, language: str | None, database: Path | None
) -> None:
    """Keep each day that has papers as DIR/YYYY/MM/DD.md, in the digest format; made for a folder in git.

    Only files whose content changed are written, and none is removed. Each holds the summaries in one
    language, by default that of most of the day's.
    """
    from bot.documents.archive import archive_into

    async def write(storage: "Runner") -> "list[Archived]":
        first = since.date() if since else date.min
        return await storage.read(lambda tables: archive_into(tables, folder, first, source, language))

    done = with_storage(database, write, must_exist=True)
    for each in done:
        if each.is_new:
            click.echo(f"{each.path}: {each.papers} papers, {each.summaries} summaries")
    unchanged = sum(not each.is_new for each in done)
    click.echo(f"{len(done) - unchanged} written, {unchanged} unchanged")
