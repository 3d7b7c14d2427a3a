"""References as a list in Markdown for people, and lists of links or ids in any text."""

import re
from collections.abc import Iterator, Sequence

from bot.references.reference import (
    Entry,
    ReadingStatus,
    Reference,
    joined_tags,
    note_lines,
    one_line,
    separate_tags,
    year_of,
)
from bot.text.arxiv_id import abstract_url, find_arxiv_ids

_HEADINGS = {
    ReadingStatus.READING: "Reading",
    ReadingStatus.TO_READ: "To read",
    ReadingStatus.READ: "Read",
}
_MOST_AUTHORS = 10

_MARKUP = re.compile(
    r"[\\`*_{}\[\]<>#|~&$@^!]|(?:(?<=http)|(?<=https)|(?<=ftp)):(?=//)|(?<=www)\.", re.IGNORECASE
)
_LINE_START = re.compile(r"^([0-9]*)([-+=.)])", re.MULTILINE)
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])|&#(9|32);")

_HEADING = re.compile(r"#{1,6}[ \t]+(.*)")
_TAGS = re.compile(r"[ \t]+[-*+][ \t]+Tags:(.*)")
_QUOTE = re.compile(r"[ \t]+>[ \t]?(.*)")
_RULE = re.compile(r"[\s\-=*_#]*")
_OURS = re.compile(r"- \[(?:\\.|[^\]\\])*\]\((https://arxiv\.org/abs/[^)\s]+)\) – ")
# What a link is called may hold a number that looks like an id.
_LINK = re.compile(r"\[[^\[\]]*+\]\((https?://[^)\s\[]*+)\)")


def written(references: Sequence[Reference]) -> str:
    """Return the references by status, each a list item with its link, tags and note; all else is escaped."""
    parts = ["# Saved papers\n"]
    for status, heading in _HEADINGS.items():
        items = [_item(reference) for reference in references if reference.status == status]
        if items:
            parts.append(f"\n## {heading}\n\n{''.join(items)}")
    return "".join(parts)


def read(text: str) -> Iterator[Entry]:
    """Yield an entry for each line that is not blank, a heading, or a paper's tags or note."""
    heading, current = "", None
    notes: list[str] = []
    tags: tuple[str, ...] = ()
    for number, line in enumerate(text.split("\n"), 1):
        if current and (match := _TAGS.fullmatch(line)):
            tags = separate_tags(_unescaped(match[1]))
        elif current and (match := _QUOTE.fullmatch(line)):
            notes.append(match[1])
        elif match := _HEADING.fullmatch(line):
            heading = match[1]
        elif not _RULE.fullmatch(line):
            yield from _finished(current, tags, notes)
            current, tags, notes = _entry(number, line, heading), (), []
    yield from _finished(current, tags, notes)


def _item(reference: Reference) -> str:
    paper = reference.paper
    authors = [_escaped(one_line(author)) for author in paper.authors]
    named = ", ".join(authors[:_MOST_AUTHORS])
    if len(authors) > _MOST_AUTHORS:
        named = f"{named} and {len(authors) - _MOST_AUTHORS} more"
    about = ". ".join(part for part in (named, str(year_of(paper))) if part)
    lines = [f"- [{_escaped(one_line(paper.title)) or paper.id}]({abstract_url(paper.id)}) – {about}"]
    if tags := joined_tags(reference.tags, ","):
        lines.append(f"  - Tags: {_escaped(tags)}")
    if note := note_lines(reference.note):
        lines += ["", *_quoted(note), ""]
    return "\n".join(lines) + "\n"


def _quoted(note: str) -> Iterator[str]:
    """Yield a note's lines as a quotation that keeps its line breaks."""
    lines = _INDENT.sub(_visible, _LINE_START.sub(r"\1\\\2", _escaped(note))).split("\n")
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        yield f"  > {line}\\" if line and following else f"  > {line}".rstrip()


def _visible(indent: re.Match[str]) -> str:
    return "".join(f"&#{ord(sign)};" for sign in indent[0])


def _escaped(text: str) -> str:
    return _MARKUP.sub(lambda match: f"\\{match[0]}", text)


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda match: match[1] or chr(int(match[2])), text)


def _entry(number: int, line: str, heading: str) -> Entry:
    ours = _OURS.match(line)
    ids = find_arxiv_ids(ours[1] if ours else _LINK.sub(r" \1 ", line))
    return Entry(number, one_line(line), status=heading, ids=ids)


def _finished(entry: Entry | None, tags: tuple[str, ...], notes: Sequence[str]) -> Iterator[Entry]:
    if entry:
        note = "\n".join(_unescaped(_without_break(line)) for line in notes)
        yield Entry(entry.number, entry.shown, status=entry.status, tags=tags, note=note, ids=entry.ids)


def _without_break(line: str) -> str:
    backslashes = len(line) - len(line.rstrip("\\"))
    return line[:-1] if backslashes % 2 else line
