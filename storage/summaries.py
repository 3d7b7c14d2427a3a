"""The summaries table."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from functools import lru_cache
from typing import Any

from bot.text.notation import latex
from storage.engines.engine import Engine, Row
from storage.engines.statements import upsert
from storage.records import (
    FROM_MODEL,
    SUMMARY_PARTS,
    Doubt,
    DoubtKind,
    Evidence,
    Figure,
    Grounding,
    PaperSentence,
    Provenance,
    Summary,
    SummaryCount,
    TextRead,
)
from storage.rows import reads, whole
from storage.search_index import SearchIndex

# A page of a list is looked at again and again, and has the texts of ten summaries in each language,
# with the paper's sentences.
_readable = lru_cache(maxsize=8192)(latex.readable)


class Summaries:
    """Summaries by paper, language and source, so an imported one and a model's can coexist."""

    def __init__(self, engine: Engine, search_index: SearchIndex) -> None:
        self._engine = engine
        self._search_index = search_index

    def of_papers(self, paper_ids: Iterable[str], language: str | None = None) -> dict[str, list[Summary]]:
        """Return each paper's summaries, in one language or in all; papers without any are left out."""
        rows = self._engine.query(
            f"""
            SELECT * FROM summaries
            WHERE {self._engine.among("paper_id", "paper_ids")}
                AND (:language IS NULL OR language = :language)
            ORDER BY paper_id, language, source
            """,  # noqa: S608 -- the engine's word
            {"paper_ids": list(paper_ids), "language": language},
        )
        return _by_paper(rows)

    def in_variants(self, paper_ids: Iterable[str], primary: str) -> dict[str, list[Summary]]:
        """Return each paper's summaries in a language and its variants; papers without any are left out.

        `primary` is the first part of the languages' tags, such as `zh`.
        """
        rows = self._engine.query(
            f"""
            SELECT * FROM summaries
            WHERE {self._engine.among("paper_id", "paper_ids")}
                AND substr(language || '-', 1, length(:beginning)) = :beginning
            ORDER BY paper_id, language, source
            """,  # noqa: S608 -- the engine's word
            {"paper_ids": list(paper_ids), "beginning": f"{primary}-"},
        )
        return _by_paper(rows)

    def made(self, paper_ids: Iterable[str], source: str | None = None) -> frozenset[tuple[str, str]]:
        """Return the (paper, language) pairs that have a summary, of one source or of any."""
        rows = self._engine.query(
            f"""
            SELECT DISTINCT paper_id, language FROM summaries
            WHERE {self._engine.among("paper_id", "paper_ids")}
                AND (:source IS NULL OR source = :source)
            """,  # noqa: S608 -- the engine's word
            {"paper_ids": list(paper_ids), "source": source},
        )
        return frozenset((row["paper_id"], row["language"]) for row in rows)

    def texts_read(self, since: date) -> dict[TextRead, int]:
        """Return how many of the models' summaries made on or after a day are from which text."""
        rows = self._engine.query(
            """
            SELECT text_read, count(*) AS summaries FROM summaries
            WHERE made_at >= ? AND source = ? AND text_read IS NOT NULL GROUP BY text_read
            """,
            [since.isoformat(), FROM_MODEL],
        )
        counts = {TextRead(row["text_read"]): int(row["summaries"]) for row in rows}
        return {text: counts[text] for text in TextRead if text in counts}

    def counts(self, limit: int) -> tuple[SummaryCount, ...]:
        """Count all stored summaries by source, model, prompt, language and text read, the most first."""
        rows = self._engine.query(
            f"""
            SELECT
                source, model, prompt, language, text_read, count(*) AS summaries,
                sum({_occurrences(_FIGURE)}) AS figures, sum({_occurrences(_NOT_FOUND)}) AS not_found,
                min(made_at) AS first_made_at, max(made_at) AS last_made_at
            FROM summaries
            GROUP BY source, model, prompt, language, text_read
            ORDER BY
                summaries DESC, source, model NULLS LAST, prompt NULLS LAST, language, text_read NULLS LAST
            LIMIT ?
            """,  # noqa: S608 -- texts of our own
            [limit],
        )
        return tuple(whole(_count_from_row, rows))

    def put(self, summary: Summary, input_hash: str | None = None) -> None:
        """Store the summary, replacing an earlier one of the same paper, language and source.

        `input_hash` identifies the model's question, so that it is not asked twice. Raises ValueError for a
        summary that is derived each time it is shown.
        """
        row = {**_row_from_summary(summary), "input_hash": input_hash}
        self._search_index.will_change([summary.paper_id])
        upsert(self._engine, "summaries", row, ["paper_id", "language", "source"])

    def note_version(self, paper_id: str, language: str, source: str, version: int) -> None:
        """Record that a summary is of this version of the paper too, which says nothing else."""
        self._engine.execute(
            "UPDATE summaries SET version = ? WHERE paper_id = ? AND language = ? AND source = ?",
            [version, paper_id, language, source],
        )

    def input_hash(self, paper_id: str, language: str, source: str) -> str | None:
        """Return the hash of the question behind this summary, or `None` where it is not known."""
        rows = self._engine.query(
            "SELECT input_hash FROM summaries WHERE paper_id = ? AND language = ? AND source = ?",
            [paper_id, language, source],
        )
        return next((row["input_hash"] for row in rows), None)


# Within a text of the JSON, quotes are escaped.
_FIGURE = '"grounding": '
_NOT_FOUND = f'{_FIGURE}"{Grounding.NOT_FOUND}"'


def _occurrences(text: str) -> str:
    """Return SQL for how often a text is in the JSON of the figures; what reads JSON differs by engine."""
    return f"(length(figures) - length(replace(figures, '{text}', ''))) / {len(text)}"


def _by_paper(rows: Iterable[Row]) -> dict[str, list[Summary]]:
    found: dict[str, list[Summary]] = {}
    for summary in whole(_summary_from_row, rows):
        found.setdefault(summary.paper_id, []).append(summary)
    return found


@reads("summaries")
def _count_from_row(row: dict[str, Any]) -> SummaryCount:
    return SummaryCount(
        source=row["source"],
        model=row["model"],
        prompt=row["prompt"],
        text_read=TextRead(row["text_read"]) if row["text_read"] else None,
        language=row["language"],
        summaries=int(row["summaries"]),
        figures=int(row["figures"]),
        figures_not_found=int(row["not_found"]),
        first_made_at=date.fromisoformat(row["first_made_at"]),
        last_made_at=date.fromisoformat(row["last_made_at"]),
    )


@reads("summaries")
def _summary_from_row(row: dict[str, Any]) -> Summary:
    """Return the summary in a row, its LaTeX read: a digest file's, and what was kept before models' was."""
    figures = tuple(map(_figure_from_fields, json.loads(row["figures"])))
    return Summary(
        paper_id=row["paper_id"],
        language=row["language"],
        provenance=Provenance(
            source=row["source"],
            made_at=date.fromisoformat(row["made_at"]),
            model=row["model"],
            prompt=row["prompt"],
            text_read=TextRead(row["text_read"]) if row["text_read"] else None,
            version=row["version"],
        ),
        keywords=tuple(map(_readable, json.loads(row["keywords"]))),
        english_keywords=tuple(map(_readable, json.loads(row["english_keywords"]))),
        body=_readable(row["body"]),
        figures=figures,
        evidence=tuple(_evidence_from_fields(each, figures) for each in json.loads(row["evidence"])),
        **{part: _read(part, row[part], figures) for part in SUMMARY_PARTS if part != "keywords"},
    )


def _read(part: str, text: str, figures: Sequence[Figure]) -> str:
    """Return a part as people read it, unless a figure that was looked up would no longer be found in it."""
    shown = _readable(text)
    if not figures:
        return shown
    of_part = (figure.text for figure in figures if figure.part == part)
    return shown if all(each in shown or each not in text for each in of_part) else text


def _row_from_summary(summary: Summary) -> dict[str, Any]:
    made_at = summary.provenance.made_at
    if made_at is None:
        raise ValueError(
            f"The summary of {summary.paper_id} is derived each time it is shown and cannot be stored."
        )
    return {
        "paper_id": summary.paper_id,
        "language": summary.language,
        "source": summary.provenance.source,
        "made_at": made_at.isoformat(),
        "model": summary.provenance.model,
        "prompt": summary.provenance.prompt,
        "keywords": json.dumps(summary.keywords, ensure_ascii=False),
        "english_keywords": json.dumps(summary.english_keywords, ensure_ascii=False),
        "tldr": summary.tldr,
        "problem": summary.problem,
        "method": summary.method,
        "results": summary.results,
        "takeaway": summary.takeaway,
        "body": summary.body,
        "text_read": summary.provenance.text_read,
        "version": summary.provenance.version,
        "figures": json.dumps([asdict(figure) for figure in summary.figures], ensure_ascii=False),
        "evidence": json.dumps([asdict(each) for each in summary.evidence], ensure_ascii=False),
    }


def _figure_from_fields(fields: dict[str, str]) -> Figure:
    nearest = latex.readable(fields["nearest"])
    return Figure(fields["text"], fields["part"], Grounding(fields["grounding"]), nearest)


def _evidence_from_fields(fields: dict[str, Any], figures: Sequence[Figure]) -> Evidence:
    return Evidence(
        part=fields["part"],
        text=_read(fields["part"], fields["text"], figures),
        sentences=tuple(
            PaperSentence(_readable(each["text"]), _readable(each["section"])) for each in fields["sentences"]
        ),
        is_inference=bool(fields["is_inference"]),
        doubts=tuple(Doubt(DoubtKind(each["kind"]), each["words"]) for each in fields["doubts"]),
        is_left_out=bool(fields["is_left_out"]),
    )
