"""Short answers: a sentence or two, with optional buttons."""

from collections.abc import Sequence

from bot.arxiv_id import abstract_url
from bot.cards import blocks, ids
from bot.cards.blocks import Button, Message
from bot.cards.paper import saved_button, shown_title
from bot.locale import Words
from bot.text import Mrkdwn, join, link
from storage.records import Paper

_TITLE_CHARACTERS = 300


def notice(*sentences: Mrkdwn, buttons: Sequence[Button] = ()) -> Message:
    """Return a message of a sentence or two."""
    text = join("\n", sentences)
    return Message(text, (blocks.section(text), *([blocks.actions(*buttons)] if buttons else [])))


def saved_notice(paper: Paper, words: Words, *, is_new: bool) -> Message:
    """Return a notice that the paper is saved now, or was before."""
    key = "saved.added" if is_new else "saved.already"
    return _about(paper, key, words, saved_button(paper, words, is_saved=True), _my_papers(words))


def removed_notice(paper: Paper, words: Words, *, was_there: bool) -> Message:
    """Return a notice that the paper is removed, or was not saved."""
    key = "saved.removed" if was_there else "saved.not_there"
    return _about(paper, key, words, saved_button(paper, words, is_saved=False), _my_papers(words))


def help_message(command: str, words: Words) -> Message:
    """Return the help: each request of the command with an example."""
    keys = [
        "help.latest",
        "help.day",
        "help.relative",
        "help.paper",
        "help.saved",
        "help.save",
        "help.remove",
        "help.subscribe",
        "help.settings",
        "help.pause",
        "help.unsubscribe",
        "help.status",
        "help.help",
    ]
    lines = [words.mrkdwn(key, command=command) for key in keys]
    opening, privacy = words.mrkdwn("help.opening"), words.mrkdwn("help.privacy")
    drawn = (blocks.section(opening), blocks.section(join("\n", lines)), blocks.context(privacy))
    return Message(join("\n", [opening, *lines, privacy]), drawn)


def _about(paper: Paper, key: str, words: Words, *buttons: Button) -> Message:
    title = link(abstract_url(paper.id), shown_title(paper, _TITLE_CHARACTERS))
    return notice(words.mrkdwn(key, title=title), buttons=buttons)


def _my_papers(words: Words) -> Button:
    return Button(ids.MY_PAPERS, words("button.my_papers"))
