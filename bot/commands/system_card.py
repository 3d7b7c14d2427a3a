"""The command that prints the system card of an installation."""

import click

from bot.commands.terminal import current_clock, database_option, say, settings_with, with_storage
from bot.system_card import rendering
from bot.system_card.card import SystemCard, example_card, read_card
from storage.address import Address
from storage.runner import Runner


@click.command("system-card")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for scripts.")
@click.option("--example", is_flag=True, help="Print the card of the default settings, with nothing stored.")
@database_option
def system_card(database: Address | None, *, as_json: bool, example: bool) -> None:
    """Print what writes summaries here, what is checked, and known hazards.

    It is Markdown: which model, prompt and version make summaries, how many there are, what is checked and
    what the checks cannot see, hazards with identifiers, and how many mistakes people reported. Nobody is
    named in it, no channel, and none of the notes of those reports.
    """
    card = example_card() if example else _card_of(database)
    say(rendering.as_json(card) if as_json else rendering.as_markdown(card))


def _card_of(database: Address | None) -> SystemCard:
    settings, now = settings_with(database), current_clock().now()

    async def read(storage: Runner) -> SystemCard:
        return await storage.read(lambda tables: read_card(tables, settings, now))

    return with_storage(database, read, must_exist=True)
