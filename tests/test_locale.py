import ast
import re
import string
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from bot import locale
from bot.locale import CATALOGUES, words_for
from bot.text import link

ROOT = Path(__file__).parents[1]
DAY = date(2025, 9, 29)


def catalogue(language: str) -> Catalog:
    with (Path(locale.__file__).parent / CATALOGUES[language]).open("rb") as file:
        return read_po(file)


def sentences(language: str) -> dict[str, list[str]]:
    """Return every form of every sentence by its key."""
    found = {}
    for message in catalogue(language):
        key, text = message.id, message.string
        if key:
            found[key if isinstance(key, str) else key[0]] = (
                [text] if isinstance(text, str) else list(text or ())
            )
    return found


def places(forms: list[str]) -> set[str]:
    return {name for form in forms for _, name, _, _ in string.Formatter().parse(form) if name}


@cache
def keys_in_code() -> set[str]:
    """Return every string in the code that has the shape of a key."""
    paths = [path for folder in ("bot", "handlers") for path in (ROOT / folder).rglob("*.py")]
    trees = [ast.parse(path.read_text()) for path in paths if "sandbox" not in path.parts]
    texts = {node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    families = {key.partition(".")[0] for key in sentences("en")}
    shape = re.compile(rf"({'|'.join(families)})\.[a-z_]+")
    return {text for text in texts if isinstance(text, str) and shape.fullmatch(text)}


@pytest.mark.parametrize("language", CATALOGUES)
def test_every_sentence_is_there_in_each_language_and_none_is_left_over(language: str) -> None:
    assert set(sentences(language)) == keys_in_code()


@pytest.mark.parametrize("language", CATALOGUES)
def test_no_sentence_is_empty(language: str) -> None:
    assert [key for key, forms in sentences(language).items() if not all(forms)] == []


@pytest.mark.parametrize("language", CATALOGUES)
def test_a_sentence_has_the_same_places_in_each_language(language: str) -> None:
    english, other = sentences("en"), sentences(language)

    assert {key: places(forms) for key, forms in english.items()} == {
        key: places(forms) for key, forms in other.items()
    }


@pytest.mark.parametrize(
    ("language", "headline", "papers"),
    [
        ("en", "AI papers · September 29, 2025", ["1 paper · x", "2 papers · x"]),
        ("en-GB", "AI papers · 29 September 2025", ["1 paper · x", "2 papers · x"]),
        ("zh-CN", "AI 论文 · 2025年9月29日", ["1 篇论文 · x", "2 篇论文 · x"]),
        ("zh-Hant-TW", "AI 论文 · 2025年9月29日", ["1 篇论文 · x", "2 篇论文 · x"]),
        ("de-DE", "AI papers · September 29, 2025", ["1 paper · x", "2 papers · x"]),
        ("pt-BR", "AI papers · September 29, 2025", ["1 paper · x", "2 papers · x"]),
        ("x-klingon", "AI papers · September 29, 2025", ["1 paper · x", "2 papers · x"]),
        ("zh_CN", "AI 论文 · 2025年9月29日", ["1 篇论文 · x", "2 篇论文 · x"]),
        ("zh-CN-x-team", "AI 论文 · 2025年9月29日", ["1 篇论文 · x", "2 篇论文 · x"]),
        ("no such tag", "AI papers · September 29, 2025", ["1 paper · x", "2 papers · x"]),
    ],
)
def test_a_language_gets_its_words_or_else_english(language: str, headline: str, papers: list[str]) -> None:
    words = words_for(language)

    assert words("digest.headline", date=words.date(DAY)) == headline
    assert [words.count("digest.papers", count, source="x") for count in (1, 2)] == papers


@given(language=st.text(max_size=20))
def test_any_text_for_a_language_gets_words(language: str) -> None:
    words = words_for.__wrapped__(language)

    assert words.language == language
    assert words("button.save") in {"Save", "收藏"}


@pytest.mark.parametrize(
    ("tag", "english", "chinese"),
    [
        ("en", "English", "英语"),
        ("zh-CN", "Simplified Chinese", "简体中文"),
        ("zh_TW", "Traditional Chinese", "繁体中文"),
        ("pt-BR", "Brazilian Portuguese", "巴西葡萄牙语"),
        ("sr-Latn-RS", "Serbian", "塞尔维亚语"),
        ("tlh", "Klingon", "克林贡语"),
        ("x-klingon", "x-klingon", "x-klingon"),
        ("klingon!", "klingon!", "klingon!"),
    ],
)
def test_a_language_is_named_in_the_reader_s_words(tag: str, english: str, chinese: str) -> None:
    assert words_for("en").language_name(tag) == english
    assert words_for("zh-CN").language_name(tag) == chinese


def test_a_sentence_as_mrkdwn_escapes_plain_values_and_keeps_links() -> None:
    title = link("https://x.example", "R&D")

    assert words_for("en").mrkdwn("saved.added", title=title) == "Saved: <https://x.example|R&amp;D>"
    assert words_for("en").mrkdwn("saved.added", title="<!here>") == "Saved: &lt;!here&gt;"


def test_an_unknown_key_is_an_error_and_not_an_empty_sentence() -> None:
    words = words_for("en")

    with pytest.raises(KeyError):
        words("no.such_key")
    with pytest.raises(KeyError):
        words.count("no.such_key", 1)
