"""The parts of the bot that every handler is given."""

from dataclasses import dataclass, field

from bot.clock import Clock
from bot.delivery.announcer import Announcer
from bot.delivery.connections import Connections
from bot.delivery.deliverer import Deliverer
from bot.installations.changes import InstallationChanges
from bot.listings.watcher import ListingWatcher
from bot.lookup.paper_texts import PaperTexts
from bot.lookup.personal_ranking import PaperVectors
from bot.lookup.unlisted import UnlistedPapers
from bot.summarising.queue import SummaryQueue
from bot.summarising.topics import TopicReader
from handlers.memberships import Memberships
from handlers.people import People
from storage.runner import Runner


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of the bot that handlers call."""

    storage: Runner
    clock: Clock
    people: People
    memberships: Memberships
    deliverer: Deliverer
    announcer: Announcer
    watcher: ListingWatcher
    summary_queue: SummaryQueue
    #: `None` where the bot asks no source.
    unlisted: UnlistedPapers | None
    #: The name of the slash command.
    command: str
    #: The rate at which the bot posts at most.
    messages_a_minute: int
    #: The name of the emoji that saves papers, without colons; empty for none.
    save_reaction: str
    #: Whether links to papers are shown in channels that the bot is in and that said nothing.
    shows_links: bool
    connections: Connections
    #: `None` where the bot has one token, from its settings.
    installations: InstallationChanges | None = None
    #: `None` where no model is set: then what people tune is read as they typed it.
    topic_reader: TopicReader | None = None
    vectors: PaperVectors = field(default_factory=PaperVectors)
    texts: PaperTexts = field(default_factory=PaperTexts)
