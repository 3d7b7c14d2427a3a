"""The leases table: which worker does a piece of work that only one may do at a time."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from bot.errors import LeaseLostError
from storage.engines.engine import Engine
from storage.moments import sortable_text
from storage.records import Lease

_LONGEST = timedelta(days=2)
"""What ends later than this is no lease of now: a clock was wrong, or is."""


class Leases:
    """At most one lease of each name; its row stays for a while after it ended, for what its holder left."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def claim(self, name: str, holder: str, now: datetime, duration: timedelta) -> Lease | None:
        """Lease the work under a new epoch, or return `None` while anybody holds it."""
        rows = self._engine.query(
            """
            INSERT INTO leases (name, holder, epoch, leased_until) VALUES (:name, :holder, 1, :until)
            ON CONFLICT (name) DO UPDATE SET
                holder = excluded.holder, epoch = leases.epoch + 1, leased_until = excluded.leased_until,
                last_holder = leases.holder, left_at = NULL
            WHERE leases.leased_until IS NULL OR leases.leased_until <= :now OR leases.leased_until > :last
            RETURNING *
            """,
            {
                "name": name,
                "holder": holder,
                "now": sortable_text(now),
                "until": sortable_text(now + duration),
                "last": sortable_text(now + _LONGEST),
            },
        )
        return next(map(_lease_from_row, rows), None)

    def renew(self, lease: Lease, until: datetime) -> None:
        """Extend the lease; raises `LeaseLostError` if another worker has claimed it since."""
        changed = self._engine.execute(
            "UPDATE leases SET leased_until = :until"
            " WHERE name = :name AND holder = :holder AND epoch = :epoch",
            {**_key(lease), "until": sortable_text(until)},
        )
        if not changed:
            raise LeaseLostError(f"Another worker has claimed this: {lease.name}.")

    def renew_all(self, holder: str, names: Iterable[str], until: datetime) -> None:
        """Extend those of the named leases that the holder still has."""
        self._engine.execute(
            f"UPDATE leases SET leased_until = :until"  # noqa: S608 -- the engine's word
            f" WHERE holder = :holder AND {self._engine.among('name', 'names')}",
            {"holder": holder, "names": list(names), "until": sortable_text(until)},
        )

    def release(self, lease: Lease, now: datetime, note: str | None = None) -> None:
        """Release the lease and leave a note for the next holder, unless another worker has claimed it."""
        self._engine.execute(
            "UPDATE leases SET leased_until = NULL, left_at = :now, note = :note"
            " WHERE name = :name AND holder = :holder AND epoch = :epoch",
            {**_key(lease), "now": sortable_text(now), "note": note},
        )

    def release_all(self, now: datetime, holder: str | None = None) -> None:
        """Release the holder's leases; everybody's only for a process that knows that no other is alive."""
        self._engine.execute(
            "UPDATE leases SET leased_until = NULL, left_at = :now"
            " WHERE leased_until IS NOT NULL AND (:holder IS NULL OR holder = :holder)",
            {"now": sortable_text(now), "holder": holder},
        )

    def held(self, now: datetime) -> frozenset[str]:
        """Return the names of all work that somebody does now."""
        rows = self._engine.query("SELECT name FROM leases WHERE leased_until > ?", [sortable_text(now)])
        return frozenset(row["name"] for row in rows)

    def delete(self, before: datetime, limit: int) -> int:
        """Delete at most `limit` leases that nobody has held since a moment; return how many."""
        return self._engine.execute(
            """
            DELETE FROM leases
            WHERE name IN (SELECT name FROM leases WHERE coalesce(leased_until, left_at) < ? LIMIT ?)
            """,
            [sortable_text(before), limit],
        )


def _key(lease: Lease) -> dict[str, Any]:
    return {"name": lease.name, "holder": lease.holder, "epoch": lease.epoch}


def _lease_from_row(row: dict[str, Any]) -> Lease:
    return Lease(
        name=row["name"],
        holder=row["holder"],
        epoch=row["epoch"],
        note=row["note"],
        was_own=row["last_holder"] == row["holder"],
    )
