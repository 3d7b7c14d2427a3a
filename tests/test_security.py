"""SECURITY.md says what is stored, and for how long."""

import re
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from bot.settings import Settings
from handlers.oauth_states import COOKIE, GOOD_FOR
from storage import retention
from storage.card_updates import CARDS_CHANGE_FOR
from storage.database import connect
from storage.people import TABLES as OF_PEOPLE
from tests.support.tables import empty_tables
from tests.test_readme import read

SECURITY = read("SECURITY.md")
STORED = SECURITY.partition("## What is stored")[2].partition("## How to remove it")[0]
ROWS = {
    table: kept
    for tables, kept in re.findall(r"^\| [^|]*? \| (`[^|]*) \| (.*?) \|$", STORED, re.MULTILINE)
    for table in re.findall(r"`(\w+)`", tables)
}
#: The library's own, and what an index consists of.
INNER = re.compile(r"_sqlite_migrations|sqlite_.*|search_texts_\w+")


def test_every_table_is_named(tmp_path: Path) -> None:
    with closing(connect(empty_tables(tmp_path / "paper-round.db"))) as engine:
        tables = {name for name in engine.table_names() if not INNER.fullmatch(name)}

    assert set(ROWS) == tables


def test_every_time_is_the_one_that_holds() -> None:
    hours = timedelta(hours=Settings.model_fields["keep_payloads_hours"].default)
    uninstalled = timedelta(days=Settings.model_fields["keep_uninstalled_days"].default)
    told = {
        "posts": hours,
        "card_updates": CARDS_CHANGE_FOR,
        "removed_papers": retention.REMOVED_KEPT_FOR,
        "summary_requests": retention.RECORDS_KEPT_FOR,
        "model_requests": retention.RECORDS_KEPT_FOR,
        "summary_failures": retention.RECORDS_KEPT_FOR,
        "deactivated_people": retention.LEAVERS_KEPT_FOR,
        "installations": uninstalled,
        "events": retention.EVENTS_KEPT_FOR,
    }

    assert uninstalled == retention.UNINSTALLED_KEPT_FOR
    assert [table for table, time in told.items() if words_of(time) not in ROWS[table]] == []
    assert f"after {uninstalled.days} days" in SECURITY
    assert f"after {retention.LEAVERS_KEPT_FOR.days} days" in SECURITY


def test_what_goes_with_a_person_is_said_to() -> None:
    by_themselves = {"removed_papers", "summary_requests", "deactivated_people", "operator_notices"}

    assert {table for table in OF_PEOPLE if "forgotten" in ROWS[table]} == set(OF_PEOPLE) - by_themselves


def test_the_guard_of_an_installation_is_the_one_that_holds() -> None:
    assert COOKIE.startswith("__Host-")
    assert timedelta(minutes=10) == GOOD_FOR
    assert "good for ten minutes" in SECURITY


def words_of(time: timedelta) -> str:
    """Return the time as the page writes it: hours up to three days where it is no whole number of weeks."""
    if time == timedelta(days=1):
        return "1 day"
    hours = round(time.total_seconds() / 3600)
    return f"{hours} hours" if hours in {25, 72} else f"{time.days} days"
