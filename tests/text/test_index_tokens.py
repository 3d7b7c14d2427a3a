"""Texts as a full-text index takes them, and the same texts as they are shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text import index_tokens
from bot.text.index_tokens import Span

# What runs of different kinds are made of, without letters that become several.
_LETTERS = st.text(alphabet="aBsZ éÜñ039-_.,'\"*()大语言模型、，。ガ한글\n", max_size=40)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Tree search for agents", "tree search for agent"),
        ("Qwen3-8B", "qwen 3 8 b"),
        ("GPT-4o, R1 and v2.5", "gpt 4 o r 1 and v 2 5"),
        ("π0.5 and π_0", "pi 0 5 and pi 0"),
        ("Léng Çelik Łukasz", "leng celik lukasz"),
        ("ＱＷＥＮ３", "qwen 3"),
        ("大语言模型", "大语 语言 言模 模型 型"),
        ("用LLM做3D", "用 llm 做 3 d"),
        ("水", "水"),
        ("強化学習エージェント", "強化 化学 学習 習エ エー ージ ジェ ェン ント ト"),
        ("강화 학습", "강화 화 학습 습"),
        ("обучение с ECoG", "обучение с ecog"),
        ("“smart” — quotes…", "smart quot"),
        ("", ""),
        ("!?*\"' -- ()", ""),
    ],
)
def test_a_text_is_cut_into_tokens_as_people_type_them(text: str, tokens: str) -> None:
    assert index_tokens.prepare(text).in_order == tokens.split()


def test_words_are_kept_whole_for_spelling() -> None:
    assert index_tokens.prepare("Fine-tuned Agents, 3 模型 and Agents").words == {
        "fine",
        "tuned",
        "agents",
        "and",
    }


def test_words_with_hyphens_are_found_without_them() -> None:
    assert index_tokens.prepare("A state-of-the-art, fine-tuned one").joined == {
        "stateof",
        "ofth",
        "theart",
        "stateoftheart",
        "finetun",
    }


@pytest.mark.parametrize(
    ("text", "words"), [("VideoMind", ["video", "mind"]), ("BERT and iPhone", ["i", "phone"]), ("GPT", [])]
)
def test_a_name_of_several_words_is_found_by_each(text: str, words: list[str]) -> None:
    assert list(index_tokens.humps(text)) == words


@pytest.mark.parametrize(
    ("run", "tokens"),
    [
        ("agents", ("agent",)),
        ("3", ("3",)),
        ("模型", ("模型",)),
        ("模", ("模",)),
        ("大模型", ("大模", "模型")),
    ],
)
def test_a_run_is_looked_for_by_tokens_in_a_row(run: str, tokens: tuple[str, ...]) -> None:
    assert index_tokens.tokens_of_run(run) == tokens


def test_a_facet_is_one_token_of_letters_and_digits() -> None:
    tokens = {index_tokens.facet("category", each) for each in ("cs.CL", "CS.cl", "cs.LG", 'a"b c')}

    assert len(tokens) == 3
    assert [token for token in tokens if not token[1:].isalnum()] == []


def test_the_places_of_tokens_are_those_in_the_text_as_it_is_shown() -> None:
    assert index_tokens.spans("Élan 大模型") == [
        Span("elan", "elan", 0, 4),
        Span("大模", "大模", 5, 7),
        Span("模型", "模型", 6, 8),
        Span("型", "型", 7, 8),
    ]


@given(_LETTERS)
def test_a_text_has_the_same_tokens_shown_and_indexed(text: str) -> None:
    assert [span.token for span in index_tokens.spans(text)] == index_tokens.prepare(text).in_order


@given(st.text())
def test_a_token_of_any_text_is_one_for_every_engine(text: str) -> None:
    tokens = index_tokens.prepare(text)
    forms = {part for form in tokens.joined for part in form.split()}
    every = {*tokens.in_order, *tokens.words, *forms, *index_tokens.humps(text)}

    assert [token for token in every if not token or set(token) & set(" \t\n\"'\\:\x00")] == []


@given(st.text())
def test_the_places_in_any_text_are_within_it_and_in_order(text: str) -> None:
    places = [(span.start, span.end) for span in index_tokens.spans(text)]

    assert places == sorted(places)
    assert [place for place in places if not 0 <= place[0] < place[1] <= len(text)] == []


@given(st.text())
def test_a_glance_denies_no_token_that_a_text_has(text: str) -> None:
    glance = index_tokens.glance(text)

    assert [token for token in index_tokens.prepare(text).in_order if not glance.may_have(token)] == []


@given(_LETTERS, _LETTERS)
def test_a_glance_is_sure_of_words_in_english_letters(text: str, other: str) -> None:
    glance, tokens = index_tokens.glance(text), set(index_tokens.prepare(text).in_order)
    english = filter(index_tokens.is_english, index_tokens.prepare(other).in_order)

    assert [token for token in english if glance.may_have(token) != (token in tokens)] == []
