"""What a check found: the part, its state, and what to do; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a part of the bot is."""

    OK = "ok"
    #: The bot runs, but something does not work or will not for long.
    WARNING = "warning"
    #: The bot cannot run.
    FAILED = "failed"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, slots=True)
class Finding:
    """What is found of one part: a sentence, and another one that says what to do, if anything."""

    part: str
    state: State
    what: str
    remedy: str = ""


def ok(part: str, what: str) -> Finding:
    """Return that a part is as it should be."""
    return Finding(part, State.OK, what)


def warning(part: str, what: str, remedy: str) -> Finding:
    """Return what does not work, though the bot runs."""
    return Finding(part, State.WARNING, what, remedy)


def failed(part: str, what: str, remedy: str) -> Finding:
    """Return why the bot cannot run."""
    return Finding(part, State.FAILED, what, remedy)


def not_checked(part: str, what: str, remedy: str = "") -> Finding:
    """Return why something was not looked at."""
    return Finding(part, State.NOT_CHECKED, what, remedy)


def can_run(findings: Iterable[Finding]) -> bool:
    """Return whether nothing was found that keeps the bot from running."""
    return all(finding.state is not State.FAILED for finding in findings)
