"""What setup asks for, one question at a time, each answer checked before the next question."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from bot.diagnosis.finding import Finding, State
from bot.diagnosis.rendering import lines
from bot.diagnosis.slack import BotLook
from bot.errors import SettingsError
from bot.manifest import COMMAND, SCOPES, app_manifest, creation_link
from bot.settings import read_command
from bot.text.slack_tokens import pasted


class Terminal(Protocol):
    """Where the questions are asked and answered."""

    #: Whether anybody is there to answer.
    has_person: bool

    def say(self, text: str) -> None:
        """Print a paragraph."""
        ...

    def ask(self, question: str, *, default: str = "", hidden: bool = False) -> str:
        """Return the answer, which is not shown where it is `hidden`."""
        ...

    def confirm(self, question: str, *, default: bool) -> bool:
        """Return whether the answer is yes."""
        ...


class Checks(Protocol):
    """What is asked of Slack and of the model, at once for each answer."""

    def bot_token(self, token: str) -> BotLook:
        """Return what is found of a bot token."""
        ...

    def app_token(self, token: str, app_id: str | None) -> Finding:
        """Return what is found of an app-level token."""
        ...

    def model(self, url: str, key: str, name: str) -> Finding:
        """Return whether the model answers; raises `SettingsError` for a malformed address or key."""
        ...


_OPTIONS = {"SLACK_BOT_TOKEN": "--bot-token", "SLACK_APP_TOKEN": "--app-token"}


@dataclass(frozen=True, slots=True)
class Given:
    """What needs no question, from options and from the settings that are there; empty where it does."""

    command: str = ""
    bot_token: str = ""
    app_token: str = ""
    model_url: str = ""
    model_key: str = ""
    model: str = ""
    #: Whether to leave the model as it is.
    skips_model: bool = False


def ask_for_settings(given: Given, terminal: Terminal, checks: Checks) -> dict[str, str]:
    """Return the settings by their variables, all checked.

    Raises `SettingsError` where something is missing or wrong and nobody can be asked.
    """
    command = _command(given, terminal)
    bot_token, look = _bot_token(given, terminal, checks, command)
    app_token = _app_token(given, terminal, checks, look)
    return {
        **({"PAPER_ROUND_COMMAND": command} if command != COMMAND or given.command else {}),
        "SLACK_BOT_TOKEN": bot_token,
        "SLACK_APP_TOKEN": app_token,
        **_model(given, terminal, checks),
    }


def _command(given: Given, terminal: Terminal) -> str:
    """Return the slash command's name: of two apps with the same, the one installed last gets it."""
    if given.command or given.bot_token or not terminal.has_person:
        return given.command or COMMAND
    while True:
        name = terminal.ask(
            "The bot's slash command, another one if an app of yours has it already",
            default=COMMAND,
        ).strip()
        try:
            return read_command(name)
        except SettingsError as error:
            terminal.say(str(error))


def _bot_token(given: Given, terminal: Terminal, checks: Checks, command: str) -> tuple[str, BotLook]:
    if not given.bot_token and terminal.has_person:
        terminal.say(_how_to_make_the_app(command))
    look = BotLook([])

    def check(token: str) -> list[Finding]:
        nonlocal look
        look = checks.bot_token(token)
        return look.findings

    first = given.bot_token
    while True:
        token = _checked(first, "Bot token (xoxb-…)", "SLACK_BOT_TOKEN", terminal, check)
        if not _lacks_scopes(look) or not terminal.has_person:
            return token, look
        if terminal.confirm("Go on without what is missing?", default=True):
            return token, look
        first = ""


def _app_token(given: Given, terminal: Terminal, checks: Checks, look: BotLook) -> str:
    if not given.app_token and terminal.has_person:
        terminal.say(
            "Under Basic Information, App-Level Tokens, generate a token with the scope connections:write, "
            "and copy it."
        )

    def check(token: str) -> list[Finding]:
        return [checks.app_token(token, look.app_id)]

    return _checked(given.app_token, "App-level token (xapp-…)", "SLACK_APP_TOKEN", terminal, check)


def _checked(
    first: str,
    question: str,
    variable: str,
    terminal: Terminal,
    check: Callable[[str], list[Finding]],
) -> str:
    """Return a token that has been checked, asking again as long as it is none that the bot can use.

    Raises `SettingsError` where nobody can be asked.
    """
    text = first
    while True:
        if not text:
            how = f"Set it, or name the file that has it: {_OPTIONS[variable]} FILE"
            _need_person(terminal, f"{variable} is missing. {how}")
            text = terminal.ask(f"{question}, not shown as you paste it", hidden=True)
        token = pasted(text)
        findings = check(token)
        terminal.say("\n".join(lines(findings)))
        text = ""
        if any(finding.state is State.FAILED for finding in findings):
            _need_person(terminal, f"{variable} cannot be used; the lines above say why.")
        else:
            return token


def _lacks_scopes(look: BotLook) -> bool:
    """Return whether scopes are missing that nobody may leave out."""
    granted = look.identity.scopes if look.identity else None
    return granted is not None and not SCOPES.keys() <= granted


def _need_person(terminal: Terminal, sentence: str) -> None:
    if not terminal.has_person:
        raise SettingsError(sentence)


def _how_to_make_the_app(command: str) -> str:
    return (
        "Create the app in Slack, from its manifest, which is in this link. Open it, choose your workspace, "
        "then Next and Create:\n\n"
        f"{creation_link(app_manifest(command))}\n\n"
        "Under Install App, install it to your workspace, and copy the Bot User OAuth Token."
    )


def _model(given: Given, terminal: Terminal, checks: Checks) -> Mapping[str, str]:
    """Return the settings of a model that has answered; none where nobody wants one."""
    if given.skips_model:
        return {}
    if given.model:
        if found := _tried_model(given.model_url, given.model_key, given.model, terminal, checks):
            return found
        _need_person(terminal, "The model cannot be used; the line above says why.")
    while terminal.has_person and terminal.confirm(
        "Have a language model write the summaries? You can set one later", default=False
    ):
        url = terminal.ask("The address of its API, as for OpenAI's", default=given.model_url)
        key = pasted(terminal.ask("Its API key, not shown as you paste it; empty for none", hidden=True))
        name = terminal.ask("The model's name").strip()
        if found := _tried_model(url.strip(), key, name, terminal, checks):
            return found
    return {}


def _tried_model(url: str, key: str, name: str, terminal: Terminal, checks: Checks) -> dict[str, str]:
    """Return the settings of the model if it answers."""
    try:
        finding = checks.model(url, key, name)
    except SettingsError as error:
        terminal.say(str(error))
        return {}
    terminal.say("\n".join(lines([finding])))
    if finding.state is not State.OK:
        return {}
    return {"LLM_BASE_URL": url, **({"LLM_API_KEY": key} if key else {}), "LLM_MODEL": name}
