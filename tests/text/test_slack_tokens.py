import pytest

from bot.text.slack_tokens import TokenKind, app_of_token, kind_of, pasted


@pytest.mark.parametrize(
    ("token", "kind"),
    [
        ("xoxb-1-2-abc", TokenKind.BOT),
        ("xoxe.xoxb-1-abc", TokenKind.BOT),
        ("xapp-1-A0001-2-abc", TokenKind.APP),
        ("xoxp-1-2-abc", TokenKind.USER),
        ("xoxe.xoxp-1-abc", TokenKind.CONFIGURATION),
        ("xoxe-1-abc", TokenKind.REFRESH),
        ("xoxc-1", TokenKind.BROWSER),
        ("xoxa-2-abc", TokenKind.OTHER),
        ("https://hooks.slack.com/services/T1/B1/abc", TokenKind.WEBHOOK),
        ("0123456789abcdef0123456789abcdef", TokenKind.SECRET),
        ("Ab3dEf6hIj9lMn2pQr5tUv8x", TokenKind.VERIFICATION),
        ("A0123456789", TokenKind.APP_ID),
        ("1234567890.1234567890123", TokenKind.CLIENT_ID),
        ("hello", None),
        ("", None),
    ],
)
def test_tokens_and_secrets_are_told_apart(token: str, kind: TokenKind | None) -> None:
    assert kind_of(token) is kind


@pytest.mark.parametrize(
    "text",
    [
        "xoxb-1-2",
        "  xoxb-1-2\r\n",
        '"xoxb-1-2"',
        "“xoxb-1-2”",
        "SLACK_BOT_TOKEN=xoxb-1-2",
        "export SLACK_BOT_TOKEN='xoxb-1-2'\n",
        "xoxb-1-\n2",
        "\u200bxoxb-1-2\ufeff",
        "<xoxb-1-2>",
    ],
)
def test_what_is_pasted_along_with_a_token_is_forgiven(text: str) -> None:
    assert pasted(text) == "xoxb-1-2"


@pytest.mark.parametrize(
    ("token", "app"), [("xapp-1-A0001-2-abc", "A0001"), ("xapp-abc", None), ("xoxb-1-A0001-2", None)]
)
def test_an_app_level_token_names_its_app(token: str, app: str | None) -> None:
    assert app_of_token(token) == app
