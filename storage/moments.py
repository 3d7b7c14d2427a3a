"""Moments as the tables keep them: text in UTC."""

from datetime import datetime


def optional_text(moment: datetime | None) -> str | None:
    """Return the moment as text, and none as none."""
    return moment.isoformat() if moment else None


def optional_moment(text: str | None) -> datetime | None:
    """Return the moment that the text says, and none as none."""
    return datetime.fromisoformat(text) if text else None
