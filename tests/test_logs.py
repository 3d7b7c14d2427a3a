import json
import logging
import sys
from datetime import timedelta
from io import StringIO

import pytest

from bot.errors import StorageError
from bot.logs import JsonFormatter, LogFormat, LogFormatter, log_as, redact, set_up_logging
from bot.outages import log_end


def test_tokens_and_answer_addresses_are_left_out() -> None:
    text = "xoxb-1-2-abc xapp-1-A0-9-ff xoxe.xoxp-1-abc https://hooks.slack.com/commands/T1/2/secret end"

    assert redact(text) == "xoxb-… xapp-… xoxe.… https://hooks.slack.com/… end"


def test_keys_tickets_and_passwords_are_left_out() -> None:
    text = (
        "sk-proj-abc wss://wss-primary.slack.com/link/?ticket=abc&app_id=A1 /oauth?code=abc&state=def "
        "Authorization: Bearer abc postgresql://ada:abc@db/papers risk-free https://arxiv.org/abs/2509.1:8"
    )

    assert redact(text) == (
        "sk-… wss://wss-primary.slack.com/link/?ticket=…&app_id=A1 /oauth?code=…&state=… "
        "Authorization: Bearer … postgresql://ada:…@db/papers risk-free https://arxiv.org/abs/2509.1:8"
    )


def test_a_traceback_holds_no_token_either() -> None:
    try:
        int("xoxb-1-2-abc")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "failed", None, sys.exc_info())

    line = LogFormatter("%(message)s").format(record)

    assert "with base 10: 'xoxb-…'" in line
    assert "abc" not in line.rpartition("ValueError")[2]


def test_an_error_of_the_bot_s_own_is_a_sentence_and_no_traceback() -> None:
    error = StorageError("The disk of the database x.db is full.")
    about = (StorageError, error, None)
    record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "The tick failed", None, about)

    assert LogFormatter("%(message)s").format(record) == (
        "The tick failed\n    The disk of the database x.db is full."
    )


def test_no_line_of_an_error_looks_like_a_line_of_the_log() -> None:
    forged = "2025-09-29 12:00:00,000 INFO bot.app: Connected to Slack"
    error = ValueError(f"No JSON:\n{forged}\r\n{forged}\r{forged}\x85{forged}\u2028{forged}")
    told = (ValueError, error, None)
    record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "Failed: %s", (error,), told)

    lines = LogFormatter("%(message)s").format(record).splitlines()

    assert [line for line in lines if line.startswith("2025")] == []
    assert lines[0].startswith("Failed: No JSON: 2025-09-29")
    assert lines[-1] == f"    {forged}\\r{forged}\\u0085{forged}\\u2028{forged}"


def test_what_is_invisible_is_shown_as_an_escape() -> None:
    record = logging.LogRecord("x", logging.INFO, "x.py", 1, "No file %s", ("\u202etxt\u200b.exe",), None)

    assert LogFormatter("%(message)s").format(record) == "No file \\u202etxt\\u200b.exe"


def test_fields_follow_the_sentence() -> None:
    extra = {"action": "poll", "source": "arxiv:cs.CL", "note": "two words", "token": "xoxb-1-2-abc"}
    record = logging.getLogger("x").makeRecord(
        "x", logging.INFO, "x.py", 1, "Polled %s", ("it",), None, extra=extra
    )
    formatter = LogFormatter("%(message)s%(fields)s")

    line = "Polled it action=poll source=arxiv:cs.CL note='two words' token=xoxb-…"
    assert [formatter.format(record), formatter.format(record)] == [line, line]


def test_a_sentence_without_fields_stays_alone() -> None:
    record = logging.LogRecord("x", logging.INFO, "x.py", 1, "Ready", None, None)

    assert LogFormatter("%(message)s%(fields)s").format(record) == "Ready"


def test_the_end_of_an_outage_is_logged_at_any_level(monkeypatch: pytest.MonkeyPatch) -> None:
    root, lines = logging.getLogger(), StringIO()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(sys, "stderr", lines)
    set_up_logging(logging.WARNING, "text")
    log_end("The connection to Slack", timedelta(minutes=2), {"action": "connect"})

    assert lines.getvalue().partition(" INFO ")[2] == (
        "bot.outages: The connection to Slack works again, after 0:02:00 (h:mm:ss). action=connect\n"
    )


def record_of(sentence: str, *args: object, about: BaseException | None = None, **extra: object) -> str:
    """Return the record's line of JSON; it was logged at noon, where the machine's clock is not in UTC."""
    told = (type(about), about, about.__traceback__) if about else None
    record = logging.getLogger("bot.x").makeRecord(
        "bot.x", logging.ERROR, "x.py", 1, sentence, args, told, extra=extra
    )
    record.created = 1759147200.25
    return JsonFormatter().format(record)


def test_a_record_is_one_object_on_one_line_with_its_fields_apart() -> None:
    line = record_of("Polled %s\nin two lines", "it", papers=12, is_late=False, token="xoxb-1-abc", day=None)

    assert "\n" not in line
    assert json.loads(line) == {
        "time": "2025-09-29T12:00:00.250+00:00",
        "level": "ERROR",
        "logger": "bot.x",
        "message": "Polled it\nin two lines",
        "fields": {"papers": 12, "is_late": False, "token": "xoxb-…", "day": None},
    }


def test_a_traceback_is_one_field_without_secrets_and_an_own_error_its_sentence() -> None:
    try:
        int("xoxb-1-abc")
    except ValueError as error:
        unexpected = json.loads(record_of("It failed", about=error))
    own = json.loads(record_of("It failed", about=StorageError("The disk is full.")))

    assert unexpected["traceback"].startswith("Traceback (most recent call last):\n")
    assert unexpected["traceback"].endswith("ValueError: invalid literal for int() with base 10: 'xoxb-…'")
    assert (own["error"], "traceback" in own) == ("The disk is full.", False)


@pytest.mark.parametrize(
    ("how", "is_terminal", "is_json"),
    [("auto", True, False), ("auto", False, True), ("text", False, False), ("json", True, True)],
)
def test_the_log_is_text_on_a_terminal_and_json_elsewhere_unless_it_is_set(
    monkeypatch: pytest.MonkeyPatch, how: LogFormat, is_terminal: bool, is_json: bool
) -> None:
    root, lines = logging.getLogger(), StringIO()
    monkeypatch.setattr(lines, "isatty", lambda: is_terminal)
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(sys, "stderr", lines)
    set_up_logging(logging.WARNING)
    log_as(how)
    logging.getLogger("bot.x").warning("It is late", extra={"day": "2025-09-29"})

    if is_json:
        assert json.loads(lines.getvalue())["fields"] == {"day": "2025-09-29"}
    else:
        assert lines.getvalue().endswith(" WARNING bot.x: It is late day=2025-09-29\n")
