from datetime import timedelta
from random import Random

from bot.retries import Backoff

BACKOFF = Backoff(first=timedelta(seconds=15), longest=timedelta(minutes=15), jitter=0.5)


def test_a_wait_doubles_up_to_the_longest() -> None:
    waits = [BACKOFF.wait(retries).total_seconds() for retries in (0, 1, 2, 5, 6, 10_000)]

    assert waits == [15, 30, 60, 480, 900, 900]


def test_jitter_stretches_a_wait_and_never_shortens_it() -> None:
    random = Random(1)
    waits = [BACKOFF.wait(1, random) for _ in range(100)]

    assert timedelta(seconds=30) <= min(waits) < timedelta(seconds=31)
    assert timedelta(seconds=44) < max(waits) <= timedelta(seconds=45)


def test_the_wait_in_an_outage_is_as_long_as_the_outage() -> None:
    lasting = [timedelta(0), timedelta(minutes=4), timedelta(hours=3)]

    assert [BACKOFF.wait_in_outage(each).total_seconds() for each in lasting] == [15, 240, 900]
