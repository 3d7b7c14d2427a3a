"""Which discussions channels are reminded of by now."""

from contextlib import closing
from datetime import date

import pytest

from bot.delivery.discussions import due_discussions
from storage.address import Address
from storage.records import Discussion, Paper
from storage.runner import InlineRunner
from storage.tables import Tables
from tests.support.stage import NOON
from tests.support.subscribing import subscribe

TOMORROW = date(2025, 9, 30)
MANY = 250


def plan(tables: Tables, channel: str, number: int) -> Discussion:
    paper = Paper(f"2509.{number:05}", "Growing gardens")
    tables.papers.add(paper)
    place = ("T1", channel, paper.id)
    planned = tables.discussions.plan(*place, TOMORROW, presenter=None, planned_by="U1", now=NOON)
    assert planned
    return planned


@pytest.mark.parametrize("is_paused", [True, False], ids=["paused", "ended"])
async def test_many_that_nobody_is_reminded_of_keep_no_other_waiting(
    address: Address, is_paused: bool
) -> None:
    def write(tables: Tables) -> tuple[Discussion, Discussion]:
        if is_paused:
            tables.subscriptions.pause(subscribe(tables, channel="C1").id, "asked", None)
        subscribe(tables, channel="C2")
        for number in range(MANY):
            plan(tables, "C1", number)
        return plan(tables, "C2", 0), plan(tables, "C2", 1)

    with closing(InlineRunner(address)) as storage:
        planned = await storage.write(write)
        due = await storage.read(lambda tables: due_discussions(tables, NOON))

    assert due == planned
