"""The listings table, with the papers of each listing in order."""

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlite_utils import Database

from storage.records import Listing, ListingState

_WITH_PAPERS = """
    SELECT listings.*, (
        SELECT json_group_array(paper_id) FROM (
            SELECT paper_id FROM listing_papers
            WHERE source = listings.source AND day = listings.day ORDER BY position
        )
    ) AS paper_ids
    FROM listings
"""


class Listings:
    """What each source listed on each day."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, source: str, day: date) -> Listing | None:
        """Return what the source listed on the day, or `None` where nothing is known of it."""
        rows = self._database.query(
            f"{_WITH_PAPERS} WHERE source = ? AND day = ?",
            [source, day.isoformat()],
        )
        return next(map(_listing_from_row, rows), None)

    def of_day(self, day: date) -> tuple[Listing, ...]:
        """Return what every source listed on the day, by the names of the sources."""
        rows = self._database.query(f"{_WITH_PAPERS} WHERE day = ? ORDER BY source", [day.isoformat()])
        return tuple(map(_listing_from_row, rows))

    def complete_since(self, sources: Iterable[str], since: date) -> tuple[Listing, ...]:
        """Return what these sources listed from this day on, where the list is complete; the oldest first."""
        rows = self._database.query(
            f"""
            {_WITH_PAPERS}
            WHERE source IN (SELECT value FROM json_each(?)) AND day >= ? AND state = 'complete'
            ORDER BY day, source
            """,  # noqa: S608 -- a constant of this module
            [json.dumps(list(sources)), since.isoformat()],
        )
        return tuple(map(_listing_from_row, rows))

    def latest_complete_day(self, sources: Iterable[str]) -> date | None:
        """Return the last day of which any of these sources has a complete list with papers."""
        rows = self._database.query(
            """
            SELECT max(listings.day) AS day FROM listings JOIN listing_papers USING (source, day)
            WHERE state = 'complete' AND source IN (SELECT value FROM json_each(?))
            """,
            [json.dumps(list(sources))],
        )
        return _optional_date(next(rows)["day"])

    def latest_day(self) -> date | None:
        """Return the last day on which any source listed a paper."""
        rows = self._database.query("SELECT max(day) AS day FROM listing_papers")
        return _optional_date(next(rows)["day"])

    def neighbours(self, day: date) -> tuple[date | None, date | None]:
        """Return the nearest days before and after this one on which any source listed a paper."""
        rows = self._database.query(
            """
            SELECT
                (SELECT max(day) FROM listing_papers WHERE day < :day) AS before,
                (SELECT min(day) FROM listing_papers WHERE day > :day) AS after
            """,
            {"day": day.isoformat()},
        )
        row = next(rows)
        return _optional_date(row["before"]), _optional_date(row["after"])

    def put(self, listing: Listing) -> None:
        """Keep the listing: known papers keep their order, papers not known yet follow in the order given."""
        key = {"source": listing.source, "day": listing.day.isoformat()}
        self._database.table("listings").upsert({**key, "state": listing.state}, pk=("source", "day"))
        known = self.get(listing.source, listing.day)
        known_ids = known.paper_ids if known else ()
        new_ids = [paper_id for paper_id in listing.paper_ids if paper_id not in known_ids]
        self._database.table("listing_papers").insert_all(
            {**key, "position": position, "paper_id": paper_id}
            for position, paper_id in enumerate(new_ids, start=len(known_ids))
        )


def _optional_date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _listing_from_row(row: dict[str, Any]) -> Listing:
    return Listing(
        source=row["source"],
        day=date.fromisoformat(row["day"]),
        state=ListingState(row["state"]),
        paper_ids=tuple(json.loads(row["paper_ids"])),
    )
