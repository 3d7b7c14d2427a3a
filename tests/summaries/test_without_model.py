"""What is said of a paper where no model read it."""

from dataclasses import asdict
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.documents.day import as_json, as_markdown, as_text, read_document
from bot.lookup.best_summary import best_summary
from bot.lookup.papers import page_of_day, paper_entry
from bot.summaries.question import MOST_KEYWORDS
from bot.summaries.sentences import sentences
from bot.summaries.without_model import draw
from bot.text.notation.latex import readable
from storage.records import (
    FROM_ABSTRACT,
    FROM_COMMUNITY,
    FROM_MODEL,
    SUMMARY_PARTS,
    Listing,
    ListingState,
    Paper,
    Provenance,
    Summary,
)
from storage.runner import InlineRunner
from storage.tables import Tables
from tests.support.tables import empty_tables

BACKGROUND = "Rivers carry mud to the sea."
GAP = "However, existing gauges struggle with mud, e.g. after a storm (see Smith et al. 2020)."
CORE = "We propose RiverNet, a network of cheap gauges."
LEANING_CORE = "To address this, we propose RiverNet, a network of cheap gauges."
STEP = "RiverNet places a gauge at each bend and learns from its neighbours."
PLAIN_RESULT = "Experiments on three rivers show that RiverNet outperforms a single gauge."
RESULT = "It cuts the error by 3.5% at half the cost."
CODE = "Code is available at https://example.org/rivernet."
ABSTRACT = " ".join([BACKGROUND, GAP, LEANING_CORE, STEP, PLAIN_RESULT, RESULT, CODE])
PAPER = Paper("2509.00001", "RiverNet: Mud gauges that learn", abstract=ABSTRACT)


def drawn(abstract: str, title: str = "On mud") -> Summary:
    summary = draw(Paper("2509.00001", title, abstract=abstract))
    assert summary is not None
    return summary


def parts(abstract: str) -> dict[str, str]:
    """Return the parts of what is drawn from an abstract, but for the keywords."""
    fields = asdict(drawn(abstract))
    return {part: fields[part] for part in (*SUMMARY_PARTS[1:], "body") if fields[part]}


# --- What the site says ----------------------------------------------------------------------------------


def test_what_the_listing_site_says_comes_before_the_abstract() -> None:
    paper = Paper(
        "2509.00001",
        "Mud",
        abstract=ABSTRACT,
        community_summary="RiverNet  measures\nmud.",
        community_keywords=("mud", "", "Mud", "gauges", *"abcdef"),
    )

    assert draw(paper) == Summary(
        "2509.00001",
        "en",
        Provenance(FROM_COMMUNITY, None),
        keywords=("mud", "gauges", "a", "b", "c", "d"),
        tldr="RiverNet measures mud.",
    )


def test_a_sentence_of_the_site_is_in_the_language_of_its_script() -> None:
    summary = draw(Paper("2509.00001", "Mud", community_summary="本文用RiverNet测量泥沙。"))

    assert summary is not None
    assert summary.language == "zh-CN"


def test_keywords_of_the_site_alone_are_no_summary() -> None:
    assert draw(Paper("2509.00001", "Mud", community_keywords=("mud",))) is None


@pytest.mark.parametrize("nothing", [None, "", " \n"])
def test_of_a_paper_that_is_a_title_nothing_is_drawn(nothing: str | None) -> None:
    assert draw(Paper("2509.00001", "Mud", abstract=nothing, community_summary=nothing)) is None


# --- What the abstract says ------------------------------------------------------------------------------


def test_an_abstract_is_told_apart_by_its_cues() -> None:
    assert draw(PAPER) == Summary(
        "2509.00001",
        "en",
        Provenance(FROM_ABSTRACT, None),
        keywords=("RiverNet",),
        tldr=CORE,
        problem=f"{BACKGROUND} {GAP}",
        method=STEP,
        results=f"{PLAIN_RESULT} {RESULT}",
    )


def test_line_breaks_of_the_abstract_are_spaces() -> None:
    assert drawn(ABSTRACT.replace(" ", "\n  ")) == drawn(ABSTRACT)


@pytest.mark.parametrize(
    ("abstract", "expected"),
    [
        (
            "We introduce RiverNet. Existing gauges fail in mud. It learns from neighbours.",
            {
                "tldr": "We introduce RiverNet.",
                "problem": "Existing gauges fail in mud.",
                "method": "It learns from neighbours.",
            },
        ),
        (
            "Mud is everywhere. This survey reviews mud. We find that 80% of it is wet.",
            {
                "problem": "Mud is everywhere.",
                "tldr": "This survey reviews mud.",
                "results": "We find that 80% of it is wet.",
            },
        ),
        (
            "Mud remains costly. We present MudNet. It outperforms all. We also introduce MudSet, with maps.",
            {
                "problem": "Mud remains costly.",
                "tldr": "We present MudNet.",
                "method": "We also introduce MudSet, with maps.",
                "results": "It outperforms all.",
            },
        ),
        (
            "We show that mud is 5% sand. To use this, we develop SandNet. It sieves.",
            {
                "tldr": "We develop SandNet.",
                "method": "It sieves.",
                "results": "We show that mud is 5% sand.",
            },
        ),
        (
            "Mud was sampled. We trained one network on it.",
            {"problem": "Mud was sampled.", "tldr": "We trained one network on it."},
        ),
        (
            "We present MudNet. However, we find that 5% of mud is sand. Measuring it remains slow.",
            {
                "problem": "Measuring it remains slow.",
                "tldr": "We present MudNet.",
                "results": "However, we find that 5% of mud is sand.",
            },
        ),
        (
            "Mud is slow. In this note, a novel gauge for mud is proposed. This study compares it with ours.",
            {
                "problem": "Mud is slow.",
                "tldr": "In this note, a novel gauge for mud is proposed.",
                "method": "This study compares it with ours.",
            },
        ),
        (
            "Mud remains costly. To address this, engineers dredge. We present MudNet, which sieves.",
            {"problem": "Mud remains costly.", "tldr": "We present MudNet, which sieves."},
        ),
        (
            "Attempts to address floods fail. We present MudNet.",
            {"problem": "Attempts to address floods fail.", "tldr": "We present MudNet."},
        ),
        (
            "We present MudNet. We empirically show that it sieves. It has two meshes.",
            {
                "tldr": "We present MudNet.",
                "results": "We empirically show that it sieves. It has two meshes.",
            },
        ),
        (
            "We present MudNet. It has two meshes. Experiments show that with it we can build dams.",
            {
                "tldr": "We present MudNet.",
                "method": "It has two meshes.",
                "results": "Experiments show that with it we can build dams.",
            },
        ),
        ("This paper is on mud.", {"tldr": "This paper is on mud."}),
        ("Mud is wet. Sand is dry.", {"body": "Mud is wet. Sand is dry."}),
        ("泥沙很重要。我们提出RiverNet。", {"body": "泥沙很重要。我们提出RiverNet。"}),
        ("Code is at https://example.org.", {"body": "Code is at https://example.org."}),
    ],
)
def test_abstracts_of_other_shapes(abstract: str, expected: dict[str, str]) -> None:
    assert parts(abstract) == expected


def test_of_many_results_those_with_figures_are_shown_in_their_order() -> None:
    talk = [
        f"Experiments show that the {colour} mud is {'very ' * 40}wet." for colour in ("red", "grey", "blue")
    ]
    figures = ["RiverNet improves the error from 9.1 to 3.2.", "It runs 4x faster."]
    found = parts(" ".join([CORE, talk[0], figures[0], talk[1], talk[2], figures[1]]))["results"]

    assert [sentence for sentence in sentences(found) if sentence in figures] == figures
    assert len(sentences(found)) < len([*talk, *figures])


words = st.sampled_from([BACKGROUND, GAP, CORE, STEP, PLAIN_RESULT, RESULT, CODE, "Mud!", "So?"])


@given(st.lists(words, min_size=1, max_size=12, unique=True) | st.lists(st.text(max_size=80), max_size=8))
def test_parts_are_sentences_of_the_abstract_at_most_without_an_opening_and_none_stands_twice(
    abstract: list[str],
) -> None:
    summary = draw(Paper("2509.00001", "Mud", abstract=" ".join(abstract)))
    told = sentences(" ".join(readable(" ".join(abstract)).split()))
    shown = [getattr(summary, part) for part in (*SUMMARY_PARTS[1:], "body")] if summary else []
    left = list(told)

    for part in filter(None, shown):
        for sentence in [part] if part in told else sentences(part):
            left.remove(sentence if sentence in left else ending_in(sentence, left))


def ending_in(mended: str, told: list[str]) -> str:
    return next(sentence for sentence in told if sentence.endswith(mended[1:]))


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("To address this, we propose RiverNet.", "We propose RiverNet."),
        (
            "To overcome these limits, such as mud, in this paper we propose RiverNet.",
            "In this paper we propose RiverNet.",
        ),
        ("Therefore, this paper introduces RiverNet.", "This paper introduces RiverNet."),
        ("Here, we present RiverNet.", "We present RiverNet."),
        ("However, to this end, we present RiverNet.", "We present RiverNet."),
        ("To measure mud at night, we present RiverNet.", "To measure mud at night, we present RiverNet."),
        ("In this paper, we present RiverNet.", "In this paper, we present RiverNet."),
    ],
)
def test_the_first_sentence_stands_without_the_one_before(told: str, expected: str) -> None:
    assert drawn(f"{GAP} {told}").tldr == expected


def test_a_sentence_that_stands_alone_is_taken_before_one_that_points_back() -> None:
    told = drawn(f"{GAP} We address this gap with a network. We present RiverNet, a network of gauges.")

    assert told.tldr == "We present RiverNet, a network of gauges."


def test_what_is_done_besides_is_not_the_core() -> None:
    told = drawn("Mud is wet. This paper studies mud. We further propose MudNet.")

    assert told.tldr == "This paper studies mud."


def test_a_formula_is_shown_as_people_write_it() -> None:
    assert drawn("We present RiverNet, which is $3\\times$ faster, by 45\\%.").tldr == (
        "We present RiverNet, which is 3× faster, by 45%."
    )


def test_a_result_in_weak_words_is_one_where_no_other_is() -> None:
    told = drawn(f"{CORE} {STEP} Its accuracy is consistently high in storms.")

    assert (told.method, told.results) == (STEP, "Its accuracy is consistently high in storms.")


# --- Keywords --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "abstract", "expected"),
    [
        ("MudSLAM: Maps of mud", "MudSLAM draws maps.", ("MudSLAM",)),
        (
            "On mud",
            "RiverNet learns. RiverNet and GPT-9x agree; LLM-based LLMs do not. LLM-based.",
            ("RiverNet",),
        ),
        ("On mud", "We use MUDs. A MUD and more MUDs. A MUD.", ("MUDs",)),
        (
            "Learning river mud flow",
            "The flow is mud. River mud flow is slow.",
            ("River mud flow",),
        ),
        ("Sticky mud", "It is sticky mud.", ("sticky mud",)),
        ("Rivers at night", "A river rises. The rivers fall.", ("rivers",)),
        ("Sticky muds", "It is sticky mud. All sticky mud sticks.", ("sticky mud",)),
        ("The model of the data", "The model of the data. The model of the data.", ()),
        ("PokéNet for mud", "PokéNet \\textit{learns}. PokéNet \\textit{acts}.", ("PokéNet",)),
    ],
)
def test_keywords_are_names_and_terms_that_recur(
    title: str, abstract: str, expected: tuple[str, ...]
) -> None:
    assert drawn(abstract, title).keywords == expected


@given(st.text(max_size=60), st.text(max_size=300))
def test_no_title_makes_too_many_keywords(title: str, abstract: str) -> None:
    summary = draw(Paper("2509.00001", title, abstract=abstract))

    assert summary is None or len(summary.keywords) <= MOST_KEYWORDS


# --- Where it is shown -----------------------------------------------------------------------------------

DAY = date(2025, 9, 29)
IMPORTED = Provenance("digest-file", DAY)
MADE = Provenance(FROM_MODEL, DAY, "example-1")


def stored(language: str, provenance: Provenance = IMPORTED) -> Summary:
    return Summary(PAPER.id, language, provenance, tldr=f"{provenance.source} in {language}.")


@pytest.mark.parametrize(
    ("summaries", "expected"),
    [
        ([stored("de"), stored("de", MADE)], stored("de", MADE)),
        ([stored("de-AT", MADE), stored("de")], stored("de")),
        ([stored("fr"), stored("de-AT")], stored("de-AT")),
        ([stored("fr", MADE)], draw(PAPER)),
        ([], draw(PAPER)),
    ],
    ids=["a model's", "the exact language", "a related one", "no other", "none"],
)
def test_what_is_drawn_stands_behind_all_that_is_stored_in_the_readers_language(
    summaries: list[Summary], expected: Summary
) -> None:
    assert best_summary(PAPER, summaries, "de") == expected


def test_only_where_nothing_can_be_drawn_another_language_is_shown() -> None:
    title_only = Paper(PAPER.id, PAPER.title)

    assert best_summary(title_only, [stored("fr"), stored("it", MADE)], "de") == stored("it", MADE)
    assert best_summary(title_only, [], "de") is None


@pytest.fixture
async def storage(tmp_path: Path) -> InlineRunner:
    def fill(tables: Tables) -> None:
        tables.papers.add(PAPER)
        tables.listings.put(Listing("arxiv:cs.CL", DAY, ListingState.COMPLETE, (PAPER.id,)))

    runner = InlineRunner(empty_tables(tmp_path / "test.db"))
    await runner.write(fill)
    return runner


async def test_entries_carry_what_is_drawn_and_the_abstract_stays_at_hand(storage: InlineRunner) -> None:
    page = await storage.read(lambda tables: page_of_day(tables, DAY, "zh-CN", 0))
    entry = await storage.read(lambda tables: paper_entry(tables, PAPER.id, "zh-CN"))

    assert page is not None
    assert entry is not None
    assert page.entries[0].summary == entry.summary == draw(PAPER)
    assert entry.paper.abstract == ABSTRACT


async def test_what_is_drawn_is_no_summary_in_a_document(storage: InlineRunner) -> None:
    document = await storage.read(lambda tables: read_document(tables, DAY))

    assert CORE not in as_markdown(document, "en")
    assert '"summaries": []' in as_json(document)
    assert ABSTRACT in as_text(document, "en")


async def test_what_is_drawn_cannot_be_stored(storage: InlineRunner) -> None:
    summary = draw(PAPER)
    assert summary is not None

    with pytest.raises(ValueError, match="is derived each time it is shown"):
        await storage.write(lambda tables: tables.summaries.put(summary))
    assert await storage.read(lambda tables: tables.summaries.of_papers([PAPER.id])) == {}
