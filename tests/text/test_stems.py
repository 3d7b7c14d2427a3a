"""English words by their stem."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.stems import stem


@pytest.mark.parametrize(
    "words",
    [
        "agent agents",
        "search searching searched searches",
        "optimise optimised optimising optimize optimized optimizing",
        "organisation organisations organization",
        "analyse analysed analyzing",
        "behaviour behaviours behavior",
        "colour coloured color",
        "modelling modelled modeling modeled",
        "policy policies",
    ],
)
def test_forms_and_spellings_of_a_word_share_a_stem(words: str) -> None:
    assert len({stem(word) for word in words.split()}) == 1


@pytest.mark.parametrize(
    "words", ["noise noisy", "four for", "hour hor", "promise promote", "spelling spewing", "newton news"]
)
def test_different_words_have_different_stems(words: str) -> None:
    one, other = words.split()

    assert stem(one) != stem(other)


@pytest.mark.parametrize("word", ["llm", "its", "gpt", "ärger", "обучение", "模型", "3d", "r1", ""])
def test_short_words_and_those_in_other_letters_stay_as_they_are(word: str) -> None:
    assert stem(word) == word


@given(st.text())
def test_any_text_has_a_stem_in_its_own_letters(text: str) -> None:
    found = stem(text)

    assert found == text or (found.isascii() and found.isalpha())
