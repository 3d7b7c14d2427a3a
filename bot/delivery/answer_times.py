"""How long Slack's answers were on their way back, relative to the fastest of the last minute."""

from collections import deque
from datetime import timedelta

_NOTHING = timedelta()
_MOST_RECLAIMED = timedelta(seconds=0.5)
_COMPARED_FOR = timedelta(minutes=1)


class AnswerTimes:
    """The differences between Slack's timestamps and our clock, for one workspace.

    A message's `ts` is the moment on Slack's clock at which it was written. Its answer reaches us later, so
    `ts` minus the time of the answer is Slack's lead over our clock minus the answer's travel time. The
    greatest of these differences is closest to the lead and never exceeds it. An answer whose difference is
    smaller was on its way for at least the gap between the two, while the message was in the channel already:
    the next message may be sent that much earlier and still arrives a second after this one.

    This assumes that both clocks run evenly for a minute. After a jump that makes answers seem to travel for
    over half a second, nothing is reclaimed until the minute is over. A smaller jump may reclaim too much, by
    its own size, until then or until Slack answers 429, which restarts the comparison.
    """

    def __init__(self) -> None:
        # The greatest, then the greatest of those that came after it, and so on: (answered at, difference).
        self._greatest: deque[tuple[timedelta, timedelta]] = deque()

    def excess(self, ts: timedelta, answered_at: timedelta) -> timedelta:
        """Record an answer and return how much longer than the fastest it certainly travelled."""
        ahead = ts - answered_at
        while self._greatest and self._greatest[0][0] <= answered_at - _COMPARED_FOR:
            self._greatest.popleft()
        while self._greatest and self._greatest[-1][1] <= ahead:
            self._greatest.pop()
        self._greatest.append((answered_at, ahead))
        excess = self._greatest[0][1] - ahead
        return excess if excess <= _MOST_RECLAIMED else _NOTHING

    def restart(self) -> None:
        """Forget all answers so far."""
        self._greatest.clear()
