"""Summaries with one figure changed, and by another way than ours what a text has and what it gives."""

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from bot.documents.digest_file import parse
from bot.summaries.figures import StatedFigure, numbers_in, stated_figures
from bot.summaries.numerals import Bound, Number
from bot.text.mrkdwn import without_bold
from storage.records import SUMMARY_PARTS, Summary

_DIGITS = re.compile(r"[0-9０-９][0-9０-９,.]*")
_TRIES = 200


@dataclass(frozen=True)
class Changed:
    """A summary's parts of which one has a figure that was changed."""

    parts: Mapping[str, str]
    part: str
    figure: StatedFigure


def published_summaries(shared_data: Path) -> list[Summary]:
    names = ("2025-09-20-old-shape", "2025-09-23", "2025-09-29")
    files = [parse((shared_data / "digests" / f"{name}.md").read_text("utf-8")) for name in names]
    return [entry.summary for file in files for entry in file.entries if entry.summary]


def parts_of(summary: Summary) -> dict[str, str]:
    prose = {part: without_bold(getattr(summary, part)) for part in (*SUMMARY_PARTS[1:], "body")}
    return {"keywords": ", ".join(summary.keywords), **prose}


def figures_of(parts: Mapping[str, str], language: str) -> list[tuple[str, StatedFigure]]:
    return [(part, figure) for part, text in parts.items() for figure in stated_figures(text, language)]


def changed(
    parts: Mapping[str, str],
    figures: Sequence[tuple[str, StatedFigure]],
    language: str,
    generator: random.Random,
) -> Changed:
    """Change one of the figures to another that is written alike: as many digits, the same unit."""
    part, figure = generator.choice(figures)
    for _ in range(_TRIES):
        text = _with_other_digits(figure.text, generator)
        whole = parts[part][: figure.start] + text + parts[part][figure.end :]
        after = [each for each in stated_figures(whole, language) if each.start == figure.start]
        if after and after[0].text == text and text != figure.text:
            return Changed({**parts, part: whole}, part, after[0])
    raise AssertionError(f"{figure.text} cannot be changed in {parts[part]}")


def _with_other_digits(text: str, generator: random.Random) -> str:
    if not _DIGITS.search(text):
        return str(generator.randrange(11, 100))
    return re.sub(r"[0-9０-９]", lambda digit: _other_digit(digit, text, generator), text)


def _other_digit(digit: re.Match[str], text: str, generator: random.Random) -> str:
    is_first = digit.start() == 0 or not text[digit.start() - 1].isdecimal()
    is_zero = text[digit.start() : digit.start() + 2] == "0."
    return "0" if is_zero else str(generator.randrange(1 if is_first else 0, 10))


def has_or_gives(text: str, number: Number) -> bool:
    """Whether the number, as closely as it is told, is any in the text or comes of any two.

    It comes of two as their sum, difference or ratio, or as what one is more or less than the other.
    """
    values = [float(each.value) for each in numbers_in(text)]
    values += [float(raw.replace(",", "").rstrip(".")) for raw in re.findall(r"[0-9][0-9,]*\.?[0-9]*", text)]
    pairs = list(combinations(set(values), 2))
    reachable = [
        *values,
        *(value * 100 for value in values),
        *(value / 100 for value in values),
        *(abs(first - second) for first, second in pairs),
        *(first + second for first, second in pairs),
        *(
            part
            for pair in pairs
            for ratio in _ratios(*pair)
            for part in (ratio, 100 * ratio, 100 * abs(1 - ratio))
        ),
    ]
    is_exact = not number.is_about and number.bound is Bound.NONE
    step = float(number.step if is_exact else number.round_step)
    slack = (0.5 if is_exact else 1) * step * (1 + 1e-9) if number.digits > 1 else 1e-9
    wanted = [float(reading.value) for reading in number.readings]
    return any(abs(value - want) <= slack for value in reachable for want in wanted)


def _ratios(first: float, second: float) -> list[float]:
    return [first / second, second / first] if first and second else []
