"""References in CSL-JSON, which Zotero, Pandoc and citeproc read.

The schema: https://github.com/citation-style-language/schema/blob/master/schemas/input/csl-data.json
"""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import date

from bot.references.keys import citation_key
from bot.references.names import split_name
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

_FIELDS = {
    "doi": "doi",
    "url": "url",
    "number": "number",
    "container-title": "journal",
    "archive": "journal",
    "archive_location": "number",
    "eprint": "eprint",
    "arxiv": "eprint",
    "arxivid": "eprint",
    "note": "note",
    "id": "key",
    "publisher": "journal",
    "custom": "custom",
}
_ITEM = re.compile(r"[\s,]*\{")
_DECODER = json.JSONDecoder()


def written(references: Sequence[Reference]) -> str:
    """Return the references as CSL-JSON; `custom` has the status and the tags, for which CSL has no names."""
    return json.dumps([_item(reference) for reference in references], ensure_ascii=False, indent=1) + "\n"


def items_in(text: str) -> list[object] | None:
    """Return the items of a JSON file of references; `None` where the text is no such file.

    What comes after an item that breaks off is one item, the text.
    """
    try:
        value = json.loads(text)
    except RecursionError:
        return None
    except ValueError:
        return _whole_items(text.strip())
    if isinstance(value, dict):
        lists = [value[name] for name in ("items", "references") if isinstance(value.get(name), list)]
        return lists[0] if lists else [value]
    return value if isinstance(value, list) else None


def read(items: Sequence[object]) -> Iterator[Entry]:
    """Yield an entry for each item, whatever it is."""
    for number, item in enumerate(items, 1):
        if isinstance(item, dict):
            yield _understood(number, item)
        elif isinstance(item, str):
            yield Entry(number, one_line(item), ids=find_arxiv_ids(item))
        else:
            yield Entry(number, _shown(item))


def _whole_items(text: str) -> list[object] | None:
    items: list[object] = []
    position = 1
    try:
        while match := _ITEM.match(text, position):
            item, position = _DECODER.raw_decode(text, match.end() - 1)
            items.append(item)
    except (ValueError, RecursionError):
        pass
    return [*items, text[position:]] if items and text.startswith("[") else None


def _item(reference: Reference) -> dict[str, object]:
    paper, saved = reference.paper, reference.saved_at.date()
    item: dict[str, object] = {
        "id": citation_key(paper),
        "type": "article",
        "title": one_line(paper.title),
        "author": [_name(author) for author in paper.authors if one_line(author)],
        "issued": {"date-parts": [_date_parts(paper.published) if paper.published else [year_of(paper)]]},
        "accessed": {"date-parts": [_date_parts(saved)]},
        "publisher": "arXiv",
        "number": f"arXiv:{paper.id}",
        "DOI": doi_of(paper),
        "URL": abstract_url(paper.id),
        "custom": {"status": reference.status.value, "tags": _tags(reference)},
    }
    if reference.tags:
        item["keyword"] = joined_tags(reference.tags, ",")
    if note := note_lines(reference.note):
        item["note"] = note
    return item


def _tags(reference: Reference) -> list[str]:
    return [tag for tag in map(one_line, reference.tags) if tag]


def _name(author: str) -> dict[str, str]:
    name = split_name(author)
    if name.is_whole:
        return {"literal": name.family}
    parts = {
        "family": name.family,
        "given": name.given,
        "non-dropping-particle": name.particle,
        "suffix": name.suffix,
    }
    return {part: value for part, value in parts.items() if value}


def _date_parts(day: date) -> list[int]:
    return [day.year, day.month, day.day]


def _understood(number: int, item: dict[str, object]) -> Entry:
    fields: dict[str, str] = {}
    for name, value in item.items():
        if (known := _FIELDS.get(name.lower())) and isinstance(value, str):
            fields.setdefault(known, value)
    custom = item.get("custom")
    custom = custom if isinstance(custom, dict) else {}
    status, tags, keyword = custom.get("status"), custom.get("tags"), item.get("keyword")
    title = item.get("title")
    return Entry(
        number,
        one_line(title) if isinstance(title, str) and title else _shown(item),
        fields=fields,
        status=status if isinstance(status, str) else "",
        tags=(
            tuple(tag for tag in tags if isinstance(tag, str))
            if isinstance(tags, list)
            else separate_tags(keyword if isinstance(keyword, str) else "")
        ),
        note=fields.get("note", ""),
    )


def _shown(item: object) -> str:
    return json.dumps(item, ensure_ascii=False)[:500]
