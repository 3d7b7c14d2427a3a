"""What people follow and mute: by command and by buttons, each for themselves, in English and Chinese."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.cards import ids
from bot.cards.follows import MOST_IN_DIGEST
from bot.cards.for_you import MOST_FOR_YOU
from bot.cards.my_settings import NO_DIGEST
from bot.delivery.operator import operator_of
from bot.sandbox import Member
from handlers.requests import Follow, NotUnderstood, Search, ShowFollowing, Unfollow, parse_request
from storage.follows import MOST_FOLLOWS
from storage.records import (
    DeliveryState,
    Filters,
    FollowKind,
    Listing,
    ListingState,
    Paper,
    PostState,
    Preferences,
)
from storage.tables import Tables
from tests.handlers.digests import choose_digest, has_digest, tick
from tests.handlers.forging import Forger, with_value
from tests.handlers.talking import last_with, opened, say, shows
from tests.support.stage import Stage, on_each_engine, set_stage

TODAY = date(2025, 10, 2)
TREE, TREE_TITLE = "2509.21240", "Tree Search for LLM Agent Reinforcement Learning"


async def home_of(person: Member, until: str) -> str:
    await person.open_home()
    await person.sees(lambda _: until in str(person.home()))
    return str(person.home())


async def followed_by(stage: Stage, name: str) -> list[tuple[FollowKind, str]]:
    person, workspace = stage.person(name).id, stage.bot.workspace
    follows = await stage.bot.storage.read(lambda tables: tables.follows.of_person(workspace, person))
    return [(each.kind, each.wanted) for each in follows]


def modal_with(person: Member, action_id: str) -> dict[str, Any]:
    return next(view for view in reversed(person.modals()) if action_id in str(view["blocks"]))


@pytest.mark.parametrize(
    ("text", "kind", "wanted"),
    [
        (
            'follow author:"Kaiming He"',
            FollowKind.SEARCH,
            '{"words":[{"text":"Kaiming He","is_exact":true,"searched_in":"authors"}]}',
        ),
        (
            "follow “diffusion language models”",
            FollowKind.SEARCH,
            '{"words":[{"text":"diffusion language models","is_exact":true}]}',
        ),
        ("Follow cat:cs.ro", FollowKind.SEARCH, '{"categories":["cs.RO"]}'),
        ("关注 智能体", FollowKind.SEARCH, '{"words":[{"text":"智能体"}]}'),
        ("follow agents newest first", FollowKind.SEARCH, '{"words":[{"text":"agents"}]}'),
        ("follow similar:2509.21240", FollowKind.SIMILAR, TREE),
        ("follow similar 2509.21240", FollowKind.SIMILAR, TREE),
        ("follow https://arxiv.org/abs/2509.21240v2", FollowKind.SIMILAR, TREE),
        ("关注 相似 2509.21240", FollowKind.SIMILAR, TREE),
        ("mute medical", FollowKind.MUTE, '{"words":[{"text":"medical"}]}'),
        ("屏蔽 cat:cs.CR", FollowKind.MUTE, '{"categories":["cs.CR"]}'),
    ],
)
def test_what_is_followed_is_stored_as_it_is_understood(text: str, kind: FollowKind, wanted: str) -> None:
    request = parse_request(text, TODAY)

    assert isinstance(request, Follow)
    assert (request.wish.kind, request.wish.wanted) == (kind, wanted)


@pytest.mark.parametrize("text", ["following", "follow", "mute", "我的关注", "关注", "Following?"])
def test_the_list_is_shown(text: str) -> None:
    assert parse_request(text, TODAY) == ShowFollowing()


@pytest.mark.parametrize(
    "text", ["following instructions", "follow-up questions", "关注度", "屏蔽攻击", "muted agents"]
)
def test_words_that_only_begin_so_are_looked_for(text: str) -> None:
    assert isinstance(parse_request(text, TODAY), Search)


@pytest.mark.parametrize("text", ["follow last week", "follow is:saved", "follow -agents", "mute !!!"])
def test_what_has_nothing_to_look_for_is_not_followed(text: str) -> None:
    assert parse_request(text, TODAY) == NotUnderstood(text)


def test_one_can_end_it_in_the_same_words() -> None:
    assert isinstance(parse_request("unfollow agents", TODAY), Unfollow)
    assert isinstance(parse_request("取消屏蔽 智能体", TODAY), Unfollow)


@on_each_engine
async def test_two_people_follow_at_once_and_each_sees_their_own_alone(stage: Stage) -> None:
    await stage.import_sample()
    ada, emmy = stage.person("ada"), stage.person("emmy")

    begun = await say(ada, '/papers follow "tree search"', "You follow")
    await say(emmy, f"/papers follow similar {TREE}", "You follow papers similar to")
    of_ada = await home_of(ada, "What you follow")
    of_emmy = await home_of(emmy, "What you follow")
    listed = await say(ada, "/papers following", "What you follow")

    assert begun.startswith("You follow tree search now. ")
    assert "You follow tree search" in of_ada
    assert TREE_TITLE in of_ada
    assert "which you follow" not in of_ada
    assert "tree search" not in of_emmy
    assert listed == 'What you follow\n• Follow: "tree search"'
    assert await followed_by(stage, "emmy") == [(FollowKind.SIMILAR, TREE)]


async def list_agents(stage: Stage, day: date, count: int, source: str = "digest-file") -> None:
    """List papers about agents, the most voted first."""
    papers = [Paper(f"2509.{number:05}", f"Agents {number}", votes=99 - number) for number in range(count)]

    def write(tables: Tables) -> None:
        for paper in papers:
            tables.papers.add(paper)
        paper_ids = tuple(paper.id for paper in papers)
        tables.listings.put(Listing(source, day, ListingState.COMPLETE, paper_ids))

    await stage.bot.storage.write(write)


@on_each_engine
async def test_what_one_follows_comes_once_in_a_direct_message_at_one_s_hour(stage: Stage) -> None:
    await stage.import_sample()
    ada, emmy, lin = stage.person("ada"), stage.person("emmy"), stage.person("lin")
    for person in (ada, emmy):
        await say(person, '/papers follow "tree search"', "You follow")
    await say(lin, "/papers 关注 树搜索", "已关注")
    for person in (ada, lin):
        await choose_digest(person, "14:00")
        await has_digest(stage, person, at="14:00")
    before = [each.direct_messages() for each in (ada, emmy, lin)]

    for hours in (14, 0, 5, 24):
        await tick(stage, hours)

    of_ada, of_emmy, of_lin = (each.direct_messages() for each in (ada, emmy, lin))
    assert before == [[], [], []]
    assert [len(each) for each in (of_ada, of_emmy, of_lin)] == [1, 0, 1]
    assert [block["text"]["text"] for block in of_ada[0]["blocks"] if block["type"] == "header"] == [
        "For you · September 29, 2025",
        "What you follow",
    ]
    assert TREE_TITLE in of_ada[0]["text"]
    assert "You follow tree search" in str(of_ada[0]["blocks"])
    assert "你关注了 树搜索" in str(of_lin[0]["blocks"])


async def test_a_digest_of_what_one_follows_is_a_delivery_like_any_other(tmp_path: Path) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        await stage.import_sample()
        ada = stage.person("ada")
        await say(ada, "/papers follow agents", "You follow")
        await choose_digest(ada, "09:00")
        subscription = await has_digest(stage, ada, at="09:00")
        assert subscription
        with_status = await say(ada, "/papers status", "Next digest", channel=subscription.channel)
        for hours in (2, 1):
            await tick(stage, hours)
        delivery, posts = await stage.bot.storage.read(
            lambda tables: (
                delivery := tables.deliveries.latest_of_channel(stage.bot.workspace, subscription.channel),
                tables.posts.of_delivery(delivery.id) if delivery else (),
            )
        )
        message = ada.direct_messages()[-1]

    assert "9:00" in with_status
    assert delivery
    assert delivery.state is DeliveryState.DONE
    assert [post.state for post in posts] == [PostState.POSTED]
    assert posts[0].paper_ids[MOST_FOR_YOU:] == (TREE, "2509.21317")
    assert message["metadata"]["event_payload"] == {"delivery": delivery.key, "position": 0}


async def test_more_than_fit_into_a_message_come_the_next_day(tmp_path: Path) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        await list_agents(stage, date(2025, 9, 28), MOST_IN_DIGEST + 3)
        ada = stage.person("ada")
        await say(ada, "/papers follow agents", "You follow")
        await choose_digest(ada, "09:00")
        await has_digest(stage, ada, at="09:00")
        for hours in (2, 24, 24):
            await tick(stage, hours)
        papers = await stage.bot.storage.read(
            lambda tables: [
                paper_id
                for delivery_id in (1, 2)
                for post in tables.posts.of_delivery(delivery_id)
                for paper_id in post.paper_ids
            ]
        )

    assert papers == [f"2509.{number:05}" for number in range(MOST_IN_DIGEST + 3)]


async def test_what_channels_are_given_later_counts_too(tmp_path: Path) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        await stage.import_sample()
        ada = stage.person("ada")
        await say(ada, "/papers follow agents", "You follow")
        await choose_digest(ada, "09:00")
        await has_digest(stage, ada, at="09:00")
        await tick(stage, 2)
        wanted, now = Preferences("en", ("arxiv:cs.AI",)), stage.clock.now()
        await stage.bot.storage.write(
            lambda tables: tables.subscriptions.put("T0000000001", "C9", wanted, since=TODAY, begun_at=now)
        )
        await list_agents(stage, date(2025, 9, 29), 1, "arxiv:cs.AI")
        await tick(stage, 24)
        texts = [message["text"] for message in ada.direct_messages()]

    assert ["Agents 0" in text for text in texts] == [False, True]


async def test_the_digest_ends_where_one_no_longer_wants_it(tmp_path: Path) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        await stage.import_sample()
        ada = stage.person("ada")
        await say(ada, "/papers follow agents", "You follow")
        await choose_digest(ada, "09:00")
        await has_digest(stage, ada, at="09:00")
        await choose_digest(ada, NO_DIGEST)
        await has_digest(stage, ada, at=None)
        await tick(stage, 24)
        heard = ada.direct_messages()

    assert heard == []


async def test_direct_messages_with_a_whole_digest_keep_it(tmp_path: Path) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        await stage.import_sample()
        ada = stage.person("ada")
        await choose_digest(ada, "09:00")
        subscription = await has_digest(stage, ada, at="09:00")
        assert subscription
        whole = replace(subscription.preferences, filters=Filters())
        place = (stage.bot.workspace, subscription.channel)
        await stage.bot.storage.write(
            lambda tables: tables.subscriptions.put(*place, whole, since=TODAY, begun_at=stage.clock.now())
        )
        await choose_digest(ada, "10:00")
        await ada.sees(shows("have a whole digest already"))
        kept = await stage.bot.storage.read(lambda tables: tables.subscriptions.of_channel(*place))

    assert kept
    assert kept.preferences == whole


async def test_the_operator_is_nobody_who_only_follows(tmp_path: Path) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        ada = stage.person("ada")
        await choose_digest(ada, "09:00")
        await has_digest(stage, ada, at="09:00")
        told = await stage.bot.storage.read(lambda tables: operator_of(tables, stage.bot.workspace))

    assert told is None


@on_each_engine
async def test_forgetting_removes_the_digest_and_its_ledger(stage: Stage) -> None:
    await stage.import_sample()
    ada, emmy = stage.person("ada"), stage.person("emmy")
    for person in (ada, emmy):
        await say(person, "/papers follow agents", "You follow")
        await choose_digest(person, "15:00")
        await has_digest(stage, person, at="15:00")
    await tick(stage, 8)

    await stage.bot.storage.write(lambda tables: tables.people.forget(stage.bot.workspace, ada.id))
    await list_agents(stage, date(2025, 9, 30), 1)
    await tick(stage, 24)
    left = await stage.bot.storage.read(lambda tables: tables.subscriptions.all())

    assert [each.created_by for each in left] == [emmy.id]
    assert (len(ada.direct_messages()), len(emmy.direct_messages())) == (1, 2)


@on_each_engine
async def test_what_is_muted_is_left_out_for_who_muted_it(stage: Stage) -> None:
    await stage.import_sample()
    ada, emmy = stage.person("ada"), stage.person("emmy")
    for person in (ada, emmy):
        await say(person, '/papers follow "tree search"', "You follow")

    await say(ada, "/papers mute reinforcement", "left out")
    of_ada = await home_of(ada, "No paper listed since")
    of_emmy = await home_of(emmy, TREE_TITLE)

    assert TREE_TITLE not in of_ada
    assert "You follow tree search" in of_emmy


async def test_it_is_said_and_done_in_chinese(tmp_path: Path) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        await stage.import_sample()
        lin = stage.person("lin")
        begun = await say(lin, "/papers 关注 树搜索", "已关注")
        home = await home_of(lin, "我的关注")
        muted = await say(lin, "/papers 屏蔽 cat:cs.RO", "已屏蔽")
        listed = await say(lin, "/papers 我的关注", "我的关注")
        ended = await say(lin, "/papers 取消关注 树搜索", "已取消关注")

    assert begun.startswith("已关注 树搜索。")
    assert "你关注了 树搜索" in home
    assert TREE_TITLE in home
    assert muted.startswith("已屏蔽 cs.RO")
    assert listed == "我的关注\n• 关注：树搜索\n• 屏蔽：cat:cs.RO"
    assert ended == "已取消关注 树搜索。"


async def test_one_is_changed_and_ended_by_buttons_of_the_answer(tmp_path: Path) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        await stage.import_sample()
        ada = stage.person("ada")
        await say(ada, "/papers follow agents", "You follow")
        await say(ada, "/papers following", "What you follow")
        answer = last_with(ada, ids.EDIT_FOLLOW)
        await ada.click(answer, ids.EDIT_FOLLOW)
        form = await opened(ada, "author:")
        nothing = await ada.submit(form, {ids.FOLLOW_TEXT: {ids.FOLLOW_TEXT: "?!"}})
        unknown = await ada.submit(form, {ids.FOLLOW_TEXT: {ids.FOLLOW_TEXT: "agents cat:cs.XX"}})
        kept = await ada.submit(form, {ids.FOLLOW_TEXT: {ids.FOLLOW_TEXT: "cat:cs.RO robots"}})
        await ada.sees(shows("Follow: robots cat:cs.RO"))
        changed = await followed_by(stage, "ada")
        await ada.close(ada.modals()[-1])
        await ada.click(last_with(ada, ids.END_FOLLOW), ids.END_FOLLOW)
        await ada.sees(shows("You follow nothing yet."))
        left = await followed_by(stage, "ada")

    assert nothing == {ids.FOLLOW_TEXT: "There is nothing to look for in this."}
    assert unknown == {ids.FOLLOW_TEXT: "I can't read cat:cs.XX, so nothing has changed."}
    assert kept == {}
    assert changed == [(FollowKind.SEARCH, '{"words":[{"text":"robots"}],"categories":["cs.RO"]}')]
    assert left == []


async def test_a_card_s_menu_follows_its_likes_an_author_or_its_category(tmp_path: Path) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        await stage.import_sample()
        whole = Paper("2509.00001", "Gardens", authors=("A. Gardener", "B. Water"), categories=("cs.RO",))
        await stage.bot.storage.write(lambda tables: tables.papers.add(whole))
        ada = stage.person("ada")
        await say(ada, "/papers 2509.00001", "Gardens")
        card = last_with(ada, ids.FOLLOW_MENU)
        for chosen in ('author:"B. Water"', "cat:cs.RO", "similar:2509.00001"):
            await ada.overflow(card, ids.FOLLOW_MENU, chosen)
        await ada.sees(shows("You follow papers similar to"))
        followed = await followed_by(stage, "ada")

    assert followed == [
        (
            FollowKind.SEARCH,
            '{"words":[{"text":"B. Water","is_exact":true,"searched_in":"authors"}]}',
        ),
        (FollowKind.SEARCH, '{"categories":["cs.RO"]}'),
        (FollowKind.SIMILAR, "2509.00001"),
    ]


async def test_it_is_ended_from_home_which_is_drawn_anew(tmp_path: Path) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        await stage.import_sample()
        ada = stage.person("ada")
        await say(ada, '/papers follow "tree search"', "You follow")
        await home_of(ada, "What you follow")
        await ada.click(ada.home() or {}, ids.SHOW_FOLLOWING)
        await opened(ada, "Follow: ")
        await ada.click(modal_with(ada, ids.END_FOLLOW), ids.END_FOLLOW)
        await ada.sees(shows("You follow nothing yet."))
        await ada.sees(lambda _: "What you follow" not in str(ada.home()))


async def test_nobody_ends_what_another_follows_by_a_button_s_value(tmp_path: Path) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        ada, emmy = stage.person("ada"), stage.person("emmy")
        for person in (ada, emmy):
            await say(person, "/papers follow agents", "You follow")
        await say(emmy, "/papers following", "What you follow")
        mine = await stage.bot.storage.read(
            lambda tables: tables.follows.of_person(stage.bot.workspace, ada.id)
        )
        forger, channel = Forger(stage, "emmy"), stage.workspace.channel("papers")
        answer, of_ada = list(channel.messages.values())[-1], str(mine[0].id)
        forged = [with_value(action_id, of_ada) for action_id in (ids.END_FOLLOW, ids.EDIT_FOLLOW)]
        await forger.send_all([forger.on_message(channel, answer, each) for each in forged])
        kept = await followed_by(stage, "ada")

    assert len(kept) == 1
    assert emmy.modals() == []


async def test_one_person_follows_a_bounded_number_of_things(tmp_path: Path) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        ada, now = stage.person("ada"), stage.clock.now()
        wanted = [f'{{"words":[{{"text":"robots{number}"}}]}}' for number in range(MOST_FOLLOWS)]

        def fill(tables: Tables) -> list[bool]:
            whose = (stage.bot.workspace, ada.id)
            return [tables.follows.put(*whose, FollowKind.SEARCH, each, now) for each in wanted]

        taken = await stage.bot.storage.write(fill)
        refused = await say(ada, "/papers follow agents", "as many as I keep")
        listed = await say(ada, "/papers following", "robots19")

    assert all(taken)
    assert refused.startswith("You follow and mute 20 things")
    assert listed.count("•") == MOST_FOLLOWS


async def test_all_that_one_follows_is_told_and_forgotten(tmp_path: Path) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        ada, emmy = stage.person("ada"), stage.person("emmy")
        for person in (ada, emmy):
            await say(person, "/papers follow agents", "You follow")
        shown = await say(ada, "/papers forget me", "This is what I keep")
        await ada.click(last_with(ada, ids.FORGET_ME), ids.FORGET_ME)
        await ada.sees(shows("Done."))
        left = [await followed_by(stage, name) for name in ("ada", "emmy")]

    assert "• 1 thing you follow or mute" in shown
    assert [len(each) for each in left] == [0, 1]
