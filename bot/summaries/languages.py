"""Checks by script and stop words whether a text is in a language; pure."""

import re
from collections import Counter

from babel.core import get_global

from bot.text.language import CJK, language_of, primary_language

_WORD = re.compile(r"[^\W\d_]+")
_LEAST_WORDS = 4
"""A text with fewer stop words proves nothing."""

_STOP_WORDS = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the of and to in is that for with as by are this from on it we which be can or not "
        "an these has its",
        "de": "der die das und den von zu mit ist des dem nicht ein eine einen einer für auf wird "
        "als auch werden sich im durch bei sind oder aus zur zum wie diese dieser",
        "fr": "le la les des et du une est pour dans par sur avec que qui aux au ce cette sont plus "
        "ou ne pas être ces leur elle il en un",
        "es": "el la los las del y en una que para con por se un es como más su al este esta entre "
        "son sin sobre también lo mediante",
        "it": "il lo la i gli le di che e è un una per con del della dei nel sono non da alla questo",
        "pt": "o a os as de que e do da em um uma para com não por dos das no na mais ao como são",
        "nl": "de het een van en in is dat op te voor met zijn niet aan door worden wordt die ook om",
    }.items()
}

_SCRIPTS = {
    "Latn": re.compile("[A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff]"),
    "Cyrl": re.compile("[\u0400-\u052f]"),
    "Grek": re.compile("[\u0370-\u03ff]"),
    "Arab": re.compile("[\u0600-\u06ff\u0750-\u077f]"),
    "Hebr": re.compile("[\u0590-\u05ff]"),
    "Deva": re.compile("[\u0900-\u097f]"),
    "Beng": re.compile("[\u0980-\u09ff]"),
    "Taml": re.compile("[\u0b80-\u0bff]"),
    "Telu": re.compile("[\u0c00-\u0c7f]"),
    "Thai": re.compile("[\u0e00-\u0e7f]"),
    "Geor": re.compile("[\u10a0-\u10ff]"),
    "Armn": re.compile("[\u0530-\u058f]"),
}
_OWN_SCRIPT = 0.3
"""The least share of letters in the language's script, since names and terms are Latin everywhere."""

_LEAST_LETTERS = 20

_SIMPLIFIED = frozenset("这们为对说个来时学习数据过进提务处问题现实验结应够单标类级别动优势传统关键网络频图")
_TRADITIONAL = frozenset("這們為對說個來時學習數據過進務處問題現實驗結應夠單標類級別動優勢傳統關鍵網絡頻圖")


def is_written_in(text: str, language: str) -> bool:
    """Whether the text can be in the language (BCP 47); true where the text is too short to tell.

    Chinese, Japanese and Korean are recognised by their characters, and simplified and traditional Chinese by
    those that differ; other scripts by theirs; languages with Latin letters by their commonest words. A
    language whose words are not listed here may be any but the listed ones.
    """
    asked = primary_language(language)
    if len(_WORD.findall(text)) == 0 or sum(map(str.isalpha, text)) < _LEAST_LETTERS:
        return True
    by_script = primary_language(language_of(text))
    if asked in CJK or by_script in CJK:
        return by_script == asked and (asked != "zh" or _has_its_characters(text, language))
    script = _script(language)
    if script not in _SCRIPTS:
        return True
    if script != "Latn":
        return len(_SCRIPTS[script].findall(text)) >= _OWN_SCRIPT * sum(map(str.isalpha, text))
    return has_latin_letters(text) and _has_its_words(text, asked)


def has_latin_letters(text: str) -> bool:
    """Whether at least half of the text's letters are Latin; true where it has none."""
    return len(_SCRIPTS["Latn"].findall(text)) * 2 >= sum(map(str.isalpha, text))


def _has_its_words(text: str, asked: str) -> bool:
    words = Counter(_WORD.findall(text.lower()))
    hits = {
        language: sum(count for word, count in words.items() if word in stop_words)
        for language, stop_words in _STOP_WORDS.items()
    }
    if asked in hits:
        return max(hits.values()) < _LEAST_WORDS or hits[asked] * 3 >= max(hits.values()) * 2
    return max(hits[known] for known in ("en", "de", "fr", "es")) < _share_of(words)


def _share_of(words: Counter[str]) -> float:
    """Return the most stop words of one language that a text in another one can have."""
    return max(_LEAST_WORDS, 0.2 * words.total())


def _has_its_characters(text: str, language: str) -> bool:
    simplified = sum(text.count(character) for character in _SIMPLIFIED - _TRADITIONAL)
    traditional = sum(text.count(character) for character in _TRADITIONAL - _SIMPLIFIED)
    if _script(language) == "Hant":
        return simplified <= traditional
    return traditional <= simplified


def _script(language: str) -> str:
    """Return a tag's script, its own or the likely one, by ISO 15924; empty where it is not known.

    The likely ones are Unicode's: https://unicode.org/reports/tr35/#Likely_Subtags
    """
    tags = language.replace("_", "-").split("-")
    named = next((tag.title() for tag in tags[1:] if len(tag) == 4), "")  # noqa: PLR2004 -- a script's code
    if named:
        return named
    likely = get_global("likely_subtags")
    region = next((tag.upper() for tag in tags[1:] if len(tag) == 2), "")  # noqa: PLR2004 -- a region's code
    primary = tags[0].lower()
    full = likely.get(f"{primary}_{region}") or likely.get(primary) or ""
    return next((tag for tag in full.split("_")[1:] if len(tag) == 4), "")  # noqa: PLR2004 -- likewise
