"""The search as it is asked and timed in the benchmarks, beside what FTS5 takes for the same words by itself.

Times are of this thread's processor, so that what else the machine does counts for little.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from bot.cards.found import FoundPage
from bot.lookup.found import SearchReader
from bot.lookup.search import find
from bot.lookup.sought import FILLERS
from bot.lookup.typed_query import read_query
from bot.text import index_tokens
from bot.text.full_text import Match
from storage.engines.engine import Engine
from storage.engines.sqlite_full_text import expression
from storage.search import Search
from storage.tables import Tables
from tests.benchmarks.search_data import LAST_DAY

READER = SearchReader("T1", "U1", "zh-CN", LAST_DAY + timedelta(days=1))


class TimedSearch(Search):
    """The search, with how long it took since it was last looked at, and what it was asked for."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.seconds = 0.0
        self.matches: list[Match] = []

    def timed(self, call: Callable[..., Any], *arguments: Any) -> Any:
        began = time.thread_time()
        try:
            return call(*arguments)
        finally:
            self.seconds += time.thread_time() - began

    def count(self, *arguments: Any) -> Any:
        return self.timed(super().count, *arguments)

    def best(self, *arguments: Any) -> Any:
        self.matches.append(arguments[0])
        return self.timed(super().best, *arguments)

    def having(self, *arguments: Any) -> Any:
        return self.timed(super().having, *arguments)

    def words(self, *arguments: Any) -> Any:
        return self.timed(super().words, *arguments)

    def words_of_form(self, *arguments: Any) -> Any:
        return self.timed(super().words_of_form, *arguments)


def timed_search(tables: Tables) -> TimedSearch:
    """Return a search over the same tables that tells how long it took."""
    return TimedSearch(tables.search._engine)


def bare(engine: Engine, matches: list[Match]) -> float:
    """Return how long FTS5 takes for the ten best of all words, or of any where that was asked for last."""
    last = matches[-1]
    terms = expression(Match(some=last.some) if last.some else Match(every=matches[0].every))
    began = time.thread_time()
    engine.query("SELECT rowid FROM search_texts WHERE search_texts MATCH ? ORDER BY rank LIMIT 10", [terms])
    return (time.thread_time() - began) * 1000


def found_by(tables: Tables, typed: str) -> FoundPage:
    return find(tables, read_query(typed, READER.today), typed, READER)


def words_of(text: str) -> list[str]:
    runs = index_tokens.runs(text)
    return sorted({run for run in runs if run.isalpha() and len(run) > 4 and run not in FILLERS})
