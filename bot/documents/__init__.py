"""Digest files, read and written, and days as documents."""
