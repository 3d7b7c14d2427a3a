"""A person's own digest: what they follow, in a direct message a day at their hour, by the same ledger.

It is a subscription of their direct messages with the bot, which only they can read.
"""

from dataclasses import dataclass
from datetime import datetime, time

from bot.cards.notices import notice
from bot.errors import SlackCallError
from bot.subscriptions.preferences import save_preferences, sources_of_channels
from handlers.clicks import Submission
from handlers.exports import refused
from handlers.parts import Parts
from handlers.people import Person
from handlers.slack_calls import direct_messages_with
from storage.records import Filters, Preferences
from storage.tables import Tables


@dataclass(frozen=True, slots=True)
class _Wish:
    person: Person
    #: By the person's own clock; `None` where they want no digest.
    at: time | None


async def keep_digest(parts: Parts, form: Submission, person: Person, at: time | None) -> None:
    """Have the person get what they follow at a time, or not at all; they are told where that cannot be."""
    wish, words = _Wish(person, at), person.words
    if not await parts.storage.read(lambda tables: _is_changed(tables, wish)):
        return
    if at is None:
        now = parts.clock.now()
        await parts.storage.write(lambda tables: _end(tables, person, now))
        return
    try:
        channel = await direct_messages_with(form.client, person.id)
    except SlackCallError as error:
        await form.answers.tell(refused(error, words, "my_settings.no_direct_message"), words)
        return
    if not await parts.storage.write(lambda tables: _keep(parts, tables, wish, channel)):
        await form.answers.tell(
            notice(words.mrkdwn("my_settings.other_digest", command=parts.command)), words
        )


def _is_changed(tables: Tables, wish: _Wish) -> bool:
    current = tables.subscriptions.personal(wish.person.workspace, wish.person.id)
    if current is None or wish.at is None:
        return bool(current) != bool(wish.at is not None)
    kept, person = current.preferences, wish.person
    return (kept.at, kept.zone, kept.language) != (wish.at, person.zone.key, person.language)


def _end(tables: Tables, person: Person, now: datetime) -> None:
    if current := tables.subscriptions.personal(person.workspace, person.id):
        tables.subscriptions.end(current.id, now)


def _keep(parts: Parts, tables: Tables, wish: _Wish, channel: str) -> bool:
    """Subscribe the person's direct messages; return False where these have a whole digest already."""
    person, now = wish.person, parts.clock.now()
    current = tables.subscriptions.of_channel(person.workspace, channel)
    if current and not current.is_personal:
        return False
    preferences = Preferences(
        language=person.language,
        sources=sources_of_channels(tables, person.workspace),
        at=wish.at or time(),
        zone=person.zone.key,
        filters=Filters(only_followed=True),
    )
    save_preferences(tables, person.workspace, channel, preferences, now, created_by=person.id)
    return True
