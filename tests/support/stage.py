"""The bot on a real sandbox, over a real Socket Mode connection and on a real database."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.app import Application, application
from bot.delivery.clockwork import Clockwork
from bot.documents.digest_file import DigestFile
from bot.documents.files import read_sample
from bot.documents.importer import import_together
from bot.manifest import app_manifest
from bot.sandbox import ManualClock, Member, Sandbox, Workspace, create_workspace
from bot.settings import Settings
from storage.address import Address
from storage.records import Reading
from tests.support.clocks import SimulatedClock
from tests.support.subscribing import subscribe
from tests.support.tables import empty_tables
from tests.support.web_server import refusing_address

SAMPLE_DAY = date(2025, 9, 29)
NOON = datetime(2025, 9, 29, 12, 0, tzinfo=UTC)

on_each_engine = pytest.mark.parametrize("address_of_stage", ["sqlite", "postgresql"], indirect=True)
"""Has a test run on each engine in turn; else the fixture `stage` has a SQLite file."""


class FollowingClock(ManualClock):
    """The sandbox's time: it shows what the bot's simulated clock shows, and its timers wait for `advance`.

    In real time they run out only after `_PATIENCE`: the three seconds that Slack waits for an
    acknowledgement are short on a busy machine.
    """

    _PATIENCE = 20

    def __init__(self, leader: SimulatedClock) -> None:
        super().__init__()
        self._leader = leader

    def now(self) -> datetime:
        return self._leader.now()

    async def sleep(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(super().sleep(seconds), self._PATIENCE * seconds)


@cache
def sample() -> tuple[DigestFile, ...]:
    """Return the bundled sample, read once for all tests."""
    return tuple(read_sample())


@dataclass(frozen=True)
class Stage:
    """All that a test can look at and act on; people are asked for by their names in the sandbox."""

    sandbox: Sandbox
    workspace: Workspace
    bot: Application
    clock: SimulatedClock

    @property
    def timers(self) -> FollowingClock:
        """The clock on which the sandbox waits for acknowledgements."""
        assert isinstance(self.workspace.clock, FollowingClock)
        return self.workspace.clock

    def person(self, name: str) -> Member:
        return self.sandbox.person(name)

    async def import_sample(self) -> None:
        await import_together(self.bot.storage, sample())

    async def open_sample(
        self,
        channel: str = "papers",
        language: str = "en",
        created_by: str | None = None,
        reading: Reading = Reading.OFF,
        most_cards: int | None = None,
    ) -> int:
        """Open the delivery of the bundled sample into the channel and return its id."""
        await self.import_sample()
        channel_id = self.workspace.channel(channel).id
        subscription = await self.bot.storage.write(
            lambda tables: subscribe(
                tables,
                self.bot.workspace,
                channel_id,
                since=SAMPLE_DAY,
                begun_at=NOON,
                created_by=created_by,
                language=language,
                reading=reading,
                most_cards=most_cards,
            )
        )
        delivery_id = await self.bot.deliverer.open_asked(subscription, SAMPLE_DAY)
        assert delivery_id is not None
        return delivery_id

    async def deliver_sample(
        self,
        channel: str = "papers",
        language: str = "en",
        created_by: str | None = None,
        reading: Reading = Reading.OFF,
        most_cards: int | None = None,
    ) -> int:
        """Deliver the bundled sample into the channel and return the delivery's id."""
        delivery_id = await self.open_sample(channel, language, created_by, reading, most_cards)
        await self.bot.deliverer.run(delivery_id)
        return delivery_id


_WEB = ("hugging_face_url", "arxiv_api_url", "arxiv_feed_url", "arxiv_content_url")


def nowhere() -> dict[str, str]:
    """Return addresses at which nobody is: a test that wants a source's list puts it into the tables."""
    return dict.fromkeys(_WEB, refusing_address())


def make_workspace(clock: SimulatedClock, config: Mapping[str, Any] | None = None) -> Workspace:
    return create_workspace(app_manifest(), clock=FollowingClock(clock), config=config)


def settings_for(workspace: Workspace, sandbox: Sandbox, database: Address, **settings: Any) -> Settings:
    """Return a bot's settings; beside a database on a server, `arxiv_gate` is to be given."""
    if isinstance(database, Path):
        settings = {"arxiv_gate": database.parent / "gate", **settings}
    return Settings(
        bot_token=SecretStr(workspace.bot_token),
        app_token=SecretStr(workspace.app_token),
        api_url=sandbox.api_url,
        database=database,
        command="/papers",
        **{"model": "", "port": None, **nowhere(), **settings},
    )


@asynccontextmanager
async def set_stage(
    database: Address, config: Mapping[str, Any] | None = None, **settings: Any
) -> AsyncIterator[Stage]:
    """Set the stage for a bot that has these `settings` beside those that any stage needs.

    `ping_seconds` among them is how often it pings its connection.

    It has ticked once. After that a test ticks: the bot's own clockwork would do so in the midst of it.
    """
    if isinstance(database, Path):
        empty_tables(database)
    clock = SimulatedClock(NOON)
    workspace = make_workspace(clock, config)
    # A machine that stalls for seconds must not look like a connection that is dead.
    ping_seconds = settings.pop("ping_seconds", 600)
    async with (
        Sandbox(workspace) as sandbox,
        application(
            settings_for(workspace, sandbox, database, **settings),
            clock,
            ticks=False,
            ping_seconds=ping_seconds,
        ) as bot,
    ):
        await Clockwork(bot.storage, clock, bot.deliverer).tick()
        yield Stage(sandbox, workspace, bot, clock)
