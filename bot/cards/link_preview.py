"""What is shown of a link to a paper, below the message that somebody posted."""

from bot.cards import blocks
from bot.cards.blocks import Block
from bot.cards.digest import sentence
from bot.cards.entry import Entry
from bot.cards.paper import facts_line, saved_button, shown_title
from bot.cards.provenance import origin
from bot.locale import Words
from bot.text.arxiv_id import abstract_url
from bot.text.mrkdwn import Mrkdwn, escape, join, link

_TITLE_CHARACTERS = 250
_SENTENCE_CHARACTERS = 350


def link_preview(entry: Entry, words: Words) -> tuple[Block, ...]:
    """Return the title, a sentence and a Save button, then the votes and where the sentence is from.

    Slack takes no rich text there:
    https://docs.slack.dev/messaging/unfurling-links-in-messages
    """
    paper = entry.paper
    title = Mrkdwn(f"*{link(abstract_url(paper.id), shown_title(paper, _TITLE_CHARACTERS))}*")
    told = escape(sentence(entry, words, _SENTENCE_CHARACTERS))
    save = saved_button(paper, words, is_saved=False)
    facts = facts_line(paper, words)
    return (
        blocks.section(join("\n", [title, told] if told else [title]), accessory=save),
        blocks.context(*([facts] if facts else []), origin(entry, words)),
    )
