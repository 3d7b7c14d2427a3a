"""The listings table, with each listing's papers in order."""

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlite_utils import Database

from storage.moments import optional_moment, optional_text
from storage.records import Listing, ListingState
from storage.rows import reads, whole

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
        """Return the source's listing for the day, if any."""
        rows = self._database.query(
            f"{_WITH_PAPERS} WHERE source = ? AND day = ?",
            [source, day.isoformat()],
        )
        return next(whole(_listing_from_row, rows), None)

    def of_day(self, day: date) -> tuple[Listing, ...]:
        """Return every source's listing for the day, by source."""
        rows = self._database.query(f"{_WITH_PAPERS} WHERE day = ? ORDER BY source", [day.isoformat()])
        return tuple(whole(_listing_from_row, rows))

    def complete_since(self, sources: Iterable[str], since: date) -> tuple[Listing, ...]:
        """Return the complete listings of these sources since a day, the oldest first."""
        rows = self._database.query(
            f"""
            {_WITH_PAPERS}
            WHERE source IN (SELECT value FROM json_each(?)) AND day >= ? AND state = 'complete'
            ORDER BY day, source
            """,  # noqa: S608 -- a constant of this module
            [json.dumps(list(sources)), since.isoformat()],
        )
        return tuple(whole(_listing_from_row, rows))

    def latest_complete_day(self, sources: Iterable[str]) -> date | None:
        """Return the last day for which any of these sources has a complete list with papers."""
        rows = self._database.query(
            """
            SELECT max(listings.day) AS day FROM listings JOIN listing_papers USING (source, day)
            WHERE state = 'complete' AND source IN (SELECT value FROM json_each(?))
            """,
            [json.dumps(list(sources))],
        )
        return _optional_date(next(rows)["day"])

    def sources(self) -> tuple[str, ...]:
        """Return every source with a listing, by name."""
        rows = self._database.query("SELECT DISTINCT source FROM listings ORDER BY source")
        return tuple(row["source"] for row in rows)

    def latest_day(self) -> date | None:
        """Return the last day on which any source listed papers."""
        rows = self._database.query("SELECT max(day) AS day FROM listing_papers")
        return _optional_date(next(rows)["day"])

    def days_with_papers(self, since: date, source: str | None = None) -> tuple[date, ...]:
        """Return the days since one on which the source, or any source, listed papers; the oldest first."""
        rows = self._database.query(
            """
            SELECT DISTINCT day FROM listing_papers
            WHERE day >= :since AND (:source IS NULL OR source = :source)
            ORDER BY day
            """,
            {"since": since.isoformat(), "source": source},
        )
        return tuple(whole(_day_from_row, rows))

    def neighbours(self, day: date) -> tuple[date | None, date | None]:
        """Return the nearest days before and after this one on which any source listed papers."""
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

    def since(self, source: str, first: date) -> tuple[Listing, ...]:
        """Return one source's listings since a day, the oldest first."""
        rows = self._database.query(
            f"{_WITH_PAPERS} WHERE source = ? AND day >= ? ORDER BY day",
            [source, first.isoformat()],
        )
        return tuple(whole(_listing_from_row, rows))

    def latest(self) -> tuple[Listing, ...]:
        """Return each source's latest listing, by source."""
        rows = self._database.query(f"{_WITH_PAPERS} GROUP BY source HAVING day = max(day) ORDER BY source")
        return tuple(whole(_listing_from_row, rows))

    def put(self, listing: Listing) -> None:
        """Store the listing in its order; papers that it had before and no longer names go last."""
        key = {"source": listing.source, "day": listing.day.isoformat()}
        row = {
            **key,
            "state": listing.state,
            "looked_at": optional_text(listing.looked_at),
            "next_look_at": optional_text(listing.next_look_at),
            "trouble": listing.trouble,
            "trouble_since": optional_text(listing.trouble_since),
        }
        self._database.table("listings").upsert(row, pk=("source", "day"))
        known = self.get(listing.source, listing.day)
        paper_ids = dict.fromkeys((*listing.paper_ids, *(known.paper_ids if known else ())))
        if known and known.paper_ids == tuple(paper_ids):
            return
        self._database.execute("DELETE FROM listing_papers WHERE source = :source AND day = :day", key)
        self._database.table("listing_papers").insert_all(
            {**key, "position": position, "paper_id": paper_id} for position, paper_id in enumerate(paper_ids)
        )


@reads("listing_papers")
def _day_from_row(row: dict[str, Any]) -> date:
    return date.fromisoformat(row["day"])


def _optional_date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


@reads("listings")
def _listing_from_row(row: dict[str, Any]) -> Listing:
    return Listing(
        source=row["source"],
        day=date.fromisoformat(row["day"]),
        state=ListingState(row["state"]),
        paper_ids=tuple(json.loads(row["paper_ids"])),
        looked_at=optional_moment(row["looked_at"]),
        next_look_at=optional_moment(row["next_look_at"]),
        trouble=row["trouble"],
        trouble_since=optional_moment(row["trouble_since"]),
    )
