"""The submitted preferences modal, read into preferences or an error for each field; pure."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TypeVar

from bot.cards.ids import Field
from bot.cards.preferences import ALL_CARDS
from bot.cards.preferences_form import LANGUAGES, NO_RECAP, PreferencesForm
from bot.errors import InvalidPreferenceError, TooLongListError, UnknownCategoryError, UnreadableValueError
from bot.locale import Words
from bot.sources.kinds import SOURCE_KINDS
from bot.subscriptions.preferences import (
    MOST_CARDS,
    proposed_source,
    read_about,
    read_categories,
    read_language,
    read_time,
    read_votes,
    read_words,
    read_zone,
)
from bot.text.language import canonical_tag
from bot.text.mrkdwn import cut
from bot.text.numbers import count_in
from handlers.payloads import record_at, text_at
from handlers.people import Person
from storage.records import Filters, Order, Preferences, Reading, Recap

T = TypeVar("T")

_ECHOED_CHARACTERS = 80
_TEXT_CHARACTERS = 3000
_WEEKDAYS = frozenset(map(str, range(7)))

_BLANK = Preferences(language="en", sources=())
"""Stands in for fields that cannot be read; preferences with any of it are never returned."""


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


def read_form(view: Mapping[str, object], listed: Collection[str] = ()) -> PreferencesForm:
    """Return the contents of the fields, from `view.state.values`.

    `listed` are the sources that have listed something. Raises `UnreadableValueError` for anything that this
    version's form cannot hold; what a person can type wrongly is for `read_preferences`.
    """
    values = record_at(view, "state", "values")

    def value(field: Field) -> object:
        entered = record_at(values, field, field)
        return next((inner for key, inner in entered.items() if key != "type"), None)

    def text(field: Field) -> str:
        return _text(value(field) or "")

    def one(field: Field, known: Callable[[str], bool]) -> str:
        return _option(value(field), known)

    def many(field: Field, known: Callable[[str], bool]) -> tuple[str, ...]:
        chosen = value(field) or []
        if not isinstance(chosen, list):
            raise UnreadableValueError("choice")
        return tuple(dict.fromkeys(_option(option, known) for option in chosen))

    return PreferencesForm(
        sources=many(Field.SOURCES, lambda name: _is_source(name) or name in listed),
        at=text(Field.AT),
        zone=text(Field.ZONE),
        weekdays=many(Field.WEEKDAYS, _WEEKDAYS.__contains__),
        language=one(Field.LANGUAGE, lambda tag: canonical_tag(tag) is not None),
        most_cards=one(Field.MOST_CARDS, lambda most: most == ALL_CARDS or _is_most_cards(most)),
        order=one(Field.ORDER, frozenset(Order).__contains__),
        words=text(Field.WORDS),
        categories=text(Field.CATEGORIES),
        least_votes=text(Field.LEAST_VOTES),
        never_words=text(Field.NEVER_WORDS),
        says_when_nothing=bool(many(Field.SAYS_WHEN_NOTHING, bool)),
        about=text(Field.ABOUT),
        has_thumbnails=bool(many(Field.THUMBNAILS, bool)),
        reading=one(Field.READING, frozenset(Reading).__contains__),
        recap_weekday=one(Field.RECAP_WEEKDAY, (_WEEKDAYS | {NO_RECAP}).__contains__),
        recap_at=text(Field.RECAP_AT),
    )


def _is_source(name: str) -> bool:
    return any(kind.includes(name) for kind in SOURCE_KINDS)


def _is_most_cards(text: str) -> bool:
    count = count_in(text, MOST_CARDS)
    return bool(count) and text == str(count)


def _option(option: object, known: Callable[[str], bool]) -> str:
    """Return the value of a chosen option, one of those known."""
    value = text_at(option, "value")
    if not value or not known(value):
        raise UnreadableValueError("choice")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > _TEXT_CHARACTERS:
        raise UnreadableValueError("text")
    return value


def read_preferences(form: PreferencesForm, words: Words) -> Preferences | InvalidForm:
    """Return the preferences in a form, or every error in it, in the person's words."""
    errors: dict[Field, str] = {}

    def read(field: Field, reader: Callable[[str], T], text: str, blank: T) -> T:
        try:
            return reader(text)
        except InvalidPreferenceError as error:
            errors[field] = _sentence(error, words)
            return blank

    filters = Filters(
        words=read(Field.WORDS, read_words, form.words, ()),
        categories=read(Field.CATEGORIES, read_categories, form.categories, ()),
        least_votes=read(Field.LEAST_VOTES, read_votes, form.least_votes, 0),
        never_words=read(Field.NEVER_WORDS, read_words, form.never_words, ()),
    )
    recap = None
    if form.recap_weekday != NO_RECAP:
        at = read(Field.RECAP_AT, read_time, form.recap_at, _BLANK.at)
        recap = Recap(int(form.recap_weekday), at)
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
        about=read(Field.ABOUT, read_about, form.about, ""),
        has_thumbnails=form.has_thumbnails,
        reading=Reading(form.reading),
        recap=recap,
    )
    return InvalidForm(errors) if errors else preferences


def _sentence(error: InvalidPreferenceError, words: Words) -> str:
    """Return what is wrong with a field, and what to write there."""
    if isinstance(error, TooLongListError):
        return words("settings.too_long", count=len(error.found), most=error.most)
    found = cut(error.found, _ECHOED_CHARACTERS)
    if not isinstance(error, UnknownCategoryError):
        return words("settings.unreadable", found=found, example=error.example)
    if not error.nearest:
        return words("settings.unknown_category", found=found, example=error.example)
    return words("settings.unlike_category", found=found, nearest=words.either(list(error.nearest)))


def _nearest_language(tag: str) -> str:
    """Return the modal's language that is nearest to a person's, English where none is near."""
    primary = tag.partition("-")[0]
    return next((offered for offered in LANGUAGES if offered.partition("-")[0] == primary), "en")
