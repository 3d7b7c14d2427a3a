"""What people of a channel read together: said on a card or by a 📖, counted for all, named to readers."""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bot.cards import ids
from bot.delivery.card_updates import CardUpdater
from bot.sandbox import Member
from handlers.requests import ShowShelf, parse_request
from storage.records import Paper, Reading
from storage.tables import Tables
from tests.delivery.test_card_updates import summary_comes
from tests.handlers.forging import Forger, handled, with_value
from tests.handlers.talking import hears, say, shows
from tests.handlers.test_message_shortcut import LISTED
from tests.handlers.test_unlisted import PAPER_ID, knowing, with_arxiv
from tests.support.stage import SAMPLE_DAY, Stage, on_each_engine, set_stage

LINK = f"https://arxiv.org/abs/{LISTED}"
TODAY = date(2025, 10, 2)


def cards_of(person: Member) -> list[dict[str, Any]]:
    """Return the cards that the person sees, which have the button."""
    return [each for each in person.messages("papers") if f'"{ids.WILL_READ}"' in json.dumps(each["blocks"])]


def paper_of(card: dict[str, Any]) -> str:
    [value] = [
        element["value"]
        for block in card["blocks"]
        for element in block.get("elements", [])
        if element.get("action_id") == ids.WILL_READ
    ]
    return str(value)


async def press(person: Member, card: dict[str, Any], until: str, action_id: str = ids.WILL_READ) -> str:
    before = [each["ts"] for each in person.messages("papers")]
    await person.click(card, action_id)
    return await hears(person, until, before)


async def undo(person: Member, action_id: str, until: str) -> None:
    """Press a button of the last answer that has it, which is then replaced."""
    answer = [each for each in person.messages("papers") if f'"{action_id}"' in json.dumps(each["blocks"])][
        -1
    ]
    await person.click(answer, action_id)
    await person.sees(lambda _: any(until in each["text"] for each in person.messages("papers")))
    await handled()


async def readers(stage: Stage, paper_id: str) -> tuple[str, ...]:
    place = (stage.bot.workspace, stage.workspace.channel("papers").id)
    return await stage.bot.storage.read(lambda tables: tables.readers.of_paper(*place, paper_id))


async def readers_until(stage: Stage, paper_id: str, wanted: Iterable[Member]) -> None:
    """Wait until exactly these people will read the paper: nobody is told when a reaction is handled."""
    names = {each.id for each in wanted}
    async with asyncio.timeout(30):
        while set(await readers(stage, paper_id)) != names:  # noqa: ASYNC110 -- see above
            await asyncio.sleep(0.01)


async def set_reading(stage: Stage, reading: Reading) -> None:
    place = (stage.bot.workspace, stage.workspace.channel("papers").id)

    def change(tables: Tables) -> None:
        old = tables.subscriptions.of_channel(*place)
        assert old
        wanted = replace(old.preferences, reading=reading)
        tables.subscriptions.put(*place, wanted, since=old.since, begun_at=old.begun_at)

    await stage.bot.storage.write(change)


async def updated(stage: Stage) -> int:
    """Update the cards that are to be, and return how many those were."""
    now = stage.clock.now()
    due = await stage.bot.storage.read(lambda tables: tables.card_updates.due(now))
    await CardUpdater(stage.bot.storage, stage.clock, stage.bot.connections).tick()
    return len(due)


def card_again(person: Member, card: dict[str, Any]) -> str:
    """Return all of the card as the person sees it now, to look for words in it."""
    [now] = [each for each in person.messages("papers") if each["ts"] == card["ts"]]
    return json.dumps(now, ensure_ascii=False)


def mentions(person: Member, *others: Member) -> int:
    """Return how often the others are in what the person's client was given, beside reactions.

    Slack shows everybody who reacted.
    """
    shown = json.dumps(_without_reactions(person.view()), ensure_ascii=False)
    return sum(shown.count(other.id) for other in others)


def _without_reactions(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_reactions(each) for key, each in value.items() if key != "reactions"}
    return [_without_reactions(each) for each in value] if isinstance(value, list) else value


@on_each_engine
async def test_two_who_press_at_once_are_one_update_and_counted(stage: Stage) -> None:
    await stage.deliver_sample(reading=Reading.COUNTED, most_cards=3)
    ada, emmy, lin = (stage.person(name) for name in ("ada", "emmy", "lin"))
    card = cards_of(ada)[1]
    known = mentions(lin, ada, emmy)
    first, second = await asyncio.gather(press(ada, card, "You'll read"), press(emmy, card, "You'll read"))
    updates = await updated(stage)

    assert {ada.id, emmy.id} == set(await readers(stage, paper_of(card)))
    assert updates == 1
    assert "2 will read it" in card_again(lin, card)
    assert [each["ts"] for each in cards_of(lin)] == [each["ts"] for each in cards_of(ada)]
    assert "1 other person will read it, too." in first + second
    assert (emmy.id in first, ada.id in second) == (False, False)
    assert mentions(lin, ada, emmy) == known


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.soak) for seed in (1, 2))])
@on_each_engine
async def test_two_people_who_press_react_and_are_forgotten_at_once_are_counted_right(
    stage: Stage, seed: int
) -> None:
    """What each of them does in turn has the same end, whatever the other does meanwhile."""
    await stage.deliver_sample(reading=Reading.COUNTED, most_cards=3)
    ada, emmy, lin = (stage.person(name) for name in ("ada", "emmy", "lin"))
    cards = cards_of(ada)[:3]
    known = mentions(lin, ada, emmy)
    told = await asyncio.gather(
        _story(stage, "ada", cards, Random(seed)), _story(stage, "emmy", cards, Random(seed + 100))
    )
    await updated(stage)
    found = [set(await readers(stage, paper_of(card))) for card in cards]
    expected = [
        {who.id for who, wanted in zip((ada, emmy), told, strict=True) if card["ts"] in wanted}
        for card in cards
    ]
    counted = [
        f"{len(each)} will read it" in card_again(lin, card) for card, each in zip(cards, found, strict=True)
    ]
    none = ["will read it" not in card_again(lin, card) for card in cards]

    assert found == expected
    assert [
        is_counted if each else is_none
        for is_counted, is_none, each in zip(counted, none, found, strict=True)
    ] == [True] * len(cards)
    assert mentions(lin, ada, emmy) == known


async def _story(stage: Stage, name: str, cards: list[dict[str, Any]], random: Random) -> set[str]:
    """Have the person act at random; return the `ts` of the cards that they will read after it.

    Nobody is told when a reaction is handled, so there is one only where it changes something to wait for.
    """
    person, workspace = stage.person(name), stage.bot.workspace
    wanted: set[str] = set()
    reacted: set[str] = set()
    for _ in range(20):
        card, act = random.choice(cards), random.choice(("press", "press", "react", "react", "forget"))
        ts = card["ts"]
        if act == "forget":
            await stage.bot.storage.write(lambda tables: tables.people.forget(workspace, person.id))
            wanted.clear()
            continue
        if act == "react" and ts in wanted & reacted:
            await person.unreact(card, "book")
            reacted.discard(ts)
        elif act == "react" and ts not in wanted | reacted:
            await person.react(card, "book")
            reacted.add(ts)
        else:
            await person.click(card, ids.WILL_READ)
        wanted ^= {ts}
        await _is_reader(stage, person, paper_of(card), is_wanted=ts in wanted)
    return wanted


async def _is_reader(stage: Stage, person: Member, paper_id: str, *, is_wanted: bool) -> None:
    async with asyncio.timeout(30):
        while (person.id in await readers(stage, paper_id)) != is_wanted:  # noqa: ASYNC110 -- see above
            await asyncio.sleep(0.01)


async def test_a_summary_that_comes_later_leaves_the_button_and_the_count(tmp_path: Path) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        delivery_id = await stage.deliver_sample(reading=Reading.COUNTED, most_cards=3)
        ada = stage.person("ada")
        card = cards_of(ada)[1]
        await press(ada, card, "You'll read")
        ts = await summary_comes(stage, delivery_id)
        updates = await updated(stage)

    assert (ts, updates) == (card["ts"], 1)
    assert all(
        each in card_again(ada, card)
        for each in ("A model wrote this later.", "1 will read it", f'"{ids.WILL_READ}"')
    )


@on_each_engine
async def test_pressed_again_it_is_taken_back_and_undo_brings_it_again(stage: Stage) -> None:
    await stage.deliver_sample(reading=Reading.COUNTED, most_cards=3)
    ada = stage.person("ada")
    card = cards_of(ada)[0]
    await press(ada, card, "Nobody else has said so yet.")
    await press(ada, card, "You won't read")
    after_two = await readers(stage, paper_of(card))
    await updated(stage)
    none = "will read it" in card_again(ada, card)
    await undo(ada, ids.RESTORE_WILL_READ, "You'll read")
    restored = await readers(stage, paper_of(card))
    await updated(stage)

    assert (after_two, none) == ((), False)
    assert restored == (ada.id,)
    assert "1 will read it" in card_again(ada, card)

    await undo(ada, ids.UNDO_WILL_READ, "You won't read")
    assert await readers(stage, paper_of(card)) == ()


@on_each_engine
async def test_names_are_for_those_who_pressed_where_names_are_told(stage: Stage) -> None:
    await stage.deliver_sample(reading=Reading.NAMED)
    ada, emmy, lin = (stage.person(name) for name in ("ada", "emmy", "lin"))
    card = cards_of(ada)[0]
    known = mentions(lin, ada, emmy)
    alone = await press(ada, card, "You'll read")
    told = await press(emmy, card, "You'll read")
    await updated(stage)
    taken_back = await press(ada, card, "You won't read")
    again = await press(ada, card, f"<@{emmy.id}>")
    await say(lin, "/papers 书架", "本频道的书架")

    assert "Nobody else" in alone
    assert f"Will read it, too: <@{ada.id}>." in told
    assert emmy.id not in taken_back
    assert f"Will read it, too: <@{emmy.id}>." in again
    assert mentions(lin, ada, emmy) == known


async def test_who_pressed_while_only_numbers_were_told_is_never_named(tmp_path: Path) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        await stage.deliver_sample(reading=Reading.COUNTED, most_cards=3)
        ada, emmy, lin = (stage.person(name) for name in ("ada", "emmy", "lin"))
        card = cards_of(ada)[0]
        await press(ada, card, "You'll read")
        await set_reading(stage, Reading.NAMED)
        told = [await press(each, card, expected) for each, expected in ((emmy, "You'll"), (lin, "你要读"))]

    assert "1 other person will read it, too." in told[0]
    assert f"也要读的有：<@{emmy.id}>和另外 1 人。" in told[1]
    assert ada.id not in "".join(told)


@on_each_engine
async def test_a_reaction_on_a_card_does_the_same_and_taken_off_undoes_it(stage: Stage) -> None:
    await stage.deliver_sample(reading=Reading.COUNTED, most_cards=3)
    ada, lin = stage.person("ada"), stage.person("lin")
    card = cards_of(ada)[0]
    parent = next(each for each in ada.messages("papers") if each["ts"] == card["thread_ts"])
    await ada.react(parent, "book")
    await ada.react(card, "open_book")
    await lin.react(card, "book")
    await readers_until(stage, paper_of(card), [ada, lin])
    await updated(stage)
    two = card_again(ada, card)
    await ada.unreact(card, "open_book")
    await readers_until(stage, paper_of(card), [lin])
    await updated(stage)
    others = [await readers(stage, paper_of(each)) for each in cards_of(ada)[1:]]

    assert "2 will read it" in two
    assert "1 will read it" in card_again(ada, card)
    assert others == [()] * len(others)
    assert [each["text"] for each in ada.messages("papers") if each.get("ephemeral")] == []


async def test_links_that_people_post_land_on_the_shelf_and_unknown_papers_are_fetched(
    tmp_path: Path,
) -> None:
    async with with_arxiv(tmp_path, knowing(PAPER_ID)) as (stage, _):
        await stage.deliver_sample(reading=Reading.COUNTED, most_cards=3)
        ada, emmy = stage.person("ada"), stage.person("emmy")
        message = await ada.message("papers", f"{LINK} and arXiv:{PAPER_ID}")
        reply = await ada.message("papers", LINK, thread=message)
        await emmy.react(message, "book")
        await ada.react(reply, "book")
        await readers_until(stage, PAPER_ID, [emmy])
        await readers_until(stage, LISTED, [ada, emmy])
        shelf = await say(ada, "/papers shelf", "This channel's shelf")
        await emmy.unreact(message, "book")
        await readers_until(stage, LISTED, [ada])
        left = await readers(stage, PAPER_ID)

    assert f"({LINK}). 2 will read it" in shelf
    assert f"arxiv.org/abs/{PAPER_ID}). 1 will read it" in shelf
    assert left == ()


async def test_a_reaction_means_nothing_where_the_channel_does_not_read_together(tmp_path: Path) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        await stage.deliver_sample(most_cards=3)
        ada = stage.person("ada")
        card = next(each for each in ada.messages("papers") if each.get("thread_ts"))
        for message in (card, await ada.message("papers", LINK)):
            await ada.react(message, "book")
        await asyncio.sleep(0)
        await handled()
        shelf = await say(ada, "/papers shelf", "This channel's shelf")

    assert cards_of(ada) == []
    assert "Nothing is on it yet." in shelf
    assert "You can turn that on in /papers settings." in shelf


@on_each_engine
async def test_where_it_was_turned_off_a_press_says_so_and_can_only_take_back(stage: Stage) -> None:
    await stage.deliver_sample(reading=Reading.NAMED)
    ada, emmy = stage.person("ada"), stage.person("emmy")
    card = cards_of(ada)[0]
    await press(ada, card, "You'll read")
    await set_reading(stage, Reading.OFF)
    off = await press(emmy, card, "read together")
    await press(ada, card, "You won't read")
    left = await readers(stage, paper_of(card))
    await updated(stage)

    assert off.startswith("This channel doesn't read together now.")
    assert left == ()
    assert ids.WILL_READ not in card_again(ada, card)
    assert ids.RESTORE_WILL_READ not in json.dumps(ada.messages("papers"))


@on_each_engine
async def test_who_is_forgotten_is_counted_and_named_no_more(stage: Stage) -> None:
    await stage.deliver_sample(reading=Reading.NAMED)
    ada, emmy, lin = (stage.person(name) for name in ("ada", "emmy", "lin"))
    card = cards_of(ada)[0]
    for person in (ada, emmy):
        await press(person, card, "You'll read")
    await updated(stage)
    two = card_again(lin, card)
    await say(ada, "/papers forget me", "1 paper that you said you'll read with a channel")
    answer = [each for each in ada.messages("papers") if ids.FORGET_ME in json.dumps(each["blocks"])][-1]
    await ada.click(answer, ids.FORGET_ME)
    await ada.sees(shows("Nothing about you is kept here any more."))
    left = await readers(stage, paper_of(card))
    await updated(stage)

    assert "2 will read it" in two
    assert left == (emmy.id,)
    assert "1 will read it" in card_again(lin, card)


async def test_a_forged_button_reads_for_nobody_else_and_nowhere_else(tmp_path: Path) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        await stage.deliver_sample(reading=Reading.COUNTED, most_cards=3)
        ada, forger = stage.person("ada"), Forger(stage, "ada")
        channel = stage.workspace.channel("papers")
        card = cards_of(ada)[0]
        on = channel.messages[card["ts"]]
        values = ["2501.99999", json.dumps({"paper": LISTED, "person": "U9", "channel": "C9"}), "x", None]
        await forger.send_all(
            forger.on_message(channel, on, with_value(ids.WILL_READ, each)) for each in values
        )
        forged = with_value(ids.SHELF_NEXT, json.dumps({"offset": 0, "discussed": True, "channel": "C9"}))
        await forger.send_all([forger.on_message(channel, on, forged)])
        kept = await stage.bot.storage.read(
            lambda tables: tables.people.workspaces("U9") + tables.people.workspaces(ada.id)
        )

    assert kept == ()


@on_each_engine
async def test_the_shelf_has_what_is_read_planned_and_discussed_by_pages(stage: Stage) -> None:
    await stage.deliver_sample(reading=Reading.COUNTED, most_cards=3)
    ada, lin = stage.person("ada"), stage.person("lin")
    place, now = (stage.bot.workspace, stage.workspace.channel("papers").id), stage.clock.now()
    papers = [Paper(f"2508.{number:05}", f"Gardens {number}") for number in range(14)]

    def fill(tables: Tables) -> None:
        for number, paper in enumerate(papers):
            tables.papers.add(paper)
            for person in ("U1", "U2")[: number % 2 + 1]:
                tables.readers.add(*place, person, paper.id, now - timedelta(hours=number))
        for paper, day, presenter in ((papers[1], 3, ada.id), (papers[2], 9, None), (papers[3], -5, None)):
            when = SAMPLE_DAY + timedelta(days=day)
            planned = tables.discussions.plan(
                *place, paper.id, when, presenter=presenter, planned_by="U1", now=now
            )
            assert planned
            if day < 0:
                for number in range(5):
                    tables.discussions.give_verdict(
                        place[0], planned.id, f"U{number}", now, is_worth=number > 0
                    )
                tables.discussions.discussed(place[0], planned.id, now)

    await stage.bot.storage.write(fill)
    first = await say(ada, "/papers shelf", "This channel's shelf")
    drawn = json.dumps(ada.messages("papers")[-1]["blocks"])
    second = await say_by(ada, ids.SHELF_NEXT, "Gardens 13")
    discussed = await say_by(ada, ids.SHELF_DISCUSSED, "worth it")
    chinese = await say(lin, "/papers 书架", "本频道的书架")

    assert [line.split(" (")[0] for line in first.splitlines()[1:]] == [
        "Gardens 1", "Gardens 2", "Gardens 0",
        *(f"Gardens {number}" for number in range(4, 13)),
    ]  # fmt: skip
    assert "(https://arxiv.org/abs/2508.00001). Planned · Thursday · 2 will read it" in first
    assert f"presented by <@{ada.id}>" in drawn
    assert second.splitlines()[1:] == ["Gardens 13 (https://arxiv.org/abs/2508.00013). 2 will read it"]
    assert "worth it 4 · skip it 1" in discussed
    assert "2 人要读" in chinese


async def say_by(person: Member, action_id: str, until: str) -> str:
    """Press a button of the shelf, which is replaced, and return its text."""
    shelf = [each for each in person.messages("papers") if f'"{action_id}"' in json.dumps(each["blocks"])][-1]
    await person.click(shelf, action_id)

    def turned(_view: Any) -> str:
        return next((str(each["text"]) for each in person.messages("papers") if until in each["text"]), "")

    return str(await person.sees(turned))


@on_each_engine
async def test_a_card_that_is_looked_up_in_the_channel_offers_it_too_and_elsewhere_none_does(
    stage: Stage,
) -> None:
    await stage.deliver_sample(reading=Reading.COUNTED, most_cards=3)
    ada, emmy = stage.person("ada"), stage.person("emmy")
    await say(ada, f"/papers {LISTED}", "Summary from")
    looked_up = ada.messages("papers")[-1]
    await press(ada, looked_up, "You'll read")
    await say(emmy, f"/papers {LISTED}", "1 will read it")
    await say(emmy, f"/papers {LISTED}", "Summary from", "general")

    assert await readers(stage, LISTED) == (ada.id,)
    assert ids.WILL_READ not in json.dumps(emmy.messages("general")[-1]["blocks"])


@pytest.mark.parametrize(
    ("typed", "told"),
    [("/papers shelf", "A shelf belongs to a channel."), ("/papers 书架", "A shelf belongs to a channel.")],
)
async def test_in_direct_messages_it_says_to_ask_in_a_channel(tmp_path: Path, typed: str, told: str) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        ada = stage.person("ada")
        direct = stage.workspace.direct(ada.id).id
        await ada.command(direct, typed)
        await ada.sees(shows(told))


@pytest.mark.parametrize("text", ["shelf", "Shelf?", "the shelf", "书架", "our shelf"])
def test_the_shelf_is_asked_for_in_both_languages(text: str) -> None:
    assert parse_request(text, TODAY) == ShowShelf()
