"""Logs: a sentence, the fields it is about, and never a secret or what steers a terminal or forges a line.

On a terminal a record is a line of text, elsewhere an object of JSON on one line.
"""

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import Any, Literal

from bot import outages
from bot.errors import PaperRoundError
from bot.text.mrkdwn import on_one_line, printable

LogFormat = Literal["auto", "text", "json"]

_SECRET = re.compile(
    r"""
    # Slack's tokens, and the keys of providers of models
    (?P<token>xox[a-z]-|xapp-|xoxe[.-]|\bsk-)[\w.-]+
    # the addresses at which Slack takes answers without a token
    | (?P<answer>https://hooks\.slack\.com/)[^\s'"]+
    # what opens a connection or proves who asks
    | (?P<ticket>[?&](?:ticket|code|state)=)[^\s&'"]+
    | (?P<bearer>\bBearer\ )[^\s'"]+
    # a password in an address
    | (?P<user>\b[a-z]+://[^\s/:@'"]*:)[^\s/@'"]+(?=@)
    """,
    re.VERBOSE,
)
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

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002, N802 -- logging's own
        """Return when it was logged, in UTC."""
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")

    def formatException(self, ei: Any) -> str:  # noqa: N802 -- logging's own name
        """Return the sentence of one of the bot's own errors, which says it all; else the traceback."""
        error = ei[1]
        return str(error) if isinstance(error, PaperRoundError) else super().formatException(ei)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 -- logging's own name
        """Return the sentence on one line: a line break in it cannot begin a line that looks like ours."""
        return on_one_line(super().formatMessage(record))


class JsonFormatter(LogFormatter):
    """Formats a record as an object of JSON on one line.

    It has `time` (ISO 8601, in UTC), `level`, `logger`, `message` and `fields`, which came with `extra`. An
    error adds `error`, the sentence of one of the bot's own, or `traceback`.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, object] = {
            "time": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "message": _clean(record.getMessage()),
            "fields": {name: _clean(value) for name, value in _fields_of(record).items()},
        }
        if record.exc_info and (error := record.exc_info[1]):
            key = "error" if isinstance(error, PaperRoundError) else "traceback"
            line[key] = _clean(self.formatException(record.exc_info))
        if record.stack_info:
            line["stack"] = _clean(record.stack_info)
        return json.dumps(line, ensure_ascii=False)


def _fields_of(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in vars(record).items() if name not in _STANDARD}


def _fields(record: logging.LogRecord) -> str:
    return "".join(f" {name}={_quoted(str(value))}" for name, value in _fields_of(record).items())


def _quoted(value: str) -> str:
    return repr(value) if not value or re.search(r"\s", value) else value


def _clean(value: object) -> object:
    """Return numbers, truth and nothing as they are, and all else as text without secrets."""
    if value is None or isinstance(value, bool | int | float):
        return value
    return printable(redact(str(value)))


def redact(text: str) -> str:
    """Return the text without the secret part of tokens, keys, passwords and response URLs."""
    return _SECRET.sub(lambda match: f"{next(filter(None, match.groups()))}…", text)


def set_up_logging(level: int, how: LogFormat = "auto") -> None:
    """Log to standard error, from this level on."""
    handler = logging.StreamHandler()
    handler.setFormatter(_formatter(how))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # APScheduler logs each tick, and warns of ticks skipped while a long one runs. That is by design: the
    # tables hold what is left to do, and a job that fails is still logged as an error.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    # An outage that is over is said at any level: otherwise the last word on it would be an error.
    logging.getLogger(outages.__name__).setLevel(logging.INFO)


def log_as(how: LogFormat) -> None:
    """Log in this format from now on, where `set_up_logging` set up the log."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler.formatter, LogFormatter):
            handler.setFormatter(_formatter(how))


def _formatter(how: LogFormat) -> logging.Formatter:
    is_text = how == "text" or (how == "auto" and sys.stderr.isatty())
    return LogFormatter(_FORMAT) if is_text else JsonFormatter()
