"""One figure: the bot's work beside other work that was measured in the same runs."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured; the short form only shows that everything still works."""

    runs: int
    #: How many papers there are in the searches.
    papers: tuple[int, ...]
    #: How many channels get a digest at once.
    channels: tuple[int, ...]
    #: How many days of lists are imported.
    days: int
    #: How many commands one bot answers before its memory is looked at again.
    commands: int
    #: How many digests each worker opens and records.
    digests: int
    #: How often a card is made in one run.
    cards: int
    #: The folder for databases, on a disk.
    folder: Path
    #: The recorded papers; `None` where this machine has none.
    recorded: Path | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was measured in each run, ours and the other's; the same place is the same run."""

    what: str
    against: str
    unit: str
    ours: tuple[float, ...]
    beside: tuple[float, ...]
    #: Counts that say whether all went well, by their names.
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def ratios(self) -> tuple[float, ...]:
        """How many times the other's each run took, from the least to the most."""
        return tuple(sorted(one / other for one, other in zip(self.ours, self.beside, strict=True)))

    @property
    def ratio(self) -> float:
        """The median of all runs."""
        return median(self.ratios)


Measure = Callable[[Scale], AsyncIterator[Comparison]]
"""Yields each comparison as soon as it is measured."""
