"""The settings, read once from the environment or from `.env` in the working directory."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import SettingsError

ARXIV_API_URL = "https://export.arxiv.org/api/"
ARXIV_FEED_URL = "https://rss.arxiv.org/atom/"
ARXIV_CONTENT_URL = "https://arxiv.org/"


def _starting_with(prefix: str) -> AfterValidator:
    def check(token: SecretStr) -> SecretStr:
        if not token.get_secret_value().startswith(prefix):
            raise ValueError(f"must start with {prefix}")
        return token

    return AfterValidator(check)


def _base_url(url: str) -> str:
    if not url.startswith(("https://", "http://")):
        raise ValueError("must be an address that starts with https://")
    return url.rstrip("/") + "/"


def _command(name: str) -> str:
    if not name.startswith("/") or " " in name:
        raise ValueError("must be one word that starts with a slash, such as /papers")
    return name


class Settings(BaseSettings):
    """All settings; a field's validation alias is its variable, and the README has the same table."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True, populate_by_name=True)

    bot_token: Annotated[SecretStr, _starting_with("xoxb-")] | None = Field(
        default=None,
        validation_alias="SLACK_BOT_TOKEN",
        description="the bot token, `xoxb-…`; `run` needs it",
    )
    app_token: Annotated[SecretStr, _starting_with("xapp-")] | None = Field(
        default=None,
        validation_alias="SLACK_APP_TOKEN",
        description="the app-level token for Socket Mode, `xapp-…`; `run` needs it",
    )
    api_url: Annotated[str, AfterValidator(_base_url)] = Field(
        default="https://slack.com/api/",
        validation_alias="SLACK_API_URL",
        description="Slack's Web API",
    )
    database: Path = Field(
        default=Path("paper-round.db"),
        validation_alias="PAPER_ROUND_DB",
        description="the SQLite file; `--db` overrides it",
    )
    command: Annotated[str, AfterValidator(_command)] = Field(
        default="/papers",
        validation_alias="PAPER_ROUND_COMMAND",
        description="the slash command, as named in your manifest",
    )
    messages_a_minute: int = Field(
        default=300,
        gt=0,
        validation_alias="PAPER_ROUND_MESSAGES_A_MINUTE",
        description="the most messages a minute in the workspace",
    )
    lease_seconds: float = Field(
        default=120,
        ge=60,
        validation_alias="PAPER_ROUND_LEASE_SECONDS",
        description="how long a process keeps a delivery without renewing its lease",
    )
    settling_seconds: float = Field(
        default=20,
        ge=0,
        validation_alias="PAPER_ROUND_SETTLING_SECONDS",
        description="how long to wait before looking for a message that Slack never confirmed",
    )
    last_look_seconds: float = Field(
        default=60,
        ge=0,
        validation_alias="PAPER_ROUND_LAST_LOOK_SECONDS",
        description="how long after such a delivery to look for late messages",
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
        description="the file through which all processes here share one arXiv request every 3 seconds",
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
    model_key: SecretStr | None = Field(
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
        validation_alias="LLM_MAX_TOKENS",
        description="the most tokens of one answer, for a model that thinks for longer than 4,000",
    )
    model_requests_at_once: int = Field(
        default=10,
        gt=0,
        validation_alias="PAPER_ROUND_MODEL_REQUESTS_AT_ONCE",
        description="how many model requests may run at once",
    )
    tokens_a_day: int = Field(
        default=2_000_000,
        ge=0,
        validation_alias="PAPER_ROUND_TOKENS_A_DAY",
        description="how many tokens summaries may use per day (UTC)",
    )
    tokens_a_text: int = Field(
        default=12_000,
        ge=1_000,
        validation_alias="PAPER_ROUND_TOKENS_A_TEXT",
        description="how much of a paper's text the model gets, in tokens",
    )


def load_settings() -> Settings:
    """Read the settings; raises `SettingsError` with the first malformed variable, never its value."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        sentence = first["msg"].removeprefix("Value error, ")
        raise SettingsError(f"The setting {first['loc'][0]} {sentence}.") from None


def tokens(settings: Settings) -> tuple[str, str]:
    """Return the bot's and the app's token; raises `SettingsError`, which names the missing one."""
    wanted = {"SLACK_BOT_TOKEN": settings.bot_token, "SLACK_APP_TOKEN": settings.app_token}
    missing = next((name for name, token in wanted.items() if token is None), None)
    if missing or settings.bot_token is None or settings.app_token is None:
        raise SettingsError(
            f"The setting {missing} is missing. The README says where Slack shows this token."
        )
    return settings.bot_token.get_secret_value(), settings.app_token.get_secret_value()
