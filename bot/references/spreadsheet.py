"""References as a table in CSV (RFC 4180), ours and those of Zotero and Mendeley."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import Protocol

from bot.references.reference import (
    Entry,
    Reference,
    doi_of,
    joined_tags,
    note_lines,
    one_line,
    separate_tags,
    year_of,
)
from bot.text.arxiv_id import abstract_url, find_arxiv_ids

_COLUMNS = (
    *("arXiv id", "Title", "Authors", "Year", "Status", "Tags", "Note", "Saved at", "URL", "DOI"),
    *("Published", "Category"),
)
# A spreadsheet runs a cell that begins so: https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_NEUTRALISED = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")
_BYTE_ORDER_MARK = "\ufeff"

_FIELDS = {
    **dict.fromkeys(("arxivid", "arxiv", "eprint", "arxivnumber"), "eprint"),
    **dict.fromkeys(("title", "papertitle"), "title"),
    **dict.fromkeys(("url", "urls", "link", "links"), "url"),
    **dict.fromkeys(("tags", "manualtags", "keywords", "authorkeywords", "tag"), "tags"),
    **dict.fromkeys(("note", "notes"), "note"),
    **dict.fromkeys(("file", "fileattachments", "linkattachments", "files", "filename"), "file"),
    **dict.fromkeys(("journal", "publicationtitle", "publication", "sourcetitle", "repository"), "journal"),
    **dict.fromkeys(("number", "archivelocation", "reportnumber", "extra", "archiveid"), "number"),
    "doi": "doi",
    "status": "status",
    "readstatus": "status",
    "author": "",
    "authors": "",
    "year": "",
}
"""What we read of a table by the letters and digits of a column's name; known and not read is empty."""


class _Reader(Protocol):
    """A reader of the csv module, whose type has no public name."""

    @property
    def line_num(self) -> int:
        """How many lines are read."""

    def __next__(self) -> list[str]: ...


def written(references: Sequence[Reference]) -> str:
    """Return the references as CSV that Excel opens; a cell that it would run begins with an apostrophe."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(_COLUMNS)
    writer.writerows([_inert(cell) for cell in _row(reference)] for reference in references)
    return _BYTE_ORDER_MARK + file.getvalue()


def is_table(text: str) -> bool:
    """Return whether the first line has the names of columns that we know."""
    header = _header(text)
    known = [name for name in header if _plain_name(name) in _FIELDS]
    return len(known) > 1 or (bool(known) and len(header) == 1)


def read(text: str) -> Iterator[Entry]:
    """Yield an entry for each row; of rows that a quote without its end runs together, only the ids."""
    lines = [f"{line}\n" for line in text.strip().split("\n")[1:]]
    rows = csv.reader(lines, delimiter=_delimiter(text))
    names = [_FIELDS.get(_plain_name(name), "") for name in _header(text)]
    for number, (row, written) in enumerate(_rows(rows, lines), 1):
        if row is None or (len(row) < len(names) and "\n" in row[-1].strip()):
            yield Entry(number, one_line(written), is_broken=True, ids=find_arxiv_ids(written))
        else:
            yield _understood(number, names, row)


def _rows(rows: _Reader, lines: Sequence[str]) -> Iterator[tuple[list[str] | None, str]]:
    """Yield each row that is not empty with how it is written; `None` for one that cannot be read."""
    while True:
        begun = rows.line_num
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error:
            yield None, "".join(lines[begun : rows.line_num])
            continue
        if any(cell.strip() for cell in row):
            yield row, "".join(lines[begun : rows.line_num])


def _row(reference: Reference) -> tuple[str, ...]:
    paper = reference.paper
    return (
        paper.id,
        one_line(paper.title),
        "; ".join(author for author in map(one_line, paper.authors) if author),
        str(year_of(paper)),
        reference.status.value,
        joined_tags(reference.tags, ";"),
        note_lines(reference.note),
        reference.saved_at.isoformat(timespec="seconds"),
        abstract_url(paper.id),
        doi_of(paper),
        paper.published.isoformat() if paper.published else "",
        paper.categories[0] if paper.categories else "",
    )


def _inert(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _meant(cell: str) -> str:
    return cell[1:] if _NEUTRALISED.match(cell) else cell


def _header(text: str) -> list[str]:
    line = text.lstrip().partition("\n")[0][:10_000]
    try:
        return next(csv.reader([line], delimiter=_delimiter(text)), [])
    except csv.Error:
        return []


def _delimiter(text: str) -> str:
    line = text.lstrip().partition("\n")[0][:10_000]
    return max(",;\t", key=line.count)


def _plain_name(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _understood(number: int, names: Sequence[str], row: Sequence[str]) -> Entry:
    found: dict[str, list[str]] = {}
    for name, cell in zip(names, row, strict=False):
        if name and (value := _meant(cell)):
            found.setdefault(name, []).append(value)
    fields = {name: "\n".join(values) for name, values in found.items()}
    return Entry(
        number,
        one_line(fields.get("title", "") or " ".join(row)),
        fields=fields,
        status=fields.get("status", ""),
        tags=separate_tags(fields.get("tags", "")),
        note=fields.get("note", ""),
    )
