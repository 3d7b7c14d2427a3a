"""What a person can do: each act changes the workspace, and tells the app what Slack would."""
