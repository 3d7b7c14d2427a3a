"""What a person or a channel tunes: the sentence read as it stands, into topics."""

from bot.text.topics import MOST_AT_ONCE, read_topics
from storage.records import Topic


def topics_in(text: str, most: int = MOST_AT_ONCE) -> tuple[Topic, ...]:
    """Return the topics that a text names in its own words, at most so many."""
    return tuple(Topic(each.words, each.weight) for each in read_topics(text, most))
