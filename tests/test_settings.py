from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings import Settings, load_settings, tokens


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
        "api_url": "https://slack.com/api/",
        "database": Path("paper-round.db"),
        "command": "/papers",
        "messages_a_minute": 300,
        "lease_seconds": 120,
        "settling_seconds": 20,
        "last_look_seconds": 60,
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


def test_settings_come_from_the_environment_before_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text(
        "SLACK_BOT_TOKEN=xoxb-from-file\nSLACK_APP_TOKEN=xapp-from-file\nOTHER=1\n"
    )
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-from-environment")
    monkeypatch.setenv("SLACK_API_URL", "http://127.0.0.1:8000/api")

    settings = load_settings()

    assert tokens(settings) == ("xoxb-from-file", "xapp-from-environment")
    assert settings.api_url == "http://127.0.0.1:8000/api/"


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SLACK_BOT_TOKEN", "xapp-1-secret", "The setting SLACK_BOT_TOKEN must start with xoxb-."),
        ("SLACK_APP_TOKEN", "xoxb-secret", "The setting SLACK_APP_TOKEN must start with xapp-."),
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


@pytest.mark.parametrize("missing", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"])
def test_a_missing_token_is_named(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    present = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
    for name in present.keys() - {missing}:
        monkeypatch.setenv(name, present[name])

    with pytest.raises(SettingsError, match=f"The setting {missing} is missing"):
        tokens(load_settings())


def test_settings_show_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-very-secret")

    assert "very-secret" not in repr(load_settings())
