"""What the bot says, in English and Chinese: gettext catalogues, read as they are, with no build step."""

import gettext
import io
import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache, lru_cache
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_interval, format_skeleton, format_time, get_day_names
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from bot.text.language import canonical_tag
from bot.text.mrkdwn import Mrkdwn, fill

_Value = TypeVar("_Value")

CATALOGUES = {"en": "en.po", "zh": "zh_CN.po"}
"""The catalogue of each language that the bot speaks; English is the one to fall back on."""

_NEAR_DAYS = {-1: "when.yesterday", 0: "when.today", 1: "when.tomorrow"}

_DAYS_OF_A_WEEK = 7


class Words:
    """The bot's sentences in one language; each is asked for by its key in the catalogue.

    `language` is the tag that was asked for, `locale` the one of these sentences.
    """

    def __init__(self, language: str, locale: Locale, translations: gettext.NullTranslations) -> None:
        self.language = language
        self.locale = locale
        self._translations = translations

    def __call__(self, key: str, **values: object) -> str:
        """Return the sentence as plain text, with the values in its places; raises `KeyError` for no key."""
        return self._sentence(key).format(**values)

    def mrkdwn(self, key: str, **values: object) -> Mrkdwn:
        """Return the sentence as mrkdwn; values that are not mrkdwn themselves are escaped."""
        return fill(self._sentence(key), **values)

    def pieces(self, key: str, **values: _Value) -> Iterator[str | _Value]:
        """Yield the sentence in pieces: our own words, and between them the values as they are."""
        for own, name, _, _ in string.Formatter().parse(self._sentence(key)):
            if own:
                yield own
            if name:
                yield values[name]

    def count(self, key: str, count: int, **values: object) -> str:
        """Return the sentence in the grammatical number that goes with `count`, as plain text."""
        sentence = self._translations.ngettext(key, key, count)
        if sentence == key:
            raise KeyError(key)
        return sentence.format(count=count, **values)

    def day_of_year(self, day: date) -> str:
        """Return the day with its weekday, where the year is plain, such as "Mon, September 29"."""
        return format_skeleton("MMMMEEEEd", day, locale=self.locale)

    def month(self, day: date) -> str:
        """Return the day's month written out, such as "September 2025"."""
        return format_skeleton("yMMMM", day, locale=self.locale)

    def days(self, first: date, last: date) -> str:
        """Return the days from one to another written out, such as "Sep 22 – 28, 2025"."""
        return format_interval(first, last, "yMMMMd", locale=self.locale)

    def date(self, day: date) -> str:
        """Return the day written out, such as "29 September 2025"."""
        return format_date(day, "long", locale=self.locale)

    def clock(self, at: time) -> str:
        """Return the time of day without seconds, such as "9:00 AM"."""
        return format_time(at, "short", locale=self.locale)

    def moment(self, local: datetime) -> str:
        """Return a moment written out, for a message that stays: "September 29, 2025 at 9:00 AM"."""
        return self("when.moment", day=self.date(local.date()), time=self.clock(local.time()))

    def weekday(self, number: int) -> str:
        """Return the name of a weekday, counted from Monday as 0."""
        return str(get_day_names("wide", "stand-alone", self.locale)[number])

    def listed(self, items: Iterable[str]) -> str:
        """Return the items side by side, such as "a, b, c"."""
        return ("、" if self.locale.language == "zh" else ", ").join(items)

    def series(self, items: list[str]) -> str:
        """Return the items as a list in words, such as "a, b, and c"."""
        return format_list(items, style="standard", locale=self.locale)

    def either(self, items: list[str]) -> str:
        """Return the items, of which one is enough, as a list in words, such as "a, b, or c"."""
        return format_list(items, style="or", locale=self.locale)

    def language_name(self, tag: str, beside: str = "") -> str:
        """Return what a language is called, such as "Chinese"; the tag where it has no name.

        Its script or country is named only where it tells the language from the one it stands `beside`.
        """
        language, *_ = names = self._language_names(tag)
        others = self._language_names(beside) if beside else []
        return names[-1] if language in others and names[-1] != others[-1] else language

    def _language_names(self, tag: str) -> list[str]:
        """Return the language's name, then its name with script or country where it has one."""
        language, locale = (canonical_tag(tag) or tag).partition("-")[0], _locale(tag)
        names = [language]
        if locale and locale.language == language:
            names += [f"{language}_{locale.territory}", f"{language}_{locale.script}"]
        return [self.locale.languages[name] for name in names if name in self.locale.languages] or [tag]

    def _sentence(self, key: str) -> str:
        sentence = self._translations.gettext(key)
        if sentence == key:
            raise KeyError(key)
        return sentence


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads an answer: it tells moments as people do whose clocks show `now` in `zone`."""

    now: datetime
    zone: ZoneInfo
    words: Words

    def day(self, day: date) -> str:
        """Return a day as people say it: "yesterday", "Friday" for one soon, else "September 29"."""
        today = self._local(self.now).date()
        ahead = (day - today).days
        if ahead in _NEAR_DAYS:
            return self.words(_NEAR_DAYS[ahead])
        if 0 < ahead < _DAYS_OF_A_WEEK:
            return self.words.weekday(day.weekday())
        if day.year == today.year:
            return format_skeleton("MMMMd", day, locale=self.words.locale)
        return self.words.date(day)

    def moment(self, at: datetime) -> str:
        """Return a moment as people say it, such as "tomorrow at 9:00 AM"."""
        local = self._local(at)
        return self.words("when.moment", day=self.day(local.date()), time=self.words.clock(local.time()))

    def time(self, at: datetime) -> str:
        """Return the time of a moment, with its day only where that is not today."""
        local = self._local(at)
        is_today = local.date() == self._local(self.now).date()
        return self.words.clock(local.time()) if is_today else self.moment(at)

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(self.zone)


@cache
def words_for(language: str) -> Words:
    """Return the bot's words for a BCP 47 tag, such as `zh-CN` or `en-GB`.

    A language that the bot does not speak gets English; one that it speaks keeps its region's way of
    writing dates. Chinese is written in simplified characters for all its readers.
    """
    locale = _locale(language)
    if locale is None or locale.language not in CATALOGUES:
        locale = Locale("en")
    return Words(language, locale, _translations(locale.language))


# Babel searches all its locales each time, and a card names several languages.
@lru_cache(maxsize=1024)
def _locale(language: str) -> Locale | None:
    """Return what is known of the tag's language, its last subtags left out where nothing is of them."""
    tag = canonical_tag(language) or ""
    while tag:
        try:
            return Locale.parse(tag, sep="-")
        except (ValueError, UnknownLocaleError):
            tag = tag.rpartition("-")[0]
    return None


@cache
def _translations(language: str) -> gettext.GNUTranslations:
    with (Path(__file__).parent / CATALOGUES[language]).open("rb") as file:
        catalogue = read_po(file, abort_invalid=True)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
