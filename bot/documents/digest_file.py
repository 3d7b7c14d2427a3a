"""Reads and writes digest files: one day's papers and their summaries in one Markdown file; pure.

A file has a line `# Papers for YYYY-MM-DD` and, for each paper, a heading `## 0.[Title](address)` followed by
a line `summary:…`, meant to hold six labelled parts separated by two spaces. Labels have changed over the
years, are missing, or hide inside a paragraph. So a summary is divided by its labels, then by position, then
by the cues of its sentences. The rest stays as `body`: no text is lost.
"""

import contextlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby, pairwise, zip_longest
from operator import attrgetter
from typing import Any

from bot.documents.digest_format import (
    CUES,
    HINTS,
    PARTS,
    Label,
    bold_keywords,
    decoded,
    keywords_of,
    labelled_keywords,
    labels_in,
    looks_like_keywords,
    opens_with_label,
    write_summary,
)
from bot.errors import NotADigestError, PaperRoundError
from bot.sources.bounds import paper_from_source
from bot.text.arxiv_id import find_arxiv_id, pdf_url
from bot.text.language import language_of
from bot.text.mrkdwn import cut
from bot.text.typed import read_date
from storage.records import FROM_DIGEST_FILE, Paper, Provenance, Summary


@dataclass(frozen=True, slots=True)
class DigestEntry:
    """One paper of a digest file, with its summary, if any."""

    paper: Paper
    summary: Summary | None


@dataclass(frozen=True, slots=True)
class Problem:
    """An entry of a digest file that could not be read."""

    #: Counts from 1.
    line: int
    #: Why it could not be read.
    sentence: str


@dataclass(frozen=True, slots=True)
class DigestFile:
    """One day's papers in order, and the entries that could not be read."""

    day: date
    entries: tuple[DigestEntry, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a summary's line, unchanged: its part, its label and its text."""

    part: str
    text: str
    label: str = ""


# --- The file -------------------------------------------------------------------------------------------

_SHOWN = 80
_DAY = re.compile(r"#\s*Papers for\s+(\S.*)$", re.IGNORECASE)
_HEADING = re.compile(r"##(?!#)|title\s*[:：]", re.IGNORECASE)
_LINK = re.compile(
    r"(?:##\s*(?:[0-9]+\s*[.、)]?)?|title\s*[:：])\s*\[(?P<title>.*)\]\((?P<address>.*)", re.IGNORECASE
)
_SUMMARY = "summary:"
_OPENING = re.compile(r"\s*summary\s*[:：]", re.IGNORECASE)


class _MalformedEntryError(PaperRoundError):
    """An entry cannot be read; the others can."""


@dataclass(frozen=True, slots=True)
class _Block:
    """A heading and the text below it; `None` for text without a heading."""

    line: int
    heading: str | None
    text: str


def parse(text: str, *, language: str | None = None) -> DigestFile:
    """Read a digest file; without a `language` (BCP 47), each summary's script decides.

    A malformed entry becomes a problem. Raises NotADigestError where the text does not start as a digest.
    """
    lines = re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff"))
    start = next((index for index, line in enumerate(lines) if line.strip()), 0)
    day = _day(lines[start], start + 1)
    entries: list[DigestEntry] = []
    problems: list[Problem] = []
    first_lines: dict[str, int] = {}
    for block in _blocks(lines, start + 1):
        try:
            entry = _entry(block, day, language, first_lines)
        except _MalformedEntryError as error:
            problems.append(Problem(block.line, str(error)))
        else:
            entries.append(entry)
            first_lines[entry.paper.id] = block.line
    return DigestFile(day, tuple(entries), tuple(problems))


def render(digest: DigestFile) -> str:
    """Return a digest file that reads back the same; each summary is labelled in its own language."""
    entries = (_written(number, entry) for number, entry in enumerate(digest.entries))
    return f"\n\n# Papers for {digest.day.isoformat()}\n\n" + "".join(entries)


def _written(number: int, entry: DigestEntry) -> str:
    title = " ".join(entry.paper.title.split())
    heading = f"## {number}.[{title}]({pdf_url(entry.paper.id)})\n"
    summary = write_summary(entry.summary) if entry.summary else ""
    return f"{heading}{_SUMMARY}{summary}\n\n" if summary else f"{heading}\n"


def _day(line: str, number: int) -> date:
    wanted = f'Line {number} of a digest file should be "# Papers for" and a date as YYYY-MM-DD'
    match = _DAY.match(line.strip())
    if match is None:
        found = f'it is "{cut(line.strip(), _SHOWN)}"' if line.strip() else "the file is empty"
        raise NotADigestError(f"{wanted}, but {found}.")
    with contextlib.suppress(ValueError):
        if day := read_date(match[1]):
            return day
    raise NotADigestError(f'{wanted}, but "{cut(match[1], _SHOWN)}" is no date.')


def _blocks(lines: list[str], start: int) -> Iterator[_Block]:
    """Divide a file at its headings and before summaries without one; a second day ends it."""
    starts = [start, *_starts(lines, start)]
    for begin, end in pairwise((*starts, len(lines))):
        line = lines[begin] if begin < len(lines) else ""
        heading = line.strip() if _is_heading(line) else None
        own = [index for index in range(begin, end) if lines[index].strip()]
        if own:
            text = "\n".join(lines[index] for index in own[heading is not None :])
            opening = _OPENING.match(text)
            yield _Block(own[0] + 1, heading, text[opening.end() :] if opening else text)
        if _DAY.match(line):
            return


def _starts(lines: list[str], start: int) -> Iterator[int]:
    has_summary = False
    for index in range(start, len(lines)):
        if _is_heading(lines[index]):
            has_summary = False
            yield index
        elif lines[index].startswith(_SUMMARY):
            if has_summary:
                yield index
            has_summary = True


def _is_heading(line: str) -> bool:
    """Whether a line begins an entry or a day; headings within a summary do not."""
    if _DAY.match(line):
        return True
    return _HEADING.match(line) is not None and ("](" in line or not opens_with_label(line))


def _entry(block: _Block, day: date, language: str | None, first_lines: dict[str, int]) -> DigestEntry:
    if block.heading is None:
        raise _MalformedEntryError(f'No heading stands above "{_shown(block.text)}".')
    if _DAY.match(block.heading):
        raise _MalformedEntryError(
            "A second day begins here: put it, and what follows, into a file of its own."
        )
    paper = _paper(block.heading)
    if paper.id in first_lines:
        raise _MalformedEntryError(f"{paper.id} is in line {first_lines[paper.id]} already, which was kept.")
    summary = read_summary(
        block.text, paper.id, language or language_of(block.text), Provenance(FROM_DIGEST_FILE, made_at=day)
    )
    return DigestEntry(paper, summary)


def _paper(heading: str) -> Paper:
    link = _LINK.match(heading)
    if link is None:
        wanted = '"## 0.[Title](https://arxiv.org/pdf/2509.00001)"'
        raise _MalformedEntryError(f'A heading should look like {wanted}, but this is "{_shown(heading)}".')
    paper_id = find_arxiv_id(link["address"])
    if paper_id is None:
        raise _MalformedEntryError(f'The heading links to no arXiv id: "{_shown(heading)}".')
    title = " ".join(link["title"].split())
    if not title:
        raise _MalformedEntryError(f"The heading of {paper_id} has no title between its brackets.")
    return paper_from_source(Paper(paper_id, title))


def _shown(text: str) -> str:
    return cut(" ".join(text.split()), _SHOWN)


# --- A summary ------------------------------------------------------------------------------------------

_SPACE = re.compile(r"\s+")
_GAP = re.compile(r"\s{2,}|(?<=[。！？.!?])\n")
_LIST_NUMBER = re.compile(r"(?:^|[:：。.;；!?！？]\s+)[0-9]{1,2}[.)]$")
_CLOSERS = "[”’』」）)\"'*]*"
_GROUP_END = re.compile(rf"[。！？]{_CLOSERS}\s+")
_SENTENCE_END = re.compile(
    rf"[。！？]+{_CLOSERS}\s*"
    rf"|(?<!\be\.g)(?<!\bi\.e)(?<!\bvs)(?<!\bal)(?<!\bcf)(?<!\bFig)[.!?]{_CLOSERS}\s+(?![a-z])"
)
_LIST_MARK = re.compile(r"(?:[-•*]|[0-9]{1,2}[.)])\s")
_LONGEST_NUMBER = 16

_EARLY = 10
"""The most characters before a cue that opens a sentence, as in 该研究旨在解决."""

_FEW = 2
"""Up to this many segments prove nothing: they may be the rest of the keywords, or a stray gap."""

_HINTED = {"tldr": ("method",), "problem": ("results", "method"), "method": ("results",)}


def read_summary(text: str, paper_id: str, language: str, provenance: Provenance) -> Summary | None:
    """Read the text after `summary:`, keeping all of it; `None` where there is none."""
    runs: dict[str, list[str]] = {part: [] for part in PARTS}
    for part, pieces in groupby(read_pieces(text), attrgetter("part")):
        runs[part].append("".join(piece.text for piece in pieces))
    keywords = tuple(word for run in runs.pop("keywords") for word in keywords_of(run))
    texts: dict[str, Any] = {part: decoded(" ".join(" ".join(run).split())) for part, run in runs.items()}
    if not keywords and not any(texts.values()):
        return None
    return Summary(paper_id, language, provenance, keywords, **texts)


def read_pieces(text: str) -> Iterator[Piece]:
    """Divide a summary's text into pieces that together are the whole text."""
    line = _SPACE.sub(_on_one_line, text.strip())
    labels = labels_in(line)
    labelled = {label.part for label in labels}
    first = labels[0] if labels else Label("body", len(line), len(line))
    before = PARTS[: PARTS.index(first.part)] or PARTS[1:-1]
    yield from _unlabelled(line[: first.start], _absent(labelled, before))
    for label, following in zip_longest(labels, labels[1:], fillvalue=Label("body", len(line), len(line))):
        between = PARTS[PARTS.index(label.part) + 1 : PARTS.index(following.part)]
        section = line[label.end : following.start]
        words = line[label.start : label.end]
        if label.bold:
            words, section = words.replace("**", ""), f"**{section}"
        yield from _section(Piece(label.part, section, words), _absent(labelled, between))


def _on_one_line(space: re.Match[str]) -> str:
    """Return a blank line as two spaces, and a line's end without the spaces around it."""
    ends = space[0].count("\n")
    return "  " if ends > 1 else "\n" if ends else space[0]


def _absent(labelled: set[str], parts: Iterable[str]) -> list[str]:
    return [part for part in parts if part not in labelled]


def _section(piece: Piece, absent: list[str]) -> Iterator[Piece]:
    """Divide the text below a label, since parts without labels may follow."""
    segments = _cut_after(_GAP, piece.text.strip())
    if piece.part == "keywords":
        keywords, sentences = labelled_keywords(segments[0])
        yield replace(piece, text=keywords)
        yield from _unlabelled(sentences + "".join(segments[1:]), absent)
    elif not absent or len(segments) == 1:
        yield piece
    else:
        parts = [piece.part, *absent]
        placed = _in_order(segments, parts) if len(segments) > _FEW else []
        first, *others = placed or _by_cues(segments, parts, piece.part, otherwise=piece.part)
        yield replace(first, label=piece.label)
        yield from others


def _unlabelled(text: str, absent: list[str]) -> Iterator[Piece]:
    """Divide text without labels among the parts without labels."""
    if not text.strip():
        return
    segments = _cut_after(_GAP, text)
    if "keywords" in absent:
        absent = [part for part in absent if part != "keywords"]
        all_of_it = looks_like_keywords(segments[0])
        keywords, rest = (segments[0], "") if all_of_it else bold_keywords(segments[0])
        if keywords:
            yield Piece("keywords", keywords)
            yield from _unlabelled(rest + "".join(segments[1:]), absent)
            return
    if len(absent) <= 1:
        yield Piece(absent[0] if absent else "body", text)
        return
    groups = segments if len(segments) > 1 else _cut_after(_GROUP_END, text)
    chunks = segments if len(segments) > _FEW else _cut_after(_SENTENCE_END, text)
    opening = _opening(chunks, absent)
    yield from _in_order(groups, absent) or _by_cues(chunks, absent, opening, otherwise="body")


def _in_order(chunks: list[str], parts: list[str]) -> list[Piece]:
    """Assign chunks to parts by position, if there are as many; else return nothing."""
    if len(chunks) != len(parts):
        return []
    return [Piece(part, chunk) for part, chunk in zip(parts, chunks, strict=True)]


def _by_cues(chunks: list[str], parts: list[str], current: str, *, otherwise: str) -> Iterator[Piece]:
    """Assign each chunk after the first to the part of its cue, or to the current part without one.

    Chunks without a cue that follow the first part go to the part `otherwise`.
    """
    yield Piece(current, chunks[0])
    filled = {current}
    for chunk in chunks[1:]:
        cued = _cued_part(chunk, parts, current, filled)
        current = cued or current
        filled.add(current)
        yield Piece(otherwise if cued is None and current == parts[0] else current, chunk)


def _opening(chunks: list[str], parts: list[str]) -> str:
    """Return the first chunk's part: the first one, unless only this chunk states the problem."""
    places = [_place(CUES["problem"], chunk) for chunk in chunks]
    states_it = places[0] is not None and places[0] < _EARLY
    only_here = all(place is None for place in places[1:])
    return "problem" if "problem" in parts and states_it and only_here else parts[0]


def _cued_part(chunk: str, parts: list[str], current: str, filled: set[str]) -> str | None:
    """Return the part whose cue comes first in the chunk, else the next part that it hints at.

    Parts follow their order, unless a chunk opens with the cue of a missing part.
    """
    ahead = parts[parts.index(current) :]
    cues = {part: place for part in parts if (place := _place(CUES.get(part, ()), chunk)) is not None}
    allowed = [part for part in cues if part in ahead or (part not in filled and cues[part] < _EARLY)]
    if allowed:
        return min(allowed, key=cues.__getitem__)
    hinted = (part for part in _HINTED.get(current, ()) if part in ahead)
    return next((part for part in hinted if _place(HINTS[part], chunk) is not None), None)


def _place(patterns: Iterable[str], chunk: str) -> int | None:
    words = " ".join(chunk.split())
    matches = (re.search(pattern, words, re.IGNORECASE) for pattern in patterns)
    return min((match.start() for match in matches if match), default=None)


def _cut_after(pattern: re.Pattern[str], text: str) -> list[str]:
    """Cut a text after each match, but not around the numbers of a list in it."""
    ends = [match.end() for match in pattern.finditer(text) if not _is_in_list(match, text)]
    pieces = [text[begin:end] for begin, end in pairwise((0, *ends, len(text)))]
    return [piece for piece in pieces if piece.strip()] or [text]


def _is_in_list(match: re.Match[str], text: str) -> bool:
    before = match.start() + len(match[0].rstrip())
    number = _LIST_NUMBER.search(text, max(0, before - _LONGEST_NUMBER), before)
    return number is not None or _LIST_MARK.match(text, match.end()) is not None
