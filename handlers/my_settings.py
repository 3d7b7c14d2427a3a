"""A person's own settings: their language with the bot, and a reminder of what is unread."""

import re
from dataclasses import replace

from slack_bolt.async_app import AsyncApp

from bot.cards import ids
from bot.cards.ids import SettingsField
from bot.cards.my_settings import LANGUAGES, REMINDER, SLACKS_LANGUAGE, my_settings_modal
from bot.errors import UnreadableValueError
from handlers.clicks import Click, Submission, listen, listen_to_form
from handlers.home import draw_home
from handlers.parts import Parts
from handlers.payloads import record_at, text_at
from handlers.people import Person
from handlers.reminders import next_reminder
from storage.records import PersonSettings
from storage.tables import Tables

_EMOJI = re.compile(r"[\w+'-]{1,100}")


def register(app: AsyncApp, parts: Parts) -> None:
    """Listen to the button that opens the form, and to the form."""
    listen(app, parts, ids.OPEN_MY_SETTINGS, _on_open)
    listen_to_form(app, parts, ids.SUBMIT_MY_SETTINGS, _on_submit)


async def _on_open(parts: Parts, click: Click) -> None:
    person = click.person
    settings = await parts.storage.read(lambda tables: _settings(tables, person))
    await click.open_modal(my_settings_modal(settings, "", parts.save_reaction, person.words))


async def _on_submit(parts: Parts, form: Submission) -> None:
    """Keep the settings of who sent the form in, and redraw their Home tab in the language they chose."""
    language, is_reminded = _entered(form)
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
