"""What a person can do: each action changes the workspace and notifies the app as Slack does."""
