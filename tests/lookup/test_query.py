"""What a person types to find papers, as the query that it means, on a Thursday."""

import gzip
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.lookup.query import Query, Ranking, SearchedIn, Wanted
from bot.lookup.typed_query import MOST_CHARACTERS, MOST_WORDS, query_text, read_query

TODAY = date(2025, 10, 2)
ANOTHER_DAY = date(2031, 5, 7)
LAST_WEEK = Query(since=date(2025, 9, 22), until=date(2025, 9, 28))
SEPTEMBER = Query(since=date(2025, 9, 1), until=date(2025, 9, 30))


def words(text: str) -> tuple[Wanted, ...]:
    return tuple(map(Wanted, text.split()))


def phrase(text: str) -> Wanted:
    return Wanted(text, is_exact=True)


def in_titles(text: str) -> tuple[Wanted, ...]:
    return tuple(Wanted(each, searched_in=SearchedIn.TITLE) for each in text.split())


def author(text: str, *, is_exact: bool = False) -> Wanted:
    return Wanted(text, is_exact, SearchedIn.AUTHORS)


def rag(query: Query) -> Query:
    return replace(query, words=words("rag"))


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("", Query()),
        ('- "" ... ?', Query()),
        ("tree search agents", Query(words("tree search agents"))),
        ("fine-tuning GPT-4o C++ C# agent* 1,000", Query(words("fine-tuning GPT-4o C++ C# agent* 1,000"))),
        ("LLM: (a) survey, and more!", Query(words("LLM a survey and more"))),
        ("智能体，强化学习。", Query(words("智能体 强化学习"))),
        ("what's new?", Query(words("what's new"))),
        ('"tree search" agents', Query((phrase("tree search"), Wanted("agents")))),
        ("“tree search”", Query((phrase("tree search"),))),
        ("「树搜索」", Query((phrase("树搜索"),))),
        ('tree "search', Query(words("tree search"))),
        ('a "b c" d "e', Query((Wanted("a"), phrase("b c"), *words("d e")))),
        ("tree -RL", Query(words("tree"), words("RL"))),
        ("–RL", Query(without=words("RL"))),
        ('-"reward model" -x', Query(without=(phrase("reward model"), Wanted("x")))),
        ("foo:bar 10:30", Query(words("foo:bar 10:30"))),
        ("tree tree", Query(words("tree"))),
        ("AND OR NOT NEAR(a b)", Query(words("AND OR NOT NEAR(a b"))),
    ],
)
def test_words_and_phrases_are_wanted_as_typed(text: str, query: Query) -> None:
    assert read_query(text, TODAY) == query


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("author:leng", Query((author("leng"),))),
        ('by:"Kaiming He"', Query((author("Kaiming He", is_exact=True),))),
        ("作者：何恺明 树", Query((Wanted("树"), author("何恺明")))),
        ("Author: leng", Query((author("leng"),))),
        ("-author:leng", Query(without=(author("leng"),))),
        ("title:tree search", Query((Wanted("search"), *in_titles("tree")))),
        ("标题：树", Query(in_titles("树"))),
        ("agents in:title tree search", Query((Wanted("agents"), *in_titles("tree search")))),
        ("tree search in:title", Query(in_titles("tree search"))),
        ("in:title tree -x", Query(in_titles("tree"), in_titles("x"))),
        ("in:title last week", Query(in_titles("last week"))),
        ("cat:cs.cl,cs.AI cat:cs", Query(categories=("cs.CL", "cs.AI", "cs.*"))),
        ("分类：cs.*", Query(categories=("cs.*",))),
        ("lang:zh LANG:zh_cn", Query(languages=("zh", "zh-CN"))),
        ("lang:中文,英文,German", Query(languages=("zh", "en", "de"))),
        ('语言："简体中文"', Query(languages=("zh-Hans",))),
        ("has:code rag", rag(Query(has_code=True))),
        ("is:saved is:unread", Query(is_saved=True, is_unread=True)),
        ("in:saved", Query(is_saved=True)),
        ("sort:new", Query(ranking=Ranking.NEWEST)),
        ("sort:new sort:votes", Query(ranking=Ranking.VOTES)),
        ("排序：票数", Query(ranking=Ranking.VOTES)),
    ],
)
def test_an_operator_says_where_and_among_what(text: str, query: Query) -> None:
    assert read_query(text, TODAY) == query


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("after:2025-09-01", Query(since=date(2025, 9, 1))),
        ("since:2025-09", Query(since=date(2025, 9, 1))),
        ("before:2025-10-01", Query(until=date(2025, 9, 30))),
        ("before:2025", Query(until=date(2024, 12, 31))),
        ("until:2025-09", Query(until=date(2025, 9, 30))),
        ("on:2025-09-29", Query(since=date(2025, 9, 29), until=date(2025, 9, 29))),
        ("on:september", SEPTEMBER),
        ("on:may", Query(since=date(2025, 5, 1), until=date(2025, 5, 31))),
        ("in:2024", Query(since=date(2024, 1, 1), until=date(2024, 12, 31))),
        ("after:last week rag", rag(Query(since=date(2025, 9, 22)))),
        ("rag before:3 days ago", rag(Query(until=date(2025, 9, 28)))),
        ('after:"Sep 29"', Query(since=date(2025, 9, 29))),
        ("之后：9月29日 之前：昨天", Query(since=date(2025, 9, 29), until=date(2025, 9, 30))),
        ("after:2025-09-01 after:2025-09-10", Query(since=date(2025, 9, 10))),
    ],
)
def test_an_operator_says_when(text: str, query: Query) -> None:
    assert read_query(text, TODAY) == query


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("rag last week", rag(LAST_WEEK)),
        ("last week rag", rag(LAST_WEEK)),
        ("last week", LAST_WEEK),
        ("rag from last week?", rag(LAST_WEEK)),
        ("rag last week cat:cs.CL", rag(replace(LAST_WEEK, categories=("cs.CL",)))),
        ("rag 上周", rag(LAST_WEEK)),
        ("上周的 rag", rag(LAST_WEEK)),
        ("上周的rag", rag(LAST_WEEK)),
        ("上周的智能体论文", replace(LAST_WEEK, words=words("智能体论文"))),
        ("九月的智能体 按票数", replace(SEPTEMBER, words=words("智能体"), ranking=Ranking.VOTES)),
        ("2025年9月1日以来的rag", rag(Query(since=date(2025, 9, 1)))),
        ("上周的论文", LAST_WEEK),
        ("智能体的记忆", Query(words("智能体的记忆"))),
        ("rag 上周的智能体", Query(words("rag 上周的智能体"))),
        ("“上周的智能体”", Query((phrase("上周的智能体"),))),
        ("rag in September", rag(SEPTEMBER)),
        ("rag September 2025", rag(SEPTEMBER)),
        ("九月 rag", rag(SEPTEMBER)),
        ("september", SEPTEMBER),
        ("in 2025", Query(since=date(2025, 1, 1), until=date(2025, 12, 31))),
        ("rag since September", rag(Query(since=date(2025, 9, 1)))),
        ("rag 九月以来", rag(Query(since=date(2025, 9, 1)))),
        ("rag before 2025-10-01", rag(Query(until=date(2025, 9, 30)))),
        (
            "rag from 2025-09-01 to 2025-09-15",
            rag(Query(since=date(2025, 9, 1), until=date(2025, 9, 15))),
        ),
        ("rag today", rag(Query(since=TODAY, until=TODAY))),
        ("rag by votes", rag(Query(ranking=Ranking.VOTES))),
        ("rag newest first", rag(Query(ranking=Ranking.NEWEST))),
        ("rag 按票数", rag(Query(ranking=Ranking.VOTES))),
        ("rag 最新", rag(Query(ranking=Ranking.NEWEST))),
        ("rag last week by votes", rag(replace(LAST_WEEK, ranking=Ranking.VOTES))),
        ("saved rag", rag(Query(is_saved=True))),
        ("rag unread", rag(Query(is_unread=True))),
        ("rag in my list last week", rag(replace(LAST_WEEK, is_saved=True))),
        ("saved last week", replace(LAST_WEEK, is_saved=True)),
        ("rag 未读", rag(Query(is_unread=True))),
        ("last month of training last week", replace(LAST_WEEK, words=words("last month of training"))),
        ("rag last week in:title tree", replace(LAST_WEEK, words=(*words("rag"), *in_titles("tree")))),
    ],
)
def test_the_start_and_the_end_may_say_when_and_in_which_order(text: str, query: Query) -> None:
    assert read_query(text, TODAY) == query


@pytest.mark.parametrize(
    "text",
    [
        *("March of the LLMs", "GPT-4 in 2024", "reasoning may", "may", "2024", "2025-09 tree", "sun"),
        *("the last week of training", "Performance on SAT", "light from sun", "September tree", "saved"),
        *("unread", "friday night", "by the votes of many", "in a may model", "9/11 tree", "what remains"),
    ],
)
def test_what_may_be_a_title_is_words(text: str) -> None:
    assert read_query(text, TODAY) == Query(words(text))


def test_what_is_in_quotes_is_neither_a_date_nor_an_operator() -> None:
    assert read_query('"last week"', TODAY) == Query((phrase("last week"),))
    assert read_query('"cat:cs.CL"', TODAY) == Query((phrase("cat:cs.CL"),))


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("after:soon rag", rag(Query(unreadable=("after:soon",)))),
        ("cat:??? rag", rag(Query(unreadable=("cat:???",)))),
        ("Lang:klingonese! rag", rag(Query(unreadable=("Lang:klingonese!",)))),
        ("cat:cs.CL,foo rag", rag(Query(categories=("cs.CL",), unreadable=("cat:foo",)))),
        ('is:"x y" sort:z has:w', Query(unreadable=('is:"x y"', "sort:z", "has:w"))),
        ("-cat:cs.CV rag", rag(Query(unreadable=("-cat:cs.CV",)))),
        ("before:1900", Query(unreadable=("before:1900",))),
        ("after: soon", Query(words("after soon"))),
        ("In: a tree", Query(words("In a tree"))),
    ],
)
def test_an_operator_whose_value_cannot_be_read_is_named(text: str, query: Query) -> None:
    assert read_query(text, TODAY) == query


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("tree “search agents” -RL", 'tree "search agents" -RL'),
        ("in:title tree 作者：leng", "title:tree author:leng"),
        ("分类：cs.cl cat:cs lang:中文", "cat:cs.CL,cs.* lang:zh"),
        ("rag in September", "rag on:2025-09"),
        ("rag last week", "rag since:2025-09-22 until:2025-09-28"),
        ("after:2025 until:2025-09", "since:2025 until:2025-09"),
        ("rag yesterday", "rag on:2025-10-01"),
        ("去年", "on:2024"),
        ("after:soon saved rag by votes has:code", "rag has:code is:saved sort:votes after:soon"),
    ],
)
def test_a_query_is_written_in_one_way(text: str, written: str) -> None:
    assert query_text(read_query(text, TODAY)) == written


PIECES = [
    *("last", "week", "in:title", "title:", "author:", "by:", "-", '"', "cat:", "cs.CL", ",", "lang:", "zh"),
    *("after:", "before:", "since", "2025-09-01", "2025", "in", "september", "may", "saved", "unread", "on"),
    *(
        "newest",
        "first",
        "by",
        "votes",
        "sort:",
        "match",
        "上周",
        "九月",
        "的",
        "论文",
        "之后",
        "：",
        "作者",
        "friday",
    ),
    *("to", "from", "today", "3", "days", "ago", " ", "a", "(", "x:y", "is:", "最新", "'", ".", "、", "1900"),
]
TEXTS = (
    st.text(max_size=80)
    | st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join)
    | st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=16).map("".join)
)


@given(TEXTS)
def test_what_was_read_is_written_so_that_it_reads_back_on_any_day(text: str) -> None:
    query = read_query(text, TODAY)

    assert read_query(query_text(query), ANOTHER_DAY) == query


@given(TEXTS)
def test_no_word_has_a_blank_or_a_quote(text: str) -> None:
    query = read_query(text, TODAY)
    wanted = [*query.words, *query.without]

    assert not any('"' in each.text for each in wanted)
    assert all(each.is_exact or len(each.text.split()) == 1 for each in wanted)
    assert not any(each.text.strip() == "" for each in wanted)


@pytest.mark.parametrize(
    "piece", ["tree ", "cat:,", "in:", '"', "after: ", "last week ", "to ", "after:last ", "a", "智"]
)
def test_of_a_very_long_text_the_beginning_is_read(piece: str) -> None:
    query = read_query(f"agents {piece * 5000}", TODAY)

    assert query.words[:1] == (Wanted("agents"),)
    assert len(query.words) + len(query.unreadable) <= MOST_WORDS
    assert sum(len(each.text) for each in query.words) <= MOST_CHARACTERS
    assert read_query(query_text(query), TODAY) == query


def test_one_word_that_is_too_long_is_cut() -> None:
    assert read_query("智" * 5000, TODAY) == Query((Wanted("智" * MOST_CHARACTERS),))


def test_titles_of_papers_are_words(shared_data: Path) -> None:
    with gzip.open(shared_data / "corpus" / "arxiv-9998.jsonl.gz", "rt") as lines:
        titles = [json.loads(line)["title"] for line in lines][::10]

    queries = [read_query(title, TODAY) for title in titles]

    assert len(queries) > 900
    assert sum(replace(query, words=()) != Query() for query in queries) <= 1
