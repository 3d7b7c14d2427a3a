"""Every message and view that the bot can draw is one that Slack takes."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cards.digest import digest_parent
from bot.cards.entry import Entry
from bot.cards.lists import SavedPage, home_view, listing_page, saved_page, week_page
from bot.cards.notices import help_message, removed_notice, saved_notice
from bot.cards.paper import abstract_modal, paper_card
from bot.cards.summaries import figures_modal, report_modal
from bot.locale import Reader, words_for
from storage.records import (
    Paper,
    SavedPaper,
    Summary,
)
from tests.support.card_contents import (
    AMPERSANDS,
    EMPTIEST,
    ENTRIES,
    LONG_CHINESE,
    PAPERS,
    SUMMARIES,
    assert_taken,
    assert_view_taken,
    day_page_of,
    digest_of,
    week_page_of,
)

NOW = datetime(2025, 9, 29, tzinfo=UTC)
LANGUAGES = ["en", "zh-CN", "pt-BR"]
READERS = {language: Reader(NOW, ZoneInfo("UTC"), words_for(language)) for language in LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("entry", [AMPERSANDS, LONG_CHINESE, EMPTIEST], ids=["ampersands", "long", "empty"])
def test_the_longest_and_the_emptiest_paper_make_messages_that_slack_takes(
    entry: Entry, language: str
) -> None:
    words = words_for(language)
    kept = SavedPaper("T1", "U1", entry.paper, NOW)

    assert_taken(paper_card(entry, words))
    assert_taken(paper_card(entry, words, is_saved=True))
    assert_taken(digest_parent(digest_of([entry] * 100), words))
    assert_taken(listing_page(day_page_of([entry] * 100, 10), words))
    assert_taken(week_page(week_page_of([entry] * 100, 10), words))
    assert_taken(saved_page(SavedPage((kept,) * 10, 10, 35), READERS[language]))
    assert_taken(saved_notice(entry.paper, words, is_new=True))
    assert_taken(removed_notice(entry.paper, words, was_there=False))
    assert_view_taken(abstract_modal(entry.paper, words))
    assert_view_taken(home_view(SavedPage((kept,) * 10, 10, 35), "/papers", READERS[language]))
    assert_view_taken(report_modal(entry, "about", words))
    if entry.summary:
        assert_view_taken(figures_modal(entry.paper, entry.summary, words))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_holds_no_paper_is_taken_too(language: str) -> None:
    words = words_for(language)

    assert_taken(saved_page(SavedPage((), 0, 0), READERS[language]))
    assert_taken(help_message("/papers", words))
    assert_view_taken(home_view(SavedPage((), 0, 0), "/papers", READERS[language]))


@given(entry=ENTRIES, language=st.sampled_from(LANGUAGES), is_saved=st.booleans())
def test_any_card_is_one_that_slack_takes(entry: Entry, language: str, *, is_saved: bool) -> None:
    assert_taken(paper_card(entry, words_for(language), is_saved=is_saved))


@given(paper=PAPERS, summary=SUMMARIES, language=st.sampled_from(LANGUAGES))
def test_any_summary_can_be_looked_into_and_reported(paper: Paper, summary: Summary, language: str) -> None:
    words = words_for(language)

    assert_view_taken(figures_modal(paper, summary, words))
    assert_view_taken(report_modal(Entry(paper, summary), "about", words))


@given(entries=st.lists(ENTRIES, min_size=1, max_size=12), language=st.sampled_from(LANGUAGES))
def test_any_digest_and_any_list_are_ones_that_slack_takes(entries: list[Entry], language: str) -> None:
    words = words_for(language)
    kept = tuple(SavedPaper("T1", "U1", entry.paper, NOW) for entry in entries[:10])

    assert_taken(digest_parent(digest_of(entries), words))
    assert_taken(listing_page(day_page_of(entries), words))
    assert_taken(week_page(week_page_of(entries, by_saves=True), words))
    assert_taken(saved_page(SavedPage(kept, 0, len(kept)), READERS[language]))
    assert_view_taken(home_view(SavedPage(kept, 0, len(kept)), "/papers", READERS[language]))
