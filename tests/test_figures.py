"""What was measured: the report, the pictures, and the tables that are written from the same figures."""

import json
import runpy
from pathlib import Path
from typing import Any

from tests.benchmarks.measured.comparison import Comparison
from tests.benchmarks.measured.report import as_json, table

DOCS = Path(__file__).parents[1] / "docs"
SCRIPT = runpy.run_path(str(DOCS / "draw_figures.py"))
SEARCHES = [
    Comparison(f"a search for 3 of a paper's words, {papers} papers", against, "ms", (ours,), (beside,))
    for papers, ours in (("10,000", 12.0), ("100,000", 20.0))
    for against, beside in (("the bare FTS5 query", ours / 4), ("a scan with LIKE", ours * 9))
]


def measured() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((DOCS / "figures.json").read_text(encoding="utf-8"))
    return loaded


def test_a_ratio_is_the_median_of_the_runs_in_pairs() -> None:
    compared = Comparison("a save", "an insert", "ms", (2.0, 9.0, 4.0), (1.0, 3.0, 1.0))

    assert (compared.ratio, compared.ratios) == (3.0, (2.0, 3.0, 4.0))


def test_the_report_has_each_comparison_with_its_counts() -> None:
    found = [Comparison("a rush", "the limits", "s", (36.0,), (35.0,), {"lost": 0})]
    _, *lines = table(found).splitlines()

    assert lines == [
        "what            takes  against     takes  ratio  least to most",
        "a rush, 0 lost  36 s   the limits  35 s   1.03   1.03–1.03",
    ]
    assert as_json(found)["figures"] == [
        {
            "what": "a rush",
            "against": "the limits",
            "unit": "s",
            "ours": [36.0],
            "beside": [35.0],
            "ratio": 1.029,
            "least": 1.029,
            "most": 1.029,
            "counts": {"lost": 0},
        }
    ]


def test_the_growth_of_a_search_is_drawn_from_the_figures() -> None:
    figures = as_json(SEARCHES)["figures"]
    [(name, panels)] = SCRIPT["pictures"](figures).items()

    assert name == "growth"
    assert [(line.name, line.points) for line in panels[0].lines] == [
        ("/papers", (("10,000", 12.0), ("100,000", 20.0))),
        ("bare FTS5", (("10,000", 3.0), ("100,000", 5.0))),
        ("a scan", (("10,000", 108.0), ("100,000", 180.0))),
    ]


def test_the_pictures_and_tables_are_those_of_the_figures() -> None:
    figures = measured()["figures"]
    drawn = {
        f"{name}-{theme.name}.svg": SCRIPT["svg"](panels, theme)
        for name, panels in SCRIPT["pictures"](figures).items()
        for theme in SCRIPT["THEMES"]
    }
    readme = (DOCS.parent / "README.md").read_text(encoding="utf-8")

    assert drawn == {name: (DOCS / name).read_text(encoding="utf-8") for name in drawn}
    assert set(drawn) == {
        f"{name}-{theme}.svg" for name in ("growth", "workers") for theme in ("light", "dark")
    }
    assert (DOCS / "measured.md").read_text(encoding="utf-8") == SCRIPT["page"](measured())
    assert SCRIPT["with_table"](readme, measured()) == readme
