"""A summary's origin in words, and marks on figures that the paper does not have; pure."""

import re
from collections.abc import Collection, Iterable
from datetime import UTC, date
from itertools import pairwise

from bot.cards.entry import Entry
from bot.cards.versions import NewerVersion
from bot.locale import Words
from bot.text.language import primary_language
from bot.text.mrkdwn import clean, cut
from storage.records import (
    FROM_ABSTRACT,
    FROM_COMMUNITY,
    FROM_MODEL,
    DoubtKind,
    Evidence,
    Figure,
    Grounding,
    Provenance,
    Summary,
    TextRead,
)

MARK = "[?]"
"""The mark after an unfound figure."""

_TEXTS_READ = {
    TextRead.FULL_TEXT: "origin.full_text_read",
    TextRead.PART: "origin.part_read",
    TextRead.ABSTRACT: "origin.abstract_read",
}
_WHERE_LOOKED: dict[TextRead | None, str] = {
    TextRead.PART: "figures.the_part",
    TextRead.ABSTRACT: "figures.the_abstract",
}
_SENTENCE_MARKED = frozenset(
    {
        DoubtKind.NO_SENTENCE,
        DoubtKind.NOTHING_SHARED,
        DoubtKind.OTHER_DIRECTION,
        DoubtKind.BASELINE_ELSEWHERE,
        DoubtKind.UNSUPPORTED,
    }
)
_FIRST_WITH_SOURCES = 4
"""The first version of the prompt that asks for sources."""

_MODEL_CHARACTERS = 80
_LANGUAGE_CHARACTERS = 60


def origin(entry: Entry, words: Words, others: Collection[str] = ()) -> str:
    """Return the origin of the shown text: its author, the text it is from, its date and language.

    `others` are the languages of the paper's other summaries, as far as they are known.
    """
    summary = entry.summary
    if summary is None and entry.paper.withdrawal:
        return words("origin.withdrawn")
    if summary is None:
        return words("origin.abstract" if entry.paper.abstract else "origin.nothing")
    provenance = summary.provenance
    parts = [
        _maker(provenance, words),
        _text_read(provenance, words),
        _date(provenance.made_at, words),
        _before(before_version(summary, entry.newer), words),
        _language(summary, words, others),
        _sources(summary, words),
        _all_found(summary, words),
    ]
    return " · ".join(filter(None, parts))


def before_version(summary: Summary, newer: NewerVersion | None) -> int | None:
    """Return the number of a newer version than the one that the summary was written from.

    Where that is not known, it is one that came after the day on which the summary was made: one that came
    on that day may have been read for it.
    """
    if newer is None:
        return None
    made_at, read = summary.provenance.made_at, summary.provenance.version
    if read is not None:
        return newer.version if read < newer.version else None
    is_before = made_at is not None and made_at < newer.seen_at.astimezone(UTC).date()
    return newer.version if is_before else None


def not_found(summary: Summary | None) -> tuple[Figure, ...]:
    """Return the figures of a summary that are not in the text it was made from."""
    figures = summary.figures if summary else ()
    return tuple(figure for figure in figures if figure.grounding is Grounding.NOT_FOUND)


def missing_line(summary: Summary | None, words: Words) -> str:
    """Return the mark and the number of unfound figures; empty where all were found."""
    missing = not_found(summary)
    if summary is None or not missing:
        return ""
    line = words.count("figures.missing", len(missing), where=where_looked(summary, words))
    return f"{MARK} {line}"


def doubted_line(summary: Summary | None, words: Words) -> str:
    """Return how many sentences of a summary are marked, and how many left out; empty without any."""
    evidence = summary.evidence if summary else ()
    left_out = sum(each.is_left_out for each in evidence)
    marked = sum(_is_marked(each) for each in evidence)
    lines = [
        f"{MARK} {words.count('sources.doubted', marked)}" if marked else "",
        words.count("sources.count_left_out", left_out) if left_out else "",
    ]
    return " · ".join(filter(None, lines))


def where_looked(summary: Summary, words: Words) -> str:
    """Return the name of the searched text: the paper, or its abstract or part if no more was read."""
    return words(_WHERE_LOOKED.get(summary.provenance.text_read, "figures.the_paper"))


def with_marks(summary: Summary, part: str) -> str:
    """Return a part of the summary with a mark after each unfound figure and name and doubted sentence."""
    text = str(getattr(summary, part))
    shown = [each for each in summary.evidence if each.part == part and not each.is_left_out]
    doubted = [each for each in shown if _is_marked(each)]
    text = _with_sentences_marked(text, shown)
    names = {
        doubt.words for each in doubted for doubt in each.doubts if doubt.kind is DoubtKind.NAME_NOT_FOUND
    }
    text = _after_each(names - {""}, r"(?<![A-Za-z0-9])(?:{})(?![A-Za-z0-9])", text)
    unsure = {figure.text for figure in not_found(summary) if figure.part == part}
    # Not within another number or a name, nor where a name with it has its mark.
    return _after_each(unsure, r"(?<![A-Za-z0-9.,])(?:{})(?![0-9]|[.,][0-9]| \[\?\])", text)


def _is_marked(evidence: Evidence) -> bool:
    """Whether a sentence that is shown carries a mark, after it or after a name in it."""
    kinds = {doubt.kind for doubt in evidence.doubts}
    return not evidence.is_left_out and not kinds.isdisjoint({*_SENTENCE_MARKED, DoubtKind.NAME_NOT_FOUND})


def _is_doubted(evidence: Evidence) -> bool:
    return any(doubt.kind in _SENTENCE_MARKED for doubt in evidence.doubts)


def _with_sentences_marked(text: str, evidence: Iterable[Evidence]) -> str:
    """Return the text with a mark after each doubted sentence, or at its end where one is not found.

    The sentences come in their order: of two that read alike only one may be doubted.
    """
    end, has_lost = 0, False
    for each in evidence:
        start = text.find(each.text, end) if each.text else -1
        if start >= 0:
            end = start + len(each.text)
        if not _is_doubted(each):
            continue
        if start < 0:
            has_lost = True
        else:
            text = _with_mark_at(end, text)
            end += len(MARK) + 1
    return _with_mark_at(len(text), text) if has_lost and text else text


def _with_mark_at(end: int, text: str) -> str:
    """Return the text with a mark at the end of a sentence, inside of what closes it: 有效 [?]。"""
    inside = len(text[:end].rstrip("。.!?！？；;"))
    return f"{text[:inside]} {MARK}{text[inside:]}" if inside else f"{text[:end]} {MARK}{text[end:]}"


def _after_each(unsure: Collection[str], pattern: str, text: str) -> str:
    if not unsure:
        return text
    longest_first = "|".join(map(_with_bold_inside, sorted(unsure, key=len, reverse=True)))
    return re.sub(pattern.format(longest_first), rf"\g<0> {MARK}", text)


def _with_bold_inside(words: str) -> str:
    """Return the pattern of words in which bold may begin or end, as in `**98**%`."""
    # Beside an asterisk of its own nothing is optional: a row of them would be tried in all ways there are.
    parts = [
        re.escape(each) + ("" if "*" in (each, following) else r"\*{0,2}")
        for each, following in pairwise(words)
    ]
    return "".join(parts) + re.escape(words[-1:])


def _maker(provenance: Provenance, words: Words) -> str:
    model = cut(clean(provenance.model or "").strip(), _MODEL_CHARACTERS)
    if provenance.source == FROM_MODEL:
        return words("origin.model", model=model) if model else words("origin.some_model")
    if provenance.source == FROM_COMMUNITY:
        return words("origin.community")
    if provenance.source == FROM_ABSTRACT:
        return words("origin.drawn")
    return words("origin.digest_file_model", model=model) if model else words("origin.digest_file")


def _text_read(provenance: Provenance, words: Words) -> str:
    if provenance.text_read is None:
        return ""
    return words(_TEXTS_READ[provenance.text_read])


def _date(made_at: date | None, words: Words) -> str:
    """Return the date; a summary that is derived when shown has none."""
    return words.date(made_at) if made_at else ""


def _before(version: int | None, words: Words) -> str:
    return words("origin.before_version", version=version) if version else ""


def _language(summary: Summary, words: Words, others: Collection[str]) -> str:
    name = words.language_name(summary.language, beside=words.language)
    language = cut(clean(name), _LANGUAGE_CHARACTERS)
    if primary_language(words.language) in map(primary_language, (summary.language, *others)):
        return words("origin.language", language=language)
    wanted = cut(clean(words.language_name(words.language)), _LANGUAGE_CHARACTERS)
    return words("origin.other_language", language=language, wanted=wanted)


def _sources(summary: Summary, words: Words) -> str:
    """Return that a model gave no sources, where it was asked for them."""
    prompt = summary.provenance.prompt or ""
    was_asked = prompt.isascii() and prompt.isdecimal() and int(prompt) >= _FIRST_WITH_SOURCES
    is_without = summary.provenance.source == FROM_MODEL and was_asked and not summary.evidence
    return words("origin.no_sources") if is_without else ""


def _all_found(summary: Summary, words: Words) -> str:
    if not summary.figures or not_found(summary):
        return ""
    found = words.count("figures.found", len(summary.figures), where=where_looked(summary, words))
    for key, grounding in (
        ("figures.derived", Grounding.DERIVED),
        ("figures.elsewhere", Grounding.ELSEWHERE),
    ):
        if count := sum(figure.grounding is grounding for figure in summary.figures):
            found = words.count(key, count, found=found)
    return found
