"""The commands about one person: their list as a file, and all that is kept of them."""

import sys
from dataclasses import asdict
from datetime import date
from pathlib import Path

import click

from bot.commands.terminal import counted, current_clock, database_option, say, with_storage
from bot.lookup.own_list import Owner, read_own_query, whole_list
from bot.references.export import FORMATS, export
from bot.references.saved import references_of
from storage.address import Address
from storage.records import PersonalData
from storage.runner import Runner

_user_option = click.option(
    "--user", "person", metavar="U…", required=True, help="The person's id in Slack, such as U012AB3CD."
)
_workspace_option = click.option(
    "--workspace",
    metavar="T…",
    help="The workspace's id; needed only where the same id is known in several.",
)


@click.group()
def saved() -> None:
    """Write one person's saved papers to a file."""


@saved.command("export")
@click.argument("filters", nargs=-1)
@_user_option
@click.option(
    "--format",
    "format_name",
    type=click.Choice(list(FORMATS)),
    default="bibtex",
    show_default=True,
    help="The format of the file.",
)
@_workspace_option
@click.option(
    "--output",
    type=click.Path(dir_okay=False, writable=True, allow_dash=True, path_type=Path),
    show_default="standard output",
    help="The file to write; one that is there is replaced.",
)
@database_option
def export_saved(
    filters: tuple[str, ...],
    person: str,
    format_name: str,
    workspace: str | None,
    output: Path | None,
    database: Address | None,
) -> None:
    """Write one person's saved papers, with their notes and tags, in a format of reference managers.

    FILTERS are as in /papers saved: words, #tags, and unread, reading or read.
    """
    today = current_clock().now().date()

    async def read(storage: Runner) -> tuple[str, int]:
        return await _exported(storage, person, workspace, format_name, " ".join(filters), today)

    text, count = with_storage(database, read, must_exist=True)
    if output is None or output == Path("-"):
        sys.stdout.write(text)
        return
    try:
        output.write_bytes(text.encode())
    except OSError as error:
        raise click.UsageError(f"{output} cannot be written: {error.strerror}.") from error
    say(f"{counted(count, 'paper')} written to {output}")


@click.command()
@_user_option
@_workspace_option
@click.option("--yes", is_flag=True, help="Remove without asking.")
@database_option
def forget(person: str, workspace: str | None, yes: bool, database: Address | None) -> None:
    """Remove everything that is kept of one person.

    Their list with its notes and tags, settings, requests and reports go for good. Digests that they set up
    go on without their name. What is kept is shown first.
    """

    async def look(storage: Runner) -> tuple[str, PersonalData]:
        where = await _workspace_of(storage, person, workspace)
        return where, await storage.read(lambda tables: tables.people.what_is_kept(where, person))

    where, kept = with_storage(database, look, must_exist=True)
    kinds = [f"{number:,} {name.replace('_', ' ')}" for name, number in asdict(kept).items() if number]
    say(f"{person} in {where}: {', '.join(kinds)}")
    if not yes:
        click.confirm("Remove all of it for good?", abort=True)

    async def remove(storage: Runner) -> None:
        await storage.write(lambda tables: tables.people.forget(where, person))

    with_storage(database, remove, must_exist=True)
    say(f"Nothing is kept of {person} any more.")


async def _exported(
    storage: Runner, person: str, workspace: str | None, format_name: str, filters: str, today: date
) -> tuple[str, int]:
    """Return the file and how many papers are in it."""
    owner = Owner(await _workspace_of(storage, person, workspace), person)
    papers = await whole_list(storage, read_own_query(filters, today), owner)
    return export(format_name, references_of(papers)), len(papers)


async def _workspace_of(storage: Runner, person: str, workspace: str | None) -> str:
    """Return the workspace in which something is kept of the person; raises `UsageError`."""
    known = await storage.read(lambda tables: tables.people.workspaces(person))
    if workspace in known:
        return workspace
    if not known or workspace:
        where = f" in workspace {workspace}" if workspace else ""
        raise click.UsageError(
            f"Nothing is kept of {person}{where}. Use the id that Slack shows in a profile."
        )
    if len(known) > 1:
        raise click.UsageError(f"{person} is known in {', '.join(known)}. Choose one with --workspace.")
    return known[0]
