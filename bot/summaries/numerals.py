"""Reads numbers in digits and in words; pure."""

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

_LONGEST = 18
"""The most digits: a longer run is a hash or an identifier."""

_LARGEST_EXPONENT = 30


class Kind(StrEnum):
    """What a number means, by what follows it."""

    PLAIN = "plain"
    PERCENT = "percent"
    #: Percentage points, or points of a score.
    POINTS = "points"
    MULTIPLE = "multiple"


class Bound(StrEnum):
    """On which side of a number the true one may lie."""

    NONE = "none"
    #: As in over 300, at least 300 and 300多.
    ABOVE = "above"
    #: As in nearly 300, up to 300 and 近300.
    BELOW = "below"


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written in a text."""

    #: Without its sign.
    value: Decimal
    #: The value of one in its last written place.
    step: Decimal
    kind: Kind = Kind.PLAIN
    #: Whether it is approximate, as in about 300 or 约300.
    is_about: bool = False
    bound: Bound = Bound.NONE
    #: Whether it counts things that are named right after it, so that it is no share and no factor.
    is_of_things: bool = False
    #: A second reading: `1.234` is a little over one, or in German more than a thousand.
    other: "Number | None" = None

    @property
    def digits(self) -> int:
        """The number of written digits without leading zeros."""
        return len(str(int(self.value / self.step)))

    @property
    def telling_digits(self) -> int:
        """The number of digits that distinguish it: `digits` without a whole number's trailing zeros."""
        written = str(int(self.value / self.step))
        return len(written if self.step < 1 else written.rstrip("0"))

    @property
    def round_step(self) -> Decimal:
        """The value of one in its last place that is no trailing zero: 1,000 for 97,000."""
        written = str(int(self.value / self.step))
        zeros = len(written) - len(written.rstrip("0")) if self.step >= 1 and self.value else 0
        return self.step * Decimal(10) ** zeros

    @property
    def readings(self) -> "tuple[Number, ...]":
        """All readings, the likelier one first."""
        return (self, self.other) if self.other else (self,)


# --- Digits ----------------------------------------------------------------------------------------------

_POINT = re.compile(r"[0-9]+(?:\.[0-9]+)?|\.[0-9]+")
_POINT_THOUSANDS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_COMMA = re.compile(r"[0-9]+,[0-9]+")
_COMMA_THOUSANDS = re.compile(r"[0-9]{1,3}(?:[. ][0-9]{3})+(?:,[0-9]+)?")


def read_digits(written: str, *, decimal_comma: bool = False) -> tuple[Number, ...]:
    """Read digits with points and commas; several numbers where commas only separate them.

    A comma before three digits groups thousands. `decimal_comma` is for languages with a comma before the
    decimals; since texts in them may also write as English does, both readings are kept. Digits with two
    points are a version, a date or an address, and give nothing.
    """
    written = written.replace("{,}", ",").replace(" ,", ",").replace(" .", ".")
    if len(written) > _LONGEST:
        return ()
    readings = [*_with_comma(written)] if decimal_comma else []
    readings += _with_point(written)
    if readings:
        first, *others = readings
        return (Number(first.value, first.step, other=others[0] if others else None),)
    pieces = written.split(",") if "," in written else written.split()
    if len(pieces) == 1:
        return ()
    return tuple(number for piece in pieces for number in read_digits(piece))


def _with_point(written: str) -> list[Number]:
    if _POINT.fullmatch(written) or _POINT_THOUSANDS.fullmatch(written):
        return [_number(written.replace(",", ""))]
    return []


def _with_comma(written: str) -> list[Number]:
    if _COMMA.fullmatch(written) or _COMMA_THOUSANDS.fullmatch(written):
        return [_number(written.replace(".", "").replace(" ", "").replace(",", "."))]
    return []


def _number(plain: str) -> Number:
    value = Decimal(plain)
    return Number(value, Decimal((0, (1,), min(0, int(value.as_tuple().exponent)))))


def scaled(number: Number, factor: Decimal) -> Number:
    """Return the number times a power of ten, as in `1.6` million."""
    other = scaled(number.other, factor) if number.other else None
    return replace(number, value=number.value * factor, step=number.step * factor, other=other)


def raised(number: Number, exponent: int) -> Number | None:
    """Return the number to a power, or `None` where the exponent is too large."""
    if abs(exponent) > _LARGEST_EXPONENT or number.value == 0 or number.value > _LARGEST_EXPONENT:
        return None
    value = number.value**exponent
    return Number(value, min(value, Decimal(1)), number.kind)


# --- Words -----------------------------------------------------------------------------------------------

_ENGLISH = {
    word: value
    for value, word in enumerate(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen twenty".split(),
        start=1,
    )
} | dict(zip("thirty forty fifty sixty seventy eighty ninety".split(), range(30, 100, 10), strict=True))

_ENGLISH_MULTIPLES = {
    "twice": 2, "double": 2, "doubles": 2, "doubled": 2, "doubling": 2, "twofold": 2, "thrice": 3,
    "triple": 3, "triples": 3, "tripled": 3, "tripling": 3, "threefold": 3, "fourfold": 4, "fivefold": 5,
    "tenfold": 10,
}  # fmt: skip

_HALF = frozenset({"half", "halve", "halves", "halved", "halving"})

ENGLISH_NUMERALS = (*_ENGLISH, *_ENGLISH_MULTIPLES, *_HALF)

_DIGITS = {
    sign: value for value, signs in enumerate("零〇 一 二两兩 三 四 五 六 七 八 九".split()) for sign in signs
}
_PLACES = {"十": 10, "百": 100, "千": 1000}
_MYRIADS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}

CJK_NUMERAL_SIGNS = "".join((*_DIGITS, *_PLACES, *_MYRIADS))


def read_english(word: str) -> Number | None:
    """Read an English number word up to 99 in lower case, alone or before a hyphen, as in `two-stage`."""
    first, _, second = word.partition("-")
    if first in _HALF:
        return Number(Decimal("0.5"), Decimal("0.1"))
    if first in _ENGLISH_MULTIPLES:
        return _whole(_ENGLISH_MULTIPLES[first], Kind.MULTIPLE)
    if first not in _ENGLISH:
        return None
    tens = _ENGLISH[first]
    ones = _ENGLISH.get(second, 0) if tens >= 20 else 0  # noqa: PLR2004 -- the first word that takes another
    return _whole(tens + (ones if ones < 10 else 0))  # noqa: PLR2004 -- one digit


def read_cjk(signs: str) -> Number | None:
    """Read a number in Chinese characters, such as `三`, `二十五` or `三百万`; `None` for other text."""
    total = section = digit = 0
    for sign in signs:
        if sign in _DIGITS:
            digit = digit * 10 + _DIGITS[sign]
        elif sign in _PLACES:
            section += (digit or 1) * _PLACES[sign]
            digit = 0
        else:
            total = (total + section + digit) * _MYRIADS[sign]
            section = digit = 0
    total += section + digit
    return _whole(total) if total and len(signs) <= _LONGEST else None


def _whole(value: int, kind: Kind = Kind.PLAIN) -> Number:
    return Number(Decimal(value), Decimal(1), kind)
