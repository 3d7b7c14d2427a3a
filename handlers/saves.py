"""Saving many papers at once for the person who acted; those that nobody here knows are fetched first."""

from collections.abc import Mapping, Sequence

from bot.cards.linked import LinkedPapers
from bot.lookup.unlisted import Finding
from handlers.parts import Parts
from handlers.people import Person
from storage.records import Paper, SavedIn
from storage.tables import Tables


async def save_all(
    parts: Parts,
    person: Person,
    paper_ids: Sequence[str],
    saved_in: SavedIn,
    *,
    by_reaction: bool = False,
) -> LinkedPapers:
    """Save the papers to the person's list as found in a message; return what came of each."""
    findings: Mapping[str, Finding] = {}
    if parts.unlisted:
        findings = await parts.unlisted.find_all(person.workspace, person.id, paper_ids)
    saved, already = await _save_known(parts, person, paper_ids, saved_in, by_reaction)
    known = {paper.id for paper in (*saved, *already)}
    missing = {each: findings.get(each, Finding.NO_ANSWER) for each in paper_ids if each not in known}

    def of(finding: Finding) -> tuple[str, ...]:
        return tuple(paper_id for paper_id, found in missing.items() if found is finding)

    return LinkedPapers(saved, already, of(Finding.NOT_FOUND), of(Finding.NO_ANSWER), of(Finding.TOO_MANY))


async def _save_known(
    parts: Parts, person: Person, paper_ids: Sequence[str], saved_in: SavedIn, by_reaction: bool
) -> tuple[tuple[Paper, ...], tuple[Paper, ...]]:
    """Save those that are known; return which of them are new to the list, and which are not."""
    now = parts.clock.now()

    def write(tables: Tables) -> tuple[tuple[Paper, ...], tuple[Paper, ...]]:
        new: list[Paper] = []
        old: list[Paper] = []
        for paper in tables.papers.of_ids(paper_ids):
            whose = (person.workspace, person.id, paper.id)
            outcome = tables.saved_papers.save(*whose, now, saved_in=saved_in, by_reaction=by_reaction)
            (new if outcome.is_new else old).append(paper)
        return tuple(new), tuple(old)

    return await parts.storage.write(write)
