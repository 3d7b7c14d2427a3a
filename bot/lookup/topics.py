"""What people want more of and less of: read from a sentence, and found in the texts of papers.

A topic is found as a search finds its words: every one of them, in any form, anywhere in the text as the
index has it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.lookup.own_list import Owner
from bot.lookup.paper_texts import PaperTexts
from bot.lookup.query import Wanted
from bot.lookup.sought import Sought, sought
from bot.text.finders import Finder, Readable, finder, finders, readable_document
from bot.text.topics import MOST_AT_ONCE, read_topics
from storage.records import Topic, TopicOwner
from storage.search_index import document_of
from storage.tables import Tables


@dataclass(frozen=True, slots=True)
class TopicFinder:
    """A topic, ready to be looked for in any number of papers."""

    topic: Topic
    #: Each is needed: the whole of it, or else all of its parts.
    needed: tuple[tuple[Finder, tuple[Finder, ...]], ...]

    def is_in(self, text: Readable) -> bool:
        """Return whether a paper is about the topic."""
        return bool(self.needed) and all(
            whole.is_in(text) or (bool(parts) and all(part.is_in(text) for part in parts))
            for whole, parts in self.needed
        )


def topic_finder(topic: Topic) -> TopicFinder:
    """Return what finds a topic."""
    return TopicFinder(topic, tuple(map(_needed, sought([Wanted(topic.words)]))))


def topics_among(topics: Iterable[Topic], readable: Mapping[str, Readable]) -> dict[str, tuple[Topic, ...]]:
    """Return the topics of those of these papers that have any."""
    all_finders = tuple(map(topic_finder, topics))
    found = {
        paper_id: tuple(each.topic for each in all_finders if each.is_in(text))
        for paper_id, text in readable.items()
    }
    return {paper_id: some for paper_id, some in found.items() if some}


def topics_of_papers(
    tables: Tables, topics: Iterable[Topic], paper_ids: Iterable[str]
) -> dict[str, tuple[Topic, ...]]:
    """Return the topics of those of these papers that have any; without topics no text is read."""
    wanted = tuple(topics)
    if not wanted:
        return {}
    texts = tables.search_index.texts(paper_ids)
    return topics_among(wanted, {each: readable_document(document_of(texts[each])) for each in texts})


def asked_of_papers(
    tables: Tables, texts: PaperTexts, owner: Owner, paper_ids: Iterable[str]
) -> dict[str, tuple[Topic, ...]]:
    """Return what a person wants more of and less of in these papers."""
    topics = tables.topics.used(TopicOwner(owner.workspace, person=owner.person))
    return topics_among(topics, texts.of(tables, paper_ids)) if topics else {}


def _needed(one: Sought) -> tuple[Finder, tuple[Finder, ...]]:
    return finder(one.term), finders(part.term for part in one.parts)


def topics_in(text: str, most: int = MOST_AT_ONCE) -> tuple[Topic, ...]:
    """Return the topics that a text names in its own words, at most so many."""
    return tuple(Topic(each.words, each.weight) for each in read_topics(text, most))
