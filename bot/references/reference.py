"""A saved paper as a reference, and what all formats of references share."""

import csv
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from storage.records import Paper

_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_LINE_ENDS = re.compile(r"\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_FIRST_YEAR_OF_ARXIV = 91
_LETTERS = str.maketrans(
    {"ł": "l", "Ł": "l", "ø": "o", "Ø": "o", "ß": "ss", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe"}
    | {"đ": "d", "Đ": "d", "ð": "d", "Ð": "d", "þ": "th", "Þ": "th", "ı": "i", "ħ": "h"}
)


class ReadingStatus(StrEnum):
    """How far a person is with a saved paper."""

    TO_READ = "to read"
    READING = "reading"
    READ = "read"


@dataclass(frozen=True, slots=True)
class Reference:
    """A saved paper as its owner keeps it."""

    paper: Paper
    saved_at: datetime
    status: ReadingStatus = ReadingStatus.TO_READ
    tags: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a file of references, before anything in it is understood."""

    #: The number of the entry, or of the line in a list of lines; counts from 1.
    number: int
    #: How a person recognises it in the file.
    shown: str
    #: By the names of BibTeX: `eprint`, `doi`, `url`, `journal`, `file`.
    fields: Mapping[str, str] = field(default_factory=dict)
    status: str = ""
    tags: tuple[str, ...] = ()
    note: str = ""
    #: Whether it breaks off, or its parts do not fit together.
    is_broken: bool = False
    #: Ids that stand in the text itself, as in a list of links.
    ids: tuple[str, ...] = ()


def year_of(paper: Paper) -> int:
    """Return the year of the paper's first version; where its date is not known, the year of its arXiv id."""
    if paper.published:
        return paper.published.year
    digits = paper.id.rpartition("/")[2][:2]
    if not digits.isdecimal():
        return 0
    return (1900 if "/" in paper.id and int(digits) >= _FIRST_YEAR_OF_ARXIV else 2000) + int(digits)


def doi_of(paper: Paper) -> str:
    """Return the DOI that arXiv registers for each paper: https://info.arxiv.org/help/doi.html."""
    return f"10.48550/arXiv.{paper.id}"


def clean(text: str) -> str:
    """Return the text of a file without control characters and marks of byte order, its lines ended by LF."""
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).removeprefix("\ufeff")


def one_line(text: str) -> str:
    """Return the text on one line, without control characters."""
    return " ".join((text if text.isprintable() else _CONTROLS.sub("", text)).split())


def note_lines(text: str) -> str:
    """Return a note as all formats keep it: lines that end in a line feed, without control characters."""
    lines = _CONTROLS.sub("", _LINE_ENDS.sub("\n", text)).split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def joined_tags(tags: Iterable[str], separator: str) -> str:
    """Return tags as one value; a tag that holds a separator or a quote is put in double quotes."""
    return f"{separator} ".join(_quoted(one_line(tag)) for tag in tags if one_line(tag))


def separate_tags(value: str) -> tuple[str, ...]:
    """Return the tags of one value, as `joined_tags` joins them or as other programs do.

    Those separate them by semicolons, by line ends or, where there are none of these, by commas.
    """
    line = ";".join(filter(None, map(str.strip, value.split("\n"))))
    by_comma, by_semicolon = _separated(line, ","), _separated(line, ";")
    is_by_comma = joined_tags(by_comma, ",") == line or len(by_semicolon) == 1
    return tuple(dict.fromkeys(by_comma if is_by_comma else by_semicolon))


def ascii_word(text: str) -> str:
    """Return the letters and digits of a text in lower-case ASCII; accents go, other scripts are left out."""
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return re.sub(r"[^a-z0-9]", "", plain.lower())


def _quoted(tag: str) -> str:
    if not re.search(r'[;,"]', tag):
        return tag
    return '"' + tag.replace('"', '""') + '"'


def _separated(line: str, separator: str) -> list[str]:
    try:
        parts = next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])
    except csv.Error:
        parts = line.split(separator)
    return [tag for tag in map(one_line, parts) if tag]
