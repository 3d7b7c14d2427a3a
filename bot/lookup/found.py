"""What is shown of papers that were found, to whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.cards.found import Found
from bot.cards.ids import PAGE_LENGTH
from bot.lookup.papers import entries_of
from bot.lookup.snippets import snippet
from bot.text.full_text import Term
from storage.search import Hit
from storage.tables import Tables


@dataclass(frozen=True, slots=True)
class SearchReader:
    """Who looks for papers."""

    workspace: str
    person: str
    language: str
    #: In their own time zone.
    today: date


def page_start(offset: int, total: int) -> int:
    """Return the offset of the page, that of the last one for an offset past the end."""
    return min(offset, max(0, (total - 1) // PAGE_LENGTH * PAGE_LENGTH))


def found_papers(
    tables: Tables,
    shown: Sequence[Hit],
    terms: Sequence[Term],
    reader: SearchReader,
    *,
    missing: Mapping[str, tuple[str, ...]] | None = None,
    shared: Mapping[str, tuple[str, ...]] | None = None,
) -> tuple[Found, ...]:
    """Return the papers of one page as they are shown, in order."""
    paper_ids = tuple(hit.paper_id for hit in shown)
    entries = {entry.paper.id: entry for entry in entries_of(tables, paper_ids, reader.language)}
    saved = tables.saved_papers.saved_among(reader.workspace, reader.person, paper_ids)
    return tuple(
        Found(
            entry=replace(entries[hit.paper_id], number=None),
            day=hit.day,
            snippet=snippet(entries[hit.paper_id], terms),
            missing=(missing or {}).get(hit.paper_id, ()),
            is_saved=hit.paper_id in saved,
            shared=(shared or {}).get(hit.paper_id, ()),
        )
        for hit in shown
        if hit.paper_id in entries
    )
