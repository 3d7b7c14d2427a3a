"""Slack's tokens and secrets told apart by how they look; pure.

Slack documents the prefixes at https://docs.slack.dev/authentication/tokens. An app-level token also names
its app, in the part after the digit.
"""

import re
from enum import StrEnum

BOT_PREFIX, APP_PREFIX = "xoxb-", "xapp-"


class TokenKind(StrEnum):
    """What somebody may paste, as a noun with its article."""

    BOT = "a bot token"
    APP = "an app-level token"
    USER = "a user token"
    CONFIGURATION = "an app configuration token"
    REFRESH = "a refresh token"
    BROWSER = "a token of Slack's own page or app"
    OTHER = "another of Slack's tokens"
    WEBHOOK = "the address of a webhook"
    SECRET = "a signing secret or a client secret"  # noqa: S105 -- its kind
    VERIFICATION = "a verification token"
    APP_ID = "the app's id"
    CLIENT_ID = "the app's client id"


# The first that fits counts. Rotated tokens have `xoxe.` before their usual prefix.
_SHAPES = (
    (TokenKind.BOT, r"(xoxe\.)?xoxb-.*"),
    (TokenKind.APP, r"xapp-.*"),
    (TokenKind.CONFIGURATION, r"xoxe\.xoxp-.*"),
    (TokenKind.USER, r"xoxp-.*"),
    (TokenKind.REFRESH, r"xoxe-.*"),
    (TokenKind.BROWSER, r"xox[cds]-.*"),
    (TokenKind.OTHER, r"(xox|xwfp-|xapp).*"),
    (TokenKind.WEBHOOK, r"https?://.*"),
    (TokenKind.SECRET, r"[0-9a-f]{32}"),
    (TokenKind.VERIFICATION, r"[0-9A-Za-z]{24}"),
    (TokenKind.APP_ID, r"A[0-9A-Z]{8,12}"),
    (TokenKind.CLIENT_ID, r"[0-9]{8,14}\.[0-9]{8,14}"),
)
_APP_OF_TOKEN = re.compile(r"xapp-[0-9]+-(?P<app>A[0-9A-Z]+)-.+")
_NAME = re.compile(r"(export\s+)?[A-Z_]+\s*=\s*")
# What is invisible comes along where a value is copied from a page.
_NOT_OF_A_TOKEN = re.compile(r"[\s\u200b-\u200f\u2060\ufeff\x00-\x1f\x7f]+")
_QUOTES = "\"'`“”‘’«»<>"


def kind_of(token: str) -> TokenKind | None:
    """Return what a text looks like, `None` where it is nothing of Slack's."""
    return next((kind for kind, shape in _SHAPES if re.fullmatch(shape, token, re.DOTALL)), None)


def app_of_token(token: str) -> str | None:
    """Return the id of the app that an app-level token belongs to, where it names one."""
    found = _APP_OF_TOKEN.fullmatch(token)
    return found["app"] if found else None


def pasted(text: str) -> str:
    """Return a token as Slack shows it, without blanks, quotes, line ends and a name pasted with it."""
    whole = _NAME.sub("", text.strip(), count=1) if _NAME.match(text.strip()) else text
    return _NOT_OF_A_TOKEN.sub("", whole).strip(_QUOTES)
