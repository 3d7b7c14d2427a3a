"""The clockwork: a few jobs that ask the tables what is to be done. No job holds any state."""

from datetime import UTC

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.delivery import Deliverer

SECONDS_BETWEEN_TICKS = 30


def clockwork(deliverer: Deliverer) -> AsyncIOScheduler:
    """Return the scheduler, not started yet.

    A tick that comes late is never skipped and never piles up on another: missed work is in the tables.
    """
    scheduler = AsyncIOScheduler(
        timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )
    scheduler.add_job(deliverer.run_open, "interval", seconds=SECONDS_BETWEEN_TICKS, id="deliveries")
    return scheduler
