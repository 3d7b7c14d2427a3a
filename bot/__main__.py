"""The paper-round command, for hosts that run from the checkout."""

from bot.commands.cli import main

main()
