"""Imports digest files into the tables."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from bot.documents.digest_file import DigestFile
from bot.sources.kinds import DIGEST_FILE
from storage.records import Listing, ListingState
from storage.runner import Runner
from storage.tables import Tables

T = TypeVar("T")

# Less than a second, for which all other writers wait. Both languages of a day are mostly among them.
_FILES_AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class Import:
    """The result of an import."""

    day: date
    papers: int
    #: How many of the papers were not stored before.
    new_papers: int
    summaries: int


async def import_into(storage: Runner, digest: DigestFile) -> Import:
    """Store the whole file in one transaction; importing it again changes nothing."""
    [done] = await import_together(storage, [digest])
    return done


def few_at_once(files: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield the files in the portions that `import_together` is meant for."""
    for start in range(0, len(files), _FILES_AT_ONCE):
        yield files[start : start + _FILES_AT_ONCE]


async def import_together(storage: Runner, digests: Sequence[DigestFile]) -> list[Import]:
    """Store a few files in one transaction, so that a paper that is in several is indexed once."""
    return await storage.write(lambda tables: [import_digest(tables, digest) for digest in digests])


def import_digest(tables: Tables, digest: DigestFile) -> Import:
    """Store the whole file; importing it again changes nothing."""
    new_papers = tables.papers.add_all(entry.paper for entry in digest.entries)
    summaries = [entry.summary for entry in digest.entries if entry.summary]
    for summary in summaries:
        tables.summaries.put(summary)
    paper_ids = tuple(entry.paper.id for entry in digest.entries)
    known = tables.listings.get(DIGEST_FILE.name, digest.day)
    state = ListingState.COMPLETE if paper_ids or (known and known.paper_ids) else ListingState.NONE
    tables.listings.put(Listing(DIGEST_FILE.name, digest.day, state, paper_ids))
    return Import(digest.day, len(digest.entries), new_papers, len(summaries))
