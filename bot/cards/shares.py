"""What a person sees who shares a paper, and what the channel gets."""

from bot.cards import blocks, ids
from bot.cards.blocks import Block, Message
from bot.cards.entry import Entry
from bot.cards.notices import paper_sentence
from bot.cards.paper import paper_card
from bot.locale import Words
from bot.text.mrkdwn import Mrkdwn
from storage.records import Paper


def shared_card(entry: Entry, person: str, words: Words, *, has_model: bool = True) -> Message:
    """Return the card that a channel gets, under a line on who shared it; nobody else is mentioned."""
    line = words.mrkdwn("told.shared", person=Mrkdwn(f"<@{person}>"))
    return paper_card(entry, words, has_model=has_model, opening=line)


def share_modal(paper: Paper, words: Words) -> Block:
    """Return the form that asks for the channel in which everybody will see the paper."""
    select = blocks.channel_select(words("share.placeholder"))
    drawn = [
        paper_sentence(paper, "share.which_paper", words),
        blocks.field(ids.SHARE_CHANNEL, words("share.channel"), select, hint=words("share.hint")),
    ]
    view = blocks.modal(words("share.title"), words("button.cancel"), drawn, about=paper.id)
    return blocks.form(view, ids.SUBMIT_SHARE, words("button.share_now"))
