"""The numbered sentences of a paper that a model is given, and the claims that rest on them; pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class NumberedSentence:
    """A sentence or a table row of a paper, under the number by which a model names it."""

    #: From 1, as the model sees it.
    number: int
    #: The paper's own words.
    text: str
    #: The heading under which it stands; "Abstract" for the abstract's, "" where it is unknown.
    section: str
    #: Sentences of one paragraph share it; each table row has its own.
    paragraph: int


@dataclass(frozen=True, slots=True)
class NumberedText:
    """The text that a model is given, sentence by sentence."""

    sentences: tuple[NumberedSentence, ...]
    _by_number: dict[int, NumberedSentence] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_number", {each.number: each for each in self.sentences})

    def find(self, number: int) -> NumberedSentence | None:
        """Return the sentence with a number, `None` where the text has none."""
        return self._by_number.get(number)

    def neighbours(self, number: int) -> tuple[NumberedSentence, ...]:
        """Return the sentences right before and after one, within its paragraph."""
        middle = self.find(number)
        beside = (self.find(number - 1), self.find(number + 1))
        return tuple(each for each in beside if middle and each and each.paragraph == middle.paragraph)

    def named(self, numbers: Iterable[int]) -> tuple[NumberedSentence, ...]:
        """Return the sentences with these numbers, each once; numbers that do not exist are left out."""
        return tuple(found for number in dict.fromkeys(numbers) if (found := self.find(number)))


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of a summary, and the sentences of the paper that the model rests it on."""

    #: "problem", "method", "results", "takeaway" or "tldr".
    part: str
    text: str
    #: As the model gave them: they may not exist.
    numbers: tuple[int, ...]
    #: Whether it has no numbers on purpose, as what the takeaway concludes.
    is_inference: bool
