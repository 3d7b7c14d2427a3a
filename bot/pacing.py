"""How fast messages may follow each other."""

from datetime import datetime, timedelta

from bot.clock import Clock

SECONDS_BETWEEN_MESSAGES = 1.0
"""Slack takes about one message a second in a channel: https://docs.slack.dev/apis/web-api/rate-limits"""


class Pacer:
    """Gives each channel its turns: it is free again one second after Slack's last answer."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._free_at: dict[str, datetime] = {}

    async def turn(self, channel: str) -> None:
        """Return when the next message may go into the channel."""
        free_at = self._free_at.get(channel)
        if free_at and (wait := (free_at - self._clock.now()).total_seconds()) > 0:
            await self._clock.sleep(wait)

    def answered(self, channel: str, wait: float = SECONDS_BETWEEN_MESSAGES) -> None:
        """Note that Slack answered now; the channel is free again after `wait` seconds."""
        self._free_at[channel] = self._clock.now() + timedelta(seconds=wait)
