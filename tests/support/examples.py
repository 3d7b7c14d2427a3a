"""How many examples a property is tried with where each takes long."""

from hypothesis import settings


def fewer_examples(one_in: int) -> settings:
    """Have a test tried with one in so many of the examples that the profile asks for."""
    return settings(max_examples=max(1, settings().max_examples // one_in))
