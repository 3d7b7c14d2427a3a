"""Moments as stored in the tables: ISO text in UTC."""

from datetime import datetime


def optional_text(moment: datetime | None) -> str | None:
    """Return the moment as text; `None` stays `None`."""
    return moment.isoformat() if moment else None


def optional_moment(text: str | None) -> datetime | None:
    """Return the moment that the text gives; `None` stays `None`."""
    return datetime.fromisoformat(text) if text else None
