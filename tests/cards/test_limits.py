"""Every message and view that the bot can draw is one that Slack takes."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cards import ids
from bot.cards.digest import digest_parent
from bot.cards.entry import Entry
from bot.cards.follows import (
    MOST_IN_DIGEST,
    MOST_MATCHES,
    Followed,
    FollowedPapers,
    Matching,
    begun_notice,
    edit_follow_modal,
    ended_notice,
    following_message,
)
from bot.cards.for_you import MOST_FOR_YOU, ForYou, Suggestion, Thought
from bot.cards.found import Correction, Found, FoundPage, Piece
from bot.cards.home import MOST_NEW, HomeContent, NewPapers, home_view
from bot.cards.ids import Opened, Page, SimilarTo
from bot.cards.lists import listing_page, week_page
from bot.cards.my_settings import my_settings_modal, reminder_message
from bot.cards.notices import help_message
from bot.cards.paper import Interest, LookedUp, abstract_modal, paper_card
from bot.cards.personal_digest import personal_digest
from bot.cards.renewed import MOST_RENEWED, RenewedPaper
from bot.cards.saved_list import (
    ListPlace,
    SavedPage,
    edit_modal,
    edited_modal,
    removed_notice,
    saved_notice,
    saved_page,
)
from bot.cards.search import Results, search_page, similar_page
from bot.cards.search_modal import search_modal
from bot.cards.shares import share_modal, shared_card
from bot.cards.sources import sources_modal
from bot.cards.summaries import figures_modal, report_modal
from bot.cards.topics import Tuned, edit_topics_modal, topics_told, tuned_message
from bot.locale import Reader, words_for
from bot.sources.bounds import paper_from_source
from bot.text.topics import MOST_AT_ONCE, MOST_CHARACTERS
from storage.follows import MOST_FOLLOWS
from storage.records import (
    FollowKind,
    Paper,
    PersonSettings,
    ReadingStatus,
    SavedIn,
    SavedPaper,
    SaveOutcome,
    Summary,
    Topic,
)
from storage.topics import MOST_TOPICS
from tests.support.card_contents import (
    AMPERSANDS,
    DAY,
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
from tests.support.examples import fewer_examples

# As much as is kept of any source's paper.
KEPT = paper_from_source(
    replace(
        AMPERSANDS.paper,
        title="\N{SEEDLING}" * 10**5,
        authors=("\N{SEEDLING}" * 10**4,) * 10**4,
        abstract="\N{SEEDLING}" * 10**5,
        organisation="\N{SEEDLING}" * 10**4,
        community_summary="\N{SEEDLING}" * 10**5,
        community_keywords=("\N{SEEDLING}" * 10**4,) * 10**3,
        withdrawal="\N{SEEDLING}" * 5_000,
    )
)
FULL_CARDS = {
    "ampersands": AMPERSANDS,
    "long": LONG_CHINESE,
    "empty": EMPTIEST,
    "a name of emoji": replace(AMPERSANDS, paper=replace(AMPERSANDS.paper, authors=("\N{SEEDLING}" * 100,))),
    "all kept, an abstract": replace(AMPERSANDS, paper=KEPT, summary=None),
    "all kept, a summary": replace(AMPERSANDS, paper=KEPT),
    "all kept, a summary in Chinese": replace(LONG_CHINESE, paper=KEPT),
}
LONGEST_PICTURE = "https://cdn-thumbnails.huggingface.co/".ljust(3000, "x")
NOW = datetime(2025, 9, 29, tzinfo=UTC)
LANGUAGES = ["en", "zh-CN", "pt-BR"]
PLACES = {
    language: ListPlace(Reader(NOW, ZoneInfo("UTC"), words_for(language)), "https://example.slack.com/")
    for language in LANGUAGES
}
TAGS = tuple("x" * 40 + str(number) for number in range(20))
FULL = SaveOutcome(True, TAGS, TAGS, is_note_new=True, is_note_left_out=True)
STATUSES = dict.fromkeys([None, *ReadingStatus], "&" * 300)


def page_of(kept: tuple[SavedPaper, ...], offset: int, total: int, text: str = "") -> SavedPage:
    """Return a page with every filter."""
    counts, tags = dict.fromkeys(ReadingStatus, 3_000), {f"{number}" * 50: 10_000 for number in range(150)}
    newer = AMPERSANDS.newer
    assert newer
    return SavedPage(
        *(kept, offset, total),
        text=text,
        texts_by_status=STATUSES,
        counts=counts,
        tags=tags,
        newer={saved.paper.id: newer for saved in kept},
        renewed=tuple(RenewedPaper(saved.paper, newer) for saved in kept[:MOST_RENEWED]),
    )


def full_home(page: SavedPage, paper: Paper) -> HomeContent:
    """Return a Home tab with as much as it may show."""
    new = NewPapers("C" * 20, (paper,) * MOST_NEW, frozenset(), SavedIn("C" * 20, "1.2"))
    reasons = tuple(Followed(10**9, kind, "&" * 300, "&" * 300) for kind in FollowKind)[:2]
    matching = (Matching(paper, reasons),) * MOST_MATCHES
    followed = FollowedPapers(NOW.date(), matching, 10_000)
    for_you = ForYou(
        NOW.date(),
        (Suggestion(paper, paper, is_saved=True),) * MOST_FOR_YOU,
        (Thought(paper, is_liked=True), Thought(paper, is_liked=False)),
    )
    channels = ("C" * 20,) * 100
    return HomeContent(page, page.papers[:3], new, for_you, channels, has_reminder=True, followed=followed)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("character", ["x", '"', "扩"])
@pytest.mark.parametrize("are_channels", [False, True])
def test_as_many_topics_as_there_may_be_make_messages_that_slack_takes(
    character: str, language: str, are_channels: bool
) -> None:
    words = words_for(language)
    topics = tuple(
        Topic(f"{number} {character * (MOST_CHARACTERS - 3)}", (-2, -1, 1, 2)[number % 4])
        for number in range(MOST_TOPICS)
    )

    few = topics[:MOST_AT_ONCE]
    for tuned in (Tuned(topics, few, by_model=True), Tuned(topics), Tuned((), few), Tuned()):
        assert_taken(tuned_message(replace(tuned, are_channels=are_channels), "/papers", words))
    assert_view_taken(edit_topics_modal(topics, "C" * 20 if are_channels else "", words))
    for some in (topics, ()):
        assert_taken(topics_told("U" * 20, some, words))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", ["&" * 300, "扩" * 300])
def test_as_much_as_a_person_may_follow_makes_messages_that_slack_takes(text: str, language: str) -> None:
    words, reader = words_for(language), PLACES[language].reader
    followed = tuple(Followed(10**9, kind, text, text) for kind in FollowKind)
    found = FollowedPapers(NOW.date(), (), 10_000)

    assert_taken(following_message(followed * (MOST_FOLLOWS // 3) + followed[:2], "/papers", words))
    assert_taken(following_message((), "/papers", words))
    for each in followed:
        assert_taken(begun_notice(each, found, reader))
        assert_taken(ended_notice(each, words))
        assert_view_taken(edit_follow_modal(each, words))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("entry", FULL_CARDS.values(), ids=FULL_CARDS)
def test_the_longest_and_the_emptiest_paper_make_messages_that_slack_takes(
    entry: Entry, language: str
) -> None:
    words = words_for(language)
    kept = SavedPaper(
        *("T1", "U1", entry.paper, NOW, ReadingStatus.READING),
        tags=TAGS,
        note="&" * 600,
        saved_in=SavedIn("C" * 20, "1759136400.000100", "1759136400.000000"),
    )
    page = page_of((kept,) * 10, 10, 35, "&" * 300)

    assert_taken(paper_card(entry, words))
    assert_taken(paper_card(entry, words, is_saved=True, interest=Interest(10_000, 10_000)))
    pictured = replace(entry, paper=replace(entry.paper, thumbnail_url=LONGEST_PICTURE))
    assert_taken(paper_card(pictured, words, has_picture=True, interest=Interest(10_000, 10_000)))
    assert_taken(digest_parent(digest_of([entry] * 100), words))
    assert_taken(listing_page(day_page_of([entry] * 100, 10), words))
    assert_taken(week_page(week_page_of([entry] * 100, 10), words))
    assert_taken(saved_page(page, PLACES[language], entry.paper))
    assert_taken(saved_notice(entry.paper, FULL, words))
    assert_taken(removed_notice(entry.paper, words, was_there=False))
    assert_view_taken(abstract_modal(entry.paper, words))
    assert_view_taken(edit_modal(kept, Page(10, own="&" * 300), words))
    assert_view_taken(edited_modal(entry.paper, words, was_there=True))
    reasons = (Followed(10**9, FollowKind.SIMILAR, "&" * 300, "&" * 300),) * 3
    matching = (Matching(entry.paper, reasons),) * MOST_IN_DIGEST
    picked = (Suggestion(entry.paper, entry.paper, is_saved=False),) * MOST_FOR_YOU
    first = ForYou(NOW.date(), is_known=False, first=(entry.paper,) * MOST_FOR_YOU)
    for head in (ForYou(NOW.date(), picked), first, None):
        assert_taken(personal_digest(NOW.date(), head, matching, (entry,), words))
    assert_view_taken(home_view(full_home(page, entry.paper), "/papers", PLACES[language], entry.paper))
    assert_view_taken(report_modal(entry, "about", words))
    if entry.summary:
        assert_view_taken(figures_modal(entry.paper, entry.summary, words))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("entry", FULL_CARDS.values(), ids=FULL_CARDS)
@pytest.mark.parametrize("piece", ["&", "图", "😀", "\x1f", "<!channel> "])
def test_the_longest_results_of_a_search_make_messages_that_slack_takes(
    piece: str, entry: Entry, language: str
) -> None:
    words, text = words_for(language), piece * 3000
    snippet = (Piece(text), Piece(text, is_match=True))
    found = FoundPage(
        ids.carried_text(f"a{text}"),
        (Found(entry, DAY, snippet, (text,) * 9, shared=(text,) * 9),) * 10,
        offset=20,
        total=200,
        is_more=True,
        corrections=(Correction(text, text),) * 9,
        suggestions=(text,) * 9,
        unreadable=(text, f"after:{text}"),
        is_cut=True,
    )
    results = search_page(Results(found, text, text), "/papers", words)
    opened = Opened("2509.21240", Page(20, search=found.text))
    looked_up = LookedUp(opened, ("en", "zh-CN", "ja", "fr"), "c" * 80, has_back=True)

    assert_taken(results)
    assert_view_taken(search_modal(words, results))
    assert_taken(similar_page(found, Page(similar=SimilarTo(("2509.21240",))), [entry.paper], words))
    assert_taken(paper_card(entry, words, looked_up=looked_up, interest=Interest(10_000, 10_000)))
    assert_taken(shared_card(entry, "U012345678", words))
    assert_view_taken(share_modal(entry.paper, words))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_holds_no_paper_is_taken_too(language: str) -> None:
    words = words_for(language)

    assert_taken(saved_page(SavedPage((), 0, 0), PLACES[language]))
    assert_taken(help_message("/papers", words))
    assert_taken(reminder_message(3, [AMPERSANDS.paper] * 3, words))
    assert_view_taken(
        my_settings_modal(PersonSettings("T1", "U1", next_reminder_at=NOW), "", "bookmark", words)
    )
    assert_view_taken(
        home_view(HomeContent(SavedPage((), 0, 0), is_first_time=True), "/papers", PLACES[language])
    )


@given(entry=ENTRIES, language=st.sampled_from(LANGUAGES), is_saved=st.booleans())
def test_any_card_is_one_that_slack_takes(entry: Entry, language: str, *, is_saved: bool) -> None:
    assert_taken(paper_card(entry, words_for(language), is_saved=is_saved))


@fewer_examples(2)
@given(paper=PAPERS, summary=SUMMARIES, language=st.sampled_from(LANGUAGES))
def test_any_summary_can_be_looked_into_and_reported(paper: Paper, summary: Summary, language: str) -> None:
    words = words_for(language)

    assert_view_taken(figures_modal(paper, summary, words))
    assert_view_taken(sources_modal(paper, summary, words))
    assert_view_taken(sources_modal(paper, summary, words, 7))
    assert_view_taken(report_modal(Entry(paper, summary), "about", words))


@fewer_examples(4)
@given(entries=st.lists(ENTRIES, min_size=1, max_size=12), language=st.sampled_from(LANGUAGES))
def test_any_digest_and_any_list_are_ones_that_slack_takes(entries: list[Entry], language: str) -> None:
    words = words_for(language)
    kept = tuple(SavedPaper("T1", "U1", entry.paper, NOW) for entry in entries[:10])
    newer = {entry.paper.id: entry.newer for entry in entries if entry.newer}
    renewed = tuple(RenewedPaper(entry.paper, entry.newer) for entry in entries if entry.newer)
    page = SavedPage(kept, 0, len(kept), newer=newer, renewed=renewed[:MOST_RENEWED])

    assert_taken(digest_parent(digest_of(entries), words))
    assert_taken(listing_page(day_page_of(entries), words))
    assert_taken(week_page(week_page_of(entries, by_saves=True), words))
    assert_taken(saved_page(page, PLACES[language]))
    assert_view_taken(home_view(HomeContent(page, kept), "/papers", PLACES[language]))
