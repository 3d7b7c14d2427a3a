"""The sentence of a paper that shows best why it was found, with the words marked; pure."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from bot.cards.entry import Entry
from bot.cards.found import Piece
from bot.summaries.sentences import sentences
from bot.text import index_tokens
from bot.text.full_text import Phrase, Term
from bot.text.index_tokens import Span
from bot.text.mrkdwn import clean

_MOST_SENTENCES = 40

_Place = tuple[int, int]


def snippet(entry: Entry, terms: Sequence[Term]) -> tuple[Piece, ...]:
    """Return one sentence of the paper, as its reader has it, in pieces.

    It is the first of those with most of the terms, the summary before the abstract.
    """
    best, most = "", -1
    for sentence in islice(_sentences(entry), _MOST_SENTENCES):
        count = _count(sentence, terms)
        if count > most:
            best, most = sentence, count
        if count == len(terms):
            break
    return tuple(_pieces(best, terms)) if best else ()


def _count(sentence: str, terms: Sequence[Term]) -> int:
    """Return how many of the terms a sentence has; where they are takes longer to find."""
    text = _in_a_row(index_tokens.prepare(sentence).in_order)
    return sum(any(_in_a_row(phrase.tokens, phrase) in text for phrase in term.phrases) for term in terms)


def _in_a_row(tokens: Iterable[str], phrase: Phrase | None = None) -> str:
    row = " ".join(map(index_tokens.plain, tokens))
    return f" {row}" if phrase and phrase.is_prefix else f" {row} "


def _sentences(entry: Entry) -> Iterator[str]:
    summary = entry.summary
    parts: tuple[str, ...] = ()
    if summary:
        parts = (
            summary.tldr,
            summary.problem,
            summary.method,
            summary.results,
            summary.takeaway,
            summary.body,
        )
    for text in (*parts, entry.paper.abstract or ""):
        yield from sentences(_shown(text))


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
