"""The command that looks at all that the bot needs, and says what is wrong and what to do."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import click

from bot.commands.channels import find_id
from bot.commands.endings import Incomplete
from bot.commands.terminal import current_clock, database_option, run_to_end, say, secret_option
from bot.diagnosis.doctor import SETTINGS, Wanted, diagnose
from bot.diagnosis.finding import Finding, can_run, failed
from bot.diagnosis.rendering import lines
from bot.errors import SettingsError
from bot.settings import settings_as_far_as_they_go
from bot.text.mrkdwn import json_text
from bot.text.typed import plain_value
from storage.address import Address


@click.command()
@click.option(
    "--channel",
    metavar="CHANNEL",
    type=plain_value,
    default="",
    help="Post a message in this channel, read it back and delete it.",
)
@click.option("--model", "tries_model", is_flag=True, help="Ask the language model for one token.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for scripts.")
@secret_option(
    "--config-token", "none", "an app configuration token, to compare the app in Slack with the manifest"
)
@database_option
def doctor(
    channel: str, config_token: str, database: Address | None, *, tries_model: bool, as_json: bool
) -> None:
    """Check all that the bot needs, and say what to do.

    It looks at settings, tokens, scopes, database, disk, sources, clock and channels. It changes nothing, and
    posts nothing but with --channel.

    Exits with status 0 if the bot can run, whatever it warns of, and 1 if not.
    """
    findings = _findings(Wanted(channel, tries_model, config_token), database)
    say(_as_json(findings) if as_json else "\n".join(lines(findings)))
    if not can_run(findings):
        raise Incomplete("The bot cannot run; the lines above that begin with “failed” say why.")


def _findings(wanted: Wanted, database: Address | None) -> list[Finding]:
    try:
        settings, wrong = settings_as_far_as_they_go()
    except SettingsError as error:
        return [failed(SETTINGS, str(error), "Nothing else is checked until then.")]
    if database:
        settings = settings.model_copy(update={"database": database})
    return run_to_end(diagnose(settings, wrong, current_clock(), wanted, find_id))


def _as_json(findings: Sequence[Finding]) -> str:
    report: dict[str, Any] = {
        "can_run": can_run(findings),
        "findings": [asdict(finding) for finding in findings],
    }
    return json_text(report)
