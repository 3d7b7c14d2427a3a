"""What is told from a paper's text is what the index finds, on both engines."""

from collections.abc import Iterator

from hypothesis import example, given
from hypothesis import strategies as st

from bot.lookup.paper_texts import PaperTexts
from bot.lookup.search import facets_of
from bot.lookup.sought import Sought, sought
from bot.lookup.typed_query import read_query
from bot.text.finders import finder
from bot.text.full_text import Term
from storage.engines.engine import Engine
from storage.records import FROM_MODEL, Paper, Provenance, Summary
from storage.tables import Tables
from tests.storage.test_search import DAY, TEXTS, one_database_for_all, put

WORDS = st.sampled_from(
    "agents agent Kaiming He tree-search treesearch VideoMind video mind GPT-4o gpt 4 o π0 pi0 模型 智能体 智"
    " 体 能 cs.RO cs.CL cs robots Élan 한국어 of the learning learned".split()
)
PHRASES = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)
WRITTEN = PHRASES | TEXTS
TYPED = st.one_of(
    PHRASES,
    PHRASES.map('"{}"'.format),
    WORDS.map("{}*".format),
    PHRASES.map('title:"{}"'.format),
    PHRASES.map('author:"{}"'.format),
    WORDS.map("cat:{}".format),
    st.sampled_from(["cat:cs.*", "lang:zh", "lang:zh-CN", "has:code"]),
    TEXTS,
)


def terms_of(typed: str) -> Iterator[Term]:
    query = read_query(typed, DAY)
    yield from facets_of(query)
    for one in (*sought(query.words), *sought(query.without)):
        yield from terms_within(one)


def terms_within(one: Sought) -> Iterator[Term]:
    yield one.term
    for part in one.parts:
        yield from terms_within(part)


@one_database_for_all
@given(title=WRITTEN, author=WRITTEN, told=WRITTEN, typed=st.lists(TYPED, min_size=1, max_size=3))
@example(title="Tree", author="search", told="", typed=['"tree search"'])
@example(title="智能体", author="", told="模型", typed=["能体", "体模", "智*"])
def test_the_text_tells_what_the_index_finds(
    engine: Engine, title: str, author: str, told: str, typed: list[str]
) -> None:
    paper = Paper("2509.00001", title, (author,), told, community_summary=author, categories=("cs.RO",))
    summary = Summary(paper.id, "zh-CN", Provenance(FROM_MODEL, DAY, "example-1"), (title,), told)
    tables = put(engine, paper, summary)
    text = PaperTexts().of(tables, [paper.id])[paper.id]

    for term in (each for one in typed for each in terms_of(one)):
        assert finder(term).is_in(text) == bool(tables.search.having(term, [paper.id])), term


def test_a_text_that_changed_is_read_anew(tables: Tables) -> None:
    texts = PaperTexts()
    tables.papers.add(Paper("2509.00001", "Gardens"))
    first = texts.of(tables, ["2509.00001", "2509.99999"])
    tables.papers.add(Paper("2509.00001", "Gardens and robots"))
    again = texts.of(tables, ["2509.00001"])
    [term] = terms_of("robots")

    assert [finder(term).is_in(each["2509.00001"]) for each in (first, again)] == [False, True]
    assert list(first) == ["2509.00001"]


def test_what_was_used_last_is_kept(tables: Tables) -> None:
    texts = PaperTexts(most=1)
    for number in (1, 2):
        tables.papers.add(Paper(f"2509.0000{number}", f"Gardens {number}"))
    both = texts.of(tables, ["2509.00001", "2509.00002"])
    [kept] = texts.of(tables, ["2509.00002"]).values()
    [anew] = texts.of(tables, ["2509.00001"]).values()

    assert kept is both["2509.00002"]
    assert anew is not both["2509.00001"]
