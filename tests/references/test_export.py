"""What is exported, as well-known readers understand it."""

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import rispy
from bibtexparser.entrypoint import parse_string
from bibtexparser.library import Library

from bot.references.export import FORMATS, export
from bot.references.reference import Reference, year_of
from storage.records import Paper
from tests.references.samples import ASHES, ELMS, OAKS, SAMPLES, SAVED_AT, crowded, odd_references

SCHEMA = json.loads((Path(__file__).parent / "csl-data.json").read_text("utf-8"))
#: What a reader of BibTeX makes of our LaTeX, as TeX does.
TEX = {
    r"\textbackslash{}": "\\",
    r"\textbraceleft{}": "\x01",
    r"\textbraceright{}": "\x02",
    r"\textasciitilde{}": "~",
    r"\textasciicircum{}": "^",
    **{f"\\{sign}": sign for sign in "&%$#_"},
}

Known = tuple[str, str, list[str], str]


def known(reference: Reference) -> Known:
    paper = reference.paper
    return (
        paper.id,
        paper.title,
        [" ".join(a.replace(",", " ").split()) for a in paper.authors],
        str(year_of(paper)),
    )


def typeset(latex: str) -> str:
    plain = re.sub("|".join(map(re.escape, TEX)), lambda match: TEX[match[0]], latex)
    return re.sub("[{}]", "", plain).replace("\x01", "{").replace("\x02", "}")


def given_first(name: str) -> str:
    """Return a sorted name as it is written: `Ito, Ken, Jr.` is Ken Ito Jr."""
    family, *rest = name.split(", ")
    given, suffix = rest[-1:] or [""], rest[:-1]
    return " ".join(filter(None, (*given, family, *suffix)))


def given_last(name: str) -> str:
    """Return a sorted name as it is written, where the suffix comes last."""
    family, given, suffix = (*name.split(", "), "", "")[:3]
    return " ".join(filter(None, (given, family, suffix)))


def people(field: str) -> list[str]:
    """Split a field of authors as BibTeX does: at an "and" outside all braces."""
    found, depth, words = [], 0, list[str]()
    for word in field.split():
        if word == "and" and not depth:
            found.append(" ".join(words))
            words = []
            continue
        depth += word.count("{") - word.count("}")
        words.append(word)
    return [*found, " ".join(words)] if words else found


def bibtex_library(references: list[Reference]) -> Library:
    return parse_string(export("bibtex", references))


def from_bibtex(references: list[Reference]) -> list[Known]:
    library = bibtex_library(references)
    assert library.failed_blocks == []
    read = []
    for entry in library.entries:
        fields = {field.key: field.value for field in entry.fields}
        authors = [
            typeset(name) if name.startswith("{") else typeset(given_first(name))
            for name in people(fields.get("author", ""))
        ]
        read.append(
            (
                fields["eprint"],
                typeset(fields["title"]),
                [" ".join(a.replace(",", " ").split()) for a in authors],
                fields["year"],
            )
        )
    return read


def from_ris(references: list[Reference]) -> list[Known]:
    return [
        (
            item["doi"].removeprefix("10.48550/arXiv."),
            item["title"],
            [" ".join(given_last(name).replace(",", " ").split()) for name in item.get("authors", [])],
            item["year"],
        )
        for item in rispy.loads(export("ris", references))
    ]


def from_csl(references: list[Reference]) -> list[Known]:
    items = json.loads(export("csl-json", references))
    jsonschema.validate(items, SCHEMA)
    parts = ("literal", "given", "non-dropping-particle", "family", "suffix")
    return [
        (
            item["number"].removeprefix("arXiv:"),
            item["title"],
            [
                " ".join(" ".join(name[part] for part in parts if part in name).replace(",", " ").split())
                for name in item["author"]
            ],
            str(item["issued"]["date-parts"][0][0]),
        )
        for item in items
    ]


def from_csv(references: list[Reference]) -> list[Known]:
    text = export("csv", references)
    assert text.startswith("\ufeff")
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    return [
        (
            row["arXiv id"],
            row["Title"].removeprefix("'") if row["Title"][1:2] in set("=+-@") else row["Title"],
            [" ".join(name.replace(",", " ").split()) for name in row["Authors"].split("; ") if name],
            row["Year"],
        )
        for row in rows
    ]


READERS = {"bibtex": from_bibtex, "ris": from_ris, "csl-json": from_csl, "csv": from_csv}


@pytest.mark.parametrize("name", READERS)
def test_well_known_readers_find_what_was_exported(name: str) -> None:
    references = [*SAMPLES, crowded()]

    def without_order(items: list[Known]) -> list[Known]:
        return [
            (paper_id, title, [" ".join(sorted(a.split())) for a in names], year)
            for paper_id, title, names, year in items
        ]

    assert without_order(READERS[name](references)) == without_order([known(each) for each in references])


@pytest.mark.parametrize("name", READERS)
def test_odd_records_reach_well_known_readers_whole(name: str, shared_data: Path) -> None:
    references = odd_references(shared_data)

    def sorted_words(items: list[Known]) -> list[Known]:
        # Where an East Asian or a sorted name goes is told by the tests of names.
        return [(i, t, [" ".join(sorted(a.split())) for a in names], y) for i, t, names, y in items]

    assert sorted_words(READERS[name](references)) == sorted_words([known(each) for each in references])


def test_bibtex_is_as_arxiv_gives_it() -> None:
    paper = Paper(
        "1706.03762",
        "Attention is all BERT needs",
        ("Ashish Vaswani", "Noam Shazeer"),
        categories=("cs.CL", "cs.LG"),
    )
    assert export("bibtex", [Reference(paper, SAVED_AT, tags=("a", "b_c"), note="Good.")]) == (
        "@misc{vaswani2017attention-1706.03762,\n"
        "  title = {Attention is all {BERT} needs},\n"
        "  author = {Ashish Vaswani and Noam Shazeer},\n"
        "  year = {2017},\n"
        "  eprint = {1706.03762},\n"
        "  archivePrefix = {arXiv},\n"
        "  primaryClass = {cs.CL},\n"
        "  url = {https://arxiv.org/abs/1706.03762},\n"
        "  keywords = {a, b\\_c},\n"
        "  readstatus = {to read},\n"
        "  annote = {Good.}\n"
        "}\n"
    )


@pytest.mark.parametrize(
    ("title", "written"),
    [
        ("Attention Is All You Need", "Attention Is All You Need"),
        ("A Q-Learning iPhone with GPT-4: On X", "A {Q}-Learning {iPhone} with {GPT}-4: On {X}"),
        ("Learning about the trees of Norway", "Learning about the trees of {Norway}"),
        ("$RAG at 5%", r"{{\$RAG}} at 5\%"),
    ],
)
def test_capitals_that_styles_would_lower_are_kept(title: str, written: str) -> None:
    text = export("bibtex", [replace(ASHES, paper=replace(ASHES.paper, title=title))])

    assert f"  title = {{{written}}},\n" in text


@pytest.mark.parametrize(
    ("name", "bibtex", "ris", "csl"),
    [
        ("Ada Oak", "Ada Oak", "Oak, Ada", {"family": "Oak", "given": "Ada"}),
        ("Ken Ito Jr.", "Ito, Jr., Ken", "Ito, Ken, Jr.", {"family": "Ito", "given": "Ken", "suffix": "Jr."}),
        (
            "Ken Ito, III",
            "Ito, III, Ken",
            "Ito, Ken, III",
            {"family": "Ito", "given": "Ken", "suffix": "III"},
        ),
        (
            "Ada van der Berg",
            "Ada van der Berg",
            "van der Berg, Ada",
            {"family": "Berg", "given": "Ada", "non-dropping-particle": "van der"},
        ),
        ("G. De Lucia", "De Lucia, G.", "De Lucia, G.", {"family": "De Lucia", "given": "G."}),
        ("Thi Van Nguyen", "Thi Van Nguyen", "Nguyen, Thi Van", {"family": "Nguyen", "given": "Thi Van"}),
        ("Oak, Ada", "Oak, Ada", "Oak, Ada", {"family": "Oak", "given": "Ada"}),
        ("王小明", "{王小明}", "王小明", {"literal": "王小明"}),
        ("王 小明", "王, 小明", "王, 小明", {"family": "王", "given": "小明"}),
        ("Prince", "{Prince}", "Prince", {"literal": "Prince"}),
        ("Oak Collaboration", "{Oak Collaboration}", "Oak Collaboration", {"literal": "Oak Collaboration"}),
        ("Oak and Elm", "{Oak and Elm}", "Oak and Elm", {"literal": "Oak and Elm"}),
        ("Oak, Inc.", "{Oak, Inc.}", "Oak, Inc.", {"literal": "Oak, Inc."}),
        ("A_B C", r"A\_B C", "C, A_B", {"family": "C", "given": "A_B"}),
    ],
)
def test_a_name_is_split_as_its_format_sorts_it(
    name: str, bibtex: str, ris: str, csl: dict[str, str]
) -> None:
    reference = replace(ASHES, paper=replace(ASHES.paper, authors=(name,)))

    assert f"  author = {{{bibtex}}},\n" in export("bibtex", [reference])
    assert f"\r\nAU  - {ris}\r\n" in export("ris", [reference])
    assert json.loads(export("csl-json", [reference]))[0]["author"] == [csl]


def test_a_key_is_ascii_unique_and_the_same_whatever_else_is_exported() -> None:
    def keys(references: list[Reference]) -> list[str]:
        return [entry.key for entry in bibtex_library(references).entries]

    first = Reference(Paper("2509.00001", "The Łódź trees", ("Jürgen Øst",)), SAVED_AT)
    same = replace(first, paper=replace(first.paper, id="2509.00002"))
    nameless = Reference(Paper("math/0309136", "论树", ("王小明",)), SAVED_AT)

    assert keys([first]) == ["ost2025lodz-2509.00001"]
    assert keys([same, first, nameless]) == [
        "ost2025lodz-2509.00002",
        "ost2025lodz-2509.00001",
        "2003-math-0309136",
    ]


def test_ris_has_one_line_end_throughout_and_keeps_the_breaks_of_a_note() -> None:
    text = export("ris", [OAKS])
    item: dict[str, Any] = rispy.loads(text)[0]

    assert "\n" not in text.replace("\r\n", "")
    assert item["type_of_reference"] == "UNPB"
    assert item["keywords"] == list(OAKS.tags)
    assert item["urls"] == ["https://arxiv.org/abs/2509.21240"]
    assert len(rispy.loads(export("ris", SAMPLES))) == 3


def test_nothing_in_markdown_is_markup_but_ours() -> None:
    assert export("markdown", [ELMS, replace(OAKS, note="*a*\n# b\n\n  c www.x.org", tags=("x_y",))]) == (
        "# Saved papers\n"
        "\n## Reading\n\n"
        r"- [OakNet: How Oaks \& Elms Grow 50% Faster on \$5 — \{Tree\}\_GRPO \#1 \~ a\^b \\ c]"
        "(https://arxiv.org/abs/2509.21240) – Ada van der Berg, Ken Ito Jr., 王小明, Oak and Elm Team. 2025\n"
        "  - Tags: x\\_y\n"
        "\n"
        "  > \\*a\\*\\\n"
        "  > \\# b\n"
        "  >\n"
        "  > &#32;&#32;c www\\.x.org\n"
        "\n"
        "\n## Read\n\n"
        "- [=Elms](https://arxiv.org/abs/math/0309136) – Prince. 2003\n"
        "\n"
        "  > \\=1+1\n"
        "\n"
    )


def test_many_authors_are_shortened_where_people_read() -> None:
    assert "Ada9 Tree9 and 2990 more. 2025" in export("markdown", [crowded()])


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@a", "'=1", "＝1"])
def test_a_cell_that_a_spreadsheet_would_run_is_text(cell: str) -> None:
    rows = list(csv.DictReader(io.StringIO(export("csv", [replace(ASHES, note=cell)])[1:], newline="")))

    assert [row["Note"] for row in rows] == [f"'{cell}"]


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_exports_as_an_empty_file_of_its_format(name: str) -> None:
    assert export(name, []).encode() is not None
    assert "arxiv.org" not in export(name, [])
