"""What is read of references, whoever wrote them."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.locale import words_for
from bot.references.export import FORMATS, export
from bot.references.reader import (
    BROKEN,
    MOST_ENTRIES,
    NO_ID,
    TOO_LARGE,
    TOO_MANY,
    Imported,
    ImportedPaper,
    NotUnderstood,
    read_references,
)
from bot.references.reference import ReadingStatus, Reference, note_lines, one_line
from storage.records import Paper
from tests.references.samples import ELMS, OAKS, SAMPLES, SAVED_AT, crowded, odd_references

READING, READ, TO_READ = ReadingStatus.READING, ReadingStatus.READ, ReadingStatus.TO_READ


def kept(reference: Reference) -> ImportedPaper:
    tags = dict.fromkeys(filter(None, map(one_line, reference.tags)))
    return ImportedPaper(reference.paper.id, reference.status, tuple(tags), note_lines(reference.note))


def by_id(papers: tuple[ImportedPaper, ...]) -> dict[str, ImportedPaper]:
    return {paper.paper_id: paper for paper in papers}


def ids(content: str | bytes, name: str = "") -> list[str]:
    return [paper.paper_id for paper in read_references(content, name).papers]


@pytest.mark.parametrize("name", FORMATS)
def test_what_was_exported_comes_back(name: str) -> None:
    references = [*SAMPLES, crowded()]
    imported = read_references(export(name, references).encode())

    assert imported.format_name == name
    assert by_id(imported.papers) == {each.paper.id: kept(each) for each in references}
    assert imported.not_understood == ()


@pytest.mark.parametrize("name", FORMATS)
def test_odd_records_come_back(name: str, shared_data: Path) -> None:
    references = odd_references(shared_data)
    imported = read_references(export(name, references))

    assert by_id(imported.papers) == {each.paper.id: kept(each) for each in references}
    assert imported.not_understood == ()


text = st.text(
    alphabet=st.one_of(st.sampled_from("\\{}%$#_^~&'\",;=+-@*[]()<>!|`.: \n\tTYER1"), st.characters())
)
references = st.builds(
    lambda title, authors, status, tags, note: Reference(
        Paper("2509.21240", title, tuple(authors)), SAVED_AT, status, tuple(tags), note
    ),
    text,
    st.lists(text, max_size=3),
    st.sampled_from(ReadingStatus),
    st.lists(text, max_size=4),
    text,
)


@pytest.mark.parametrize("name", FORMATS)
@given(reference=references)
def test_any_reference_comes_back(name: str, reference: Reference) -> None:
    imported = read_references(export(name, [reference, ELMS]).encode())

    assert by_id(imported.papers) == {"2509.21240": kept(reference), "math/0309136": kept(ELMS)}
    assert imported.not_understood == ()


@pytest.mark.parametrize(
    "fields",
    [
        "eprint = {2509.21240v2}, archivePrefix = {arXiv}",
        'eprint = "arXiv:2509.21240"',
        "eprint = 2509.21240, eprinttype = {arxiv}",
        "doi = {10.48550/arXiv.2509.21240}",
        "url = {https://arxiv.org/pdf/2509.21240v1.pdf}",
        "url = {https://huggingface.co/papers/2509.21240}",
        "journal = {arXiv preprint arXiv:2509.21240}",
        "journal = {CoRR}, volume = {abs/2509.21240}, eprint = {2509.21240}",
        "note = {See \\url{http://arxiv.org/abs/2509.21240}}",
        "howpublished = {arXiv:2509.21240 [cs.CL]}",
        "file = {Oaks:/home/ada/papers/2509.21240v3.pdf:application/pdf}",
        'title = "Oaks" # " and {elms}", url = base # "2509.21240", journal = {arXiv:2509.21240}',
    ],
)
def test_an_id_is_found_where_people_and_programs_put_it(fields: str) -> None:
    assert ids(f"@article{{oaks,\n  title = {{A tree of 2012.05012 leaves}},\n  {fields}\n}}") == [
        "2509.21240"
    ]


def test_numbers_that_only_look_like_an_id_are_none() -> None:
    text = "@article{a, title={2509.21240}, doi={10.1016/j.oak.2012.05012}, url={https://example.org/2012.05012}}"

    assert read_references(text) == Imported("bibtex", (), (NotUnderstood(1, "2509.21240", NO_ID),))


def test_a_broken_bibtex_entry_costs_only_itself() -> None:
    text = (
        "Some words before, and an address ada@example.org.\n"
        "@string{oak = {Oak}}\n@comment{jabref-meta: x}\n"
        "@misc{a, eprint={2509.00001}, keywords={trees; leaves}, annote={A \\'Ecole \\& more}}\n"
        "@misc{b, title={Never closed {braces}, eprint={2509.00002},\n\n"
        "@misc{c, title={Neither, year=2000\n"
        '@misc(d, eprint="2509.00004", readstatus={skimmed})  @misc{e, eprint = {2509.00005}}\n'
        "@misc{f title={No comma after the key}, eprint={2509.00006}}\n"
        "@misc{a, eprint={2509.00007}, eprint={2509.00008}}\n"
        "@misc{g, eprint={2509.00009}"
    )

    assert read_references(text) == Imported(
        "bibtex",
        (
            ImportedPaper("2509.00001", None, ("trees", "leaves"), "A École & more"),
            ImportedPaper("2509.00002"),
            ImportedPaper("2509.00004", READING),
            ImportedPaper("2509.00005"),
            ImportedPaper("2509.00006"),
            ImportedPaper("2509.00007"),
            ImportedPaper("2509.00009"),
        ),
        (NotUnderstood(3, "@misc{c, title={Neither, year=2000", BROKEN),),
    )


def test_ris_of_other_programs_is_read() -> None:
    text = (
        "TY  - JOUR\r\nT1  - Oaks\r\nAU  - Oak, Ada\r\nUR  - http://arxiv.org/abs/2509.00001\r\n"
        "KW  - trees\r\nKW  - leaves\r\nN1  - One\r\nline more\r\nER  - \r\n\r\n"
        "TY  - JOUR\r\nTI  - Not ended\r\nM3  - arXiv:2509.00002 [cs]\r\n"
        "TY  - BOOK\r\nTI  - A book\r\nDO  - 10.1000/182\r\nER  -\r\n"
        "nonsense\r\nTY  - JOUR\r\nDO  - 10.48550/arxiv.2509.00003\r\nER  - "
    )

    assert read_references(text.encode("utf-16")) == Imported(
        "ris",
        (
            ImportedPaper("2509.00001", None, ("trees", "leaves"), "One\nline more"),
            ImportedPaper("2509.00002"),
            ImportedPaper("2509.00003"),
        ),
        (NotUnderstood(3, "A book", NO_ID),),
    )


def test_tables_of_zotero_and_of_other_spreadsheets_are_read() -> None:
    zotero = (
        '\ufeff"Key","Item Type","Publication Year","Author","Title","Url","DOI","Notes","Extra",'
        '"Manual Tags"\n'
        '"A1","preprint","2025","Oak, Ada; Elm, Ken","Oaks, ""and"" elms","http://arxiv.org/abs/2509.00001","",'
        '"Good,\nreally","arXiv:2509.00001 [cs]","trees; big, leaves"\n'
        '"A2","book","1999","Oak","A book","","10.1000/182","","",""\n'
    )
    excel = "arXiv ID;Status;Tags\n2509.00001;已读;树木, 叶子\n\n;;x\n2509.00002v3;Unread;"

    assert read_references(zotero) == Imported(
        "csv",
        (ImportedPaper("2509.00001", None, ("trees", "big, leaves"), "Good,\nreally"),),
        (NotUnderstood(2, "A book", NO_ID),),
    )
    assert read_references(excel.encode("gb18030")) == Imported(
        "csv",
        (ImportedPaper("2509.00001", READ, ("树木", "叶子")), ImportedPaper("2509.00002", TO_READ)),
        (NotUnderstood(2, "x", NO_ID),),
    )


def test_csl_json_of_other_programs_is_read() -> None:
    items = [
        {
            "id": "http://zotero.org/1",
            "title": "Oaks",
            "number": "arXiv:2509.00001",
            "note": "arXiv:2509.00001 [cs]",
        },
        {"id": 7, "title": "A book", "DOI": "10.1000/182"},
        {"title": ["odd"], "URL": "https://arxiv.org/abs/2509.00002", "keyword": "a, b", "note": "Mine."},
        "https://arxiv.org/abs/2509.00003",
        None,
    ]
    expected = Imported(
        "csl-json",
        (
            ImportedPaper("2509.00001"),
            ImportedPaper("2509.00002", None, ("a", "b"), "Mine."),
            ImportedPaper("2509.00003"),
        ),
        (NotUnderstood(2, "A book", NO_ID), NotUnderstood(5, "null", NO_ID)),
    )

    assert read_references(json.dumps(items)) == expected
    assert read_references(json.dumps({"items": items})) == expected


def test_any_list_of_links_or_ids_is_read() -> None:
    text = (
        "# Reading\n"
        "* [ ] https://arxiv.org/abs/2509.00001v2, and arXiv:2509.00002; 2509.00003\n\n"
        "[About 2012.05012](https://www.alphaxiv.org/abs/math.GT/0309136)\n"
        "---\n"
        "- buy milk\n"
        "## 已读\n"
        "2509.00004\n"
        "2509.00001\n"
    )

    assert read_references(text) == Imported(
        "markdown",
        (
            ImportedPaper("2509.00001", READING),
            ImportedPaper("2509.00002", READING),
            ImportedPaper("2509.00003", READING),
            ImportedPaper("math/0309136", READING),
            ImportedPaper("2509.00004", READ),
        ),
        (NotUnderstood(6, "- buy milk", NO_ID),),
    )


def test_a_file_that_names_no_paper_may_be_named_by_one() -> None:
    assert ids("", "2509.21240v2.pdf") == ids(b"%PDF-1.7 \x00", "arXiv_2509.21240.pdf") == ["2509.21240"]
    assert ids("", "notes.txt") == []


def test_a_paper_that_comes_twice_is_one() -> None:
    text = (
        "@misc{a, eprint={2509.21240}, keywords={x}}\n@misc{b, eprint={2509.21240}, keywords={y}, annote={N}}"
    )

    assert read_references(text).papers == (ImportedPaper("2509.21240", None, ("x", "y"), "N"),)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
def test_a_file_in_any_common_encoding_is_read(encoding: str) -> None:
    text = "@misc{a, eprint={2509.21240}, annote={Élan naïf, déjà vu}}"

    assert read_references(text.encode(encoding)).papers == (
        ImportedPaper("2509.21240", None, (), "Élan naïf, déjà vu"),
    )


def test_too_much_is_refused_in_a_sentence() -> None:
    ids_on_a_line = " ".join(f"2509.{number:05}" for number in range(MOST_ENTRIES + 1))

    assert (
        read_references("x" * 5_000_001)
        == read_references(b"x" * 5_000_001)
        == Imported("", refusal=TOO_LARGE)
    )
    assert read_references("x\n" * (MOST_ENTRIES + 1)) == Imported("markdown", refusal=TOO_MANY)
    assert read_references(ids_on_a_line) == Imported("markdown", refusal=TOO_MANY)
    assert len(read_references(ids_on_a_line[:-11]).papers) == MOST_ENTRIES
    assert "5 MB" in words_for("en")(TOO_LARGE)
    assert "10,000" in words_for("zh-CN")(TOO_MANY)


PIECES = st.sampled_from(
    [
        *(
            "@misc{",
            "@a(",
            "{",
            "}",
            '"',
            ",",
            "=",
            "#",
            "\n",
            "\r",
            "eprint=",
            "2509.21240",
            "\\",
            "\x00",
            "\ud800",
        ),
        *("TY  - ", "ER  - ", "KW  - ", "[", "]", "https://arxiv.org/abs/", "Title,DOI\n", ";", "- ", "  > "),
        "  - Tags: ",
    ]
)


@given(st.lists(PIECES | text, max_size=60).map("".join))
def test_anything_gets_an_answer(content: str) -> None:
    imported = read_references(content)

    assert imported.refusal == ""
    assert all(paper.paper_id and "\r" not in paper.note for paper in imported.papers)


@given(st.binary())
def test_any_bytes_get_an_answer(content: bytes) -> None:
    assert isinstance(read_references(content), Imported)


def test_the_tags_of_a_paper_with_a_comma_stay_apart() -> None:
    tagged = replace(OAKS, tags=("a;b", "c,d", "e"))

    assert [read_references(export(name, [tagged])).papers[0].tags for name in FORMATS] == [
        tagged.tags
    ] * len(FORMATS)


def test_a_file_of_json_that_breaks_off_keeps_its_whole_items_and_the_ids_of_the_rest() -> None:
    text = export("csl-json", [OAKS, ELMS])

    assert read_references(text[: text.rindex("custom")]).papers == (
        kept(OAKS),
        ImportedPaper("math/0309136"),
    )


@pytest.mark.parametrize("rows", [2, 10_000])
def test_a_quote_without_its_end_costs_a_table_tags_and_notes_but_no_paper(rows: int) -> None:
    lines = [f"2509.{number:05},x,y" for number in range(rows - 2)]
    text = "\n".join(["arXiv id,Tags,Note", "2508.00001,x,", '2508.00002,"x,', *lines])

    assert ids(text) == ["2508.00001", "2508.00002", *(line[:10] for line in lines)]
