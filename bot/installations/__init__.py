"""Many workspaces: where the bot is installed, its tokens there, and what goes when it is uninstalled."""
