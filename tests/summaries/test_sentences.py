"""Where a scientist's sentence ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.summaries.sentences import sentences

DIVIDED = [
    ["We grow graphs.", "They need sun."],
    ["Is it enough?", "No!", "Not yet."],
    ["Earlier work (e.g. Babbage et al. 2024) grows trees, i.e. graphs without loops.", "Ours grows both."],
    ["As Fig. 3 and Eq. (2) show, the rate is 3.14 per hour.", "It falls to .5 at night."],
    ["We follow Lovelace et al.", "Our garden is larger."],
    ["J. S. Mill grew none.", "See Sec. 4.2 for why."],
    ["It holds for trees, shrubs, etc.", "We test both."],
    ["We compare GrowNet v2.0.", "vLLM serves it.", "GPT-4 vs. Claude is next."],
    ["(1) We plant.", "(2) We water.", "Rows No. 5 to No. 7 are dry."],
    ['It says "we grow."', "Then it stops."],
    ["It reaches $x = 0.5$.", "$K$ is the rate.", "\\textbf{Growth} is 5%."],
    ["Yields rise... and fall.", "That is all."],
    ["1. We plant in rows.", "2. We water them."],
    ["我们种图。", "它们要太阳！", "够吗？”", "够。"],
]


@pytest.mark.parametrize("divided", DIVIDED, ids=lambda divided: divided[0][:30])
def test_a_text_is_divided_where_its_sentences_end(divided: list[str]) -> None:
    assert sentences(" ".join(divided)) == divided


def test_chinese_sentences_need_no_space() -> None:
    assert sentences("我们种图。它们要太阳。") == ["我们种图。", "它们要太阳。"]


@given(st.text())
def test_no_character_is_lost(text: str) -> None:
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())
