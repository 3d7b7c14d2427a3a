"""Which lists should be there by now and are not, and what is known of each source's last day."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from bot.documents.digest_file import SOURCE as DIGEST_FILE
from bot.sources.catalogue import ARXIV
from bot.subscriptions.due import LATE_AFTER
from storage.records import Listing, ListingState, Subscription
from storage.tables import Tables

_ONE_DAY = timedelta(days=1)
_DAYS_OF_AN_OUTAGE = timedelta(days=14)


def last_ended_day(now: datetime) -> date:
    """Return the last UTC day that is over: the one whose lists a digest that is due now should hold."""
    return now.astimezone(UTC).date() - _ONE_DAY


def last_ended_lists(tables: Tables, subscription: Subscription, due: datetime) -> tuple[Listing, ...]:
    """Return what is known of the last ended day of each of the channel's sources, where anything is."""
    day = last_ended_day(due)
    listings = (tables.listings.get(source, day) for source in subscription.sources)
    return tuple(listing for listing in listings if listing)


def missing_lists(tables: Tables, subscription: Subscription, due: datetime) -> tuple[Listing, ...]:
    """Return the lists that a digest due at a moment lacks: their source fails, or was not asked in time.

    They are those of the last ended day; a day without papers lacks nothing. Each tells since when its
    source fails, over the days before too.
    """
    day = last_ended_day(due)
    found = (
        _missing(tables, source, day)
        for source in subscription.sources
        if day >= subscription.since_of(source)
    )
    return tuple(listing for listing in found if listing)


def may_come_at_any_moment(missing: Sequence[Listing], opened_at: datetime, now: datetime) -> bool:
    """Tell whether one of the lists is merely being fetched, as at the end of a day or of a long sleep.

    For as long as a digest is on time for its readers it is kept back for such a list without a word.
    """
    is_early = now < opened_at + LATE_AFTER
    return is_early and any(not _has_failed_for_long(listing, now) for listing in missing)


def latest_lists(tables: Tables, sources: tuple[str, ...]) -> tuple[Listing, ...]:
    """Return what is known of the last day of each of these sources, and since when one fails."""
    latest = {listing.source: listing for listing in tables.listings.latest()}
    return tuple(_since_when(tables, latest[source]) for source in sources if source in latest)


def _missing(tables: Tables, source: str, day: date) -> Listing | None:
    listing = tables.listings.get(source, day)
    if listing is None:
        was_followed = bool(tables.listings.since(source, day - _DAYS_OF_AN_OUTAGE))
        # arXiv is asked for today's list alone: one that nobody saw will not come any more.
        can_come = was_followed and source != DIGEST_FILE and not source.startswith(ARXIV)
        return Listing(source, day, ListingState.WAITING) if can_come else None
    if listing.state.is_final or listing.is_lost or source == DIGEST_FILE:
        return None
    return _since_when(tables, listing)


def _since_when(tables: Tables, listing: Listing) -> Listing:
    """Return a stalled listing with the moment since which its source has failed, be it on an earlier day."""
    if listing.state is not ListingState.STALLED:
        return listing
    known = tables.listings.since(listing.source, listing.day - _DAYS_OF_AN_OUTAGE)
    since = listing.trouble_since
    for before in reversed([each for each in known if each.day < listing.day]):
        if before.state is not ListingState.STALLED:
            break
        since = min(filter(None, (since, before.trouble_since)), default=None)
    return replace(listing, trouble_since=since)


def _has_failed_for_long(listing: Listing, now: datetime) -> bool:
    since = listing.trouble_since
    return listing.state is ListingState.STALLED and since is not None and now - since >= LATE_AFTER
