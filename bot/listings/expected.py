"""Which lists should be out by now and are missing, and the latest state of each source."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from bot.sources.kinds import kind_of
from bot.subscriptions.due import LATE_AFTER
from storage.records import Listing, ListingState, Subscription
from storage.tables import Tables

_ONE_DAY = timedelta(days=1)
_DAYS_OF_AN_OUTAGE = timedelta(days=14)


def last_ended_day(now: datetime) -> date:
    """Return the last UTC day that has ended, whose lists a digest that is due now should hold."""
    return now.astimezone(UTC).date() - _ONE_DAY


def last_ended_lists(tables: Tables, subscription: Subscription, due: datetime) -> tuple[Listing, ...]:
    """Return the listings of the last ended day that are known, of the channel's sources."""
    day = last_ended_day(due)
    listings = (tables.listings.get(source, day) for source in subscription.preferences.sources)
    return tuple(listing for listing in listings if listing)


def missing_lists(tables: Tables, subscription: Subscription, due: datetime) -> tuple[Listing, ...]:
    """Return the lists that a digest lacks: their source is failing, or was not polled in time.

    These are lists of the last day that had ended when the digest was `due`; an empty list is not missing.
    A failing source's `trouble_since` reaches back over the days before.
    """
    day = last_ended_day(due)
    missing = (_missing(tables, source, day) for source in subscription.preferences.sources)
    return tuple(
        listing
        for listing in missing
        if listing and (day >= subscription.since_of(listing.source) or _never_answered(tables, listing))
    )


def _never_answered(tables: Tables, listing: Listing) -> bool:
    """Tell whether a failing source has had no list yet: its first belongs to whoever waits for it."""
    is_failing = listing.state is ListingState.STALLED
    return is_failing and tables.listings.latest_complete_day([listing.source]) is None


def may_come_at_any_moment(missing: Sequence[Listing], opened_at: datetime, now: datetime) -> bool:
    """Tell whether a list may just be late, as at the end of a day or after a long stop.

    A digest is held back silently for such a list while it still counts as on time.
    """
    is_early = now < opened_at + LATE_AFTER
    return is_early and any(not _has_failed_for_long(listing, now) for listing in missing)


def latest_lists(tables: Tables, sources: tuple[str, ...]) -> tuple[Listing, ...]:
    """Return the latest listing of each of these sources, with since when a failing one fails."""
    latest = {listing.source: listing for listing in tables.listings.latest()}
    return tuple(_since_when(tables, latest[source]) for source in sources if source in latest)


def _missing(tables: Tables, source: str, day: date) -> Listing | None:
    listing, kind = tables.listings.get(source, day), kind_of(source)
    if listing is None:
        was_followed = bool(tables.listings.since(source, day - _DAYS_OF_AN_OUTAGE))
        can_come = was_followed and kind.is_fetched and kind.has_past
        return Listing(source, day, ListingState.WAITING) if can_come else None
    if listing.state.is_final or listing.is_lost or not kind.is_fetched:
        return None
    return _since_when(tables, listing)


def _since_when(tables: Tables, listing: Listing) -> Listing:
    """Date a stalled listing's trouble back to when its source began to fail."""
    if listing.state is not ListingState.STALLED:
        return listing
    recent = tables.listings.since(listing.source, listing.day - _DAYS_OF_AN_OUTAGE)
    since = listing.trouble_since
    for before in reversed([each for each in recent if each.day < listing.day]):
        if before.state is not ListingState.STALLED:
            break
        since = min(filter(None, (since, before.trouble_since)), default=None)
    return replace(listing, trouble_since=since)


def _has_failed_for_long(listing: Listing, now: datetime) -> bool:
    since = listing.trouble_since
    return listing.state is ListingState.STALLED and since is not None and now - since >= LATE_AFTER
