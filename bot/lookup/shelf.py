"""Looks up a channel's shelf: what its people will read, what is planned, and what was discussed."""

from datetime import datetime, timedelta

from bot.cards.ids import PAGE_LENGTH, ShelfPage
from bot.cards.shelf import MOST_PLANNED, Shelf, Shelved
from storage.records import Discussion, DiscussionState, Paper
from storage.tables import Tables

WAITS_FOR = timedelta(days=90)
"""How long the shelf shows what people will read, since the last of them said so."""

_MOST_PLANS = 50


def shelf_of(
    tables: Tables, workspace: str, channel: str, page: ShelfPage, now: datetime, *, is_on: bool
) -> Shelf:
    """Return a page of the channel's shelf; `is_on` is whether it reads together now."""
    if page.is_discussed:
        discussed = tables.discussions.of_channel(
            workspace, channel, DiscussionState.DISCUSSED, offset=page.offset, limit=PAGE_LENGTH + 1
        )
        rows = _of_discussions(tables, workspace, channel, discussed[:PAGE_LENGTH])
        return Shelf(page, is_on, rows=rows, has_next=len(discussed) > PAGE_LENGTH)
    waiting = tables.readers.waiting(
        workspace, channel, now - WAITS_FOR, offset=page.offset, limit=PAGE_LENGTH + 1
    )
    papers = _papers(tables, [each.paper_id for each in waiting])
    rows = tuple(
        Shelved(papers[each.paper_id], each.readers)
        for each in waiting[:PAGE_LENGTH]
        if each.paper_id in papers
    )
    planned = _planned(tables, workspace, channel) if not page.offset else ()
    plans = _of_discussions(tables, workspace, channel, planned[:MOST_PLANNED])
    return Shelf(
        page,
        is_on,
        plans,
        rows,
        more_planned=len(planned) - len(planned[:MOST_PLANNED]),
        has_next=len(waiting) > PAGE_LENGTH,
    )


def _planned(tables: Tables, workspace: str, channel: str) -> tuple[Discussion, ...]:
    """Return what the channel plans, the soonest first."""
    state = DiscussionState.PLANNED
    return tables.discussions.of_channel(workspace, channel, state, offset=0, limit=_MOST_PLANS)[::-1]


def _of_discussions(
    tables: Tables, workspace: str, channel: str, discussions: tuple[Discussion, ...]
) -> tuple[Shelved, ...]:
    paper_ids = [each.paper_id for each in discussions]
    papers, readers = _papers(tables, paper_ids), tables.readers.counts(workspace, channel, paper_ids)
    verdicts = tables.discussions.verdict_counts([each.id for each in discussions])
    return tuple(
        Shelved(papers[each.paper_id], readers.get(each.paper_id, 0), each, verdicts.get(each.id))
        for each in discussions
        if each.paper_id in papers
    )


def _papers(tables: Tables, paper_ids: list[str]) -> dict[str, Paper]:
    return {paper.id: paper for paper in tables.papers.of_ids(paper_ids)}
