"""A query as JSON, to be kept or carried by a button, and read back within its bounds; pure."""

import json
from collections.abc import Callable
from dataclasses import fields
from datetime import date
from enum import StrEnum
from typing import TypeVar

from bot.errors import UnknownCategoryError, UnreadableValueError
from bot.lookup.query import Query, Ranking, SearchedIn, Wanted
from bot.lookup.typed_query import MOST_CHARACTERS, MOST_WORDS
from bot.sources.categories import read_category
from bot.text.language import known_tag

_T = TypeVar("_T")
_Choice = TypeVar("_Choice", bound=StrEnum)

_NAMES = frozenset(each.name for each in fields(Query))


def to_json(query: Query) -> str:
    """Return the query as JSON, short: what it does not ask for is left out."""
    values = {
        "words": [_wanted_fields(each) for each in query.words],
        "without": [_wanted_fields(each) for each in query.without],
        "categories": query.categories,
        "since": query.since and query.since.isoformat(),
        "until": query.until and query.until.isoformat(),
        "languages": query.languages,
        "has_code": query.has_code,
        "is_saved": query.is_saved,
        "is_unread": query.is_unread,
        "ranking": "" if query.ranking is Ranking.MATCH else query.ranking,
        "unreadable": query.unreadable,
    }
    said = {name: value for name, value in values.items() if value}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def from_json(value: object) -> Query:
    """Return the query that the JSON holds.

    Raises `UnreadableValueError` for anything else, such as a condition that this version does not know: to
    leave it out would find what was not asked for.
    """
    try:
        said = json.loads(value) if isinstance(value, str) else None
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict) or not said.keys() <= _NAMES:
        raise UnreadableValueError("query")
    return Query(
        words=_each(_wanted, said.get("words", [])),
        without=_each(_wanted, said.get("without", [])),
        categories=_each(_category, said.get("categories", [])),
        since=_day(said["since"]) if "since" in said else None,
        until=_day(said["until"]) if "until" in said else None,
        languages=_each(_language, said.get("languages", [])),
        has_code=_truth(said.get("has_code", False)),
        is_saved=_truth(said.get("is_saved", False)),
        is_unread=_truth(said.get("is_unread", False)),
        ranking=_choice(Ranking, said.get("ranking", Ranking.MATCH)),
        unreadable=_each(_text, said.get("unreadable", [])),
    )


def _wanted_fields(wanted: Wanted) -> dict[str, object]:
    said: dict[str, object] = {"text": wanted.text}
    if wanted.is_exact:
        said["is_exact"] = True
    if wanted.searched_in is not SearchedIn.ANYWHERE:
        said["searched_in"] = wanted.searched_in
    return said


def _wanted(value: object) -> Wanted:
    if not isinstance(value, dict) or not {"text"} <= value.keys() <= {"text", "is_exact", "searched_in"}:
        raise UnreadableValueError("word to look for")
    text, is_exact = _text(value["text"]), _truth(value.get("is_exact", False))
    if '"' in text or (not is_exact and " " in text):
        raise UnreadableValueError("word to look for")
    return Wanted(text, is_exact, _choice(SearchedIn, value.get("searched_in", SearchedIn.ANYWHERE)))


def _text(value: object) -> str:
    if (
        not isinstance(value, str)
        or not 0 < len(value) <= MOST_CHARACTERS
        or value != " ".join(value.split())
    ):
        raise UnreadableValueError("text of a query")
    return value


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise UnreadableValueError("condition")
    return value


def _day(value: object) -> date:
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise UnreadableValueError("day") from None


def _category(value: object) -> str:
    try:
        name = read_category(value) if isinstance(value, str) else ""
    except UnknownCategoryError:
        name = ""
    if name != value or not name:
        raise UnreadableValueError("category")
    return name


def _language(value: object) -> str:
    if not isinstance(value, str) or known_tag(value) != value:
        raise UnreadableValueError("language")
    return value


def _choice(kind: type[_Choice], value: object) -> _Choice:
    try:
        return kind(value if isinstance(value, str) else "")
    except ValueError:
        raise UnreadableValueError("choice") from None


def _each(read: Callable[[object], _T], values: object) -> tuple[_T, ...]:
    if not isinstance(values, list) or len(values) > MOST_WORDS:
        raise UnreadableValueError("list")
    return tuple(map(read, values))
