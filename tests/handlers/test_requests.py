from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.lookup.own_list import OwnQuery, read_own_query
from bot.lookup.query import Query, Wanted
from bot.lookup.typed_query import read_query
from handlers.requests import (
    DaysAgo,
    Export,
    ForgetMe,
    Import,
    InvalidDate,
    InvalidPauseDate,
    Latest,
    MissingPaperId,
    NotUnderstood,
    OfDay,
    OnePaper,
    Pause,
    Remove,
    Request,
    Resume,
    Save,
    Search,
    ShowHelp,
    ShowPreferences,
    ShowSavedPapers,
    ShowStatus,
    ShowWeek,
    Similar,
    Subscribe,
    Unsubscribe,
    asks_to_subscribe,
    parse_request,
)

# A Thursday.
TODAY = date(2025, 10, 2)


def own(text: str) -> OwnQuery:
    return read_own_query(text, TODAY)


def search(text: str, meant: str = "") -> Search:
    return Search(read_query(text, TODAY), text, meant)


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        ("", Latest()),
        ("   ", Latest()),
        ("latest", Latest()),
        ("最新", Latest()),
        ("2025-09-29", OfDay(date(2025, 9, 29))),
        (" 2025/9/29 ", OfDay(date(2025, 9, 29))),
        ("２０２５－０９－２９", OfDay(date(2025, 9, 29))),
        ("2025年9月29日", OfDay(date(2025, 9, 29))),
        ("2025-02-30", InvalidDate("2025-02-30")),
        ("2025-13-01", InvalidDate("2025-13-01")),
        ("import", Import()),
        ("导入", Import()),
        ("forget me", ForgetMe()),
        ("Forget me?", ForgetMe()),
        ("忘记我", ForgetMe()),
        ("export", Export()),
        ("Export: CSV", Export("csv")),
        ("导出csv", Export("csv")),
        ("export #agents unread ris", Export("ris", own("#agents unread"))),
        ("export md tree search", Export("markdown", own("tree search"))),
        ("today", DaysAgo(0)),
        ("Today", DaysAgo(0)),
        ("今天", DaysAgo(0)),
        ("yesterday", DaysAgo(1)),
        ("昨天", DaysAgo(1)),
        ("2509.21240", OnePaper("2509.21240")),
        ("<https://arxiv.org/abs/2509.21240v2|arxiv.org/abs/2509.21240v2>", OnePaper("2509.21240")),
        ("https://arxiv.org/abs/2509.21240?a=1&amp;b=2", OnePaper("2509.21240")),
        ("saved", ShowSavedPapers()),
        ("我的收藏", ShowSavedPapers()),
        ("unread", ShowSavedPapers(own("is:unread"))),
        ("未读", ShowSavedPapers(own("is:unread"))),
        ("agents is:read", ShowSavedPapers(own("agents is:read"))),
        ("is:reading tree search", ShowSavedPapers(own("is:reading tree search"))),
        ("save 2509.21240", Save("2509.21240")),
        ("SAVE <https://huggingface.co/papers/2509.21240>", Save("2509.21240")),
        ("收藏 2509.21240", Save("2509.21240")),
        ("收藏 #花园 未读", ShowSavedPapers(own("#花园 unread"))),
        ("收藏未读", ShowSavedPapers(own("unread"))),
        ("收藏 #花园 2509.21240", Save("2509.21240")),
        ("收藏 强化学习", ShowSavedPapers(own("强化学习"))),
        ("last month", search("last month")),
        ("last week agents", search("last week agents")),
        ("save", MissingPaperId("save")),
        ("保存 2509.21240", Save("2509.21240")),
        ("delete 2509.21240", Remove("2509.21240")),
        ("移除2509.21240", Remove("2509.21240")),
        ("删除：2509.21240", Remove("2509.21240")),
        ("移出收藏 2509.21240", Remove("2509.21240")),
        ("delete noise", search("delete noise")),
        ("删除冗余词元", search("删除冗余词元")),
        ("收藏 树搜索", ShowSavedPapers(own("树搜索"))),
        ("收藏 智能体 未读", ShowSavedPapers(own("智能体 未读"))),
        ("收藏：树搜索", ShowSavedPapers(own("树搜索"))),
        ("收藏这篇", MissingPaperId("收藏")),
        ("save this one", MissingPaperId("save")),
        ("remove arXiv:hep-th/9901001v2", Remove("hep-th/9901001")),
        ("remove", MissingPaperId("remove")),
        ("subscribe", Subscribe()),
        ("订阅", Subscribe()),
        ("Unsubscribe", Unsubscribe()),
        ("退订", Unsubscribe()),
        ("取消订阅", Unsubscribe()),
        ("settings", ShowPreferences()),
        ("设置", ShowPreferences()),
        ("pause", Pause()),
        ("暂停", Pause()),
        ("pause until 2025-10-05", Pause(date(2025, 10, 5))),
        ("PAUSE 2025/10/5", Pause(date(2025, 10, 5))),
        ("暂停到2025年10月5日", Pause(date(2025, 10, 5))),
        ("暂停至 2025-10-05", Pause(date(2025, 10, 5))),
        ("pause until 2025-02-30", InvalidPauseDate("2025-02-30")),
        ("pause until", InvalidPauseDate("")),
        ("paused", search("paused", meant="pause")),
        ("resume", Resume()),
        ("恢复", Resume()),
        ("status", ShowStatus()),
        ("状态", ShowStatus()),
        ("help", ShowHelp()),
        ("帮助", ShowHelp()),
        ("？", ShowHelp()),
        ("what is new?", search("what is new?")),
        # With the dashes, quotes, spaces and stops of phones, chats and input methods.
        ("2025–09–29", OfDay(date(2025, 9, 29))),
        ("2025‑09‑29.", OfDay(date(2025, 9, 29))),
        ("“2025-09-29”", OfDay(date(2025, 9, 29))),
        ("2025年9月29日。", OfDay(date(2025, 9, 29))),
        ("2025–02–30.", InvalidDate("2025-02-30")),
        ("‘saved’", ShowSavedPapers()),
        ("`status`", ShowStatus()),
        ("my\u00a0papers", ShowSavedPapers()),
        ("sta\u200btus\ufeff", ShowStatus()),
        ("\u202ahelp\u202c", ShowHelp()),
        ("Ｓｕｂｓｃｒｉｂｅ．", Subscribe()),
        ("订阅。", Subscribe()),
        ("pause until “2025–10–05”.", Pause(date(2025, 10, 5))),
        ("暂停到２０２５／１０／５。", Pause(date(2025, 10, 5))),
        ("pause.", Pause()),
        ("save\u00a0“2509.21240”.", Save("2509.21240")),
        ("收藏　２５０９．２１２４０。", Save("2509.21240")),
        ("remove hep–th/9901001.", Remove("hep-th/9901001")),
        ("save.", MissingPaperId("save")),
        ("Save：2509.21240", Save("2509.21240")),
        ("收藏2509.21240", Save("2509.21240")),
        ("移出：２５０９．２１２４０。", Remove("2509.21240")),
        ("暂停直到：2025年10月5日。", Pause(date(2025, 10, 5))),
        ("savers", search("savers", meant="save")),
        ("2509。21240", OnePaper("2509.21240")),
        ("help?", ShowHelp()),
        ("状态？", ShowStatus()),
        ("—help", ShowHelp()),
        ("/saved", ShowSavedPapers()),
        ("/save 2509.21240", Save("2509.21240")),
        ("_today_,", DaysAgo(0)),
        ("2025、09、29", OfDay(date(2025, 9, 29))),
        ("2025・09・29?", OfDay(date(2025, 9, 29))),
        ("2025年9月29号", OfDay(date(2025, 9, 29))),
        ("2509·21240", OnePaper("2509.21240")),
        ("2509・21240", OnePaper("2509.21240")),
        ("pause till 2025–10–05", Pause(date(2025, 10, 5))),
        ("pause – until – 2025-10-05", Pause(date(2025, 10, 5))),
        ("暂停，到2025年10月5号为止。", Pause(date(2025, 10, 5))),
        ("-", NotUnderstood("-")),
        ("...", NotUnderstood("...")),
        ("what’s “new”.", search('what\'s "new".')),
        ("&lt;!channel&gt;", search("<!channel>")),
    ],
)
def test_what_people_type_is_read_as_they_mean_it(text: str, request_: Request) -> None:
    assert parse_request(text, TODAY) == request_


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        ("tree search agents", search("tree search agents")),
        ("树搜索 智能体", search("树搜索 智能体")),
        ("“tree search” –RL", search('"tree search" -RL')),
        ("-RL", search("-RL")),
        ("setings", search("setings", meant="settings")),
        ("helper agents that browse the web", search("helper agents that browse the web")),
        ("search tree", search("tree")),
        ("Search: tree", search("tree")),
        ("search for tree", search("tree")),
        ("find tree", search("tree")),
        ("搜索 树", search("树")),
        ("搜：树", search("树")),
        ("查找 树", search("树")),
        ("search help", Search(Query((Wanted("help"),)), "help")),
        ("search saved", Search(Query((Wanted("saved"),)), "saved")),
        ("search 2025", Search(Query((Wanted("2025"),)), "2025")),
        ("search 2509.21240", Search(Query((Wanted("2509.21240"),)), "2509.21240")),
        ("search 2025-09-29", search("2025-09-29")),
        ("search", NotUnderstood("search")),
        ("搜索 ？", NotUnderstood("搜索 ?")),
        ("search-based planning", search("search-based planning")),
        ("搜索引擎", search("搜索引擎")),
        ("finding needles", search("finding needles")),
        ("2509.21240 tree", OnePaper("2509.21240")),
        ("similar 2509.21240", Similar(("2509.21240",), "")),
        (
            "Similar to: <https://arxiv.org/abs/2509.21240v2|2509.21240>, 2509.21302 2509.21240",
            Similar(("2509.21240", "2509.21302"), ""),
        ),
        ("like 2509.21240", Similar(("2509.21240",), "")),
        ("more like 2509.21240", Similar(("2509.21240",), "")),
        ("相似 2509.21240", Similar(("2509.21240",), "")),
        ("类似于2509.21240", Similar(("2509.21240",), "")),
        ("similar We follow 2509.21240.", Similar((), "We follow 2509.21240.")),
        ("similar", MissingPaperId("similar")),
        ("相似", MissingPaperId("相似")),
        ("like water", search("like water")),
        ("similarity of graphs", search("similarity of graphs")),
        ("相似度", search("相似度")),
    ],
)
def test_what_is_no_other_request_is_looked_for(text: str, request_: Request) -> None:
    assert parse_request(text, TODAY) == request_


def test_a_long_text_is_compared_by_its_beginning() -> None:
    assert parse_request(f"similar {'a' * 5000}", TODAY) == Similar((), "a" * 3000)


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        ("last friday", OfDay(date(2025, 9, 26))),
        ("Friday", OfDay(date(2025, 9, 26))),
        ("上周五", OfDay(date(2025, 9, 26))),
        ("前天", OfDay(date(2025, 9, 30))),
        ("9/29", OfDay(date(2025, 9, 29))),
        ("Sep 29", OfDay(date(2025, 9, 29))),
        ("9月29日", OfDay(date(2025, 9, 29))),
        ("3 days ago?", OfDay(date(2025, 9, 29))),
        ("week", ShowWeek(0)),
        ("This week", ShowWeek(0)),
        ("本周", ShowWeek(0)),
        ("last week", ShowWeek(1)),
        ("上周", ShowWeek(1)),
        ("上上周", ShowWeek(2)),
        ("may", search("may")),
        ("2/30", search("2/30")),
    ],
)
def test_days_and_weeks_are_read_as_people_say_them(text: str, request_: Request) -> None:
    assert parse_request(text, TODAY) == request_


@pytest.mark.parametrize(
    ("text", "asks"),
    [("subscribe", True), (" 订阅。", True), ("Subscribe", True), ("unsubscribe", False), ("", False)],
)
def test_a_request_to_subscribe_is_known_before_the_person_is(text: str, *, asks: bool) -> None:
    assert asks_to_subscribe(text) == asks
    assert isinstance(parse_request(text, TODAY), Subscribe) == asks


@given(st.text())
def test_any_text_is_some_request(text: str) -> None:
    assert isinstance(parse_request(text, TODAY), Request)
