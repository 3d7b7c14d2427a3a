"""Two people act on the same papers at once, from everywhere: each sees exactly their own list.

What they do is compared with a simple model. `pytest -m benchmark` tries five hundred stories instead of
fifty.
"""

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.cards import ids
from bot.cards.ids import Edited, EditField, Listed, Page
from bot.manifest import Shortcut
from bot.sandbox import Member, payloads
from bot.sandbox.records import Message
from storage.records import ReadingStatus
from storage.tables import Tables
from tests.handlers.forging import Forger, handled, with_value
from tests.handlers.test_forged_values import UNLIMITED
from tests.support.examples import fewer_examples
from tests.support.stage import SAMPLE_DAY, Stage, set_stage

PAPERS = ("2509.21240", "2509.20868", "2509.21268")
NOBODY_S = "2501.99999"
PEOPLE = ("ada", "emmy")
TAGS = ("rl", "花园", "agents")
PAGES = (Page(0), Page(10, own="#rl is:read"), Page(0, SAMPLE_DAY))


@dataclass(frozen=True)
class Noted:
    """What a list has of a paper."""

    status: str = "unread"
    tags: frozenset[str] = frozenset()
    note: str = ""


@dataclass
class Model:
    """One person's list, and what was removed from it."""

    saved: dict[str, Noted] = field(default_factory=dict)
    removed: dict[str, Noted] = field(default_factory=dict)
    #: What a reaction saved, and nothing else did since.
    by_reaction: set[str] = field(default_factory=set)

    def save(self, paper: str, tags: frozenset[str] = frozenset(), note: str = "") -> None:
        had = self.saved.get(paper, Noted())
        self.by_reaction.discard(paper)
        notes = [had.note, *([note] if note not in had.note else [])]
        self.saved[paper] = replace(had, tags=had.tags | tags, note="\n".join(filter(None, notes)))

    def remove(self, paper: str) -> None:
        if paper in self.saved:
            self.removed[paper] = self.saved.pop(paper)

    def react(self, paper: str) -> None:
        if paper not in self.saved:
            self.save(paper)
            self.by_reaction.add(paper)

    def take_reaction_off(self, paper: str) -> None:
        if paper in self.by_reaction and self.saved.get(paper) == Noted():
            self.remove(paper)

    def restore(self, paper: str) -> None:
        if paper in self.removed:
            before = self.removed.pop(paper)
            if paper in self.saved:
                self.save(paper, before.tags, before.note)
            else:
                self.saved[paper] = before
        else:
            self.save(paper)

    def edit(self, paper: str, noted: Noted) -> None:
        if paper in self.saved:
            self.saved[paper] = noted


@dataclass(frozen=True)
class Act:
    """What a person does with a paper, and from where."""

    name: str
    tags: frozenset[str] = frozenset()
    note: str = ""
    status: ReadingStatus = ReadingStatus.UNREAD
    page: Page = PAGES[0]

    def on(self, model: Model, paper: str) -> None:
        """Do it in the model; a paper that nobody knows changes nothing."""
        if paper == NOBODY_S:
            return
        verb = self.name.partition(" ")[0]
        plain = {
            "react": model.react,
            "unreact": model.take_reaction_off,
            "remove": model.remove,
            "restore": model.restore,
        }
        if verb in plain:
            plain[verb](paper)
        match verb:
            case "save":
                typed = self.name == "save by command"
                model.save(paper, self.tags if typed else frozenset(), self.note if typed else "")
            case "mark" if paper in model.saved:
                model.saved[paper] = replace(model.saved[paper], status=self.status)
            case "edit":
                model.edit(paper, Noted(self.status, self.tags, self.note))


ACTS = st.builds(
    Act,
    name=st.sampled_from(
        [
            *("react", "unreact", "save by shortcut"),
            *("save by command", "save on card", "save on page", "save on home"),
            *("remove by command", "remove on card", "remove on home", "remove by undo"),
            *("restore on answer", "restore on home", "mark on home", "mark on page", "edit by form"),
        ]
    ),
    tags=st.frozensets(st.sampled_from(TAGS), max_size=3),
    note=st.sampled_from(["", "Read this.", "“It's” = 1, & <so>", "花园"]),
    status=st.sampled_from(ReadingStatus),
    page=st.sampled_from(PAGES),
)
#: What happens at once: each person does at most one thing with a paper.
AT_ONCE = st.dictionaries(
    st.tuples(st.sampled_from(PEOPLE), st.sampled_from([*PAPERS, NOBODY_S])), ACTS, min_size=1, max_size=5
)
STORIES = st.lists(AT_ONCE, min_size=1, max_size=8)


class Play:
    """The people on the stage, with cards, a Home tab and a form before them."""

    def __init__(self, stage: Stage, cards: Mapping[str, Message]) -> None:
        self.stage = stage
        self.cards, card = cards, cards[PAPERS[0]]
        self.channel = stage.workspace.channel("papers")
        self.card = card
        self.forgers = {name: Forger(stage, name) for name in PEOPLE}

    async def tell(self, story: list[dict[tuple[str, str], Act]]) -> None:
        """Act the story, and compare both lists with the model after each moment."""
        await self.stage.bot.storage.write(self._forget)
        models = {name: Model() for name in PEOPLE}
        for moment in story:
            self.stage.clock.advance(61)
            await asyncio.gather(*(self._act(*who, act) for who, act in moment.items()))
            await handled()
            for (name, paper), act in moment.items():
                act.on(models[name], paper)
            assert await self._lists() == {name: model.saved for name, model in models.items()}
        await self._assert_counts(models)

    def _forget(self, tables: Tables) -> None:
        for forger in self.forgers.values():
            tables.people.forget(self.stage.bot.workspace, forger.person.id)

    async def _act(self, name: str, paper: str, act: Act) -> None:
        forger = self.forgers[name]
        kind, payload = self._on_a_message(forger, paper, act) or self._payload(forger, paper, act)
        await forger.send(payload, kind)

    def _payload(self, forger: Forger, paper: str, act: Act) -> tuple[str, dict[str, Any]]:
        # Somebody else's name in a value is to make no difference.
        other = next(each.person.id for each in self.forgers.values() if each is not forger)
        value = json.dumps({**json.loads(ids.listed_value(Listed(paper, act.page))), "person": other})
        mark = ids.MARK_PAPER[act.status]
        match act.name.split(" "):
            case ["save", "by", "command"]:
                tags = " ".join(f"#{tag}" for tag in sorted(act.tags))
                return self._command(forger, f"save {paper} {tags} {act.note}")
            case ["remove", "by", "command"]:
                return self._command(forger, f"remove {paper}")
            case ["edit", *_]:
                return "interactive", self._form(forger, paper, act)
            case [verb, "on", "home"]:
                action = {
                    "save": ids.SAVE_LISTED_PAPER,
                    "remove": ids.REMOVE_LISTED_PAPER,
                    "restore": ids.RESTORE_LISTED_PAPER,
                }.get(verb, mark)
                assert forger.person.home
                return "interactive", forger.in_view(forger.person.home, with_value(action, value))
            case [verb, "on", "page"]:
                action = ids.SAVE_LISTED_PAPER if verb == "save" else mark
                return "interactive", forger.on_message(self.channel, self.card, with_value(action, value))
            case [verb, *_, where]:
                undo = ids.UNDO_SAVE if where == "undo" else ids.REMOVE_PAPER
                action = {"save": ids.SAVE_PAPER, "restore": ids.RESTORE_PAPER}.get(verb, undo)
                return "interactive", forger.on_message(self.channel, self.card, with_value(action, paper))
        raise AssertionError(act)

    def _on_a_message(self, forger: Forger, paper: str, act: Act) -> tuple[str, dict[str, Any]] | None:
        if act.name in ("react", "unreact"):
            return "events", self._reaction(forger, paper, act.name)
        return ("interactive", self._shortcut(forger, paper)) if act.name == "save by shortcut" else None

    def _reaction(self, forger: Forger, paper: str, verb: str) -> dict[str, Any]:
        """Return a reaction to the card of a paper; what is no card's leads to none."""
        card = self.cards.get(paper)
        event = {
            "type": "reaction_added" if verb == "react" else "reaction_removed",
            "user": forger.person.id,
            "reaction": "bookmark",
            "item": {"type": "message", "channel": self.channel.id, "ts": card.ts if card else "1.000001"},
            "event_ts": "1.000002",
        }
        team = self.stage.workspace.team_id
        return {
            "type": "event_callback",
            "team_id": team,
            "event_id": self.stage.workspace.new_id("Ev"),
            "event": event,
        }

    def _shortcut(self, forger: Forger, paper: str) -> dict[str, Any]:
        shortcuts = self.stage.workspace.manifest.features.shortcuts
        chosen = next(each for each in shortcuts if each.callback_id == Shortcut.SAVE_FROM_MESSAGE)
        sent = payloads.message_action(self.stage.workspace, forger.person, self.channel, self.card, chosen)
        text = f"Read https://arxiv.org/abs/{paper}"
        return {**sent, "message": {"type": "message", "ts": self.card.ts, "user": "U9", "text": text}}

    def _command(self, forger: Forger, text: str) -> tuple[str, dict[str, Any]]:
        workspace = self.stage.workspace
        return "slash_commands", {
            "command": "/papers",
            "text": text,
            "team_id": workspace.team_id,
            "channel_id": self.channel.id,
            "user_id": forger.person.id,
        }

    def _form(self, forger: Forger, paper: str, act: Act) -> dict[str, Any]:
        assert forger.person.home
        sent = payloads.view_submission(self.stage.workspace, forger.person, forger.person.home)
        values = {
            EditField.STATUS: {"type": "radio_buttons", "selected_option": {"value": str(act.status)}},
            EditField.TAGS: {"type": "plain_text_input", "value": " ".join(sorted(act.tags))},
            EditField.NOTE: {"type": "plain_text_input", "value": act.note},
        }
        view = {
            **sent["view"],
            "type": "modal",
            "callback_id": ids.SUBMIT_EDITS,
            "private_metadata": ids.edited_value(Edited(paper, PAGES[0])),
            "state": {"values": {str(name): {str(name): value} for name, value in values.items()}},
        }
        return {**sent, "view": view}

    async def _lists(self) -> dict[str, dict[str, Noted]]:
        workspace, forgers = self.stage.bot.workspace, self.forgers

        def read(tables: Tables) -> dict[str, dict[str, Noted]]:
            pages = {
                name: tables.saved_papers.page(workspace, forger.person.id, offset=0, limit=99)
                for name, forger in forgers.items()
            }
            return {
                name: {each.paper.id: Noted(each.status, frozenset(each.tags), each.note) for each in saved}
                for name, saved in pages.items()
            }

        return await self.stage.bot.storage.read(read)

    async def _assert_counts(self, models: dict[str, Model]) -> None:
        """Compare what each person's Home tab says with the model."""
        for name, model in models.items():
            member = self.stage.person(name)
            await member.open_home()
            await member.sees(partial(_shows, member, model))


def _shows(member: Member, model: Model, _view: Any) -> bool:
    """Tell whether the Home tab is drawn, with exactly the papers and the counts of the model."""
    home = member.home()
    if home is None:
        return False
    elements = [each for block in home["blocks"] for each in block.get("elements", ())]
    edited = [each for each in elements if each.get("action_id") == ids.EDIT_LISTED_PAPER]
    labels = [each["text"]["text"] for each in elements if each.get("action_id") == ids.SHOW_SAVED[None]]
    counts = [f"All · {len(model.saved)}"] if model.saved else []
    return labels == counts and {ids.read_listed(each["value"]).paper_id for each in edited} == set(
        model.saved
    )


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def play(runner: asyncio.Runner, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Play]:
    path: Path = tmp_path_factory.mktemp("two people")
    stage_of = set_stage(path / "test.db", UNLIMITED)
    stage = runner.run(stage_of.__aenter__())
    yield runner.run(_begin(stage))
    runner.run(stage_of.__aexit__(None, None, None))


async def _begin(stage: Stage) -> Play:
    await stage.deliver_sample()
    for name in PEOPLE:
        member = stage.person(name)
        await member.open_home()
        await member.sees(partial(_shows, member, Model()))
    replies = [each for each in stage.workspace.channel("papers").messages.values() if each.is_reply]
    cards = {paper: each for paper in PAPERS for each in replies if paper in str(each.blocks)}
    return Play(stage, cards)


WITHOUT_HASTE = (HealthCheck.too_slow, HealthCheck.function_scoped_fixture)


@given(story=STORIES)
@settings(fewer_examples(4), deadline=None, suppress_health_check=WITHOUT_HASTE)
def test_each_of_two_people_has_exactly_their_own_list(
    play: Play, runner: asyncio.Runner, story: list[dict[tuple[str, str], Act]]
) -> None:
    runner.run(play.tell(story))


@pytest.mark.benchmark
@given(story=STORIES)
@settings(deadline=None, max_examples=500, suppress_health_check=WITHOUT_HASTE)
def test_each_of_two_people_has_exactly_their_own_list_in_five_hundred_stories(
    play: Play, runner: asyncio.Runner, story: list[dict[tuple[str, str], Act]]
) -> None:
    runner.run(play.tell(story))
