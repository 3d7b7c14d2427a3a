"""A line at the end of a parent is beside what it says, and never in its place."""

from bot.cards import blocks
from bot.cards.digest import with_note

PARENT = {"text": "AI papers\n1. A &amp; B", "metadata": {"event_type": "x"}}
NOTE = "Stopped on request: 3 of 12 papers are here."


def test_a_note_is_the_last_block_and_the_last_line() -> None:
    drawn = [blocks.header("AI papers")]

    assert with_note({**PARENT, "blocks": drawn}, NOTE) == {
        **PARENT,
        "text": f"{PARENT['text']}\n{NOTE}",
        "blocks": [*drawn, blocks.context(NOTE)],
    }


def test_a_parent_in_plain_text_stays_so_since_blocks_would_hide_it() -> None:
    assert with_note(PARENT, NOTE) == {**PARENT, "text": f"{PARENT['text']}\n{NOTE}"}
