"""The clock and the time zones, by which digests come; pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.diagnosis.finding import Finding, failed, not_checked, ok, warning
from storage.records import Subscription

CLOCK, ZONES = "clock", "time zones"

_CLOSE = timedelta(minutes=1)
# Slack's requests over HTTP are refused from here on: https://docs.slack.dev/authentication/verifying-requests
_FAR = timedelta(minutes=5)


def clock_finding(theirs: datetime | None, ours: datetime) -> Finding:
    """Return how far this machine's clock is from Slack's."""
    if theirs is None:
        return not_checked(CLOCK, "Slack didn't say what time it is.")
    behind = theirs - ours
    distance = abs(behind)
    if distance <= _CLOSE:
        return ok(CLOCK, "It agrees with Slack's.")
    what = f"It is {_in_words(distance)} {'behind' if behind > timedelta() else 'ahead'}."
    remedy = "Set it, and have it kept by NTP: digests come by it."
    return failed(CLOCK, what, remedy) if distance > _FAR else warning(CLOCK, what, remedy)


def zone_finding(subscriptions: Iterable[Subscription]) -> Finding:
    """Return the time zones of all digests; one that this machine does not know cannot even be read."""
    zones = sorted({each.preferences.zone for each in subscriptions})
    return ok(ZONES, f"All in use are known: {', '.join(zones)}." if zones else "None in use yet.")


def _in_words(distance: timedelta) -> str:
    minutes = round(distance.total_seconds() / 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{hours} h" if hours else "", f"{minutes} min" if minutes or not hours else ""]
    return " ".join(filter(None, parts))
