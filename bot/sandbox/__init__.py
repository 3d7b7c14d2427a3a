"""A local Slack workspace for trying and testing a bot; it knows nothing of papers."""
