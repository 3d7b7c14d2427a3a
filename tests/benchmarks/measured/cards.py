"""From records to the JSON of a card, a digest's parent and a page of ten, beside `json.dumps`."""

import json
import time
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

from bot.cards.blocks import Message
from bot.cards.digest import digest_parent
from bot.cards.entry import DayPage, Digest, Entry
from bot.cards.lists import listing_page
from bot.cards.paper import paper_card
from bot.documents.files import read_sample
from bot.locale import words_for
from storage.records import ListingState
from tests.benchmarks.measured.comparison import Comparison, Scale

TEN = 10
SOURCE = "digest-file"


async def measure(scale: Scale) -> AsyncIterator[Comparison]:
    """Yield the comparisons."""
    words = words_for("en")
    digest = next(each for each in read_sample() if len(each.entries) >= TEN)
    entries = tuple(
        Entry(entry.paper, entry.summary, number) for number, entry in enumerate(digest.entries, 1)
    )
    day = Digest(digest.day, SOURCE, ListingState.COMPLETE, entries)
    page = DayPage(digest.day, SOURCE, entries[:TEN], 0, len(entries))
    made: dict[str, Callable[[], Message]] = {
        "one card": lambda: paper_card(entries[0], words),
        "a digest's parent": lambda: digest_parent(day, words),
        "a page of ten": lambda: listing_page(page, words),
    }
    for name, make in made.items():
        finished = shown(make())
        dump, build = partial(json.dumps, finished), partial(_dumped, make)
        pairs = [
            (milliseconds(build, scale.cards), milliseconds(dump, scale.cards)) for _ in range(scale.runs)
        ]
        ours, beside = zip(*pairs, strict=True)
        yield Comparison(f"{name}, from record to JSON", "json.dumps of it", "ms", ours, beside)


def _dumped(make: Callable[[], Message]) -> str:
    return json.dumps(shown(make()))


def shown(message: Message) -> dict[str, Any]:
    """Return what is sent."""
    return {"text": message.text, "blocks": list(message.blocks)}


def milliseconds(make: Callable[[], object], times: int) -> float:
    """Return how long it takes on this processor."""
    began = time.process_time()
    for _ in range(times):
        make()
    return 1000 * (time.process_time() - began) / times
