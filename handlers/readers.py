"""What people of a channel will read: said by a button on a card or by a reaction, and taken back."""

from collections.abc import Sequence
from typing import NamedTuple

from slack_bolt.async_app import AsyncApp

from bot.cards import ids
from bot.cards.blocks import Message
from bot.cards.linked import LinkedPapers, linked_papers_message
from bot.cards.readers import reading_off_notice, will_read_notice, wont_read_notice
from bot.lookup.unlisted import Finding
from bot.subscriptions.readers import Reader, other_readers, reading_in, will_read, wont_read
from handlers.clicks import Click, listen
from handlers.lookup import unknown_paper
from handlers.parts import Parts
from handlers.people import Person
from storage.records import Paper, Reading
from storage.tables import Tables

EMOJI = frozenset({"book", "open_book"})
"""The names of 📖 in Slack."""


class _Act(NamedTuple):
    """What a button does: `wanted` is whether the person will read it, `None` for the other way round."""

    wanted: bool | None
    replaces: bool


_ACTS = {
    ids.WILL_READ: _Act(wanted=None, replaces=False),
    ids.UNDO_WILL_READ: _Act(wanted=False, replaces=True),
    ids.RESTORE_WILL_READ: _Act(wanted=True, replaces=True),
}


def register(app: AsyncApp, parts: Parts) -> None:
    """Listen to the button of the cards, and to those of its answers."""
    for action_id, act in _ACTS.items():
        _listen(app, parts, action_id, act)


def _listen(app: AsyncApp, parts: Parts, action_id: str, act: _Act) -> None:
    async def on_click(parts: Parts, click: Click) -> None:
        paper_id, reader = ids.read_paper(click.value), _reader(click.person, click.channel)
        done = await _change(parts, click.person, reader, paper_id, act.wanted)
        await (click.replace(done) if act.replaces and click.is_on_answer else click.answer(done))

    listen(app, parts, action_id, on_click)


async def _change(
    parts: Parts, person: Person, reader: Reader, paper_id: str, wanted: bool | None
) -> Message:
    now = parts.clock.now()

    def write(tables: Tables) -> Message:
        paper = tables.papers.get(paper_id)
        if paper is None:
            return unknown_paper(paper_id, person.words)
        is_off = reading_in(tables, reader.workspace, reader.channel) is Reading.OFF
        if wanted is not True and (wont_read(tables, reader, [paper_id], now) or wanted is False):
            return wont_read_notice(paper, person.words, can_restore=not is_off)
        if is_off:
            return reading_off_notice(parts.command, person.words)
        will_read(tables, reader, [paper_id], now)
        return _told(tables, reader, paper, person)

    return await parts.storage.write(write)


def _told(tables: Tables, reader: Reader, paper: Paper, person: Person) -> Message:
    others = other_readers(tables, reader, paper.id)
    return will_read_notice(paper, others.count, others.named, person.words)


# ---- By a reaction


async def is_read_together(parts: Parts, workspace: str, channel: str) -> bool:
    """Return whether people of the channel say what they will read."""
    reading = await parts.storage.read(lambda tables: reading_in(tables, workspace, channel))
    return reading is not Reading.OFF


async def take_up(parts: Parts, person: Person, channel: str, paper_ids: Sequence[str]) -> Message | None:
    """Note that the person will read the papers; return which of them could not be found, if any."""
    findings = await parts.unlisted.find_all(person.workspace, person.id, paper_ids) if parts.unlisted else {}
    now, reader = parts.clock.now(), _reader(person, channel)

    def write(tables: Tables) -> frozenset[str]:
        known = frozenset(paper.id for paper in tables.papers.of_ids(paper_ids))
        will_read(tables, reader, [each for each in paper_ids if each in known], now)
        return known

    known = await parts.storage.write(write)
    missing = {each: findings.get(each, Finding.NO_ANSWER) for each in paper_ids if each not in known}
    if not missing:
        return None

    def of(finding: Finding) -> tuple[str, ...]:
        return tuple(paper_id for paper_id, found in missing.items() if found is finding)

    kinds = (Finding.NOT_FOUND, Finding.NO_ANSWER, Finding.TOO_MANY)
    return linked_papers_message(LinkedPapers((), (), *map(of, kinds)), person.words)


async def put_down(
    parts: Parts, workspace: str, channel: str, person_id: str, paper_ids: Sequence[str]
) -> None:
    """Take back that the person will read the papers."""
    now, reader = parts.clock.now(), Reader(workspace, channel, person_id)
    await parts.storage.write(lambda tables: wont_read(tables, reader, paper_ids, now))


def _reader(person: Person, channel: str) -> Reader:
    return Reader(person.workspace, channel, person.id)
