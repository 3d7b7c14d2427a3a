"""Logs: a sentence, the fields it is about, and never a secret or what steers a terminal or forges a line."""

import logging
import re
from typing import Any

from bot import outages
from bot.errors import PaperRoundError
from bot.text.mrkdwn import on_one_line, printable

_SECRET = re.compile(r"(xox[a-z]-|xapp-|xoxe[.-])[\w.-]+|(https://hooks\.slack\.com/)[^\s'\"]+")
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s%(fields)s"

_INDENT = "    "
_FIELDS = "fields"
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", _FIELDS}
"""The attributes that any record has; the others came with `extra`."""


class LogFormatter(logging.Formatter):
    """Formats a record with its `extra` as fields; secrets are left out, in tracebacks too.

    Each line but a record's first is indented: a line break in the text of an error cannot begin a line that
    looks like ours.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; `%(fields)s` in the format stands for ` key=value` of each field."""
        vars(record)[_FIELDS] = _fields(record)
        first, *following = printable(redact(super().format(record))).split("\n")
        return "\n".join([first, *(f"{_INDENT}{line}" for line in following)])

    def formatException(self, ei: Any) -> str:  # noqa: N802 -- logging's own name
        """Return the sentence of one of the bot's own errors, which says it all; else the traceback."""
        error = ei[1]
        return str(error) if isinstance(error, PaperRoundError) else super().formatException(ei)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 -- logging's own name
        """Return the sentence on one line: a line break in it cannot begin a line that looks like ours."""
        return on_one_line(super().formatMessage(record))


def _fields(record: logging.LogRecord) -> str:
    fields = {name: value for name, value in vars(record).items() if name not in _STANDARD}
    return "".join(f" {name}={_quoted(str(value))}" for name, value in fields.items())


def _quoted(value: str) -> str:
    return repr(value) if not value or re.search(r"\s", value) else value


def redact(text: str) -> str:
    """Return the text without the secret part of tokens and response URLs."""
    return _SECRET.sub(lambda match: f"{match[1] or match[2]}…", text)


def set_up_logging(level: int) -> None:
    """Log to standard error, from this level on."""
    handler = logging.StreamHandler()
    handler.setFormatter(LogFormatter(_FORMAT))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # APScheduler logs each tick, and warns of ticks skipped while a long one runs. That is by design: the
    # tables hold what is left to do, and a job that fails is still logged as an error.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    # An outage that is over is said at any level: otherwise the last word on it would be an error.
    logging.getLogger(outages.__name__).setLevel(logging.INFO)
