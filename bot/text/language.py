"""Languages: detecting one by a text's script, and reading BCP 47 tags; pure."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache

from babel import Locale, UnknownLocaleError

from bot.text.regex import regex

_HAN_RANGES = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_KANA_RANGES = "\u3041-\u309f\u30a1-\u30fa\u31f0-\u31ff\uff66-\uff9d"
_HANGUL_RANGES = "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af"

CJK_RANGES = f"{_HAN_RANGES}{_KANA_RANGES}\u30fc{_HANGUL_RANGES}"
"""The characters of Chinese, Japanese and Korean, for a character class of a regular expression."""

_HAN = regex(f"[{_HAN_RANGES}]")
_KANA = regex(f"[{_KANA_RANGES}]")
_HANGUL = regex(f"[{_HANGUL_RANGES}]")
_WORD = regex(r"[^\W\d_]+")

CJK = frozenset({"zh", "ja", "ko"})
"""The languages in which a character says as much as a syllable or a word elsewhere."""

# The grammar of https://www.rfc-editor.org/rfc/rfc5646#section-2.1 in lower case, without grandfathered tags.
_TAG = regex(
    r"""(?P<language>[a-z]{2,3})(?P<extended>(?:-[a-z]{3}){0,3})
        (?:-(?P<script>[a-z]{4}))?(?:-(?P<region>[a-z]{2}|[0-9]{3}))?
        (?P<rest>(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*
            (?:-[0-9a-wyz](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?)
        |(?P<private>x(?:-[a-z0-9]{1,8})+)""",
    re.VERBOSE,
)
_TAG_CHARACTERS = 60

_NO_LANGUAGES = frozenset({"und", "mul", "zxx"})
"""The tags of ISO 639 for no language or no single one."""

_MORE_NAMES = {
    "汉语": "zh",
    "汉文": "zh",
    "简体": "zh-Hans",
    "繁体": "zh-Hant",
    "簡體中文": "zh-Hans",
    "繁體中文": "zh-Hant",
}

_KANA_SHARE = 8
"""One kana in this many characters makes a text Japanese; Chinese texts may quote a Japanese name."""


def language_of(text: str) -> str:
    """Return the BCP 47 tag of the language that the text's script suggests: `zh-CN`, `ja`, `ko` or `en`.

    Chinese, Japanese and Korean texts on papers are full of Latin terms, so their characters are weighed
    against words of other scripts, not letters. The default is `en`.
    """
    han, kana, hangul = (len(script.findall(text)) for script in (_HAN, _KANA, _HANGUL))
    if han + kana + hangul <= _other_words(text):
        return "en"
    if hangul > han + kana:
        return "ko"
    return "ja" if kana * _KANA_SHARE > han + kana else "zh-CN"


# Babel searches all its locales each time, and a page of papers repeats the same few tags.
@lru_cache(maxsize=1024)
def primary_language(language: str) -> str:
    """Return the language of a BCP 47 tag without script and region, in lower case."""
    try:
        return Locale.parse(language, sep="-").language
    except (ValueError, UnknownLocaleError):
        return language.partition("-")[0].lower()


def canonical_tag(text: str) -> str | None:
    """Return a BCP 47 tag in its usual case, such as `zh-CN` for `zh_cn`, or `None` for any other text.

    Only the grammar is checked, not whether the language exists.
    """
    match = _TAG.fullmatch(text.strip().replace("_", "-").lower())
    if match is None or len(match[0]) > _TAG_CHARACTERS:
        return None
    if match["private"]:
        return match["private"]
    script = f"-{match['script'].title()}" if match["script"] else ""
    region = f"-{match['region'].upper()}" if match["region"] else ""
    return f"{match['language']}{match['extended']}{script}{region}{match['rest']}"


def known_tag(text: str) -> str | None:
    """Return a BCP 47 tag in its usual case where its language has a name in CLDR or is private, `x-…`.

    So `cn` is not taken for Chinese, nor is a tag that stands for no language or for several.
    """
    tag = canonical_tag(text)
    language = tag.partition("-")[0] if tag else ""
    is_known = language == "x" or (language not in _NO_LANGUAGES and language in Locale("en").languages)
    return tag if is_known else None


def named_language(text: str) -> str | None:
    """Return the BCP 47 tag of a language by its name in English or Chinese: `German`, `德语` or `德文`."""
    name = text.casefold()
    names = _language_names()
    # Written Chinese calls a language by what is spoken or by what is written.
    tag = names.get(name) or names.get(f"{name.removesuffix('文')}语")
    return canonical_tag(tag) if tag else None


@lru_cache(maxsize=1)
def _language_names() -> Mapping[str, str]:
    """Return the tag of each name; where a language and its variant share one, that of the language."""
    pairs = [(tag, name) for spoken in ("en", "zh") for tag, name in Locale(spoken).languages.items()]
    shortest_last = sorted(pairs, key=lambda pair: len(pair[0]), reverse=True)
    return {name.casefold(): tag for tag, name in shortest_last} | _MORE_NAMES


def most_common_language(languages: Iterable[str]) -> str:
    """Return the language that occurs most often, the first one of several; English where there is none."""
    counts = Counter(languages)
    return counts.most_common(1)[0][0] if counts else "en"


def _other_words(text: str) -> int:
    for script in (_HAN, _KANA, _HANGUL):
        text = script.sub(" ", text)
    return len(_WORD.findall(text))
