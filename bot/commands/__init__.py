"""The paper-round command."""
