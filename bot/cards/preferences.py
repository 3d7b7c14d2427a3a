"""A channel's preferences: as a modal, in words, and as a sentence on who changed what."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError

from bot.cards import blocks, ids
from bot.cards.blocks import Block, Button, Message
from bot.cards.digest import source_name
from bot.cards.ids import PREVIEWED_AT_ONCE, Field
from bot.cards.notices import notice
from bot.cards.paper import shown_title
from bot.locale import Reader, Words, words_for
from bot.text.language import primary_language
from bot.text.mrkdwn import Mrkdwn, cut, escape, join
from storage.records import Order, Paper, Preferences, Subscription

LANGUAGES = ("en", "zh-CN", "ja", "ko", "de", "fr", "es")
"""The languages that the modal offers, as BCP 47 tags."""

ALL_CARDS = "all"

_MOST_CARDS = (5, 10, 20)
_MOST_OPTIONS = 100
_LIST_CHARACTERS = 600
_ZONE_CHARACTERS = 100
_TITLES_SHOWN = 3
_TITLE_CHARACTERS = 200
_TERM_CHARACTERS = 80
_MATCHES_SHOWN = 10
_VALUE_CHARACTERS = 500
_LINES_CHARACTERS = 2500
_MOST_VOTES = 1_000_000
_VOTES = re.compile("[0-9]{1,6}|1000000")
_CLOCK = re.compile("([01][0-9]|2[0-3]):[0-5][0-9]")

_WHY_LEFT_OUT = {
    "never_word": "why.never_word",
    "no_word": "why.no_word",
    "no_category": "why.no_category",
    "few_votes": "why.few_votes",
}


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


@dataclass(frozen=True, slots=True)
class Chosen:
    """A paper that preferences let in, and by which filter: a `word`, a `category`, or none."""

    paper: Paper
    word: str = ""
    category: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What preferences make of the latest list, for a channel that has had none of it."""

    day: date
    #: How many papers get a card of their own.
    cards: int
    #: How many papers are listed in short.
    rest: int
    #: The first of the chosen papers.
    first: tuple[Chosen, ...]
    #: How many papers are left out, by the reason, one of `bot.delivery.selection.Why`.
    left_out: Mapping[str, int]
    #: How many of the chosen papers the channel has had in fact.
    had: int = 0
    #: How many papers each word or category let in, the one with most first.
    matches: Mapping[str, int] = field(default_factory=dict)


def form_of(preferences: Preferences) -> PreferencesForm:
    """Return the fields filled in with preferences."""
    filters = preferences.filters
    return PreferencesForm(
        sources=preferences.sources,
        at=f"{preferences.at:%H:%M}",
        zone=preferences.zone,
        weekdays=tuple(map(str, sorted(preferences.weekdays))),
        language=preferences.language,
        most_cards=str(preferences.most_cards or ALL_CARDS),
        order=preferences.order,
        words=", ".join(filters.words),
        categories=", ".join(filters.categories),
        least_votes=str(filters.least_votes or ""),
        never_words=", ".join(filters.never_words),
        says_when_nothing=preferences.says_when_nothing,
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
        blocks.divider(),
        blocks.actions(Button(ids.PREVIEW, words("button.preview"))),
        *preview,
    ]
    view = blocks.modal(words("settings.title"), words("button.cancel"), drawn, about=channel)
    return blocks.form(view, ids.SUBMIT_PREFERENCES, words("button.save_settings"))


def preview_blocks(preview: Preview | None, words: Words) -> list[Block]:
    """Return what the preferences would make of the latest list."""
    if preview is None:
        return [blocks.context(words("preview.nothing_listed"))]
    total = preview.cards + preview.rest
    lines = [words.count("preview.papers", total, date=words.date(preview.day))]
    if preview.rest:
        lines.append(words("preview.split", cards=preview.cards, rest=preview.rest))
    drawn = [blocks.section(escape("\n".join(lines)))]
    if preview.first:
        shown = [_chosen(chosen, words) for chosen in preview.first[:_TITLES_SHOWN]]
        drawn.append(blocks.rich_text(blocks.numbered(shown)))
    if notes := _notes(preview, words):
        drawn.append(blocks.context(notes))
    return drawn


def preview_refused(sentence: str) -> list[Block]:
    """Return why there is no preview."""
    return [blocks.context(sentence)]


def preferences_message(subscription: Subscription, next_at: datetime | None, reader: Reader) -> Message:
    """Return the preferences in words, with buttons to change them and to post the latest list."""
    words = reader.words
    rows = [(label, value) for label, value in preference_rows(subscription.preferences, words) if value]
    state = when_sentence(subscription, next_at, reader)
    drawn = [
        blocks.header(words("settings.headline")),
        blocks.rich_text(*(_row(label, value) for label, value in rows)),
        blocks.context(state),
        blocks.actions(*_buttons(subscription, words)),
    ]
    spoken = [words("settings.headline"), *(words("part.spoken", label=a, text=b) for a, b in rows), state]
    return blocks.message("\n".join(spoken), drawn)


def preference_rows(preferences: Preferences, words: Words, beside: str = "") -> list[tuple[str, str]]:
    """Return each preference's label and value in words; a value is empty where none is set.

    `beside` is another language that is named too, so that the two are told apart.
    """
    filters = preferences.filters
    most = preferences.most_cards
    votes = words.count("settings.at_least", filters.least_votes) if filters.least_votes else ""
    both = filters.words and filters.categories
    categories = "settings.or_categories" if both else "settings.categories"
    nothing = "settings.nothing_new_told" if preferences.says_when_nothing else "settings.nothing_new_silent"
    sources = words.series([source_name(source, words) for source in preferences.sources])
    rows = [
        (words("settings.sources"), sources),
        (words("settings.at"), _time(preferences, words)),
        (words("settings.weekdays"), _weekdays(preferences.weekdays, words)),
        (words("settings.language"), words.language_name(preferences.language, beside)),
        (words("settings.most_cards"), _most_cards(str(most or ALL_CARDS), words)),
        (words("settings.order"), _orders(words)[preferences.order]),
        (words("settings.words"), words.either(list(filters.words))),
        (words(categories), words.either(list(filters.categories))),
        (words("settings.least_votes"), votes),
        (words("settings.never_words"), words.either(list(filters.never_words))),
        (words("settings.nothing_new"), words(nothing)),
    ]
    return [(label, cut(value, _VALUE_CHARACTERS)) for label, value in rows]


def changed_message(before: Preferences | None, after: Preferences, person: str, words: Words) -> Message:
    """Return who set up the digest, or who changed which preferences; `person` is a user id."""
    who = Mrkdwn(f"<@{person}>")
    buttons = [
        Button(ids.POST_NOW, words("button.post_now")),
        Button(ids.OPEN_PREFERENCES, words("button.settings")),
    ]
    if before is None:
        at, days = _time(after, words), _weekdays(after.weekdays, words)
        language = words.language_name(after.language)
        sentence = words.mrkdwn("told.set_up", person=who, at=at, days=days, language=language)
        return notice(sentence, buttons=buttons)
    lines = [Mrkdwn(f"• {escape(change)}") for change in changes(before, after, words)]
    return notice(words.mrkdwn("told.changed", person=who), _fitting(lines), buttons=buttons)


def changes(before: Preferences, after: Preferences, words: Words) -> list[str]:
    """Return a sentence for each changed preference, with its old and its new value.

    A filter has no old value where it is new, and no new one where it is gone.
    """
    rows_before = preference_rows(before, words, beside=after.language)
    rows_after = preference_rows(after, words, beside=before.language)
    return [
        words(
            _change(old, new), label=label_after if new else label, before=cut(old, 150), after=cut(new, 150)
        )
        for (label, old), (label_after, new) in zip(rows_before, rows_after, strict=True)
        if old != new
    ]


def _change(old: str, new: str) -> str:
    """Return the key of the sentence on a change from one value to another."""
    if not old:
        return "told.filter_added"
    return "told.change" if new else "told.filter_removed"


def when_sentence(subscription: Subscription, next_at: datetime | None, reader: Reader) -> str:
    """Return when the next digest is due, on the reader's clocks, or how long digests pause."""
    words = reader.words
    if next_at:
        channel_zone = ZoneInfo(subscription.preferences.zone)
        is_channels_time = _offset(next_at, reader.zone) == _offset(next_at, channel_zone)
        key = "settings.next" if is_channels_time else "settings.next_in_your_time"
        return words(key, moment=reader.moment(next_at))
    if subscription.paused_until:
        return words("settings.paused_until", date=reader.day(subscription.paused_until))
    return words("settings.paused")


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


def _offset(at: datetime, zone: ZoneInfo) -> timedelta | None:
    return at.astimezone(zone).utcoffset()


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
    cards = {number: _most_cards(number, words) for number in most}
    says = {"yes": words("settings.nothing_new_told")}
    return [
        _select(Field.SOURCES, words("settings.sources"), names, form.sources),
        _select(Field.LANGUAGE, words("settings.language"), languages, form.language),
        _select(Field.MOST_CARDS, words("settings.most_cards"), cards, form.most_cards),
        _select(Field.ORDER, words("settings.order"), _orders(words), form.order),
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


def _line(name: Field, label: str, value: str, hint: str) -> Block:
    return blocks.field(name, label, blocks.text_input(value, _LIST_CHARACTERS), hint=hint, optional=True)


def _row(label: str, value: str) -> Block:
    return blocks.paragraph(blocks.words(f"{label}  ", bold=True), blocks.words(f"{value}\n"))


def _buttons(subscription: Subscription, words: Words) -> list[Button]:
    buttons = [
        Button(ids.OPEN_PREFERENCES, words("button.change")),
        Button(ids.POST_NOW, words("button.post_now")),
    ]
    if subscription.paused_reason:
        buttons.append(Button(ids.RESUME_DIGESTS, words("button.resume")))
    return buttons


def _time(preferences: Preferences, words: Words) -> str:
    return f"{words.clock(preferences.at)} ({preferences.zone})"


def _weekdays(days: frozenset[int], words: Words) -> str:
    if len(days) == len(range(7)):
        return words("settings.every_day")
    return words.series([words.weekday(day) for day in sorted(days)])


def _most_cards(most: str, words: Words) -> str:
    if most == ALL_CARDS:
        return words("settings.all_cards")
    return words.count("settings.at_most", int(most))


def _orders(words: Words) -> dict[str, str]:
    return {Order.LISTED: words("settings.order_listed"), Order.VOTES: words("settings.order_votes")}


def _matches(preview: Preview, words: Words) -> str:
    """Return the words and categories that let most papers in, each with its number of papers."""
    most = list(preview.matches.items())[:_MATCHES_SHOWN]
    return words(
        "preview.matches", found=words.series([f"{cut(what, _TERM_CHARACTERS)} ({n})" for what, n in most])
    )


def _notes(preview: Preview, words: Words) -> str:
    """Return what let papers in, what left others out, and how many the channel has had."""
    notes = [_matches(preview, words)] if preview.matches else []
    notes += [
        words.count(key, preview.left_out[why])
        for why, key in _WHY_LEFT_OUT.items()
        if preview.left_out.get(why)
    ]
    if preview.had:
        notes.append(words.count("why.had", preview.had))
    return " · ".join(notes)


def _chosen(chosen: Chosen, words: Words) -> list[Block]:
    """Return a paper's title and what let it in."""
    key = "preview.word" if chosen.word else "preview.category"
    what = cut(chosen.word or chosen.category, _TERM_CHARACTERS)
    reason = words(key, what=what) if what else ""
    title = blocks.words(shown_title(chosen.paper, _TITLE_CHARACTERS), bold=bool(reason))
    return [title, blocks.words(f" · {reason}")] if reason else [title]


def _fitting(lines: list[Mrkdwn]) -> Mrkdwn:
    """Return as many of the lines as fit into a section beside its first sentence."""
    fitted: list[Mrkdwn] = []
    for line in lines:
        if len(join("\n", [*fitted, line])) > _LINES_CHARACTERS:
            break
        fitted.append(line)
    return join("\n", fitted)
