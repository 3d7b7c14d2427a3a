"""Values of buttons and menus: read as they were written, and anything else refused."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cards import ids
from bot.cards.ids import Edited, Listed, Page, SummaryAct, SummaryChoice, Week
from bot.errors import UnreadableValueError
from tests.handlers.forging import ODD_VALUES

PAGE = Page(20, date(2025, 9, 29))
OWN = Page(10, own="tree #rl is:read")
READERS: dict[Callable[[object], object], tuple[str, object]] = {
    ids.read_paper: ("math/0309136", "math/0309136"),
    ids.read_delivery: (ids.delivery_value(12), 12),
    ids.read_channel: ("C0000000005", "C0000000005"),
    ids.read_page: (ids.page_value(PAGE), PAGE),
    ids.read_listed: (ids.listed_value(Listed("2509.21240", PAGE)), Listed("2509.21240", PAGE)),
    ids.read_edited: (ids.edited_value(Edited("2509.21240", OWN)), Edited("2509.21240", OWN)),
    ids.read_choice: (
        ids.choice_value(SummaryChoice(SummaryAct.REPORT, "2509.21240", "zh-CN")),
        SummaryChoice(SummaryAct.REPORT, "2509.21240", "zh-CN"),
    ),
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["paper", "offset", "day", "week", "saves", "own", "page", "do", "language"])
            | st.text(),
            inner,
        )
    ),
)


def is_read(reader: Callable[[object], object], value: object) -> bool:
    try:
        reader(value)
    except UnreadableValueError:
        return False
    return True


@pytest.mark.parametrize("reader", READERS)
def test_each_reader_reads_what_is_written(reader: Callable[[object], object]) -> None:
    written, record = READERS[reader]

    assert reader(written) == record


@pytest.mark.parametrize("reader", READERS)
def test_each_reader_refuses_odd_values(reader: Callable[[object], object]) -> None:
    read = [value for value in ODD_VALUES if is_read(reader, value)]

    readable: dict[Any, list[str]] = {
        ids.read_delivery: ["0"],
        ids.read_page: [json.dumps({"paper": 2509.2124, "offset": 0, "day": None})],
    }
    assert read == readable.get(reader, [])


def test_a_week_s_page_is_read_as_it_is_written() -> None:
    pages = [Page(10, week=Week(date(2025, 9, 29), by_saves)) for by_saves in (False, True)]

    assert [ids.read_page(ids.page_value(page)) for page in pages] == pages
    assert ids.read_listed(ids.listed_value(Listed("2509.21240", pages[1]))) == Listed("2509.21240", pages[1])
    assert (pages[0].next, pages[0].previous) == (
        Page(20, week=Week(date(2025, 9, 29))),
        Page(0, week=Week(date(2025, 9, 29))),
    )


@pytest.mark.parametrize(
    "changed",
    [
        {"week": "2025-09-30"},
        {"week": "9999-12-27"},
        {"week": "next"},
        {"week": 20250929},
        {"week": ["2025-09-29"]},
        {"saves": None},
        {"saves": 1},
        {"saves": "true"},
    ],
)
def test_a_week_that_is_none_is_refused(changed: dict[str, Any]) -> None:
    written = json.loads(ids.page_value(Page(week=Week(date(2025, 9, 29)))))

    assert not is_read(ids.read_page, json.dumps({**written, **changed}))


@pytest.mark.parametrize("reader", READERS)
def test_another_kind_s_value_is_refused(reader: Callable[[object], object]) -> None:
    others = [written for other, (written, _) in READERS.items() if other is not reader]

    # A listed paper's value has all that a page's has.
    assert [each for each in others if is_read(reader, each)] == (
        [READERS[ids.read_listed][0]] if reader is ids.read_page else []
    )


@given(value=JSON)
def test_any_json_is_a_record_or_refused(value: Any) -> None:
    for reader in READERS:
        is_read(reader, value)
        is_read(reader, json.dumps(value))


@given(text=st.text())
def test_any_text_is_a_record_or_refused(text: str) -> None:
    for reader in READERS:
        is_read(reader, text)
