"""Logs: a sentence and its ids, and never a secret."""

import logging
import re

_SECRET = re.compile(r"(xox[a-z]-|xapp-|xoxe[.-])[\w.-]+|(https://hooks\.slack\.com/)[^\s'\"]+")


class RedactingFormatter(logging.Formatter):
    """Takes tokens and answer addresses out of every line, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line as it may be read by anybody."""
        return redact(super().format(record))


def redact(text: str) -> str:
    """Return the text with the secret part of each token and answer address left out."""
    return _SECRET.sub(lambda match: f"{match[1] or match[2]}…", text)


def set_up_logging(level: int) -> None:
    """Log to standard error, from this level on."""
    handler = logging.StreamHandler()
    handler.setFormatter(RedactingFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # APScheduler tells of each tick, and warns of each that comes while a long one goes on. What that one
    # does not do is in the tables, and what goes wrong in a job is an error.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
