"""A database that cannot be used: each fault is a sentence, and what can be read is read."""

import errno
import os
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from bot.errors import StorageError, UnwritableStorageError
from storage import migrations
from storage.database import connect, prepare
from storage.engines import sqlite
from storage.records import Paper
from storage.runner import InlineRunner, Runner, ThreadRunner

GARDENS = Paper(id="2509.00001", title="Gardens")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give the path of a whole database with one paper."""
    path = tmp_path / "test.db"
    prepare(path)
    with closing(connect(path)) as database:
        database.execute(
            "INSERT INTO papers (id, title, authors, categories, community_keywords)"
            " VALUES ('2509.00001', 'Gardens', '[]', '[]', '[]')"
        )
    return path


async def refusal(use: Callable[[], Runner]) -> str:
    """Return the sentence with which opening, reading or writing fails."""
    with pytest.raises(StorageError) as raised:
        await read_and_write(use)
    return str(raised.value)


async def read_and_write(use: Callable[[], Runner]) -> None:
    with closing(use()) as runner:
        await runner.read(lambda tables: tables.papers.get(GARDENS.id))
        await runner.write(lambda tables: tables.papers.add(Paper(id="2509.00002", title="Rivers")))


# --- Not a database ---------------------------------------------------------------------------------------


def folder_in_its_place(path: Path) -> None:
    path.unlink()
    path.mkdir()


def no_database(path: Path) -> None:
    path.write_bytes(b"Not a database, however long one looks at it. " * 100)


def damaged(path: Path, after: int = 200) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:after] + b"\xff" * (len(content) - after))


def of_a_newer_version(path: Path) -> None:
    with closing(connect(path)) as database:
        database.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " VALUES ('paper-round', 'm999_more', '2030-01-01')"
        )


def of_another_program(path: Path) -> None:
    with closing(connect(path)) as database:
        database.execute("DELETE FROM _sqlite_migrations")


@pytest.mark.parametrize("make_runner", [ThreadRunner, InlineRunner])
@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (folder_in_its_place, "{path} is a folder, not a database. Choose a file with --db."),
        (no_database, "{path} is not a database of Paper Round. Choose another with --db."),
        (
            damaged,
            (
                "The database {path} is damaged (database disk image is malformed). "
                "Restore it from a backup, or choose another with --db."
            ),
        ),
        (
            of_a_newer_version,
            (
                "The database {path} was changed by a newer version of Paper Round. "
                "Install that version, or choose another database with --db."
            ),
        ),
        (
            of_another_program,
            "The database {path} cannot be used: table papers already exists. Choose another with --db.",
        ),
    ],
)
async def test_what_is_no_database_of_ours_is_said(
    path: Path, make_runner: Callable[[Path], Runner], spoil: Callable[[Path], None], sentence: str
) -> None:
    spoil(path)

    assert await refusal(lambda: make_runner(path)) == sentence.format(path=path)


async def test_a_file_in_the_place_of_its_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("")
    path = tmp_path / "notes" / "test.db"

    assert await refusal(lambda: InlineRunner(path)) == (
        f"{tmp_path / 'notes'} is a file, so the database {path} cannot be in it. Choose another with --db."
    )


async def test_a_name_that_no_file_can_have_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 300) / "test.db"

    assert await refusal(lambda: InlineRunner(path)) == (
        f"The database {path} cannot be written: File name too long. Choose another with --db."
    )


async def test_pages_damaged_in_the_middle_are_said_when_they_are_read(path: Path) -> None:
    damaged(path, after=4096)

    assert (await refusal(lambda: InlineRunner(path))).startswith(f"The database {path} is damaged (")


def schema_that_is_not_utf_8(path: Path) -> None:
    with closing(connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = path.read_bytes()
    path.write_bytes(content.replace(b"organisation TEXT", b"organisation \xbaEXT"))


def changed_by(statement: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        with closing(connect(path)) as database:
            database.execute("PRAGMA ignore_check_constraints = 1")
            database.execute(statement)

    return change


@pytest.mark.parametrize("make_runner", [ThreadRunner, InlineRunner])
@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (schema_that_is_not_utf_8, "it holds text that is not UTF-8"),
        (changed_by("UPDATE papers SET title = CAST(x'47ba' AS TEXT)"), "it holds text that is not UTF-8"),
    ],
    ids=["schema", "text"],
)
async def test_content_that_no_program_wrote_is_damage(
    path: Path, make_runner: Callable[[Path], Runner], spoil: Callable[[Path], None], fault: str
) -> None:
    spoil(path)

    assert await refusal(lambda: make_runner(path)) == (
        f"The database {path} is damaged ({fault}). Restore it from a backup, or choose another with --db."
    )


async def test_a_text_that_no_database_takes_is_cleaned(path: Path) -> None:
    with closing(InlineRunner(path)) as runner:
        await runner.write(lambda tables: tables.papers.add(Paper(id="2509.00002", title="a\ud800b\0c")))
        read = await runner.read(lambda tables: tables.papers.get("2509.00002"))

    assert read == Paper(id="2509.00002", title="a\ufffdbc")


# --- Another process --------------------------------------------------------------------------------------


async def test_a_database_that_is_being_written_is_waited_for_and_then_named(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "_BUSY_SECONDS", 0.01)
    with closing(connect(path)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        said = await refusal(lambda: ThreadRunner(path))
        writer.execute("ROLLBACK")

    assert said == (
        f"The database {path} is busy: another process has been writing to it for 0 seconds. "
        "Try again when it is done."
    )


async def test_a_process_that_never_ends_preparing_is_not_waited_for_for_ever(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "_LOCK_SECONDS", 0.01)
    with FileLock(f"{path}.lock"):
        said = await refusal(lambda: InlineRunner(path))

    assert said == (
        f"Another process has been preparing the database {path} for 0 seconds. Try again when it is done."
    )


@pytest.mark.parametrize("make_runner", [ThreadRunner, InlineRunner])
@pytest.mark.parametrize("code", [errno.ENOENT, errno.EISDIR])
async def test_a_lock_that_cannot_be_made_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_runner: Callable[[Path], Runner], code: int
) -> None:
    monkeypatch.setattr(os, "open", refusing(code))
    path = tmp_path / "new.db"

    assert await refusal(lambda: make_runner(path)) == (
        f"The database {path} cannot be written, as {path}.lock cannot be made: {os.strerror(code)}. "
        "Choose another with --db."
    )


# --- A disk that takes nothing ----------------------------------------------------------------------------


def refusing(code: int) -> Callable[..., Any]:
    """Return a lock that fails as on such a disk; root may write anywhere, so permissions would not do."""

    def lock(*_: object, **__: object) -> object:
        raise OSError(code, os.strerror(code))

    return lock


@pytest.fixture(params=[errno.EROFS, errno.ENOSPC, errno.EACCES], ids=errno.errorcode.get)
def unwritable(request: pytest.FixtureRequest, path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sqlite, "FileLock", refusing(request.param))
    return path


async def test_where_nothing_can_be_written_reading_works_and_writing_says_why(
    unwritable: Path, request: pytest.FixtureRequest
) -> None:
    why = os.strerror(request.node.callspec.params["unwritable"])
    before = {file.name: file.read_bytes() for file in unwritable.parent.iterdir()}
    with closing(InlineRunner(unwritable)) as runner:
        read = await runner.read(lambda tables: tables.papers.get(GARDENS.id))
        with pytest.raises(UnwritableStorageError, match=f"cannot be written: {why}"):
            await runner.write(lambda tables: tables.papers.add(Paper(id="2509.00002", title="Rivers")))

    assert read == GARDENS
    assert {file.name: file.read_bytes() for file in unwritable.parent.iterdir()} == before


async def test_where_nothing_can_be_written_what_must_write_is_refused(unwritable: Path) -> None:
    assert (await refusal(lambda: ThreadRunner(unwritable))).startswith(
        f"The database {unwritable} cannot be written: "
    )


async def test_what_a_stopped_process_left_in_its_log_is_read_too(path: Path, tmp_path: Path) -> None:
    stopped = tmp_path / "stopped"
    stopped.mkdir()
    with closing(connect(path)) as writer:
        writer.execute("UPDATE papers SET title = 'Rivers'")
        for file in (path, Path(f"{path}-wal")):
            shutil.copy(file, stopped)
    with closing(sqlite.connect_unwritable(stopped / "test.db", migrations)) as database:
        titles = [row["title"] for row in database.query("SELECT title FROM papers")]

    assert titles == ["Rivers"]


async def test_an_older_database_that_cannot_be_written_is_named(unwritable: Path) -> None:
    with closing(connect(unwritable)) as database:
        database.execute("DELETE FROM _sqlite_migrations WHERE name LIKE 'm012%'")

    sentence = await refusal(lambda: InlineRunner(unwritable))

    assert sentence.startswith(f"The database {unwritable} cannot be written: ")
    assert sentence.endswith(" Its tables are not up to date, so until then it cannot be read either.")


@pytest.mark.parametrize("make_runner", [ThreadRunner, InlineRunner])
@pytest.mark.parametrize("pages", [1, 8, 30])
async def test_a_new_database_without_room_for_its_tables_is_said_to_have_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_runner: Callable[[Path], Runner], pages: int
) -> None:
    path, opened = tmp_path / "new.db", sqlite.opened

    def opened_small(address: str, *, uri: bool = False) -> Any:
        connection = opened(address, uri=uri)
        connection.execute(f"PRAGMA max_page_count = {pages}")
        return connection

    monkeypatch.setattr(sqlite, "opened", opened_small)

    assert (await refusal(lambda: make_runner(path))).startswith(
        f"The disk of the database {path} is full. Free some space and try again."
    )


async def test_where_nothing_can_be_written_a_database_that_is_not_there_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "FileLock", refusing(errno.EROFS))
    path = tmp_path / "none.db"

    assert await refusal(lambda: InlineRunner(path)) == (
        f"The database {path} cannot be written: Read-only file system. Choose another with --db."
    )


# --- Whose files they are ---------------------------------------------------------------------------------


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such permissions")
def test_a_database_and_all_files_beside_it_are_their_owner_s(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with closing(ThreadRunner(tmp_path / "test.db")):
            modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
    finally:
        os.umask(before)

    assert modes == dict.fromkeys(["test.db", "test.db-wal", "test.db-shm", "test.db.lock"], 0o600)
