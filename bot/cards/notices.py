"""Short answers: a sentence or two, with optional buttons."""

from collections.abc import Sequence
from html import unescape

from bot.cards import blocks
from bot.cards.blocks import Block, Button, Message
from bot.cards.paper import shown_title
from bot.cards.spoken import spoken_title
from bot.locale import Words
from bot.text.arxiv_id import abstract_url
from bot.text.mrkdwn import Mrkdwn, bold, join
from storage.records import Paper

_NAME = "Paper Round"
_TITLE_CHARACTERS = 300

_HELP_FIRST = ("help.latest", "help.search", "help.paper", "help.saved", "help.subscribe", "help.status")

_HELP_GROUPS = {
    "help.look_up": ("help.narrow", "help.similar", "help.day", "help.relative", "help.week"),
    "help.your_list": ("help.part", "help.save", "help.remove", "help.export", "help.import", "help.forget"),
    "help.you_follow": ("help.follow", "help.mute", "help.following", "help.tune"),
    "help.this_channel": ("help.settings", "help.shelf", "help.pause", "help.links", "help.unsubscribe"),
}
"""What else the command can be asked, under the heading of each group."""


def notice(*sentences: Mrkdwn, buttons: Sequence[Button] = ()) -> Message:
    """Return a message of a sentence or two."""
    text = join("\n", sentences)
    return Message(text, (blocks.section(text), *([blocks.actions(*buttons)] if buttons else [])))


def paper_notice(paper: Paper, key: str, words: Words, *buttons: Button) -> Message:
    """Return a message of one sentence that names a paper, as a link."""
    text = words(key, title=spoken_title(paper))
    row = [blocks.actions(*buttons)] if buttons else []
    return blocks.message(text, [paper_sentence(paper, key, words), *row])


def paper_sentence(paper: Paper, key: str, words: Words) -> Block:
    """Return a sentence that names a paper, as a link, as rich text: its title is not parsed."""
    title = blocks.title_link(abstract_url(paper.id), shown_title(paper, _TITLE_CHARACTERS))
    return blocks.rich_text(blocks.told(words.pieces(key, title=title)))


def with_line(message: Message, sentence: str) -> Message:
    """Return the message with a small line below it."""
    drawn = [*message.blocks, blocks.context(sentence)]
    return blocks.message(unescape(message.text), drawn, ending=f"\n{sentence}")


def answer_modal(message: Message, title: str, words: Words, *, about: str = "") -> Block:
    """Return a modal with an answer, for a person who acted in a view; `about` is what that was about."""
    return blocks.modal(title or _NAME, words("button.close"), message.blocks, about=about)


def outdated_button(instead: str, words: Words) -> Message:
    """Return an answer to a button whose value cannot be read; `instead` is the command to type."""
    return notice(words.mrkdwn("outdated.button", instead=instead))


def outdated_form(instead: str, words: Words) -> Message:
    """Return an answer to a form that cannot be read; `instead` is the command to type."""
    return notice(words.mrkdwn("outdated.form", instead=instead))


def window_not_opened(words: Words) -> Message:
    """Return an answer for a person whose modal Slack did not open or fill."""
    return notice(words.mrkdwn("error.no_window"))


def help_message(command: str, words: Words) -> Message:
    """Return what the command can be asked: what matters first, then the rest in groups."""
    opening = _help_lines(words.mrkdwn("help.opening"), _HELP_FIRST, command, words)
    groups = [
        _help_lines(bold(words(heading)), keys, command, words) for heading, keys in _HELP_GROUPS.items()
    ]
    sections, privacy = [opening, *groups], words.mrkdwn("help.privacy")
    drawn = (*map(blocks.section, sections), blocks.context(privacy))
    return Message(join("\n\n", [*sections, privacy]), drawn)


def _help_lines(heading: Mrkdwn, keys: Sequence[str], command: str, words: Words) -> Mrkdwn:
    return join("\n", [heading, *(words.mrkdwn(key, command=command) for key in keys)])
