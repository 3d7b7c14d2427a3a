"""How commands end: what is wrong is a sentence, and one rule gives the status."""

import asyncio
import errno
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import click
import pytest
from click.testing import Result

from bot.commands.endings import told_in_the_terminal
from bot.commands.terminal import run_until_stopped
from bot.errors import NothingListedError, SettingsError, SourceError, UnknownChannelError
from storage.engines import sqlite
from tests.commands.conftest import ENGLISH, ROOT
from tests.support.command import ended, run, started
from tests.support.waiting import PATIENCE

# --- What is wrong ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (SettingsError("No."), 2, "No."),
        (UnknownChannelError("No."), 2, "No."),
        (SourceError("No."), 1, "No."),
        (NothingListedError("No."), 1, "No."),
        (KeyboardInterrupt(), 130, "Interrupted. Run the same command again to continue."),
        (click.Abort(), 130, "Interrupted. Run the same command again to continue."),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "out.md"), 1, "out.md: No space left on device."),
        (OSError(errno.EMFILE, os.strerror(errno.EMFILE)), 1, "Too many open files."),
    ],
)
def test_each_kind_of_end_has_its_status(error: BaseException, status: int, sentence: str) -> None:
    with pytest.raises(click.ClickException) as told, told_in_the_terminal():
        raise error

    assert (told.value.exit_code, told.value.format_message()) == (status, sentence)


# --- Interrupted ------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def imported(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("imported") / "test.db"
    run("import", ENGLISH, "--db", path)
    return path.read_bytes()


@pytest.fixture
def database(imported: bytes, tmp_path: Path) -> Path:
    """Give the path of a database with a day of papers."""
    path = tmp_path / "test.db"
    path.write_bytes(imported)
    return path


@contextmanager
def interrupting(sign: signal.Signals) -> Iterator[str]:
    """Give the address of a service that never answers; who asks it is sent the signal, in this process."""

    def hold() -> None:
        connection, _ = server.accept()
        with connection:
            connection.recv(1)
            signal.pthread_kill(threading.main_thread().ident or 0, sign)
            while connection.recv(65_536):
                pass

    with socket.create_server(("127.0.0.1", 0)) as server, signals_caught():
        server.settimeout(PATIENCE)
        holding = threading.Thread(target=hold)
        holding.start()
        try:
            yield "http://{}:{}/".format(*server.getsockname())
        finally:
            holding.join()


@contextmanager
def signals_caught() -> Iterator[None]:
    """Have SIGINT as at a process's start, and raise where a command leaves SIGTERM to the machine."""

    def unheeded(number: int, _: object) -> None:
        raise AssertionError(f"{signal.Signals(number).name} would have ended the process at once")

    before = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: unheeded}
    saved = {sign: signal.signal(sign, handler) for sign, handler in before.items()}
    try:
        yield
    finally:
        for sign, handler in saved.items():
            signal.signal(sign, handler)


@pytest.mark.parametrize(
    ("command", "service", "status"),
    [
        (["deliver"], "SLACK_API_URL", 130),
        (["subscribe", "C1"], "SLACK_API_URL", 130),
        (["fetch", "--no-full-text"], "HF_BASE_URL", 130),
        (["run"], "SLACK_API_URL", 0),
    ],
)
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_who_is_interrupted_ends_with_130_and_what_runs_until_then_with_0(
    database: Path, tmp_path: Path, command: list[str], service: str, status: int, sign: signal.Signals
) -> None:
    environment = {
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_APP_TOKEN": "xapp-1",
        "PAPER_ROUND_ARXIV_GATE": str(tmp_path / "gate"),
        "PAPER_ROUND_DB": str(database),
    }
    with interrupting(sign) as address:
        result = run(*command, **{**environment, service: address})

    assert result.exit_code == status
    assert ("Interrupted." in result.stderr) == (status == 130)


async def test_a_bot_that_is_stopped_while_it_is_loaded_ends_with_0_and_has_touched_nothing(
    settings: dict[str, str], tmp_path: Path
) -> None:
    database = tmp_path / "new.db"
    own = {"PAPER_ROUND_DB": str(database), "PYTHONPROFILEIMPORTTIME": "1"}
    process = await started("run", **settings, **own)
    # It is among the first modules of many, and Python says so once it is there.
    await said_of(process, " filelock")
    process.send_signal(signal.SIGTERM)
    status, output, _ = await ended(process)

    assert (status, output, database.exists()) == (0, "", False)


async def test_a_bot_that_is_stopped_before_slack_s_first_answer_ends_with_0(
    settings: dict[str, str], database: Path
) -> None:
    async with silent_service() as (address, asked):
        own = {"PAPER_ROUND_DB": str(database), "SLACK_API_URL": address}
        process = await started("run", **{**settings, **own})
        async with asyncio.timeout(PATIENCE):
            await asked.wait()
        process.send_signal(signal.SIGTERM)
        status, output, errors = await ended(process)

    assert (status, output, errors) == (0, "", "")


async def test_a_command_that_is_stopped_while_it_is_loaded_ends_with_130(database: Path) -> None:
    process = await started("fetch", PAPER_ROUND_DB=str(database), PYTHONPROFILEIMPORTTIME="1")
    await said_of(process, " bot.settings")
    process.send_signal(signal.SIGTERM)
    status, _, errors = await ended(process)

    assert status == 130
    assert errors.endswith("Interrupted. Run the same command again to continue.\n")


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_the_time_to_stop_begins_at_the_signal_however_busy_the_start_is(sign: signal.Signals) -> None:
    told: list[str] = []

    async def start() -> None:
        signal.raise_signal(sign)
        told.append("still busy")
        await asyncio.Event().wait()

    with signals_caught():
        run_until_stopped(start(), lambda: told.append("asked to stop"))

    assert told == ["asked to stop", "still busy"]


def test_a_second_sigterm_does_not_disturb_the_stop() -> None:
    told: list[str] = []

    async def work() -> None:
        signal.raise_signal(signal.SIGTERM)
        try:
            await asyncio.Event().wait()
        finally:
            signal.raise_signal(signal.SIGTERM)
            for _ in range(3):
                await asyncio.sleep(0)
            told.append("closed")

    with signals_caught():
        run_until_stopped(work(), lambda: told.append("asked to stop"))

    assert told == ["asked to stop", "closed"]


async def said_of(process: asyncio.subprocess.Process, ending: str) -> None:
    """Wait until the process says on its standard error a line that ends so."""
    assert process.stderr
    async with asyncio.timeout(PATIENCE):
        while line := (await process.stderr.readline()).decode():
            if line.rstrip().endswith(ending):
                return
    raise AssertionError(f"No line ended with {ending!r}.")


@asynccontextmanager
async def silent_service() -> AsyncIterator[tuple[str, asyncio.Event]]:
    """Give the address of a service that never answers, and what tells that it was asked."""
    asked, is_over = asyncio.Event(), asyncio.Event()

    async def keep_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        asked.set()
        await is_over.wait()
        writer.close()

    async with await asyncio.start_server(keep_silent, "127.0.0.1", 0) as server:
        try:
            yield "http://{}:{}/".format(*server.sockets[0].getsockname()), asked
        finally:
            is_over.set()


# --- On a database that cannot be used --------------------------------------------------------------------

COMMANDS: dict[str, list[str]] = {
    "digest": ["digest", "2025-09-29"],
    "status": ["status"],
    "status as JSON": ["status", "--json"],
    "subscriptions": ["subscriptions"],
    "unsubscribe": ["unsubscribe", "C0000000001"],
    "archive": ["archive", "days"],
    "dry run": ["deliver", "--dry-run"],
    "import": ["import", str(ENGLISH)],
    "deliver": ["deliver"],
    "subscribe": ["subscribe", "C1"],
    "fetch": ["fetch", "--no-full-text"],
    "summarise": ["summarise", "--dry-run"],
    "run": ["run"],
}


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def no_database(path: Path) -> None:
    path.write_bytes(b"Shopping list: bread. " * 1000)


def damaged(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:200] + b"\xff" * (len(content) - 200))


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5_000])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def in_a_file(path: Path) -> None:
    path.unlink()
    path.symlink_to(path)


def run_on(command: str, database: Path, monkeypatch: pytest.MonkeyPatch) -> Result:
    """Run a command where nothing outside this machine, and no Slack, can be reached."""
    monkeypatch.chdir(database.parent)
    nowhere = "http://127.0.0.1:9/"
    return run(
        *COMMANDS[command],
        PAPER_ROUND_DB=str(database),
        SLACK_BOT_TOKEN="xoxb-1",
        SLACK_APP_TOKEN="xapp-1",
        SLACK_API_URL=nowhere,
        HF_BASE_URL=nowhere,
        ARXIV_API_URL=nowhere,
        LLM_BASE_URL=nowhere,
        LLM_MODEL="m",
        PAPER_ROUND_ARXIV_GATE=str(database.parent / "gate"),
    )


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("spoil", [a_folder, no_database, damaged, cut_off, emptied, in_a_file])
def test_no_command_ends_in_a_traceback_on_a_broken_database(
    database: Path, command: str, spoil: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(database)
    # Anything but a sentence would be raised here.
    result = run_on(command, database, monkeypatch)

    assert result.exit_code in {0, 1}
    if result.exit_code:
        assert result.stderr.rpartition("\nError: ")[2].removeprefix("Error: ")[-2:] == ".\n"
    if spoil in {a_folder, no_database, damaged, cut_off}:
        assert (result.exit_code, str(database) in result.stderr) == (1, True)


@pytest.mark.parametrize("command", COMMANDS)
def test_on_a_disk_that_takes_nothing_what_reads_reads_and_the_rest_says_so(
    database: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lock(*_: object, **__: object) -> object:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(sqlite, "FileLock", lock)
    result = run_on(command, database, monkeypatch)

    # The channel has no digest, so there is none to end either.
    if command in {"digest", "status", "status as JSON", "subscriptions", "archive", "unsubscribe"}:
        assert (result.exit_code, result.stderr) == (0, "")
    elif command == "dry run":
        assert result.stderr.startswith("Error: No channel has a daily digest yet.")
    else:
        assert result.exit_code == 1
        assert result.stderr.startswith(f"Error: The database {database} cannot be written: ")


# --- Ports, folders, files --------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [["sandbox"], ["demo", "--once"]])
def test_a_port_that_is_taken_is_named(command: list[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = run(*command, "--port", str(port))

    assert result.exit_code == 1
    assert result.stderr == f"Error: Port {port} cannot be used: Address already in use. Choose another.\n"


@pytest.mark.parametrize("command", ["sandbox", "demo"])
def test_a_port_that_there_is_not_is_wrong_usage(command: str) -> None:
    assert run(command, "--port", "99999").exit_code == 2


def test_an_archive_in_the_place_of_a_file_is_named(database: Path, tmp_path: Path) -> None:
    (tmp_path / "days").mkdir()
    (tmp_path / "days" / "2025").write_text("")
    result = run("archive", tmp_path / "days", "--db", database)

    assert result.exit_code == 1
    assert str(tmp_path / "days" / "2025") in result.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["digest", "--help"], ["digest", "2025-09-29"]]
)
def test_an_output_that_takes_nothing_is_a_sentence(database: Path, arguments: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        ended_with = subprocess.run(
            [sys.executable, "-m", "bot", *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            cwd=ROOT,
            env={**os.environ, "PAPER_ROUND_DB": str(database)},
        )

    assert (ended_with.returncode, ended_with.stderr) == (1, "Error: No space left on device.\n")


PROXY = (
    "The proxy in HTTPS_PROXY, HTTP_PROXY or ALL_PROXY cannot be used. "
    "Name an HTTP proxy, such as http://127.0.0.1:8080, or set none."
)


@pytest.mark.parametrize("proxy", ["foo://x", "http://[::1", "socks5://127.0.0.1:9", "::"])
def test_a_proxy_that_cannot_be_used_is_named(database: Path, tmp_path: Path, proxy: str) -> None:
    own = {"PAPER_ROUND_DB": str(database), "PAPER_ROUND_ARXIV_GATE": str(tmp_path / "gate")}
    result = run("fetch", "--no-full-text", ALL_PROXY=proxy, HTTPS_PROXY=proxy, **own)

    assert (result.exit_code, result.stderr) == (2, f"Error: {PROXY}\n")


def test_a_proxy_to_slack_that_cannot_be_used_is_named(database: Path) -> None:
    slack = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_API_URL": "https://127.0.0.1:9/"}
    result = run("deliver", HTTPS_PROXY="socks5://127.0.0.1:9", PAPER_ROUND_DB=str(database), **slack)

    assert (result.exit_code, result.stderr) == (2, f"Error: {PROXY}\n")


@pytest.mark.parametrize("content", [None, "no certificate"])
async def test_certificates_that_cannot_be_read_are_named(
    database: Path, tmp_path: Path, content: str | None
) -> None:
    file = tmp_path / "certificates.pem"
    if content:
        file.write_text(content)
    # In a process of its own, since this one has read its certificates.
    own = {"PAPER_ROUND_DB": str(database), "PAPER_ROUND_ARXIV_GATE": str(tmp_path / "gate")}
    status, _, errors = await ended(await started("fetch", SSL_CERT_FILE=str(file), **own))

    assert status == 2
    assert errors.startswith("Error: The certificates in SSL_CERT_FILE or SSL_CERT_DIR cannot be read: ")


# --- Whose files they are ---------------------------------------------------------------------------------


@pytest.fixture
def opened(database: Path, tmp_path: Path) -> Path:
    """Give a database that others may read, beside a folder of texts that they may not."""
    database.chmod(0o644)
    (tmp_path / "texts").mkdir(mode=0o700)
    return database


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such permissions")
async def test_run_warns_of_files_that_others_may_read(
    opened: Path, settings: dict[str, str], tmp_path: Path
) -> None:
    own = {
        "PAPER_ROUND_DB": str(opened),
        "PAPER_ROUND_TEXTS": str(tmp_path / "texts"),
        "PAPER_ROUND_LOG_FORMAT": "text",
    }
    process = await started("run", **settings, **own, PAPER_ROUND_ARXIV_GATE=str(tmp_path / "gate"))
    assert process.stdout
    await process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    status, _, errors = await ended(process)

    warned = [line.partition(": ")[2] for line in errors.splitlines() if "Others on this machine" in line]
    assert status == 0
    assert warned[0] == (
        f"Others on this machine may read {opened}. To keep it to yourself: chmod go= {opened}"
    )
    assert not any("texts" in line for line in warned)
