"""A channel's preferences, read from text and saved; and where its subscription begins."""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import available_timezones

from bot.cards.preferences_form import MOST_ABOUT_CHARACTERS, MOST_LIST_CHARACTERS, shown_list
from bot.errors import InvalidPreferenceError, TooLongListError, UnknownSourceError
from bot.sources.categories import read_category
from bot.sources.kinds import HUGGING_FACE, OFFERED_SOURCES, SOURCE_KINDS, source_from
from bot.text.language import known_tag
from bot.text.mrkdwn import cut
from bot.text.terms import read_terms
from bot.text.typed import plain, plain_value
from storage.records import Preferences, Recap, Subscription, TopicOwner
from storage.tables import Tables

MOST_VOTES = 1_000_000
"""The highest minimum of votes that can be asked for."""

MOST_CARDS = 9_999
"""The highest number of cards that can be asked for; no list has as many papers."""

_HALF_DAY = 12

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""The weekdays as they are typed, from Monday on."""

_ECHOED_CHARACTERS = 80

_NO_PLACES = frozenset({"Factory", "localtime"})
"""Zones that say nothing: an unset clock, and whatever zone this machine is in."""

_CLOCK = re.compile(
    r"(?:(?P<morning>上午|午前|오전)|(?P<afternoon>下午|午後|오후))?\s*(?P<hours>\d{1,2})\s*"
    r"(?::\s*(?P<minutes>\d{1,2})|[点點时時시]\s*(?:(?P<spelled>\d{1,2})\s*[分분]?|(?P<half>半))?|(?P<bare>))"
    r"\s*(?:(?P<am>a\.?m)|(?P<pm>p\.?m))?",
    re.IGNORECASE,
)

_BETWEEN_CATEGORIES = re.compile(r"(?:[\s,;+、/|&•·和或与及]|\b(?:and|or)\b|(?<!\S)-(?!\S))+", re.IGNORECASE)


def save_preferences(
    tables: Tables,
    workspace: str,
    channel: str,
    preferences: Preferences,
    now: datetime,
    *,
    channel_name: str = "",
    created_by: str | None = None,
    ends_pause: bool = True,
) -> Subscription:
    """Subscribe a channel or replace its preferences, and return the stored subscription.

    A new subscription begins with the latest complete list. A changed one continues from where it began,
    and a source that is added to it begins with its own latest list.
    """
    current = tables.subscriptions.of_channel(workspace, channel)
    if current and current.is_personal and not preferences.filters.only_followed:
        # Whatever else is changed, it stays this person's.
        preferences = replace(preferences, filters=replace(preferences.filters, only_followed=True))
        created_by = current.created_by
    if current is None or current.preferences.about != preferences.about:
        # Its topics were made of the other sentence.
        tables.topics.end(TopicOwner(workspace, channel=channel))
    tables.channel_names.put(workspace, channel, channel_name)
    return tables.subscriptions.put(
        workspace,
        channel,
        preferences,
        since=tables.listings.latest_complete_day(preferences.sources) or now.date(),
        begun_at=now,
        since_by_source=_starts_of_added_sources(tables, current, preferences, now) if current else (),
        created_by=created_by,
        ends_pause=ends_pause,
    )


def proposed_source(listed: Collection[str]) -> str:
    """Return the source proposed to a channel that names none: the first offered one that has listed."""
    return next((source for source in OFFERED_SOURCES if source in listed), HUGGING_FACE.name)


def sources_of_channels(tables: Tables, workspace: str) -> tuple[str, ...]:
    """Return the sources of the workspace's channels, else the one proposed to a channel."""
    of_channels = (each for each in tables.subscriptions.all(workspace) if not each.is_personal)
    sources = dict.fromkeys(source for each in of_channels for source in each.preferences.sources)
    return tuple(sources) or (proposed_source(tables.listings.sources()),)


def begin_with_latest(tables: Tables, source: str) -> None:
    """Extend subscriptions that are older than a source's first list back to its latest one.

    Only those that have had nothing yet: the others continue from the list that they began with.
    """
    for subscription in tables.subscriptions.all():
        sources = subscription.preferences.sources
        latest = tables.listings.latest_complete_day(sources)
        had_no_list = source in sources and subscription.since >= subscription.begun_at.date()
        if latest is None or latest >= subscription.since or not had_no_list:
            continue
        if not tables.posts.has_had_papers(subscription.workspace, subscription.channel):
            tables.subscriptions.begin_earlier(subscription.id, latest)


def _starts_of_added_sources(
    tables: Tables, current: Subscription, preferences: Preferences, now: datetime
) -> tuple[tuple[str, date], ...]:
    """Return the first day of each source that was added later: that of its latest list then.

    A source may have years of lists for other channels; none of these belong to this one.
    """
    starts = dict(current.since_by_source)
    return tuple(
        (source, starts.get(source) or tables.listings.latest_complete_day([source]) or now.date())
        for source in sorted(preferences.sources)
        if source in starts or source not in current.preferences.sources
    )


def read_time(text: str) -> time:
    """Read a wall-clock time such as `9:00`, `9:00 AM` or `下午3点`; raises `InvalidPreferenceError`."""
    match = _CLOCK.fullmatch(plain_value(text))
    try:
        return _time_of(match.groupdict() if match else {})
    except ValueError:
        raise InvalidPreferenceError("a time", text, "09:00") from None


def _time_of(said: Mapping[str, str | None]) -> time:
    """Return the time that the parts of `_CLOCK` say; raises ValueError where they say none."""
    is_morning = said.get("morning") or said.get("am")
    is_afternoon = said.get("afternoon") or said.get("pm")
    hours = int(said.get("hours") or -1)
    minutes = 30 if said.get("half") else int(said.get("minutes") or said.get("spelled") or 0)
    if not is_morning and not is_afternoon:
        # A number alone may be anything.
        return time(hours if said.get("bare") is None else -1, minutes)
    if hours > _HALF_DAY or (is_morning and is_afternoon):
        raise ValueError
    return time(hours % _HALF_DAY + (_HALF_DAY if is_afternoon else 0), minutes)


def read_source(name: str) -> str:
    """Read the name of a source such as `arxiv:cs.CL`, in any case.

    Raises `UnknownSourceError`, and `UnknownCategoryError` for a category that arXiv does not have.
    """
    typed = plain_value(name)
    if source := source_from(typed):
        return source
    *others, last = [kind.pattern for kind in SOURCE_KINDS]
    raise UnknownSourceError(f"“{typed}” isn't a source. Choose {', '.join(others)} or {last}.")


def read_zone(name: str) -> str:
    """Read an IANA time zone such as `Europe/Berlin`, in any case; raises `InvalidPreferenceError`."""
    zone = _zones().get(plain_value(name).replace(" ", "_").casefold())
    if zone is None:
        raise InvalidPreferenceError("a time zone", name, "Asia/Shanghai")
    return zone


@lru_cache(maxsize=1)
def _zones() -> Mapping[str, str]:
    return {name.casefold(): name for name in available_timezones() - _NO_PLACES}


def read_language(text: str) -> str:
    """Read a BCP 47 tag such as `zh-CN`, in any case; raises `InvalidPreferenceError`.

    The language must have a name in CLDR, so that `cn` is not taken for Chinese, or be a private tag, `x-…`.
    """
    tag = known_tag(plain_value(text))
    if tag is None:
        raise InvalidPreferenceError("the tag of a language", text, "zh-CN")
    return tag


def read_words(text: str) -> tuple[str, ...]:
    """Read a list of words or phrases, as `bot.text.terms` does; none for an empty text.

    Raises `InvalidPreferenceError` for a text that has none, since a filter without words lets all through,
    and `TooLongListError`.
    """
    words = read_terms(text)
    if not words and plain(text):
        raise InvalidPreferenceError("a word to look for", plain(text), "RAG, world model")
    return _short_enough(words)


def read_categories(text: str) -> tuple[str, ...]:
    """Read a list of arXiv categories such as `cs.CL`, in any case.

    Raises `UnknownCategoryError` and `TooLongListError`.
    """
    pieces = _BETWEEN_CATEGORIES.split(plain(text))
    return _short_enough(tuple(dict.fromkeys(read_category(piece) for piece in pieces if plain_value(piece))))


def _short_enough(values: tuple[str, ...]) -> tuple[str, ...]:
    """Return a list that the form can hold, so that saving the form loses none; raises `TooLongListError`."""
    length = len(shown_list(values))
    if length > MOST_LIST_CHARACTERS:
        raise TooLongListError(shown_list(values), MOST_LIST_CHARACTERS)
    return values


def read_votes(text: str) -> int:
    """Read the least number of votes, 0 for an empty text; raises `InvalidPreferenceError`."""
    try:
        votes = int(plain_value(text) or 0)
    except ValueError:
        votes = -1
    if not 0 <= votes <= MOST_VOTES:
        raise InvalidPreferenceError("a number of votes", text, "10")
    return votes


def read_about(text: str) -> str:
    """Read what a channel is about, on one line; raises `InvalidPreferenceError` for a longer text."""
    about = " ".join(text.split())
    if len(about) > MOST_ABOUT_CHARACTERS:
        expected = f"a text of at most {MOST_ABOUT_CHARACTERS} characters"
        raise InvalidPreferenceError(expected, cut(about, _ECHOED_CHARACTERS), "agents that use tools")
    return about


def read_recap(text: str) -> Recap | None:
    """Read when the recap is due, such as `fri 16:00`; `None` for an empty text.

    Raises `InvalidPreferenceError`.
    """
    weekday, _, at = plain(text).lower().partition(" ")
    if not weekday:
        return None
    if weekday[:3] not in WEEKDAYS:
        raise InvalidPreferenceError("a weekday and a time", text, "fri 16:00")
    return Recap(WEEKDAYS.index(weekday[:3]), read_time(at))
