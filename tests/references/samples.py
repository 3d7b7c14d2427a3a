"""References for tests, and the recorded records that are odd."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

from bot.references.reference import ReadingStatus, Reference
from bot.text.notation.latex import readable
from bot.text.notation.names import author_names
from storage.records import Paper

SAVED_AT = datetime(2025, 9, 29, 10, 30, tzinfo=UTC)
ODD = ("many_authors", "latex_titles", "nonlatin_or_emoji_titles", "extreme_lengths")

OAKS = Reference(
    Paper(
        "2509.21240",
        "OakNet: How Oaks & Elms Grow 50% Faster on $5 — {Tree}_GRPO #1 ~ a^b \\ c",
        ("Ada van der Berg", "Ken Ito Jr.", "王小明", "Oak and Elm Team"),
        categories=("cs.CL", "cs.AI"),
        published=date(2025, 9, 25),
    ),
    SAVED_AT,
    ReadingStatus.READING,
    ("trees", "to cite, later", "树木", 'a "b"; c'),
    "First: 50% of {oaks} cost $5 & more_or_less #1 ~ ^ \\.\n\n@misc{not, an entry}\nTY  - no tag\n  ER  - \n"
    "    indented\n- no item, *no* [link](https://example.org) <b>\n# no heading\n1. one\n"
    "=SUM(A1) 🌳 \"quoted\", 'so'",
)
ELMS = Reference(Paper("math/0309136", "=Elms", ("Prince",)), SAVED_AT, ReadingStatus.READ, (), "=1+1")
ASHES = Reference(Paper("1706.03762", "On ashes", (), published=date(2017, 6, 12)), SAVED_AT)
SAMPLES = (OAKS, ELMS, ASHES)


def odd_references(shared_data: Path) -> list[Reference]:
    """Return the odd records as they come out of storage, the LaTeX read."""
    found: dict[str, Reference] = {}
    for name in ODD:
        for line in (shared_data / "arxiv" / f"{name}.jsonl").read_text("utf-8").splitlines():
            record = json.loads(line)
            paper = Paper(
                record["id"],
                " ".join(readable(record["title"]).split()),
                author_names(record["authors"]),
                categories=tuple(record["categories"]),
            )
            found[paper.id] = Reference(
                paper, SAVED_AT, note=record["title"], tags=(record["categories"][0],)
            )
    return list(found.values())


def crowded() -> Reference:
    """Return a paper by 3,000 people."""
    authors = tuple(f"Ada{number} Tree{number}" for number in range(3_000))
    return Reference(Paper("2503.15321", "A paper by a forest", authors), SAVED_AT)
