"""A person's opinions of papers that were picked for them: more like this, fewer, and neither."""

from functools import partial

from slack_bolt.async_app import AsyncApp

from bot.cards import ids
from bot.cards.notices import paper_notice
from handlers.clicks import Click, listen
from handlers.lookup import unknown_paper
from handlers.pages import redraw
from handlers.parts import Parts
from storage.records import Paper
from storage.tables import Tables

_DONE = {True: "foryou.wants_more", False: "foryou.wants_fewer", None: "foryou.wants_neither"}


def register(app: AsyncApp, parts: Parts) -> None:
    """Listen to the buttons of the papers that are picked for a person."""
    listen(app, parts, ids.MORE_LIKE, partial(_think, is_liked=True))
    listen(app, parts, ids.FEWER_LIKE, partial(_think, is_liked=False))
    listen(app, parts, ids.TAKE_OPINION_BACK, partial(_think, is_liked=None))


async def _think(parts: Parts, click: Click, *, is_liked: bool | None) -> None:
    """Keep the opinion and redraw the Home tab; where Slack does not take it, say what was done."""
    listed, person, now = ids.read_listed(click.value), click.person, parts.clock.now()

    def write(tables: Tables) -> Paper | None:
        paper = tables.papers.get(listed.paper_id)
        if paper and is_liked is not None:
            tables.opinions.put(person.workspace, person.id, paper.id, now, is_liked=is_liked)
        elif paper:
            tables.opinions.remove(person.workspace, person.id, paper.id)
        return paper

    paper = await parts.storage.write(write)
    if paper is None:
        await click.answer(unknown_paper(listed.paper_id, person.words))
    elif not await redraw(parts, click, listed.page):
        await click.answer(paper_notice(paper, _DONE[is_liked], person.words))
