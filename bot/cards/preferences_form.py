"""The form for a channel's preferences, as a modal; and the short modals that answer it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import time

from babel import Locale, UnknownLocaleError

from bot.cards import blocks, ids
from bot.cards.blocks import Block, Button
from bot.cards.digest import source_name
from bot.cards.ids import PREVIEWED_AT_ONCE, Field
from bot.cards.preferences import ALL_CARDS, most_cards_label, order_labels, reading_labels
from bot.locale import Words, words_for
from bot.text.language import primary_language
from bot.text.mrkdwn import Mrkdwn
from storage.records import Preferences

LANGUAGES = ("en", "zh-CN", "ja", "ko", "de", "fr", "es")
"""The languages that the modal offers, as BCP 47 tags."""


_MOST_CARDS = (5, 10, 20)


_MOST_OPTIONS = 100


MOST_LIST_CHARACTERS = 600
"""The longest list of words or categories, as it is shown in its field."""


_ZONE_CHARACTERS = 100


MOST_ABOUT_CHARACTERS = 300
"""The longest text that says what a channel is about."""

NO_RECAP = "none"
"""Stands for the weekday of a recap that a channel does not want."""

_PROPOSED_RECAP = time(16)

_MOST_VOTES = 1_000_000


_VOTES = re.compile("[0-9]{1,6}|1000000")


_CLOCK = re.compile("([01][0-9]|2[0-3]):[0-5][0-9]")


@dataclass(frozen=True, slots=True)
class PreferencesForm:
    """The contents of the modal's fields, valid or not, as Slack sends them."""

    sources: tuple[str, ...]
    at: str
    zone: str
    weekdays: tuple[str, ...]
    language: str
    most_cards: str
    order: str
    words: str
    categories: str
    least_votes: str
    never_words: str
    says_when_nothing: bool
    about: str
    has_thumbnails: bool
    reading: str
    #: The number of a weekday, else `NO_RECAP`.
    recap_weekday: str
    recap_at: str


def shown_list(values: Iterable[str]) -> str:
    """Return a list of words or categories as its field shows it."""
    return ", ".join(values)


def form_of(preferences: Preferences) -> PreferencesForm:
    """Return the fields filled in with preferences."""
    filters, recap = preferences.filters, preferences.recap
    return PreferencesForm(
        sources=preferences.sources,
        at=f"{preferences.at:%H:%M}",
        zone=preferences.zone,
        weekdays=tuple(map(str, sorted(preferences.weekdays))),
        language=preferences.language,
        most_cards=str(preferences.most_cards or ALL_CARDS),
        order=preferences.order,
        words=shown_list(filters.words),
        categories=shown_list(filters.categories),
        least_votes=str(filters.least_votes or ""),
        never_words=shown_list(filters.never_words),
        says_when_nothing=preferences.says_when_nothing,
        about=preferences.about,
        has_thumbnails=preferences.has_thumbnails,
        reading=preferences.reading,
        recap_weekday=str(recap.weekday) if recap else NO_RECAP,
        recap_at=f"{recap.at if recap else _PROPOSED_RECAP:%H:%M}",
    )


def opening_modal() -> Block:
    """Return the modal that is opened at once, before the person and their channel are known."""
    name = "Paper Round"
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": name, "emoji": False},
        "blocks": [blocks.context("…")],
    }


def sentence_modal(sentence: Mrkdwn, words: Words, *buttons: Button, about: str = "") -> Block:
    """Return a modal that says one thing."""
    drawn = [blocks.section(sentence), *([blocks.actions(*buttons)] if buttons else [])]
    return blocks.modal(words("settings.title"), words("button.close"), drawn, about=about)


def preferences_modal(
    form: PreferencesForm, sources: Iterable[str], preview: Iterable[Block], channel: str, words: Words
) -> Block:
    """Return the modal to fill in a channel's preferences, with a preview at its end."""
    drawn = [
        *_when_fields(form, words),
        *_what_fields(form, sources, words),
        *_filter_fields(form, words),
        *_together_fields(form, words),
        blocks.divider(),
        blocks.actions(Button(ids.PREVIEW, words("button.preview"))),
        *preview,
    ]
    view = blocks.modal(words("settings.title"), words("button.cancel"), drawn, about=channel)
    return blocks.form(view, ids.SUBMIT_PREFERENCES, words("button.save_settings"))


def language_name(tag: str, others: Iterable[str] = ()) -> str:
    """Return what the speakers of a language call it, else its name in English or its tag.

    Its script and country are named only where one of the `others` is the same language.
    """
    try:
        locale = Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError):
        return words_for("en").language_name(tag)
    same = [other for other in others if primary_language(other) == locale.language]
    name = locale.get_display_name() if set(same) - {tag} else locale.get_language_name()
    return str(name or words_for("en").language_name(tag))


def _when_fields(form: PreferencesForm, words: Words) -> list[Block]:
    days = {str(number): words.weekday(number) for number in range(7)}
    return [
        blocks.field(Field.AT, words("settings.at"), _time_picker(form.at)),
        blocks.field(
            Field.ZONE,
            words("settings.zone"),
            blocks.text_input(form.zone, _ZONE_CHARACTERS),
            hint=words("settings.zone_hint"),
        ),
        blocks.field(
            Field.WEEKDAYS, words("settings.weekdays"), blocks.choice("checkboxes", days, form.weekdays)
        ),
    ]


def _time_picker(at: str) -> Block:
    """Return the picker of a time, empty where the form's is none: Slack refuses a view with another text."""
    return {"type": "timepicker", **({"initial_time": at} if _CLOCK.fullmatch(at) else {})}


def _what_fields(form: PreferencesForm, sources: Iterable[str], words: Words) -> list[Block]:
    options = list(dict.fromkeys([*form.sources, *sources]))[:_MOST_OPTIONS]
    names = {source: source_name(source, words) for source in options}
    tags = tuple(dict.fromkeys([*LANGUAGES, form.language]))
    languages = {tag: language_name(tag, tags) for tag in tags}
    most = dict.fromkeys([ALL_CARDS, *map(str, _MOST_CARDS), form.most_cards])
    cards = {number: most_cards_label(number, words) for number in most}
    says = {"yes": words("settings.nothing_new_told")}
    return [
        _select(Field.SOURCES, words("settings.sources"), names, form.sources),
        _select(Field.LANGUAGE, words("settings.language"), languages, form.language),
        _select(Field.MOST_CARDS, words("settings.most_cards"), cards, form.most_cards),
        _select(Field.ORDER, words("settings.order"), order_labels(words), form.order),
        blocks.field(
            Field.SAYS_WHEN_NOTHING,
            words("settings.nothing_new"),
            blocks.choice("checkboxes", says, ("yes",) if form.says_when_nothing else ()),
            optional=True,
        ),
    ]


def _select(name: Field, label: str, options: Mapping[str, str], chosen: tuple[str, ...] | str) -> Block:
    kind = "static_select" if isinstance(chosen, str) else "multi_static_select"
    return blocks.field(
        name, label, blocks.choice(kind, options, chosen), dispatch_action=name in PREVIEWED_AT_ONCE
    )


def _filter_fields(form: PreferencesForm, words: Words) -> list[Block]:
    number: Block = {
        "type": "number_input",
        "is_decimal_allowed": False,
        "min_value": "0",
        "max_value": str(_MOST_VOTES),
    }
    if _VOTES.fullmatch(form.least_votes):
        number["initial_value"] = str(int(form.least_votes))
    comma = words("settings.comma_hint")
    return [
        _line(Field.WORDS, words("settings.words"), form.words, comma),
        _line(
            Field.CATEGORIES, words("settings.categories"), form.categories, words("settings.category_hint")
        ),
        blocks.field(Field.LEAST_VOTES, words("settings.least_votes"), number, optional=True),
        _line(Field.NEVER_WORDS, words("settings.never_words"), form.never_words, comma),
    ]


def _together_fields(form: PreferencesForm, words: Words) -> list[Block]:
    days = {NO_RECAP: words("settings.no_recap"), **{str(day): words.weekday(day) for day in range(7)}}
    pictures = {"yes": words("settings.thumbnails_shown")}
    return [
        blocks.field(
            Field.ABOUT,
            words("settings.about"),
            blocks.text_input(form.about, MOST_ABOUT_CHARACTERS),
            hint=words("settings.about_hint"),
            optional=True,
        ),
        blocks.field(
            Field.THUMBNAILS,
            words("settings.thumbnails"),
            blocks.choice("checkboxes", pictures, ("yes",) if form.has_thumbnails else ()),
            optional=True,
        ),
        _select(Field.READING, words("settings.reading"), reading_labels(words), form.reading),
        _select(Field.RECAP_WEEKDAY, words("settings.recap"), days, form.recap_weekday),
        blocks.field(Field.RECAP_AT, words("settings.recap_at"), _time_picker(form.recap_at), optional=True),
    ]


def _line(name: Field, label: str, value: str, hint: str) -> Block:
    return blocks.field(name, label, blocks.text_input(value, MOST_LIST_CHARACTERS), hint=hint, optional=True)
