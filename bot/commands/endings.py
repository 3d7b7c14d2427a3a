"""How commands end: one rule for their exit statuses.

- 0: all was done; what runs until it is stopped was stopped.
- 1: something failed, or only a part was done; a sentence says what.
- 2: an option, an argument or a setting is wrong, as click has it for wrong usage.
- 130: it was interrupted (Ctrl-C or SIGTERM) before it was done, as shells have it: 128 plus SIGINT's number.

It imports nothing heavy, since the group of commands needs it before any command runs.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import click

from bot.errors import (
    InvalidPreferenceError,
    PaperRoundError,
    SettingsError,
    UnknownCategoryError,
    UnknownChannelError,
    UnknownSourceError,
)
from bot.text.mrkdwn import printable

_WRONG_USAGE = (
    SettingsError,
    InvalidPreferenceError,
    UnknownChannelError,
    UnknownCategoryError,
    UnknownSourceError,
)


class Incomplete(click.ClickException):
    """Something failed, or only a part was done."""

    exit_code = 1


class WrongUsage(click.ClickException):
    """An option, an argument or a setting is missing or malformed."""

    exit_code = 2


class Interrupted(click.ClickException):
    """The command was stopped before it was done."""

    exit_code = 130

    def __init__(self, sentence: str = "Interrupted. Run the same command again to continue.") -> None:
        super().__init__(sentence)

    def show(self, file: object = None) -> None:  # noqa: ARG002 -- the signature is click's
        """Print the sentence alone: an interruption is no error."""
        click.echo(self.format_message(), err=True)


@contextmanager
def told_in_the_terminal() -> Iterator[None]:
    """Turn errors of the bot and of the machine's files into a sentence with the right status."""
    try:
        yield
    except _WRONG_USAGE as error:
        raise WrongUsage(printable(str(error))) from error
    except PaperRoundError as error:
        raise Incomplete(printable(str(error))) from error
    except (KeyboardInterrupt, click.Abort) as error:
        raise Interrupted from error
    except BrokenPipeError:
        # Whoever read the output, such as `head`, has had enough; click ends quietly.
        raise
    except OSError as error:
        raise Incomplete(printable(_of_the_machine(error))) from error


class Terminated(KeyboardInterrupt):
    """SIGTERM, which interrupts as Ctrl-C does.

    Python ends itself by SIGINT, whatever the status was to be, once a KeyboardInterrupt was raised where it
    runs code from text, as a dataclass does. Of a subclass it does not.
    """


def terminate(_number: int, _frame: FrameType | None) -> None:
    """Raise `Terminated`; a handler."""
    raise Terminated


@contextmanager
def handling(sign: signal.Signals, handler: Callable[[int, FrameType | None], Any]) -> Iterator[None]:
    """Have a signal handled so in the block, as far as this is the thread that may say so."""
    try:
        before = signal.signal(sign, handler)
    except ValueError:
        yield
        return
    try:
        yield
    finally:
        signal.signal(sign, before or signal.SIG_DFL)


def _of_the_machine(error: OSError) -> str:
    reason = error.strerror or str(error) or type(error).__name__
    return f"{os.fsdecode(error.filename)}: {reason}." if error.filename else f"{reason}."
