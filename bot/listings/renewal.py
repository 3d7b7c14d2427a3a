"""Renews a paper of which arXiv shows a newer version: its texts, its cards, and a model's summaries."""

from datetime import datetime, timedelta

from bot.sources.atom import ArxivPaper
from storage.papers import visible
from storage.records import FROM_MODEL
from storage.tables import Tables

RENEWED_CARDS_ARE_FROM = timedelta(days=365)
"""Cards of deliveries opened longer ago don't tell of a newer version."""

_CARDS_WAIT_FOR = timedelta(hours=1)
"""How long cards wait for the new summary, so that they change once; it enqueues them when it comes."""


def renew(tables: Tables, described: ArxivPaper, now: datetime, *, has_model: bool) -> None:
    """Renew the paper, if it is watched and arXiv has a newer version of it than the stored one.

    One that is withdrawn stays as it is: its latest version has no text. Without a model its summaries wait
    until there is one, and its cards for nothing. Summaries that failed wait no longer: another text is
    another question.
    """
    paper, version = described.paper, described.version
    record = tables.arxiv_records.get(paper.id)
    stored = record.stored_version if record else None
    if version is None or stored is None or version <= stored or paper.withdrawal:
        return
    if not tables.papers.of_ids([paper.id]) or not tables.watched_papers.among([paper.id]):
        return
    has_abstract = visible(paper.abstract) is not None
    tables.paper_versions.begin(paper.id, version, described.updated, now, has_abstract=has_abstract)
    tables.papers.renew(paper)
    tables.arxiv_records.store(paper.id, version)
    languages = _languages_of_summaries(tables, paper.id)
    tables.outdated_summaries.add(paper.id, languages, version, now)
    tables.summary_failures.forget_paper(paper.id)
    due = now + _CARDS_WAIT_FOR if languages and has_model else now
    tables.card_updates.enqueue(paper.id, None, now - RENEWED_CARDS_ARE_FROM, due)


def _languages_of_summaries(tables: Tables, paper_id: str) -> tuple[str, ...]:
    """Return the languages in which a model summarised the paper."""
    summaries = tables.summaries.of_papers([paper_id]).get(paper_id, [])
    return tuple(each.language for each in summaries if each.provenance.source == FROM_MODEL)
