"""Builds everything that reads from the web: the sources, papers' texts, and a model where one is set."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import httpx

from bot.clock import Clock
from bot.listings.enricher import Enricher
from bot.listings.watcher import ListingWatcher
from bot.lookup.unlisted import UnlistedPapers
from bot.settings import Settings
from bot.sources.arxiv import ArxivClient
from bot.sources.catalogue import catalogue
from bot.sources.full_text import FullTexts
from bot.sources.http import Fetcher, web_client
from bot.summarising.queue import SummaryQueue
from bot.summarising.summariser import Summariser, allowance_of
from bot.summarising.topics import TopicReader
from storage.address import Server
from storage.claims import Claims, open_claims
from storage.runner import Runner, ThreadRunner

if TYPE_CHECKING:
    from bot.summaries.model import ModelClient


@dataclass(frozen=True, slots=True)
class Web:
    """Everything that reads from the web; without a model there is no summariser."""

    storage: Runner
    watcher: ListingWatcher
    enricher: Enricher
    #: `None` where no source is asked.
    unlisted: UnlistedPapers | None
    texts: FullTexts
    summariser: Summariser | None
    summary_queue: SummaryQueue
    #: `None` where no model is set.
    topic_reader: TopicReader | None = None


@asynccontextmanager
async def reach_web(settings: Settings, clock: Clock) -> AsyncIterator[Web]:
    """Open the web with a storage of its own, for a command; raises `StorageError` or `SettingsError`."""
    async with AsyncExitStack() as stack:
        storage = ThreadRunner(settings.database)
        stack.callback(storage.close)
        lease = timedelta(seconds=settings.lease_seconds)
        claims = await stack.enter_async_context(open_claims(storage, clock, lease))
        yield await open_web(settings, clock, storage, claims, stack)


async def open_web(
    settings: Settings,
    clock: Clock,
    storage: Runner,
    claims: Claims,
    stack: AsyncExitStack,
    *,
    has_sources: bool = True,
) -> Web:
    """Open sources and model for as long as the stack is open; raises `SettingsError`.

    Without `has_sources` no source is ever polled.
    """
    client = await stack.enter_async_context(web_client())
    fetcher = Fetcher(client)
    gate = claims if isinstance(settings.database, Server) else settings.arxiv_gate
    arxiv = arxiv_client(settings, clock, fetcher, gate)
    find = catalogue(fetcher, arxiv, settings.hugging_face_url) if has_sources else _no_source
    watcher = ListingWatcher(storage, clock, find, claims)
    stack.push_async_callback(watcher.aclose)
    texts = FullTexts(arxiv, settings.texts)
    model, allowance = _model(settings, clock, client), allowance_of(settings)
    summariser = Summariser(storage, clock, model, texts, allowance) if model and allowance else None
    reader = TopicReader(storage, clock, model, allowance) if model and allowance else None
    enricher = Enricher(storage, clock, arxiv.papers, claims, has_model=summariser is not None)
    look_up = enricher.enrich if has_sources else None
    summary_queue = SummaryQueue(storage, clock, summariser, look_up=look_up, claims=claims)
    stack.push_async_callback(summary_queue.aclose)
    unlisted = UnlistedPapers(storage, clock, arxiv.papers, claims)
    stack.push_async_callback(unlisted.aclose)
    asked = unlisted if has_sources else None
    return Web(storage, watcher, enricher, asked, texts, summariser, summary_queue, reader)


def arxiv_client(settings: Settings, clock: Clock, fetcher: Fetcher, gate: Path | Claims) -> ArxivClient:
    """Return what asks arXiv, at most once in three seconds together with all that share the gate."""
    return ArxivClient(
        fetcher,
        clock,
        contact=settings.contact,
        random=Random(),  # noqa: S311 -- it only spreads waits
        api_url=settings.arxiv_api_url,
        feed_url=settings.arxiv_feed_url,
        content_url=settings.arxiv_content_url,
        gate=gate,
    )


def _no_source(_name: str) -> None:
    """Find no source."""


def _model(settings: Settings, clock: Clock, client: httpx.AsyncClient) -> "ModelClient | None":
    """Return what asks the model, or `None` where none is set."""
    if not settings.model:
        return None
    from bot.summaries.model import ModelClient  # noqa: PLC0415 -- a bot without a model needs none of it

    return ModelClient(
        client,
        clock,
        base_url=settings.model_url,
        api_key=settings.model_key,
        model=settings.model,
        random=Random(),  # noqa: S311 -- it only spreads waits
        at_once=settings.model_requests_at_once,
    )
