"""What references cost: an export of 10,000, and the worst that a file of 5 MB may hold."""

import time
from dataclasses import replace

import pytest

from bot.references.export import FORMATS, export
from bot.references.reader import read_references
from bot.references.reference import Reference
from tests.references.samples import OAKS

pytestmark = pytest.mark.benchmark

COUNT = 10_000


def many() -> list[Reference]:
    """Return references with a long note, four authors and a title full of signs."""
    return [replace(OAKS, paper=replace(OAKS.paper, id=f"2509.{number:05}")) for number in range(COUNT)]


@pytest.mark.parametrize("name", FORMATS)
def test_ten_thousand_references_are_exported_in_two_seconds_and_read_back(name: str) -> None:
    references = many()
    begun = time.process_time()
    text = export(name, references)
    exported = time.process_time()
    # A file of so many long notes is larger than what is read.
    imported = read_references(export(name, references[: COUNT // 4]))
    read = time.process_time()
    print(
        f"\n{name}: {COUNT:,} references, {len(text.encode()) / 1e6:.1f} MB, "
        f"written in {exported - begun:.2f} s of the processor's time; "
        f"a quarter of them written and read in {read - exported:.2f} s"
    )

    assert exported - begun < 2
    assert len(imported.papers) == COUNT // 4


NASTY = [
    *(
        "{",
        "[",
        '"',
        "@",
        "\\",
        "@a{",
        '@a{x,b="',
        "@a{x,b={",
        "@a{x, ",
        "\n@misc{k,t={",
        "TY  - \n",
        "\nTY  - x\nN1  - ",
    ),
    *(
        '[{"a":',
        "a,b\n",
        '"a',
        "https://arxiv.org/abs/",
        "a.",
        " ",
        "\t",
        "\n ",
        "> ",
        "  - Tags: ",
        "%25",
        "é",
        "2509.",
        "arXiv:",
    ),
]
BEGINNINGS = [
    "",
    "@misc{a, annote={",
    '@misc{a, keywords={"',
    "TY  - UNPB\nKW  - ",
    "Title,Tags,DOI\nx,",
    "- 2509.21240\n  - Tags: ",
]


@pytest.mark.parametrize("beginning", BEGINNINGS)
@pytest.mark.parametrize("piece", NASTY)
def test_five_megabytes_of_anything_take_seconds(beginning: str, piece: str) -> None:
    content = (beginning + piece * (5_000_000 // len(piece.encode())))[:4_900_000]
    begun = time.process_time()
    read_references(content)
    taken = time.process_time() - begun
    print(f"\n{beginning!r} and {piece!r} again and again: {taken:.1f} s")

    assert taken < 20
