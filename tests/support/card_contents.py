"""Any paper and summary that a card may hold, the longest of them, and the check that Slack takes a card."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from bot.cards.blocks import BLOCKS_PER_MESSAGE, MESSAGE_CHARACTERS, TEXT_BYTES, Block, Message
from bot.cards.entry import DayPage, Digest, Entry, WeekEntry, WeekPage
from bot.cards.ids import PAGE_LENGTH, Week
from bot.cards.versions import NewerVersion
from bot.sandbox.blocks import problems_of_message, problems_of_view, size_of
from bot.summaries.changes import Changes
from storage.records import (
    FROM_ABSTRACT,
    FROM_COMMUNITY,
    FROM_DIGEST_FILE,
    FROM_MODEL,
    SUMMARY_PARTS,
    Doubt,
    DoubtKind,
    Evidence,
    Figure,
    Grounding,
    ListingState,
    Paper,
    PaperSentence,
    Provenance,
    Summary,
    TextRead,
)

DAY = date(2025, 9, 29)
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
    withdrawal=st.none() | TEXTS,
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
EVIDENCE = st.builds(
    Evidence,
    part=st.sampled_from(["tldr", "problem", "method", "results", "takeaway"]),
    text=TEXTS,
    sentences=st.lists(st.builds(PaperSentence, TEXTS, TEXTS), max_size=5).map(tuple),
    is_inference=st.booleans(),
    doubts=st.lists(st.builds(Doubt, st.sampled_from(DoubtKind), TEXTS), max_size=8).map(tuple),
    is_left_out=st.booleans(),
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
    english_keywords=st.lists(st.text(max_size=60), max_size=12).map(tuple),
    evidence=st.lists(EVIDENCE, max_size=6).map(tuple),
)
NEWER = st.builds(
    NewerVersion,
    version=st.integers(2, 999_999),
    since=st.just(DAY),
    seen_at=st.just(datetime(2025, 9, 29, tzinfo=UTC)),
    changes=st.none() | st.builds(Changes, st.lists(TEXTS, max_size=5).map(tuple), st.integers(0, 500)),
    earlier_title=st.none() | TEXTS,
)
ENTRIES = st.builds(
    Entry,
    paper=PAPERS,
    summary=st.none() | SUMMARIES,
    number=st.none() | st.integers(1, 999),
    newer=st.none() | NEWER,
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
    NewerVersion(
        999_999, DAY, datetime(2025, 9, 29, tzinfo=UTC), Changes(("&" * 300,) * 20, 99_999), "&" * 400
    ),
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


def day_page_of(entries: list[Entry], offset: int = 0) -> DayPage:
    """Return a page of a day between two others."""
    shown = tuple(entries[offset : offset + PAGE_LENGTH])
    around = (DAY - timedelta(days=1), DAY + timedelta(days=1))
    return DayPage(DAY, "digest-file", shown, offset, len(entries), frozenset(), *around)


def week_page_of(entries: list[Entry], offset: int = 0, *, by_saves: bool = False) -> WeekPage:
    """Return a page of a week between two others, whose papers many have saved."""
    shown = tuple(
        WeekEntry(entry, saves=120, is_saved=True) for entry in entries[offset : offset + PAGE_LENGTH]
    )
    around = (DAY - timedelta(days=7), DAY + timedelta(days=7))
    return WeekPage(Week(DAY, by_saves), shown, offset, len(entries), True, *around)


def assert_taken(message: Message) -> None:
    assert problems_of_message(list(message.blocks)) == []
    assert len(message.blocks) <= BLOCKS_PER_MESSAGE
    assert size_of(list(message.blocks)) <= MESSAGE_CHARACTERS
    assert 0 < len(message.text.encode()) <= TEXT_BYTES


def assert_view_taken(view: Block) -> None:
    assert problems_of_view(view) == []
