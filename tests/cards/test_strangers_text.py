"""What strangers write is shown as they wrote it, in every message and view: Slack parses none of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cards.blocks import TEXT_BYTES, Block, Message
from bot.cards.digest import digest_parent, rest_list, with_note
from bot.cards.entry import Digest, Entry
from bot.cards.home import HomeContent, NewPapers, home_view
from bot.cards.lists import listing_page, week_page
from bot.cards.my_settings import reminder_message
from bot.cards.notices import paper_notice
from bot.cards.paper import abstract_modal, paper_card
from bot.cards.renewed import RenewedPaper
from bot.cards.saved_list import (
    ListPlace,
    SavedPage,
    edit_modal,
    edited_modal,
    removed_notice,
    saved_notice,
    saved_page,
)
from bot.cards.sources import sources_modal
from bot.cards.summaries import figures_modal, report_answer, report_modal
from bot.cards.versions import NewerVersion
from bot.locale import Reader, words_for
from bot.summaries.changes import Changes
from bot.text.arxiv_id import abstract_url
from storage.records import (
    FROM_MODEL,
    Doubt,
    DoubtKind,
    Evidence,
    Figure,
    Grounding,
    ListingState,
    Paper,
    PaperSentence,
    Provenance,
    SavedIn,
    SavedPaper,
    SaveOutcome,
    Summary,
)
from tests.support.card_contents import day_page_of, week_page_of
from tests.support.examples import fewer_examples

DAY = date(2025, 9, 29)
NOW = datetime(2025, 9, 29, tzinfo=UTC)
WORDS = words_for("en")
NAMES_A_PAPER = (
    *("saved.added", "saved.already", "saved.removed", "saved.not_there", "figures.none_missing"),
    *("again.started", "again.running", "again.no_model", "again.made", "again.failed", "again.not_asked"),
)

WRITTEN = [
    *(
        ">90 % Zq of weeds",
        "> Zq",
        ">>> Zq\nand all below",
        "~5 ms~ Zq",
        "_Zq_",
        "*water_all* Zq",
        ":tada: Zq",
    ),
    *("`Zq` and `b`", "```Zq```", "<!channel> Zq", "<https://x.example|Zq>", "@here Zq", "Zq & <b>Zq</b>"),
    *("• Zq", "1. Zq", "{title} {0} %s Zq", "_*~Zq~*_", "Zq :100: :+1:", "https://x.example/_Zq_"),
]


def paper_of(text: str) -> Paper:
    return Paper("2509.00001", text, authors=(text, text), abstract=text, votes=3)


def entry_of(text: str) -> Entry:
    figures = (Figure("7 Zq", "tldr", Grounding.NOT_FOUND, text),)
    provenance = Provenance(FROM_MODEL, DAY, text)
    parts: dict[str, Any] = dict.fromkeys(("tldr", "problem", "method", "results", "takeaway", "body"), text)
    summary = Summary(
        "2509.00001",
        "en",
        provenance,
        (text, text),
        figures=figures,
        english_keywords=(text,),
        evidence=(
            Evidence(
                "tldr", text, (PaperSentence(text, text),), doubts=(Doubt(DoubtKind.NAME_NOT_FOUND, text),)
            ),
        ),
        **parts,
    )
    return Entry(paper_of(text), summary, 1, NewerVersion(2, DAY, NOW, Changes((text, text), 1), text))


def place_of_list(language: str) -> ListPlace:
    return ListPlace(Reader(NOW, ZoneInfo("UTC"), words_for(language)), "https://example.slack.com/")


def drawn(text: str) -> Iterator[Message | Block]:
    """Yield every message and view that has strangers' text in it."""
    entry, place = entry_of(text), place_of_list("en")
    paper, summary = entry.paper, entry.summary
    digest = Digest(DAY, "huggingface", ListingState.COMPLETE, (entry, replace(entry, summary=None)))
    noted = SavedPaper("T1", "U1", paper, NOW, tags=(text,), note=text)
    outcome = SaveOutcome(True, (text,), (text,))
    kept = SavedPage((noted,), 0, 1, text=text, tags={text: 1}, unreadable=(text,))
    assert entry.newer
    kept = replace(kept, newer={paper.id: entry.newer}, renewed=(RenewedPaper(paper, entry.newer),))
    home = HomeContent(kept, (noted,), NewPapers("C1", (paper,), frozenset(), SavedIn("C1", "1.2")))
    assert summary
    yield reminder_message(1, [paper], WORDS)
    yield from (paper_card(entry, WORDS), paper_card(replace(entry, summary=None), WORDS))
    yield from (digest_parent(digest, WORDS), rest_list(digest.entries, WORDS))
    yield listing_page(day_page_of(list(digest.entries)), WORDS)
    yield week_page(week_page_of(list(digest.entries)), WORDS)
    yield from (saved_page(kept, place, paper), home_view(home, "/papers", place, paper))
    yield from (saved_notice(paper, outcome, WORDS), removed_notice(paper, WORDS, was_there=True))
    yield from (edit_modal(noted, None, WORDS), edited_modal(paper, WORDS, was_there=True))
    yield from (paper_notice(paper, key, WORDS) for key in NAMES_A_PAPER)
    yield from (abstract_modal(paper, WORDS), figures_modal(paper, summary, WORDS))
    yield sources_modal(paper, summary, WORDS)
    yield from (report_modal(entry, "", WORDS), report_answer(paper, WORDS))


def objects(node: Any) -> Iterator[dict[str, Any]]:
    """Yield every object within blocks."""
    if isinstance(node, dict):
        yield node
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list | tuple) else ():
        yield from objects(inner)


def blocks_of(shown: Message | Block) -> Any:
    return shown.blocks if isinstance(shown, Message) else shown["blocks"]


@pytest.mark.parametrize("text", WRITTEN)
def test_strangers_text_is_in_no_mrkdwn(text: str) -> None:
    for shown in drawn(text):
        parsed = [each["text"] for each in objects(blocks_of(shown)) if each.get("type") == "mrkdwn"]

        assert [text for text in parsed if "Zq" in text] == []


@pytest.mark.parametrize("text", WRITTEN)
def test_a_title_is_a_link_with_the_text_as_it_was_written(text: str) -> None:
    for shown in drawn(text):
        links = {each["text"] for each in objects(blocks_of(shown)) if each.get("type") == "link"}

        assert links == {text}


def test_a_sentence_that_names_a_paper_keeps_our_own_code_and_words() -> None:
    message = paper_notice(paper_of("*Zq*"), "again.failed", WORDS)

    assert [each for each in message.blocks[0]["elements"][0]["elements"] if each.get("style")] == [
        {"type": "link", "url": abstract_url("2509.00001"), "text": "*Zq*", "style": {"bold": True}},
        {"type": "text", "text": "paper-round status", "style": {"code": True}},
    ]


@pytest.mark.parametrize("title", ["\u3164", "\u00ad", "\u2800\u2800", "\u200b", "\u202e", "\x1b", " ", ""])
def test_a_title_that_shows_nothing_is_the_papers_id(title: str) -> None:
    for shown in drawn(title):
        links = {each["text"] for each in objects(blocks_of(shown)) if each.get("type") == "link"}

        assert links == {"2509.00001"}
        assert not isinstance(shown, Message) or f"2509.00001 ({abstract_url('2509.00001')})" in shown.text


TEXTS = st.builds(
    lambda pieces, times: "".join(pieces) * times,
    st.lists(
        st.sampled_from(["a", "图", "😀", "*", "_x_ ", "~", "`", "&", "<", ">", ":a:", "\n", " "]), max_size=9
    ),
    st.integers(1, 100),
)


@fewer_examples(3)
@given(st.lists(TEXTS, min_size=1, max_size=10))
def test_the_plain_text_of_a_message_keeps_each_papers_link_however_long_its_texts_are(
    texts: list[str],
) -> None:
    entries = [
        replace(entry_of(text), paper=replace(paper_of(text), id=f"2509.0000{number}"), number=number)
        for number, text in enumerate(texts)
    ]
    digest = Digest(DAY, "huggingface", ListingState.COMPLETE, tuple(entries))
    kept = tuple(SavedPaper("T1", "U1", entry.paper, NOW) for entry in entries)
    parent = digest_parent(digest, WORDS)
    uncertain = with_note({"text": parent.text, "blocks": []}, "9 of 10 are here for sure.")["text"]
    messages = {
        parent.text: entries[:5],
        uncertain: entries[:5],
        rest_list(entries, WORDS).text: entries,
        listing_page(day_page_of(entries), WORDS).text: entries,
        week_page(week_page_of(entries), WORDS).text: entries,
        saved_page(SavedPage(kept, 0, len(kept)), place_of_list("zh-CN")).text: entries,
        **{paper_card(entry, WORDS).text: [entry] for entry in entries},
    }
    for text, named in messages.items():
        assert [entry.paper.id for entry in named if f"({abstract_url(entry.paper.id)})" not in text] == []
        assert len(text.encode()) <= TEXT_BYTES
