"""Opening a digest of 35 cards after a past of a channel, beside opening the same after one month."""

import time
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

from bot.delivery.opening import open_scheduled
from storage.database import connect
from storage.engines.engine import Engine
from storage.tables import Tables
from tests.benchmarks.measured.comparison import Comparison, Scale
from tests.support.pasts import LAST_DAY, NOW, Past, list_one_more_day, live_through
from tests.support.tables import empty_tables

ABSTRACT = "A garden grows where a model waters it. " * 35
MONTH = Past(31, days_with_payload=3, payload='{"text": "' + "A card of a paper. " * 250 + '"}')
YEARS = (1, 3, 10)


async def measure(scale: Scale) -> AsyncIterator[Comparison]:
    """Yield the comparison for each number of years; the short form has ten days instead of a year."""
    pasts = {f"{years} years": replace(MONTH, days=years * 365) for years in YEARS}
    if scale.runs == 1:
        pasts = {"ten days": replace(MONTH, days=10)}
    with closing(connect(empty_tables(scale.folder / "month.db"))) as young:
        live(young, MONTH if scale.runs > 1 else replace(MONTH, days=5))
        for name, past in pasts.items():
            with closing(connect(empty_tables(scale.folder / f"{past.days}-days.db"))) as old:
                live(old, past)
                milliseconds(old), milliseconds(young)
                pairs = [(milliseconds(old), milliseconds(young)) for _ in range(scale.runs)]
            ours, beside = zip(*pairs, strict=True)
            yield Comparison(f"opening a digest after {name}", "the same after a month", "ms", ours, beside)


def live(engine: Engine, past: Past) -> None:
    """Let the past go by, and one more day be listed."""
    live_through(engine, past, ABSTRACT)
    with engine.transaction():
        list_one_more_day(Tables(engine), past, ABSTRACT)


def milliseconds(engine: Engine) -> float:
    """Return how long the opening takes; it is undone."""
    engine.execute("BEGIN")
    try:
        tables = Tables(engine)
        [subscription] = tables.subscriptions.all()
        slot = LAST_DAY + timedelta(days=2)
        began = time.perf_counter()
        delivery_id = open_scheduled(tables, subscription, slot, NOW, is_late=False, has_model=True)
        taken = 1000 * (time.perf_counter() - began)
        if delivery_id is None:
            raise RuntimeError("No digest was due.")
    finally:
        engine.execute("ROLLBACK")
    return taken
