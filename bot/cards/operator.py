"""What needs a hand, told to whoever looks after the bot in a workspace; pure."""

from dataclasses import dataclass
from datetime import datetime

from bot.cards.blocks import Message
from bot.cards.list_states import source_names
from bot.cards.notices import notice
from bot.locale import Reader
from bot.text.mrkdwn import cut

_REASON_CHARACTERS = 400


@dataclass(frozen=True, slots=True)
class SourceDown:
    """A source has given no list for a day."""

    source: str
    since: datetime
    reason: str

    @property
    def matter(self) -> str:
        """What it is about, the same as long as it lasts."""
        return f"source {self.source}"


@dataclass(frozen=True, slots=True)
class ModelRefuses:
    """The model answers no question: its key is wrong, or its quota exhausted."""

    reason: str
    matter = "model"


@dataclass(frozen=True, slots=True)
class BackupFailed:
    """The nightly backup failed, and none succeeded since."""

    at: datetime
    matter = "backup"


@dataclass(frozen=True, slots=True)
class DatabaseShut:
    """Nothing can be written to the database."""

    reason: str
    matter = "database"


Trouble = SourceDown | ModelRefuses | BackupFailed | DatabaseShut


def operator_message(trouble: Trouble, reader: Reader) -> Message:
    """Return what is wrong and what to do, in a sentence or two."""
    words = reader.words
    match trouble:
        case SourceDown(source, since, reason):
            named, moment = source_names([source], words), _moment(since, reader)
            return notice(words.mrkdwn("operator.source", source=named, moment=moment, reason=_short(reason)))
        case ModelRefuses(reason):
            return notice(words.mrkdwn("operator.model", reason=_short(reason)))
        case BackupFailed(at):
            return notice(words.mrkdwn("operator.backup", moment=_moment(at, reader)))
        case DatabaseShut(reason):
            return notice(words.mrkdwn("operator.database", reason=_short(reason)))


def _short(reason: str) -> str:
    return cut(reason, _REASON_CHARACTERS)


def _moment(at: datetime, reader: Reader) -> str:
    """Return the moment with its date: the message stays."""
    return reader.words.moment(at.astimezone(reader.zone))
