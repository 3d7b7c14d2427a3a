"""Saved papers, written in the formats of reference managers and spreadsheets."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from bot.references import bibtex, csl_json, markdown, ris, spreadsheet
from bot.references.reference import Reference

_WRITERS: Mapping[str, Callable[[Sequence[Reference]], str]] = MappingProxyType(
    {
        "bibtex": bibtex.written,
        "ris": ris.written,
        "csl-json": csl_json.written,
        "markdown": markdown.written,
        "csv": spreadsheet.written,
    }
)

FORMATS: Mapping[str, str] = MappingProxyType(
    {"bibtex": ".bib", "ris": ".ris", "csl-json": ".json", "markdown": ".md", "csv": ".csv"}
)
"""The formats by name, each with the ending of its files."""

TITLES: Mapping[str, str] = MappingProxyType(
    {"bibtex": "BibTeX", "ris": "RIS", "csl-json": "CSL-JSON", "markdown": "Markdown", "csv": "CSV"}
)
"""The formats by name, each as people write it."""


def export(format_name: str, references: Sequence[Reference]) -> str:
    """Return the references in one of `FORMATS`, to be written as UTF-8 with its line ends as they are.

    Raises KeyError for a format that is not there.
    """
    return _WRITERS[format_name](references)
