"""The settings modal as Slack sends it -> what a channel wants, or what is wrong at which field; pure."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from bot.cards.ids import Field
from bot.cards.preferences import ALL_CARDS, LANGUAGES, Form
from bot.errors import WrongWishError
from bot.locale import Words
from bot.sources.kinds import HUGGING_FACE, OFFERED_SOURCES
from bot.subscriptions.preferences import (
    read_categories,
    read_language,
    read_time,
    read_votes,
    read_words,
    read_zone,
)
from bot.text import cut
from handlers.people import Person
from storage.records import Filters, Order, Subscription

T = TypeVar("T")

_ECHOED_CHARACTERS = 80

_State = Mapping[str, Mapping[str, Mapping[str, Any]]]


def proposed(person: Person, channel: str, listed: Collection[str] = ()) -> Subscription:
    """Return what is filled in for a channel that has no subscription yet: the person's zone and language.

    The source is the first that is offered and has `listed` something.
    """
    usual = next((source for source in OFFERED_SOURCES if source in listed), HUGGING_FACE.name)
    return Subscription(
        workspace=person.workspace,
        channel=channel,
        language=_offered(person.language),
        sources=(usual,),
        zone=person.zone.key,
    )


def read_form(state: _State) -> Form:
    """Return what stands in the fields, from `view.state.values`."""

    def told(field: Field) -> Any:
        value = state.get(field, {}).get(field, {})
        return next((inner for key, inner in value.items() if key != "type"), None)

    def text(field: Field) -> str:
        return str(told(field) or "")

    def one(field: Field) -> str:
        return str((told(field) or {}).get("value", ""))

    def many(field: Field) -> tuple[str, ...]:
        return tuple(option["value"] for option in told(field) or [])

    return Form(
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


def check(form: Form, base: Subscription, words: Words) -> tuple[Subscription, dict[Field, str]]:
    """Return what is wanted, and a sentence for each field that cannot be read; that one is as in `base`."""
    errors: dict[Field, str] = {}

    def read(field: Field, reader: Callable[[str], T], text: str, otherwise: T) -> T:
        try:
            return reader(text)
        except WrongWishError as error:
            errors[field] = words(
                "settings.unreadable", found=cut(error.found, _ECHOED_CHARACTERS), example=error.example
            )
            return otherwise

    known = base.filters
    filters = Filters(
        words=read_words(form.words),
        categories=read(Field.CATEGORIES, read_categories, form.categories, known.categories),
        least_votes=read(Field.LEAST_VOTES, read_votes, form.least_votes, known.least_votes),
        never_words=read_words(form.never_words),
    )
    if not form.weekdays:
        errors[Field.WEEKDAYS] = words("settings.no_weekday")
    if not form.sources:
        errors[Field.SOURCES] = words("settings.no_source")
    wanted = replace(
        base,
        sources=form.sources,
        at=read(Field.AT, read_time, form.at, base.at),
        zone=read(Field.ZONE, read_zone, form.zone, base.zone),
        weekdays=frozenset(map(int, form.weekdays)),
        language=read(Field.LANGUAGE, read_language, form.language, base.language),
        most_cards=None if form.most_cards == ALL_CARDS else int(form.most_cards),
        order=Order(form.order),
        filters=filters,
        says_when_nothing=form.says_when_nothing,
    )
    return wanted, errors


def _offered(language: str) -> str:
    """Return the language of the modal that is nearest to a person's, English where there is none."""
    primary = language.partition("-")[0]
    return next((tag for tag in LANGUAGES if tag.partition("-")[0] == primary), "en")
