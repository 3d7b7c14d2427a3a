"""Who publishes a list each day, and how its list is read."""
