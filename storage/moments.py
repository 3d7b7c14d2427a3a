"""Moments as stored in the tables: ISO text in UTC."""

from datetime import datetime


def optional_text(moment: datetime | None) -> str | None:
    """Return the moment as text; `None` stays `None`."""
    return moment.isoformat() if moment else None


def moment_of(text: str) -> datetime:
    """Return the moment that the text gives; raises ValueError where it gives none, or no zone."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no zone.")
    return moment


def sortable_text(moment: datetime) -> str:
    """Return the moment as text of fixed length, so that texts compare as moments do."""
    return moment.isoformat(timespec="microseconds")


def optional_moment(text: str | None) -> datetime | None:
    """Return the moment that the text gives; `None` stays `None`."""
    return moment_of(text) if text else None
