"""How the bot is, for its host and for whoever watches it: alive, ready, and what it counts."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from bot.clock import Clock
from bot.errors import StorageError
from bot.http.server import Answer, Request, Route, for_readers
from bot.metrics import REGISTRY
from storage.records import Listing
from storage.runner import Runner
from storage.tables import Tables

LATE = timedelta(minutes=2)
"""How old the last tick may be; there is one every thirty seconds."""

_SECONDS_FOR_DATABASE = 2.0

_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Work:
    """What the database says of the work."""

    deliveries_waiting: int
    subscriptions: int
    #: The latest list of all sources.
    last_listing: Listing | None
    #: Whether the disk of the database is full, as far as that can be seen; then work pauses.
    is_full: bool = False


@dataclass(frozen=True, slots=True)
class Vitals:
    """How the bot is at one moment."""

    now: datetime
    #: `None` where the database does not answer.
    work: Work | None
    #: When this process last ticked; `None` where it has not yet.
    last_tick: datetime | None
    #: Whether Slack's socket is open; `None` where there is none, over HTTP.
    is_connected: bool | None

    @property
    def tick_age(self) -> timedelta | None:
        """How long ago the last tick was."""
        return self.now - self.last_tick if self.last_tick else None

    def problems(self) -> list[str]:
        """Return what keeps the bot from its work, in sentences that say nothing of whose it is."""
        age = self.tick_age
        told = {
            "The database does not answer.": self.work is None,
            "The disk of the database is full.": self.work is not None and self.work.is_full,
            "The connection to Slack is down.": self.is_connected is False,
            "Nothing has been checked yet.": age is None,
            "Nothing has been checked for two minutes.": age is not None and age > LATE,
        }
        return [sentence for sentence, is_so in told.items() if is_so]


class Health:
    """Serves `/healthz`, `/readyz` and `/metrics`.

    `last_tick` returns when this process last ticked, and `is_connected` whether Slack's socket is open.
    """

    def __init__(
        self,
        storage: Runner,
        clock: Clock,
        last_tick: Callable[[], datetime | None],
        is_connected: Callable[[], Awaitable[bool]] | None = None,
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._last_tick = last_tick
        self._is_connected = is_connected
        self._looking: asyncio.Task[Work] | None = None
        self.routes: Mapping[str, Route] = {
            "/healthz": for_readers(self._alive),
            "/readyz": for_readers(self._ready),
            "/metrics": for_readers(self._metrics),
        }

    async def vitals(self) -> Vitals:
        """Return how the bot is now."""
        connected = await self._is_connected() if self._is_connected else None
        work = await self._work()
        return Vitals(self._clock.now(), work, self._last_tick(), connected)

    async def _alive(self, _: Request) -> Answer:
        return Answer(HTTPStatus.OK, '{"alive": true}\n', _JSON)

    async def _ready(self, _: Request) -> Answer:
        vitals = await self.vitals()
        problems = vitals.problems()
        status = HTTPStatus.SERVICE_UNAVAILABLE if problems else HTTPStatus.OK
        return Answer(status, json.dumps(_said_of(vitals, problems)) + "\n", _JSON)

    async def _metrics(self, _: Request) -> Answer:
        gauges = _gauges(await self.vitals())
        text = generate_latest(REGISTRY) + generate_latest(gauges)
        return Answer(HTTPStatus.OK, text.decode(), CONTENT_TYPE_LATEST)

    async def _work(self) -> Work | None:
        """Return what the database says, or `None` where it does not say it in time.

        However many ask, one looks: else they would hold all threads of a database that hangs.
        """
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._storage.read(_look))
        try:
            async with asyncio.timeout(_SECONDS_FOR_DATABASE):
                return await asyncio.shield(self._looking)
        except (TimeoutError, StorageError):
            return None


def _look(tables: Tables) -> Work:
    listings = tables.listings.latest()
    return Work(
        deliveries_waiting=len(tables.deliveries.unfinished()),
        subscriptions=sum(not each.is_personal for each in tables.subscriptions.all()),
        last_listing=_newest(listings),
        is_full=tables.condition.trouble() is not None,
    )


def _newest(listings: Iterable[Listing]) -> Listing | None:
    return max(listings, key=lambda each: (each.day, each.source), default=None)


def _said_of(vitals: Vitals, problems: list[str]) -> dict[str, Any]:
    listing = vitals.work.last_listing if vitals.work else None
    age = vitals.tick_age
    said: dict[str, Any] = {
        "ready": not problems,
        "problems": problems,
        "database": _database(vitals.work),
        "last_tick": vitals.last_tick.isoformat() if vitals.last_tick else None,
        "last_tick_age_seconds": age.total_seconds() if age is not None else None,
        "last_listing": {
            "source": listing.source,
            "day": listing.day.isoformat(),
            "state": listing.state.value,
        }
        if listing
        else None,
    }
    if vitals.is_connected is not None:
        said["socket"] = "connected" if vitals.is_connected else "not connected"
    return said


def _database(work: Work | None) -> str:
    if work is None:
        return "no answer"
    return "disk full" if work.is_full else "ok"


def _gauges(vitals: Vitals) -> CollectorRegistry:
    """Return what is not counted but looked at; what is not known now is left out."""
    registry = CollectorRegistry()

    def show(name: str, meaning: str, value: float | None) -> None:
        if value is not None:
            Gauge(f"paper_round_{name}", meaning, registry=registry).set(value)

    age, work = vitals.tick_age, vitals.work
    show("ready", "Whether the bot can do its work", not vitals.problems())
    show("socket_connected", "Whether Slack's socket is open", vitals.is_connected)
    show(
        "last_tick_age_seconds",
        "How long ago this process checked what is due",
        age.total_seconds() if age is not None else None,
    )
    show("deliveries_waiting", "Digests that are on their way", work.deliveries_waiting if work else None)
    show("subscriptions", "Channels that want digests", work.subscriptions if work else None)
    return registry
