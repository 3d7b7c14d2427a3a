"""The sentence of a paper that shows best why it was found, with the words marked; pure."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from bot.cards.entry import Entry
from bot.cards.found import Piece
from bot.summaries.sentences import sentences
from bot.text import index_tokens
from bot.text.full_text import Phrase, Term
from bot.text.index_tokens import Glance, Span
from bot.text.mrkdwn import clean

_MOST_SENTENCES = 40

_Place = tuple[int, int]


def snippet(entry: Entry, terms: Sequence[Term]) -> tuple[Piece, ...]:
    """Return one sentence of the paper, as its reader has it, in pieces.

    It is the first of those with most of the terms, the summary before the abstract.
    """
    best, most = "", -1
    for part in map(_shown, _parts(entry)):
        # No sentence has more than its part, and most parts have less than what was found.
        at_most = len(_likely(part, terms))
        if at_most <= most:
            continue
        for sentence in islice(sentences(part), _MOST_SENTENCES):
            count = _count(sentence, terms)
            if count > most:
                best, most = sentence, count
            if count == at_most:
                break
    return tuple(_pieces(best, terms)) if best else ()


def _parts(entry: Entry) -> Iterator[str]:
    if summary := entry.summary:
        yield from (summary.tldr, summary.problem, summary.method, summary.results, summary.takeaway)
        yield summary.body
    yield entry.paper.abstract or ""


def _count(sentence: str, terms: Sequence[Term]) -> int:
    """Return how many of the terms a sentence has; where they are takes longer to find."""
    likely = _likely(sentence, terms)
    if all(any(map(_is_sure, phrases)) for phrases in likely):
        return len(likely)
    text = _in_a_row(index_tokens.prepare(sentence).in_order)
    return sum(any(_in_a_row(phrase.tokens, phrase) in text for phrase in phrases) for phrases in likely)


def _likely(text: str, terms: Sequence[Term]) -> list[list[Phrase]]:
    """Return the phrases that a text may have, of each term of which it may have one."""
    glance = index_tokens.glance(text)
    likely = ([phrase for phrase in term.phrases if _may_have(glance, phrase)] for term in terms)
    return [phrases for phrases in likely if phrases]


def _may_have(glance: Glance, phrase: Phrase) -> bool:
    if phrase.is_prefix:
        return index_tokens.plain(phrase.tokens[-1]) in glance.folded
    return all(map(glance.may_have, phrase.tokens))


def _is_sure(phrase: Phrase) -> bool:
    """Tell whether a sentence that may have the phrase has it: one word, or two neighbours of CJK."""
    first, *others = phrase.tokens
    return not others and (
        index_tokens.is_cjk(first) or (index_tokens.is_english(first) and not phrase.is_prefix)
    )


def _in_a_row(tokens: Iterable[str], phrase: Phrase | None = None) -> str:
    row = " ".join(map(index_tokens.plain, tokens))
    return f" {row}" if phrase and phrase.is_prefix else f" {row} "


def _shown(text: str) -> str:
    """Return the text as it is shown, with accents on their letters, so that words are whole."""
    return unicodedata.normalize("NFC", clean(text.replace("**", "")))


def _places(spans: Sequence[Span], term: Term) -> list[_Place]:
    return [place for phrase in term.phrases for place in _of_phrase(spans, phrase)]


def _of_phrase(spans: Sequence[Span], phrase: Phrase) -> Iterator[_Place]:
    *before, last = phrase.tokens
    length = len(phrase.tokens)
    for start in range(len(spans) - length + 1):
        if not _is(spans[start], phrase.tokens[0], phrase, is_last=length == 1):
            continue
        some = spans[start : start + length]
        if [span.token for span in some[:-1]] == before and _is(some[-1], last, phrase, is_last=True):
            yield some[0].start, some[-1].end


def _is(span: Span, token: str, phrase: Phrase, *, is_last: bool) -> bool:
    if is_last and phrase.is_prefix:
        return span.token.startswith(token) or span.word.startswith(index_tokens.plain(token))
    return span.token == token


def _pieces(text: str, terms: Iterable[Term]) -> Iterator[Piece]:
    """Yield a sentence in pieces, each mark once, though terms may overlap."""
    spans, at = index_tokens.spans(text), 0
    for start, end in _merged(place for term in terms for place in _places(spans, term)):
        if start > at:
            yield Piece(text[at:start])
        yield Piece(text[start:end], is_match=True)
        at = end
    if at < len(text):
        yield Piece(text[at:])


def _merged(places: Iterable[_Place]) -> list[_Place]:
    merged: list[_Place] = []
    for start, end in sorted(places):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
