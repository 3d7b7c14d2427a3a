"""The sentence of a paper that shows best why it was found, with the words marked; pure."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.cards.entry import Entry
from bot.cards.found import Piece
from bot.summaries.sentences import sentences
from bot.text import index_tokens
from bot.text.full_text import Phrase, Term
from bot.text.index_tokens import Span
from bot.text.mrkdwn import clean

_MOST_SENTENCES = 40

_Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Sentence:
    text: str
    places: tuple[_Place, ...]
    #: How many of the terms it has.
    terms: int


def snippet(entry: Entry, terms: Sequence[Term]) -> tuple[Piece, ...]:
    """Return one sentence of the paper, as its reader has it, in pieces.

    It is the first of those with most of the terms, the summary before the abstract.
    """
    found = [_marked(text, terms) for text in list(_sentences(entry))[:_MOST_SENTENCES]]
    if not found:
        return ()
    best = max(found, key=lambda sentence: sentence.terms)
    return tuple(_pieces(best))


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


def _marked(text: str, terms: Sequence[Term]) -> _Sentence:
    spans = index_tokens.spans(text)
    of_terms = [_places(spans, term) for term in terms]
    return _Sentence(text, tuple(place for places in of_terms for place in places), sum(map(bool, of_terms)))


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


def _pieces(sentence: _Sentence) -> Iterator[Piece]:
    """Yield the sentence in pieces, each mark once, though terms may overlap."""
    at = 0
    for start, end in _merged(sentence.places):
        if start > at:
            yield Piece(sentence.text[at:start])
        yield Piece(sentence.text[start:end], is_match=True)
        at = end
    if at < len(sentence.text):
        yield Piece(sentence.text[at:])


def _merged(places: Iterable[_Place]) -> list[_Place]:
    merged: list[_Place] = []
    for start, end in sorted(places):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
