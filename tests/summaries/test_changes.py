"""What a newer version of an abstract changed, told in its own sentences."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.summaries.changes import Changes, changes
from bot.summaries.sentences import sentences

FIRST = "We grow trees. They reach 87.2% of the light, as Smith et al. (2019) said. Code is public."
ODD = st.text(alphabet=st.sampled_from("aB7 .!?。，\n\t()\u200b&<é图扩\U0001f331"), max_size=80)


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (FIRST, FIRST, Changes()),
        (FIRST, f"  {FIRST.replace(' ', chr(10)).upper()} ", Changes()),
        ("One is here. Two is there.", "Two is there. One is here.", Changes()),
        (
            FIRST,
            FIRST.replace("87.2%", "91.3%"),
            Changes(("They reach 91.3% of the light, as Smith et al. (2019) said.",)),
        ),
        (FIRST, f"{FIRST} We add water.", Changes(("We add water.",))),
        (FIRST, FIRST.removesuffix(" Code is public."), Changes(left_out=1)),
        (FIRST, "All of it is new.", Changes(("All of it is new.",), left_out=3)),
        ("We win. We win.", "We win.", Changes(left_out=1)),
        ("We win.", "We win. We win.", Changes(("We win.",))),
        (
            "图在花园里生长得很快。代码已公开。",
            "图在花园里生长得更快。代码已公开。",
            Changes(("图在花园里生长得更快。",)),
        ),
        ("", FIRST, Changes(tuple(sentences(FIRST)))),
        (FIRST, "", Changes(left_out=3)),
        ("", "", Changes()),
    ],
)
def test_sentences_that_differ_are_told(before: str, after: str, found: Changes) -> None:
    assert changes(before, after) == found


def counted(text: str) -> Counter[str]:
    """Count a text's sentences, whatever their white space and the case of their letters."""
    return Counter(key for each in sentences(text) if (key := "".join(each.split()).casefold()))


@given(before=ODD, after=ODD)
def test_any_texts_are_compared_and_only_the_newer_one_s_own_sentences_are_told(
    before: str, after: str
) -> None:
    found, gone = changes(before, after), counted(before) - counted(after)

    assert changes(before, before) == Changes()
    assert Counter(key for each in found.new for key in counted(each)) == counted(after) - counted(before)
    assert set(found.new) <= set(sentences(after))
    assert max(0, gone.total() - len(found.new)) <= found.left_out <= gone.total()


def test_very_long_texts_are_compared_in_their_first_part() -> None:
    before = "They grow. " * 5_000
    after = before + "And they bloom."

    assert changes(before, after) == Changes()
