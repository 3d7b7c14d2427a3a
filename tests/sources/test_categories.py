"""arXiv's categories as people type them, and the papers that are in them."""

import pytest

from bot.errors import UnknownCategoryError
from bot.sources.categories import CATEGORIES, first_in_category, read_category


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("cs.CL", "cs.CL"),
        ("cs.cl", "cs.CL"),
        (" CS.cl ", "cs.CL"),
        ("cs", "cs.*"),
        ("cs.*", "cs.*"),
        ("Physics.Optics", "physics.optics"),
        ("quant-ph", "quant-ph"),
        ("cs.sy", "cs.SY"),
        ("cmp-lg", "cmp-lg"),
        ("astro-ph", "astro-ph.*"),
        ("cs*", "cs.*"),
        ("cs-CL", "cs.CL"),
        ("Astro-ph-GA", "astro-ph.GA"),
        ("cond-mat-mes-hall", "cond-mat.mes-hall"),
        ("arxiv:cs.CL", "cs.CL"),
        ("arXiv: stat", "stat.*"),
    ],
)
def test_a_category_is_read_in_any_case(typed: str, name: str) -> None:
    assert read_category(typed) == name


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [
        ("cs.CLL", ("cs.CL", "cs.SC", "cs.PL")),
        ("ml", ("stat.ML",)),
        ("cs.ML", ("stat.ML", "cs.PL", "cs.MS")),
        ("weeding", ()),
        ("", ()),
    ],
)
def test_what_arxiv_does_not_have_is_refused_with_the_nearest_names(
    typed: str, nearest: tuple[str, ...]
) -> None:
    with pytest.raises(UnknownCategoryError) as refusal:
        read_category(typed)

    assert refusal.value.nearest == nearest


@pytest.mark.parametrize(
    ("wanted", "categories", "found"),
    [
        (["cs.CL"], ["cs.AI", "cs.CL"], "cs.CL"),
        (["cs.CL"], ["cs.AI"], ""),
        (["cs.*"], ["cs.AI"], "cs.*"),
        (["cs.*"], ["stat.ML"], ""),
        (["cs.SY"], ["eess.SY"], "cs.SY"),
        (["eess.SY"], ["cs.SY"], "eess.SY"),
        (["cs.*"], ["eess.SY"], "cs.*"),
        (["eess.*"], ["cs.SY"], "eess.*"),
        (["math-ph"], ["math.MP"], "math-ph"),
        (["stat.TH"], ["math.ST"], "stat.TH"),
        (["cs.CL"], ["cmp-lg"], "cs.CL"),
        (["cmp-lg"], ["cs.CL"], "cmp-lg"),
        (["astro-ph.*"], ["astro-ph"], "astro-ph.*"),
        (["cs.CV", "cs.LG"], ["cs.LG", "cs.CV"], "cs.CV"),
        ([], ["cs.LG"], ""),
    ],
)
def test_aliases_and_whole_archives_are_known(wanted: list[str], categories: list[str], found: str) -> None:
    assert first_in_category(wanted, categories) == found


def test_every_category_is_read_as_itself() -> None:
    assert {read_category(name.lower()) for name in CATEGORIES} == CATEGORIES
