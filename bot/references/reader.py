"""What a file of references says, whatever program wrote it: arXiv ids, with status, tags and notes."""

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from bot.references import bibtex, csl_json, markdown, ris, spreadsheet
from bot.references.reference import Entry, ReadingStatus, clean, note_lines, one_line
from bot.text.arxiv_id import find_arxiv_id, find_arxiv_ids
from bot.text.encodings import marked_encoding
from bot.text.typed import plain_value

MOST_ENTRIES = 10_000
"""How many entries or papers a file may have."""

MOST_BYTES = 5_000_000
"""How large a file may be."""

NO_ID, BROKEN = "references.no_id", "references.broken"
TOO_LARGE, TOO_MANY = "references.too_large", "references.too_many"

_SHOWN = 80
_STATUSES = {
    **dict.fromkeys(
        ("to read", "to-read", "toread", "unread", "todo", "待读", "未读"), ReadingStatus.TO_READ
    ),
    **dict.fromkeys(("reading", "in progress", "skimmed", "在读", "阅读中"), ReadingStatus.READING),
    **dict.fromkeys(("read", "done", "finished", "已读", "读过"), ReadingStatus.READ),
}
_PLACES = (
    *("journal", "journaltitle", "number", "howpublished", "note", "key", "publisher", "series", "volume"),
    *("booktitle", "pages", "annote", "eprinttype", "type", "custom"),
)
_URL = re.compile(
    r"https?://(?:[\w-]+\.)?(?:arxiv\.org|huggingface\.co/papers|alphaxiv\.org|doi\.org/10\.48550)/\S*",
    re.IGNORECASE,
)
_NAMED = re.compile(r"arxiv|eprint", re.IGNORECASE)
_FILE_NAME = re.compile(
    r"(?:arxiv[-_:. ]*)?([0-9]{4}\.[0-9]{4,5}|[a-z-]+[-_][0-9]{7})(?:v[0-9]+)?(?![0-9])", re.IGNORECASE
)
_PATH_PARTS = re.compile(r"[/\\:;\n]")
_ONLY_THE_ID = re.compile(r"\W*arxiv\b[^\n]{0,80}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ImportedPaper:
    """A paper that a file names, and what it says of it."""

    paper_id: str
    #: `None` where the file says nothing of it.
    status: ReadingStatus | None = None
    tags: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """An entry of which no arXiv id is known."""

    #: The number of the entry, or of the line in a list of lines; counts from 1.
    number: int
    #: What it says, shortened.
    shown: str
    #: The key of the sentence that says why: `NO_ID` or `BROKEN`.
    reason: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file of references says."""

    #: One of `FORMATS`; "markdown" for any list of links or ids.
    format_name: str
    #: Each paper once, in the order of the file.
    papers: tuple[ImportedPaper, ...] = ()
    not_understood: tuple[NotUnderstood, ...] = ()
    #: The key of the sentence that says why nothing was read: `TOO_LARGE`, `TOO_MANY` or empty.
    refusal: str = ""


def read_references(content: str | bytes, name: str = "") -> Imported:
    """Return what a file says, in the format that it is recognised to be in; never fails.

    `name` is the file's, which may have the id of a paper that its text does not name.
    """
    if len(content) > MOST_BYTES or (
        isinstance(content, str) and len(content.encode("utf-8", "replace")) > MOST_BYTES
    ):
        return Imported("", refusal=TOO_LARGE)
    format_name, entries = _recognised(clean(content if isinstance(content, str) else _decoded(content)))
    read = list(islice(entries, MOST_ENTRIES + 1))
    found = [(entry, _ids(entry)) for entry in read[:MOST_ENTRIES]]
    if len(read) > MOST_ENTRIES or sum(len(ids) for _, ids in found) > MOST_ENTRIES:
        return Imported(format_name, refusal=TOO_MANY)
    papers = _merged(_paper(entry, paper_id) for entry, ids in found for paper_id in ids)
    if not papers and (paper_id := _in_file_name(name)):
        return Imported(format_name, (ImportedPaper(paper_id),))
    return Imported(format_name, papers, tuple(_not_understood(entry) for entry, ids in found if not ids))


def _recognised(text: str) -> tuple[str, Iterable[Entry]]:
    if text.lstrip()[:1] in ("[", "{") and (items := csl_json.items_in(text)) is not None:
        return "csl-json", csl_json.read(items)
    if spreadsheet.is_table(text):
        return "csv", spreadsheet.read(text)
    # A note in one format may hold an entry in another.
    in_bibtex, in_ris = bibtex.beginning(text), ris.beginning(text)
    if in_ris is not None and (in_bibtex is None or in_ris < in_bibtex):
        return "ris", ris.read(text)
    return ("markdown", markdown.read(text)) if in_bibtex is None else ("bibtex", bibtex.read(text))


def _decoded(content: bytes) -> str:
    """Return the text; without a byte order mark it is UTF-8, else what its bytes look like most."""
    if encoding := marked_encoding(content):
        return content.decode(encoding, "replace")
    sample = content[:1_000]
    if sample.count(0) > len(sample) // 4:
        return content.decode(
            "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be", "replace"
        )
    try:
        # A file that was cut may end within a character.
        return codecs.getincrementaldecoder("utf-8")().decode(content)
    except UnicodeDecodeError:
        return content.decode("gb18030" if _is_chinese(content) else "cp1252", "replace")


def _is_chinese(content: bytes) -> bool:
    """Return whether the bytes beyond ASCII come in pairs, as in Chinese, and not alone, as accents do."""
    runs = re.findall(rb"[\x80-\xff]+", content)
    return sum(len(run) % 2 == 0 for run in runs) > len(runs) // 2


def _ids(entry: Entry) -> tuple[str, ...]:
    if entry.ids:
        return entry.ids
    found = next(filter(None, _candidates(entry)), None)
    return (found,) if found else ()


def _candidates(entry: Entry) -> Iterator[str | None]:
    """Yield what may be the entry's id, the surest first."""
    fields = entry.fields
    archive = fields.get("archiveprefix", "") or fields.get("eprinttype", "")
    if not archive or "arxiv" in archive.lower():
        for name in ("eprint", "arxivid", "arxiv"):
            yield find_arxiv_id(fields.get(name, ""))
    if "arxiv" in (doi := fields.get("doi", "")).lower():
        yield find_arxiv_id(doi)
    for name in ("url", "howpublished", "note", "key", "custom", "broken"):
        yield from (find_arxiv_id(url) for url in _URL.findall(fields.get(name, "")))
    for name in (*_PLACES, "broken"):
        if match := _NAMED.search(text := fields.get(name, "")):
            yield find_arxiv_id(text[match.end() :])
    yield _in_file_name(fields.get("file", ""))


def _in_file_name(paths: str) -> str | None:
    """Return the id that a file is named by, as `2509.21240v2.pdf`."""
    names = (_FILE_NAME.match(part.strip()) for part in _PATH_PARTS.split(paths))
    return next((find_arxiv_id(re.sub("[-_](?=[0-9]{7}$)", "/", match[1])) for match in names if match), None)


def _paper(entry: Entry, paper_id: str) -> ImportedPaper:
    status = _STATUSES.get(plain_value(entry.status[:100]).lower())
    tags = tuple(dict.fromkeys(filter(None, map(one_line, entry.tags))))
    note = note_lines(entry.note)
    if _ONLY_THE_ID.fullmatch(note) and find_arxiv_ids(note) == (paper_id,):
        note = ""
    return ImportedPaper(paper_id, status, tags, note)


def _merged(papers: Iterable[ImportedPaper]) -> tuple[ImportedPaper, ...]:
    """Return each paper once; what the first entry leaves open, a later one may say."""
    found: dict[str, ImportedPaper] = {}
    tags: dict[str, dict[str, None]] = {}
    for paper in papers:
        before = found.get(paper.paper_id, paper)
        tags.setdefault(paper.paper_id, {}).update(dict.fromkeys(paper.tags))
        found[paper.paper_id] = replace(
            before, status=before.status or paper.status, note=before.note or paper.note
        )
    return tuple(replace(paper, tags=tuple(tags[paper.paper_id])) for paper in found.values())


def _not_understood(entry: Entry) -> NotUnderstood:
    shown = one_line(entry.shown[:1_000])
    shortened = shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 1]}…"
    return NotUnderstood(entry.number, shortened, BROKEN if entry.is_broken else NO_ID)
