"""Queries that are kept as JSON."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UnreadableValueError
from bot.lookup.query import Query
from bot.lookup.stored_query import from_json, to_json
from bot.lookup.typed_query import read_query
from tests.lookup.test_query import TEXTS, TODAY


@given(TEXTS)
def test_a_query_is_the_same_after_it_was_kept(text: str) -> None:
    query = read_query(text, TODAY)

    assert from_json(to_json(query)) == query


def test_what_is_not_asked_for_is_left_out() -> None:
    query = read_query('tree -author:"Kaiming He" since:2025-09-01 sort:new', TODAY)

    assert to_json(Query()) == "{}"
    assert json.loads(to_json(query)) == {
        "words": [{"text": "tree"}],
        "without": [{"text": "Kaiming He", "is_exact": True, "searched_in": "authors"}],
        "since": "2025-09-01",
        "ranking": "new",
    }
    assert from_json(to_json(query)).since == date(2025, 9, 1)


@pytest.mark.parametrize(
    "value",
    [
        None,
        3,
        "",
        "[]",
        "null",
        "[" * 5000,
        '{"color":"red"}',
        '{"words":"tree"}',
        '{"words":null}',
        '{"words":["tree"]}',
        '{"words":[{}]}',
        '{"words":[{"text":""}]}',
        '{"words":[{"text":"tree search"}]}',
        '{"words":[{"text":"a\\"b"}]}',
        '{"words":[{"text":" a","is_exact":true}]}',
        '{"words":[{"text":"a","is_exact":1}]}',
        '{"words":[{"text":"a","searched_in":"abstract"}]}',
        '{"words":[{"text":"a","weight":2}]}',
        json.dumps({"words": [{"text": "a" * 301}]}),
        json.dumps({"words": [{"text": "a"}] * 25}),
        '{"categories":["cs.cl"]}',
        '{"categories":["???"]}',
        '{"categories":[3]}',
        '{"languages":["cn"]}',
        '{"since":"soon"}',
        '{"since":null}',
        '{"until":20250901}',
        '{"is_saved":"yes"}',
        '{"ranking":"random"}',
        '{"ranking":[]}',
        '{"unreadable":[""]}',
    ],
)
def test_anything_else_is_refused(value: object) -> None:
    with pytest.raises(UnreadableValueError):
        from_json(value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(Query.__slots__)), inner)
    ),
    max_leaves=6,
)


@given(JSON)
def test_any_json_is_a_query_or_refused(value: object) -> None:
    try:
        query = from_json(json.dumps(value))
    except UnreadableValueError:
        return
    assert from_json(to_json(query)) == query
