import pytest

from bot.errors import UnknownCategoryError
from bot.sources.kinds import (
    ARXIV,
    DIGEST_FILE,
    HUGGING_FACE,
    OFFERED_SOURCES,
    SourceKind,
    kind_of,
    precedence,
    source_from,
)


@pytest.mark.parametrize(
    ("source", "kind"),
    [("digest-file", DIGEST_FILE), ("huggingface", HUGGING_FACE), ("arxiv:cs.CL+cs.LG", ARXIV)],
)
def test_a_source_is_of_the_kind_that_its_name_begins_with(source: str, kind: SourceKind) -> None:
    assert (kind_of(source), source_from(source)) == (kind, source)


@pytest.mark.parametrize("name", ["", "arxiv", "arxiv:", "arxiv:+", "huggingface:cs.CL", "elsewhere"])
def test_a_malformed_name_is_no_source(name: str) -> None:
    assert source_from(name) is None


@pytest.mark.parametrize(
    ("typed", "source"),
    [
        ("arxiv:cs.cl", "arxiv:cs.CL"),
        ("arXiv: CS.CL + stat.ml", "arxiv:cs.CL+stat.ML"),
        ("arxiv:cs.CL+cs.cl+", "arxiv:cs.CL"),
        ("arxiv:cs", "arxiv:cs"),
        ("arxiv:CS.*", "arxiv:cs"),
        ("Hugging Face", "huggingface"),
        ("Digest-File", "digest-file"),
    ],
)
def test_a_source_is_read_in_any_case(typed: str, source: str) -> None:
    assert source_from(typed) == source


def test_a_source_of_a_category_that_arxiv_does_not_have_is_refused() -> None:
    with pytest.raises(UnknownCategoryError) as refusal:
        source_from("arxiv:cs.CL+cs.CLL")

    assert refusal.value.found == "cs.CLL"


def test_a_source_of_a_later_version_is_shown_by_its_name_and_comes_last() -> None:
    assert kind_of("elsewhere:x").title == "elsewhere:x"
    assert sorted(["elsewhere:x", "arxiv:cs.CL", "digest-file"], key=precedence) == [
        "digest-file",
        "arxiv:cs.CL",
        "elsewhere:x",
    ]


def test_every_offered_source_is_well_formed() -> None:
    assert [*map(source_from, OFFERED_SOURCES)] == [*OFFERED_SOURCES]
