"""What a claim denies, held against sentences that deny nothing."""

import pytest

from bot.summaries.denials import unfounded_denials

PRAISE = "RiverNet reaches new lakes and is a scalable model of rivers."
DOUBT = "RiverNet is limited to lakes."


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("RiverNet cannot reach new lakes.", ["cannot"]),
        ("RiverNet fails to reach new lakes, and does not scale.", ["fails to", "does not"]),
        ("RiverNet does not only reach lakes.", []),
        ("RiverNet reaches new lakes without labels.", ["without labels"]),
        ("RiverNet reaches new lakes, but slowly.", ["but slowly"]),
        ("RiverNet无法到达新的湖泊。", ["无法"]),
        ("RiverNet难以扩展，并不可靠。", ["难以", "并不"]),
        ("RiverNet不仅到达新的湖泊，而且适用于水库。", []),
        ("RiverNet仅适用于小湖，尚未开源。", ["仅适用", "尚未"]),
        ("RiverNet无需标注。", ["无需标注"]),
        ("RiverNet未对水库建模，不借助图像。", ["未对", "不借助"]),
        ("RiverNet未发现新的湖泊。", ["未发现"]),
        ("RiverNet到达新的湖泊，但精度下降。", ["但精度下降"]),
        ("RiverNet并不逊于其他模型。", []),
    ],
)
def test_a_denial_needs_a_word_of_doubt_in_the_named_sentences(text: str, found: list[str]) -> None:
    assert list(unfounded_denials(text, [PRAISE])) == found
    assert list(unfounded_denials(text, [PRAISE, DOUBT])) == []
    assert list(unfounded_denials(text, [])) == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("RiverNet无需标注。", "RiverNet is a training-free model of rivers."),
        ("RiverNet reaches new lakes without labels.", "RiverNet learns directly from images."),
        ("RiverNet更准，但更慢。", "RiverNet is more accurate while being slower."),
        ("RiverNet与河流无关。", "RiverNet is a river-agnostic model."),
    ],
)
def test_what_a_text_does_without_or_contrasts_may_be_told_in_other_words(text: str, sentence: str) -> None:
    assert list(unfounded_denials(text, [PRAISE, sentence])) == []
