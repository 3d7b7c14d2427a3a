"""What goes wrong with a server: refused, gone for now, or not known; a sentence each, without a password."""

import asyncio
import shutil
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import replace
from itertools import cycle
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from bot.errors import CommitLostError, StorageError, StorageGoneError, UnwritableStorageError
from storage.address import Server
from storage.database import connect, prepare
from storage.engines import postgresql
from storage.engines.engine import Engine
from storage.records import Paper
from storage.runner import InlineRunner, Runner, ThreadRunner
from storage.tables import Tables
from tests.support.command import run
from tests.support.postgresql import DatabaseServer, RunningServer, programs, running_server
from tests.support.waiting import PATIENCE

GARDENS = Paper(id="2509.00001", title="Gardens")
RIVERS = Paper(id="2509.00002", title="Rivers")
RUNNERS: list[Callable[[Server], Runner]] = [ThreadRunner, InlineRunner]


@pytest.fixture
def address(database_server: DatabaseServer) -> Iterator[Server]:
    """Give a database with empty tables."""
    database = database_server.database()
    yield database
    database_server.drop(database)


@pytest.fixture(scope="module")
def own_server() -> Iterator[RunningServer]:
    """Give a server of these tests' own, which they may stop."""
    folder = programs()
    if folder is None:
        pytest.skip("PostgreSQL is not installed here; Debian's package is called postgresql")
    with running_server(folder) as server:
        yield server


@pytest.fixture(params=RUNNERS, ids=["threads", "inline"])
def make_runner(request: pytest.FixtureRequest) -> Callable[[Server], Runner]:
    make: Callable[[Server], Runner] = request.param
    return make


@pytest.fixture
def runner(make_runner: Callable[[Server], Runner], address: Server) -> Iterator[Runner]:
    with closing(make_runner(address)) as runner:
        yield runner


@pytest.fixture
def role(address: Server) -> Iterator[str]:
    """Give a role that owns nothing and may nothing."""
    name = f"guest_of_{name_of(address)}"
    administer(address, f"CREATE ROLE {name} LOGIN PASSWORD 'right'")
    yield name
    administer(address, f"DROP OWNED BY {name}", f"DROP ROLE {name}")


def name_of(address: Server) -> str:
    return urlsplit(address.conninfo).path.removeprefix("/")


def as_user(address: Server, user: str) -> Server:
    parts = urlsplit(address.conninfo)
    return Server(urlunsplit(parts._replace(netloc=f"{user}@{parts.netloc.rpartition('@')[2]}")))


def on_host(address: Server, hosts: str) -> Server:
    return Server(f"{address.conninfo.partition('host=')[0]}host={hosts}")


def administer(address: Server, *statements: str) -> None:
    with closing(psycopg.connect(address.conninfo, autocommit=True)) as connection:
        for statement in statements:
            connection.execute(statement)


def kill_connections(address: Server) -> None:
    """Have the server end every other connection to the database."""
    with closing(psycopg.connect(address.conninfo, autocommit=True)) as connection:
        connection.execute(
            """
            SELECT pg_terminate_backend(pid, %s) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
            """,
            [int(PATIENCE * 1000)],
        )


def gardens(tables: Tables) -> Paper | None:
    return tables.papers.get(GARDENS.id)


def adding(paper: Paper) -> Callable[[Tables], bool]:
    return lambda tables: tables.papers.add(paper)


def all_of(papers: Sequence[Paper]) -> Callable[[Tables], tuple[Paper, ...]]:
    return lambda tables: tables.papers.of_ids(paper.id for paper in papers)


def refusal(address: Server) -> StorageError:
    """Return the error with which connecting fails."""
    with pytest.raises(StorageError) as raised:
        connect(address)
    return raised.value


# --- Connections that end ---------------------------------------------------------------------------------


async def test_after_its_connections_are_killed_the_next_read_and_write_succeed(
    runner: Runner, address: Server
) -> None:
    await runner.write(lambda tables: tables.papers.add(GARDENS))
    await runner.read(gardens)
    kill_connections(address)

    assert await runner.read(gardens) == GARDENS
    kill_connections(address)
    assert await runner.write(lambda tables: tables.papers.add(RIVERS))


async def test_a_call_whose_connection_is_killed_in_the_middle_runs_again_and_writes_once(
    runner: Runner, address: Server
) -> None:
    tries = []

    def add(tables: Tables) -> bool:
        tables.papers.add(GARDENS)
        tries.append(1)
        if len(tries) == 1:
            kill_connections(address)
        return tables.papers.add(RIVERS)

    assert await runner.write(add)
    assert len(tries) == 2
    assert await runner.read(lambda tables: tables.papers.of_ids([GARDENS.id, RIVERS.id])) == (
        GARDENS,
        RIVERS,
    )


async def test_a_connection_that_is_killed_each_time_is_said_to_be_gone(
    runner: Runner, address: Server
) -> None:
    def add(tables: Tables) -> None:
        kill_connections(address)
        tables.papers.add(GARDENS)

    with pytest.raises(StorageGoneError, match=r"^The database postgresql://.* is not available now: .+\.$"):
        await runner.write(add)

    assert await runner.read(gardens) is None


async def test_whether_a_commit_that_got_no_answer_counts_is_not_known_and_not_tried_again(
    runner: Runner, address: Server
) -> None:
    tries = []

    def add(tables: Tables) -> None:
        tries.append(1)
        tables.papers.add(GARDENS)
        # Nothing is left to be done but to commit.
        tables.search_index.update()
        kill_connections(address)

    with pytest.raises(CommitLostError, match=r"Whether it did is not known\.$"):
        await runner.write(add)

    assert len(tries) == 1
    assert await runner.read(gardens) is None


async def test_after_the_server_is_restarted_the_next_read_and_write_succeed(
    own_server: RunningServer,
) -> None:
    address = own_server.database()
    with closing(ThreadRunner(address)) as runner:
        await runner.write(lambda tables: tables.papers.add(GARDENS))
        await runner.read(gardens)
        own_server.restart("fast")
        assert await runner.read(gardens) == GARDENS
        own_server.restart("fast")
        assert await runner.write(lambda tables: tables.papers.add(RIVERS))


def test_no_search_reads_a_list_of_what_is_still_to_be_indexed(address: Server) -> None:
    with closing(connect(address)) as engine:
        [index] = engine.query("SELECT reloptions FROM pg_class WHERE relname = 'search_papers_terms'")

    assert index == {"reloptions": ["fastupdate=off"]}


def test_an_index_of_an_earlier_version_keeps_no_such_list_any_more(address: Server) -> None:
    with closing(connect(address)) as engine:
        engine.execute("ALTER INDEX search_papers_terms RESET (fastupdate)")
        with engine.transaction():
            engine.full_text.index_at_once()
        [index] = engine.query("SELECT reloptions FROM pg_class WHERE relname = 'search_papers_terms'")

    assert index == {"reloptions": ["fastupdate=off"]}


def test_a_change_is_committed_so_that_it_survives_a_crash_of_the_server(address: Server) -> None:
    shown = "SHOW synchronous_commit"
    with closing(connect(address)) as engine:
        engine.execute("SET synchronous_commit = off")
        with engine.transaction():
            inside = next(engine.query(shown))
        engine.execute("SET synchronous_commit = remote_apply")
        with engine.transaction():
            stronger = next(engine.query(shown))

    assert inside == {"synchronous_commit": "on"}
    assert stronger == {"synchronous_commit": "remote_apply"}


async def test_after_a_failover_the_new_primary_is_read_and_written(
    own_server: RunningServer,
) -> None:
    primary = own_server.database()
    with own_server.standby() as standby_server:
        standby = on_host(primary, f"{standby_server.folder}")
        both = on_host(
            primary, f"{own_server.folder},{standby_server.folder}&target_session_attrs=read-write"
        )
        with closing(ThreadRunner(both)) as runner, closing(InlineRunner(standby)) as of_standby:
            await runner.write(lambda tables: tables.papers.add(GARDENS))
            while await of_standby.read(gardens) is None:
                pass
            with pytest.raises(UnwritableStorageError, match="read-only"):
                await of_standby.write(lambda tables: tables.papers.add(RIVERS))

            own_server.stop()
            standby_server.promote()
            assert await runner.read(gardens) == GARDENS
            assert await runner.write(lambda tables: tables.papers.add(RIVERS))
            assert await of_standby.write(lambda tables: tables.papers.add(GARDENS)) is False
    own_server.start()


def test_a_server_that_is_stopped_is_gone_for_now(own_server: RunningServer) -> None:
    own_server.stop()
    error = refusal(own_server.address)
    own_server.start()

    assert isinstance(error, StorageGoneError)
    assert "is not available now: connection" in str(error)


async def test_while_a_server_is_down_it_is_said_why_and_afterwards_all_goes_on(
    own_server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "_CONNECT_SECONDS", 0.05)
    address = own_server.database()
    with closing(ThreadRunner(address)) as runner:
        while not await is_read(runner):
            pass
        own_server.stop()
        with pytest.raises(StorageGoneError) as raised:
            await runner.read(gardens)
        own_server.start()
        while not await is_read(runner):
            pass

    assert f"The database {address} is not available now: connection" in str(raised.value)


async def is_read(runner: Runner) -> bool:
    try:
        await runner.read(gardens)
    except StorageGoneError:
        return False
    return True


def test_of_several_hosts_the_one_that_answers_is_taken(address: Server) -> None:
    several = Server(address.conninfo.replace("host=", "target_session_attrs=read-write&host=/nowhere,"))
    with closing(connect(several)) as engine:
        assert gardens(Tables(engine)) is None


def test_who_says_nothing_in_its_turn_loses_it(address: Server) -> None:
    with closing(connect(address)) as engine, closing(connect(address)) as other:
        with pytest.raises(StorageGoneError), engine.transaction():  # noqa: PT012
            [row] = engine.query("SELECT pg_backend_pid() AS pid")
            engine.execute("SELECT set_config('idle_in_transaction_session_timeout', '1', true)")
            while list(other.query("SELECT 1 FROM pg_stat_activity WHERE pid = :pid", row)):
                pass
            Tables(engine).papers.add(GARDENS)

        assert gardens(Tables(other)) is None


# --- Undone in favour of another, or refused --------------------------------------------------------------


def test_a_change_that_lost_to_another_one_is_for_another_try(address: Server) -> None:
    with closing(connect(address)) as engine, closing(connect(address)) as other:
        Tables(engine).papers.add(GARDENS)
        engine.execute("BEGIN ISOLATION LEVEL SERIALIZABLE")
        list(engine.query("SELECT * FROM papers"))
        other.execute("UPDATE papers SET votes = 1")
        with pytest.raises(StorageGoneError) as raised:
            engine.execute("UPDATE papers SET votes = 2")

    assert str(raised.value) == (
        f"The database {address} undid a change in favour of another one: "
        "could not serialize access due to concurrent update."
    )


def test_a_commit_that_lost_to_another_one_is_known_to_be_undone(address: Server) -> None:
    administer(
        address,
        f"ALTER DATABASE {name_of(address)} SET default_transaction_isolation = 'serializable'",
    )
    with closing(connect(address)) as engine, closing(connect(address)) as other:
        for paper in (GARDENS, RIVERS):
            Tables(engine).papers.add(paper)
        count, change = "SELECT sum(votes) FROM papers", "UPDATE papers SET votes = 1 WHERE id = ?"

        with pytest.raises(StorageGoneError, match="undid a change"), engine.transaction():  # noqa: PT012
            engine.query(count)
            other.execute("BEGIN")
            other.query(count)
            other.execute(change, [RIVERS.id])
            engine.execute(change, [GARDENS.id])
            other.execute("COMMIT")

        assert gardens(Tables(other)) == GARDENS


def test_of_two_that_wait_for_each_other_one_is_for_another_try(address: Server) -> None:
    administer(address, f"ALTER DATABASE {name_of(address)} SET deadlock_timeout = '10ms'")
    errors: list[StorageError] = []
    both = threading.Barrier(2)

    def change(first: str, second: str) -> None:
        with closing(connect(address)) as engine:
            engine.execute("BEGIN")
            engine.execute("UPDATE papers SET votes = 1 WHERE id = ?", [first])
            both.wait()
            try:
                engine.execute("UPDATE papers SET votes = 1 WHERE id = ?", [second])
                engine.execute("COMMIT")
            except StorageError as error:
                errors.append(error)

    with closing(connect(address)) as engine:
        for paper in (GARDENS, RIVERS):
            Tables(engine).papers.add(paper)
    threads = [
        threading.Thread(target=change, args=ids)
        for ids in ((GARDENS.id, RIVERS.id), (RIVERS.id, GARDENS.id))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [(type(error), "deadlock detected" in str(error)) for error in errors] == [
        (StorageGoneError, True)
    ]


def test_a_constraint_is_refused_without_the_row_that_breaks_it(address: Server) -> None:
    with closing(connect(address)) as engine, pytest.raises(StorageError) as raised:
        engine.execute("INSERT INTO heartbeats (name, at) VALUES (?, NULL)", ["confidential"])

    assert type(raised.value) is StorageError
    assert str(raised.value) == (
        f'The database {address} rejected a change: null value in column "at" of relation "heartbeats" '
        "violates not-null constraint."
    )


def test_a_change_that_goes_on_after_a_failed_part_is_not_taken_for_committed(address: Server) -> None:
    def fail_in_part(engine: Engine) -> None:
        with engine.transaction():
            Tables(engine).papers.add(GARDENS)
            with suppress(StorageError):
                engine.execute("SELECT 1 / 0")

    with closing(connect(address)) as engine:
        with pytest.raises(StorageError, match="rejected a part of a change"):
            fail_in_part(engine)

        assert gardens(Tables(engine)) is None


# --- Servers that refuse ----------------------------------------------------------------------------------


def test_a_database_that_does_not_exist_is_named(address: Server) -> None:
    missing = Server(address.conninfo.replace("/test_", "/no_test_"))
    result = run("status", "--db", missing.conninfo)

    assert (result.exit_code, result.stderr) == (
        1,
        f"Error: The database {missing} does not exist. Create it with createdb.\n",
    )


@pytest.mark.parametrize("password", ["", ":wrong"])
def test_a_wrong_password_is_refused_and_not_tried_again(own_server: RunningServer, password: str) -> None:
    server = own_server.address
    administer(server, "DROP ROLE IF EXISTS guest", "CREATE ROLE guest LOGIN PASSWORD 'right'")
    own_server.ask_for_passwords_of("guest")
    error = refusal(as_user(server, f"guest{password}"))

    assert type(error) is StorageError
    assert str(error) == (f"The database {server} rejected the user or the password. Check its address.")


def test_a_user_who_does_not_exist_is_refused(address: Server) -> None:
    error = refusal(as_user(address, "nobody_here"))

    assert type(error) is StorageError
    assert str(error) == f"The database {address} rejected the user. Check its address."


def test_a_server_without_connections_left_is_gone_for_now(address: Server, role: str) -> None:
    administer(address, f"ALTER ROLE {role} CONNECTION LIMIT 0")
    error = refusal(as_user(address, role))

    assert isinstance(error, StorageGoneError)
    assert "has no connection left: " in str(error)


def test_a_user_who_may_not_write_is_told_so(address: Server, role: str) -> None:
    administer(address, f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}")
    with closing(connect(as_user(address, role))) as engine:
        assert gardens(Tables(engine)) is None
        with pytest.raises(UnwritableStorageError, match="does not allow this user to do this: permission"):
            Tables(engine).papers.add(GARDENS)


async def test_a_server_that_became_read_only_is_asked_anew(runner: Runner, address: Server) -> None:
    read_only = f"ALTER DATABASE {name_of(address)} SET default_transaction_read_only"
    administer(address, f"{read_only} = on")
    prepare(address)

    assert await runner.read(gardens) is None
    with pytest.raises(UnwritableStorageError, match=r"cannot be written: it is read-only\.$"):
        await runner.write(lambda tables: tables.papers.add(GARDENS))

    administer(address, "SET default_transaction_read_only = off", f"{read_only} = off")
    # The pool may have connected once more before the change.
    assert True in [await is_written(runner) for _ in range(2)]


async def is_written(runner: Runner) -> bool:
    try:
        return await runner.write(lambda tables: tables.papers.add(GARDENS))
    except UnwritableStorageError:
        return False


def test_a_database_of_a_newer_version_is_refused(address: Server) -> None:
    with closing(connect(address)) as engine:
        engine.execute("INSERT INTO migrations (migration_set, name) VALUES ('paper-round', 'm999_more')")

    with pytest.raises(StorageError) as raised:
        prepare(address)

    assert str(raised.value) == (
        f"The database {address} was changed by a newer version of Paper Round. "
        "Install that version, or choose another database with --db."
    )


def test_another_encoding_is_refused(address: Server) -> None:
    name = f"latin_{name_of(address)}"
    administer(address, f"CREATE DATABASE {name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    latin = Server(address.conninfo.replace(f"/{name_of(address)}", f"/{name}"))
    with pytest.raises(StorageError) as raised:
        prepare(latin)
    administer(address, f"DROP DATABASE {name} WITH (FORCE)")

    assert str(raised.value) == (
        f"The database {latin} has the encoding LATIN1. Create one with the encoding UTF8."
    )


def test_processes_that_start_at_once_all_find_their_tables(database_server: DatabaseServer) -> None:
    database = database_server.database(has_tables=False)
    command = (
        "import sys; from storage.address import Server; from storage.database import prepare; "
        "prepare(Server(sys.argv[1]))"
    )
    processes = [subprocess.Popen([sys.executable, "-c", command, database.conninfo]) for _ in range(3)]

    assert [process.wait(PATIENCE) for process in processes] == [0, 0, 0]
    with closing(connect(database)) as engine:
        assert gardens(Tables(engine)) is None
    database_server.drop(database)


# --- Poolers ----------------------------------------------------------------------------------------------


async def test_nothing_stays_in_a_session_so_that_a_pooler_may_stand_between(address: Server) -> None:
    with closing(connect(address)) as engine:
        with engine.transaction():
            Tables(engine).papers.add(GARDENS)
        for _ in range(10):
            assert gardens(Tables(engine)) == GARDENS
        left = [
            *engine.query("SELECT name FROM pg_settings WHERE source = 'session'"),
            *engine.query("SELECT name FROM pg_prepared_statements"),
            *engine.query(
                "SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
            ),
        ]

    assert left == []


async def test_five_processes_share_three_connections_of_a_pooler(own_server: RunningServer) -> None:
    program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if program is None:
        pytest.skip("PgBouncer is not installed here; Debian's package is called pgbouncer")
    bare = own_server.database(has_tables=False)
    papers = [replace(GARDENS, id=f"2509.{number:05}") for number in range(100)]
    with own_server.pooler(program) as port, ExitStack() as stack:
        address = Server(f"{bare.conninfo}&port={port}")
        runners = [stack.enter_context(closing(ThreadRunner(address))) for _ in range(5)]
        each_in_turn = zip(cycle(runners), papers, strict=False)
        assert all(await asyncio.gather(*(runner.write(adding(paper)) for runner, paper in each_in_turn)))
        found = await asyncio.gather(*(runner.read(all_of(papers)) for runner in runners))
        own_server.restart("fast")
        again = await runners[0].read(gardens)

    assert found == [tuple(papers)] * 5
    assert again == papers[1]


async def test_a_reader_cannot_write(runner: Runner) -> None:
    with pytest.raises(UnwritableStorageError, match="cannot be written: it is read-only"):
        await runner.read(lambda tables: tables.papers.add(GARDENS))


# --- Passwords --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://ada:se/cret@127.0.0.1:1/papers",
        "postgresql://ada:se@cret@127.0.0.1:1/papers",
        "postgresql://ada:se?cret@127.0.0.1:1/papers",
        "postgresql://ada:se%zzcret@127.0.0.1:1/papers",
        "postgresql://ada:se cret@127.0.0.1:1/papers",
        "postgresql://ada:se[cret@127.0.0.1:1/papers",
        "postgresql://ada:secret@[127.0.0.1/papers",
        "postgresql://ada:secret@127.0.0.1:port/papers",
        "postgresql://ada:secret@127.0.0.1:1/papers?nonsense=1",
        "postgresql://ada:secret@127.0.0.1:99999/papers",
        "postgresql://ada:secret@127.0.0.1:1/papers",
        "postgresql://127.0.0.1:1/papers?user=ada&password=se@cret",
        "postgresql://ada:secret/papers",
        "POSTGRES://ada:secret@127.0.0.1:1",
    ],
)
def test_an_address_never_shows_its_password(address: str, caplog: pytest.LogCaptureFixture) -> None:
    server = Server(address)
    error = refusal(server)
    result = run("status", "--db", address)
    shown = [
        *(str(server), repr(server), str(error), result.output, caplog.text),
        *traceback.format_exception(error),
    ]

    assert (result.exit_code, result.stderr) == (1, f"Error: {error}\n")
    assert [text for text in shown if "cret" in text] == []
