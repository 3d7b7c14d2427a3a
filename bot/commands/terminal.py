"""What the commands share: options, plain words, the database, progress, and running until stopped."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator
from datetime import date
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

import click

from bot.clock import Clock, SystemClock
from bot.commands.endings import Interrupted, handling
from bot.errors import StorageError
from bot.logs import log_as
from bot.settings import Settings, load_settings
from bot.subscriptions.preferences import read_language, read_source
from bot.text import typed
from bot.text.mrkdwn import printable
from bot.text.slack_tokens import kind_of, pasted
from storage.address import Address, Server, read_address
from storage.database import exists
from storage.runner import InlineRunner, Runner

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class DatabaseAddress(click.Path):
    """The path of a SQLite file, or the address of a PostgreSQL server."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the address; a folder is a complaint of click's."""
        address = read_address(value) if isinstance(value, str) else value
        return address if isinstance(address, Server) else super().convert(address, param, ctx)


def database_option_with(help_text: str, default: str) -> Callable[[F], F]:
    """Return `--db`; `default` says in words which database it is where nobody gives it."""
    return click.option("--db", "database", type=DatabaseAddress(), show_default=default, help=help_text)


database_option = database_option_with(
    "The SQLite file, or postgresql://….", "PAPER_ROUND_DB, or paper-round.db here"
)


class Number(click.IntRange):
    """A whole number, in whatever digits and with whatever stop it is typed."""

    #: As click names it where it complains.
    name = "whole number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number; an invalid one is a complaint of click's."""
        number: Any = typed.plain_value(value) if isinstance(value, str) else value
        return super().convert(number, param, ctx)


class Secret(click.ParamType[str]):
    """A secret in a file, or on a line of standard input; as an argument `ps` would show it to everybody."""

    name = "file"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the first line; a secret in place of a file is a complaint of click's."""
        if not value:
            return ""
        if value != "-" and kind_of(value):
            self.fail(
                "This is the token itself, which anybody on this machine can read in the list of processes. "
                "Name a file that has it, or - for standard input.",
                param,
                ctx,
            )
        if value == "-":
            return pasted(sys.stdin.readline())
        with click.File(encoding="utf-8").convert(value, param, ctx) as file:
            return pasted(file.readline())


def secret_option(name: str, default: str, what: str) -> Callable[[F], F]:
    """Return an option that reads a secret from a file; `default` says in words where else it is from."""
    return click.option(
        name,
        metavar="FILE",
        type=Secret(),
        default="",
        show_default=default,
        help=f"The file that has {what}; - reads a line of standard input.",
    )


def current_clock() -> Clock:
    """Return the clock that the command was started with as click's `obj`, or else the machine's."""
    clock: Clock | None = click.get_current_context().obj
    return clock or SystemClock()


def read_date(text: str) -> date:
    """Read a date such as 2025-09-29; for a `type` of click's."""
    with contextlib.suppress(ValueError):
        if day := typed.read_date(text):
            return day
    raise click.BadParameter(f"{text!r} isn't a date. Write it like 2025-09-29.")


def _read_tag(_context: click.Context, _option: click.Parameter, tag: str | None) -> str | None:
    """Return the tag in its usual case: summaries are kept under `zh-CN`, never under `zh-cn`."""
    return read_language(tag) if tag else None


def _read_source(_context: click.Context, _option: click.Parameter, name: str | None) -> str | None:
    return read_source(name) if name else None


def language_option(help_text: str, default: str) -> Callable[[F], F]:
    """Return `--language`; `default` says in words what it is where nobody gives it."""
    return click.option("--language", metavar="TAG", callback=_read_tag, show_default=default, help=help_text)


def port_option(help_text: str) -> Callable[[F], F]:
    """Return `--port`, of which 0 chooses a free one."""
    most = 65_535
    return click.option(
        "--port",
        metavar="PORT",
        type=Number(0, most),
        default=0,
        show_default="a free one",
        help=help_text,
    )


def say(text: str, *, nl: bool = True, err: bool = False) -> None:
    """Print lines, with whatever strangers wrote in them: nothing that steers a terminal comes through."""
    click.echo(printable(text), nl=nl, err=err)


def source_option(help_text: str, **more: Any) -> Callable[[F], F]:
    """Return `--source`, which reads `arxiv:cs.cl` as `arxiv:cs.CL`."""
    return click.option("--source", metavar="SOURCE", callback=_read_source, help=help_text, **more)


def counted(count: int, singular: str, plural: str | None = None) -> str:
    """Return the number with its noun, such as "1 paper" or "1,200 papers"."""
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"


def settings_with(database: Address | None) -> Settings:
    """Return the settings; a database given with `--db` takes precedence."""
    settings = load_settings()
    log_as(settings.log_format)
    return settings.model_copy(update={"database": database}) if database else settings


def with_storage(
    database: Address | None, work: Callable[[Runner], Coroutine[Any, Any, T]], *, must_exist: bool = False
) -> T:
    """Return the result of `work` on the database's tables."""
    address = settings_with(database).database
    if must_exist and not exists(address):
        raise StorageError(
            f"Nothing is set up yet: I found no database at {address}. To try the bot first, use "
            "`paper-round demo`. To begin, use `paper-round run`, or fetch or import papers. If your "
            "database is elsewhere, name it with --db."
        )
    storage = InlineRunner(address)
    try:
        return asyncio.run(work(storage))
    finally:
        storage.close()


@contextlib.contextmanager
def progress(label: str, length: int) -> Iterator[Callable[[str], None]]:
    """Give a function that prints a finished item's line: at once, or below the progress bar at the end."""
    has_bar = sys.stderr.isatty()
    lines: list[str] = []
    try:
        with click.progressbar(length=length, label=label, file=sys.stderr, hidden=not has_bar) as bar:

            def report(line: str) -> None:
                bar.update(1)
                if has_bar:
                    lines.append(line)
                else:
                    say(line)

            yield report
    finally:
        if lines:
            say("\n".join(lines))


def _nothing() -> None:
    """Do nothing."""


def run_to_end(work: Coroutine[Any, Any, T], on_stop: Callable[[], None] = _nothing) -> T:
    """Return the result; Ctrl-C and SIGTERM close what is open and raise `Interrupted`.

    `on_stop` is called at the first of them, even while something keeps the event loop busy.
    """

    async def stoppable() -> T:
        with _cancelled_by_signals(on_stop):
            try:
                return await work
            except asyncio.CancelledError:
                raise Interrupted from None

    return asyncio.run(stoppable())


def run_until_stopped(work: Coroutine[Any, Any, T], on_stop: Callable[[], None] = _nothing) -> T | None:
    """Run what is meant to be stopped: Ctrl-C and SIGTERM are its end and give `None`."""
    try:
        return run_to_end(work, on_stop)
    except Interrupted:
        return None


@contextlib.contextmanager
def _cancelled_by_signals(on_stop: Callable[[], None]) -> Iterator[None]:
    """Cancel this task at the first SIGTERM or Ctrl-C; a second Ctrl-C ends it at once, as asyncio has it."""
    loop, task, of_ctrl_c = (
        asyncio.get_running_loop(),
        asyncio.current_task(),
        signal.getsignal(signal.SIGINT),
    )
    asked: list[int] = []

    def begin(number: int) -> bool:
        asked.append(number)
        if len(asked) == 1:
            on_stop()
        return len(asked) == 1

    def terminate(number: int, _frame: FrameType | None) -> None:
        if begin(number) and task:
            loop.call_soon_threadsafe(task.cancel)

    def interrupt(number: int, frame: FrameType | None) -> None:
        begin(number)
        if callable(of_ctrl_c):
            of_ctrl_c(number, frame)

    with contextlib.ExitStack() as stack:
        stack.enter_context(handling(signal.SIGTERM, terminate))
        # Whoever starts a process may have it ignore Ctrl-C, as nohup does.
        if callable(of_ctrl_c):
            stack.enter_context(handling(signal.SIGINT, interrupt))
        yield
