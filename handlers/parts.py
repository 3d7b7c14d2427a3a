"""What the handlers are handed."""

from dataclasses import dataclass

from bot.clock import Clock
from bot.delivery.announcer import Announcer
from bot.delivery.deliverer import Deliverer
from bot.listings.watcher import Publishing
from bot.summarising.queue import Summarising
from handlers.people import People
from storage.runner import Runner


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of the bot that handlers call.

    `command` is the name of the slash command, `messages_a_minute` how many the bot posts at most.
    """

    storage: Runner
    clock: Clock
    people: People
    deliverer: Deliverer
    announcer: Announcer
    publishing: Publishing
    summarising: Summarising
    command: str
    messages_a_minute: int
