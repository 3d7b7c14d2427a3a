"""Summaries that can be trusted: asked of a language model and checked, or drawn from what is known."""
