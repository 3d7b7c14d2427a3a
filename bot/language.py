"""In which language a text is written, told by its script; pure."""

import re

from babel import Locale, UnknownLocaleError

_HAN = re.compile("[\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_KANA = re.compile("[\u3041-\u309f\u30a1-\u30fa\u31f0-\u31ff\uff66-\uff9d]")
_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")
_WORD = re.compile(r"[^\W\d_]+")

_KANA_SHARE = 8
"""One kana in so many characters makes a text Japanese; Chinese quotes a Japanese name now and then."""


def language_of(text: str) -> str:
    """Return the BCP 47 tag of the language that the text's script suggests: `zh-CN`, `ja`, `ko` or `en`.

    Chinese, Japanese and Korean texts on papers are full of Latin terms, so their characters are weighed
    against words of other scripts, not against letters. Where nothing speaks for one of them it is `en`.
    """
    han, kana, hangul = (len(script.findall(text)) for script in (_HAN, _KANA, _HANGUL))
    if han + kana + hangul <= _other_words(text):
        return "en"
    if hangul > han + kana:
        return "ko"
    return "ja" if kana * _KANA_SHARE > han + kana else "zh-CN"


def primary_language(language: str) -> str:
    """Return the language of a BCP 47 tag without script and region, in lower case."""
    try:
        return Locale.parse(language, sep="-").language
    except (ValueError, UnknownLocaleError):
        return language.partition("-")[0].lower()


def _other_words(text: str) -> int:
    for script in (_HAN, _KANA, _HANGUL):
        text = script.sub(" ", text)
    return len(_WORD.findall(text))
