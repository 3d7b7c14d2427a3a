"""The form of a person's own settings, and the reminder that they can have."""

from collections.abc import Sequence
from datetime import time

from bot.cards import blocks, ids
from bot.cards.blocks import Block, Button, Message
from bot.cards.ids import SettingsField
from bot.cards.paper import shown_title
from bot.cards.spoken import Spoken, spoken_list
from bot.locale import Words
from bot.text.arxiv_id import abstract_url
from storage.records import Paper, PersonSettings

LANGUAGES = ("en", "zh-CN")
"""The languages that the bot speaks to a person."""

SLACKS_LANGUAGE = "slack"
"""The choice of the language that the person's Slack is in."""

REMINDER = "reminder"


REACTION_CHARACTERS = 100
"""The most characters of an emoji's name: https://slack.com/help/articles/206870177."""


NO_DIGEST = "none"
"""The choice of no message with what the person follows."""

HOURS = tuple(time(hour) for hour in range(24))


def my_settings_modal(
    settings: PersonSettings, page: str, usual_reaction: str, words: Words, digest_at: time | None = None
) -> Block:
    """Return the form; `page` is what of the Home tab is redrawn afterwards.

    `usual_reaction` is the emoji that saves where a person chose none, `digest_at` when they get a message
    with what they follow.
    """
    times = HOURS if digest_at is None else sorted({*HOURS, digest_at})
    digests = {
        NO_DIGEST: words("my_settings.no_digest"),
        **{_hour(at): words("my_settings.digest_at", time=words.clock(at)) for at in times},
    }
    reaction = usual_reaction if settings.reaction is None else settings.reaction
    languages = {
        SLACKS_LANGUAGE: words("my_settings.slacks_language"),
        **{tag: words.language_name(tag) for tag in LANGUAGES},
    }
    chosen = settings.language if settings.language in LANGUAGES else SLACKS_LANGUAGE
    reminder = {REMINDER: words("my_settings.reminder")}
    fields = [
        blocks.field(
            SettingsField.LANGUAGE,
            words("my_settings.language"),
            blocks.choice("static_select", languages, chosen),
        ),
        blocks.field(
            SettingsField.REMINDER,
            words("my_settings.reminders"),
            blocks.choice("checkboxes", reminder, [REMINDER] if settings.next_reminder_at else []),
            optional=True,
        ),
        blocks.field(
            SettingsField.FOLLOWED_AT,
            words("my_settings.followed"),
            blocks.choice("static_select", digests, _hour(digest_at) if digest_at else NO_DIGEST),
            hint=words("my_settings.followed_hint"),
        ),
        blocks.field(
            SettingsField.REACTION,
            words("my_settings.reaction"),
            blocks.text_input(reaction, REACTION_CHARACTERS),
            hint=words("my_settings.reaction_hint"),
            optional=True,
        ),
    ]
    view = blocks.modal(words("my_settings.title"), words("button.cancel"), fields, about=page)
    return blocks.form(view, ids.SUBMIT_MY_SETTINGS, words("button.save_changes"))


def _hour(at: time) -> str:
    return at.isoformat("minutes")


def reminder_message(unread: int, newest: Sequence[Paper], words: Words) -> Message:
    """Return the reminder of what is unread, with the latest saved."""
    sentence = words.count("reminder.unread", unread)
    titles = [[blocks.title_link(abstract_url(paper.id), shown_title(paper))] for paper in newest]
    off = words("reminder.off")
    drawn = [
        blocks.rich_text(blocks.paragraph(blocks.words(sentence)), blocks.bullets(titles)),
        blocks.actions(Button(ids.MY_PAPERS, words("button.my_papers"))),
        blocks.context(off),
    ]
    return blocks.message(spoken_list([sentence], [Spoken(paper) for paper in newest], [off]), drawn)
