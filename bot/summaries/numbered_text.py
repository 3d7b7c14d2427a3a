"""Numbers the sentences of a paper's text, for a model to name those that it relies on; pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.summaries.evidence import NumberedSentence, NumberedText
from bot.summaries.passages import paragraphs

LEFT_OUT = "[…]"
"""The line that marks where text is left out."""

ABSTRACT = "Abstract"
"""The section of what stands in the abstract."""

_NUMBER = re.compile(r"#(?=[0-9])")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a paper's text without a heading or a gap within it."""

    #: Paragraphs, or printed lines.
    text: str
    #: The heading of its section, empty where that is unknown.
    section: str = ""
    #: The headings right above it, a line each.
    heading: str = ""
    #: Whether something is left out before it.
    is_after_gap: bool = False


def numbered(stretches: Iterable[Stretch]) -> NumberedText:
    """Return the sentences of the text under the numbers by which `written` tells them to a model."""
    return NumberedText(
        tuple(each for _, found in _paragraphs(stretches) for paragraph in found for each in paragraph)
    )


def written(stretches: Iterable[Stretch]) -> str:
    """Return the text as a model reads it: a paragraph, row or heading a line, `#12` before each sentence.

    Headings have no number, since they claim nothing. Whatever looks like a number of ours in the paper's
    own words is written apart, as `# 12`.
    """
    lines: list[str] = []
    for stretch, found in _paragraphs(stretches):
        lines += [LEFT_OUT] if stretch.is_after_gap else []
        lines += [apart(stretch.heading)] if stretch.heading else []
        lines += [" ".join(f"#{each.number} {apart(each.text)}" for each in paragraph) for paragraph in found]
    return "\n".join(lines)


def apart(text: str) -> str:
    """Return the text with what looks like one of our numbers written apart."""
    return _NUMBER.sub("# ", text)


def _paragraphs(
    stretches: Iterable[Stretch],
) -> Iterator[tuple[Stretch, list[list[NumberedSentence]]]]:
    number, paragraph = 0, 0
    for stretch in stretches:
        found: list[list[NumberedSentence]] = []
        for texts in paragraphs(stretch.text):
            paragraph += 1
            first, number = number + 1, number + len(texts)
            found.append(
                [
                    NumberedSentence(at, text, stretch.section, paragraph)
                    for at, text in enumerate(texts, start=first)
                ]
            )
        yield stretch, found
