"""What counts once, for a time."""

from itertools import islice

from bot.clock import Clock

_LOOKED_AT = 8
"""How many of the oldest each use looks at; more than one, so that none piles up."""


class Once:
    """What was taken, in memory until its time is over; other processes know nothing of it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until: dict[bytes, float] = {}

    def __len__(self) -> int:
        return len(self._until)

    def take(self, what: bytes, until: float) -> bool:
        """Take it and return whether nobody had; it is kept until the moment, in seconds since 1970."""
        self._forget_old()
        if what in self._until:
            return False
        self._until[what] = until
        return True

    def give_back(self, what: bytes) -> None:
        """Have it count as not taken."""
        self._until.pop(what, None)

    def _forget_old(self) -> None:
        """Forget those whose time is over; they are nearly in order, so that a few looks are enough."""
        now = self._clock.now().timestamp()
        for what, until in list(islice(self._until.items(), _LOOKED_AT)):
            if until < now:
                del self._until[what]
