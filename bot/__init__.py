"""What Paper Round does, with no word of how Slack calls it."""
