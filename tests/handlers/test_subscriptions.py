"""Channels are set up, changed, paused and ended as conversations over a real Socket Mode connection."""

import asyncio
from collections.abc import AsyncIterator
from datetime import time
from pathlib import Path

import pytest
from aiohttp import web

from bot.cards import ids
from storage.address import Address
from storage.records import Filters, Order, Paper, Preferences, Reading, Recap, Subscription
from tests.handlers.talking import (
    POST_NOW,
    RESUME,
    SET_UP,
    filled,
    hears,
    last_with,
    open_preferences,
    opened,
    press,
    say,
    shows,
    subscribe,
)
from tests.support.stage import NOON, SAMPLE_DAY, Stage, on_each_engine, set_stage
from tests.support.waiting import PATIENCE
from tests.support.web_server import serving

CHANNELS = [
    {"name": "papers", "has_bot": True},
    {"name": "general"},
    {"name": "attic", "has_bot": True, "is_archived": True},
    {"name": "partners", "has_bot": True, "is_ext_shared": True},
    {"name": "leads", "is_private": True, "members": ("ada", "emmy")},
    {"name": "board", "is_private": True, "members": ("ada", "emmy"), "has_bot": True},
]


@pytest.fixture
async def stage(address_of_stage: Address, tmp_path: Path) -> AsyncIterator[Stage]:
    settings = {"arxiv_gate": tmp_path / "gate"}
    async with set_stage(address_of_stage, {"channels": CHANNELS}, **settings) as stage:
        await stage.import_sample()
        yield stage


async def subscription_in(stage: Stage, channel: str = "papers") -> Subscription | None:
    channel_id = stage.workspace.channel(channel).id
    return await stage.bot.storage.read(
        lambda tables: tables.subscriptions.of_channel(stage.bot.workspace, channel_id)
    )


async def parents_in(stage: Stage, channel: str = "papers") -> list[str]:
    await stage.bot.deliverer.join()
    messages = stage.person("ada").messages(channel)
    return [each["text"].partition("\n")[0] for each in messages if each["text"].startswith("AI ")]


# ---- Setting up


@on_each_engine
async def test_what_is_filled_in_is_kept_and_the_channel_is_told_who_set_it_up(stage: Stage) -> None:
    ada = stage.person("ada")

    await subscribe(
        ada,
        at="08:30",
        zone="Asia/Shanghai",
        weekdays=["0", "4"],
        language="zh-CN",
        most_cards="5",
        order="votes",
        words="agents，graphs",
        categories="cs.CL, cs.LG",
        least_votes="3",
        never_words="survey",
        says_when_nothing=["yes"],
        about="Agents that use tools",
        thumbnails=["yes"],
        reading="named",
        recap_weekday="4",
        recap_at="16:30",
    )

    subscription = await subscription_in(stage)
    assert subscription == Subscription(
        id=1,
        workspace=stage.bot.workspace,
        channel=stage.workspace.channel("papers").id,
        preferences=Preferences(
            language="zh-CN",
            sources=("digest-file",),
            at=time(8, 30),
            zone="Asia/Shanghai",
            weekdays=frozenset({0, 4}),
            most_cards=5,
            order=Order.VOTES,
            filters=Filters(("agents", "graphs"), ("cs.CL", "cs.LG"), 3, ("survey",)),
            says_when_nothing=True,
            about="Agents that use tools",
            has_thumbnails=True,
            reading=Reading.NAMED,
            recap=Recap(4, time(16, 30)),
        ),
        since=SAMPLE_DAY,
        begun_at=NOON,
        created_by=ada.id,
    )
    told = stage.person("emmy").messages("papers")[-1]["text"]
    assert told == (
        f"<@{ada.id}> 在这里设置了 AI 论文日报：星期一和星期五 08:30 (Asia/Shanghai)，语言为中文。"
    )


async def test_a_source_that_nobody_wanted_before_is_looked_at_at_once(tmp_path: Path) -> None:
    is_asked = asyncio.Event()

    async def answer(_: web.Request) -> web.Response:
        is_asked.set()
        return web.json_response([])

    async with (
        serving({"/api/daily_papers": answer}) as service,
        set_stage(tmp_path / "test.db", {"channels": CHANNELS}, hugging_face_url=service.address) as stage,
    ):
        was_asked = is_asked.is_set()
        await subscribe(stage.person("ada"), sources=["huggingface"])
        # No tick comes on this stage.
        await asyncio.wait_for(is_asked.wait(), PATIENCE)

    assert not was_asked


@pytest.mark.parametrize(
    ("name", "zone", "language"), [("lin", "Asia/Shanghai", "zh-CN"), ("emmy", "Europe/Berlin", "de")]
)
async def test_a_person_s_own_zone_and_language_are_proposed(
    stage: Stage, name: str, zone: str, language: str
) -> None:
    person = stage.person(name)
    await person.command("papers", "/papers 订阅")
    view = await opened(person, zone)

    assert (await person.submit(view)) == {}
    subscription = await subscription_in(stage)

    assert subscription
    preferences = subscription.preferences
    assert (preferences.zone, preferences.language, preferences.at) == (zone, language, time(9))


async def test_the_modal_opens_before_anything_else_is_asked(stage: Stage) -> None:
    await open_preferences(stage.person("ada"))

    methods = [call.method for call in stage.workspace.calls]
    first = methods.index("views.open")
    assert not {"users.info", "conversations.info"} & set(methods[:first])


async def test_what_cannot_be_read_is_said_at_its_field_in_the_person_s_words(stage: Stage) -> None:
    ada, lin = stage.person("ada"), stage.person("lin")
    wrong = filled(zone="Berlin", categories="cs.CL, cs.CLL")

    errors = await ada.submit(await open_preferences(ada), wrong)
    in_chinese = await lin.submit(await open_preferences(lin, until="时区"), wrong)
    without_a_day = await ada.submit(ada.modals()[0], filled(zone="UTC", categories="", weekdays=[]))

    assert errors == {
        "wish_zone": "I can't read “Berlin”. Write it like Asia/Shanghai.",
        "wish_categories": "arXiv has no category “cs.CLL”. Did you mean cs.CL, cs.SC, or cs.PL?",
    }
    assert in_chinese["wish_zone"] == "看不懂“Berlin”。请写成 Asia/Shanghai 这样。"
    assert without_a_day == {"wish_weekdays": "Please complete this required field."}
    assert await subscription_in(stage) is None


async def test_the_preview_follows_what_is_chosen_and_what_is_typed(stage: Stage) -> None:
    ada = stage.person("ada")
    view = await open_preferences(ada)
    assert "With these settings, the latest list (September 29, 2025) gives 12 papers" in str(view)

    await ada.select(view, "wish_most_cards", "5")
    await ada.sees(shows("5 with a card, 7 in brief"))
    await ada.click(ada.modals()[0], ids.PREVIEW, state=filled(words="reinforcement learning"))
    view = await opened(ada, "skipped: no matching word")
    await ada.click(view, ids.PREVIEW, state=filled(zone="Berlin"))
    await ada.sees(shows("I can't read “Berlin”."))

    state = ada.modals()[0]["state"]
    assert state["wish_words"]["wish_words"]["value"] == "reinforcement learning"
    assert state["wish_most_cards"]["wish_most_cards"]["selected_option"]["value"] == "5"


async def test_the_preview_says_which_word_or_category_let_a_paper_in(stage: Stage) -> None:
    ada = stage.person("ada")
    seedream = Paper("2509.20427", "Seedream 4.0", categories=("cs.CV",))
    await stage.bot.storage.write(lambda tables: tables.papers.fill(seedream))
    view = await open_preferences(ada)

    await ada.click(view, ids.PREVIEW, state=filled(words="“tree search”, robot", categories="cs.cv"))
    view = await opened(ada, "mentions “tree search”")

    assert "in cs.CV" in str(view)
    assert "Matched: tree search (1), cs.CV (1), and robot (1) · 9 skipped: no matching word" in str(view)


async def test_a_preview_says_what_the_channel_has_had(stage: Stage) -> None:
    await stage.deliver_sample(most_cards=3)

    view = await open_preferences(stage.person("ada"))

    assert "12 already posted here" in str(view)


async def test_only_what_changed_is_told_and_nothing_where_nothing_did(stage: Stage) -> None:
    ada, emmy = stage.person("ada"), stage.person("emmy")
    await subscribe(ada, zone="UTC")
    await subscribe(ada, tells=False)
    await subscribe(emmy, at="10:15", never_words="survey")

    first, second = emmy.messages("papers")
    assert first["text"].endswith(
        "set up a daily digest of AI papers here. Every day at 9:00\u202fAM (UTC), in English."
    )
    assert second["text"] == (
        f"<@{emmy.id}> changed this channel's digest:\n"
        "• Time: 9:00\u202fAM (UTC) → 10:15\u202fAM (UTC)\n"
        "• New filter: “Skip papers that mention: survey”"
    )
    subscription = await subscription_in(stage)
    assert subscription
    assert subscription.created_by == emmy.id


async def test_filters_of_which_any_is_enough_are_told_so_and_a_removed_one_as_removed(stage: Stage) -> None:
    ada, lin = stage.person("ada"), stage.person("lin")
    await subscribe(ada, words="reinforcement, learning", categories="cs.CL, cs.LG", least_votes="5")
    told = await say(ada, "/papers settings", "Daily papers in this channel")
    in_chinese = await say(lin, "/papers 设置", "本频道的每日论文")
    await subscribe(ada, words="learning", categories="", least_votes="")

    assert "Only papers that mention: reinforcement or learning" in told.splitlines()
    assert "Or papers in these categories: cs.CL or cs.LG" in told.splitlines()
    assert "只要含有这些词的论文：reinforcement或learning" in in_chinese.splitlines()
    assert ada.messages("papers")[-1]["text"].splitlines()[1:] == [
        "• Only papers that mention: reinforcement or learning → learning",
        "• Filter removed: “Or papers in these categories: cs.CL or cs.LG”",
        "• Filter removed: “Minimum votes: 5 votes”",
    ]


async def test_what_keeps_no_paper_out_is_not_told_as_a_filter(stage: Stage) -> None:
    ada = stage.person("ada")
    await subscribe(ada)
    await subscribe(ada, thumbnails=["yes"], reading="counted")
    begun = ada.messages("papers")[-1]["text"].splitlines()[1:]
    await subscribe(ada, thumbnails=[], reading="off")

    assert begun == [
        "• Pictures: Show a paper's picture on its card",
        "• Reading together: A card shows how many will read it",
    ]
    assert ada.messages("papers")[-1]["text"].splitlines()[1:] == [
        "• Removed: “Pictures: Show a paper's picture on its card”",
        "• Removed: “Reading together: A card shows how many will read it”",
    ]


async def test_settings_under_a_digest_open_what_the_channel_has(stage: Stage) -> None:
    await stage.deliver_sample(language="ja")
    ada = stage.person("ada")

    await ada.click(last_with(ada, ids.OPEN_PREFERENCES), ids.OPEN_PREFERENCES)
    view = await opened(ada)

    assert view["state"]["wish_language"]["wish_language"]["selected_option"]["value"] == "ja"


# ---- The latest one at once


async def test_post_now_brings_the_latest_digest_once(stage: Stage) -> None:
    ada, emmy = stage.person("ada"), stage.person("emmy")
    await subscribe(ada)

    first = await press(emmy, POST_NOW, "On their way")
    assert await parents_in(stage) == ["AI papers · September 29, 2025"]
    again = await press(ada, POST_NOW, "already has the papers")

    assert first == "On their way: 12 papers from September 29, 2025, about one a second."
    assert again == "This channel already has the papers from September 29, 2025."
    assert await parents_in(stage) == ["AI papers · September 29, 2025"]


@on_each_engine
async def test_post_now_after_the_filters_changed_brings_the_rest_and_says_both_counts(stage: Stage) -> None:
    ada = stage.person("ada")
    await subscribe(ada, words="robot")
    await press(ada, POST_NOW, "On its way")
    await parents_in(stage)
    skipped = await press(ada, POST_NOW, "Nothing to post")
    await subscribe(ada, words="")
    coming = await press(ada, POST_NOW, "On their way")

    assert skipped == (
        "Nothing to post for September 29, 2025: 1 of 12 papers are here, "
        "and this channel's settings skip the rest."
    )
    assert coming == (
        "On their way: 11 papers from September 29, 2025, about one a second. "
        "1 of the day's 12 are here already."
    )
    assert await parents_in(stage) == ["AI papers · September 29, 2025"] * 2


async def test_post_now_is_offered_in_the_confirmation_too(stage: Stage) -> None:
    ada = stage.person("ada")
    await ada.submit(await open_preferences(ada))
    confirmation = await opened(ada, "Saved.")

    await ada.click(confirmation, POST_NOW)
    await ada.sees(lambda view: "On their way" in str(view["modals"]))

    assert "Next digest: today at 9:00\u202fAM." in confirmation["blocks"][0]["text"]["text"]
    assert await parents_in(stage) == ["AI papers · September 29, 2025"]


async def test_post_now_says_where_there_is_nothing_to_post(stage: Stage) -> None:
    ada = stage.person("ada")
    await subscribe(ada, words="no paper has such a word")

    assert (await press(ada, POST_NOW, "Nothing to post")).startswith(
        "Nothing to post for September 29, 2025"
    )


# ---- In words, paused, ended


async def test_settings_are_told_in_words_with_a_button_to_change_them(stage: Stage) -> None:
    ada = stage.person("ada")
    await subscribe(ada, most_cards="5", words="graphs", zone="UTC")

    text = await say(ada, "/papers settings", "Daily papers in this channel")
    await ada.click(last_with(ada, ids.OPEN_PREFERENCES), ids.OPEN_PREFERENCES)
    await opened(ada, "graphs")

    assert text.splitlines() == [
        "Daily papers in this channel",
        "Sources: Digest file",
        "Time: 9:00\u202fAM (UTC)",
        "Days: Every day",
        "Language: English",
        "Cards: Up to 5, the rest in brief",
        "Order: As listed",
        "Only papers that mention: graphs",
        "When nothing is new: Stay silent",
        "Next digest: tomorrow at 5:00\u202fAM (your time).",
    ]


async def test_a_pause_until_a_day_is_told_and_ends_with_a_button(stage: Stage) -> None:
    ada, emmy = stage.person("ada"), stage.person("emmy")
    await subscribe(ada)

    paused = await say(emmy, "/papers pause until 2025-10-05", "paused this channel's digests")
    settings = await say(ada, "/papers 设置", "Daily papers in this channel")
    resumed = await press(ada, RESUME, "resumed this channel's digests")
    again = await say(ada, "/papers resume", "aren't paused")

    assert paused == f"<@{emmy.id}> paused this channel's digests until October 5, 2025."
    assert settings.splitlines()[-1] == "Digests are paused until Sunday."
    assert resumed == (
        f"<@{ada.id}> resumed this channel's digests. Anything missed comes with the next one."
    )
    assert again == "This channel's digests aren't paused."


async def test_a_pause_without_a_day_lasts_and_saving_settings_does_not_end_it(stage: Stage) -> None:
    ada = stage.person("ada")
    await subscribe(ada)

    await say(ada, "/papers pause", "paused this channel's digests.")
    await subscribe(ada, at="11:00")

    assert (await say(ada, "/papers settings", "Daily papers")).endswith("Digests are paused.")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (
            "/papers pause until soon",
            "“soon” isn't a date I can read. Try `/papers pause until 2025-10-06`.",
        ),
        (
            "/papers pause until 2025-09-29",
            ("September 29, 2025 isn't in the future. Name a later day, or none: `/papers pause`."),
        ),
    ],
)
async def test_a_pause_needs_a_day_to_come(stage: Stage, text: str, answer: str) -> None:
    ada = stage.person("ada")
    await subscribe(ada)

    assert await say(ada, text, answer[:20]) == answer
    subscription = await subscription_in(stage)
    assert subscription
    assert subscription.paused_reason is None


@on_each_engine
async def test_unsubscribing_is_told_and_can_be_undone(stage: Stage) -> None:
    ada = stage.person("ada")
    await subscribe(ada)

    told = await say(ada, "/papers unsubscribe", "ended this channel's digests")
    ended = await subscription_in(stage)
    answer = await say(ada, "/papers pause", "has no daily digest")
    await ada.click(last_with(ada, SET_UP), SET_UP)
    await ada.submit(await opened(ada))

    assert told == (f"<@{ada.id}> ended this channel's digests. Start them again with `/papers subscribe`.")
    assert ended is None
    assert answer == "This channel has no daily digest. Set one up with `/papers subscribe`."
    assert await subscription_in(stage)


# ---- Where it cannot be


async def test_the_bot_joins_a_public_channel_by_itself_and_greets_nobody(stage: Stage) -> None:
    ada = stage.person("ada")
    view = await open_preferences(ada, "general")
    before = stage.workspace.bot.id in stage.workspace.channel("general").members

    await ada.submit(view)
    await ada.sees(shows("Saved."))
    await ada.sees(shows("set up a daily digest of AI papers here"))

    assert not before
    assert [message["text"][-40:] for message in ada.messages("general")] == [
        "day at 9:00\u202fAM (America/New_York), in English."[-40:]
    ]


@pytest.mark.parametrize(
    ("channel", "english", "chinese"),
    [
        ("attic", "This channel is archived", "这个频道已归档"),
        ("partners", "shared with another organisation (Slack Connect)", "与其他组织共享"),
        ("leads", "I can't see this channel. If it's private, invite me", None),
        ("direct", "I post digests in channels, not in direct messages.", "日报只能送到频道里"),
    ],
)
async def test_each_place_that_will_not_do_has_its_sentence(
    stage: Stage, channel: str, english: str, chinese: str | None
) -> None:
    for name, sentence in [("ada", english), ("lin", chinese)]:
        person = stage.person(name)
        place = stage.workspace.direct(person.id).id if channel == "direct" else channel
        if sentence is None:
            continue
        await open_preferences(person, place, until=sentence)
        await person.close(person.modals()[0])
        await say(person, "/papers settings", sentence, place)

    assert await stage.bot.storage.read(lambda tables: tables.subscriptions.all()) == ()


async def test_a_private_channel_with_the_bot_in_it_is_like_any_other(stage: Stage) -> None:
    await subscribe(stage.person("ada"), "board")

    assert await subscription_in(stage, "board")


@pytest.mark.parametrize("withheld", [("channels:join",), ("channels:read",)])
async def test_where_the_bot_may_not_join_it_asks_to_be_invited(
    tmp_path: Path, withheld: tuple[str, ...]
) -> None:
    config = {"channels": CHANNELS, "withheld_scopes": withheld}
    sentences = {
        "channels:join": "can't join on my own. Invite me with `/invite`",
        "channels:read": "Slack won't let me look at this channel (missing_scope).",
    }
    async with set_stage(tmp_path / "test.db", config) as stage:
        await open_preferences(stage.person("ada"), "general", until=sentences[withheld[0]])


async def test_a_channel_that_closes_while_it_is_filled_in_is_said_on_sending_in(stage: Stage) -> None:
    ada = stage.person("ada")
    view = await open_preferences(ada)
    await stage.person("emmy").archive("papers")

    await ada.submit(view)

    assert "This channel is archived" in str(ada.modals()[0]["blocks"])
    assert await subscription_in(stage) is None


async def test_a_channel_that_cannot_be_told_is_said_to_who_saved(stage: Stage) -> None:
    ada = stage.person("ada")
    view = await open_preferences(ada)
    stage.workspace.faults.add("error", method="chat.postMessage", error="restricted_action")

    await ada.submit(view)
    await ada.sees(shows("Saved, but I couldn't announce it in the channel (restricted_action)."))

    assert await subscription_in(stage)


# ---- Arriving


async def test_an_invitation_brings_one_message_with_a_button_that_sets_up(stage: Stage) -> None:
    ada = stage.person("ada")
    stage.workspace.faults.add("lose_ack")  # so that Slack tells of it again
    await ada.invite("general")
    await hears(ada, "Hi! I can bring each day's AI papers", [], "general")
    await stage.timers.advance(3)
    await ada.remove("general")
    await ada.invite("general")
    await ada.click(last_with(ada, SET_UP, "general"), SET_UP)
    await opened(ada)

    assert [message["text"][:5] for message in ada.messages("general")] == ["Hi! I"]


async def test_the_greeting_is_in_the_inviter_s_language(stage: Stage) -> None:
    lin = stage.person("lin")

    await lin.invite("general")

    assert "开始设置" in str(
        await lin.sees(lambda _: [m for m in lin.messages("general") if m["text"].startswith("大家好！")])
    )


async def test_a_bot_that_comes_back_to_paused_digests_offers_to_resume_them(stage: Stage) -> None:
    ada = stage.person("ada")
    await subscribe(ada)
    await say(ada, "/papers pause", "paused this channel's digests")
    await ada.remove("papers")
    await ada.invite("papers")

    await ada.sees(shows("I'm back. This channel's digests are paused."))
    await press(ada, RESUME, "resumed this channel's digests")


async def test_the_name_of_a_channel_is_kept_when_it_is_set_up_and_after_it_is_renamed(stage: Stage) -> None:
    async def names() -> list[str]:
        every = await stage.bot.storage.read(lambda tables: tables.subscriptions.all())
        return await stage.bot.storage.read(
            lambda tables: [tables.channel_names.get(each.workspace, each.channel) for each in every]
        )

    ada = stage.person("ada")
    await subscribe(ada)
    await subscribe(ada, "board")
    before = await names()
    await ada.rename("papers", "reading")
    await ada.rename("board", "table")
    await say(ada, "/papers settings", "Daily papers in this channel", channel="reading")
    await say(ada, "/papers settings", "Daily papers in this channel", channel="table")

    # Slack does not tell a private channel's name with a command.
    assert (before, await names()) == (["papers", "board"], ["reading", "board"])
