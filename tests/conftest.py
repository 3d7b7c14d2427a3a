"""What all tests share, and how they run.

`pytest` shares the tests among all processors; files that are named run in one process. It runs each long
story with a few faults of each kind; `pytest -m soak` runs the rest of them. No test depends on
how quick or how busy the machine is, on the order, or on what runs beside it. These show it, each repeated
as often as one likes:

    pytest -n 0
    pytest -n 8
    for core in $(seq $(nproc)); do timeout 600 sh -c 'while :; do :; done' & done; pytest; kill $(jobs -p)

Waits for other processes have one limit, `tests.support.waiting.PATIENCE`; deadlines pass in virtual time.
"""

import gc
import os
import shutil
import signal
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.support import leaks

_IN_MEMORY = Path("/dev/shm")  # noqa: S108 -- only pytest's own new folders in it are used
_ROOM = 1024**3


def pytest_configure(config: pytest.Config) -> None:
    """Keep temporary folders in memory where there is room: tests lose no power, and disks sync slowly."""
    _take_interrupts()
    _keep_bytecode(config.rootpath / ".pytest_cache" / "bytecode")
    config.pluginmanager.register(leaks, "leaks")
    if not _only_shares_tests(config):
        config.pluginmanager.import_plugin("tests.support.fixtures")
    if _IN_MEMORY.is_dir() and shutil.disk_usage(_IN_MEMORY).free > _ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_IN_MEMORY))


def _only_shares_tests(config: pytest.Config) -> bool:
    """Tell whether other processes run the tests, so that this one needs nothing of what they need."""
    return config.getoption("dist") != "no" and not hasattr(config, "workerinput")


def _take_interrupts() -> None:
    """Take Ctrl-C, as the commands that tests start do; what a script starts in the background ignores it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _keep_bytecode(folder: Path) -> None:
    """Compile once what this process and those it starts import, where bytecode is kept nowhere else."""
    if sys.dont_write_bytecode:
        sys.dont_write_bytecode, sys.pycache_prefix = False, str(folder)
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = str(folder)


def pytest_collection_finish() -> None:
    """Look no more for garbage among what all tests share; it is much, and stays to the end."""
    gc.collect()
    gc.freeze()


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Share tests among all processors, but files that are named and what measures run in this process.

    One process more works while others wait for browsers and servers.
    """
    is_named = any(".py" in argument for argument in config.args)
    if is_named or config.getoption("markexpr") == "benchmark":
        return 0
    return len(os.sched_getaffinity(0)) + 1 if hasattr(os, "sched_getaffinity") else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where everything that a test may lack is there, a skip would hide a promise that nobody checked."""
    report = yield
    if report.skipped and os.environ.get("PAPER_ROUND_TESTS_MAY_NOT_SKIP"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} skipped, where it may not: {report.longrepr}"
    return report
