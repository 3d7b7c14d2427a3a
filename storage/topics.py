"""The topics table: what people and channels want more of and less of, in words."""

from collections.abc import Iterable
from typing import Any

from storage.engines.engine import Engine
from storage.records import Topic, TopicOwner
from storage.rows import reads, whole

MOST_TOPICS = 20
"""The most topics of one person or channel, so that a day's papers are soon compared with them."""

_OF_OWNER = "workspace = :workspace AND person = :person AND channel = :channel"


class Topics:
    """Topics by their owner: proposed until the people whose they are confirm them, then used."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def used(self, owner: TopicOwner) -> tuple[Topic, ...]:
        """Return the topics that count, in the order in which they were written down."""
        return self._of(owner, is_used=True)

    def proposed(self, owner: TopicOwner) -> tuple[Topic, ...]:
        """Return the topics that wait to be confirmed, and count for nothing until then."""
        return self._of(owner, is_used=False)

    def propose(self, owner: TopicOwner, topics: Iterable[Topic]) -> None:
        """Have topics wait to be confirmed, in place of those that did."""
        self.drop(owner)
        self._add(owner, topics, is_used=False)

    def use(self, owner: TopicOwner) -> bool:
        """Have the proposed topics count beside those that do; return whether there were any.

        The later of two with the same words counts, and the latest where they are too many.
        """
        proposed = self.proposed(owner)
        by_words = {each.words: each for each in (*self.used(owner), *proposed)}
        if proposed:
            self.put(owner, tuple(by_words.values())[-MOST_TOPICS:])
        return bool(proposed)

    def put(self, owner: TopicOwner, topics: Iterable[Topic]) -> None:
        """Have these topics count and no others; none is proposed any more."""
        self.end(owner)
        self._add(owner, topics, is_used=True)

    def drop(self, owner: TopicOwner) -> None:
        """Drop what is proposed."""
        self._engine.execute(
            f"DELETE FROM topics WHERE {_OF_OWNER} AND is_used = 0",  # noqa: S608 -- a constant
            _whose(owner),
        )

    def end(self, owner: TopicOwner) -> None:
        """End all topics, those that are proposed too."""
        self._engine.execute(f"DELETE FROM topics WHERE {_OF_OWNER}", _whose(owner))  # noqa: S608 -- a constant

    def _of(self, owner: TopicOwner, *, is_used: bool) -> tuple[Topic, ...]:
        rows = self._engine.query(
            f"""
            SELECT words, weight FROM topics WHERE {_OF_OWNER} AND is_used = :is_used
            ORDER BY id LIMIT :limit
            """,  # noqa: S608 -- a constant
            {**_whose(owner), "is_used": int(is_used), "limit": MOST_TOPICS},
        )
        return tuple(whole(_topic_from_row, rows))

    def _add(self, owner: TopicOwner, topics: Iterable[Topic], *, is_used: bool) -> None:
        for topic in topics:
            self._engine.execute(
                """
                INSERT INTO topics (workspace, person, channel, is_used, words, weight)
                VALUES (:workspace, :person, :channel, :is_used, :words, :weight)
                ON CONFLICT (workspace, person, channel, is_used, words)
                DO UPDATE SET weight = excluded.weight
                """,
                {
                    **_whose(owner),
                    "is_used": int(is_used),
                    "words": topic.words,
                    "weight": topic.weight,
                },
            )


def _whose(owner: TopicOwner) -> dict[str, Any]:
    return {"workspace": owner.workspace, "person": owner.person, "channel": owner.channel}


@reads("topics")
def _topic_from_row(row: dict[str, Any]) -> Topic:
    return Topic(row["words"], row["weight"])
