"""What people type, with the marks that phones, word processors and input methods make of it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.typed import plain, plain_value, read_date


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("“smart” ‘quotes’ ", "\"smart\" 'quotes'"),
        ("self‑play – and — more", "self-play - and - more"),
        ("ＲＡＧ　１０：３０", "RAG 10:30"),
        ("my\u00a0pa\u00adpers\u200b\u202c\ufeff", "my papers"),
        ("cs∕CL\u2028cs⁄LG", "cs/CL cs/LG"),
        ("我的 收藏。", "我的 收藏。"),
        ("", ""),
    ],
)
def test_typographic_characters_are_those_of_a_keyboard(typed: str, meant: str) -> None:
    assert plain(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("“saved”", "saved"),
        ("`2509.21240`.", "2509.21240"),
        ("订阅。", "订阅"),
        ("cs。CL", "cs.CL"),
        ("\u2018zh–CN\u2019．", "zh-CN"),
        (".5", ".5"),
        ("?", "?"),
        ("help,", "help"),
        ("帮助；", "帮助"),
        ("【help】", "help"),
        ("[cs.CL]", "cs.CL"),
        ("_help_", "help"),
        ("~help~。", "help"),
        ("⸺", "-"),
        ("A∗ 9꞉00", "A* 9:00"),
        ("help!", "help"),
        ("帮助！", "帮助"),
        ("(help)", "help"),
        ("（帮助。）。", "帮助"),
        ("*help*", "help"),
        ("*“saved!”*", "saved"),
        ("papers (new)", "papers (new)"),
        ("cs.*", "cs.*"),
        ("*", "*"),
    ],
)
def test_a_value_has_no_quotes_around_it_and_no_full_stop(typed: str, meant: str) -> None:
    assert plain_value(typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "2025-09-29",
        "2025–09–29",
        "2025‑09‑29",
        "2025−09−29.",
        "２０２５－０９－２９",
        "2025ー09ー29",
        "2025 - 09 - 29",
        "2025--09--29",
        "2025⸺09➖29",
        "2025、09、29",
        "2025・09・29",
        "2025･09･29",
        "2025·09·29",
        "2025年9月29号",
        "２０２５年９月２９號。",
        "【2025-09-29】,",
        "~2025-09-29~",
        "2025/9/29",
        "2025／９／２９",
        "2025.09.29.",
        "2025。9。29。",
        "2025年9月29日。",
        "20250929",
        "“2025-09-29”",
        "2025-09-29!",
        "(2025-09-29)",
        "2025-\u200b09-29\u00a0",
    ],
)
def test_every_way_to_type_a_date_is_the_same_day(typed: str) -> None:
    assert read_date(typed) == date(2025, 9, 29)


@pytest.mark.parametrize("typed", ["", "today", "2509.21240", "29-09-2025", "2025-09", "2025-09-29-01"])
def test_what_does_not_look_like_a_date_is_none(typed: str) -> None:
    assert read_date(typed) is None


@pytest.mark.parametrize("typed", ["2025-02-30", "2025–13–01", "0000-01-01"])
def test_a_day_that_the_calendar_lacks_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"out of range|must be"):
        read_date(typed)


@given(st.text(max_size=60))
def test_plain_text_is_plain_already(text: str) -> None:
    assert plain(plain(text)) == plain(text)
    assert plain_value(plain_value(text)) == plain_value(text)
