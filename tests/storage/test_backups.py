"""Backups of a SQLite file, and the way back."""

import os
import shutil
import stat
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.errors import BackupStoppedError, StorageError
from storage import migrations
from storage.address import Address
from storage.backups import Restored, back_up, mark_restored, restore
from storage.claims import Claims
from storage.database import connect, prepare, run_lock
from storage.engines import sqlite_backup
from storage.engines.sqlite import SQLiteEngine
from storage.engines.sqlite_backup import Outline, Stop, checked, copy_to
from storage.records import DeliveryKind, DeliveryState, Paper, Post, PostState
from storage.runner import InlineRunner
from storage.tables import Tables
from tests.storage.test_migrations import bring_up_to
from tests.support.clocks import SimulatedClock
from tests.support.full_disk import largest_file
from tests.support.pasts import NOW
from tests.support.postgresql import DatabaseServer
from tests.support.subscribing import subscribe
from tests.support.tables import empty_tables

GARDENS, RIVERS = Paper("2509.00001", "Gardens"), Paper("2509.00002", "Rivers")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Return a database with one paper."""
    path = empty_tables(tmp_path / "paper-round.db")
    add(path, GARDENS)
    return path


def add(path: Path, paper: Paper) -> None:
    with closing(connect(path)) as engine, engine.transaction():
        tables = Tables(engine)
        tables.papers.add(paper)
        tables.search_index.update()


def papers(path: Path) -> set[str]:
    with closing(connect(path)) as engine:
        return {row["title"] for row in engine.query("SELECT title FROM papers")}


def names(folder: Path) -> set[str]:
    """Return the names of the files but for locks, which stay where they were made."""
    return {each.name for each in folder.iterdir() if not each.name.endswith(".lock")}


@pytest.mark.parametrize("change", ["INSERT", "DELETE"])
def test_whoever_writes_meanwhile_does_not_spoil_a_backup(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    count = sqlite_backup._outline

    def write_once_counted(engine: SQLiteEngine) -> Outline:
        outline = count(engine)
        monkeypatch.setattr(sqlite_backup, "_outline", count)
        if change == "INSERT":
            add(database, RIVERS)
        else:
            with closing(connect(database)) as other, other.transaction():
                other.execute("DELETE FROM search_words")
        return outline

    monkeypatch.setattr(sqlite_backup, "_outline", write_once_counted)
    copy_to(database, tmp_path / "copy.db")

    assert papers(tmp_path / "copy.db") == papers(database)


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(StorageError) as raised:
        act()
    return str(raised.value)


# --- Making one -------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such permissions")
def test_a_backup_holds_what_was_committed_and_is_its_owner_s_alone(database: Path) -> None:
    target = database.with_name("backup.db")
    with closing(connect(database)) as writer, writer.transaction():
        Tables(writer).papers.add(RIVERS)
        backup = back_up(database, target)

    assert backup.size == target.stat().st_size
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert names(database.parent) == {"paper-round.db", "backup.db"}
    assert (papers(target), papers(database)) == ({"Gardens"}, {"Gardens", "Rivers"})


def test_a_file_that_is_there_is_replaced_only_when_that_is_asked_for(database: Path) -> None:
    target = database.with_name("backup.db")
    back_up(database, target)
    add(database, RIVERS)

    assert refusal(lambda: back_up(database, target)) == (
        f"{target} is there already. Name another file, or replace it with --force."
    )
    assert papers(target) == {"Gardens"}
    back_up(database, target, force=True)
    assert papers(target) == {"Gardens", "Rivers"}


@pytest.mark.parametrize("target", ["paper-round.db", "link.db"])
def test_the_database_itself_is_never_replaced_by_its_backup(database: Path, target: str) -> None:
    database.with_name("link.db").symlink_to(database)
    named = database.with_name(target)

    assert refusal(lambda: back_up(database, named, force=True)) == (
        f"{named} is the database itself. Name another file for its backup."
    )


def test_places_in_which_no_backup_can_be_are_named(database: Path) -> None:
    folder = database.parent

    assert refusal(lambda: back_up(database, folder)) == (
        f"{folder} is a folder, so no backup can be there. Name a file in it."
    )
    assert refusal(lambda: back_up(database, folder / "none" / "backup.db")) == (
        f"The folder of the backup {folder / 'none' / 'backup.db'} does not exist. "
        "Create it, or choose another file."
    )
    assert refusal(lambda: back_up(folder / "none.db", folder / "backup.db")) == (
        f"There is no database at {folder / 'none.db'}, so nothing was backed up."
    )


def test_a_folder_that_takes_no_file_is_said(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    # Root may write anywhere, so permissions would not do.
    monkeypatch.setattr(sqlite_backup, "make_private", refuse)
    target = database.with_name("backup.db")

    assert refusal(lambda: back_up(database, target)) == (
        f"The backup {target} cannot be written: Permission denied. "
        "Make room or allow writing there, or choose another place."
    )


def test_a_backup_that_is_stopped_leaves_nothing(database: Path) -> None:
    stop = Stop()
    stop.ask()
    with closing(connect(database)) as engine, engine.transaction():
        for number in range(2_000):
            engine.execute("INSERT INTO greetings VALUES ('T1', ?, '')", [f"C{number}"])

    with pytest.raises(BackupStoppedError):
        back_up(database, database.with_name("backup.db"), stop=stop)
    assert names(database.parent) == {"paper-round.db"}


def test_a_damaged_database_gives_no_backup(database: Path) -> None:
    content = database.read_bytes()
    database.write_bytes(content[:8192] + b"\xff" * (len(content) - 8192))

    assert refusal(lambda: back_up(database, database.with_name("backup.db"))).startswith(
        f"The database {database} is damaged ("
    )
    assert names(database.parent) == {"paper-round.db"}


# --- Putting one back -------------------------------------------------------------------------------------


def put_delivery(path: Address, *states: PostState) -> int:
    with closing(connect(path)) as engine, engine.transaction():
        tables = Tables(engine)
        delivery = tables.deliveries.open(
            subscribe(tables), DeliveryKind.ASKED, date(2025, 9, 29), "key", NOW - timedelta(hours=1)
        )
        posts = [Post(delivery.id, position, "{}", state=each) for position, each in enumerate(states)]
        tables.posts.plan(
            delivery,
            [
                replace(
                    post,
                    attempted_at=None if post.state is PostState.PLANNED else NOW,
                    ts="1.0" if post.state is PostState.POSTED else None,
                )
                for post in posts
            ],
        )
        return delivery.id


async def test_what_was_not_certain_at_the_backup_is_unknown_after_it(database: Path) -> None:
    backup = database.with_name("backup.db")
    states = (PostState.POSTED, PostState.REFUSED, PostState.SENDING, PostState.UNKNOWN, PostState.PLANNED)
    delivery_id = put_delivery(database, *states)
    storage = InlineRunner(database)
    await Claims(storage, SimulatedClock(NOW)).claim("work")
    storage.close()
    back_up(database, backup)
    add(database, RIVERS)
    aside = database.with_name("paper-round.db.before-restore-20250929T090000")

    assert restore(backup, database, NOW) == Restored(aside, NOW - timedelta(hours=1), unknown=3, channels=1)
    assert papers(aside) == {"Gardens", "Rivers"}
    with closing(connect(database)) as engine:
        tables = Tables(engine)
        posts, delivery = tables.posts.of_delivery(delivery_id), tables.deliveries.get(delivery_id)
        assert [post.state for post in posts] == [
            PostState.POSTED,
            PostState.REFUSED,
            *[PostState.UNKNOWN] * 3,
        ]
        assert posts[4].attempted_at == NOW - timedelta(hours=1)
        assert delivery
        assert (delivery.state, delivery.needs_look) == (DeliveryState.OPEN, True)
        assert tables.leases.held(NOW) == frozenset()
        assert [each.since for each in tables.reconciliations.left("T1")] == [NOW - timedelta(hours=1)]
    assert papers(database) == {"Gardens"}


def test_the_log_of_what_was_there_never_comes_to_the_backup(database: Path) -> None:
    backup, crashed = database.with_name("backup.db"), database.with_name("crashed.db")
    back_up(database, backup)
    with closing(connect(database)) as engine:
        engine.execute("UPDATE papers SET title = 'Rivers'")
        # As a process leaves it that was killed.
        for suffix in ("", "-wal"):
            shutil.copy(f"{database}{suffix}", f"{crashed}{suffix}")
    restored = restore(backup, crashed, NOW)

    assert papers(crashed) == {"Gardens"}
    assert restored.aside
    assert papers(restored.aside) == {"Rivers"}


def test_a_damaged_database_is_kept_aside_with_its_log_as_it_was(database: Path) -> None:
    backup = database.with_name("backup.db")
    back_up(database, backup)
    database.write_bytes(b"Not a database. " * 100)
    log = Path(f"{database}-wal")
    log.write_bytes(b"Not a log.")
    restored = restore(backup, database, NOW)

    assert papers(database) == {"Gardens"}
    assert restored.aside
    assert restored.aside.read_bytes() == b"Not a database. " * 100


def test_a_backup_is_restored_where_nothing_was(database: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    back_up(database, elsewhere / "backup.db")
    restored = restore(elsewhere / "backup.db", elsewhere / "new.db", NOW)

    assert restored == Restored(None, None, unknown=0, channels=0)
    assert names(elsewhere) == {"backup.db", "new.db"}
    assert papers(elsewhere / "new.db") == {"Gardens"}


def test_a_database_that_something_else_put_back_stays_where_it_is(database: Path) -> None:
    put_delivery(database, PostState.PLANNED)
    database.chmod(0o644)
    before = database.stat().st_ino
    restored = restore(database, database, NOW)

    assert restored == Restored(None, NOW - timedelta(hours=1), unknown=1, channels=1)
    assert database.stat().st_ino == before
    assert os.name != "posix" or stat.S_IMODE(database.stat().st_mode) == 0o600


def test_a_backup_of_an_earlier_version_is_brought_up_to_date(tmp_path: Path) -> None:
    old, database = tmp_path / "old.db", tmp_path / "paper-round.db"
    with closing(connect(old)) as engine:
        bring_up_to(engine, "m020_saves_by_paper")
    restore(old, database, NOW)

    with closing(connect(database)) as engine:
        assert migrations.missing(engine) == []


def newer(path: Path) -> str:
    with closing(connect(path)) as engine:
        engine.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES (?, ?, ?)",
            ["paper-round", "m999_more", "2030-01-01"],
        )
    return (
        f"The database {path} was changed by a newer version of Paper Round. "
        "Install that version, or choose another database with --db."
    )


def damaged(path: Path) -> str:
    content = path.read_bytes()
    path.write_bytes(content[:8192] + bytes(4096) + content[12288:])
    return f"{path} is damaged: "


def dangling(path: Path) -> str:
    with closing(connect(path)) as engine:
        engine.execute("PRAGMA foreign_keys = OFF")
        engine.execute("INSERT INTO search_papers VALUES (9, '2509.99999', NULL, 0, 0)")
    return f"{path} is damaged: rows of search_papers refer to rows that are not there."


def no_database(path: Path) -> str:
    path.write_bytes(b"Not a database. " * 100)
    return f"{path} cannot be read as a backup. {path} is not a database of Paper Round."


def of_another_program(path: Path) -> str:
    path.unlink()
    with closing(connect(path)) as engine:
        engine.execute("CREATE TABLE notes (text TEXT)")
    return f"{path} is no database of Paper Round."


@pytest.mark.parametrize("spoil", [newer, damaged, dangling, no_database, of_another_program])
def test_what_is_no_whole_backup_changes_nothing(database: Path, spoil: Callable[[Path], str]) -> None:
    backup = database.with_name("backup.db")
    back_up(database, backup)
    add(database, RIVERS)
    sentence = spoil(backup)

    assert refusal(lambda: restore(backup, database, NOW)).startswith(sentence)
    assert papers(database) == {"Gardens", "Rivers"}
    assert names(database.parent) == {"paper-round.db", "backup.db"}


def test_a_database_on_which_the_bot_runs_is_not_replaced(database: Path) -> None:
    backup = database.with_name("backup.db")
    back_up(database, backup)
    with run_lock(database):
        said = refusal(lambda: restore(backup, database, NOW))

    assert said == f"Paper Round runs on {database}. Stop it, and restore the backup then."


def test_what_stands_in_the_way_of_restoring_is_said(database: Path) -> None:
    missing = database.with_name("none.db")

    assert refusal(lambda: restore(missing, database, NOW)) == (
        f"There is no file {missing}, so nothing was restored."
    )
    assert refusal(lambda: restore(database, database.parent / "none" / "new.db", NOW)) == (
        f"The folder of the database {database.parent / 'none' / 'new.db'} does not exist. "
        "Create it and try again."
    )


# --- Before an upgrade ------------------------------------------------------------------------------------


def of_version(path: Path, first_missing: str) -> Path:
    with closing(connect(path)) as engine:
        bring_up_to(engine, first_missing)
        engine.execute(
            "INSERT INTO papers (id, title, authors, categories, community_keywords)"
            " VALUES ('2509.00001', 'Gardens', '[]', '[]', '[]')"
        )
    return path


def latest_version() -> int:
    return max(int(name[1:4]) for name in migrations._ALL)


def test_an_upgrade_leaves_a_checked_copy_of_what_was_there(tmp_path: Path) -> None:
    path = of_version(tmp_path / "paper-round.db", "m020_saves_by_paper")
    prepare(path)
    prepare(path)
    copy = tmp_path / f"paper-round.before-v{latest_version()}.db"

    assert names(tmp_path) == {"paper-round.db", copy.name}
    assert max(checked(copy).migrations) == "m019_english_keywords"
    with closing(connect(path)) as engine:
        assert migrations.missing(engine) == []


def test_only_the_newest_two_copies_stay(tmp_path: Path) -> None:
    others = {"paper-round.before-v5.db.txt", "other.before-v1.db"}
    for name in (*others, "paper-round.before-v9.db", "paper-round.before-v12.db"):
        (tmp_path / name).touch()
    prepare(of_version(tmp_path / "paper-round.db", "m020_saves_by_paper"))

    assert names(tmp_path) == {
        *others,
        "paper-round.db",
        "paper-round.before-v12.db",
        f"paper-round.before-v{latest_version()}.db",
    }


def test_a_new_database_and_a_current_one_are_not_copied(tmp_path: Path) -> None:
    path = tmp_path / "paper-round.db"
    prepare(path)
    prepare(path)

    assert names(tmp_path) == {"paper-round.db"}


def test_an_upgrade_that_fails_leaves_all_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = of_version(tmp_path / "paper-round.db", "m020_saves_by_paper")

    def fail(_: object) -> None:
        raise StorageError("The disk is full.")

    monkeypatch.setitem(migrations._ALL, "m022_deactivated_people", fail)

    assert refusal(lambda: prepare(path)) == "The disk is full."
    assert max(checked(path).migrations) == "m019_english_keywords"


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such limit")
def test_an_upgrade_without_room_for_the_copy_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    path = of_version(tmp_path / "paper-round.db", "m020_saves_by_paper")
    with largest_file(40_960):
        said = refusal(lambda: prepare(path))

    assert said == (
        f"The backup {tmp_path}/paper-round.before-v{latest_version()}.db cannot be written: "
        "its disk is full. Make room or allow writing there, or choose another place."
    )
    assert names(tmp_path) == {"paper-round.db"}
    assert max(checked(path).migrations) == "m019_english_keywords"


# --- On a server ------------------------------------------------------------------------------------------


async def test_on_a_server_what_was_put_back_is_marked_as_in_a_file(database_server: DatabaseServer) -> None:
    server = database_server.database()
    delivery_id = put_delivery(server, PostState.POSTED, PostState.SENDING, PostState.PLANNED)
    marked = mark_restored(server, NOW)
    with closing(connect(server)) as engine:
        tables = Tables(engine)
        states = [post.state for post in tables.posts.of_delivery(delivery_id)]
        channels = tables.reconciliations.left("T1")
    database_server.drop(server)

    assert marked == Restored(None, NOW - timedelta(hours=1), unknown=2, channels=1)
    assert states == [PostState.POSTED, PostState.UNKNOWN, PostState.UNKNOWN]
    assert [each.since for each in channels] == [NOW - timedelta(hours=1)]


def test_on_a_server_on_which_a_process_runs_nothing_is_marked(database_server: DatabaseServer) -> None:
    server = database_server.database()
    with closing(connect(server)) as engine, engine.transaction():
        Tables(engine).heartbeats.beat("tick", NOW - timedelta(seconds=30))
    said = refusal(lambda: mark_restored(server, NOW))
    database_server.drop(server)

    assert said == (
        f"Paper Round ran on {server} within the last two minutes. "
        "Stop it everywhere, and try again in two minutes."
    )
