"""How a source is, in a sentence, in both languages and on the reader's clocks."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.cards.digest import digest_parent, nothing_new, short_message
from bot.cards.list_states import (
    given_up_sentence,
    missing_sentence,
    remarkable_sentence,
    status_sentence,
    waiting_sentence,
)
from bot.locale import Reader, words_for
from storage.records import FEW, Listing, ListingState
from tests.support.card_contents import AMPERSANDS, LONG_CHINESE, assert_taken, digest_of

MONDAY = date(2025, 9, 29)
SATURDAY = date(2025, 9, 27)
LOOKED, NEXT = datetime(2025, 9, 29, 1, 12, tzinfo=UTC), datetime(2025, 9, 29, 1, 30, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")
ENGLISH, CHINESE = (
    Reader(datetime(2025, 9, 29, 1, 20, tzinfo=UTC), SHANGHAI, words_for(language))
    for language in ("en-GB", "zh-CN")
)
DAY = Listing("huggingface", MONDAY, ListingState.WAITING, looked_at=LOOKED, next_look_at=NEXT)
PAPERS = ("2509.00001", "2509.00002")
STALLED = replace(
    DAY,
    state=ListingState.STALLED,
    trouble="Hugging Face does not answer.",
    trouble_since=datetime(2025, 9, 28, 23, 40, tzinfo=UTC),
)


@pytest.mark.parametrize(
    ("listing", "english", "chinese"),
    [
        (
            DAY,
            "Hugging Face hasn't published yet; last check 09:12, next 09:30.",
            "Hugging Face 还没有发布；上次检查 09:12，下次 09:30。",
        ),
        (
            STALLED,
            "Hugging Face hasn't answered since 07:40; last check 09:12, next 09:30.",
            "Hugging Face 自 07:40 起没有响应；上次检查 09:12，下次 09:30。",
        ),
        (
            replace(STALLED, day=SATURDAY),
            "Hugging Face hasn't answered since 07:40; last check 09:12, next 09:30.",
            "Hugging Face 自 07:40 起没有响应；上次检查 09:12，下次 09:30。",
        ),
        (
            replace(DAY, day=SATURDAY),
            "Hugging Face doesn't publish on Saturdays.",
            "Hugging Face 在星期六不发布论文列表。",
        ),
        (
            replace(DAY, source="arxiv:cs.CL", day=SATURDAY, state=ListingState.NONE),
            "arXiv cs.CL doesn't publish on Saturdays.",
            "arXiv cs.CL 在星期六不发布论文列表。",
        ),
        (
            replace(DAY, state=ListingState.NONE),
            "Hugging Face, today: no papers.",
            "Hugging Face 今天：没有论文。",
        ),
        (
            replace(DAY, state=ListingState.PARTIAL, paper_ids=PAPERS),
            "Hugging Face, today: 2 papers so far; last check 09:12, next 09:30.",
            "Hugging Face 今天：目前 2 篇论文；上次检查 09:12，下次 09:30。",
        ),
        (
            replace(DAY, state=ListingState.PARTIAL, paper_ids=PAPERS, trouble=FEW),
            ("Hugging Face, today: 2 papers so far, far fewer than usual; last check 09:12, next 09:30."),
            "Hugging Face 今天：目前只有 2 篇论文，远少于往常；上次检查 09:12，下次 09:30。",
        ),
        (
            replace(DAY, state=ListingState.COMPLETE, paper_ids=PAPERS),
            "Hugging Face, today: 2 papers.",
            "Hugging Face 今天：2 篇论文。",
        ),
    ],
)
def test_the_status_says_how_a_source_is(listing: Listing, english: str, chinese: str) -> None:
    assert (status_sentence(listing, ENGLISH), status_sentence(listing, CHINESE)) == (english, chinese)


def test_a_moment_of_another_day_is_told_with_its_date() -> None:
    since = replace(STALLED, trouble_since=NEXT - timedelta(days=2))

    assert status_sentence(since, ENGLISH) == (
        "Hugging Face hasn't answered since 27 September at 09:30; last check 09:12, next 09:30."
    )


def test_a_digest_that_waits_says_for_what() -> None:
    assert [waiting_sentence(STALLED, reader) for reader in (ENGLISH, CHINESE)] == [
        "Hugging Face hasn't answered since 07:40; I'll post as soon as it does.",
        "Hugging Face 自 07:40 起没有响应；恢复后我会立即发布。",
    ]
    assert [waiting_sentence(DAY, reader) for reader in (ENGLISH, CHINESE)] == [
        "Hugging Face's list for 29 September 2025 isn't ready yet; I'll post as soon as it is.",
        "还没有取到 Hugging Face 2025年9月29日的论文列表；取到后我会立即发布。",
    ]


def test_a_digest_that_lacks_a_list_says_whose_and_when_its_papers_come() -> None:
    assert [missing_sentence(STALLED, reader) for reader in (ENGLISH, CHINESE)] == [
        "Hugging Face hasn't answered since 07:40; its papers will be in the next digest.",
        "Hugging Face 自 07:40 起没有响应；其论文会随下一份日报发布。",
    ]


def test_a_digest_that_came_to_nothing_says_why_and_what_follows() -> None:
    sources = ("huggingface", "arxiv:cs.CL")

    assert given_up_sentence(sources, ENGLISH.words, has_next=True) == (
        "Hugging Face and arXiv cs.CL didn't answer in time for this digest; "
        "the papers will be in the next one."
    )
    assert given_up_sentence(sources, ENGLISH.words, has_next=False) == (
        "Hugging Face and arXiv cs.CL didn't answer in time for this digest."
    )
    assert given_up_sentence(sources[:1], CHINESE.words, has_next=True) == (
        "Hugging Face 没有及时响应，这份日报未能发布；这些论文会随下一份日报发布。"
    )


def test_of_lists_that_are_not_waited_for_only_what_stands_out_is_said() -> None:
    whole = replace(DAY, state=ListingState.COMPLETE, paper_ids=PAPERS)
    gone = replace(STALLED, next_look_at=None)
    lists = [whole, replace(whole, trouble=FEW), replace(DAY, state=ListingState.NONE), STALLED, gone]

    assert [remarkable_sentence(each, ENGLISH.words) for each in lists] == [
        None,
        "Hugging Face, 29 September 2025: 2 papers, far fewer than usual.",
        "Hugging Face, 29 September 2025: no papers.",
        None,
        "Hugging Face's list for 29 September 2025 is no longer available.",
    ]


@pytest.mark.parametrize("reader", [ENGLISH, CHINESE], ids=["en", "zh"])
def test_what_many_long_named_sources_have_to_say_is_taken_by_slack(reader: Reader) -> None:
    names = [f"arxiv:cs.CL+{'cond-mat.mes-hall+' * 20}{number}" for number in range(30)]
    notes = [missing_sentence(replace(STALLED, source=name), reader) for name in names]

    for entry in (AMPERSANDS, LONG_CHINESE):
        assert_taken(digest_parent(digest_of([entry] * 100), reader.words, sources=names, notes=notes))
    assert_taken(nothing_new(MONDAY, reader.words, notes))
    assert_taken(short_message("\n".join(notes)))
