"""Finding papers that were listed."""
