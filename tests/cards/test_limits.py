"""Every message and view that the bot can draw is one that Slack takes."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cards.blocks import BLOCKS_PER_MESSAGE, MESSAGE_CHARACTERS, TEXT_BYTES, Block, Message
from bot.cards.digest import digest_parent
from bot.cards.entry import Digest, Entry
from bot.cards.ids import Page
from bot.cards.lists import SavedPage, home_view, listing_page, saved_page
from bot.cards.notices import help_message, removed_notice, saved_notice
from bot.cards.paper import abstract_modal, paper_card
from bot.cards.summaries import figures_modal, report_modal
from bot.locale import Reader, words_for
from bot.sandbox.blocks import problems_of_message, problems_of_view, size_of
from storage.records import (
    FROM_ABSTRACT,
    FROM_COMMUNITY,
    FROM_DIGEST_FILE,
    FROM_MODEL,
    SUMMARY_PARTS,
    Figure,
    Grounding,
    ListingState,
    Paper,
    Provenance,
    SavedPaper,
    Summary,
    TextRead,
)

DAY = date(2025, 9, 29)
NOW = datetime(2025, 9, 29, tzinfo=UTC)
LANGUAGES = ["en", "zh-CN", "pt-BR"]
READERS = {language: Reader(NOW, ZoneInfo("UTC"), words_for(language)) for language in LANGUAGES}

TEXTS = st.text(max_size=300) | st.builds(
    lambda piece, times: piece * times,
    st.sampled_from(
        ["&", "<!channel> ", "图", "😀", "**a** ", "*", "_x_ ", "`", "\u202e", "\n", "https://x.example "]
    ),
    st.integers(0, 1300),
)
PAPERS = st.builds(
    Paper,
    id=st.sampled_from(["2509.00001", "hep-th/9901001"]),
    title=TEXTS,
    authors=st.lists(st.text(max_size=60), max_size=160).map(tuple),
    abstract=st.none() | TEXTS,
    votes=st.none() | st.integers(0, 10**6),
    code_url=st.none() | st.just("https://github.com/example/code"),
    code_stars=st.none() | st.integers(0, 10**6),
)
PROVENANCES = st.builds(
    Provenance,
    source=st.sampled_from([FROM_DIGEST_FILE, FROM_MODEL, FROM_COMMUNITY, FROM_ABSTRACT]),
    made_at=st.none() | st.dates(),
    model=st.none() | TEXTS,
    text_read=st.none() | st.sampled_from(TextRead),
)
FIGURES = st.builds(
    Figure,
    text=st.text(min_size=1, max_size=20) | st.sampled_from(["&", "a", "图", "12%"]),
    part=st.sampled_from(SUMMARY_PARTS),
    grounding=st.sampled_from(Grounding),
    nearest=TEXTS,
)
SUMMARIES = st.builds(
    Summary,
    paper_id=st.just("2509.00001"),
    language=st.sampled_from(["en", "zh-CN", "ja", "x-klingon", "en-x-" + "a1234567-" * 20 + "b"]),
    provenance=PROVENANCES,
    keywords=st.lists(st.text(max_size=60), max_size=12).map(tuple),
    tldr=TEXTS,
    problem=TEXTS,
    method=TEXTS,
    results=TEXTS,
    takeaway=TEXTS,
    body=TEXTS,
    figures=st.lists(FIGURES, max_size=40).map(tuple),
)
ENTRIES = st.builds(
    Entry, paper=PAPERS, summary=st.none() | SUMMARIES, number=st.none() | st.integers(1, 999)
)

AMPERSANDS = Entry(
    Paper("2509.00001", "&" * 400, authors=("&" * 200,) * 150, abstract="&" * 6000, votes=1),
    Summary(
        "2509.00001",
        "en",
        Provenance("digest-file", DAY),
        keywords=("&" * 100,) * 10,
        tldr="&" * 1235,
        problem="&" * 1235,
        method="&" * 1235,
        results="&" * 1235,
        takeaway="&" * 1235,
        body="&" * 1235,
    ),
    1,
)
LONG_CHINESE = replace(
    AMPERSANDS,
    summary=Summary(
        "2509.00001",
        "zh-CN",
        Provenance(FROM_MODEL, DAY, "图" * 500, text_read=TextRead.ABSTRACT),
        method="图😀" * 5000,
        figures=(Figure("图", "method", Grounding.NOT_FOUND, "图" * 5000),) * 500,
    ),
)
EMPTIEST = Entry(Paper("2509.00001", "\u200b"))


def digest_of(entries: list[Entry]) -> Digest:
    return Digest(DAY, "digest-file", ListingState.COMPLETE, tuple(entries))


def assert_taken(message: Message) -> None:
    assert problems_of_message(list(message.blocks)) == []
    assert len(message.blocks) <= BLOCKS_PER_MESSAGE
    assert size_of(list(message.blocks)) <= MESSAGE_CHARACTERS
    assert 0 < len(message.text.encode()) <= TEXT_BYTES


def assert_view_taken(view: Block) -> None:
    assert problems_of_view(view) == []


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
    assert_taken(listing_page(digest_of([entry] * 100), Page(10, DAY), frozenset(), words))
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


@settings(max_examples=150)
@given(entry=ENTRIES, language=st.sampled_from(LANGUAGES), is_saved=st.booleans())
def test_any_card_is_one_that_slack_takes(entry: Entry, language: str, *, is_saved: bool) -> None:
    assert_taken(paper_card(entry, words_for(language), is_saved=is_saved))


@settings(max_examples=60)
@given(paper=PAPERS, summary=SUMMARIES, language=st.sampled_from(LANGUAGES))
def test_any_summary_can_be_looked_into_and_reported(paper: Paper, summary: Summary, language: str) -> None:
    words = words_for(language)

    assert_view_taken(figures_modal(paper, summary, words))
    assert_view_taken(report_modal(Entry(paper, summary), "about", words))


@settings(max_examples=60)
@given(entries=st.lists(ENTRIES, min_size=1, max_size=12), language=st.sampled_from(LANGUAGES))
def test_any_digest_and_any_list_are_ones_that_slack_takes(entries: list[Entry], language: str) -> None:
    words = words_for(language)
    kept = tuple(SavedPaper("T1", "U1", entry.paper, NOW) for entry in entries[:10])

    assert_taken(digest_parent(digest_of(entries), words))
    assert_taken(listing_page(digest_of(entries), Page(0, DAY), frozenset(), words))
    assert_taken(saved_page(SavedPage(kept, 0, len(kept)), READERS[language]))
    assert_view_taken(home_view(SavedPage(kept, 0, len(kept)), "/papers", READERS[language]))
