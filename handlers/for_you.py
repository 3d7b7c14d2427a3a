"""A person's opinions of papers that were picked for them: more like this, fewer, and neither."""

from functools import partial

from slack_bolt.async_app import AsyncApp

from bot.cards import ids
from bot.cards.blocks import Button
from bot.cards.notices import paper_notice
from bot.cards.paper import shown_title
from handlers.clicks import Click, listen
from handlers.lookup import unknown_paper
from handlers.pages import redraw
from handlers.parts import Parts
from handlers.people import Person
from storage.records import Paper
from storage.tables import Tables

_DONE = {True: "foryou.wants_more", False: "foryou.wants_fewer", None: "foryou.wants_neither"}


def register(app: AsyncApp, parts: Parts) -> None:
    """Listen to the buttons of the papers that are picked for a person."""
    listen(app, parts, ids.MORE_LIKE, partial(_think, is_liked=True))
    listen(app, parts, ids.FEWER_LIKE, partial(_think, is_liked=False))
    listen(app, parts, ids.TAKE_OPINION_BACK, partial(_think, is_liked=None))
    listen(app, parts, ids.FEEDBACK, _on_feedback)
    listen(app, parts, ids.UNDO_FEEDBACK, _on_undo)


async def _think(parts: Parts, click: Click, *, is_liked: bool | None) -> None:
    """Keep the opinion and redraw the Home tab; where Slack does not take it, say what was done."""
    listed = ids.read_listed(click.value)
    paper = await _keep(parts, click.person, listed.paper_id, is_liked=is_liked)
    if paper is None:
        await click.answer(unknown_paper(listed.paper_id, click.person.words))
    elif not await redraw(parts, click, listed.page):
        await click.answer(paper_notice(paper, _DONE[is_liked], click.person.words))


async def _on_feedback(parts: Parts, click: Click) -> None:
    """Keep the opinion of a paper in a message, and tell the person alone, with a button to take it back."""
    paper_id, is_liked = ids.read_feedback(click.value)
    words = click.person.words
    paper = await _keep(parts, click.person, paper_id, is_liked=is_liked)
    if paper is None:
        await click.answer(unknown_paper(paper_id, words))
        return
    undo = Button(
        ids.UNDO_FEEDBACK,
        words("button.undo"),
        value=paper.id,
        spoken=words("button.take_opinion_back_of", title=shown_title(paper)),
    )
    await click.answer(paper_notice(paper, _DONE[is_liked], words, undo))


async def _on_undo(parts: Parts, click: Click) -> None:
    paper_id = ids.read_paper(click.value)
    paper = await _keep(parts, click.person, paper_id, is_liked=None)
    if paper:
        await click.replace(paper_notice(paper, _DONE[None], click.person.words))


async def _keep(parts: Parts, person: Person, paper_id: str, *, is_liked: bool | None) -> Paper | None:
    """Keep the person's opinion, or take it back; return the paper, `None` where it is not known."""
    now = parts.clock.now()

    def write(tables: Tables) -> Paper | None:
        paper = tables.papers.get(paper_id)
        if paper and is_liked is not None:
            tables.opinions.put(person.workspace, person.id, paper.id, now, is_liked=is_liked)
        elif paper:
            tables.opinions.remove(person.workspace, person.id, paper.id)
        return paper

    return await parts.storage.write(write)
