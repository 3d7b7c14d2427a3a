import pytest

from bot.sources.kinds import (
    ARXIV,
    DIGEST_FILE,
    HUGGING_FACE,
    OFFERED_SOURCES,
    SourceKind,
    is_source,
    kind_of,
    precedence,
)


@pytest.mark.parametrize(
    ("source", "kind"),
    [("digest-file", DIGEST_FILE), ("huggingface", HUGGING_FACE), ("arxiv:cs.CL+cs.LG", ARXIV)],
)
def test_a_source_is_of_the_kind_that_its_name_begins_with(source: str, kind: SourceKind) -> None:
    assert (kind_of(source), is_source(source)) == (kind, True)


@pytest.mark.parametrize("name", ["", "arxiv", "arxiv:", "arxiv:cs.CL+", "huggingface:cs.CL", "elsewhere"])
def test_a_malformed_name_is_no_source(name: str) -> None:
    assert not is_source(name)


def test_a_source_of_a_later_version_is_shown_by_its_name_and_comes_last() -> None:
    assert kind_of("elsewhere:x").title == "elsewhere:x"
    assert sorted(["elsewhere:x", "arxiv:cs.CL", "digest-file"], key=precedence) == [
        "digest-file",
        "arxiv:cs.CL",
        "elsewhere:x",
    ]


def test_every_offered_source_is_well_formed() -> None:
    assert all(map(is_source, OFFERED_SOURCES))
