"""Authors' names in the parts that reference managers sort and abbreviate them by; pure.

Where a name ends and a family begins is no fact that arXiv gives: what is not surely a person's name stays
whole. BibTeX's own reading: https://tug.ctan.org/info/bibtex/tamethebeast/ttb_en.pdf, section 11.
"""

import re
from dataclasses import dataclass

from bot.references.reference import one_line
from bot.text.regex import regex

_GROUPS = frozenset(
    "collaboration collaborations committee community company consortium corporation foundation group inc "
    "initiative institute lab laboratory labs llc ltd network organisation organization project research "
    "society team teams university working".split()
)
_LOWER_PARTICLES = frozenset(
    "af al av bin da dal de del della den der des di do dos du el ibn la le ten ter van vom von y zu zum "
    "zur".split()
)
_CAPITAL_PARTICLES = frozenset(
    "Al Da Dal De Del Della Den Der Di Dos Du El La Le Ten Ter Van Von".split()  # as in G. De Lucia
)
_VIETNAMESE = frozenset("bui dang dinh do duong ho hoang huynh le ly ngo nguyen pham phan tran vo vu".split())
_SUFFIX = regex(r"(?:[JS]r\.?|I{2,3}|IV)", re.IGNORECASE)
_JOINED = regex(r"\s(?:and|&)\s|[;:/()\"]|[0-9]|\bet al\b", re.IGNORECASE)
_EAST_ASIAN = regex(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_MOST_WORDS_AROUND_A_COMMA = 3


@dataclass(frozen=True, slots=True)
class Name:
    """A person's name in parts, or a whole name that has none."""

    family: str
    given: str = ""
    #: A particle in lower case, as the "van" of Vincent van Gogh.
    particle: str = ""
    suffix: str = ""
    #: Whether it is a group's name, or a person's who has only one.
    is_whole: bool = False

    @property
    def sorted(self) -> str:
        """The name as lists are sorted by it: `van Gogh, Vincent`, `Ito, Ken, Jr.`."""
        family = f"{self.particle} {self.family}".strip()
        return ", ".join(part for part in (family, self.given, self.suffix) if part)


def split_name(text: str) -> Name:
    """Return a name in parts: as it is written on papers, the family last, or sorted with one comma."""
    name = one_line(text)
    words = name.replace(",", " , ").split()
    if len(words) == 1 or not words or _JOINED.search(name) or _names_a_group(words):
        return Name(name, is_whole=True)
    suffix = ""
    if len(words) > 2 and _SUFFIX.fullmatch(words[-1]):  # noqa: PLR2004 -- a given and a family name before it
        suffix = words.pop()
        words = words[:-1] if words[-1] == "," else words
    if "," in words:
        return _sorted_name(name, words, suffix)
    return _person(words, suffix)


def _names_a_group(words: list[str]) -> bool:
    parts = " ".join(words).replace("-", " ").replace(".", " ").split()
    # Ai is a name, AI is none.
    return "AI" in parts or not _GROUPS.isdisjoint(map(str.lower, parts))


def _sorted_name(name: str, words: list[str], suffix: str) -> Name:
    comma = words.index(",")
    family, given = words[:comma], words[comma + 1 :]
    if "," in given or not family or not given or max(len(family), len(given)) > _MOST_WORDS_AROUND_A_COMMA:
        return Name(name, is_whole=True)
    return Name(" ".join(family), " ".join(given), suffix=suffix)


def _person(words: list[str], suffix: str) -> Name:
    if all(_EAST_ASIAN.search(word) for word in words):
        return Name(words[0], " ".join(words[1:]), suffix=suffix)
    start = len(words) - 1
    while start > 1 and _is_particle(words[start - 1], words[-1]):
        start -= 1
    first = start
    while first < len(words) - 1 and words[first] in _LOWER_PARTICLES:
        first += 1
    particle, family = words[start:first], words[first:]
    return Name(" ".join(family), " ".join(words[:start]), " ".join(particle), suffix)


def _is_particle(word: str, family: str) -> bool:
    return word in _LOWER_PARTICLES or (word in _CAPITAL_PARTICLES and family.lower() not in _VIETNAMESE)
