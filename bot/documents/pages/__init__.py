"""Days as web pages with an index, and as an Atom feed, for a folder that any static host serves."""
