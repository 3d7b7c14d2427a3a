"""Imports digest files into the tables."""

from dataclasses import dataclass
from datetime import date

from bot.documents.digest_file import DigestFile
from bot.sources.kinds import DIGEST_FILE
from storage.records import Listing, ListingState
from storage.runner import Runner
from storage.tables import Tables


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
    return await storage.write(lambda tables: import_digest(tables, digest))


def import_digest(tables: Tables, digest: DigestFile) -> Import:
    """Store the whole file; importing it again changes nothing."""
    new_papers = sum(tables.papers.add(entry.paper) for entry in digest.entries)
    summaries = [entry.summary for entry in digest.entries if entry.summary]
    for summary in summaries:
        tables.summaries.put(summary)
    paper_ids = tuple(entry.paper.id for entry in digest.entries)
    known = tables.listings.get(DIGEST_FILE.name, digest.day)
    state = ListingState.COMPLETE if paper_ids or (known and known.paper_ids) else ListingState.NONE
    tables.listings.put(Listing(DIGEST_FILE.name, digest.day, state, paper_ids))
    return Import(digest.day, len(digest.entries), new_papers, len(summaries))
