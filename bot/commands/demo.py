"""The command that shows the bot in a local Slack, with a day of papers on its way into a channel."""

import asyncio
import os
import sys
import tempfile
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import click
from pydantic import SecretStr

from bot.app import Application, application
from bot.clock import Clock
from bot.commands.endings import Incomplete
from bot.commands.terminal import (
    FILE,
    counted,
    current_clock,
    database_option_with,
    language_option,
    port_option,
    run_to_end,
    run_until_stopped,
    say,
)
from bot.delivery.deliverer import Progress
from bot.documents.digest_file import DigestFile
from bot.documents.files import read_digest_file, read_sample
from bot.documents.importer import import_into
from bot.manifest import app_manifest
from bot.sandbox import Configuration, Sandbox, SandboxError, Workspace, create_workspace
from bot.settings import Settings, load_settings
from bot.sources.kinds import DIGEST_FILE
from bot.subscriptions.preferences import save_preferences
from bot.text.language import most_common_language, primary_language
from storage.address import Address
from storage.records import Preferences

CHANNEL = "papers"

_SECONDS_BETWEEN_REPORTS = 1.0

_PROXY_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What the demo shows, and for how long."""

    #: Where the bot keeps its tables.
    database: Address
    #: The digest file to deliver, or `None` for the bundled sample.
    digest: Path | None = None
    #: The channel's language, or `None` for that of most summaries.
    language: str | None = None
    #: The port of the sandbox's page, or 0 for a free one.
    port: int = 0
    #: Whether to end when the digest is delivered.
    once: bool = False


@dataclass(frozen=True, slots=True)
class DemoOutput:
    """Where the demo's output goes."""

    #: Is given each line of text.
    echo: Callable[[str], None]
    #: Is given the delivery's progress once a second.
    progress: Callable[[Progress], None] = lambda _progress: None
    #: Is given the address of the sandbox's page once it is open.
    opened: Callable[[str], None] = lambda _url: None


@click.command()
@click.option("--digest", type=FILE, show_default="a bundled sample", help="The digest file to deliver.")
@language_option("The language of the cards, such as en or zh-CN.", "that of the summaries")
@click.option("--once", is_flag=True, help="Exit when the digest is delivered, with status 0 if it is whole.")
@port_option("Port of the page that opens.")
@database_option_with("The SQLite file to keep the demo in.", "a temporary one")
def demo(digest: Path | None, language: str | None, once: bool, port: int, database: Path | None) -> None:
    """Try the bot in a local Slack, with a day of papers.

    You see a digest arrive in #papers, on a page where you can read its thread, save papers and type
    /papers help. Nothing leaves your machine. It runs until you press Ctrl-C, and keeps nothing unless you
    give --db.
    """
    _ignore_proxies()
    clock = current_clock()
    with tempfile.TemporaryDirectory(prefix="paper-round-") as folder:
        options = DemoOptions(database or Path(folder) / "demo.db", digest, language, port, once)
        digests = read_digests(options)
        workspace = demo_workspace(clock, options.language or _language(digests[0]))
        output = DemoOutput(say, _show_progress, _keep_closed if once else _open_page)
        # Without --once, Ctrl-C is how the demo ends.
        run = run_to_end if once else run_until_stopped
        try:
            is_whole = run(run_demo(options, digests, clock, output, workspace))
        except SandboxError as error:
            raise Incomplete(str(error)) from error
    if is_whole is False:
        sys.exit(1)


def read_digests(options: DemoOptions) -> list[DigestFile]:
    """Read what the demo delivers: the first is delivered, the others are that day in other languages."""
    return [read_digest_file(options.digest, options.language)] if options.digest else read_sample()


async def run_demo(
    options: DemoOptions, digests: list[DigestFile], clock: Clock, output: DemoOutput, workspace: Workspace
) -> bool:
    """Deliver the digest into the sandbox's workspace and return whether all of it arrived.

    Without `once` the demo runs until it is cancelled, so that the viewer can try the bot.
    """
    async with (
        Sandbox(workspace, port=options.port) as sandbox,
        # Nothing leaves the machine: neither lists nor the papers' details are fetched.
        application(_settings(options, workspace, sandbox.api_url), clock, has_sources=False) as bot,
    ):
        output.echo(f"Your local Slack is at {sandbox.url} (this machine only).")
        output.opened(sandbox.url)
        for digest in digests:
            await import_into(bot.storage, digest)
        is_whole = await _deliver(bot, workspace, clock, digests, options, output)
        if not options.once:
            output.echo("Try /papers help on the page. Press Ctrl-C to end the demo.")
            await asyncio.Event().wait()
    return is_whole


def demo_workspace(clock: Clock, language: str) -> Workspace:
    """Return the demo's workspace, with the app installed from its own manifest.

    The page opens as the first person: one who speaks the language, if there is one.
    """
    everyone = Configuration().people
    first = [each for each in everyone if primary_language(each.locale) == primary_language(language)]
    people = tuple(dict.fromkeys([*first, *everyone]))
    return create_workspace(app_manifest(), clock, Configuration(people=people))


async def _deliver(
    bot: Application,
    workspace: Workspace,
    clock: Clock,
    digests: list[DigestFile],
    options: DemoOptions,
    output: DemoOutput,
) -> bool:
    day = digests[0].day
    channel, language = workspace.channel(CHANNEL).id, options.language or _language(digests[0])
    viewer = next(iter(workspace.people.values()))
    preferences = Preferences(language, sources=(DIGEST_FILE.name,), zone=viewer.tz)
    subscription = await bot.storage.write(
        lambda tables: save_preferences(tables, bot.workspace, channel, preferences, clock.now())
    )
    delivery_id = await bot.deliverer.open_asked(subscription, day)
    if delivery_id is None:
        output.echo(f"{day} has no papers, so there is nothing to deliver.")
        return True
    progress = await _watch(bot, delivery_id, output)
    output.echo(_outcome(progress, day))
    return progress.posted == progress.papers


async def _watch(bot: Application, delivery_id: int, output: DemoOutput) -> Progress:
    """Run the delivery and report its progress once a second."""
    running = asyncio.create_task(bot.deliverer.run(delivery_id))
    while not running.done():
        await asyncio.wait([running], timeout=_SECONDS_BETWEEN_REPORTS)
        output.progress(await bot.deliverer.progress(delivery_id))
    return running.result()


def _outcome(progress: Progress, day: date) -> str:
    reason = f" ({progress.reason})" if progress.reason else ""
    papers = f"{progress.posted} of {counted(progress.papers, 'paper')}"
    return f"Delivered {papers} for {day} to #{CHANNEL}{reason}."


def _language(digest: DigestFile) -> str:
    """Return the language of most of the file's summaries; English where it has none."""
    return most_common_language(entry.summary.language for entry in digest.entries if entry.summary)


def _settings(options: DemoOptions, workspace: Workspace, api_url: str) -> Settings:
    return load_settings(
        bot_token=SecretStr(workspace.bot_token),
        app_token=SecretStr(workspace.app_token),
        api_url=api_url,
        database=options.database,
        command="/papers",
        # Nothing leaves the machine, whichever model the environment names.
        model="",
    )


def _ignore_proxies() -> None:
    """Drop the proxy variables, which slack_sdk reads at each call: the demo talks only to itself."""
    for name in _PROXY_VARIABLES:
        os.environ.pop(name, None)
        os.environ.pop(name.lower(), None)


def _show_progress(progress: Progress) -> None:
    if sys.stderr.isatty():
        is_last = progress.posted == progress.papers
        click.echo(f"\r{progress.posted} of {progress.papers} cards", nl=is_last, err=True)


def _keep_closed(_url: str) -> None:
    """Open nothing: with --once nobody stays to look."""


def _open_page(url: str) -> None:
    """Open the page where there is a desktop; in a bare terminal a text browser would take it over."""
    if sys.platform in {"darwin", "win32"} or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        webbrowser.open(url)
