from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.requests import (
    DaysAgo,
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
    ShowHelp,
    ShowPreferences,
    ShowSavedPapers,
    ShowStatus,
    Subscribe,
    Unsubscribe,
    parse_request,
)


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
        ("save 2509.21240", Save("2509.21240")),
        ("SAVE <https://huggingface.co/papers/2509.21240>", Save("2509.21240")),
        ("收藏 2509.21240", Save("2509.21240")),
        ("save", MissingPaperId("save")),
        ("save this one", MissingPaperId("save")),
        ("remove arXiv:hep-th/9901001v2", Remove("hep-th/9901001")),
        ("remove", MissingPaperId("remove")),
        ("subscribe", Subscribe()),
        ("订阅", Subscribe()),
        ("Unsubscribe", Unsubscribe()),
        ("退订", Unsubscribe()),
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
        ("paused", NotUnderstood("paused")),
        ("resume", Resume()),
        ("恢复", Resume()),
        ("status", ShowStatus()),
        ("状态", ShowStatus()),
        ("help", ShowHelp()),
        ("帮助", ShowHelp()),
        ("？", ShowHelp()),
        ("what is new?", NotUnderstood("what is new?")),
        ("&lt;!channel&gt;", NotUnderstood("<!channel>")),
    ],
)
def test_what_people_type_is_read_as_they_mean_it(text: str, request_: Request) -> None:
    assert parse_request(text) == request_


@given(st.text())
def test_any_text_is_some_request(text: str) -> None:
    assert isinstance(parse_request(text), Request)
