"""The submitted preferences modal, read into preferences or an error for each field; pure."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from bot.cards.ids import Field
from bot.cards.preferences import ALL_CARDS, LANGUAGES, PreferencesForm
from bot.errors import InvalidPreferenceError
from bot.locale import Words
from bot.subscriptions.preferences import (
    proposed_source,
    read_categories,
    read_language,
    read_time,
    read_votes,
    read_words,
    read_zone,
)
from bot.text import cut
from handlers.people import Person
from storage.records import Filters, Order, Preferences

T = TypeVar("T")

_ECHOED_CHARACTERS = 80

_BLANK = Preferences(language="en", sources=())
"""Stands in for fields that cannot be read; preferences with any of it are never returned."""

_State = Mapping[str, Mapping[str, Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class InvalidForm:
    """Why a form cannot be saved: a sentence for each field that cannot be read."""

    errors: Mapping[Field, str]


def proposed(person: Person, listed: Collection[str] = ()) -> Preferences:
    """Return the preferences proposed to a channel without a subscription.

    The zone is the person's, the language the nearest offered one to theirs, and the source the first
    offered one that has `listed` something.
    """
    source = proposed_source(listed)
    return Preferences(_nearest_language(person.language), (source,), zone=person.zone.key)


def read_form(state: _State) -> PreferencesForm:
    """Return the contents of the fields, from `view.state.values`."""

    def value(field: Field) -> Any:
        entered = state.get(field, {}).get(field, {})
        return next((inner for key, inner in entered.items() if key != "type"), None)

    def text(field: Field) -> str:
        return str(value(field) or "")

    def one(field: Field) -> str:
        return str((value(field) or {}).get("value", ""))

    def many(field: Field) -> tuple[str, ...]:
        return tuple(option["value"] for option in value(field) or [])

    return PreferencesForm(
        sources=many(Field.SOURCES),
        at=text(Field.AT),
        zone=text(Field.ZONE),
        weekdays=many(Field.WEEKDAYS),
        language=one(Field.LANGUAGE),
        most_cards=one(Field.MOST_CARDS),
        order=one(Field.ORDER),
        words=text(Field.WORDS),
        categories=text(Field.CATEGORIES),
        least_votes=text(Field.LEAST_VOTES),
        never_words=text(Field.NEVER_WORDS),
        says_when_nothing=bool(many(Field.SAYS_WHEN_NOTHING)),
    )


def read_preferences(form: PreferencesForm, words: Words) -> Preferences | InvalidForm:
    """Return the preferences in a form, or every error in it, in the person's words."""
    errors: dict[Field, str] = {}

    def read(field: Field, reader: Callable[[str], T], text: str, blank: T) -> T:
        try:
            return reader(text)
        except InvalidPreferenceError as error:
            errors[field] = words(
                "settings.unreadable", found=cut(error.found, _ECHOED_CHARACTERS), example=error.example
            )
            return blank

    filters = Filters(
        words=read_words(form.words),
        categories=read(Field.CATEGORIES, read_categories, form.categories, ()),
        least_votes=read(Field.LEAST_VOTES, read_votes, form.least_votes, 0),
        never_words=read_words(form.never_words),
    )
    if not form.weekdays:
        errors[Field.WEEKDAYS] = words("settings.no_weekday")
    if not form.sources:
        errors[Field.SOURCES] = words("settings.no_source")
    preferences = Preferences(
        sources=form.sources,
        at=read(Field.AT, read_time, form.at, _BLANK.at),
        zone=read(Field.ZONE, read_zone, form.zone, _BLANK.zone),
        weekdays=frozenset(map(int, form.weekdays)),
        language=read(Field.LANGUAGE, read_language, form.language, _BLANK.language),
        most_cards=None if form.most_cards == ALL_CARDS else int(form.most_cards),
        order=Order(form.order),
        filters=filters,
        says_when_nothing=form.says_when_nothing,
    )
    return InvalidForm(errors) if errors else preferences


def _nearest_language(tag: str) -> str:
    """Return the modal's language that is nearest to a person's, English where none is near."""
    primary = tag.partition("-")[0]
    return next((offered for offered in LANGUAGES if offered.partition("-")[0] == primary), "en")
