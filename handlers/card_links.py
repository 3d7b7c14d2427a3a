"""Links: a card's abstract in a modal, its PDF and discussion on other sites, and a search on arXiv."""

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.cards import ids
from bot.cards.paper import abstract_modal
from handlers.clicks import Click, listen
from handlers.lookup import unknown_paper
from handlers.parts import Parts


def register(app: AsyncApp, parts: Parts) -> None:
    """Listen to the buttons for the abstract, the PDF, the discussion, and a search on arXiv."""
    listen(app, parts, ids.SHOW_ABSTRACT, _on_show_abstract)
    for action_id in (ids.OPEN_PDF, ids.OPEN_DISCUSSION, ids.SEARCH_ARXIV):
        app.action(action_id)(_on_link)


async def _on_show_abstract(parts: Parts, click: Click) -> None:
    paper_id = ids.read_paper(click.value)
    paper = await parts.storage.read(lambda tables: tables.papers.get(paper_id))
    if paper is None:
        await click.answer(unknown_paper(paper_id, click.person.words))
        return
    await click.open_modal(abstract_modal(paper, click.person.words))


async def _on_link(ack: AsyncAck) -> None:
    # Slack reports a click on a link button too, and expects an acknowledgement.
    await ack()
