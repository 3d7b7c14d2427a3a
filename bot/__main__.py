"""The paper-round command, for hosts that run from the checkout."""

from bot.cli import main

main()
