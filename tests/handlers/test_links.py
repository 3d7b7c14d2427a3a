"""Links to papers in messages: shown where a channel wants it, once a day, with a button to save each."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.cards import ids
from bot.cards.blocks import Message
from bot.cards.entry import Entry
from bot.cards.link_preview import link_preview
from bot.locale import words_for
from bot.lookup.unlisted import FETCHES_A_MINUTE
from bot.sandbox import Member
from bot.text.mrkdwn import Mrkdwn
from handlers.linked_papers import paper_of_link
from handlers.links import MOST_SHOWN
from storage.records import Paper, PersonalData, SavedIn
from storage.retention import SHOWN_LINKS_KEPT_FOR, Retention
from tests.handlers.forging import handled
from tests.handlers.talking import hears, say, subscribe
from tests.handlers.test_message_shortcut import LISTED, saved_by
from tests.handlers.test_unlisted import ABSTRACT, NAME, PAPER_ID, knowing, with_arxiv
from tests.support.card_contents import AMPERSANDS, EMPTIEST, LONG_CHINESE, assert_taken
from tests.support.clocks import SimulatedClock
from tests.support.stage import Stage, on_each_engine, set_stage
from tests.support.web_server import saying

LINK = f"https://arxiv.org/abs/{LISTED}"
OTHER = f"https://arxiv.org/abs/{PAPER_ID}"


@asynccontextmanager
async def with_links(folder: Path, **settings: Any) -> AsyncIterator[Stage]:
    """Set the stage with the sample, where links are shown in channels that the bot is in."""
    async with set_stage(folder / "test.db", links="on", **settings) as stage:
        await stage.import_sample()
        yield stage


async def settled() -> None:
    """Wait until the app has acknowledged the events that were sent, and handled them."""
    while sent := [each for each in asyncio.all_tasks() if "until_acknowledged" in str(each.get_coro())]:
        await asyncio.wait(sent)
    await handled()


async def shown_of(person: Member, message: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what is shown of the links of a message, once all is handled."""
    await settled()
    [now] = [each for each in person.messages(message["channel"]) if each["ts"] == message["ts"]]
    shown: list[dict[str, Any]] = now.get("attachments", [])
    return shown


async def posts(person: Member, text: str, channel: str = "papers") -> list[dict[str, Any]]:
    """Post a message and return what is shown of its links."""
    return await shown_of(person, await person.message(channel, text))


def text_of(shown: dict[str, Any]) -> str:
    return str(shown["blocks"][0]["text"]["text"])


# ---- Which links


@pytest.mark.parametrize(
    ("url", "paper_id"),
    [
        ("https://arxiv.org/abs/2509.21240", "2509.21240"),
        ("http://arxiv.org/abs/2509.21240v3", "2509.21240"),
        ("https://www.arxiv.org/pdf/2509.21240v1.pdf", "2509.21240"),
        ("https://export.arxiv.org/html/2509.21240", "2509.21240"),
        ("https://ar5iv.labs.arxiv.org/html/2509.21240", "2509.21240"),
        ("https://arxiv.org/abs/math.GT/0309136v1", "math/0309136"),
        ("https://arxiv.org/abs/hep-th%2F9901001", "hep-th/9901001"),
        ("https://ARXIV.org:443/ABS/2509.21240?context=cs&amp;x=1#top", "2509.21240"),
        ("https://huggingface.co/papers/2509.21240#community", "2509.21240"),
        ("https://hf.co/papers/2509.21240", "2509.21240"),
        ("https://www.alphaxiv.org/abs/2509.21240v2", "2509.21240"),
        ("https://alphaxiv.org/zh/overview/2509.21240", "2509.21240"),
        ("https://arxiv.org/", None),
        ("https://arxiv.org/list/cs.CL/recent", None),
        ("https://arxiv.org/search/?query=2509.21240", None),
        ("https://arxiv.org/abs/2513.21240", None),
        ("https://huggingface.co/papers?date=2025-09-29", None),
        ("https://huggingface.co/2509.21240", None),
        ("https://huggingface.co/spaces/a/b?see=https://arxiv.org/abs/2509.21240", None),
        ("https://evilarxiv.org/abs/2509.21240", None),
        ("https://arxiv.org.evil.example/abs/2509.21240", None),
        ("arxiv:2509.21240", None),
        ("", None),
    ],
)
def test_a_link_to_the_page_of_a_paper_is_read_and_no_other(url: str, paper_id: str | None) -> None:
    assert paper_of_link(url) == paper_id


# ---- What is shown


@pytest.mark.parametrize("entry", [AMPERSANDS, LONG_CHINESE, EMPTIEST], ids=["ampersands", "long", "empty"])
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_slack_takes_what_is_shown_of_any_paper(entry: Entry, language: str) -> None:
    drawn = link_preview(entry, words_for(language))

    assert_taken(Message(Mrkdwn("x"), drawn))
    assert [block["type"] for block in drawn] == ["section", "context"]


def test_text_from_outside_is_escaped_once_and_mentions_nobody() -> None:
    paper = Paper("2509.00001", "<!channel> R&D *bold*", abstract="Ping <@U1> & go. More.", votes=3)
    section, context = link_preview(Entry(paper), words_for("en"))

    shown = section["text"]["text"]
    assert shown.startswith("*<https://arxiv.org/abs/2509.00001|&lt;!channel&gt; R&amp;D ")
    assert "Ping &lt;@U1&gt; &amp; go." in shown
    assert "<@U1>" not in shown
    assert context["elements"][0] == {"type": "mrkdwn", "text": "▲ 3 votes"}


def test_a_withdrawn_paper_shows_its_notice() -> None:
    paper = Paper("2509.00001", "Gardens", abstract="We plant.", withdrawal="Withdrawn: the seeds were old.")
    section, context = link_preview(Entry(paper), words_for("zh-CN"))

    assert "Withdrawn: the seeds were old." in section["text"]["text"]
    assert "We plant" not in str((section, context))


@on_each_engine
async def test_a_link_is_shown_where_the_channel_says_so_in_its_language(stage: Stage) -> None:
    await stage.import_sample()
    ada, lin = stage.person("ada"), stage.person("lin")
    before = await posts(ada, LINK, "论文")
    await say(lin, "/papers links on", "开启了", "论文")
    [shown] = await posts(ada, f"Look: {LINK}", "论文")
    elsewhere = await posts(ada, LINK)

    sample = await stage.bot.storage.read(lambda tables: tables.papers.get(LISTED))
    assert sample
    assert (before, elsewhere) == ([], [])
    assert shown["url"] == LINK
    assert text_of(shown).startswith(f"*<{LINK}|{sample.title}>*\n")
    save = shown["blocks"][0]["accessory"]
    assert (save["action_id"], save["value"]) == (ids.SAVE_PAPER, LISTED)
    assert shown["blocks"][1]["elements"][-1]["text"] == (
        "Summary from a digest file · September 29, 2025 · in English"
    )


async def test_a_channel_s_digest_gives_the_language_else_the_person(tmp_path: Path) -> None:
    async with with_links(tmp_path) as stage:
        ada, lin = stage.person("ada"), stage.person("lin")
        await subscribe(ada, "papers", language="zh-CN")
        [chinese] = await posts(ada, LINK, "papers")
        [of_lin] = await posts(lin, LINK, "论文")

    assert chinese["blocks"] == of_lin["blocks"]
    assert "收藏" in str(chinese["blocks"])


async def test_with_the_operator_s_setting_links_are_shown_where_the_bot_is_and_nobody_said_no(
    tmp_path: Path,
) -> None:
    async with with_links(tmp_path) as stage:
        ada, lin = stage.person("ada"), stage.person("lin")
        await say(lin, "/papers links off", "关闭了", "论文")
        refused, outside, shown = [await posts(ada, LINK, name) for name in ("论文", "general", "papers")]
        answers = [await say(ada, "/papers links", "Links", name) for name in ("论文", "papers")]
        await say(lin, "/papers 打开链接预览", "开启了", "论文")
        again = await posts(ada, LINK, "论文")

    assert (refused, outside) == ([], [])
    assert (len(shown), len(again)) == (1, 1)
    assert answers == [
        "Links to papers get no preview from me in this channel. `/papers links on` turns that on.",
        (
            "Links to papers get a preview in this channel, each paper once a day."
            " `/papers links off` turns that off."
        ),
    ]


async def test_without_anybody_s_word_no_link_is_shown(tmp_path: Path) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        await stage.import_sample()

        assert await posts(stage.person("ada"), LINK) == []


async def test_a_paper_is_shown_once_a_day_in_a_channel_however_its_link_is_written(tmp_path: Path) -> None:
    async with with_links(tmp_path) as stage:
        ada, lin = stage.person("ada"), stage.person("lin")
        first = await posts(ada, f"{LINK} https://huggingface.co/papers/{LISTED}")
        second = await posts(lin, f"https://arxiv.org/pdf/{LISTED}v2")
        elsewhere = await posts(lin, LINK, "论文")
        # It is noon in UTC: for ada in New York the next day begins 16 hours later.
        stage.clock.advance(timedelta(hours=15).total_seconds())
        late = await posts(ada, LINK)
        stage.clock.advance(timedelta(hours=2).total_seconds())
        next_day = await posts(ada, LINK)

    assert [each["url"] for each in first] == [LINK]
    assert (second, late) == ([], [])
    assert (len(elsewhere), len(next_day)) == (1, 1)


async def test_of_many_links_the_first_five_papers_are_shown_in_one_call(tmp_path: Path) -> None:
    async with with_links(tmp_path) as stage:
        listing = await stage.bot.storage.read(lambda tables: tables.listings.latest())
        papers = listing[0].paper_ids[:10]
        links = [f"https://www.alphaxiv.org/abs/{each}" for each in papers]
        shown = await posts(stage.person("ada"), " ".join(["https://huggingface.co/models", *links]))
        calls = [each for each in stage.workspace.calls if each.method == "chat.unfurl"]

    assert len(papers) == 10
    assert [each["url"] for each in shown] == links[:MOST_SHOWN]
    assert len(calls) == 1


async def test_an_id_alone_a_list_and_the_bot_s_own_messages_show_nothing(tmp_path: Path) -> None:
    async with with_links(tmp_path) as stage:
        ada = stage.person("ada")
        shown = await posts(ada, f"{LISTED} arXiv:{LISTED} https://arxiv.org/list/cs.CL/recent")
        await stage.deliver_sample(most_cards=3)
        await settled()

    assert shown == []
    assert not any(each.get("attachments") for each in ada.messages("papers"))


async def test_what_somebody_is_still_writing_is_left_alone(tmp_path: Path) -> None:
    async with with_links(tmp_path) as stage:
        ada = stage.person("ada")
        unfurl_id = await ada.draft(LINK)
        await settled()
        while_writing = ada.previews(unfurl_id)
        [shown] = await posts(ada, LINK)

    assert while_writing == []
    assert shown["url"] == LINK


async def test_a_link_in_a_thread_is_shown_there(tmp_path: Path) -> None:
    async with with_links(tmp_path) as stage:
        ada = stage.person("ada")
        parent = await ada.message("papers", "What do we read?")
        reply = await ada.message("papers", LINK, thread=parent)
        [shown] = await shown_of(ada, reply)

    assert shown["url"] == LINK


# ---- Papers that are not known


async def test_a_paper_that_no_list_has_had_is_fetched_with_one_request(tmp_path: Path) -> None:
    async with with_arxiv(tmp_path, knowing(PAPER_ID), links="on") as (stage, arxiv):
        shown = await posts(stage.person("ada"), f"{OTHER} https://arxiv.org/abs/2509.00008")
        requests = len(arxiv.requests)

    [one] = shown
    assert (one["url"], requests) == (OTHER, 1)
    assert text_of(one) == f"*<{OTHER}|{NAME}>*\n{ABSTRACT}"


async def test_where_arxiv_does_not_answer_nothing_is_shown_and_the_next_link_may_be(tmp_path: Path) -> None:
    async with with_arxiv(tmp_path, saying("", 500), links="on") as (stage, _):
        ada = stage.person("ada")
        before = len(ada.messages("papers"))
        nothing = await posts(ada, OTHER)
        await stage.bot.storage.write(lambda tables: tables.papers.add(Paper(PAPER_ID, NAME)))
        [shown] = await posts(ada, OTHER)
        messages = ada.messages("papers")[before:]

    assert nothing == []
    assert text_of(shown) == f"*<{OTHER}|{NAME}>*"
    # Nobody asked, so nobody is told.
    assert [each["user"] for each in messages] == [ada.id] * 2


async def test_a_person_has_no_more_papers_fetched_by_links_than_by_asking(tmp_path: Path) -> None:
    paper_ids = [f"2509.{number:05}" for number in range(FETCHES_A_MINUTE + 1)]
    async with with_arxiv(tmp_path, knowing(*paper_ids), links="on") as (stage, _):
        ada = stage.person("ada")
        shown = [await posts(ada, f"https://arxiv.org/abs/{each}") for each in paper_ids]

    assert [len(each) for each in shown] == [*[1] * FETCHES_A_MINUTE, 0]


# ---- The button


async def test_whoever_presses_save_has_the_paper_and_nobody_else(tmp_path: Path) -> None:
    async with with_links(tmp_path) as stage:
        ada, lin = stage.person("ada"), stage.person("lin")
        message = await ada.message("papers", LINK)
        await shown_of(ada, message)
        before = [each["ts"] for each in lin.messages("papers")]
        await lin.click({**message, "attachment_id": 1}, ids.SAVE_PAPER, value=LISTED)
        told = await hears(lin, "已收藏", before)
        saved = [await saved_by(stage, name) for name in ("lin", "ada")]
        [still] = await shown_of(ada, message)

    assert told.startswith("已收藏：")
    assert saved == [{LISTED: SavedIn(message["channel"], message["ts"])}, {}]
    assert still["blocks"][0]["accessory"]["action_id"] == ids.SAVE_PAPER
    assert [each["ts"] for each in ada.messages("papers")] == before


# ---- What Slack answers


@pytest.mark.parametrize(
    ("fault", "calls"),
    [
        ({"kind": "drop_after_write", "method": "chat.unfurl"}, 2),
        ({"kind": "status", "method": "chat.unfurl", "status": 503}, 2),
        ({"kind": "error", "method": "chat.unfurl", "error": "internal_error"}, 2),
    ],
)
async def test_after_a_lost_answer_the_same_is_shown_once(
    tmp_path: Path, fault: dict[str, Any], calls: int
) -> None:
    async with with_links(tmp_path) as stage:
        stage.workspace.faults.add(**fault)
        shown = await posts(stage.person("ada"), LINK)
        made = [each for each in stage.workspace.calls if each.method == "chat.unfurl"]

    assert (len(shown), len(made)) == (1, calls)


@pytest.mark.parametrize("error", ["cannot_unfurl_url", "cannot_find_message"])
async def test_what_slack_refuses_is_left_to_the_next_message(tmp_path: Path, error: str) -> None:
    async with with_links(tmp_path) as stage:
        stage.workspace.faults.add("error", method="chat.unfurl", error=error)
        ada = stage.person("ada")
        refused, shown = await posts(ada, LINK), await posts(ada, LINK)

    assert (refused, len(shown)) == ([], 1)


async def test_a_deleted_message_is_no_trouble(tmp_path: Path) -> None:
    async with with_links(tmp_path) as stage:
        ada = stage.person("ada")
        await ada.delete(await ada.message("papers", LINK))
        await settled()
        [shown] = await posts(ada, LINK)

    assert shown["url"] == LINK


# ---- Turning it on and off


async def test_the_channel_is_told_who_turned_it_on_and_off(tmp_path: Path) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        ada, lin = stage.person("ada"), stage.person("lin")
        before = [each["ts"] for each in lin.messages("papers")]
        await ada.command("papers", "/papers links on")
        on = await hears(lin, "turned on", before)
        await lin.command("papers", "/papers 关闭链接预览")
        off = await hears(ada, "关闭了", before)

    assert on == (
        f"<@{ada.id}> turned on previews of links to papers here: each paper once a day."
        " `/papers links off` turns them off."
    )
    assert off == f"<@{lin.id}> 关闭了本频道的论文链接预览。输入 `/papers 开启链接预览` 可重新开启。"


async def test_without_the_scopes_the_person_hears_which_are_missing(tmp_path: Path) -> None:
    async with set_stage(tmp_path / "test.db", config={"withheld_scopes": ["links:write"]}) as stage:
        await stage.import_sample()
        ada = stage.person("ada")
        told = await say(ada, "/papers links on", "links:write")
        shown = await posts(ada, LINK)

    assert told == (
        "I may not see links here: the app lacks `links:write`."
        " Ask this bot's admin to install it again with them."
    )
    assert shown == []


async def test_where_the_bot_may_not_be_it_says_so_and_turning_off_works_all_the_same(tmp_path: Path) -> None:
    async with set_stage(tmp_path / "test.db", links="on") as stage:
        ada = stage.person("ada")
        unseen = await say(ada, "/papers links on", "invite me", "leads")
        off = await say(ada, "/papers links off", "Done", "leads")
        channel = stage.workspace.channel("leads").id
        chosen = await stage.bot.storage.read(
            lambda tables: tables.link_choices.get(stage.bot.workspace, channel)
        )

    assert unseen.startswith("I can't see this channel.")
    assert off == "Done, but I couldn't announce it in the channel (channel_not_found)."
    assert chosen is False


# ---- What is kept


async def test_what_was_shown_is_kept_for_three_days_without_a_person(tmp_path: Path) -> None:
    async with with_links(tmp_path) as stage:
        ada = stage.person("ada")
        await posts(ada, LINK)
        kept = await stage.bot.storage.read(
            lambda tables: tables.people.what_is_kept(stage.bot.workspace, ada.id)
        )
        later = SimulatedClock(stage.clock.now() + SHOWN_LINKS_KEPT_FOR + timedelta(hours=1))
        await Retention(stage.bot.storage, later, timedelta(hours=72)).tick()
        left = await stage.bot.storage.write(lambda tables: tables.shown_links.delete(later.now(), 10))

    assert (kept, left) == (PersonalData(), 0)
