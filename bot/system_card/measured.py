"""What the checks of figures can promise, as measured and held by `tests/benchmarks/`."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

SOURCE = "tests/benchmarks/test_grounding_bench.py"
"""Where all of this is measured, and held."""

FOUND_BY_CHANCE: Mapping[int, float] = MappingProxyType({10: 3.2, 100: 8.5, 300: 13.1})
"""Of 100 figures changed at random, how many are found all the same, by how many figures the text has."""

EXCHANGED_WITHIN_A_PART = 4.9
"""Of 100 figures that changed places with another one of the same part of a summary, how many are marked."""

EXCHANGED_BETWEEN_PARTS = 47.6
"""Of 100 figures that changed places with one of another part of a summary, how many are marked."""

IN_THE_ABSTRACT = 42.0
"""Of 100 figures of published summaries, how many are found in the papers' abstracts alone."""


CLAIMS_SOURCE = "tests/benchmarks/test_claims_bench.py"
"""Where the checks of single sentences are measured, on summaries that others published."""

CLAIMS_WITHIN = 2.0
"""How far, of 100, those rates may be from these: the cases are drawn at random."""

CLAIMS: Mapping[str, float] = MappingProxyType(
    {
        "unmarked_one_digit": 4.0,
        "unmarked_swapped": 25.0,
        "unmarked_percent_as_points": 5.0,
        "unmarked_percent_dropped": 5.0,
        "unmarked_direction": 35.0,
        "unmarked_direction_in_results": 24.0,
        "unmarked_name": 3.0,
        "true_figure_not_found": 0.3,
        "true_figure_elsewhere": 1.5,
        "true_name_not_found": 0.5,
        "true_direction_opposed": 2.0,
        "true_shares_nothing": 1.0,
    }
)


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


OF_CLAIMS: tuple[Rate, ...] = ()
"""The rates of what is checked of a sentence against the sentences of the paper that it names."""

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
