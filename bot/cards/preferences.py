"""A channel's preferences in words, and a message on who changed what."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.cards import blocks, ids
from bot.cards.blocks import Block, Button, Message
from bot.cards.digest import source_name
from bot.cards.notices import notice
from bot.locale import Reader, Words
from bot.text.mrkdwn import Mrkdwn, cut, escape, join
from storage.records import Order, Preferences, Reading, Subscription

ALL_CARDS = "all"


_VALUE_CHARACTERS = 500


_LINES_CHARACTERS = 2500

_FILTERS = (
    "settings.words",
    "settings.categories",
    "settings.or_categories",
    "settings.least_votes",
    "settings.never_words",
)
"""The labels of what keeps papers out; the rest of the preferences do not."""


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
        (words("settings.most_cards"), most_cards_label(str(most or ALL_CARDS), words)),
        (words("settings.order"), order_labels(words)[preferences.order]),
        (words("settings.words"), words.either(list(filters.words))),
        (words(categories), words.either(list(filters.categories))),
        (words("settings.least_votes"), votes),
        (words("settings.never_words"), words.either(list(filters.never_words))),
        (words("settings.nothing_new"), words(nothing)),
        (words("settings.about"), preferences.about),
        (
            words("settings.thumbnails"),
            words("settings.thumbnails_shown") if preferences.has_thumbnails else "",
        ),
        (words("settings.reading"), _reading(preferences.reading, words)),
        (words("settings.recap"), _recap(preferences, words)),
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

    What is new has no old value, and what is gone no new one.
    """
    filters = {words(each) for each in _FILTERS}
    rows_before = preference_rows(before, words, beside=after.language)
    rows_after = preference_rows(after, words, beside=before.language)
    return [
        words(
            _change(old, new, is_filter=label in filters),
            label=label_after if new else label,
            before=cut(old, 150),
            after=cut(new, 150),
        )
        for (label, old), (label_after, new) in zip(rows_before, rows_after, strict=True)
        if old != new
    ]


def _change(old: str, new: str, *, is_filter: bool) -> str:
    """Return the key of the sentence on a change from one value to another."""
    if old and new:
        return "told.change"
    if is_filter:
        return "told.filter_removed" if old else "told.filter_added"
    return "told.removed" if old else "told.added"


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


def _offset(at: datetime, zone: ZoneInfo) -> timedelta | None:
    return at.astimezone(zone).utcoffset()


def _row(label: str, value: str) -> Block:
    return blocks.paragraph(blocks.words(f"{label}  ", bold=True), blocks.words(f"{value}\n"))


def _buttons(subscription: Subscription, words: Words) -> list[Button]:
    buttons = [
        Button(ids.OPEN_PREFERENCES, words("button.change")),
        Button(ids.POST_NOW, words("button.post_now")),
    ]
    if subscription.preferences.about:
        buttons.append(Button(ids.SHOW_TOPICS, words("button.topics")))
    if subscription.paused_reason:
        buttons.append(Button(ids.RESUME_DIGESTS, words("button.resume")))
    return buttons


def _time(preferences: Preferences, words: Words) -> str:
    return f"{words.clock(preferences.at)} ({preferences.zone})"


def _weekdays(days: frozenset[int], words: Words) -> str:
    if len(days) == len(range(7)):
        return words("settings.every_day")
    return words.series([words.weekday(day) for day in sorted(days)])


def most_cards_label(most: str, words: Words) -> str:
    """Return the largest number of cards in words, `ALL_CARDS` for no limit."""
    if most == ALL_CARDS:
        return words("settings.all_cards")
    return words.count("settings.at_most", int(most))


def order_labels(words: Words) -> dict[str, str]:
    """Return the label of each order."""
    return {Order.LISTED: words("settings.order_listed"), Order.VOTES: words("settings.order_votes")}


def reading_labels(words: Words) -> dict[str, str]:
    """Return the label of each way of reading together."""
    return {
        Reading.OFF: words("settings.reading_off"),
        Reading.COUNTED: words("settings.reading_counted"),
        Reading.NAMED: words("settings.reading_named"),
    }


def _reading(reading: Reading, words: Words) -> str:
    return "" if reading is Reading.OFF else reading_labels(words)[reading]


def _recap(preferences: Preferences, words: Words) -> str:
    recap = preferences.recap
    if recap is None:
        return ""
    return words("settings.recap_when", day=words.weekday(recap.weekday), at=words.clock(recap.at))


def _fitting(lines: list[Mrkdwn]) -> Mrkdwn:
    """Return as many of the lines as fit into a section beside its first sentence."""
    fitted: list[Mrkdwn] = []
    for line in lines:
        if len(join("\n", [*fitted, line])) > _LINES_CHARACTERS:
            break
        fitted.append(line)
    return join("\n", fitted)
