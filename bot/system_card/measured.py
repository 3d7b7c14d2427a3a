"""What the checks of figures can promise, as measured and held by `tests/benchmarks/`."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

SOURCE = "tests/benchmarks/test_grounding_bench.py"
"""Where all of this is measured, and held."""

FOUND_BY_CHANCE: Mapping[int, float] = MappingProxyType({10: 4.0, 100: 6.5, 300: 11.1})
"""Of 100 figures changed at random, how many are found all the same, by how many figures the text has."""

EXCHANGED_WITHIN_A_PART = 5.0
"""Of 100 figures that changed places with another one of the same part of a summary, how many are marked."""

EXCHANGED_BETWEEN_PARTS = 47.6
"""Of 100 figures that changed places with one of another part of a summary, how many are marked."""

IN_THE_ABSTRACT = 40.2
"""Of 100 figures of published summaries, how many are found in the papers' abstracts alone."""

CLAIMS_SOURCE = "tests/benchmarks/test_claims_bench.py"
"""Where the checks of single sentences are measured, on summaries that others published."""

CLAIMS_WITHIN = 3.0
"""How far, of 100, those rates may be from these: the cases are drawn at random."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A measured rate."""

    id: str
    #: What it is the share of, as a sentence without the figure.
    what: str
    #: Of 100.
    percent: float
    #: The test that measures it.
    source: str = SOURCE


_UNMARKED = " without a mark, where the model named the right sentences"

OF_CLAIMS: tuple[Rate, ...] = (
    Rate("unmarked_one_digit", f"A figure has one digit changed{_UNMARKED}", 3.2, CLAIMS_SOURCE),
    Rate("unmarked_swapped", f"Two figures of one sentence change places{_UNMARKED}", 19.9, CLAIMS_SOURCE),
    Rate("unmarked_percent_as_points", f"Per cent becomes points{_UNMARKED}", 1.8, CLAIMS_SOURCE),
    Rate("unmarked_percent_dropped", f"A per cent sign is dropped{_UNMARKED}", 2.0, CLAIMS_SOURCE),
    Rate("unmarked_direction", f"A word of direction is turned round{_UNMARKED}", 22.6, CLAIMS_SOURCE),
    Rate(
        "unmarked_direction_in_results",
        f"A word of direction in the results is turned round{_UNMARKED}",
        18.9,
        CLAIMS_SOURCE,
    ),
    Rate("unmarked_name", f"A name is replaced by another paper's{_UNMARKED}", 4.4, CLAIMS_SOURCE),
    Rate("true_figure_not_found", "A true figure is marked as not in the paper", 0.2, CLAIMS_SOURCE),
    Rate("true_figure_elsewhere", "A true figure is told to stand elsewhere", 2.2, CLAIMS_SOURCE),
    Rate("true_name_not_found", "A true name is marked", 0.4, CLAIMS_SOURCE),
    Rate("true_direction_opposed", "A true sentence is marked for its direction", 2.3, CLAIMS_SOURCE),
    Rate("true_baseline_elsewhere", "A true sentence is marked for its baseline", 0.1, CLAIMS_SOURCE),
    Rate("true_shares_nothing", "A true sentence is told to share nothing", 0.2, CLAIMS_SOURCE),
)
"""What the checks miss, and mark wrongly, of a sentence against the sentences of the paper that it names."""

CLAIMS: Mapping[str, float] = MappingProxyType({rate.id: rate.percent for rate in OF_CLAIMS})

RATES = (
    *OF_CLAIMS,
    *(
        Rate(
            f"altered_figure_unmarked_{figures}",
            f"A figure changed at random is found by chance, and carries no mark, in a text with {figures}"
            " figures",
            percent,
        )
        for figures, percent in FOUND_BY_CHANCE.items()
    ),
    Rate(
        "exchanged_figure_marked_within_a_part",
        "A figure that changed places with another one of the same part is marked, in a text as short as "
        "a summary",
        EXCHANGED_WITHIN_A_PART,
    ),
    Rate(
        "exchanged_figure_marked_between_parts",
        "A figure that changed places with one of another part is marked, in a text as short as a summary",
        EXCHANGED_BETWEEN_PARTS,
    ),
    Rate(
        "published_figure_found_in_abstract",
        "A figure of a published summary is found if only the abstract could be read",
        IN_THE_ABSTRACT,
    ),
)
