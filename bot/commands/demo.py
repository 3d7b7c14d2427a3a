"""The demo: the bot in a local Slack, with a day of papers on its way into a channel."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import SecretStr

from bot.app import Application, application
from bot.clock import Clock
from bot.delivery.deliverer import Progress
from bot.documents.digest_file import SOURCE, DigestFile
from bot.documents.files import read_digest_file, read_sample
from bot.documents.importer import import_into
from bot.manifest import load_manifest
from bot.sandbox import Sandbox, Workspace, create_workspace
from bot.settings import Settings
from bot.subscriptions.preferences import begin
from storage.records import Subscription

CHANNEL = "papers"

_SECONDS_BETWEEN_NEWS = 1.0


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What is shown: a digest file, else the bundled sample, in a channel that reads `language`."""

    database: Path
    digest: Path | None = None
    language: str | None = None
    port: int = 0
    once: bool = False


@dataclass(frozen=True, slots=True)
class Announcer:
    """What the demo tells its viewer: lines, progress, and the page's address once there is one."""

    echo: Callable[[str], None]
    progress: Callable[[Progress], None] = lambda _progress: None
    opened: Callable[[str], None] = lambda _url: None


async def run_demo(options: DemoOptions, clock: Clock, announcer: Announcer, workspace: Workspace) -> bool:
    """Deliver the digest into the sandbox's workspace and tell whether all of it is there.

    Without `once` it goes on until it is cancelled, so that the viewer can try the bot.
    """
    digests = [read_digest_file(options.digest, options.language)] if options.digest else read_sample()
    async with (
        Sandbox(workspace, port=options.port) as sandbox,
        # Nothing leaves the machine: no list is fetched, and arXiv is not asked about the sample's papers.
        application(_settings(options, workspace, sandbox.api_url), clock, has_sources=False) as bot,
    ):
        announcer.echo(f"The sandbox is at {sandbox.url} (on this machine only).")
        announcer.opened(sandbox.url)
        for digest in digests:
            await import_into(bot.storage, digest)
        is_whole = await _deliver(bot, workspace, clock, digests, options, announcer)
        if not options.once:
            announcer.echo("Try /papers help on the page. Ctrl-C ends the demo.")
            await asyncio.Event().wait()
    return is_whole


def demo_workspace(clock: Clock) -> Workspace:
    """Return the workspace that the demo plays in, made from the app's own manifest."""
    return create_workspace(load_manifest(), clock=clock)


async def _deliver(
    bot: Application,
    workspace: Workspace,
    clock: Clock,
    digests: list[DigestFile],
    options: DemoOptions,
    announcer: Announcer,
) -> bool:
    day = digests[0].day
    subscription = Subscription(
        workspace=bot.workspace,
        channel=workspace.channel(CHANNEL).id,
        language=options.language or _language(digests[0]),
        sources=(SOURCE,),
    )
    kept = await bot.storage.write(lambda tables: begin(tables, subscription, clock.now()))
    delivery_id = await bot.deliverer.open_asked(kept, day)
    if delivery_id is None:
        announcer.echo(f"{day} is a day without papers: nothing to deliver.")
        return True
    progress = await _watch(bot, delivery_id, announcer)
    announcer.echo(_outcome(progress, day))
    return progress.posted == progress.papers


async def _watch(bot: Application, delivery_id: int, announcer: Announcer) -> Progress:
    """Run the delivery, and tell how far it is once a second."""
    running = asyncio.create_task(bot.deliverer.run(delivery_id))
    while not running.done():
        await asyncio.wait([running], timeout=_SECONDS_BETWEEN_NEWS)
        announcer.progress(await bot.deliverer.progress(delivery_id))
    return running.result()


def _outcome(progress: Progress, day: date) -> str:
    reason = f" ({progress.reason})" if progress.reason else ""
    return f"delivered {progress.posted} of {progress.papers} papers of {day} to #{CHANNEL}{reason}"


def _language(digest: DigestFile) -> str:
    """Return the language of most of the file's summaries; English where it has none."""
    counts = Counter(entry.summary.language for entry in digest.entries if entry.summary)
    return counts.most_common(1)[0][0] if counts else "en"


def _settings(options: DemoOptions, workspace: Workspace, api_url: str) -> Settings:
    return Settings(
        bot_token=SecretStr(workspace.bot_token),
        app_token=SecretStr(workspace.app_token),
        api_url=api_url,
        database=options.database,
        command="/papers",
        # Nothing leaves the machine, whatever model is set for the bot itself.
        model="",
    )
