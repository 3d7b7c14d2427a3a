"""The modal in which a person searches as they type."""

from bot.cards import blocks, ids
from bot.cards.blocks import Block, Message
from bot.locale import Words

TYPED_CHARACTERS = 300
"""The most characters that can be typed in the modal."""


def search_modal(words: Words, results: Message | None = None) -> Block:
    """Return the modal with what was found; without results it says what can be typed.

    Slack keeps what is typed while the block and its input keep their ids.
    """
    typing = blocks.search_input("", TYPED_CHARACTERS, words("search_modal.placeholder"))
    drawn = [
        blocks.field(ids.SEARCH_WORDS, words("search_modal.label"), typing, dispatch_action=True),
        *(results.blocks if results else [blocks.context(words.mrkdwn("search_modal.hint"))]),
    ]
    view = blocks.modal(words("search_modal.title"), words("button.close"), drawn)
    return blocks.form(view, ids.SEARCH_MODAL, words("button.search"))
