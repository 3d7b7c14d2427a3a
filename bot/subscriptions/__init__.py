"""A channel's subscription: its preferences, where it begins, and when its digests are due."""
