"""The answers to a command, straight from the tables: every text has one, and Slack takes it."""

import re
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.web.async_client import AsyncWebClient

from bot.cards import ids
from bot.cards.blocks import Block, Message
from bot.cards.ids import Page, Week
from bot.delivery.announcer import Announcer
from bot.delivery.connections import Connection, OneWorkspace
from bot.delivery.deliverer import Deliverer
from bot.delivery.notifier import Notifier
from bot.delivery.pacer import Pacer
from bot.delivery.web_api import SlackCaller
from bot.delivery.wire import SlackWire
from bot.delivery.worker import Services, Timing
from bot.documents.files import read_sample
from bot.documents.importer import import_into
from bot.listings.watcher import ListingWatcher
from bot.sandbox.blocks import problems_of_message
from bot.sources.source import Source
from bot.summarising.queue import SummaryQueue
from handlers.channels import ChannelContext, Requester
from handlers.lookup import day_page
from handlers.memberships import Memberships
from handlers.parts import Parts
from handlers.people import People, Person
from handlers.requests import ShowWeek, parse_request
from handlers.slash_command import answer
from handlers.weeks import show_week, week_page
from storage.records import Listing, ListingState, Paper
from storage.runner import InlineRunner
from storage.tables import Tables
from tests.support.clocks import SimulatedClock
from tests.support.spellings import SPELLINGS
from tests.support.tables import empty_tables
from tests.support.web_server import refusing_address

T = TypeVar("T")

ADA = Person("T1", "U1", "en-US", ZoneInfo("America/New_York"))
NOW = datetime(2025, 9, 29, 20, 0, tzinfo=UTC)
WEI = Person("T1", "U2", "zh-CN", ZoneInfo("Asia/Shanghai"))


def at_once(work: Coroutine[Any, Any, T]) -> T:
    """Return what the coroutine returns; with the inline runner it never waits for anything."""
    with pytest.raises(StopIteration) as stopped:
        work.send(None)
    result: T = stopped.value.value
    return result


def _no_source(_name: str) -> Source | None:
    """Nothing that is asked here makes the bot look at a source."""
    return None


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    yield from parts_with(tmp_path_factory.mktemp("asking") / "test.db")


def parts_with(path: Path, fill: Callable[[Parts], None] = lambda _: None) -> Iterator[Parts]:
    """Give a bot with the sample and what else is filled in."""
    clock = SimulatedClock(NOW)
    storage = InlineRunner(empty_tables(path))
    for digest in read_sample():
        at_once(import_into(storage, digest))
    holiday = Listing("digest-file", date(2025, 10, 1), ListingState.NONE)
    at_once(storage.write(lambda tables: tables.listings.put(holiday)))
    # No answer of these is told to a channel, so nothing is there to reach.
    client = AsyncWebClient(base_url=refusing_address())
    connection = Connection("https://example.slack.com/", client)
    connections, pacer = OneWorkspace(SlackWire(SlackCaller(client), "B1"), connection), Pacer(clock)
    services = Services(storage, connections, clock, pacer, Timing())
    deliverer = Deliverer(services, Notifier(connections, storage, clock).notify)
    watcher, summary_queue = ListingWatcher(storage, clock, _no_source), SummaryQueue(storage, clock, None)
    parts = Parts(
        storage=storage,
        clock=clock,
        people=People(clock),
        memberships=Memberships(clock),
        deliverer=deliverer,
        announcer=Announcer(connections, pacer, storage, clock),
        watcher=watcher,
        summary_queue=summary_queue,
        unlisted=None,
        command="/papers",
        messages_a_minute=300,
        save_reaction="bookmark",
        shows_links=False,
        connections=connections,
    )
    fill(parts)
    yield parts
    storage.close()


def ask(parts: Parts, text: str, person: Person = ADA) -> Message:
    channel = ChannelContext(AsyncWebClient(base_url=refusing_address()), "D1", "UBOT")
    request = parse_request(text, person.today(parts.clock.now()))
    message = at_once(answer(parts, Requester(person, channel), request))
    assert message
    return message


def text_of(parts: Parts, text: str, person: Person = ADA) -> str:
    return str(ask(parts, text, person).text)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_any_spelling_of_an_id_or_address_finds_the_paper(parts: Parts, spelling: str) -> None:
    assert text_of(parts, spelling).startswith("Tree Search for LLM Agent Reinforcement Learning")


def test_a_card_is_in_the_language_of_the_person(parts: Parts) -> None:
    english, chinese = text_of(parts, "2509.21240"), text_of(parts, "2509.21240", WEI)

    assert "What it means for practitioners: " in english
    assert "对从业者的启示：" in chinese


@pytest.mark.parametrize(
    ("text", "person", "sentence"),
    [
        (
            "2025-09-28",
            ADA,
            "I don't have a list for September 28, 2025.\nThe closest day with papers: `/papers 2025-09-29`",
        ),
        ("2025-09-28", WEI, "没有 2025年9月28日的论文列表。\n最近有论文的日子： `/papers 2025-09-29`"),
        (
            "2025-10-01",
            ADA,
            "No papers were listed on October 1, 2025.\nThe closest day with papers: `/papers 2025-09-29`",
        ),
        ("2025-02-30", ADA, "2025-02-30 isn't a date. Try `/papers 2025-09-29`."),
        ("save", ADA, "I found no arXiv id after “save”. Try `/papers save 2509.21240`."),
        ("save 2509.99999", ADA, "2509.99999 hasn't been on any list here."),
        ("remove 2509.21302", ADA, "Not on your list: "),
        (
            "&lt;!channel&gt; hi",
            ADA,
            "Results for “&lt;!channel&gt; hi”\nNo paper has all of these words; 1 paper with some of them\n",
        ),
        ("help", WEI, "我每天把 AI 论文送到你的频道。"),
        (
            "subscrbe",
            ADA,
            "Results for “subscrbe”\nI found no paper for this.\nLooking for the command /papers subscribe?",
        ),
        (
            "puase until 2025-10-05",
            ADA,
            (
                "Results for “puase until 2025-10-05”\nI found no paper for this.\n"
                "Looking for the command /papers pause until 2025-10-05?"
            ),
        ),
        (
            "puase until soon",
            ADA,
            (
                "Results for “puase until soon”\nI found no paper for this.\n"
                "Looking for the command /papers pause?"
            ),
        ),
        ("Help me!", ADA, "Results for “Help me!”\n2 papers\nLooking for the command /papers help?\n1. "),
        (
            "my paper",
            WEI,
            (
                "“my paper”的搜索结果\n没有论文包含全部关键词；包含部分关键词的：1 篇论文\n"
                "你想用的是命令 /papers my papers 吗？\n1. "
            ),
        ),
        ("定阅", WEI, "“定阅”的搜索结果\n没有找到相关论文。\n你想用的是命令 /papers 订阅 吗？"),
        ("&amp;&amp;", WEI, "没看懂“&amp;&amp;”。"),
        ("settings", ADA, "I post digests in channels, not in direct messages."),
        ("pause", WEI, "日报只能送到频道里，不能送到私信。"),
        ("unsubscribe", ADA, "I post digests in channels, not in direct messages."),
        ("pause until soon", ADA, "“soon” isn't a date I can read. Try `/papers pause until 2025-10-06`."),
        ("暂停到下周", WEI, "看不懂“下周”是哪一天。请写作 `/papers 暂停到 2025-10-07` 。"),
        ("status", ADA, "I post digests in channels, not in direct messages."),
    ],
)
def test_what_cannot_be_found_gets_a_sentence_that_leads_on(
    parts: Parts, text: str, person: Person, sentence: str
) -> None:
    assert text_of(parts, text, person).startswith(sentence)


@pytest.mark.parametrize(
    ("text", "person", "finds"),
    [
        ("today", ADA, True),
        ("yesterday", ADA, False),
        ("today", WEI, False),
        ("yesterday", WEI, True),
        ("last monday", ADA, False),
        ("last monday", WEI, True),
    ],
)
def test_today_is_the_day_that_it_is_where_the_person_is(
    parts: Parts, text: str, person: Person, *, finds: bool
) -> None:
    headlines = ("AI papers · September 29, 2025", "AI 论文 · 2025年9月29日")

    assert text_of(parts, text, person).startswith(headlines) == finds


def test_a_saved_paper_is_on_the_list_of_that_person_in_that_workspace_alone(parts: Parts) -> None:
    saved = text_of(parts, "save 2509.21302")
    again = text_of(parts, "save arXiv:2509.21302v2")
    lists = {
        person: text_of(parts, "saved", person)
        for person in (ADA, WEI, Person("T2", ADA.id), Person("T1", "U3", "de-DE"))
    }
    removed = text_of(parts, "remove 2509.21302")
    emptied = text_of(parts, "saved")

    title = "Quantized Visual Geometry Grounded Transformer"
    assert saved == f"Saved: {title} (https://arxiv.org/abs/2509.21302)"
    assert again == f"Already on your list: {title} (https://arxiv.org/abs/2509.21302)"
    assert {person for person, text in lists.items() if title in text} == {ADA}
    assert removed == f"Removed from your list: {title} (https://arxiv.org/abs/2509.21302)"
    assert title not in emptied


@pytest.mark.parametrize(("text", "papers"), [("", 10), ("2025-09-29", 10)])
def test_a_listing_shows_ten_papers_a_page(parts: Parts, text: str, papers: int) -> None:
    blocks = ask(parts, text).blocks

    assert str(blocks).count(ids.OPEN_PAPER) == papers


def fill_two_months(parts: Parts) -> None:
    """Have Hugging Face list papers on three days before the sample's, and one far away."""

    def write(tables: Tables) -> None:
        days = [date(2025, 9, 15), date(2025, 9, 18), date(2025, 9, 19), date(2025, 7, 1)]
        for day in days:
            papers = [
                Paper(f"{day:%y%m}.{day:%d}{number:03}", f"Gardens {number}", votes=number)
                for number in range(day.day)
            ]
            for paper in papers:
                tables.papers.add(paper)
            ids = tuple(paper.id for paper in papers)
            tables.listings.put(Listing("huggingface", day, ListingState.COMPLETE, ids))
        for number in range(3):
            tables.saved_papers.save("T1", f"U{number}", "2509.15002", NOW)

    at_once(parts.storage.write(write))


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Parts]:
    """Give a bot with two months of lists."""
    yield from parts_with(tmp_path / "archive.db", fill_two_months)


ROW = {ids.OPEN_PAPER, ids.SAVE_LISTED_PAPER, ids.REMOVE_LISTED_PAPER}


def buttons_of(message: Message) -> dict[str, tuple[str, Page]]:
    """Return what the buttons below a page say and open, by their action."""
    return {
        each["action_id"]: (each["text"]["text"], ids.read_page(each["value"]))
        for each in elements_of(message)
        if each["action_id"] not in ROW
    }


def elements_of(message: Message) -> list[Block]:
    return [each for block in message.blocks if block["type"] == "actions" for each in block["elements"]]


def numbers_of(message: Message) -> list[str]:
    return re.findall(r"^([0-9]+)\. ", message.text, re.MULTILINE)


def test_a_day_leads_on_to_its_pages_and_to_the_days_around_it(archive: Parts) -> None:
    first, chinese = ask(archive, "2025-09-18"), ask(archive, "2025-09-18", WEI)
    last = at_once(day_page(archive, ADA, date(2025, 9, 18), 90))

    day = date(2025, 9, 18)
    around = {
        ids.PREVIOUS_DAY: ("← September 15, 2025", Page(0, date(2025, 9, 15))),
        ids.NEXT_DAY: ("September 19, 2025 →", Page(0, date(2025, 9, 19))),
    }
    assert buttons_of(first) == {ids.NEXT_PAGE: ("Next →", Page(10, day)), **around}
    assert buttons_of(last) == {ids.PREVIOUS_PAGE: ("← Previous", Page(0, day)), **around}
    assert [label for label, _ in buttons_of(chinese).values()] == [
        "下一页 →",
        "← 2025年9月15日",
        "2025年9月19日 →",
    ]
    assert (numbers_of(first), numbers_of(last)) == (
        [str(number) for number in range(1, 11)],
        [str(number) for number in range(11, 19)],
    )


def test_the_first_and_the_last_day_lead_one_way(archive: Parts) -> None:
    assert set(buttons_of(ask(archive, "2025-07-01"))) == {ids.NEXT_DAY}
    assert set(buttons_of(ask(archive, ""))) == {ids.NEXT_PAGE, ids.PREVIOUS_DAY}


def test_a_week_has_its_papers_by_votes_or_by_saves_and_leads_on(archive: Parts) -> None:
    by_votes = at_once(show_week(archive, ADA, ShowWeek(2)))
    other = Week(date(2025, 9, 15), by_saves=True)
    by_saves = at_once(week_page(archive, WEI, other, 90))
    top = at_once(week_page(archive, WEI, other))

    assert by_votes.text.startswith(
        "Papers of the week · Sep 15\u2009–\u200921, 2025\n52 papers · most votes first\n1. Gardens 18 (https://arxiv.org"
    )
    assert buttons_of(by_votes) == {
        ids.NEXT_PAGE: ("Next →", Page(10, week=Week(date(2025, 9, 15)))),
        ids.RANK_WEEK: ("Most saved here", Page(0, week=other)),
        ids.PREVIOUS_WEEK: ("← Jun 30\u2009–\u2009Jul 6, 2025", Page(0, week=Week(date(2025, 6, 30)))),
        ids.NEXT_WEEK: ("Sep 29\u2009–\u2009Oct 5, 2025 →", Page(0, week=Week(date(2025, 9, 29)))),
    }
    assert top.text.startswith(
        "一周论文 · 2025年9月15日\u2009–\u200921日\n52 篇论文 · 按这里的收藏人数排序\n1. Gardens 2 (https://arxiv.org"
    )
    assert "2509.15002 · ▲ 2 票 · 这里有 3 人收藏" in str(top.blocks)
    assert str(top.blocks).count("人收藏") == 1
    assert numbers_of(by_saves) == ["51", "52"]
    assert buttons_of(by_saves)[ids.RANK_WEEK] == ("按票数排序", Page(0, week=replace(other, by_saves=False)))


def test_a_saved_paper_of_a_week_can_be_removed_there(archive: Parts) -> None:
    text_of(archive, "save 2509.19018")

    message = at_once(show_week(archive, ADA, ShowWeek(2)))

    actions = [each["action_id"] for each in elements_of(message)]
    rows = [ids.REMOVE_LISTED_PAPER, *[ids.SAVE_LISTED_PAPER] * 9]
    assert [action for action in actions if action in ROW] == [
        action for kept in rows for action in (ids.OPEN_PAPER, kept)
    ]


def test_where_too_few_saved_anything_nobody_is_told(archive: Parts) -> None:
    elsewhere = Person("T2", "U1", "en-US")

    message = at_once(show_week(archive, elsewhere, ShowWeek(2)))

    assert "people here" not in str(message.blocks)
    assert set(buttons_of(message)) == {ids.NEXT_PAGE, ids.PREVIOUS_WEEK, ids.NEXT_WEEK}


@pytest.mark.parametrize(
    ("person", "weeks", "begins"),
    [
        (ADA, 0, "Papers of the week · Sep 29\u2009–\u2009Oct 5, 2025\n12 papers · most votes first\n1. "),
        (
            ADA,
            1,
            "I have no papers for Sep 22\u2009–\u200928, 2025.\nThe closest days with papers: `/papers",
        ),
        (WEI, 1, "2025年9月22日\u2009–\u200928日没有论文。\n最近有论文的日子： `/papers 2025-09-19` ·"),
        (
            ADA,
            10**9,
            "I have no papers for Jan 1\u2009–\u20097, 1.\nThe closest day with papers: `/papers 2025-07-01`",
        ),
    ],
)
def test_a_week_is_the_one_that_it_is_where_the_person_is(
    archive: Parts, person: Person, weeks: int, begins: str
) -> None:
    assert at_once(show_week(archive, person, ShowWeek(weeks))).text.startswith(begins)


WORDS = [
    "save",
    "remove",
    "saved",
    "help",
    "pause",
    "pause until 2025-10-05",
    "resume",
    "settings",
    "status",
    "unsubscribe",
    "today",
    "2025-09-29",
    "2025-13-99",
    "2509.21240",
    "9999.99999",
    "<",
    "&",
]
TEXTS = st.text(max_size=30) | st.builds(" ".join, st.tuples(st.sampled_from(WORDS), st.text(max_size=10)))


FIFTY_TEXTS = st.lists(TEXTS, min_size=50, max_size=50)


@settings(max_examples=10)
@given(texts=FIFTY_TEXTS)
def test_five_hundred_random_texts_each_get_an_answer_that_slack_takes(
    parts: Parts, texts: list[str]
) -> None:
    check_answers(parts, texts)


@pytest.mark.benchmark
@settings(max_examples=200)
@given(texts=FIFTY_TEXTS)
def test_ten_thousand_random_texts_each_get_an_answer_that_slack_takes(
    parts: Parts, texts: list[str]
) -> None:
    check_answers(parts, texts)


def check_answers(parts: Parts, texts: list[str]) -> None:
    for text in texts:
        message = ask(parts, text)

        assert problems_of_message(list(message.blocks)) == []
        assert 0 < len(message.text.encode()) <= 3800


@settings(max_examples=20)
@given(text=st.text(min_size=500, max_size=4000))
def test_a_very_long_text_gets_a_short_answer(parts: Parts, text: str) -> None:
    assert len(text_of(parts, text).encode()) <= 3800
