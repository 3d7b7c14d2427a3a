"""What the bot says, in English and Chinese: gettext catalogues, read as they are, with no build step."""

import gettext
import io
from datetime import date, datetime
from functools import cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, get_datetime_format, get_day_names
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from bot.language import canonical_tag
from bot.text import Mrkdwn, fill

CATALOGUES = {"en": "en.po", "zh": "zh_CN.po"}
"""The catalogue of each language that the bot speaks; English is the one to fall back on."""


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

    def count(self, key: str, count: int, **values: object) -> str:
        """Return the sentence in the grammatical number that goes with `count`, as plain text."""
        sentence = self._translations.ngettext(key, key, count)
        if sentence == key:
            raise KeyError(key)
        return sentence.format(count=count, **values)

    def date(self, day: date) -> str:
        """Return the day written out, such as "29 September 2025"."""
        return format_date(day, "long", locale=self.locale)

    def moment(self, local: datetime) -> str:
        """Return the moment written out as its own zone's clocks have it, such as "…, 9:00 AM"."""
        clock = format_time(local.time(), "short", locale=self.locale)
        pattern = str(get_datetime_format("medium", self.locale)).replace("'", "")
        return pattern.replace("{0}", clock).replace("{1}", self.date(local.date()))

    def weekday(self, number: int) -> str:
        """Return the name of a weekday, counted from Monday as 0."""
        return str(get_day_names("wide", "stand-alone", self.locale)[number])

    def series(self, items: list[str]) -> str:
        """Return the items as a list in words, such as "a, b, and c"."""
        return format_list(items, style="standard", locale=self.locale)

    def language_name(self, tag: str) -> str:
        """Return what a language is called, such as "Simplified Chinese"; the tag where it has no name."""
        language, locale = (canonical_tag(tag) or tag).partition("-")[0], _locale(tag)
        if locale and locale.language == language:
            names = [f"{language}_{locale.script}", f"{language}_{locale.territory}", language]
        else:
            names = [language]
        return next((self.locale.languages[name] for name in names if name in self.locale.languages), tag)

    def _sentence(self, key: str) -> str:
        sentence = self._translations.gettext(key)
        if sentence == key:
            raise KeyError(key)
        return sentence


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
