"""Looks up listed papers."""
