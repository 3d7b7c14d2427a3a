"""How the bot's parts are: each check makes a finding, with what to do about it."""
