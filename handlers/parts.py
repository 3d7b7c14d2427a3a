"""What the handlers are handed."""

from dataclasses import dataclass

from bot.clock import Clock
from handlers.people import People
from storage.runner import Runner


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of the bot that handlers call; `command` is the name of the slash command."""

    storage: Runner
    clock: Clock
    people: People
    command: str
