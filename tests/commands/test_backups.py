"""`paper-round backup` and `paper-round restore`, and what the status says of backups."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from storage.database import connect
from storage.records import Paper
from storage.tables import Tables
from tests.support.clocks import SimulatedClock
from tests.support.command import run, run_on
from tests.support.pasts import NOW
from tests.support.subscribing import subscribe
from tests.support.tables import empty_tables

SERVER = "postgresql://ada:secret@db.example.org/paper_round"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = empty_tables(tmp_path / "bot.db")
    with closing(connect(path)) as engine, engine.transaction():
        tables = Tables(engine)
        tables.papers.add(Paper("2509.00001", "Gardens"))
        subscribe(tables)
        tables.heartbeats.beat("tick", NOW - timedelta(hours=3))
    return path


def test_a_backup_is_made_and_restored(database: Path) -> None:
    target = database.with_name("backup.db")
    made = run("backup", target, "--db", database)
    again = run("backup", target, "--db", database)
    restored = run_on(SimulatedClock(NOW), "restore", target, "--db", database)

    assert made.output.startswith(f"{target}: ")
    assert made.output.endswith(f" rows in {target.stat().st_size:,} bytes, checked\n")
    assert (again.exit_code, again.stderr) == (
        1,
        f"Error: {target} is there already. Name another file, or replace it with --force.\n",
    )
    assert restored.output == (
        f"{database} is {target} now, as of 2025-09-29 06:00:00 UTC.\n"
        f"What was there is {database}.before-restore-20250929T090000.\n"
        "At its next start the bot looks into 1 channel for what was posted since, and for 0 messages that "
        "may have been.\n"
    )


def test_what_something_else_put_back_is_only_noted(database: Path) -> None:
    noted = run_on(SimulatedClock(NOW), "restore", "--already", "--db", database)
    wrong = [run("restore", *arguments, "--db", database) for arguments in ([], ["a.db", "--already"])]

    assert noted.output.startswith(f"{database} is whole, as of 2025-09-29 06:00:00 UTC.\n")
    assert [each.exit_code for each in wrong] == [2, 2]
    assert all("Name the backup FILE, or use --already." in each.stderr for each in wrong)


def test_on_a_server_its_own_tools_are_named_without_the_password() -> None:
    backup = run("backup", "backup.dump", "--db", SERVER)
    restore = run("restore", "backup.dump", "--db", SERVER)

    assert (backup.exit_code, backup.stderr) == (
        1,
        (
            "Error: The database postgresql://db.example.org/paper_round is on a server, which makes its own "
            "backups: pg_dump --format=custom --file=backup.dump "
            "--dbname=postgresql://db.example.org/paper_round\n"
        ),
    )
    assert (restore.exit_code, restore.stderr) == (
        1,
        (
            "Error: The database postgresql://db.example.org/paper_round is on a server. With all workers "
            "stopped: pg_restore --clean --if-exists --dbname=postgresql://db.example.org/paper_round "
            "backup.dump && paper-round restore --already\n"
        ),
    )


def beaten(database: Path, **hours_ago: int) -> str:
    """Return the status's line on backups, with these heartbeats."""
    with closing(connect(database)) as engine, engine.transaction():
        for name, hours in hours_ago.items():
            Tables(engine).heartbeats.beat(name.replace("_", " "), NOW - timedelta(hours=hours))
    lines = run_on(SimulatedClock(NOW), "status", "--db", database).output.splitlines()
    return next((line for line in lines if line.startswith("Last backup")), "")


def test_the_status_says_when_the_last_good_backup_was_made(database: Path) -> None:
    assert beaten(database) == "Last backup: never."
    assert beaten(database, backup=5) == "Last backup: 2025-09-29 04:00 UTC."
    assert beaten(database, backup_failed=4) == (
        "Last backup: 2025-09-29 04:00 UTC. The one of 2025-09-29 05:00 UTC failed, and the log says why."
    )
    assert beaten(database, backup=1) == "Last backup: 2025-09-29 08:00 UTC."


def test_where_nobody_wants_backups_the_status_has_none(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAPER_ROUND_BACKUPS", "none")

    assert beaten(database, backup=5) == ""
