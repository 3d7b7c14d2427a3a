"""What the commands share: options, errors as words, the tables, and running until stopped."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from bot.errors import PaperRoundError, SettingsError, StorageError
from bot.text import clean

if TYPE_CHECKING:
    # Commands import what they need when they run, so that --help is quick.
    from bot.settings import Settings
    from storage.runner import Runner

T = TypeVar("T")

database_option = click.option(
    "--db",
    "database",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The SQLite file. Default: PAPER_ROUND_DB, else paper-round.db here.",
)


def _canonical(_context: click.Context, _option: click.Parameter, tag: str | None) -> str | None:
    """Read the tag as everywhere else: summaries in `zh-cn` would be found by nobody who asks for `zh-CN`."""
    from bot.subscriptions.preferences import read_language

    return read_language(tag) if tag else None


language_option = click.option(
    "--language", metavar="TAG", callback=_canonical, help="A BCP 47 tag, such as en or zh-CN."
)


def on_one_line(text: str) -> str:
    """Return what a stranger wrote without line breaks and without controls that steer a terminal."""
    return " ".join(clean(text).split())


class _SettingsTold(click.ClickException):
    """A setting at fault, as the terminal shows it."""

    exit_code = 2


class TellingGroup(click.Group):
    """The one place where errors of ours become words in the terminal."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a setting at fault ends with status 2, any other error of ours with 1."""
        try:
            return super().invoke(ctx)
        except SettingsError as error:
            raise _SettingsTold(str(error)) from error
        except PaperRoundError as error:
            raise click.ClickException(str(error)) from error


def settings_with(database: Path | None) -> "Settings":
    """Return the settings, with the database that `--db` names before them."""
    from bot.settings import load_settings

    settings = load_settings()
    return settings.model_copy(update={"database": database}) if database else settings


def with_storage(
    database: Path | None, work: Callable[["Runner"], Coroutine[Any, Any, T]], *, must_exist: bool = False
) -> T:
    """Return what `work` answers on the database's tables."""
    from storage.runner import InlineRunner

    path = settings_with(database).database
    if must_exist and not path.exists():
        raise StorageError(f"There is no database {path} yet. Import something first, or name it with --db.")
    storage = InlineRunner(path)
    try:
        return asyncio.run(work(storage))
    finally:
        storage.close()


@contextlib.contextmanager
def telling(label: str, length: int) -> Iterator[Callable[[str], None]]:
    """Give a way to tell of each thing when it is done: at once, or after the progress bar where one is."""
    has_bar = sys.stderr.isatty()
    lines: list[str] = []
    try:
        with click.progressbar(length=length, label=label, file=sys.stderr, hidden=not has_bar) as bar:

            def tell(line: str) -> None:
                bar.update(1)
                if has_bar:
                    lines.append(line)
                else:
                    click.echo(line)

            yield tell
    finally:
        if lines:
            click.echo("\n".join(lines))


def until_stopped(work: Coroutine[Any, Any, T]) -> T | None:
    """Run to the end, or until Ctrl-C or SIGTERM; what was opened is closed in both cases."""

    async def stoppable() -> T | None:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        # Windows has no signal handlers of this kind; Ctrl-C works there all the same.
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(signal.SIGTERM, task.cancel if task else loop.stop)
        try:
            return await work
        except asyncio.CancelledError:
            return None

    return asyncio.run(stoppable())
