"""Texts of papers as the search's index has them, for comparing many people's wishes with the same papers."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock
from typing import TypeVar

from bot.lookup.similar import telling_terms
from bot.text.finders import Finder, Readable, finders, readable_document
from storage.search_index import Texts, document_of
from storage.tables import Tables

T = TypeVar("T")

_MOST_KEPT = 1_500
"""As many papers as the largest days have, in about 15 MB."""


@dataclass(frozen=True, slots=True)
class _Kept:
    texts: Texts
    readable: Readable


class PaperTexts:
    """The texts of papers, for any thread; those used last are kept, and read anew where changed."""

    def __init__(self, most: int = _MOST_KEPT) -> None:
        self._most = most
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._telling: OrderedDict[str, tuple[Finder, ...]] = OrderedDict()
        self._lock = Lock()

    def of(self, tables: Tables, paper_ids: Iterable[str]) -> dict[str, Readable]:
        """Return the texts of those of these papers that are stored, in this order."""
        wanted = list(dict.fromkeys(paper_ids))
        now = tables.search_index.texts(wanted)
        with self._lock:
            known = {each: self._kept[each] for each in wanted if each in self._kept}
        found = {each: _kept(now[each], known.get(each)) for each in wanted if each in now}
        with self._lock:
            for paper_id, kept in found.items():
                _put(self._kept, paper_id, kept, self._most)
        return {paper_id: kept.readable for paper_id, kept in found.items()}

    def telling(self, tables: Tables, paper_id: str) -> tuple[Finder, ...]:
        """Return what finds the terms that tell what a paper is about; empty where it is not stored.

        They are weighed by the rarity of words as it was when the paper was first looked at.
        """
        with self._lock:
            known = self._telling.get(paper_id)
        terms = finders(telling_terms(tables, paper_id)) if known is None else known
        if terms:
            with self._lock:
                _put(self._telling, paper_id, terms, self._most)
        return terms


def _kept(texts: Texts, known: _Kept | None) -> _Kept:
    if known and known.texts == texts:
        return known
    return _Kept(texts, readable_document(document_of(texts)))


def _put(kept: OrderedDict[str, T], key: str, value: T, most: int) -> None:
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > most:
        kept.popitem(last=False)
