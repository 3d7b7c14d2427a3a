"""A row that holds what cannot be read: a sentence where it is asked for, and no stop for the others."""

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.errors import DamagedRowError
from storage.database import connect, prepare
from storage.records import Listing, ListingState, MistakeReport, Paper, Subscription, SummaryFailure
from storage.runner import InlineRunner, ThreadRunner
from storage.tables import Tables
from tests.support.subscribing import subscribe

NOON = datetime(2025, 9, 29, 12, 0, tzinfo=UTC)
DAY = NOON.date()
PAPERS = (Paper(id="2509.00001", title="Gardens"), Paper(id="2509.00002", title="Rivers"))


def fill(tables: Tables) -> None:
    for paper in PAPERS:
        tables.papers.add(paper)
        tables.saved_papers.save("T1", "U1", paper.id, NOON)
        tables.summary_failures.put(SummaryFailure(paper.id, "en", 1, "It failed.", NOON, NOON))
        report = MistakeReport("T1", "U1", paper.id, "en", NOON, "Wrong.", "abstract", DAY)
        tables.mistake_reports.add(report)
    for source in ("arxiv:cs.CL", "huggingface"):
        tables.listings.put(Listing(source, DAY, ListingState.COMPLETE, ("2509.00001",)))
    for channel in ("C1", "C2"):
        subscribe(tables, "T1", channel)
    tables.heartbeats.beat("tick", NOON)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "test.db"
    prepare(path)
    return path


async def with_rows(path: Path, damage: str) -> None:
    """Fill the tables, and damage what the statement says."""
    with closing(InlineRunner(path)) as runner:
        await runner.write(fill)
    with closing(connect(path)) as database:
        database.execute(damage)


DAMAGES: dict[str, tuple[str, str, Callable[[Tables], object], object]] = {
    "a time": (
        "UPDATE subscriptions SET at = '25:99' WHERE channel = 'C1'",
        "the column at of the table subscriptions holds '25:99' where id is 1",
        lambda tables: [each.channel for each in tables.subscriptions.all()],
        ["C2"],
    ),
    "a zone": (
        "UPDATE subscriptions SET zone = 'Moon/Base' WHERE channel = 'C1'",
        "the column zone of the table subscriptions holds 'Moon/Base' where id is 1",
        lambda tables: [each.channel for each in tables.subscriptions.all()],
        ["C2"],
    ),
    "JSON of another shape": (
        "UPDATE subscriptions SET filters = '[]' WHERE channel = 'C2'",
        "the column filters of the table subscriptions holds '[]' where id is 2",
        lambda tables: [each.channel for each in tables.subscriptions.all()],
        ["C1"],
    ),
    "no weekdays": (
        "UPDATE subscriptions SET weekdays = '[7]' WHERE channel = 'C2'",
        "the column weekdays of the table subscriptions holds '[7]' where id is 2",
        lambda tables: [each.channel for each in tables.subscriptions.all()],
        ["C1"],
    ),
    "a moment without a zone": (
        "UPDATE subscriptions SET begun_at = '2025-09-29T12:00:00' WHERE channel = 'C2'",
        "the column begun_at of the table subscriptions holds '2025-09-29T12:00:00' where id is 2",
        lambda tables: [each.channel for each in tables.subscriptions.all()],
        ["C1"],
    ),
    "a date": (
        "UPDATE papers SET published = 'soon' WHERE id = '2509.00001'",
        "the column published of the table papers holds 'soon' where id is 2509.00001",
        lambda tables: [paper.title for paper in tables.papers.of_ids(["2509.00001", "2509.00002"])],
        ["Rivers"],
    ),
    "a paper on a list": (
        "UPDATE papers SET authors = '7' WHERE id = '2509.00002'",
        "the column authors of the table papers holds '7' where id is 2509.00002",
        lambda tables: [each.paper.title for each in tables.saved_papers.page("T1", "U1", offset=0, limit=9)],
        ["Gardens"],
    ),
    "a listing": (
        "UPDATE listings SET looked_at = 'x' WHERE source = 'huggingface'",
        "the column looked_at of the table listings holds 'x' where source is huggingface",
        lambda tables: [each.source for each in tables.listings.of_day(DAY)],
        ["arxiv:cs.CL"],
    ),
    "a report": (
        "UPDATE mistake_reports SET summary_made_at = 'x' WHERE paper_id = '2509.00001'",
        "the column summary_made_at of the table mistake_reports holds 'x' where id is 1",
        lambda tables: [each.paper_id for each in tables.mistake_reports.latest(9)],
        ["2509.00002"],
    ),
    "a heartbeat": (
        "UPDATE heartbeats SET at = ''",
        "the column at of the table heartbeats holds '' where at is ",
        lambda tables: tables.heartbeats.last("tick"),
        None,
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
async def test_a_command_is_told_which_column_of_which_table(path: Path, damage: str) -> None:
    statement, told, read, _ = DAMAGES[damage]
    await with_rows(path, statement)
    with closing(InlineRunner(path)) as runner, pytest.raises(DamagedRowError) as raised:
        await runner.read(read)

    assert str(raised.value) == (
        f"The database is damaged: {told}, which cannot be read. Correct it there, or restore a backup."
    )


@pytest.mark.parametrize("damage", DAMAGES)
async def test_the_running_bot_skips_the_row_and_says_so_once(
    path: Path, damage: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    statement, told, read, left = DAMAGES[damage]
    monkeypatch.setattr("storage.rows._logged", set())
    await with_rows(path, statement)
    with closing(ThreadRunner(path)) as runner:
        seen = [await runner.read(read), await runner.write(read)]

    assert seen == [left, left]
    assert [told in message for message in caplog.messages] == [True]


async def test_one_that_is_asked_for_by_itself_is_an_error_for_the_bot_too(path: Path) -> None:
    await with_rows(path, "UPDATE subscriptions SET since = 'x' WHERE id = 1")

    def read(tables: Tables) -> Subscription | None:
        return tables.subscriptions.get(1)

    with closing(ThreadRunner(path)) as runner, pytest.raises(DamagedRowError, match="the column since"):
        await runner.read(read)


async def test_a_damaged_listing_is_replaced_by_the_next_poll(path: Path) -> None:
    await with_rows(path, "UPDATE listings SET trouble_since = 'x' WHERE source = 'huggingface'")
    fresh = Listing("huggingface", date(2025, 9, 29), ListingState.COMPLETE, ("2509.00001",))
    with closing(ThreadRunner(path)) as runner:
        await runner.write(lambda tables: tables.listings.put(fresh))

        assert await runner.read(lambda tables: tables.listings.get("huggingface", DAY)) == fresh
