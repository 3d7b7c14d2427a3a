"""A person's own settings: their language with the bot, and a reminder of what is unread."""

import re
from dataclasses import replace
from datetime import time

from slack_bolt.async_app import AsyncApp

from bot.cards import ids
from bot.cards.ids import SettingsField
from bot.cards.my_settings import LANGUAGES, NO_DIGEST, REMINDER, SLACKS_LANGUAGE, my_settings_modal
from bot.errors import UnreadableValueError
from handlers.clicks import Click, Submission, listen, listen_to_form
from handlers.home import draw_home
from handlers.parts import Parts
from handlers.payloads import record_at, text_at
from handlers.people import Person
from handlers.personal_digest import keep_digest
from handlers.reminders import next_reminder
from storage.records import PersonSettings, Subscription
from storage.tables import Tables

_EMOJI = re.compile(r"[\w+'-]{1,100}")


def register(app: AsyncApp, parts: Parts) -> None:
    """Listen to the button that opens the form, and to the form."""
    listen(app, parts, ids.OPEN_MY_SETTINGS, _on_open)
    listen_to_form(app, parts, ids.SUBMIT_MY_SETTINGS, _on_submit)


async def _on_open(parts: Parts, click: Click) -> None:
    person = click.person

    def read(tables: Tables) -> tuple[PersonSettings, Subscription | None]:
        return _settings(tables, person), tables.subscriptions.personal(person.workspace, person.id)

    settings, digest = await parts.storage.read(read)
    at = digest.preferences.at if digest else None
    await click.open_modal(my_settings_modal(settings, "", parts.save_reaction, person.words, at))


async def _on_submit(parts: Parts, form: Submission) -> None:
    """Keep the settings of who sent the form in, and redraw their Home tab in the language they chose."""
    language, is_reminded = _entered(form)
    wish = _digest_wish(form)
    person, now = form.person, parts.clock.now()
    try:
        reaction = _reaction(form, parts.save_reaction)
    except ValueError:
        sentence = person.words("my_settings.reaction_unreadable")
        await form.ack(response_action="errors", errors={SettingsField.REACTION: sentence})
        return

    def write(tables: Tables) -> None:
        settings = _settings(tables, person)
        at = settings.next_reminder_at or next_reminder(person.zone, now)
        tables.personal_settings.put(
            replace(
                settings,
                language=language,
                reaction=reaction,
                zone=person.zone.key,
                next_reminder_at=at if is_reminded else None,
            )
        )

    await parts.storage.write(write)
    await form.ack()
    parts.people.forget(person.workspace, person.id)
    changed = await parts.people.get(form.client, person.workspace, person.id)
    if wish is not None:
        await keep_digest(parts, form, changed, None if wish == NO_DIGEST else time.fromisoformat(wish))
    await draw_home(parts, form.client, changed, form.answers)


def _entered(form: Submission) -> tuple[str | None, bool]:
    """Return the language, `None` for that of the person's Slack, and whether they want the reminder."""
    values = record_at(form.view, "state", "values")
    language = text_at(values, SettingsField.LANGUAGE, SettingsField.LANGUAGE, "selected_option", "value")
    if language not in {*LANGUAGES, SLACKS_LANGUAGE}:
        raise UnreadableValueError("language")
    chosen = record_at(values, SettingsField.REMINDER, SettingsField.REMINDER).get("selected_options")
    options = chosen if isinstance(chosen, list) else []
    is_reminded = any(text_at(option, "value") == REMINDER for option in options)
    return None if language == SLACKS_LANGUAGE else language, is_reminded


def _digest_wish(form: Submission) -> str | None:
    """Return when the person wants what they follow, `NO_DIGEST` for never; `None` for a form without it."""
    values = record_at(form.view, "state", "values")
    if SettingsField.FOLLOWED_AT not in values:
        return None
    chosen = text_at(values, SettingsField.FOLLOWED_AT, SettingsField.FOLLOWED_AT, "selected_option", "value")
    try:
        whole = chosen == NO_DIGEST or time.fromisoformat(chosen).isoformat("minutes") == chosen
    except ValueError:
        whole = False
    if not whole:
        raise UnreadableValueError("time")
    return chosen


def _reaction(form: Submission, usual: str) -> str | None:
    """Return the emoji that saves for the person: none where empty, `None` for the usual one.

    Raises ValueError for what is no name of an emoji.
    """
    values = record_at(form.view, "state", "values")
    name = text_at(values, SettingsField.REACTION, SettingsField.REACTION, "value").strip().strip(":").lower()
    if name and not _EMOJI.fullmatch(name):
        raise ValueError(name)
    return None if name == usual else name


def _settings(tables: Tables, person: Person) -> PersonSettings:
    found = tables.personal_settings.get(person.workspace, person.id)
    return found or PersonSettings(person.workspace, person.id)
