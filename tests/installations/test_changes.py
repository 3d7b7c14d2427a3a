"""Installing and uninstalling: whose digests stop, whose go on, and what comes back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from bot.installations.changes import UNINSTALLED
from storage.address import Address
from storage.records import PAUSED_BY_PERSON, DeliveryKind
from storage.runner import InlineRunner, Runner
from storage.tables import Tables
from tests.installations.installing import Worker, installation
from tests.support.clocks import SimulatedClock
from tests.support.pasts import NOW
from tests.support.subscribing import subscribe
from tests.support.token_exchange import TokenRotation

DAY = date(2025, 9, 29)


@pytest.fixture
def storage(address: Address) -> Iterator[Runner]:
    runner = InlineRunner(address)
    yield runner
    runner.close()


@pytest.fixture
def bot(storage: Runner) -> Worker:
    return Worker(storage, SimulatedClock(NOW), TokenRotation("http://127.0.0.1:9").exchange())


async def subscribed(storage: Runner, *workspaces: str) -> None:
    """Subscribe a channel in each workspace, with a digest under way."""

    def begin(tables: Tables) -> None:
        for workspace in workspaces:
            subscription = subscribe(tables, workspace, "C1")
            tables.deliveries.open(subscription, DeliveryKind.ASKED, DAY, workspace, NOW)

    await storage.write(begin)


async def running(storage: Runner) -> dict[str, bool]:
    """Return of each workspace whether its digests go on, and the one under way with them."""

    def look(tables: Tables) -> dict[str, bool]:
        stopped = {each.workspace for each in tables.deliveries.unfinished() if each.is_stop_asked}
        paused = {each.workspace for each in tables.subscriptions.all() if each.paused_reason}
        assert stopped == paused
        return {each.workspace: each.workspace not in paused for each in tables.subscriptions.all()}

    return await storage.read(look)


async def test_an_uninstall_stops_this_workspace_s_digests_and_no_other_s(
    bot: Worker, storage: Runner
) -> None:
    for workspace in ("T1", "T2"):
        await bot.changes.install(installation(workspace))
    await subscribed(storage, "T1", "T2")

    assert await bot.changes.uninstall("T1") is True

    assert await running(storage) == {"T1": False, "T2": True}
    assert (await bot.token("T1")).startswith("NotInstalledError")
    assert await bot.token("T2") == "xoxb-1"
    assert await bot.changes.uninstall("T1") is False


async def test_installing_again_resumes_what_the_uninstall_stopped_but_not_what_people_paused(
    bot: Worker, storage: Runner
) -> None:
    await bot.changes.install(installation())
    await subscribed(storage, "T1")
    other = await storage.write(lambda tables: subscribe(tables, "T1", "C2"))
    await storage.write(lambda tables: tables.subscriptions.pause(other.id, PAUSED_BY_PERSON))
    await bot.changes.uninstall("T1")
    assert await reasons(storage) == {"C1": UNINSTALLED, "C2": PAUSED_BY_PERSON}

    await bot.changes.install(
        replace(installation(token="xoxb-again"), installed_at=NOW + timedelta(hours=1))
    )

    assert await reasons(storage) == {"C1": None, "C2": PAUSED_BY_PERSON}
    assert [each.is_stop_asked for each in await storage.read(lambda each: each.deliveries.unfinished())] == [
        False
    ]
    assert await bot.token() == "xoxb-again"


async def reasons(storage: Runner) -> dict[str, str | None]:
    return await storage.read(
        lambda tables: {each.channel: each.paused_reason for each in tables.subscriptions.all("T1")}
    )


@pytest.mark.parametrize(
    ("happened_at", "goes_on"),
    [(NOW - timedelta(seconds=1), True), (NOW, False), (NOW + timedelta(hours=1), False), (None, False)],
)
async def test_the_news_of_an_uninstall_that_comes_after_installing_again_changes_nothing(
    bot: Worker, storage: Runner, happened_at: datetime | None, goes_on: bool
) -> None:
    await bot.changes.install(installation())
    await subscribed(storage, "T1")

    await bot.changes.uninstall("T1", happened_at)

    assert await running(storage) == {"T1": goes_on}


async def test_a_bot_with_one_token_from_its_settings_stops_its_digests_too(
    bot: Worker, storage: Runner
) -> None:
    await subscribed(storage, "T1")

    assert await bot.changes.uninstall("T1") is False

    assert await running(storage) == {"T1": False}


async def test_an_organisation_s_token_serves_each_workspace_that_slack_names_with_it(
    bot: Worker, storage: Runner
) -> None:
    await bot.changes.install(installation("E1", "xoxb-org", enterprise_id="E1"))
    assert (await bot.token("T1")).startswith("NotInstalledError")

    access = await bot.tokens.access("T1", "E1")

    assert (access.workspace, access.token, access.installation.workspace) == ("T1", "xoxb-org", "E1")
    # From then on a digest that is due finds it, too, in any process.
    other = Worker(storage, bot.clock, TokenRotation("http://127.0.0.1:9").exchange())
    assert await other.token("T1") == "xoxb-org"
    assert (await other.token("T2")).startswith("NotInstalledError")


async def test_a_workspace_s_own_installation_is_never_taken_for_an_organisation_s(bot: Worker) -> None:
    await bot.changes.install(installation("T1", "xoxb-1"))

    with pytest.raises(Exception, match="not installed in T2"):
        await bot.tokens.access("T2", "T1")


async def test_a_workspace_s_own_token_comes_before_its_organisation_s(bot: Worker) -> None:
    await bot.changes.install(installation("E1", "xoxb-org", enterprise_id="E1"))
    await bot.changes.install(installation("T1", "xoxb-own", enterprise_id="E1"))
    await bot.changes.enter(["T1"], "E1")

    assert await bot.token("T1") == "xoxb-own"
    await bot.changes.uninstall("T1")
    assert await bot.token("T1") == "xoxb-org"
    await bot.changes.uninstall("T1")
    assert await bot.token("T1") == "xoxb-org"


async def test_an_organisation_that_uninstalls_stops_all_its_workspaces_without_one_of_their_own(
    bot: Worker, storage: Runner
) -> None:
    await bot.changes.install(installation("E1", "xoxb-org", enterprise_id="E1"))
    await bot.changes.install(installation("T2", "xoxb-own", enterprise_id="E1"))
    await bot.changes.enter(["T1", "T2"], "E1")
    await subscribed(storage, "T1", "T2", "T3")

    assert await bot.changes.uninstall("E1") is True

    assert await running(storage) == {"T1": False, "T2": True, "T3": True}
    assert [(await bot.token(each)).partition(":")[0] for each in ("T1", "T2")] == [
        "NotInstalledError",
        "xoxb-own",
    ]
    await bot.changes.install(installation("E1", "xoxb-again", enterprise_id="E1"))
    assert await running(storage) == {"T1": False, "T2": True, "T3": True}
    await bot.changes.enter(["T1"], "E1")
    assert await running(storage) == {"T1": True, "T2": True, "T3": True}


async def test_a_workspace_that_an_organisation_takes_the_bot_out_of_stops_alone(
    bot: Worker, storage: Runner
) -> None:
    await bot.changes.install(installation("E1", "xoxb-org", enterprise_id="E1"))
    await bot.changes.enter(["T1", "T2"], "E1")
    await subscribed(storage, "T1", "T2")
    assert await bot.token("T1") == "xoxb-org"

    await bot.changes.leave(["T1"])

    assert await running(storage) == {"T1": False, "T2": True}
    assert [(await bot.token(each)).partition(":")[0] for each in ("T1", "T2")] == [
        "NotInstalledError",
        "xoxb-org",
    ]
