"""Checks a model's summary before anybody reads it; pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from bot.summaries.evidence import Claim, NumberedText
from bot.summaries.grounding import SourceText, grounded
from bot.summaries.judgements import Judged, evidence_of, judged, regraded
from bot.summaries.languages import has_latin_letters, is_written_in
from bot.summaries.likeness import is_about
from bot.summaries.markup import balanced, without_markup
from bot.summaries.placeholders import says_something
from bot.summaries.question import MOST_KEYWORDS, OPTIONAL_PARTS, WORDS, Told, most_characters
from bot.summaries.second_reading import DECIDED, doubted, has_list
from bot.summaries.statements import joined
from bot.text.mrkdwn import ELLIPSIS, cut, without_bold
from storage.records import SUMMARY_PARTS, Doubt, DoubtKind, Grounding, Paper, Summary

_PROSE = SUMMARY_PARTS[1:]


class FaultKind(StrEnum):
    """A kind of fault in a model's summary."""

    MISSING_PART = "missing_part"
    PLACEHOLDER = "placeholder"
    REPEATED_PART = "repeated_part"
    TOO_LONG = "too_long"
    TOO_MANY_KEYWORDS = "too_many_keywords"
    WRONG_LANGUAGE = "wrong_language"
    OTHER_PAPER = "other_paper"
    LINK_OR_MENTION = "link_or_mention"
    FIGURE_NOT_FOUND = "figure_not_found"
    UNKNOWN_NUMBER = "unknown_number"
    NO_SENTENCE = "no_sentence"
    NOTHING_SHARED = "nothing_shared"
    OTHER_DIRECTION = "other_direction"
    NAME_NOT_FOUND = "name_not_found"
    BASELINE_ELSEWHERE = "baseline_elsewhere"
    FIGURE_ELSEWHERE = "figure_elsewhere"
    UNSUPPORTED = "unsupported"


_SENTENCES = {
    FaultKind.MISSING_PART: "“{part}” is missing: write it.",
    FaultKind.PLACEHOLDER: "“{part}” says only “{detail}”: write what the paper says.",
    FaultKind.REPEATED_PART: "“{part}” repeats “{detail}” word for word: write what belongs there.",
    FaultKind.TOO_LONG: "“{part}” has {detail} characters: shorten it and keep what matters most.",
    FaultKind.TOO_MANY_KEYWORDS: "“{part}” has {detail}: keep the most telling ones.",
    FaultKind.WRONG_LANGUAGE: "“{part}” is not written in {detail}: write it in that language.",
    FaultKind.OTHER_PAPER: "The summary names nothing of this paper: summarise the paper that stands "
    "between the marks, and use the names that it uses.",
    FaultKind.LINK_OR_MENTION: "“{part}” has a link or a mention, “{detail}”: leave it out.",
    FaultKind.FIGURE_NOT_FOUND: "“{part}” gives the figure {detail}, which is not in the text: take figures "
    "only from the text, as they stand there, or leave the figure out.",
    FaultKind.UNKNOWN_NUMBER: "“{part}” names {detail}, which no sentence has: name one that says it.",
    FaultKind.NO_SENTENCE: "“{part}” says “{detail}” and names no sentence that says it: name one, or "
    "leave it out.",
    FaultKind.NOTHING_SHARED: "“{part}” says “{detail}”, which the sentences that it names do not speak of: "
    "name those that say it, or leave it out.",
    FaultKind.OTHER_DIRECTION: "“{part}” says “{detail}”, and the sentences that it names say the opposite, "
    "nothing of the kind, or compare the other way round: say what they say, or name those that say it.",
    FaultKind.NAME_NOT_FOUND: "“{part}” has the name “{detail}”, which is not in the text: use the names "
    "that the text uses.",
    FaultKind.BASELINE_ELSEWHERE: "“{part}” compares with “{detail}”, and the sentences that it names do "
    "not: name the sentence that does, or compare with what they do.",
    FaultKind.FIGURE_ELSEWHERE: "“{part}” gives the figure {detail}, which the sentences that it names do "
    "not have: name the sentence that has it, or take the figure that they have.",
    FaultKind.UNSUPPORTED: "“{part}” says “{detail}”, which the sentences that it names do not support: say "
    "what they say, or name those that say it.",
}
_NOTHING_GIVEN = NumberedText(())
_LIGHT = frozenset({FaultKind.LINK_OR_MENTION, FaultKind.TOO_MANY_KEYWORDS, FaultKind.FIGURE_ELSEWHERE})
_REJECTED = frozenset({FaultKind.WRONG_LANGUAGE, FaultKind.OTHER_PAPER})
_ABSENT = frozenset({FaultKind.MISSING_PART, FaultKind.PLACEHOLDER, FaultKind.REPEATED_PART})
_DOUBTS = {
    DoubtKind.NO_SENTENCE: FaultKind.NO_SENTENCE,
    DoubtKind.NOTHING_SHARED: FaultKind.NOTHING_SHARED,
    DoubtKind.OTHER_DIRECTION: FaultKind.OTHER_DIRECTION,
    DoubtKind.NAME_NOT_FOUND: FaultKind.NAME_NOT_FOUND,
    DoubtKind.BASELINE_ELSEWHERE: FaultKind.BASELINE_ELSEWHERE,
    DoubtKind.FIGURE_ELSEWHERE: FaultKind.FIGURE_ELSEWHERE,
    DoubtKind.UNSUPPORTED: FaultKind.UNSUPPORTED,
}
"""The faults that doubts of a sentence are; a figure that is not found is one already."""

_MODELS_WORDS = frozenset(
    {FaultKind.PLACEHOLDER, FaultKind.LINK_OR_MENTION, FaultKind.FIGURE_NOT_FOUND, *_DOUBTS.values()}
)
"""The faults whose detail is in the model's own words."""

_MOST_ABSENT = 1
_MANY_NOT_FOUND = 3

_LONGEST_DETAIL = 200

_LONGEST_READ = 20_000
"""The characters of a part that are read; the rest cannot fit a card anyway."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of one part; the part of a fault of the whole summary is `""`."""

    kind: FaultKind
    part: str
    detail: str = ""

    @property
    def sentence(self) -> str:
        """What is wrong and what to do, in English.

        It never quotes the paper's title, which outside of the paper's marks the model would read as ours.
        """
        return _SENTENCES[self.kind].format(part=self.part, detail=self._shown_detail)

    @property
    def told(self) -> Told:
        """The same for the model, with its own words apart."""
        if self.kind in _MODELS_WORDS:
            return Told(_SENTENCES[self.kind].format(part=self.part, detail=WORDS), self._shown_detail)
        return Told(self.sentence)

    @property
    def _shown_detail(self) -> str:
        return cut(self.detail, _LONGEST_DETAIL)


@dataclass(frozen=True, slots=True)
class Checked:
    """A summary without markup, within its lengths and with its figures looked up, and its faults.

    A part that says nothing is empty. The summary is kept unless

    - any part is in another language or about another paper,
    - the one sentence is absent, or more than one part is: missing, a placeholder or a repetition,
    - three figures or more are not found, and these are more than half of all.
    """

    summary: Summary
    faults: tuple[Fault, ...]
    #: Whether the model read it again, beside the paper's sentences.
    is_read_again: bool = False

    @property
    def wants_second_try(self) -> bool:
        """Whether to ask the model again.

        Links, mentions and surplus keywords are just removed, and a figure that is elsewhere in the paper is
        right as far as code can tell.
        """
        return any(fault.kind not in _LIGHT for fault in self.faults)

    @property
    def is_sourced(self) -> bool:
        """Whether any of its sentences names one of the paper's."""
        return any(each.sentences for each in self.summary.evidence)

    @property
    def is_kept(self) -> bool:
        """Whether the summary may be shown, with its unfound figures marked."""
        if any(fault.kind in _REJECTED for fault in self.faults):
            return False
        absent = {fault.part for fault in self.faults if fault.kind in _ABSENT}
        if "tldr" in absent or len(absent) > _MOST_ABSENT:
            return False
        figures = self.summary.figures
        not_found = sum(figure.grounding is Grounding.NOT_FOUND for figure in figures)
        return not_found < _MANY_NOT_FOUND or not_found * 2 <= len(figures)


def check(
    summary: Summary,
    paper: Paper,
    text: str,
    claims: Sequence[Claim] = (),
    given: NumberedText = _NOTHING_GIVEN,
) -> Checked:
    """Check a model's summary against the text (full text or abstract) that the model was given.

    Only words and figures are compared: instructions in the text have no effect. The keywords in English are
    cleaned and cut like the others; what they lack is no fault, and they prove nothing about the rest.

    `claims` are the summary's sentences with the numbers of the sentences `given` that they rest on, each
    judged by these as `judgements.py` says. Without any the summary is checked against the whole text alone.
    """
    faults: list[Fault] = []
    source = SourceText("\n\n".join(filter(None, [paper.title, paper.abstract, text])))
    found = judged(_cleaned_claims(claims, faults), given, source, summary.language)
    written = {part: getattr(summary, part) for part in _PROSE} | _without_left_out(found)
    parts = {part: _prose(written[part], part, summary.language, faults) for part in _PROSE}
    keywords = _keywords(summary.keywords, "keywords", summary.language, faults)
    latin = tuple(filter(has_latin_letters, summary.english_keywords))
    english = _keywords(latin, "english_keywords", summary.language, faults)
    _empty_repeated(parts, faults)
    body = _cleaned(summary.body, "body", faults)
    said = " ".join([*keywords, *parts.values(), body])
    if said.strip() and not is_about(without_bold(said), paper, text):
        faults.append(Fault(FaultKind.OTHER_PAPER, "", paper.title))
    looked_up = grounded({"keywords": ", ".join(keywords), **parts, "body": body}, summary.language, source)
    figures = regraded(looked_up, found)
    faults += [
        Fault(FaultKind.FIGURE_NOT_FOUND, figure.part, figure.text)
        for figure in figures
        if figure.grounding is Grounding.NOT_FOUND
    ]
    faults += [
        Fault(FaultKind.UNKNOWN_NUMBER, claim.part, f"#{number}")
        for claim in claims
        for number in claim.numbers
        if given.find(number) is None
    ]
    faults += _faults_of(found)
    texts: dict[str, Any] = {**parts, "body": body, "keywords": keywords, "english_keywords": english}
    evidence = evidence_of(found, parts)
    return Checked(replace(summary, **texts, figures=figures, evidence=evidence), tuple(faults))


_OF_READING = frozenset(_DOUBTS[kind] for kind in (*DECIDED, DoubtKind.UNSUPPORTED))


def read_again(checked: Checked, fields: Mapping[str, Any]) -> Checked:
    """Return a checked summary with what a second reading answers of its sentences, as doubts and faults."""
    evidence = doubted(checked.summary.evidence, fields)
    faults = [fault for fault in checked.faults if fault.kind not in _OF_READING]
    for each in evidence:
        found = _faults(each.part, each.text, each.doubts)
        faults += [fault for fault in found if fault.kind in _OF_READING]
    return Checked(replace(checked.summary, evidence=evidence), tuple(faults), has_list(fields))


def better(first: Checked, second: Checked) -> Checked:
    """Return the better of two answers to one question; the first where they are as good.

    That is one that may be kept, then one that names sentences of the paper, then the one with fewer faults:
    those for which a model is asked again count before the others. What only a second reading finds counts
    where both were read again.
    """
    ignored = frozenset() if first.is_read_again and second.is_read_again else _OF_READING

    def badness(each: Checked) -> tuple[bool, bool, int, int]:
        kinds = [fault.kind for fault in each.faults if fault.kind not in ignored]
        grave = sum(kind not in _LIGHT for kind in kinds)
        return not each.is_kept, not each.is_sourced, grave, len(kinds) - grave

    return min(first, second, key=badness)


# --- Claims ----------------------------------------------------------------------------------------------


def _cleaned_claims(claims: Iterable[Claim], faults: list[Fault]) -> Iterator[Claim]:
    for claim in claims:
        if text := _cleaned(claim.text, claim.part, faults):
            yield replace(claim, text=text)


def _without_left_out(found: Iterable[Judged]) -> dict[str, str]:
    """Return the parts of the judged claims, without those that are left out."""
    kept: dict[str, list[str]] = {}
    for each in found:
        kept.setdefault(each.claim.part, []).extend([] if each.is_left_out else [each.claim.text])
    return {part: joined(texts) for part, texts in kept.items()}


def _faults_of(found: Iterable[Judged]) -> Iterator[Fault]:
    for each in found:
        yield from _faults(each.claim.part, each.claim.text, each.doubts)


def _faults(part: str, text: str, doubts: Iterable[Doubt]) -> Iterator[Fault]:
    for doubt in doubts:
        if kind := _DOUBTS.get(doubt.kind):
            yield Fault(kind, part, doubt.words or text)


# --- Parts -----------------------------------------------------------------------------------------------


def _prose(text: str, part: str, language: str, faults: list[Fault]) -> str:
    cleaned = _cleaned(text, part, faults)
    if not says_something(cleaned, part):
        kind = FaultKind.PLACEHOLDER if cleaned else FaultKind.MISSING_PART
        faults.append(Fault(kind, part, cleaned))
        return ""
    if not is_written_in(without_bold(cleaned), language):
        faults.append(Fault(FaultKind.WRONG_LANGUAGE, part, language))
    limit = most_characters(part, language)
    if len(cleaned) > limit:
        faults.append(Fault(FaultKind.TOO_LONG, part, f"{len(cleaned)} instead of at most {limit}"))
    return shortened(cleaned, limit)


def _cleaned(text: str, part: str, faults: list[Fault]) -> str:
    cleaned, live = without_markup(text[:_LONGEST_READ])
    faults += [Fault(FaultKind.LINK_OR_MENTION, part, each) for each in dict.fromkeys(live)]
    return cleaned


def _keywords(given: tuple[str, ...], part: str, language: str, faults: list[Fault]) -> tuple[str, ...]:
    limit = most_characters(part, language)
    cleaned = [without_bold(_cleaned(keyword, part, faults)).strip(" *") for keyword in given]
    said = {word.casefold(): word for word in reversed(cleaned) if says_something(word, "keywords")}
    kept = [shortened(word, limit) for word in reversed(said.values())]
    long = max(map(len, said.values()), default=0)
    if not kept and part not in OPTIONAL_PARTS:
        kind = FaultKind.PLACEHOLDER if any(cleaned) else FaultKind.MISSING_PART
        faults.append(Fault(kind, part, ", ".join(cleaned)))
    if long > limit:
        faults.append(Fault(FaultKind.TOO_LONG, part, f"{long} instead of at most {limit} in one"))
    if len(kept) > MOST_KEYWORDS:
        faults.append(Fault(FaultKind.TOO_MANY_KEYWORDS, part, f"{len(kept)} instead of {MOST_KEYWORDS}"))
    return tuple(kept[:MOST_KEYWORDS])


def _empty_repeated(parts: dict[str, str], faults: list[Fault]) -> None:
    first: dict[str, str] = {}
    for part, text in parts.items():
        if text and first.setdefault(text, part) != part:
            faults.append(Fault(FaultKind.REPEATED_PART, part, first[text]))
            parts[part] = ""


# --- Lengths ---------------------------------------------------------------------------------------------

_SENTENCE_END = re.compile(r"[。！？；]|[.!?;](?=\s)")
_LEAST_KEPT = 0.6


def shortened(text: str, limit: int) -> str:
    """Return the text cut to the limit: at the end of a sentence, else of a word, with an ellipsis.

    A sentence's end counts if it keeps at least 60 % of the limit.
    """
    if len(text) <= limit:
        return text
    ends = [end.end() for end in _SENTENCE_END.finditer(text, 0, limit + 1) if end.end() <= limit]
    if ends and ends[-1] >= _LEAST_KEPT * limit:
        return balanced(text[: ends[-1]].rstrip("；; "))
    kept = text[: limit - len(ELLIPSIS)]
    if kept[-1:].isascii() and text[len(kept)].strip():
        kept = _without_last_word(kept)
    return balanced(kept.rstrip(" ,，、*") + ELLIPSIS)


def _without_last_word(text: str) -> str:
    start = text.rfind(" ")
    return text[:start] if start >= _LEAST_KEPT * len(text) else text
