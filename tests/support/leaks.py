"""A run fails in which the log held a secret, or words that a person typed.

A plugin of pytest. In each process that runs tests, a handler keeps what is logged as it would be written. It
hangs on the loggers of the bot and its libraries, since the command sets up the root's anew. What people type
in the sandbox is planted as they do; tokens are known by their form. At the end of the run both are compared.
"""

import functools
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest

from bot.logs import JsonFormatter

if TYPE_CHECKING:
    from bot.sandbox import Member

LOGGERS = (
    *("bot", "handlers", "storage"),
    *("slack_bolt", "slack_sdk", "aiohttp", "httpx", "httpcore", "apscheduler", "psycopg", "asyncio"),
)

CREDENTIALS = ("sandbox-client-secret", "sandbox-signing-secret")
"""What an app in the sandbox proves itself with, beside its tokens."""

_TOKEN = re.compile(r"\b(?:xox[a-z]-|xapp-|xoxe[.-])[\w.-]+")
_LEAST_CHARACTERS = 12
_HIDDEN = "▮▮▮"
_KEY = "leaks"


class Log(logging.Handler):
    """Keeps each line of the log once."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonFormatter())
        self.lines: dict[str, str] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the record as it would be written, without its time."""
        line = self.format(record)
        self.lines.setdefault(re.sub(r'^\{"time": "[^"]*", ', "{", line), record.name)


LOG = Log()
PLANTED: set[str] = set(CREDENTIALS)


def keep(text: str) -> None:
    """Keep the log of another process, as it was written."""
    LOG.lines.update(dict.fromkeys(text.splitlines(), "another process"))


def plant(value: object) -> None:
    """Plant what a person typed, with all that is in it, but for single words: those are ids and names."""
    for text in _texts(value):
        words = text.strip()
        if len(words) >= _LEAST_CHARACTERS and " " in words:
            PLANTED.add(words)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)


def leaks(lines: Iterable[str], planted: Iterable[str]) -> list[str]:
    """Return the lines with a secret in them, which is hidden."""
    # As JSON writes them: a quotation mark in a text has a backslash there.
    secrets = [re.escape(each.replace("\\", "\\\\").replace('"', '\\"')) for each in planted]
    pattern = re.compile("|".join([*sorted(secrets, key=len, reverse=True), _TOKEN.pattern]))
    return [pattern.sub(_HIDDEN, line) for line in lines if pattern.search(line)]


def pytest_configure(config: pytest.Config) -> None:
    """Keep what is logged, and plant what people type, where this process runs tests."""
    if config.getoption("dist", "no") != "no" and not hasattr(config, "workerinput"):
        return
    # What only shares the tests among others needs nothing of what they need.
    from bot.sandbox import Member  # noqa: PLC0415

    for name in LOGGERS:
        logging.getLogger(name).addHandler(LOG)
    for action, taken in (("message", slice(1, 2)), ("command", slice(1, 2)), ("submit", slice(1, 2))):
        setattr(Member, action, _planting(getattr(Member, action), taken))


def _planting(action: Callable[..., Any], taken: slice) -> Callable[..., Any]:
    @functools.wraps(action)
    def planting(member: "Member", *arguments: Any, **options: Any) -> Any:
        for value in (*arguments[taken], options):
            # A command's own name, and the word for what is wanted, are no secret.
            is_command = isinstance(value, str) and value.startswith("/")
            plant(value.partition(" ")[2].partition(" ")[2] if is_command else value)
        return action(member, *arguments, **options)

    return planting


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Compare what was logged, and hand it to the process that sums up; a leak fails the run."""
    found = [*getattr(session.config, _KEY, []), *leaks(LOG.lines, PLANTED)]
    setattr(session.config, _KEY, found)
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput[_KEY] = found
    elif found:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what a worker found; one that crashed says so itself."""
    found = [*getattr(node.config, _KEY, []), *getattr(node, "workeroutput", {}).get(_KEY, [])]
    setattr(node.config, _KEY, found)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Name the lines."""
    if found := getattr(config, _KEY, []):
        terminalreporter.section("secrets, or what people typed, in the log", red=True)
        for line in dict.fromkeys(found):
            terminalreporter.line(line)
