"""Digest files: their format, read and written; days as documents."""
