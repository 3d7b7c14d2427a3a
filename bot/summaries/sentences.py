"""Splits scientific text into sentences, minding "et al.", "Fig. 3" and "i.e."; pure."""

import re

_END = re.compile(r"(?:(?<![.!?])[.!?]++[\"'”’)\]}*]*+(?=\s)|[。！？]+[”’」』）]*)\s*")
_LAST_WORD = re.compile(r"[^\s(\[{\"“‘,;:/–—-]+$")
_LONGEST_WORD = 60
_LONGEST_BEFORE = 200
"""As much of a sentence is looked at where it may end: all of it at each full stop would be quadratic."""

_NEXT_WORD = re.compile(r"(?:\\[a-z]+\{|[\"'“‘(\[{*$])*(\w+)")

_NEVER_ENDS = frozenset(
    "e.g i.e cf vs viz fig figs eq eqs sec secs sect tab ref refs app thm lem prop ch vol pp p approx resp "
    "ca w.r.t s.t a.k.a i.i.d dr prof mr mrs ms st jr sr ph.d".split()
)
_BEFORE_A_NUMBER = frozenset({"no", "nos", "art", "ver"})
_MAY_END = frozenset({"al", "etc", "inc", "ltd", "co", "corp", "u.s", "u.k", "a.m", "p.m"})
_OPENERS = frozenset(
    "A Across All Although An And As At Based Because Besides Both But By Code Compared Crucially Despite "
    "Empirical Empirically Evaluations Existing Experimental Experiments Extensive Finally First For Further "
    "Furthermore Given Here Hence How However If In Instead It Its Moreover Most Motivated Nevertheless "
    "Notably On Our Overall Recent Recently Results Second Since Specifically Such That The Their Then There "
    "Therefore These They Third This Through Thus To Today Unlike Using We What When Where Whereas Whether "
    "While With Yet".split()
)
"""Words that often open sentences and seldom follow an abbreviation within one."""


def sentences(text: str) -> list[str]:
    """Return the text's sentences unchanged, without surrounding white space.

    Where a full stop may belong to an abbreviation or an initial, the next word decides; in doubt two
    sentences stay together.
    """
    found, start = [], 0
    for end in _END.finditer(text):
        before = text[max(start, end.start() - _LONGEST_BEFORE) : end.start()]
        after = text[end.end() : end.end() + _LONGEST_WORD]
        if after and _ends_a_sentence(before, end[0], after):
            found.append(text[start : end.end()].strip())
            start = end.end()
    return [*found, *filter(None, [text[start:].strip()])]


def _ends_a_sentence(before: str, end: str, after: str) -> bool:
    if end[0] in "。！？":
        return True
    following = _NEXT_WORD.match(after)
    word = following[1] if following else ""
    if word.islower() and not word.isdigit():
        return False
    if end[0] != "." or end.startswith(".."):
        return True
    last = _LAST_WORD.search(before[-_LONGEST_WORD:])
    return not last or _is_closed(last[0], before, word)


def _is_closed(last: str, before: str, following: str) -> bool:
    """Whether a full stop after the word `last` ends the sentence."""
    name = last.lower()
    if name in _NEVER_ENDS or (name in _BEFORE_A_NUMBER and following.isdigit()):
        return False
    if name in _MAY_END or (len(last) == 1 and last.isupper()):
        return following in _OPENERS
    return not (last.isdigit() and last == before.strip())
