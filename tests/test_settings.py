import os
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings import (
    OverHttp,
    OverSocket,
    Settings,
    backup_folder,
    bot_token,
    both_tokens,
    load_settings,
    token_keys,
    way_to_run,
)
from tests.support.waiting import PATIENCE


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for field in Settings.model_fields.values():
        monkeypatch.delenv(str(field.validation_alias), raising=False)
    monkeypatch.chdir(tmp_path)


def test_without_any_setting_the_defaults_hold() -> None:
    settings = load_settings()

    assert settings.model_dump() == {
        "bot_token": None,
        "app_token": None,
        "client_id": None,
        "client_secret": None,
        "signing_secret": None,
        "public_url": None,
        "port": None,
        "api_url": "https://slack.com/api/",
        "database": Path("paper-round.db"),
        "backups": None,
        "command": "/papers",
        "save_reaction": "bookmark",
        "links": "off",
        "second_reading": "on",
        "messages_a_minute": 300,
        "lease_seconds": 120,
        "settling_seconds": 20,
        "last_look_seconds": 60,
        "keep_payloads_hours": 72,
        "log_format": "auto",
        "token_keys": None,
        "keep_uninstalled_days": 30,
        "hugging_face_url": "https://huggingface.co/",
        "arxiv_api_url": "https://export.arxiv.org/api/",
        "arxiv_feed_url": "https://rss.arxiv.org/atom/",
        "arxiv_content_url": "https://arxiv.org/",
        "texts": Path("paper-round-texts"),
        "arxiv_gate": Path("~/.cache/paper-round/arxiv"),
        "contact": "",
        "model_url": "https://api.openai.com/v1/",
        "model_key": None,
        "model": "",
        "tokens_an_answer": 16_000,
        "model_requests_at_once": 10,
        "tokens_a_day": 2_000_000,
        "tokens_a_text": 12_000,
    }


@pytest.mark.parametrize(
    ("database", "backups", "folder"),
    [
        ("data/bot.db", "", "data/bot-backups"),
        ("data/bot.db", "/srv/backups", "/srv/backups"),
        ("data/bot.db", "none", None),
        ("postgresql://localhost/bot", "/srv/backups", None),
    ],
)
def test_nightly_backups_of_a_file_are_beside_it_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch, database: str, backups: str, folder: str | None
) -> None:
    monkeypatch.setenv("PAPER_ROUND_DB", database)
    monkeypatch.setenv("PAPER_ROUND_BACKUPS", backups)

    assert backup_folder(load_settings()) == (Path(folder) if folder else None)


def test_settings_come_from_the_environment_before_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text(
        "SLACK_BOT_TOKEN=xoxb-from-file\nSLACK_APP_TOKEN=xapp-from-file\nOTHER=1\n"
    )
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-from-environment")
    monkeypatch.setenv("SLACK_API_URL", "http://127.0.0.1:8000/api")

    settings = load_settings()

    assert both_tokens(settings) == ("xoxb-from-file", "xapp-from-environment")
    assert settings.api_url == "http://127.0.0.1:8000/api/"


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        (
            "SLACK_BOT_TOKEN",
            "xapp-1-secret",
            "The setting SLACK_BOT_TOKEN must start with xoxb-; this is an app-level token.",
        ),
        (
            "SLACK_APP_TOKEN",
            "xoxb-secret",
            "The setting SLACK_APP_TOKEN must start with xapp-; this is a bot token.",
        ),
        ("SLACK_APP_TOKEN", "secret", "The setting SLACK_APP_TOKEN must start with xapp-."),
        (
            "SLACK_API_URL",
            "slack.com",
            "The setting SLACK_API_URL must be an address that starts with https://.",
        ),
        (
            "PAPER_ROUND_COMMAND",
            "papers",
            "The setting PAPER_ROUND_COMMAND must be one word that starts with a slash, such as /papers.",
        ),
    ],
)
def test_a_malformed_setting_is_named_and_its_value_is_not(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError) as caught:
        load_settings()

    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("read", "missing", "present"),
    [(bot_token, "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"), (both_tokens, "SLACK_APP_TOKEN", "SLACK_BOT_TOKEN")],
)
@pytest.mark.parametrize("empty", [None, "", " \n"])
def test_a_missing_token_is_named_and_the_other_one_is_not_needed(
    monkeypatch: pytest.MonkeyPatch,
    read: Callable[[Settings], object],
    missing: str,
    present: str,
    empty: str | None,
) -> None:
    monkeypatch.setenv(present, {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}[present])
    if empty is not None:
        monkeypatch.setenv(missing, empty)

    with pytest.raises(SettingsError, match=f"The setting {missing} is missing"):
        read(load_settings())


def test_all_missing_tokens_are_named_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        both_tokens(load_settings())

    assert str(caught.value) == (
        "The settings SLACK_BOT_TOKEN and SLACK_APP_TOKEN are missing. "
        "`paper-round setup` says where Slack shows them."
    )


SOCKET = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
HTTP = {
    "SLACK_CLIENT_ID": "1.2",
    "SLACK_CLIENT_SECRET": "hush",
    "SLACK_SIGNING_SECRET": "hash",
    "PAPER_ROUND_URL": "https://papers.example.org",
    "PORT": "8080",
}


@pytest.mark.parametrize(
    ("given", "way"),
    [
        (SOCKET, OverSocket("xoxb-1", "xapp-1")),
        (SOCKET | {"PORT": "8080"}, OverSocket("xoxb-1", "xapp-1")),
        (SOCKET | HTTP, OverSocket("xoxb-1", "xapp-1", has_http_too=True)),
        (HTTP, OverHttp("1.2", "hush", "hash", "https://papers.example.org/", 8080)),
        (
            HTTP | {"SLACK_BOT_TOKEN": "xoxb-1"},
            OverHttp("1.2", "hush", "hash", "https://papers.example.org/", 8080),
        ),
    ],
    ids="socket port both http token".split(),
)
def test_how_the_bot_runs_is_what_is_set_and_socket_mode_wins(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], way: OverSocket | OverHttp
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)

    assert way_to_run(load_settings()) == way
    assert not any(secret in repr(way) for secret in ("hush", "hash", "xoxb", "xapp"))


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            {},
            (
                "The settings SLACK_BOT_TOKEN and SLACK_APP_TOKEN are missing. "
                "`paper-round setup` says where Slack shows them."
            ),
        ),
        (
            {"SLACK_APP_TOKEN": "xapp-1", **HTTP},
            "The setting SLACK_BOT_TOKEN is missing. `paper-round setup` says where Slack shows it.",
        ),
        (
            {"SLACK_CLIENT_ID": "1.2", "SLACK_SIGNING_SECRET": "hash", "PORT": "8080"},
            (
                "To run over HTTP, set SLACK_CLIENT_SECRET and PAPER_ROUND_URL too. "
                "To run in Socket Mode instead, set SLACK_APP_TOKEN and SLACK_BOT_TOKEN."
            ),
        ),
        (
            {"SLACK_SIGNING_SECRET": "hash", "SLACK_BOT_TOKEN": "xoxb-1"},
            (
                "To run over HTTP, set SLACK_CLIENT_ID, SLACK_CLIENT_SECRET, PAPER_ROUND_URL and PORT too. "
                "To run in Socket Mode instead, set SLACK_APP_TOKEN and SLACK_BOT_TOKEN."
            ),
        ),
    ],
    ids="nothing token address much".split(),
)
def test_what_is_missing_for_a_way_to_run_is_named_at_once(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], sentence: str
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError) as caught:
        way_to_run(load_settings())
    assert str(caught.value) == sentence


def test_who_posts_by_command_where_the_bot_runs_over_http_is_sent_to_slack(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in {**HTTP, "PAPER_ROUND_COMMAND": "/reading"}.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError) as refused:
        bot_token(load_settings())

    assert str(refused.value) == (
        "This posts with SLACK_BOT_TOKEN, the token of one workspace, and the bot runs over HTTP in many. "
        "Have it done in Slack: type /reading subscribe in the channel."
    )


@pytest.mark.parametrize(
    ("url", "taken"),
    [
        ("https://papers.example.org", True),
        ("http://127.0.0.1:8080", True),
        ("http://papers.example.org", False),
        ("papers.example.org", False),
    ],
)
def test_the_public_address_is_a_safe_one_or_on_this_machine(
    monkeypatch: pytest.MonkeyPatch, url: str, taken: bool
) -> None:
    monkeypatch.setenv("PAPER_ROUND_URL", url)

    expected = (
        "taken" if taken else "The setting PAPER_ROUND_URL must be an address that starts with https://."
    )
    assert outcome() == expected


def test_settings_show_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-very-secret")

    assert "very-secret" not in repr(load_settings())


# --- As people write them ---------------------------------------------------------------------------------

ALIASES = {str(field.validation_alias): name for name, field in Settings.model_fields.items()}
RIGHT = {
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_APP_TOKEN": "xapp-1",
    "PAPER_ROUND_TOKEN_KEYS": f"{'A' * 43}=",
    "PAPER_ROUND_COMMAND": "/lunch",
    "PAPER_ROUND_LEASE_SECONDS": "90",
    "PAPER_ROUND_TOKENS_A_TEXT": "2000",
    "LLM_MAX_TOKENS": "2000",
    "PAPER_ROUND_LOG_FORMAT": "json",
    "PAPER_ROUND_LINKS": "on",
    "LLM_SECOND_READING": "off",
    **{alias: "https://example.org/v1/" for alias in ALIASES if alias.endswith("_URL")},
}


def right(alias: str) -> str:
    return RIGHT.get(alias, "7")


@pytest.mark.parametrize("alias", ALIASES)
@pytest.mark.parametrize("around", ["{}\n", "{}\r\n", " {}\t", "\ufeff{}\u200b", "\u00a0{}\u3000"])
def test_blanks_and_line_breaks_around_a_value_are_dropped(
    monkeypatch: pytest.MonkeyPatch, alias: str, around: str
) -> None:
    monkeypatch.setenv(alias, right(alias))
    plain = load_settings()
    monkeypatch.setenv(alias, around.format(right(alias)))

    assert load_settings() == plain


@pytest.mark.parametrize("alias", ALIASES)
def test_an_empty_value_is_none(monkeypatch: pytest.MonkeyPatch, alias: str) -> None:
    default = load_settings()
    monkeypatch.setenv(alias, " \n")

    assert load_settings() == default


ODD = "secret-value"
WRONG = [
    ODD,
    f"xoxb-{ODD} {ODD}",
    f"xapp-{ODD}\n{ODD}",
    f"xoxb-{ODD}–é",
    f"https://{ODD}@[::1",
    f"https://user:{ODD}@example.org",
    f"https://example.org/?key={ODD}",
    f"https://{ODD} .org",
    "https://",
    "https://example.org:99999",
    f"/{ODD}/{ODD * 9}",
    "-1",
    "1.5",
    "nan",
    "inf",
    "9" * 5000,
    "1e400",
    "１２\ud8ff",
    f"{ODD}\x1b[31m",
    f"{ODD}\udcff",
]


@pytest.mark.parametrize("alias", ALIASES)
@pytest.mark.parametrize("value", WRONG, ids=range(len(WRONG)))
def test_every_setting_takes_a_value_or_is_named_in_a_sentence_without_it(
    monkeypatch: pytest.MonkeyPatch, alias: str, value: str
) -> None:
    # As Python gives bytes of the environment that are not UTF-8.
    monkeypatch.setenv(alias, value.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape"))
    said = outcome()

    assert re.fullmatch(rf"The setting {alias} must [a-z][^\n]*\.|taken", said)
    assert ODD not in said


NO_KEYS = (
    "must be one key, or several with commas between them, each of 32 bytes; "
    "`openssl rand -base64 32` makes one"
)


def outcome() -> str:
    """Return `taken`, or the sentence with which the settings are refused."""
    try:
        load_settings()
    except SettingsError as error:
        return str(error)
    return "taken"


def test_keys_come_in_either_alphabet_of_base64_and_with_blanks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAPER_ROUND_TOKEN_KEYS", f" {'+/' * 21}A= , {'-_' * 21}E=")

    assert token_keys(load_settings()) == (f"{'-_' * 21}A=", f"{'-_' * 21}E=")
    assert "-_-_" not in repr(load_settings())


def test_without_a_key_many_workspaces_are_refused_in_a_sentence() -> None:
    with pytest.raises(SettingsError, match=r"PAPER_ROUND_TOKEN_KEYS is missing.*`openssl rand -base64 32`"):
        token_keys(load_settings())


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PAPER_ROUND_LEASE_SECONDS", "5", "must be at least 60"),
        ("PAPER_ROUND_LEASE_SECONDS", "1e9", "must be at most 86,400"),
        ("PAPER_ROUND_SETTLING_SECONDS", "soon", "must be a number"),
        ("PAPER_ROUND_MESSAGES_A_MINUTE", "0", "must be at least 1"),
        ("PAPER_ROUND_MESSAGES_A_MINUTE", "2.5", "must be a whole number"),
        ("PAPER_ROUND_TOKENS_A_DAY", "many", "must be a whole number"),
        ("PAPER_ROUND_LOG_FORMAT", "xml", "must be 'auto', 'text' or 'json'"),
        ("PAPER_ROUND_LINKS", "maybe", "must be 'off' or 'on'"),
        ("HF_BASE_URL", "https://", "must be an address such as https://example.org/"),
        *(
            ("PAPER_ROUND_TOKEN_KEYS", value, NO_KEYS)
            for value in ("short", f"{'A' * 43}=,", "A" * 43, f"{'A' * 42}ü=", f"{'A' * 47}=")
        ),
        ("SLACK_API_URL", "http://a..b/", "must be an address such as https://example.org/"),
        ("LLM_BASE_URL", "http://.a/", "must be an address such as https://example.org/"),
        ("ARXIV_API_URL", f"http://{'a' * 64}/", "must be an address such as https://example.org/"),
        (
            "LLM_BASE_URL",
            "https://me:secret@example.org",
            "must be an address without a password, a question mark or a hash",
        ),
        (
            "LLM_API_KEY",
            "two words",
            "must be one word of ASCII characters, as it is shown where you copied it",
        ),
        (
            "PAPER_ROUND_CONTACT",
            "a\nb",
            "must be one line of UTF-8 text, without control characters",
        ),
    ],
)
def test_what_a_setting_must_be_is_said(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError) as caught:
        load_settings()

    assert str(caught.value) == f"The setting {name} {sentence}."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_file_of_settings_is_read_as_editors_write_it(tmp_path: Path, encoding: str) -> None:
    (tmp_path / ".env").write_bytes("# für Slack\r\nPAPER_ROUND_CONTACT=zoë\r\n".encode(encoding))

    assert load_settings().contact == "zoë"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            "A=1\n# für\n".encode("latin-1"),
            "Line 2 of the file .env is not UTF-8. Save the file as UTF-8.",
        ),
        ("A=1\n".encode("utf-16-le"), "The file .env is not UTF-8 text. Save the file as UTF-8."),
        (b"\xff\xfeA", "Line 1 of the file .env is not UTF-8. Save the file as UTF-8."),
    ],
)
def test_a_file_of_settings_that_is_no_text_is_named(tmp_path: Path, content: bytes, sentence: str) -> None:
    (tmp_path / ".env").write_bytes(content)

    with pytest.raises(SettingsError) as caught:
        load_settings()

    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('LLM_MODEL="sesame', 1),
        ("# The model\n\n\nLLM_MODEL: sesame\nA=1\n", 4),
        ("A=1\r\n\r\nexport LLM_MODEL = 'sesame\r\nB=2\r\n", 3),
        ('A=1\nLLM_MODEL="sesame" and more\n', 2),
        ("A=1\nLLM_MODEL\n", 2),
    ],
    ids="unclosed colon breaks trailing bare".split(),
)
def test_a_line_that_sets_nothing_is_named_and_its_value_is_not(
    tmp_path: Path, content: str, line: int
) -> None:
    (tmp_path / ".env").write_bytes(content.encode())

    with pytest.raises(SettingsError) as caught:
        load_settings()

    assert str(caught.value) == (
        f"Line {line} of the file .env cannot be read. "
        "Write it as NAME=value, and close a quotation mark that you open."
    )


def test_every_way_to_write_a_line_of_settings_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        '\n# A comment: "\nexport LLM_MODEL=\'a b\' # its name\nPAPER_ROUND_CONTACT=\nOTHER="x\ny"\n  \n'
    )

    assert (load_settings().model, load_settings().contact) == ("a b", "")


def folder(path: Path) -> None:
    path.mkdir()


def loop(path: Path) -> None:
    path.symlink_to(path)


def pipe(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.skipif(os.name != "posix", reason="Windows has no pipes that are files")
@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (folder, ".env is a folder, so no settings can be read from it. Move it away."),
        (loop, "The file .env cannot be read: Too many levels of symbolic links."),
        (
            pipe,
            (".env is a pipe, and nobody wrote to it for 10 seconds. Start what writes it, or move it away."),
        ),
    ],
)
def test_what_stands_in_the_place_of_the_file_of_settings_is_named(
    tmp_path: Path, make: Callable[[Path], None], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.files.SECONDS_FOR_A_PIPE", 0.0)
    make(tmp_path / ".env")

    with pytest.raises(SettingsError) as caught:
        load_settings()

    assert str(caught.value) == sentence


@pytest.mark.skipif(os.name != "posix", reason="Windows has no pipes that are files")
def test_settings_that_are_served_by_a_pipe_are_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.files.SECONDS_FOR_A_PIPE", PATIENCE)
    pipe(tmp_path / ".env")
    text = f"SLACK_BOT_TOKEN=xoxb-1\nPAPER_ROUND_CONTACT={'z' * 200_000}\n"
    with ThreadPoolExecutor(1) as threads:
        writing = threads.submit((tmp_path / ".env").write_text, text)
        first = load_settings()
        writing.result()

    assert (bot_token(first), len(first.contact)) == ("xoxb-1", 200_000)
    assert load_settings() == first


def test_a_device_without_content_is_no_file_of_settings(tmp_path: Path) -> None:
    (tmp_path / ".env").symlink_to(os.devnull)

    assert load_settings() == Settings()


def test_a_file_that_holds_more_than_settings_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("A=1\n" * 250_001)

    with pytest.raises(SettingsError) as raised:
        load_settings()
    assert str(raised.value) == ".env has more than 1,000,000 bytes, so it holds more than settings."


@pytest.mark.parametrize(
    ("typed", "name"), [(":star:", "star"), ("none", ""), ("", "bookmark"), ("+1", "+1")]
)
def test_the_emoji_that_saves_is_typed_with_or_without_colons(
    monkeypatch: pytest.MonkeyPatch, typed: str, name: str
) -> None:
    monkeypatch.setenv("PAPER_ROUND_SAVE_REACTION", typed)

    assert load_settings().save_reaction == name


def test_what_is_no_emoji_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAPER_ROUND_SAVE_REACTION", "two words")

    with pytest.raises(SettingsError, match="PAPER_ROUND_SAVE_REACTION"):
        load_settings()
