"""A worker as a process of its own, which delivers in many workspaces: `python -m tests.processes.worker`.

It reads its plan from standard input, as JSON, and works until it is killed.
"""

import asyncio
import json
import sys
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import SystemClock
from bot.delivery.deliverer import Deliverer, FailedDelivery
from bot.delivery.pacer import Pacer
from bot.delivery.web_api import SlackCaller
from bot.delivery.wire import SlackWire
from bot.delivery.worker import Services, Timing
from storage.address import Server
from storage.claims import open_claims
from storage.runner import ThreadRunner

_SECONDS_BETWEEN_TICKS = 0.5


def timing(lease_seconds: float) -> Timing:
    """Return short times, so that a test sees work taken over; a real lease lasts two minutes."""
    lease = timedelta(seconds=lease_seconds)
    return Timing(lease, settling=timedelta(seconds=0.4), last_look=timedelta(seconds=0))


class _Wires:
    """The wires of many workspaces."""

    def __init__(self, wires: Mapping[str, SlackWire]) -> None:
        self._wires = wires

    async def wire(self, workspace: str) -> SlackWire:
        return self._wires[workspace]


async def main(plan: Mapping[str, Any]) -> None:
    """Deliver what is open in the plan's workspaces, for ever."""
    clock, storage = SystemClock(), ThreadRunner(Server(plan["database"]))
    times = timing(plan["lease_seconds"])
    async with open_claims(storage, clock, times.lease) as claims:
        wires = _Wires({each["workspace"]: _wire(each) for each in plan["workspaces"]})
        services = Services(storage, wires, clock, Pacer(clock), times, claims=claims)
        deliverer = Deliverer(services, _notify)
        while True:
            await deliverer.start_all()
            await asyncio.sleep(_SECONDS_BETWEEN_TICKS)


def _wire(workspace: Mapping[str, str]) -> SlackWire:
    client = AsyncWebClient(token=workspace["token"], base_url=workspace["api_url"], retry_handlers=[])
    return SlackWire(SlackCaller(client), workspace["bot"])


async def _notify(failed: FailedDelivery) -> bool:
    raise AssertionError(f"The delivery ended early: {failed.reason}")


if __name__ == "__main__":
    asyncio.run(main(json.load(sys.stdin)))
