"""A digest file on its way into the tables."""

from dataclasses import dataclass
from datetime import date

from bot.documents.digest_file import DigestFile
from bot.sources.kinds import DIGEST_FILE
from storage.records import Listing, ListingState
from storage.runner import Runner
from storage.tables import Tables


@dataclass(frozen=True, slots=True)
class Import:
    """What a file held: papers, how many of them were not known before, and summaries."""

    day: date
    papers: int
    new_papers: int
    summaries: int


async def import_into(storage: Runner, digest: DigestFile) -> Import:
    """Keep all that the file holds, or nothing of it; the same file again changes nothing."""
    return await storage.write(lambda tables: import_digest(tables, digest))


def import_digest(tables: Tables, digest: DigestFile) -> Import:
    """Keep all that the file holds; the same file again changes nothing."""
    new_papers = sum(tables.papers.add(entry.paper) for entry in digest.entries)
    summaries = [entry.summary for entry in digest.entries if entry.summary]
    for summary in summaries:
        tables.summaries.put(summary)
    paper_ids = tuple(entry.paper.id for entry in digest.entries)
    known = tables.listings.get(DIGEST_FILE.name, digest.day)
    state = ListingState.COMPLETE if paper_ids or (known and known.paper_ids) else ListingState.NONE
    tables.listings.put(Listing(DIGEST_FILE.name, digest.day, state, paper_ids))
    return Import(digest.day, len(digest.entries), new_papers, len(summaries))
