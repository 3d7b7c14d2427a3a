"""A click group that imports a command only when it runs, so that `--help` stays quick."""

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import click

from bot.text.nearest import nearest_word
from bot.text.typed import plain_option, plain_value


@dataclass(frozen=True, slots=True)
class LazyCommand:
    """A command's place in the code, and its line in the group's help."""

    #: The module that defines the command.
    module: str
    #: The command's name in that module.
    attribute: str
    #: The first line of the command's own help, without its full stop.
    short_help: str
    #: Whether a stop is its end, and not an interruption.
    runs_until_stopped: bool = False

    def load(self) -> click.Command:
        """Import the command's module and return the command."""
        with _collecting_nothing():
            command: click.Command = getattr(import_module(self.module), self.attribute)
        return command


@contextmanager
def _collecting_nothing() -> Iterator[None]:
    """Have no garbage looked for: an import makes none, and what it makes stays as long as the process.

    Both cost a fifth of the import, and looking through it again and again some of each later second:
    https://docs.python.org/3/library/gc.html#gc.freeze.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


class LazyGroup(click.Group):
    """Lists commands, in sections, from a table, and imports the one that is called.

    `commands` holds stand-ins, which are all that help, completion and suggestions need.
    """

    def __init__(
        self, name: str | None = None, *, sections: Mapping[str, Mapping[str, LazyCommand]], **options: Any
    ) -> None:
        self.lazy_commands = {name: lazy for section in sections.values() for name, lazy in section.items()}
        stand_ins = {
            name: click.Command(name, short_help=lazy.short_help) for name, lazy in self.lazy_commands.items()
        }
        super().__init__(name, commands=stand_ins, **options)
        self._sections = sections

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Return the commands' names in the order of the table."""
        return list(self.commands)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options whose hyphens became dashes on the way, too, those of the command included."""
        return super().parse_args(ctx, [*map(plain_option, args)])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the arguments name, imported, with the arguments that are left."""
        typed, *others = args
        wanted = plain_value(typed)
        if wanted not in self.commands and (meant := nearest_word(wanted, self.commands)):
            ctx.fail(f"No such command {wanted!r}. Did you mean {meant!r}?")
        name, _, rest = super().resolve_command(ctx, [wanted, *others])
        # The import takes most of a command's start, and whoever is told of an interruption may ask for it.
        ctx.invoked_subcommand = name
        return name, self.lazy_commands[name].load() if name else None, rest

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands under the titles of their sections."""
        for title, commands in self._sections.items():
            with formatter.section(title):
                formatter.write_dl([(name, lazy.short_help) for name, lazy in commands.items()])
