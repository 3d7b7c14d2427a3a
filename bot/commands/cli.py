"""The paper-round command."""

import asyncio
import contextlib
import logging
import os
import sys
import tempfile
import webbrowser
import zoneinfo
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.commands.channels import deliver, status, subscribe, subscriptions, unsubscribe
from bot.commands.documents import archive, digest
from bot.commands.sources import fetch
from bot.commands.summaries import summarise
from bot.commands.terminal import (
    TellingGroup,
    database_option,
    language_option,
    settings_with,
    until_stopped,
    with_storage,
)
from bot.errors import NotADigestError

if TYPE_CHECKING:
    # Commands import what they need when they run, so that --help is quick.
    from bot.delivery.deliverer import Progress
    from storage.runner import Runner

_file = click.Path(exists=True, dir_okay=False, path_type=Path)

_PROXY_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


@click.group(cls=TellingGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="paper-round")
@click.option("-v", "--verbose", is_flag=True, help="Log what happens, not only what goes wrong.")
def main(verbose: bool) -> None:
    """Paper Round delivers each day's AI papers into Slack, as threads of cards.

    Begin with `paper-round demo`: it needs no Slack.
    """
    from bot.logs import set_up_logging

    # The pinned tzdata package, not whatever rules this machine has: a digest's hour must not depend on it.
    zoneinfo.reset_tzpath(to=())
    set_up_logging(logging.INFO if verbose else logging.WARNING)


@main.command()
@click.option(
    "--digest",
    type=_file,
    help="A digest file to deliver. Default: the bundled sample.",
)
@language_option
@click.option("--once", is_flag=True, help="End when the digest is delivered; status 0 if it is whole.")
@click.option("--port", default=0, show_default="a free one", help="The port of the sandbox's page.")
@database_option
def demo(digest: Path | None, language: str | None, once: bool, port: int, database: Path | None) -> None:
    """Try the bot in a local Slack: nothing to install, nothing leaves this machine.

    Starts a sandbox and the bot in it, delivers a day of papers into #papers and prints the address of a page
    on which you can read the thread, press Save and type /papers. Runs until Ctrl-C. Without --db the
    database is a temporary one.
    """
    from bot.clock import SystemClock
    from bot.commands.demo import Announcer, DemoOptions, demo_workspace, run_demo

    _ignore_proxies()
    clock = SystemClock()
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="paper-round-"))
        options = DemoOptions(database or Path(folder) / "demo.db", digest, language, port, once)
        announcer = Announcer(click.echo, _show_progress, _keep_closed if once else _open_page)
        is_whole = until_stopped(run_demo(options, clock, announcer, demo_workspace(clock)))
    if is_whole is False:
        sys.exit(1)


@main.command()
@database_option
def run(database: Path | None) -> None:
    """Connect to Slack, answer people, and bring open deliveries to their end. Runs until Ctrl-C.

    Needs SLACK_BOT_TOKEN and SLACK_APP_TOKEN, from the environment or a file .env here.
    """
    from bot.app import application
    from bot.clock import SystemClock

    async def serve() -> None:
        async with application(settings_with(database), SystemClock()) as bot:
            click.echo(f"Connected to workspace {bot.workspace}. Ctrl-C ends.")
            await asyncio.Event().wait()

    until_stopped(serve())


@main.command()
@click.option("--port", default=0, show_default="a free one", help="The port of its page and its Web API.")
@click.option("--config", type=_file, help="People, channels and rates, as JSON. Default: a small team.")
@click.option("--manifest", type=_file, help="The app's manifest, as JSON. Default: Paper Round's own.")
def sandbox(port: int, config: Path | None, manifest: Path | None) -> None:
    """Start the local Slack alone, for a bot in another process, and print the settings that a bot needs.

    bot/sandbox/CONTROL.md tells how to drive it from tests in any language. Runs until Ctrl-C.
    """
    from bot.manifest import load_manifest
    from bot.sandbox import SandboxError, serve
    from bot.sandbox.standalone import read_json

    try:
        described = read_json(manifest) if manifest else load_manifest()
        until_stopped(serve(described, port=port, config_path=config, announce=click.echo))
    except SandboxError as error:
        raise click.ClickException(str(error)) from error


@main.command("import")
@click.argument("files", nargs=-1, required=True, type=_file)
@language_option
@database_option
def import_files(files: tuple[Path, ...], language: str | None, database: Path | None) -> None:
    """Keep the papers and summaries of digest FILES; the same file again changes nothing.

    The language is that of the summaries; by default the script of each text tells it. A file that is no
    digest is named, the others are still imported, and the status is then 1.
    """

    async def import_all(storage: "Runner") -> bool:
        return all([await _import_file(storage, path, language) for path in files])

    if not with_storage(database, import_all):
        sys.exit(1)


async def _import_file(storage: "Runner", path: Path, language: str | None) -> bool:
    """Import one file and tell whether it is a digest."""
    from bot.documents.files import read_digest_file
    from bot.documents.importer import import_into

    try:
        digest = read_digest_file(path, language)
    except NotADigestError as error:
        click.echo(f"Error: {error}", err=True)
        return False
    for problem in digest.problems:
        click.echo(f"{path}, line {problem.line}: {problem.sentence}", err=True)
    done = await import_into(storage, digest)
    click.echo(f"{done.day}: {done.papers} papers ({done.new_papers} new), {done.summaries} summaries")
    return True


def _ignore_proxies() -> None:
    """Drop the proxy variables: the demo talks to itself alone, and slack_sdk reads them at each call."""
    for name in _PROXY_VARIABLES:
        os.environ.pop(name, None)
        os.environ.pop(name.lower(), None)


def _show_progress(progress: "Progress") -> None:
    if sys.stderr.isatty():
        is_last = progress.posted == progress.papers
        click.echo(f"\r{progress.posted} of {progress.papers} cards", nl=is_last, err=True)


def _keep_closed(_url: str) -> None:
    """Open nothing: with --once nobody stays to look."""


def _open_page(url: str) -> None:
    """Open the page where there is a desktop; in a bare terminal a text browser would take it over."""
    if sys.platform in {"darwin", "win32"} or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        webbrowser.open(url)


for _command in (subscribe, subscriptions, unsubscribe, deliver, status, fetch, summarise, digest, archive):
    main.add_command(_command)
