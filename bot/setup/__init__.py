"""Setting the bot up: what is asked for, and where it is kept."""
