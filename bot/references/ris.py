"""References in RIS, with a preprint as `UNPB`: https://en.wikipedia.org/wiki/RIS_(file_format).

The reader is ours: rispy silently loses the entry after one that is not ended.
"""

import re
from collections.abc import Iterator, Sequence

from bot.references.names import split_name
from bot.references.reference import Entry, Reference, doi_of, note_lines, one_line, year_of
from bot.text.arxiv_id import abstract_url, pdf_url

_TAG = re.compile(r"([A-Z][A-Z0-9])(?: {1,2}-(?: (.*)|\s*$))")
_LIKE_A_TAG = re.compile(r"^( *[A-Z][A-Z0-9] {1,2}-(?: |\s*$))", re.MULTILINE)
_SET_APART = re.compile(r" +[A-Z][A-Z0-9] {1,2}-(?: |\s*$)")
_START = re.compile(r"^TY {1,2}-", re.MULTILINE)
_FIELDS = {
    "DO": "doi",
    "UR": "url",
    "L1": "url",
    "L2": "url",
    "LK": "url",
    "M1": "number",
    "M3": "number",
    "JO": "journal",
    "JF": "journal",
    "T2": "journal",
    "JA": "journal",
    "J2": "journal",
    "AN": "number",
    "PB": "journal",
    "ID": "number",
    "N1": "note",
    "C1": "number",
    "C7": "number",
    "L4": "file",
}


def written(references: Sequence[Reference]) -> str:
    """Return the references as RIS; how far one is with a paper is in `U1`, a field for the user's own."""
    return "".join(f"{tag}  - {value}\r\n" for reference in references for tag, value in _lines(reference))


def beginning(text: str) -> int | None:
    """Return where a line first says the type of an entry, as each entry begins; `None` where none does."""
    return match.start() if (match := _START.search(text)) else None


def read(text: str) -> Iterator[Entry]:
    """Yield the entries; one that is not ended ends where the next begins."""
    starts = [match.start() for match in _START.finditer(text)]
    for number, (start, end) in enumerate(zip(starts, [*starts[1:], len(text)], strict=True), 1):
        yield _understood(number, text[start:end])


def _lines(reference: Reference) -> Iterator[tuple[str, str]]:
    paper = reference.paper
    yield "TY", "UNPB"
    yield "TI", one_line(paper.title)
    for author in paper.authors:
        if one_line(author):
            yield "AU", split_name(author).sorted
    yield "PY", str(year_of(paper))
    if paper.published:
        yield "DA", paper.published.strftime("%Y/%m/%d")
    yield "PB", "arXiv"
    yield "M1", f"arXiv:{paper.id}"
    yield "DO", doi_of(paper)
    yield "UR", abstract_url(paper.id)
    yield "L1", pdf_url(paper.id)
    for tag in reference.tags:
        if one_line(tag):
            yield "KW", one_line(tag)
    if note := note_lines(reference.note):
        # A line that looks like a tag would be read as one.
        yield "N1", _LIKE_A_TAG.sub(r" \1", note).replace("\n", "\r\n")
    yield "U1", reference.status.value
    yield "ER", ""


def _understood(number: int, text: str) -> Entry:
    values = _values(text)
    fields: dict[str, list[str]] = {}
    for tag, value in values:
        if name := _FIELDS.get(tag):
            fields.setdefault(name, []).append(value)
    title = next((value for tag, value in values if tag in {"TI", "T1"} and value), "")
    return Entry(
        number,
        one_line(title or text),
        fields={name: "\n".join(found) for name, found in fields.items()},
        status=next((value for tag, value in values if tag == "U1"), ""),
        tags=tuple(
            part
            for tag, value in values
            if tag == "KW"
            for line in value.split("\n")
            if (part := one_line(line))
        ),
        note="\n\n".join(value for tag, value in values if tag == "N1"),
        is_broken=not any(tag == "ER" for tag, _ in values),
    )


def _values(text: str) -> list[tuple[str, str]]:
    """Return the tags with their values; a line without a tag goes on with the value before it."""
    found: list[tuple[str, list[str]]] = []
    for line in text.split("\n"):
        if match := _TAG.match(line):
            found.append((match[1], [match[2] or ""]))
            if match[1] == "ER":
                break
        elif found:
            found[-1][1].append(line[1:] if _SET_APART.match(line) else line)
    return [(tag, "\n".join(lines).strip("\n")) for tag, lines in found]
