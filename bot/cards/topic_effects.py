"""What a channel's topics did to the order of a digest, in words."""

from dataclasses import dataclass

from bot.locale import Words
from bot.text.mrkdwn import cut

_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Moved:
    """How many papers topics moved up and down, and the words of these topics, the most frequent first."""

    up: int = 0
    up_by: tuple[str, ...] = ()
    down: int = 0
    down_by: tuple[str, ...] = ()


NOTHING_MOVED = Moved()


def moved_lines(moved: Moved, words: Words) -> list[str]:
    """Return what the topics did, a line for each direction; nothing where they moved no paper."""
    both = (("digest.moved_up", moved.up, moved.up_by), ("digest.moved_down", moved.down, moved.down_by))
    return [words.count(key, count, topics=named(by, words)) for key, count, by in both if count]


def named(topics: tuple[str, ...], words: Words) -> str:
    """Return the first of some topics side by side, and that there are more."""
    first = words.listed([cut(each, 60) for each in topics[:_MOST_NAMED]])
    return first if len(topics) <= _MOST_NAMED else words("tune.and_more", topics=first)
