"""The settings, read once from the environment or from `.env` in the working directory.

Settings are typed and pasted by people, so blanks and line breaks around a value are dropped, and an empty
one counts as not set. Whatever else is wrong becomes a sentence that names the setting, never its value.
"""

import base64
import io
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from dotenv.parser import parse_stream
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    HttpUrl,
    SecretStr,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bot.errors import SettingsError
from bot.files import NOBODY_WROTE, written_to
from bot.logs import LogFormat
from bot.manifest import COMMAND
from bot.text.encodings import marked_encoding
from bot.text.slack_tokens import APP_PREFIX, BOT_PREFIX, kind_of
from storage.address import Server, read_address

ARXIV_API_URL = "https://export.arxiv.org/api/"
ARXIV_FEED_URL = "https://rss.arxiv.org/atom/"
ARXIV_CONTENT_URL = "https://arxiv.org/"


# What is invisible comes along where a value is copied from a page.
_INVISIBLE = r"[\s\u200b\u2060\ufeff]+"
_AROUND = re.compile(rf"\A{_INVISIBLE}|{_INVISIBLE}\Z")
# A surrogate stands for a byte that is not UTF-8.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")

_LINE_BREAK = re.compile(r"\r\n|\n|\r")
ENV_FILE = Path(".env")
"""The file of settings, in the working directory."""
_MOST_BYTES = 1_000_000
_A_DAY = 86_400
_URL = TypeAdapter(HttpUrl)
_BYTES_A_KEY = 32
_URL_SAFE = str.maketrans("+/", "-_")
_MAKE_KEY = "`openssl rand -base64 32` makes one"
_THIS_MACHINE = frozenset({"127.0.0.1", "::1", "localhost"})
# What may stand in an HTTP header: https://www.rfc-editor.org/rfc/rfc9110#section-5.5
_TOKEN = re.compile(r"[\x21-\x7e]+")


def _token(token: SecretStr) -> SecretStr:
    if not _TOKEN.fullmatch(token.get_secret_value()):
        raise ValueError("must be one word of ASCII characters, as it is shown where you copied it")
    return token


def _starting_with(prefix: str) -> AfterValidator:
    def check(token: SecretStr) -> SecretStr:
        if not token.get_secret_value().startswith(prefix):
            kind = kind_of(token.get_secret_value())
            raise ValueError(f"must start with {prefix}{f'; this is {kind}' if kind else ''}")
        return _token(token)

    return AfterValidator(check)


def _base_url(url: str) -> str:
    if not url.startswith(("https://", "http://")):
        raise ValueError("must be an address that starts with https://")
    try:
        read = _URL.validate_python(url)
        # DNS has no name with an empty part, or with one of more than 63 characters.
        (read.host or "").encode("idna")
    except (ValidationError, UnicodeError):
        raise ValueError("must be an address such as https://example.org/") from None
    # A password or a query in it would end up in logs.
    if any(part is not None for part in (read.username, read.password, read.query, read.fragment)):
        raise ValueError("must be an address without a password, a question mark or a hash")
    return str(read).rstrip("/") + "/"


def read_site_address(url: str) -> str:
    """Return the address of a folder on the web, with a slash at its end; raises `ValueError` for none."""
    return _base_url(url)


def _public_url(url: str) -> str:
    read = urlsplit(_base_url(url))
    # What Slack sends, and the cookie of an installation, travel safely only so.
    if read.scheme != "https" and read.hostname not in _THIS_MACHINE:
        raise ValueError("must be an address that starts with https://")
    return read.geturl()


def _client_id(text: str) -> str:
    if not _TOKEN.fullmatch(text):
        raise ValueError("must be one word of ASCII characters, as it is shown where you copied it")
    return text


def _command(name: str) -> str:
    # Slack allows 32 characters: https://docs.slack.dev/reference/app-manifest
    if not re.fullmatch(r"/\S{1,31}", name):
        raise ValueError("must be one word that starts with a slash, such as /papers")
    return name


def read_command(name: str) -> str:
    """Return the name of a slash command; raises `SettingsError` for what is none."""
    try:
        return _command(name.strip())
    except ValueError as error:
        raise SettingsError(f"The command {error}.") from None


def _emoji(name: str) -> str:
    name = name.strip().strip(":")
    # https://docs.slack.dev/reference/methods/reactions.add has names such as thumbsup and +1.
    if not re.fullmatch(r"[\w+'-]*", name):
        raise ValueError("must be the name of one emoji, such as bookmark, or none")
    return "" if name == "none" else name


def _keys(text: SecretStr) -> SecretStr:
    """Return keys in the alphabet of Fernet's, which has no sign that an address needs to escape."""
    keys = [_AROUND.sub("", key).translate(_URL_SAFE) for key in text.get_secret_value().split(",")]
    if not all(map(_is_key, keys)):
        raise ValueError(
            f"must be one key, or several with commas between them, each of 32 bytes; {_MAKE_KEY}"
        )
    return SecretStr(",".join(keys))


def _is_key(text: str) -> bool:
    try:
        return len(base64.b64decode(text, altchars=b"-_", validate=True)) == _BYTES_A_KEY
    except ValueError:
        return False


def _address(value: Any) -> Any:
    return read_address(value) if isinstance(value, str) else value


class Settings(BaseSettings):
    """All settings; a field's validation alias is its variable, and `docs/settings.md` has the same."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, populate_by_name=True)

    bot_token: Annotated[SecretStr, _starting_with(BOT_PREFIX)] | None = Field(
        default=None,
        validation_alias="SLACK_BOT_TOKEN",
        description="the bot token, `xoxb-…`; whatever posts needs it",
    )
    app_token: Annotated[SecretStr, _starting_with(APP_PREFIX)] | None = Field(
        default=None,
        validation_alias="SLACK_APP_TOKEN",
        description="the app-level token for Socket Mode, `xapp-…`; `run` needs it, unless it runs over HTTP",
    )
    client_id: Annotated[str, AfterValidator(_client_id)] | None = Field(
        default=None,
        validation_alias="SLACK_CLIENT_ID",
        description="the app's client id, for HTTP and many workspaces",
    )
    client_secret: Annotated[SecretStr, AfterValidator(_token)] | None = Field(
        default=None,
        validation_alias="SLACK_CLIENT_SECRET",
        description="the app's client secret, for HTTP",
    )
    signing_secret: Annotated[SecretStr, AfterValidator(_token)] | None = Field(
        default=None,
        validation_alias="SLACK_SIGNING_SECRET",
        description="the secret with which Slack signs its requests, for HTTP",
    )
    public_url: Annotated[str, AfterValidator(_public_url)] | None = Field(
        default=None,
        validation_alias="PAPER_ROUND_URL",
        description="the public `https://` address at which Slack and browsers reach the bot, for HTTP",
    )
    port: int | None = Field(
        default=None,
        ge=1,
        le=65_535,
        validation_alias="PORT",
        description="the port to serve on: health and metrics, and over HTTP Slack's requests",
    )
    api_url: Annotated[str, AfterValidator(_base_url)] = Field(
        default="https://slack.com/api/",
        validation_alias="SLACK_API_URL",
        description="Slack's Web API",
    )
    database: Annotated[Path | Server, NoDecode, BeforeValidator(_address)] = Field(
        default=Path("paper-round.db"),
        validation_alias="PAPER_ROUND_DB",
        description="the SQLite file, or `postgresql://…`; `--db` overrides it",
    )
    backups: Path | None = Field(
        default=None,
        validation_alias="PAPER_ROUND_BACKUPS",
        description="the folder for nightly backups of the SQLite file, or `none`; "
        "otherwise `paper-round-backups` beside it",
    )
    command: Annotated[str, AfterValidator(_command)] = Field(
        default=COMMAND,
        validation_alias="PAPER_ROUND_COMMAND",
        description="the slash command, as named in your manifest",
    )
    save_reaction: Annotated[str, AfterValidator(_emoji)] = Field(
        default="bookmark",
        validation_alias="PAPER_ROUND_SAVE_REACTION",
        description="the emoji with which people save the papers of a message; `none` for none",
    )
    links: Literal["off", "on"] = Field(
        default="off",
        validation_alias="PAPER_ROUND_LINKS",
        description="whether links to papers get a preview in channels that the bot is in and that have not "
        "said: `off` or `on`",
    )
    messages_a_minute: int = Field(
        default=300,
        ge=1,
        le=100_000,
        validation_alias="PAPER_ROUND_MESSAGES_A_MINUTE",
        description="the most messages a minute in the workspace",
    )
    lease_seconds: float = Field(
        default=120,
        ge=60,
        le=_A_DAY,
        validation_alias="PAPER_ROUND_LEASE_SECONDS",
        description="how long a process keeps what it works on without renewing its lease",
    )
    settling_seconds: float = Field(
        default=20,
        ge=0,
        le=_A_DAY,
        validation_alias="PAPER_ROUND_SETTLING_SECONDS",
        description="how long to wait before looking for a message that Slack never confirmed",
    )
    last_look_seconds: float = Field(
        default=60,
        ge=0,
        le=_A_DAY,
        validation_alias="PAPER_ROUND_LAST_LOOK_SECONDS",
        description="how long after such a delivery to look for late messages",
    )
    keep_payloads_hours: int = Field(
        default=72,
        ge=1,
        le=87_600,
        validation_alias="PAPER_ROUND_KEEP_PAYLOADS_HOURS",
        description="how many hours the full content of a digest's messages is kept",
    )
    token_keys: Annotated[SecretStr, AfterValidator(_keys)] | None = Field(
        default=None,
        validation_alias="PAPER_ROUND_TOKEN_KEYS",
        description="the key that encrypts the tokens of many workspaces; after commas, those it replaced",
    )
    keep_uninstalled_days: int = Field(
        default=30,
        ge=0,
        le=3_650,
        validation_alias="PAPER_ROUND_KEEP_UNINSTALLED_DAYS",
        description="how many days a workspace's data is kept once it uninstalled the bot",
    )
    log_format: LogFormat = Field(
        default="auto",
        validation_alias="PAPER_ROUND_LOG_FORMAT",
        description="how the log is written: `text`, `json`, or `auto`: "
        "text on a terminal and JSON elsewhere",
    )
    hugging_face_url: Annotated[str, AfterValidator(_base_url)] = Field(
        default="https://huggingface.co/",
        validation_alias="HF_BASE_URL",
        description="Hugging Face",
    )
    arxiv_api_url: Annotated[str, AfterValidator(_base_url)] = Field(
        default=ARXIV_API_URL,
        validation_alias="ARXIV_API_URL",
        description="arXiv's API",
    )
    arxiv_feed_url: Annotated[str, AfterValidator(_base_url)] = Field(
        default=ARXIV_FEED_URL,
        validation_alias="ARXIV_FEED_URL",
        description="arXiv's daily Atom feeds",
    )
    arxiv_content_url: Annotated[str, AfterValidator(_base_url)] = Field(
        default=ARXIV_CONTENT_URL,
        validation_alias="ARXIV_CONTENT_URL",
        description="the papers on arXiv, as HTML and PDF",
    )
    texts: Path = Field(
        default=Path("paper-round-texts"),
        validation_alias="PAPER_ROUND_TEXTS",
        description="the folder for the papers' texts, 1 GiB at most",
    )
    arxiv_gate: Path = Field(
        default=Path("~/.cache/paper-round/arxiv"),
        validation_alias="PAPER_ROUND_ARXIV_GATE",
        description="the file through which all processes here share one arXiv request every 3 seconds; "
        "on PostgreSQL they share it there",
    )
    contact: str = Field(
        default="",
        validation_alias="PAPER_ROUND_CONTACT",
        description="how arXiv can reach you, such as an email address; sent with each request",
    )
    model_url: Annotated[str, AfterValidator(_base_url)] = Field(
        default="https://api.openai.com/v1/",
        validation_alias="LLM_BASE_URL",
        description="the language model: any endpoint that speaks OpenAI's `chat/completions`",
    )
    model_key: Annotated[SecretStr, AfterValidator(_token)] | None = Field(
        default=None,
        validation_alias="LLM_API_KEY",
        description="its API key, if it needs one",
    )
    model: str = Field(
        default="",
        validation_alias="LLM_MODEL",
        description="the model's name at that endpoint; empty for no AI summaries",
    )
    tokens_an_answer: int = Field(
        default=16_000,
        ge=1_000,
        le=1_000_000,
        validation_alias="LLM_MAX_TOKENS",
        description="the most tokens of one answer, for a model that thinks for longer than 4,000",
    )
    second_reading: Literal["off", "on"] = Field(
        default="on",
        validation_alias="LLM_SECOND_READING",
        description="whether the model checks each sentence of its summary once more, against the paper's "
        "sentences that it named: `off` or `on`",
    )
    model_requests_at_once: int = Field(
        default=10,
        ge=1,
        le=1_000,
        validation_alias="PAPER_ROUND_MODEL_REQUESTS_AT_ONCE",
        description="how many model requests may run at once",
    )
    tokens_a_day: int = Field(
        default=2_000_000,
        ge=0,
        le=1_000_000_000_000,
        validation_alias="PAPER_ROUND_TOKENS_A_DAY",
        description="how many tokens summaries may use per day (UTC)",
    )
    tokens_a_text: int = Field(
        default=12_000,
        ge=1_000,
        le=1_000_000,
        validation_alias="PAPER_ROUND_TOKENS_A_TEXT",
        description="how much of a paper's text the model gets, in tokens",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 -- knows one encoding only
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 -- there are none
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return where settings come from, the first that has one first; raises `SettingsError`."""
        return init_settings, env_settings, _FromFile(settings_cls, text_of(ENV_FILE))

    @field_validator("*", mode="before")
    @classmethod
    def _as_typed(cls, value: Any, info: ValidationInfo) -> Any:
        """Return the value without blanks around it, or the default for an empty one."""
        if not isinstance(value, str):
            return value
        text = _AROUND.sub("", value)
        if not text:
            return cls.model_fields[info.field_name or ""].default
        if _CONTROLS.search(text):
            raise ValueError("must be one line of UTF-8 text, without control characters")
        return text


class _FromFile(DotEnvSettingsSource):
    """The settings in a file's text; pydantic's own source would read the file again, which a pipe cannot."""

    def __init__(self, settings_cls: type[BaseSettings], text: str) -> None:
        self._text = text
        super().__init__(settings_cls, env_file=None)

    def _load_env_vars(self) -> dict[str, str | None]:
        values = dotenv_values(stream=io.StringIO(self._text))
        return {name.lower(): value for name, value in values.items()}


def load_settings(**given: Any) -> Settings:
    """Read the settings, but for those that are given by their field's name.

    Raises `SettingsError` with the first malformed variable, never its value.
    """
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise SettingsError(f"The setting {first['loc'][0]} {_what_is_wrong(first)}.") from None


def backup_folder(settings: Settings) -> Path | None:
    """Return the folder for nightly backups; `None` for a server, and where nobody wants any."""
    database, folder = settings.database, settings.backups
    if not isinstance(database, Path) or folder == Path("none"):
        return None
    return folder or database.with_name(f"{database.stem}-backups")


def settings_as_far_as_they_go() -> tuple[Settings, list[str]]:
    """Return the settings with the default for each malformed one, and a sentence for each of those.

    Raises `SettingsError` where the file of settings cannot be read at all.
    """
    try:
        return Settings(), []
    except ValidationError as error:
        errors = error.errors(include_input=False, include_url=False)
    by_variable = {str(field.validation_alias): name for name, field in Settings.model_fields.items()}
    wrong = {str(each["loc"][0]): f"{each['loc'][0]} {_what_is_wrong(each)}." for each in errors}
    defaults = {
        by_variable[name]: Settings.model_fields[by_variable[name]].get_default(call_default_factory=True)
        for name in wrong
    }
    return Settings(**defaults), list(wrong.values())


_WRONG = {
    "greater_than_equal": "must be at least {ge:,.0f}",
    "less_than_equal": "must be at most {le:,.0f}",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_parsing": "must be a number",
    "finite_number": "must be a number",
    "literal_error": "must be {expected}",
}
"""What is wrong with a setting, by pydantic's types of errors: https://docs.pydantic.dev/latest/errors/"""


def _what_is_wrong(error: ErrorDetails) -> str:
    """Return the rest of a sentence that starts with the setting."""
    if error["type"] == "value_error":
        return error["msg"].removeprefix("Value error, ")
    return _WRONG.get(error["type"], "cannot be read").format(**error.get("ctx", {}))


def text_of(file: Path) -> str:
    """Return the text of a settings file; raises `SettingsError` where it is none that we can read."""
    content = _content_of(file)
    if len(content) > _MOST_BYTES:
        raise SettingsError(f"{file} has more than {_MOST_BYTES:,} bytes, so it holds more than settings.")
    encoding = marked_encoding(content) or "utf-8"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SettingsError(
            f"Line {line} of the file {file} is not UTF-8. Save the file as UTF-8."
        ) from error
    if "\0" in text:
        raise SettingsError(f"The file {file} is not UTF-8 text. Save the file as UTF-8.")
    _refuse_no_setting(file, text)
    return text


def _content_of(file: Path) -> bytes:
    """Return the content of a settings file, nothing where there is none; raises `SettingsError`."""
    try:
        mode = file.stat().st_mode
        # People link to /dev/null to have no settings here.
        if stat.S_ISCHR(mode):
            return b""
        if stat.S_ISFIFO(mode):
            return _written_to(file.absolute())
        if not stat.S_ISREG(mode):
            what = "a folder" if stat.S_ISDIR(mode) else "not a file of text"
            raise SettingsError(f"{file} is {what}, so no settings can be read from it. Move it away.")
        with file.open("rb") as opened:
            return opened.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise SettingsError(f"The file {file} cannot be read: {error.strerror}.") from error


@cache
def _written_to(pipe: Path) -> bytes:
    """Return what is written to a pipe, as keepers of secrets do for whoever opens it; read only once.

    Raises `SettingsError` if nobody writes.
    """
    content = written_to(pipe, _MOST_BYTES)
    if content is None:
        raise SettingsError(
            f"{pipe.name} is a pipe, and {NOBODY_WROTE}. Start what writes it, or move it away."
        )
    return content


def _refuse_no_setting(file: Path, text: str) -> None:
    """Raise `SettingsError` for the first line that sets nothing; without it, its setting would be unset."""
    for binding in parse_stream(io.StringIO(text)):
        is_unset = binding.key is not None and binding.value is None
        if binding.error or is_unset:
            original = binding.original
            blank = original.string[: len(original.string) - len(original.string.lstrip())]
            line = original.line + len(_LINE_BREAK.findall(blank))
            raise SettingsError(
                f"Line {line} of the file {file} cannot be read. "
                "Write it as NAME=value, and close a quotation mark that you open."
            )


def wrong_proxy() -> SettingsError:
    """Return the error for a proxy in the environment that no client here can use, such as a SOCKS proxy."""
    return SettingsError(
        "The proxy in HTTPS_PROXY, HTTP_PROXY or ALL_PROXY cannot be used. Name an HTTP proxy, such as "
        "http://127.0.0.1:8080, or set none."
    )


def bot_token(settings: Settings) -> str:
    """Return the bot token, all that posting needs; raises `SettingsError` where it is missing."""
    if settings.bot_token is None and settings.app_token is None and settings.client_id:
        raise SettingsError(
            "This posts with SLACK_BOT_TOKEN, the token of one workspace, and the bot runs over HTTP in "
            f"many. Have it done in Slack: type {settings.command} subscribe in the channel."
        )
    (token,) = _present({"SLACK_BOT_TOKEN": settings.bot_token})
    return token


def both_tokens(settings: Settings) -> tuple[str, str]:
    """Return the bot token, and the app-level token that Socket Mode needs too.

    Raises `SettingsError` that names all that are missing.
    """
    bot, app = _present({"SLACK_BOT_TOKEN": settings.bot_token, "SLACK_APP_TOKEN": settings.app_token})
    return bot, app


def token_keys(settings: Settings) -> tuple[str, ...]:
    """Return the keys that encrypt tokens, the one for new ones first; raises `SettingsError` without any."""
    if settings.token_keys is None:
        raise SettingsError(
            "The setting PAPER_ROUND_TOKEN_KEYS is missing, with which the tokens of many workspaces are "
            f"encrypted; {_MAKE_KEY}. Keep it as safe as a password, and apart from the database."
        )
    return tuple(settings.token_keys.get_secret_value().split(","))


@dataclass(frozen=True, slots=True)
class OverSocket:
    """The bot runs in Socket Mode, in one workspace."""

    bot_token: str = field(repr=False)
    app_token: str = field(repr=False)
    #: Whether settings for HTTP are there as well, which count for nothing.
    has_http_too: bool = False


@dataclass(frozen=True, slots=True)
class OverHttp:
    """The bot runs over HTTP, in every workspace that installs it."""

    client_id: str
    client_secret: str = field(repr=False)
    signing_secret: str = field(repr=False)
    #: It ends in a slash.
    public_url: str
    port: int


def way_to_run(settings: Settings) -> OverSocket | OverHttp:
    """Return how the bot runs: in Socket Mode wherever an app-level token is set, else over HTTP; pure.

    Raises `SettingsError` that names all that is missing for it.
    """
    for_http = settings.client_id, settings.client_secret, settings.signing_secret
    if settings.app_token or not any(for_http):
        return OverSocket(*both_tokens(settings), has_http_too=any(for_http))
    return _over_http(settings)


def _over_http(settings: Settings) -> OverHttp:
    client_id, client_secret = settings.client_id, settings.client_secret
    signing_secret, url, port = settings.signing_secret, settings.public_url, settings.port
    if client_id and client_secret and signing_secret and url and port:
        secrets = client_secret.get_secret_value(), signing_secret.get_secret_value()
        return OverHttp(client_id, *secrets, url, port)
    needed = {
        "SLACK_CLIENT_ID": client_id,
        "SLACK_CLIENT_SECRET": client_secret,
        "SLACK_SIGNING_SECRET": signing_secret,
        "PAPER_ROUND_URL": url,
        "PORT": port,
    }
    missing = _series([name for name, value in needed.items() if not value])
    raise SettingsError(
        f"To run over HTTP, set {missing} too. To run in Socket Mode instead, set SLACK_APP_TOKEN and "
        "SLACK_BOT_TOKEN."
    )


def _series(names: list[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def _present(tokens: Mapping[str, SecretStr | None]) -> list[str]:
    missing = [name for name, token in tokens.items() if token is None]
    if len(missing) == 1:
        raise SettingsError(
            f"The setting {missing[0]} is missing. `paper-round setup` says where Slack shows it."
        )
    if missing:
        raise SettingsError(
            f"The settings {' and '.join(missing)} are missing. "
            "`paper-round setup` says where Slack shows them."
        )
    return [token.get_secret_value() for token in tokens.values() if token]
