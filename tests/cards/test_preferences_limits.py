"""Preferences, in a modal and in words, and the status: Slack takes them, whatever they hold."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cards.preferences import changed_message, preferences_message
from bot.cards.preferences_form import (
    LANGUAGES,
    MOST_ABOUT_CHARACTERS,
    NO_RECAP,
    PreferencesForm,
    form_of,
    opening_modal,
    preferences_modal,
    sentence_modal,
)
from bot.cards.preview import Chosen, Preview, preview_blocks, preview_refused
from bot.cards.status import BotStatus, ChannelStatus, DeliveryStatus, TokensStatus, status_message
from bot.locale import Reader, words_for
from storage.records import (
    FEW,
    DeliveryState,
    Filters,
    Listing,
    ListingState,
    Order,
    Preferences,
    Reading,
    Recap,
    Subscription,
)
from tests.support.card_contents import PAPERS, TEXTS, assert_taken, assert_view_taken

NOW = datetime(2025, 9, 29, 12, tzinfo=UTC)
SOURCES = ("digest-file", "huggingface", "arxiv:cs.CL")
SPOKEN = st.sampled_from(["en", "zh-CN"])

WORD_LISTS = st.lists(TEXTS, max_size=6).map(tuple)
PREFERENCES = st.builds(
    Preferences,
    language=st.sampled_from([*LANGUAGES, "pt-BR", "zh-TW", "tlh", "x-klingon"]),
    sources=st.lists(st.sampled_from(SOURCES), min_size=1, unique=True).map(tuple),
    at=st.times(),
    zone=st.sampled_from(["UTC", "America/Argentina/ComodRivadavia"]),
    weekdays=st.frozensets(st.integers(0, 6), min_size=1),
    most_cards=st.none() | st.integers(1, 10**9),
    order=st.sampled_from(Order),
    filters=st.builds(
        Filters,
        words=WORD_LISTS,
        categories=WORD_LISTS,
        least_votes=st.integers(0, 10**6),
        never_words=WORD_LISTS,
    ),
    says_when_nothing=st.booleans(),
    about=TEXTS.map(lambda text: text[:MOST_ABOUT_CHARACTERS]),
    has_thumbnails=st.booleans(),
    reading=st.sampled_from(Reading),
    recap=st.none() | st.builds(Recap, weekday=st.integers(0, 6), at=st.times()),
)
SUBSCRIPTIONS = st.builds(
    Subscription,
    id=st.just(1),
    workspace=st.just("T1"),
    channel=st.just("C1"),
    preferences=PREFERENCES,
    since=st.just(NOW.date()),
    begun_at=st.just(NOW),
    paused_reason=st.none() | st.sampled_from(["asked", "restricted_action"]),
    paused_until=st.none() | st.dates(),
)
PREVIEWS = st.builds(
    Preview,
    day=st.dates(),
    cards=st.integers(0, 10**4),
    rest=st.integers(0, 10**4),
    first=st.lists(st.builds(Chosen, PAPERS, TEXTS, TEXTS), max_size=4).map(tuple),
    left_out=st.dictionaries(
        st.sampled_from(["never_word", "no_word", "no_category", "few_votes"]), st.integers(0, 10**4)
    ),
    had=st.integers(0, 10**4),
    matches=st.dictionaries(TEXTS, st.integers(1, 10**4), max_size=12),
)
LISTINGS = st.builds(
    Listing,
    source=st.sampled_from([*SOURCES, "arxiv:" + "+".join(["cond-mat.mes-hall"] * 60)]),
    day=st.dates(),
    state=st.sampled_from(ListingState),
    paper_ids=st.lists(st.just("2509.00001"), max_size=3).map(tuple),
    looked_at=st.none() | st.just(NOW),
    next_look_at=st.none() | st.just(NOW + timedelta(days=1)),
    trouble=st.none() | st.just(FEW) | TEXTS,
    trouble_since=st.none() | st.just(NOW - timedelta(days=30)),
)
LAST = st.builds(
    DeliveryStatus,
    waits_for=st.lists(st.sampled_from(SOURCES), unique=True).map(tuple),
    day=st.dates(),
    state=st.sampled_from(DeliveryState),
    opened_at=st.just(NOW),
    posted=st.integers(0, 10**3),
    papers=st.integers(0, 10**3),
    reason=st.none() | st.sampled_from(["not_in_channel", "parent_uncertain", "parent_deleted", "<!here>"]),
)


@settings(max_examples=40)
@given(preferences=PREFERENCES, preview=st.none() | PREVIEWS, language=SPOKEN)
def test_any_preferences_fill_a_modal_that_slack_takes(
    preferences: Preferences, preview: Preview | None, language: str
) -> None:
    words = words_for(language)
    drawn = preview_blocks(preview, words)

    assert_view_taken(preferences_modal(form_of(preferences), SOURCES, drawn, "C1", words))


@settings(max_examples=40)
@given(text=TEXTS, language=SPOKEN)
def test_any_text_in_the_fields_is_drawn_again(text: str, language: str) -> None:
    form = PreferencesForm(
        (),
        "09:00",
        text,
        (),
        "en",
        "all",
        "listed",
        text,
        text,
        text,
        text,
        False,
        text,
        False,
        "off",
        NO_RECAP,
        text,
    )
    refusal = preview_refused(words_for(language)("settings.unreadable", found=text[:80], example="UTC"))

    assert_view_taken(preferences_modal(form, SOURCES, refusal, "C1", words_for(language)))


@settings(max_examples=40)
@given(before=st.none() | PREFERENCES, after=SUBSCRIPTIONS, language=SPOKEN)
def test_any_preferences_in_words_are_taken(
    before: Preferences | None, after: Subscription, language: str
) -> None:
    words = words_for(language)
    reader = Reader(NOW, ZoneInfo("Asia/Shanghai"), words)

    assert_taken(preferences_message(after, None, reader))
    assert_taken(preferences_message(after, NOW, reader))
    assert_taken(changed_message(before, after.preferences, "U1", words))


@settings(max_examples=40)
@given(
    subscription=SUBSCRIPTIONS,
    last=st.none() | LAST,
    next_at=st.none() | st.just(NOW),
    sources=st.lists(LISTINGS, max_size=30),
    waiting=st.integers(0, 10**5),
    language=SPOKEN,
)
def test_any_status_is_taken(
    subscription: Subscription,
    last: DeliveryStatus | None,
    next_at: datetime | None,
    sources: list[Listing],
    waiting: int,
    language: str,
) -> None:
    reader = Reader(NOW, ZoneInfo("Asia/Shanghai"), words_for(language))
    busy, idle = (
        BotStatus(waiting, NOW, NOW, TokensStatus(waiting, 10**9, is_used_up=True)),
        BotStatus(0, None, None),
    )

    assert_taken(status_message(ChannelStatus(subscription, last, next_at), sources, busy, reader))
    assert_taken(status_message(None, sources, idle, reader))


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_small_modals_are_taken(language: str) -> None:
    words = words_for(language)

    assert_view_taken(opening_modal())
    assert_view_taken(sentence_modal(words.mrkdwn("place.direct"), words))


def test_only_what_differs_is_named_as_changed() -> None:
    before = Preferences("en", ("digest-file",), at=time(9))
    after = Preferences("en", ("digest-file",), at=time(8))

    text = changed_message(before, after, "U1", words_for("en")).text

    assert text == "<@U1> changed this channel's digest:\n• Time: 9:00\u202fAM (UTC) → 8:00\u202fAM (UTC)"
