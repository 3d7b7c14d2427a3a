"""Everything is by workspace: nobody sees another one's rows, and what one left behind goes as a whole."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from storage import migrations
from storage.address import Address
from storage.database import connect
from storage.engines.engine import Engine
from storage.engines.sqlite import SQLiteEngine
from storage.people import TABLES as TABLES_OF_PEOPLE
from storage.records import (
    DeliveryKind,
    DiscussionState,
    EncryptedTokens,
    FollowKind,
    Installation,
    MistakeReport,
    Paper,
    PersonSettings,
    Post,
    PostState,
    ShownCard,
    Topic,
    TopicOwner,
)
from storage.retention import Retention
from storage.runner import InlineRunner
from storage.tables import Tables
from storage.workspaces import OF_DELIVERIES, OF_SUBSCRIPTIONS, TABLES
from tests.support.clocks import SimulatedClock
from tests.support.pasts import NOW
from tests.support.subscribing import subscribe

PAPER = Paper("2509.00001", "Gardens")
DAY = date(2025, 9, 29)
TOKENS = EncryptedTokens("encrypted", "key")

OF_THE_WORLD = {"papers", "listings", "listing_papers", "summaries", "arxiv_records", "paper_versions"}
"""What is published, the same for all."""

OF_THE_BOT = {
    "summary_failures",
    "model_requests",
    "topic_requests",
    "heartbeats",
    "leases",
    "events",
    "watched_papers",
    "outdated_summaries",
}
"""What the bot keeps of its own work; none of it tells who asked for what."""


def installation(workspace: str, enterprise_id: str | None = None) -> Installation:
    is_org_wide = workspace == enterprise_id
    return Installation(workspace, "A1", "B1", "U0", "U1", NOW, TOKENS, enterprise_id, is_org_wide)


def fill(tables: Tables, workspace: str) -> None:
    """Put two rows of the workspace into every table."""
    tables.papers.add(PAPER)
    for number in (1, 2):
        channel, person, paper = f"C{number}", f"U{number}", replace(PAPER, id=f"2509.0000{number}")
        tables.papers.add(paper)
        subscription = subscribe(tables, workspace, channel, created_by=person)
        delivery = tables.deliveries.open(subscription, DeliveryKind.ASKED, DAY, f"{workspace} {number}", NOW)
        post = Post(delivery.id, 0, "{}", PostState.POSTED, (paper.id,), ShownCard("en", None), "1.0")
        tables.posts.plan(delivery, [replace(post, attempted_at=NOW)])
        tables.card_updates.enqueue(paper.id, None, NOW - timedelta(days=1), NOW)
        tables.saved_papers.save(workspace, person, paper.id, NOW, tags=["gardens"], note="Mine.")
        tables.saved_papers.save(workspace, person, PAPER.id, NOW)
        tables.saved_papers.remove(workspace, person, PAPER.id, NOW)
        tables.saved_papers.save(workspace, person, paper.id, NOW, tags=["gardens"], note="Mine.")
        tables.opinions.put(workspace, person, paper.id, NOW, is_liked=True)
        tables.readers.add(workspace, channel, person, paper.id, NOW)
        planned = tables.discussions.plan(
            *(workspace, channel, paper.id, DAY), presenter=person, planned_by=person, now=NOW
        )
        assert planned
        tables.discussions.give_verdict(workspace, planned.id, person, NOW, is_worth=True)
        tables.personal_settings.put(PersonSettings(workspace, person, "zh-CN"))
        tables.follows.put(workspace, person, FollowKind.SIMILAR, paper.id, NOW)
        tables.topics.put(TopicOwner(workspace, person), [Topic("rivers", 1)])
        tables.topics.put(TopicOwner(workspace, channel=channel), [Topic("rivers", 1)])
        tables.people.note_deactivated(workspace, person, NOW)
        tables.summary_requests.add(workspace, person, paper.id, "en", NOW)
        tables.mistake_reports.add(MistakeReport(workspace, person, paper.id, "en", NOW, "No.", "model", DAY))
        tables.greetings.begin(workspace, channel, NOW, timedelta())
        tables.link_choices.put(workspace, channel, is_on=True)
        tables.shown_links.take(workspace, channel, [paper.id], DAY, "1.0", NOW)
        tables.operator_notices.begin(workspace, person, "gardens", NOW, timedelta())
        tables.channel_names.put(workspace, channel, "gardens")


def rows_of(engine: Engine, workspace: str) -> dict[str, int]:
    """Count the rows of a workspace in each table that has any."""
    sources = {table: table for table in TABLES}
    sources |= {table: f"{table} JOIN deliveries ON id = delivery_id" for table in OF_DELIVERIES}
    sources |= {table: f"{table} JOIN subscriptions ON id = subscription_id" for table in OF_SUBSCRIPTIONS}
    counts = {
        table: len(list(engine.query(f"SELECT 1 FROM {source} WHERE workspace = ?", [workspace])))  # noqa: S608 -- our own names
        for table, source in sources.items()
    }
    return {table: count for table, count in counts.items() if count}


def test_every_table_is_of_workspaces_or_of_the_world_or_of_the_bot() -> None:
    with closing(Database(memory=True)) as database:
        engine = SQLiteEngine(database, Path(":memory:"))
        migrations.update(engine, "in memory")
        columns = {
            table.name: set(table.columns_dict)
            for table in database.tables
            if table.name != engine.migrations_table and not migrations.is_derived(table.name)
        }

    by_workspace = {name for name, names in columns.items() if "workspace" in names}
    by_delivery = {name for name, names in columns.items() if "delivery_id" in names}
    by_subscription = {name for name, names in columns.items() if "subscription_id" in names}
    by_person = {name for name, names in columns.items() if "person" in names}
    assert by_workspace == set(TABLES)
    assert by_delivery == set(OF_DELIVERIES)
    assert by_subscription - by_workspace - by_delivery == set(OF_SUBSCRIPTIONS)
    assert by_person == set(TABLES_OF_PEOPLE) <= by_workspace
    of_somebody = by_workspace | by_delivery | by_subscription
    assert set(columns) - of_somebody == OF_THE_WORLD | OF_THE_BOT


OF_A_PERSON: dict[str, Callable[[Tables, str], Any]] = {
    "list": lambda tables, workspace: tables.saved_papers.page(workspace, "U1", offset=0, limit=9),
    "one paper": lambda tables, workspace: tables.saved_papers.get(workspace, "U1", "2509.00001"),
    "tags": lambda tables, workspace: tables.saved_papers.tags(workspace, "U1"),
    "opinions": lambda tables, workspace: tables.opinions.latest(workspace, "U1", 9),
    "readers": lambda tables, workspace: tables.readers.of_paper(workspace, "C1", "2509.00001"),
    "numbers of readers": lambda tables, workspace: tables.readers.counts(workspace, "C1", ["2509.00001"]),
    "plan": lambda tables, workspace: tables.discussions.of_channel(
        workspace, "C1", DiscussionState.PLANNED, offset=0, limit=9
    ),
    "discussion": lambda tables, workspace: tables.discussions.of_paper(workspace, "C1", "2509.00001"),
    "settings": lambda tables, workspace: tables.personal_settings.get(workspace, "U1"),
    "follows": lambda tables, workspace: tables.follows.of_person(workspace, "U1"),
    "topics": lambda tables, workspace: tables.topics.used(TopicOwner(workspace, "U1")),
    "topics of a channel": lambda tables, workspace: tables.topics.used(TopicOwner(workspace, channel="C1")),
    "what is kept": lambda tables, workspace: tables.people.what_is_kept(workspace, "U1"),
    "requests": lambda tables, workspace: tables.summary_requests.count_since(workspace, "U1", NOW),
    "subscription": lambda tables, workspace: tables.subscriptions.of_channel(workspace, "C1"),
    "subscriptions": lambda tables, workspace: tables.subscriptions.all(workspace),
    "digest": lambda tables, workspace: tables.deliveries.latest_of_channel(workspace, "C1"),
    "papers of a channel": lambda tables, workspace: tables.posts.papers_in_channel(
        workspace, "C1", ["2509.00001"]
    ),
    "name of a channel": lambda tables, workspace: tables.channel_names.get(workspace, "C1"),
}
"""What somebody asks of their own, by ids that the people and channels of another workspace may have, too."""


@pytest.mark.parametrize("asked", OF_A_PERSON)
def test_a_person_with_the_same_id_in_another_workspace_sees_nothing(tables: Tables, asked: str) -> None:
    before = OF_A_PERSON[asked](tables, "T2")
    fill(tables, "T1")

    assert OF_A_PERSON[asked](tables, "T2") == before
    assert OF_A_PERSON[asked](tables, "T1") != before


def test_a_workspace_is_deleted_as_a_whole_and_in_steps_and_no_other_is_touched(
    tables: Tables, engine: Engine
) -> None:
    for workspace in ("T1", "T2"):
        fill(tables, workspace)
        tables.installations.put(installation(workspace))
        tables.organisation_workspaces.enter(workspace, "E1")
    tables.reconciliations.begin(NOW)
    every = dict.fromkeys((*TABLES, *OF_DELIVERIES, *OF_SUBSCRIPTIONS), 2)
    every |= {"installations": 1, "organisation_workspaces": 1, "topics": 4}
    assert rows_of(engine, "T1") == rows_of(engine, "T2") == every

    steps = 0
    while tables.workspaces.delete("T1", 1):
        steps += 1

    assert rows_of(engine, "T1") == {}
    assert steps == sum(every[table] for table in (*TABLES, *OF_SUBSCRIPTIONS))
    assert rows_of(engine, "T2") == every


def uninstall(tables: Tables, workspace: str) -> None:
    tables.installations.remove_tokens(workspace, NOW)


def leave_organisation(tables: Tables, workspace: str) -> None:
    tables.organisation_workspaces.leave([workspace], NOW)


def nothing(_tables: Tables, _workspace: str) -> None:
    """Do nothing."""


def install_again(tables: Tables, workspace: str) -> None:
    uninstall(tables, workspace)
    tables.installations.put(replace(installation(workspace), installed_at=NOW + timedelta(days=1)))


def enter_organisation(tables: Tables, workspace: str) -> None:
    uninstall(tables, workspace)
    tables.organisation_workspaces.enter(workspace, "E1")


@pytest.mark.parametrize(
    ("act", "days", "is_kept"),
    [
        (nothing, 400, True),
        (uninstall, 29, True),
        (uninstall, 31, False),
        (install_again, 31, True),
        (enter_organisation, 31, True),
    ],
)
async def test_what_is_kept_of_a_workspace_goes_a_month_after_it_uninstalled(
    address: Address, act: Callable[[Tables, str], None], days: int, is_kept: bool
) -> None:
    with closing(connect(address)) as engine:
        tables = Tables(engine)
        for workspace in ("T1", "T2"):
            fill(tables, workspace)
            tables.installations.put(installation(workspace))
        act(tables, "T1")

    await tidy_up(address, days)

    with closing(connect(address)) as engine:
        assert (rows_of(engine, "T1").get("subscriptions") == 2) is is_kept
        assert bool(rows_of(engine, "T1")) is is_kept
        assert rows_of(engine, "T2").get("subscriptions") == 2


@pytest.mark.parametrize(
    ("act", "days", "is_kept"),
    [
        (nothing, 400, True),
        (leave_organisation, 29, True),
        (leave_organisation, 31, False),
    ],
)
async def test_what_is_kept_of_a_workspace_goes_a_month_after_its_organisation_s_installation_left_it(
    address: Address, act: Callable[[Tables, str], None], days: int, is_kept: bool
) -> None:
    with closing(connect(address)) as engine:
        tables = Tables(engine)
        tables.installations.put(installation("E1", "E1"))
        for workspace in ("T1", "T2"):
            fill(tables, workspace)
            tables.organisation_workspaces.enter(workspace, "E1")
        act(tables, "T1")

    await tidy_up(address, days)

    with closing(connect(address)) as engine:
        assert bool(rows_of(engine, "T1")) is is_kept
        assert rows_of(engine, "T2").get("subscriptions") == 2
        assert Tables(engine).installations.get("E1") == installation("E1", "E1")


async def test_an_organisation_s_row_goes_after_those_of_its_workspaces(address: Address) -> None:
    with closing(connect(address)) as engine:
        tables = Tables(engine)
        tables.installations.put(installation("E1", "E1"))
        fill(tables, "T1")
        tables.organisation_workspaces.enter("T1", "E1")
        uninstall(tables, "E1")
        leave_organisation(tables, "T1")

    await tidy_up(address, 31)

    with closing(connect(address)) as engine:
        assert rows_of(engine, "T1") == rows_of(engine, "E1") == {}


async def tidy_up(address: Address, days: int) -> None:
    with closing(InlineRunner(address)) as storage:
        clock = SimulatedClock(NOW + timedelta(days=days))
        await Retention(storage, clock, timedelta(hours=72), uninstalled_kept_for=timedelta(days=30)).tick()
