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
        ("RiverNet reaches new lakes without labels.", []),
        ("RiverNet无法到达新的湖泊。", ["无法"]),
        ("RiverNet难以扩展，并不可靠。", ["难以", "并不"]),
        ("RiverNet不仅到达新的湖泊，而且无需标注。", []),
        ("RiverNet并不逊于其他模型。", []),
    ],
)
def test_a_denial_needs_a_word_of_doubt_in_the_named_sentences(text: str, found: list[str]) -> None:
    assert list(unfounded_denials(text, [PRAISE])) == found
    assert list(unfounded_denials(text, [PRAISE, DOUBT])) == []
    assert list(unfounded_denials(text, [])) == []
