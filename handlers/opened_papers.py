"""The card of a paper that one person opens: from a list and back, kept, in another language, its likes."""

from dataclasses import replace

from slack_bolt.async_app import AsyncApp

from bot.cards import ids
from bot.cards.blocks import Message
from bot.cards.ids import Opened, Page, SimilarTo
from bot.cards.notices import answer_modal
from bot.cards.search_modal import search_modal
from handlers.clicks import Click, listen
from handlers.lookup import paper_message
from handlers.pages import is_in_search, page_message, redraw, show
from handlers.parts import Parts
from handlers.payloads import text_at
from handlers.requests import Remove, Save
from handlers.saved_papers import remove, save


def register(app: AsyncApp, parts: Parts) -> None:
    """Listen to the buttons that open a paper, and to those of its card."""
    listen(app, parts, ids.OPEN_PAPER, _on_open)
    listen(app, parts, ids.REOPEN_PAPER, _on_card)
    listen(app, parts, ids.BACK_TO_LIST, _on_back)
    listen(app, parts, ids.SAVE_OPENED_PAPER, _on_save)
    listen(app, parts, ids.REMOVE_OPENED_PAPER, _on_remove)
    listen(app, parts, ids.SHOW_SIMILAR, _on_similar)
    for action_id in ids.SHOW_LANGUAGE:
        listen(app, parts, action_id, _on_card)


async def _on_open(parts: Parts, click: Click) -> None:
    """Open the card in place of the list; over one that stays below it, such as the search's modal."""
    listed = ids.read_listed(click.value)
    message = await _card(parts, click, Opened(listed.paper_id, listed.page))
    if click.is_on_home or is_in_search(click):
        words = click.person.words
        await click.open_modal(answer_modal(message, words("paper.title"), words))
    else:
        await click.replace(message)


async def _on_card(parts: Parts, click: Click) -> None:
    await show(click, await _card(parts, click, ids.read_opened(click.value)))


async def _on_back(parts: Parts, click: Click) -> None:
    await redraw(parts, click, ids.read_page(click.value))


async def _on_similar(parts: Parts, click: Click) -> None:
    opened = ids.read_opened(click.value)
    about = SimilarTo((opened.paper_id,), origin=_without_origin(opened.page))
    await show(click, await page_message(parts, click.person, Page(similar=about)))


async def _on_save(parts: Parts, click: Click) -> None:
    opened = ids.read_opened(click.value)
    done = await save(parts, click.person, Save(opened.paper_id))
    await _redraw_after(parts, click, opened, done)


async def _on_remove(parts: Parts, click: Click) -> None:
    opened = ids.read_opened(click.value)
    done = await remove(parts, click.person, Remove(opened.paper_id))
    await _redraw_after(parts, click, opened, done)


async def _redraw_after(parts: Parts, click: Click, opened: Opened, done: Message) -> None:
    """Redraw the card, and the search below it; where Slack does not take it, `done` says what was done."""
    if not await show(click, await _card(parts, click, opened)):
        await click.answer(done)
        return
    below, page = text_at(click.view, "previous_view_id"), opened.page
    if below and page and page.search is not None:
        found = await page_message(parts, click.person, page)
        await click.answers.show_in_modal(below, search_modal(click.person.words, found))


async def _card(parts: Parts, click: Click, opened: Opened) -> Message:
    is_over = bool(click.place.view_type) and not (opened.page and opened.page.similar)
    place = click.place
    return await paper_message(
        parts,
        click.person,
        opened,
        channel=place.channel_name,
        channel_id="" if place.view_type else place.channel,
        has_back=not is_over,
    )


def _without_origin(page: Page | None) -> Page | None:
    """Return the page to go back to; one of similar papers forgets where those were opened from."""
    return replace(page, similar=replace(page.similar, origin=None)) if page and page.similar else page
