"""Looks up a summary's names in the paper, however both write them; pure.

A name is a word in Latin letters with a capital or a digit: a model, a data set, an acronym, a person. The
paper may write it with spaces or hyphens in other places, in the plural, as a part of a longer name, or, for
an acronym, as the words that it stands for. What is written in small letters only is no name.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import accumulate, pairwise
from unicodedata import normalize

from bot.summaries.figures import StatedFigure
from bot.summaries.measures import measures_in

# Letters with accents too, as in Schrödinger.
_LATIN = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
_NAME = re.compile(rf"(?<![{_LATIN}0-9\\])[{_LATIN}][{_LATIN}0-9]*+(?:(?:[-_.@+&'’·–]|²)?[{_LATIN}0-9]++)*+")
# An address begins at its word, else a row of "@" would be read from each of them to its end.
_MATHS = re.compile(r"\$[^$]{0,200}\$|\\[A-Za-z]+|https?://\S+|(?<!\S)@*+[^\s@]++@\S+\.\S+")
_WRITTEN_OTHERWISE = str.maketrans("\u2010\u2011₀₁₂₃₄₅₆₇₈₉", "--0123456789")
_PIECE = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_WORD = re.compile(r"[A-Za-z0-9]+")
_JOINTS = re.compile(r"[-_.@+&'’·–]")
_SENTENCE_START = re.compile(r"(?:^|[.!?:;。！？：；]\s*[\"“‘(（]?|[(（“\"‘•*-]\s*)$")
_CJK_AROUND = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")

_SHORT = 3
"""So few letters are found by chance within other words, and count only as a word of their own."""

_PREFIXED = re.compile("([a-z])[a-z]{0,2}([A-Z]{2,})")

_VERSION = re.compile(
    rf"(?<![{_LATIN}0-9-])([A-Z][A-Za-z]{{2,30}})\s([1-9](?:\.[0-9])?|(?:19|20)[0-9]{{2}})"
    rf"(?![0-9.,]*[0-9%％×]|\s?[个個种種项項类類张張篇條条次步组組对對名位层層维維倍万亿百千年月天、/~至到-]|\s?%)"
)
"""A name and its version or year, as in `Gemma 4` and `ISIC 2018`, and no count of what follows."""
_BEFORE_VERSION = re.compile(
    r"(?<![A-Za-z0-9])([A-Za-z]{2,30}+)(?:(?P<listed>[\s-]?[0-9]{1,4}(?:\.[0-9]{1,2})?[/、和与])\s?"
    r"|(?:[\s-]?[0-9]{1,4}(?:\.[0-9]{1,2})?(?:[A-Za-z]{1,2}|(?=[\s-])))?[\s-]?v?)$"
)
"""A name and what may stand between it and a number of it: `Llama 3.1 8B`, `CIFAR-10/100`, `DINO v2`."""
_VERSION_AFTER = re.compile(r"[\s-]?v?[0-9]{1,4}(?![0-9])")
_LONGEST_BEFORE_VERSION = 48
_NUMBER = r"[0-9]{1,4}(?:\.[0-9]{1,2})?(?![0-9])"
_VERSIONED = re.compile(
    rf"(?<![{_LATIN}0-9])([A-Za-z]++)[-\s_']?({_NUMBER}(?:\s?(?:,|/|&|,?\s?and\b)\s?{_NUMBER}){{0,9}})"
)
"""A word and the numbers right after it, as in `ISIC 2018, 2019 and 2020`."""

_LONGEST_NAME = 100
_YEAR_DIGITS = 4
_LEAST_INITIALS = 3
_LEAST_LETTERS = 2
_MOST_INITIALS = 7
_TWICE = 2
_STEM = 5
_FUNCTION_WORDS = frozenset(
    "a an and are as at be by for from has have if in is it its no not of on or our so than that the their "
    "this to was we were which with can such these each both via when where but all et al".split()
)
_GENERIC = frozenset(
    """ai ml dl rl nlp cv llm lm gpu cpu tpu api sota gb mb kb tb fps hz khz mhz ghz id vs pdf url html
    json xml sql ok top best ours baseline github arxiv huggingface python pytorch i ii iii iv v vi a b c
    d e f g h k l m n p q r s t u w x y z table figure fig appendix section eq latex linux web ui gui iot
    ceo phd usa us uk eu auc auroc""".split()
)
"""Names of the trade that a summary may use of any paper."""

_WELL_KNOWN = frozenset(
    "cnn gnn rnn gan vae svm mri ct ehr moe cot dpo ppo grpo sft rlhf rag kl vlm vla".split()
)
"""Acronyms that everybody knows: a paper that has their words once has them."""


class NameIndex:
    """The words of a paper, for looking up names."""

    def __init__(self, text: str) -> None:
        plain = self._plain_text = _plain(text)
        pieces = _PIECE.findall(plain)
        self._squeezed = "".join(pieces).casefold()
        self._bounds = [0, *accumulate(map(len, pieces))]
        self._at_bound = frozenset(self._bounds)
        self._words = frozenset(_WORD.findall(plain))
        self._folded = frozenset(word.casefold() for word in self._words)
        self._sequence = _WORD.findall(plain.casefold())
        self._initials = "".join(word[0] for word in self._sequence)

    def foreign_names(self, text: str) -> tuple[str, ...]:
        """Return the names in a text that the paper does not have, each once, as they are written.

        A name that it has with other versions only, as Gemma 4 for Gemma 5, is one of them.
        """
        foreign = (
            text[start:end]
            for start, end in _places_of_names(text)
            if not self.has(text[start:end]) and not self._has_numbered(text, start, end)
        )
        return tuple(dict.fromkeys((*foreign, *self._foreign_versions(text))))

    def _has_numbered(self, text: str, start: int, end: int) -> bool:
        """Whether the paper writes a name as one with the number that follows it, as SAM2 for `SAM 2`."""
        version = _VERSION_AFTER.match(text, end)
        return version is not None and self._has_squeezed(_squeezed(_plain(text[start : version.end()])))

    def _foreign_versions(self, text: str) -> Iterator[str]:
        for stated in _VERSION.finditer(text):
            name, version = stated.groups()
            if _is_of_the_trade(name):
                continue
            known = self._versions.get(name.casefold(), ())
            if known and not any(_is_version(version, each) for each in known):
                yield stated[0]

    def without_versions(self, text: str, figures: Iterable[StatedFigure]) -> Iterator[StatedFigure]:
        """Yield the figures of a text but those that the paper writes as one with the name before them."""
        return (figure for figure in figures if not self._has_with_name(text, figure))

    def _has_with_name(self, text: str, figure: StatedFigure) -> bool:
        before = _plain(text[max(0, figure.start - _LONGEST_BEFORE_VERSION) : figure.start])
        name = _BEFORE_VERSION.search(before)
        if name is None or name[1].islower() or _is_of_the_trade(name[1]):
            return False
        number = _plain(figure.text)
        forms = {name[0] + number, name[1] + number} if name["listed"] else {name[0] + number}
        return any(self._has_squeezed(_squeezed(form)) for form in forms)

    @cached_property
    def _versions(self) -> defaultdict[str, set[str]]:
        """The numbers that the paper writes right after each word, in small letters."""
        known: defaultdict[str, set[str]] = defaultdict(set)
        for each in _VERSIONED.finditer(self._plain_text):
            known[each[1].casefold()].update(re.findall(_NUMBER, each[2]))
        return known

    def has(self, name: str) -> bool:
        """Whether the paper has a name in some notation."""
        plain = _plain(name)
        squeezed = _squeezed(plain)
        if squeezed in _GENERIC or squeezed.removesuffix("s") in _GENERIC:
            return True
        if self._has_word(plain) or self._has_written(plain, squeezed) or self._has_initials(plain):
            return True
        if self._has_prefixed(plain):
            return True
        pieces = [piece for piece in _JOINTS.split(plain) if piece]
        return len(pieces) > 1 and (
            self._has_acronym(pieces) or all(self._has_piece(piece) for piece in pieces)
        )

    def _has_word(self, plain: str) -> bool:
        """Whether the paper has a name as it is written, and not within a longer word."""
        text = self._plain_text
        start = text.find(plain)
        while start >= 0:
            around = text[max(0, start - 1) : start] + text[start + len(plain) : start + len(plain) + 1]
            if not _WORD.search(around):
                return True
            start = text.find(plain, start + 1)
        return False

    def _has_acronym(self, pieces: list[str]) -> bool:
        """Whether the paper has the acronym of three words or more, as CoT for Chain-of-Thought."""
        acronym = "".join(piece[0] for piece in pieces)
        return len(pieces) > _SHORT - 1 and not self._words.isdisjoint({acronym, acronym.upper()})

    def _has_prefixed(self, plain: str) -> bool:
        """Whether the paper writes an acronym's small letters as a word, as multiparametric MRI for mpMRI."""
        if not (match := _PREFIXED.fullmatch(plain)):
            return False
        first, acronym = match[1], match[2].casefold()
        return any(word == acronym and before.startswith(first) for before, word in pairwise(self._sequence))

    def _has_piece(self, piece: str) -> bool:
        """Whether the paper has a piece of a name: digits alone identify nothing."""
        folded = piece.casefold()
        return (
            len(piece) >= _LEAST_LETTERS
            and not piece.isdigit()
            and (folded in _GENERIC or self._has_written(piece, folded) or self._has_initials(piece))
        )

    def _has_written(self, plain: str, squeezed: str) -> bool:
        for form in _forms(squeezed):
            if len(form) <= _SHORT and form.isalpha():
                if self._has_short(plain, form):
                    return True
            elif self._has_squeezed(form):
                return True
        return False

    def _has_short(self, plain: str, form: str) -> bool:
        if not any(map(str.isupper, plain[1:])):
            return form in self._folded
        capitals = plain if plain.casefold() == form else plain[:-1]
        return any(each in self._words for each in (plain, capitals, f"{capitals}s", capitals.upper()))

    def _has_squeezed(self, form: str) -> bool:
        start = self._squeezed.find(form)
        while start >= 0:
            end = start + len(form)
            if start in self._at_bound and (end in self._at_bound or self._is_plural_end(end)):
                return True
            start = self._squeezed.find(form, start + 1)
        return False

    def _is_plural_end(self, end: int) -> bool:
        return self._squeezed[end : end + 1] == "s" and end + 1 in self._at_bound

    def _has_initials(self, plain: str) -> bool:
        """Whether the paper has a phrase, twice unless it is a well-known one, with these initials."""
        letters = plain.removesuffix("s")
        least = _LEAST_LETTERS if letters.casefold() in _WELL_KNOWN else _LEAST_INITIALS
        if not least <= len(letters) <= _MOST_INITIALS or not letters.isalpha():
            return False
        if sum(map(str.isupper, letters)) < _LEAST_LETTERS:
            return False
        phrases: Counter[tuple[str, ...]] = Counter()
        wanted = letters.casefold()
        start = self._initials.find(wanted)
        while start >= 0:
            phrase = self._sequence[start : start + len(wanted)]
            if _is_phrase(phrase):
                phrases[tuple(word[:_STEM] for word in phrase)] += 1
            start = self._initials.find(wanted, start + 1)
        return max(phrases.values(), default=0) >= (1 if wanted in _WELL_KNOWN else _TWICE)


def _is_phrase(words: list[str]) -> bool:
    return _FUNCTION_WORDS.isdisjoint((words[0], words[-1])) and all(len(word) > 1 for word in words)


def names_in(text: str) -> Iterator[str]:
    """Yield what looks like a name in a text: a Latin word with a capital or a digit.

    The first word of a sentence needs more than its first capital, unless the sentence goes on in Chinese,
    Japanese or Korean.
    """
    yield from (text[start:end] for start, end in _places_of_names(text))


def _places_of_names(text: str) -> Iterator[tuple[int, int]]:
    plain = _MATHS.sub(lambda maths: " " * len(maths[0]), text.translate(_WRITTEN_OTHERWISE))
    for match in _NAME.finditer(plain):
        if len(match[0]) <= _LONGEST_NAME and _is_name(match[0], plain, match.start()):
            yield match.span()


def _is_name(name: str, plain: str, start: int) -> bool:
    letters = sum(map(str.isalpha, name))
    if letters < _LEAST_LETTERS or (plain[max(0, start - 1) : start] or " ").isdigit():
        return False
    rest = name[1:]
    if any(map(str.isupper, rest)) or any(map(str.isdigit, rest)):
        return any(map(str.isupper, name)) or any(map(str.isdigit, name))
    if not name[0].isupper():
        return False
    near = plain[max(0, start - 12) : start + len(name) + 12]
    return bool(_CJK_AROUND.search(near)) or not _SENTENCE_START.search(plain[max(0, start - 4) : start])


def _is_version(stated: str, known: str) -> bool:
    """Whether a version is another, or one of its own as 3.1 of 3, or the last digits of its year."""
    longer, shorter = sorted((stated, known), key=len, reverse=True)
    is_year = len(longer) == _YEAR_DIGITS and len(shorter) == _YEAR_DIGITS // 2
    return stated == known or longer.startswith(f"{shorter}.") or (is_year and longer.endswith(shorter))


def _is_of_the_trade(name: str) -> bool:
    """Whether a number after a word is no version of it: `Top 5`, `AUC 93`."""
    return name.casefold() in _GENERIC or bool(measures_in(name))


def _squeezed(plain: str) -> str:
    return "".join(_WORD.findall(plain)).casefold()


def _forms(squeezed: str) -> Iterator[str]:
    yield squeezed
    if squeezed.endswith("s") and len(squeezed) >= _SHORT:
        yield squeezed[:-1]


def _plain(text: str) -> str:
    if text.isascii():
        return text
    text = text.translate(_WRITTEN_OTHERWISE)
    return "".join(each for each in normalize("NFKD", text) if not "\u0300" <= each <= "\u036f")
