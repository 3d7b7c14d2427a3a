"""References in BibTeX, as arXiv writes its own: https://info.arxiv.org/help/hypertex/bibstyles/.

The reader is ours: bibtexparser takes quadratic time on a damaged file (11 seconds for 480 kB) and drops what
a broken entry says before it breaks.
"""

import re
from collections.abc import Iterator, Sequence

from bot.references.keys import citation_key
from bot.references.names import split_name
from bot.references.reference import (
    Entry,
    Reference,
    joined_tags,
    note_lines,
    one_line,
    separate_tags,
    year_of,
)
from bot.text.arxiv_id import abstract_url
from bot.text.notation.latex import readable

_ESCAPED = {
    **{sign: f"\\{sign}" for sign in "&%$#_"},
    # BibTeX counts braces whether a backslash stands before them or not.
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "\\": r"\textbackslash{}",
}
_SPECIAL = re.compile(r"[&%$#_{}~^\\]")
_OURS = {latex: sign for sign, latex in _ESCAPED.items()}
_OUR_LATEX = re.compile("|".join(map(re.escape, sorted(_OURS, key=len, reverse=True))) + r"|[{}]")
_FOREIGN_LATEX = re.compile(r"[\\$~]")
_LONGEST_LATEX = 20_000

_START = re.compile(r"^[ \t]*@[ \t]*[A-Za-z]+\s*[{(]", re.MULTILINE)
_INNER_START = re.compile(r"@[ \t]*([A-Za-z]+)\s*[{(]")
_KEY = re.compile(r"\s*+([^,\s={}\"]{0,1000}+)\s*+,")
_BETWEEN = re.compile(r"[\s,]+")
_FIELD = re.compile(r"([A-Za-z][\w:+.-]*)\s*=\s*")
_BRACE = re.compile(r"[{}]")
_QUOTE = re.compile(r'[{}"]')
_BARE = re.compile(r"[^\s,#{}\"()]+")
_JOIN = re.compile(r"\s*#\s*")
_NEXT = re.compile(r"""[^\s,={}"]+|.""", re.DOTALL)
_NOT_ENTRIES = frozenset({"comment", "preamble", "string"})

_WORD = re.compile(r"([^\s-]+)")
_PLAIN_WORD = re.compile(r"(?:A|[A-Z]?[a-z]+)[.,:;?!]?")
_SENTENCE_CASE = re.compile(r"(?<=\s)[a-z][a-z-]{4,}\b")
_TITLE_CASE = re.compile(r"(?<=\s)[A-Z][a-z-]{4,}\b")


def written(references: Sequence[Reference]) -> str:
    """Return the references as BibTeX in UTF-8; a note is `annote`, which styles do not print."""
    return "\n".join(_entry(reference) for reference in references)


def beginning(text: str) -> int | None:
    """Return where a line first begins as an entry does; `None` where none does."""
    return match.start() if (match := _START.search(text)) else None


def read(text: str) -> Iterator[Entry]:
    """Yield the entries; a broken one costs only itself, since the next one begins on a line of its own."""
    starts = [match.start() for match in _START.finditer(text)]
    number = 0
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        for entry in _entries(text[start:end]):
            number += 1
            yield _understood(number, *entry)


def _entry(reference: Reference) -> str:
    paper = reference.paper
    fields = {
        "title": _title(one_line(paper.title)),
        "author": " and ".join(_author(name) for name in paper.authors if one_line(name)),
        "year": str(year_of(paper)),
        "eprint": paper.id,
        "archivePrefix": "arXiv",
        "primaryClass": paper.categories[0] if paper.categories else "",
        "url": abstract_url(paper.id),
        "keywords": _latex(joined_tags(reference.tags, ",")),
        "readstatus": reference.status.value,
        "annote": _note(reference.note),
    }
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
    return f"@misc{{{citation_key(paper)},\n{lines}\n}}\n"


def _note(note: str) -> str:
    # Readers take a line that begins with "@" for the next entry.
    return re.sub(r"^([ \t]*)@", r"\1{@}", _latex(note_lines(note)), flags=re.MULTILINE)


def _latex(text: str) -> str:
    return _SPECIAL.sub(lambda match: _ESCAPED[match[0]], text)


def _title(title: str) -> str:
    """Escape a title, with braces around the words whose capitals styles would lower."""
    names_only = len(_SENTENCE_CASE.findall(title)) > len(_TITLE_CASE.findall(title))
    parts = _WORD.split(title)
    starts_sentence = True
    for place in range(1, len(parts), 2):
        word, is_proper = parts[place], names_only and not starts_sentence
        starts_sentence = word.endswith((":", "?", "!"))
        parts[place] = _protected(word) if _needs_braces(word, is_proper=is_proper) else _latex(word)
    return "".join(parts)


def _protected(word: str) -> str:
    latex = _latex(word)
    # A backslash right after a brace would begin one of BibTeX's special characters.
    return f"{{{{{latex}}}}}" if latex.startswith("\\") else f"{{{latex}}}"


def _needs_braces(word: str, *, is_proper: bool) -> bool:
    if word == word.lower() or (not is_proper and _PLAIN_WORD.fullmatch(word)):
        return False
    letters = [letter for letter in word if letter.isalpha()]
    is_one = len(letters) == 1 and letters[0] != "A"
    return is_proper or is_one or not "".join(letters[1:] or "a").islower() or _has_digit(word)


def _has_digit(word: str) -> bool:
    return any(sign.isdecimal() for sign in word)


def _author(text: str) -> str:
    """Return a name given-first, as arXiv writes it, unless BibTeX would then split it wrongly."""
    name, plain = split_name(text), one_line(text)
    if name.is_whole:
        return f"{{{_latex(name.family)}}}"
    if name.suffix:
        family = f"{name.particle} {name.family}".strip()
        return _latex(f"{family}, {name.suffix}, {name.given}")
    is_last = plain.endswith(name.family) and " " not in name.family and "," not in plain
    return _latex(plain if is_last else name.sorted)


def _entries(chunk: str) -> Iterator[tuple[str, dict[str, str], str, bool]]:
    """Yield key, fields, text and whether it is broken for the entries of text that begins with one."""
    start = _INNER_START.search(chunk)
    while start:
        end, key, fields, is_whole = _scan(chunk, start.end())
        if start[1].lower() not in _NOT_ENTRIES:
            yield key, fields, chunk[start.start() : end], not is_whole
        start = _INNER_START.search(chunk, end)


def _scan(text: str, position: int) -> tuple[int, str, dict[str, str], bool]:
    """Read one entry's fields; return where it ends, its key, its fields and whether it is whole."""
    key, fields, is_whole = "", dict[str, str](), True
    if match := _KEY.match(text, position):
        key, position = match[1], match.end()
    while position < len(text):
        if between := _BETWEEN.match(text, position):
            position = between.end()
        elif text[position] in "})":
            return position + 1, key, fields, is_whole
        elif match := _FIELD.match(text, position):
            position, value, is_closed = _value(text, match.end())
            fields.setdefault(match[1].lower(), value)
            is_whole = is_whole and is_closed
        else:
            position, is_whole = _passed(text, position), False
    return len(text), key, fields, False


def _passed(text: str, position: int) -> int:
    passed = _NEXT.match(text, position)
    return passed.end() if passed else len(text)


def _value(text: str, position: int) -> tuple[int, str, bool]:
    """Read a value, joined of parts by "#"; return where it ends, and whether it is closed."""
    parts: list[str] = []
    while True:
        end, part, is_closed = _part(text, position)
        parts.append(part)
        joined = _JOIN.match(text, end)
        if not joined or not is_closed:
            return end, "".join(parts), is_closed
        position = joined.end()


def _part(text: str, position: int) -> tuple[int, str, bool]:
    sign = text[position : position + 1]
    if sign and sign in '{"':
        end = _closing_brace(text, position) if sign == "{" else _closing_quote(text, position)
        return (end, text[position + 1 : end - 1], True) if end else (len(text), text[position + 1 :], False)
    bare = _BARE.match(text, position)
    return (bare.end(), bare[0], True) if bare else (position, "", False)


def _closing_brace(text: str, position: int) -> int | None:
    depth = 0
    for match in _BRACE.finditer(text, position):
        depth += 1 if match[0] == "{" else -1
        if not depth:
            return match.end()
    return None


def _closing_quote(text: str, position: int) -> int | None:
    depth = 0
    for match in _QUOTE.finditer(text, position + 1):
        if match[0] == '"' and depth <= 0:
            return match.end()
        depth += {"{": 1, "}": -1}.get(match[0], 0)
    return None


def _understood(number: int, key: str, fields: dict[str, str], text: str, is_broken: bool) -> Entry:
    title = _meant(fields.get("title", "")) if not is_broken else ""
    note = next(
        (fields[name] for name in ("annote", "annotation", "note", "comment") if fields.get(name)), ""
    )
    return Entry(
        number,
        text if is_broken else title or key or text,
        # What is broken may have its id anywhere.
        fields={**fields, "broken": text} if is_broken else fields,
        status="" if is_broken else fields.get("readstatus", ""),
        tags=() if is_broken else separate_tags(_meant(fields.get("keywords", ""))),
        note="" if is_broken else _meant(note),
        is_broken=is_broken,
    )


def _meant(latex: str) -> str:
    """Return what a value means: what we escaped, exactly; what others wrote, as arXiv's LaTeX is read."""
    ours = _OUR_LATEX.sub(lambda match: _OURS.get(match[0], ""), latex)
    foreign = _OUR_LATEX.sub("", latex)
    return readable(latex) if _FOREIGN_LATEX.search(foreign) and len(latex) < _LONGEST_LATEX else ours
