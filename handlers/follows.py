"""What a person follows and mutes: begun, changed and ended by them, and seen by nobody else."""

from slack_bolt.async_app import AsyncApp

from bot.cards import ids
from bot.cards.blocks import Message
from bot.cards.follows import begun_notice, edit_follow_modal, ended_notice, following_message
from bot.cards.notices import answer_modal, notice
from bot.errors import UnreadableValueError
from bot.locale import Reader
from bot.lookup.follows import Wish, followed_of, latest_followed, read_wish
from bot.lookup.paper_texts import PaperTexts
from handlers.clicks import Click, Submission, listen, listen_to_form
from handlers.home import draw_home
from handlers.parts import Parts
from handlers.payloads import record_at, text_at
from handlers.people import Person
from handlers.requests import Follow, ShowFollowing, Unfollow
from storage.follows import MOST_FOLLOWS
from storage.records import FollowKind
from storage.tables import Tables


async def show_following(parts: Parts, person: Person, _request: ShowFollowing) -> Message:
    """Answer with all that the person follows and mutes."""
    return await parts.storage.read(lambda tables: _list(parts, tables, person))


async def follow(parts: Parts, person: Person, request: Follow) -> Message:
    """Have the person follow or mute something, and answer how many of the latest papers match."""
    wish, words = request.wish, person.words
    if wish.unreadable:
        return notice(words.mrkdwn("follow.unreadable", typed=words.listed(wish.unreadable)))
    now = parts.clock.now()
    is_room = await parts.storage.write(
        lambda tables: tables.follows.put(person.workspace, person.id, wish.kind, wish.wanted, now)
    )
    if not is_room:
        return notice(words.mrkdwn("follow.too_many", most=MOST_FOLLOWS, command=parts.command))
    return await parts.storage.read(
        lambda tables: _begun(tables, parts.texts, person, wish, person.reader(now))
    )


async def unfollow(parts: Parts, person: Person, request: Unfollow) -> Message:
    """End what the person followed or muted in these words, or answer with the list of what there is."""
    wanted = {request.wish.wanted, request.mute.wanted if request.mute else ""}

    def write(tables: Tables) -> Message:
        mine = [
            each for each in tables.follows.of_person(person.workspace, person.id) if each.wanted in wanted
        ]
        if not mine:
            return _list(parts, tables, person)
        told = followed_of(tables, mine)
        tables.follows.end(person.workspace, person.id, mine[0].id)
        return ended_notice(told[0], person.words)

    return await parts.storage.write(write)


def register(app: AsyncApp, parts: Parts) -> None:
    """Listen to the buttons of the list, and to the form that changes one of it."""
    listen(app, parts, ids.SHOW_FOLLOWING, _on_show)
    listen(app, parts, ids.FOLLOW_MENU, _on_choose)
    listen(app, parts, ids.EDIT_FOLLOW, _on_edit)
    listen(app, parts, ids.END_FOLLOW, _on_end)
    listen_to_form(app, parts, ids.SUBMIT_FOLLOW, _on_submit)


async def _on_show(parts: Parts, click: Click) -> None:
    await click.answer(await show_following(parts, click.person, ShowFollowing()))


async def _on_choose(parts: Parts, click: Click) -> None:
    """Follow what was chosen in the menu of a card."""
    today = click.person.today(parts.clock.now())
    wish = read_wish(ids.read_follow_text(click.value), today, mutes=False)
    if wish is None:
        raise UnreadableValueError("follow")
    await click.answer(await follow(parts, click.person, Follow(wish)))


async def _on_end(parts: Parts, click: Click) -> None:
    """End it, and draw the list anew where it is, and the Home tab below a modal."""
    person, follow_id = click.person, ids.read_follow(click.value)

    def write(tables: Tables) -> Message:
        tables.follows.end(person.workspace, person.id, follow_id)
        return _list(parts, tables, person)

    await click.replace(await parts.storage.write(write))
    if click.place.view_type:
        await draw_home(parts, click.client, person, click.answers)


async def _on_edit(parts: Parts, click: Click) -> None:
    person, follow_id = click.person, ids.read_follow(click.value)

    def read(tables: Tables) -> tuple[Message, dict[str, object] | None]:
        mine = tables.follows.get(person.workspace, person.id, follow_id)
        if mine is None:
            return _list(parts, tables, person), None
        [followed] = followed_of(tables, [mine])
        return _list(parts, tables, person), edit_follow_modal(followed, person.words)

    following, form = await parts.storage.read(read)
    if form is None:
        await click.replace(following)
    else:
        await click.open_modal(form)


async def _on_submit(parts: Parts, form: Submission) -> None:
    """Keep what was entered, and show the list anew: in place of the form, or in the modal below it."""
    person, follow_id = form.person, ids.read_follow(form.view.get("private_metadata"))
    values = record_at(form.view, "state", "values")
    text = text_at(values, ids.FOLLOW_TEXT, ids.FOLLOW_TEXT, "value")
    kept = await parts.storage.write(lambda tables: _change(parts, tables, person, follow_id, text))
    if isinstance(kept, str):
        await form.ack(response_action="errors", errors={ids.FOLLOW_TEXT: kept})
        return
    view = answer_modal(kept, person.words("following.title"), person.words)
    below = text_at(form.view, "previous_view_id")
    if not below:
        await form.replace(view)
        return
    await form.ack()
    await form.answers.show_in_modal(below, view)
    await draw_home(parts, form.client, person, form.answers)


def _change(parts: Parts, tables: Tables, person: Person, follow_id: int, text: str) -> Message | str:
    """Change what the person follows to the text; return the list, or what is wrong with the text."""
    mine = tables.follows.get(person.workspace, person.id, follow_id)
    if mine is None:
        return _list(parts, tables, person)
    wish = read_wish(text, person.today(parts.clock.now()), mutes=mine.kind is FollowKind.MUTE)
    if wish is None:
        return person.words("follow.nothing_to_look_for")
    if wish.unreadable:
        return person.words("follow.unreadable", typed=person.words.listed(wish.unreadable))
    tables.follows.change(mine, wish.kind, wish.wanted)
    return _list(parts, tables, person)


def _list(parts: Parts, tables: Tables, person: Person) -> Message:
    mine = tables.follows.of_person(person.workspace, person.id)
    return following_message(followed_of(tables, mine), parts.command, person.words)


def _begun(tables: Tables, texts: PaperTexts, person: Person, wish: Wish, reader: Reader) -> Message:
    mine = tables.follows.of_person(person.workspace, person.id)
    [begun] = followed_of(tables, [each for each in mine if each.wanted == wish.wanted])
    if wish.kind is FollowKind.MUTE:
        return begun_notice(begun, None, reader)
    return begun_notice(begun, latest_followed(tables, texts, person.workspace, person.id, begun.id), reader)
