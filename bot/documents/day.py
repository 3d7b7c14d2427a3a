"""A day's digest as a document: plain text to read, Markdown to keep, JSON for programs."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.cards.paper import LABELLED_PARTS, PART_LABELS
from bot.documents.digest_file import DigestEntry, DigestFile, render
from bot.errors import NothingListedError
from bot.locale import words_for
from bot.lookup.best_summary import stored_summary
from bot.lookup.papers import listing_of_day
from bot.text.arxiv_id import abstract_url
from bot.text.language import most_common_language
from bot.text.mrkdwn import clean, json_text, without_bold
from storage.records import Evidence, Listing, Paper, Summary
from storage.tables import Tables


@dataclass(frozen=True, slots=True)
class Document:
    """One source's listing for one day, with its papers and their summaries."""

    listing: Listing
    papers: tuple[Paper, ...]
    #: By the paper's id.
    summaries: dict[str, list[Summary]]

    @property
    def language(self) -> str:
        """The language of most of its summaries."""
        return most_common_language(
            summary.language for several in self.summaries.values() for summary in several
        )


def read_document(tables: Tables, day: date, source: str | None = None) -> Document:
    """Read a day's listing of one source, or of the first one with papers; raises `NothingListedError`."""
    listing = listing_of_day(tables, day, source)
    if listing is None:
        raise NothingListedError(_nothing_listed(day, source, tables.listings.neighbours(day)))
    papers = tables.papers.of_ids(listing.paper_ids)
    return Document(listing, papers, tables.summaries.of_papers(listing.paper_ids))


def as_json(document: Document) -> str:
    """Return the document as one JSON object."""
    listing = document.listing
    papers = [_paper_fields(paper, document.summaries.get(paper.id, [])) for paper in document.papers]
    fields = {
        "date": listing.day.isoformat(),
        "source": listing.source,
        "state": listing.state.value,
        "papers": papers,
    }
    return json_text(fields)


def as_markdown(document: Document, language: str) -> str:
    """Return the document in the digest format, with the summaries in one language."""
    entries = tuple(DigestEntry(paper, _summary_in(document, paper, language)) for paper in document.papers)
    return clean(render(DigestFile(document.listing.day, entries)))


def summaries_in(document: Document, language: str) -> tuple[Summary, ...]:
    """Return the document's summaries in one language, at most one per paper."""
    return tuple(filter(None, (_summary_in(document, paper, language) for paper in document.papers)))


def as_text(document: Document, language: str) -> str:
    """Return the document for reading in a terminal, with the summaries in one language."""
    words = words_for(language)
    opening = words("digest.headline", date=words.date(document.listing.day))
    numbered = enumerate(document.papers, start=1)
    return "\n\n".join(
        [opening, *(_paragraph(number, paper, document, language) for number, paper in numbered)]
    )


def _nothing_listed(day: date, source: str | None, neighbours: tuple[date | None, date | None]) -> str:
    near = " and ".join(day.isoformat() for day in neighbours if day)
    by_whom = f" by {source}" if source else ""
    nearest = f" The nearest days with papers: {near}." if near else ""
    return f"Nothing is listed{by_whom} for {day}.{nearest}"


def _paragraph(number: int, paper: Paper, document: Document, language: str) -> str:
    words = words_for(language)
    lines = [f"{number}. {paper.title}", abstract_url(paper.id), ", ".join(paper.authors)]
    if paper.withdrawal:
        lines.append(words("paper.withdrawn", notice=paper.withdrawal))
    if summary := _summary_in(document, paper, language):
        spoken = [
            words("part.spoken", label=words(PART_LABELS[part]), text=text)
            for part in LABELLED_PARTS
            if (text := getattr(summary, part))
        ]
        lines += [" · ".join(summary.keywords), summary.tldr, *spoken, summary.body]
    elif not paper.abstract and paper.community_summary:
        lines += [paper.community_summary, words("origin.community")]
    else:
        without = "origin.withdrawn" if paper.withdrawal else "origin.nothing"
        lines.append(paper.abstract or words(without))
    return "\n".join(without_bold(line) for line in lines if line)


def _summary_in(document: Document, paper: Paper, language: str) -> Summary | None:
    summary = stored_summary(document.summaries.get(paper.id, []), language)
    return summary if summary and summary.language == language else None


def _paper_fields(paper: Paper, summaries: list[Summary]) -> dict[str, Any]:
    return {
        "id": paper.id,
        "title": paper.title,
        "authors": list(paper.authors),
        "url": abstract_url(paper.id),
        "votes": paper.votes,
        "abstract": paper.abstract,
        "withdrawal": paper.withdrawal,
        "summaries": [_summary_fields(summary) for summary in summaries],
    }


def _summary_fields(summary: Summary) -> dict[str, Any]:
    provenance = summary.provenance
    return {
        "language": summary.language,
        "keywords": list(summary.keywords),
        "english_keywords": list(summary.english_keywords),
        "tldr": summary.tldr,
        "problem": summary.problem,
        "method": summary.method,
        "results": summary.results,
        "takeaway": summary.takeaway,
        "body": summary.body,
        "evidence": [_evidence_fields(each) for each in summary.evidence],
        "provenance": {
            "model": provenance.model,
            "prompt": provenance.prompt,
            "source": provenance.source,
            "text_read": provenance.text_read.value if provenance.text_read else None,
            "made_at": provenance.made_at.isoformat() if provenance.made_at else None,
        },
    }


def _evidence_fields(evidence: Evidence) -> dict[str, Any]:
    return {
        "part": evidence.part,
        "text": evidence.text,
        "sentences": [{"section": each.section, "text": each.text} for each in evidence.sentences],
        "is_inference": evidence.is_inference,
        "doubts": [{"kind": doubt.kind.value, "words": doubt.words} for doubt in evidence.doubts],
        "is_left_out": evidence.is_left_out,
    }
