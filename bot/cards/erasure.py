"""What is kept of a person, for them alone, and that it is removed."""

from bot.cards import blocks, ids
from bot.cards.blocks import Block, Button, Confirmation, Message
from bot.cards.notices import notice
from bot.locale import Words
from bot.text.mrkdwn import Mrkdwn, escape, join
from storage.records import PersonalData

_KINDS = {
    "saved_papers": "forget.saved_papers",
    "notes": "forget.notes",
    "tags": "forget.tags",
    "removed_papers": "forget.removed_papers",
    "settings": "forget.settings",
    "summary_requests": "forget.summary_requests",
    "mistake_reports": "forget.mistake_reports",
    "opinions": "forget.opinions",
    "follows": "forget.follows",
    "own_digests": "forget.own_digests",
    "readings": "forget.readings",
    "discussions": "forget.discussions",
    "verdicts": "forget.verdicts",
    "topics": "forget.topics",
    "subscriptions": "forget.subscriptions",
}


def kept_message(kept: PersonalData, words: Words) -> Message:
    """Return how much of each kind is kept, with a button that removes it once that is confirmed."""
    if kept.is_nothing:
        return notice(words.mrkdwn("forget.nothing"))
    counts = [words.count(key, number) for kind, key in _KINDS.items() if (number := getattr(kept, kind))]
    lines = [words.mrkdwn("forget.kept"), *(Mrkdwn(f"• {escape(line)}") for line in counts)]
    about = words.mrkdwn("forget.about")
    text = join("\n", lines)
    button = Button(
        ids.FORGET_ME,
        words("button.forget_me"),
        is_danger=True,
        confirmation=Confirmation(
            words("forget.title"), words("forget.sure"), words("button.forget_me"), words("button.cancel")
        ),
    )
    drawn: tuple[Block, ...] = (blocks.section(text), blocks.context(about), blocks.actions(button))
    return Message(join("\n", [text, about]), drawn)


def forgotten_message(kept: PersonalData, words: Words) -> Message:
    """Return that all is removed, or that there was nothing."""
    return notice(words.mrkdwn("forget.nothing" if kept.is_nothing else "forget.done"))
