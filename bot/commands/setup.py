"""The command that sets the bot up, by questions in the terminal."""

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import click
from pydantic import SecretStr

from bot.commands.channels import find_channels
from bot.commands.terminal import current_clock, run_to_end, say, secret_option
from bot.diagnosis.finding import Finding
from bot.diagnosis.model import model_finding
from bot.diagnosis.slack import BotLook, client_for, look_at_app_token, look_at_bot_token
from bot.errors import SlackCallError, SlackUnavailableError, UnknownChannelError
from bot.locale import words_for
from bot.manifest import COMMAND
from bot.settings import (
    ENV_FILE,
    Settings,
    bot_token,
    load_settings,
    read_command,
    settings_as_far_as_they_go,
    text_of,
)
from bot.setup.env_file import with_values, write_private
from bot.setup.steps import Given, ask_for_settings
from bot.sources.http import web_client
from handlers.invitations import greeting
from handlers.slack_calls import call


def _read_command(_context: click.Context, _option: click.Parameter, name: str) -> str:
    return read_command(name) if name else ""


@click.command()
@click.option(
    "--command", metavar="NAME", default="", callback=_read_command, help="The slash command, as /reading."
)
@secret_option("--bot-token", "SLACK_BOT_TOKEN", "the bot token")
@secret_option("--app-token", "SLACK_APP_TOKEN", "the app-level token")
@click.option("--model", metavar="NAME", default="", help="The model's name.")
@click.option("--model-url", metavar="URL", default="", help="The address of the model's API.")
@secret_option("--model-key", "LLM_API_KEY", "the model's API key")
@click.option("--no-model", "skips_model", is_flag=True, help="Set no model, and ask for none.")
@click.option("--channel", metavar="CHANNEL", default="", help="Say hello in this channel, by name or id.")
@click.option("--no-hello", is_flag=True, help="Say hello nowhere, and ask for no channel.")
@click.option("--no-input", is_flag=True, help="Ask nothing; fail where something is missing.")
def setup(channel: str, *, no_hello: bool, no_input: bool, **options: Any) -> None:
    """Set the bot up in your Slack, by a few questions.

    It gives you the link that creates the app, checks each token as you paste it, tries a model if you want
    one, keeps all that in a file .env in this folder, and says hello in a channel.

    Run it again to change something: what is set already is checked and kept. Without a terminal it asks
    nothing. A token never is an option's value, since others on the machine could see it there.
    """
    before, _ = settings_as_far_as_they_go()
    text = text_of(ENV_FILE)
    terminal = _ClickTerminal(has_person=sys.stdin.isatty() and not no_input)
    given = _completed(Given(**options), before)
    values = ask_for_settings(given, terminal, _Checks(before.api_url))
    write_private(ENV_FILE, with_values(text, values))
    terminal.say(f"Written to {ENV_FILE.absolute()}, which only you can read.")
    settings = load_settings()
    _warn_of_environment(values, terminal)
    greeted = "" if no_hello else _greet(settings, channel, terminal)
    terminal.say(_what_next(settings.command, greeted))


class _ClickTerminal:
    """The terminal, through click."""

    def __init__(self, *, has_person: bool) -> None:
        self.has_person = has_person

    def say(self, text: str) -> None:
        say(f"\n{text}" if self.has_person else text)

    def ask(self, question: str, *, default: str = "", hidden: bool = False) -> str:
        shown = bool(default) and not hidden
        answer: str = click.prompt(question, default=default, hide_input=hidden, show_default=shown)
        return answer

    def confirm(self, question: str, *, default: bool) -> bool:
        return click.confirm(question, default=default)


class _Checks:
    """The checks, each run to its end: a question in an event loop could not be interrupted."""

    def __init__(self, api_url: str) -> None:
        self._api_url = api_url
        self._clock = current_clock()

    def bot_token(self, token: str) -> BotLook:
        return run_to_end(look_at_bot_token(token, self._api_url))

    def app_token(self, token: str, app_id: str | None) -> Finding:
        return run_to_end(look_at_app_token(token, self._api_url, app_id))

    def model(self, url: str, key: str, name: str) -> Finding:
        return run_to_end(self._model(url, key, name))

    async def _model(self, url: str, key: str, name: str) -> Finding:
        secret = SecretStr(key) if key else None
        async with web_client() as client:
            return await model_finding(client, self._clock, url=url, key=secret, model=name)


def _completed(given: Given, before: Settings) -> Given:
    """Return what the options give, and else what is set already."""
    is_renamed = before.command != COMMAND
    return replace(
        given,
        command=given.command or (before.command if is_renamed else ""),
        bot_token=given.bot_token or _revealed(before.bot_token),
        app_token=given.app_token or _revealed(before.app_token),
        model_url=given.model_url or before.model_url,
        model_key=given.model_key or _revealed(before.model_key),
        model=given.model or before.model,
    )


def _revealed(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""


def _warn_of_environment(values: Mapping[str, str], terminal: _ClickTerminal) -> None:
    """Warn of variables in the environment that hide what was written."""
    hiding = [name for name, value in values.items() if os.environ.get(name, value).strip() != value]
    if hiding:
        terminal.say(
            f"The environment has another {', '.join(hiding)}, which comes before the file. Unset it there."
        )


def _greet(settings: Settings, channel: str, terminal: _ClickTerminal) -> str:
    """Say hello in the channel, or in the one that is asked for, and return its name; empty for none."""
    while True:
        named = channel or (
            terminal.ask("Say hello in which channel, by name or id? Empty for none")
            if terminal.has_person
            else ""
        )
        if not named.strip():
            return ""
        try:
            return run_to_end(_hello(settings, named))
        except (UnknownChannelError, SlackUnavailableError, SlackCallError) as error:
            if not terminal.has_person:
                raise
            terminal.say(str(error))
            channel = ""


async def _hello(settings: Settings, named: str) -> str:
    """Post what the bot says where it is invited, and return the channel's name.

    Raises `UnknownChannelError`, `SlackUnavailableError` or `SlackCallError`.
    """
    words = words_for("en")
    client = client_for(bot_token(settings), settings.api_url)
    ((channel, name),) = (await find_channels(client, [named])).items()
    message = greeting(words, None, current_clock().now())
    payload = {"text": message.text, "blocks": list(message.blocks), "unfurl_links": False}
    await call(client, "chat.postMessage", channel=channel, **payload)
    return f"#{name}" if name else channel


def _what_next(command: str, greeted: str) -> str:
    place = f"in {greeted}" if greeted else "in a channel"
    said = f"I said hello in {greeted}.\n" if greeted else ""
    return (
        f"{said}Start the bot with `paper-round run`, and leave it running. Then type `{command} subscribe` "
        f"{place}. Where something does not work, `paper-round doctor` says what and why."
    )
