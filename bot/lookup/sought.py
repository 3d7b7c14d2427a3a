"""The terms by which an index finds what a person looks for; pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from bot.lookup.query import SearchedIn, Wanted
from bot.text import index_tokens
from bot.text.full_text import Column, Phrase, Term
from bot.text.stems import stem

_COLUMNS = {SearchedIn.TITLE: Column.TITLE, SearchedIn.AUTHORS: Column.AUTHORS, SearchedIn.ANYWHERE: None}

# Marks that join the parts of one name, as in `GPT-4o`, `π_0` and `v2.5`; all others separate words.
_SEPARATE = re.compile(r"[^\w\-.'*]+|(?<!\w)[-.']+|[-.']+(?!\w)")
_POSSESSIVE = re.compile(r"'s?(?!\w)")

FILLERS = frozenset(
    "a about all an and any are as at be by can do does for from has have how i if in into is it its me my "
    "of on one or our paper papers s some that the their them there these they this those to us using via "
    "was we what when where which who why will with without you your".split()
)
"""English words that say nothing of what a paper is about."""

_CJK_FILLERS = re.compile(
    "有没有|有关于|关于|有关|基于|用于|如何|怎么|怎样|什么|哪些|那篇|这篇|一篇|一种|论文|文章|的|了|和|与|及|在|是|用|让|把|被|对|中|做"
)


@dataclass(frozen=True, slots=True)
class Sought:
    """One thing to look for."""

    #: As typed.
    text: str
    term: Term
    #: A folded word that may be misspelt; empty for numbers, names of several parts, quotes and CJK.
    word: str = ""
    #: Whether it says something of what the paper is about.
    is_telling: bool = True
    #: What to look for instead, each by itself, where no paper has it as a whole.
    parts: tuple["Sought", ...] = ()
    #: A run of Chinese, Japanese or Korean, which may be cut where no paper has it as a whole.
    can_be_cut: bool = False


def sought(words: Iterable[Wanted]) -> tuple[Sought, ...]:
    """Return what to look for, without what says nothing, unless there is nothing else."""
    found = tuple(dict.fromkeys(each for wanted in words for each in _of(wanted)))
    return tuple(each for each in found if each.is_telling) or found


def term_of_word(word: str, column: Column | None = None, weight: float = 1.0) -> Term:
    """Return the term of one folded word."""
    return Term((Phrase((stem(word),)),), column=column, weight=weight)


def term_of_cjk(run: str) -> Term:
    """Return the term of a run of Chinese, Japanese or Korean as a whole; it has two characters at least."""
    return Term((Phrase(index_tokens.tokens_of_run(run)),))


def cjk_pieces(run: str) -> list[str]:
    """Return the parts of a run of Chinese, Japanese or Korean between the words that say nothing."""
    return [piece for piece in _CJK_FILLERS.split(run) if piece]


def _of(wanted: Wanted) -> Iterator[Sought]:
    column = _COLUMNS[wanted.searched_in]
    if wanted.is_exact:
        yield from _exact(wanted.text, column)
        return
    for piece in _SEPARATE.split(_POSSESSIVE.sub(" ", wanted.text)):
        yield from _of_piece(piece, column)


def _exact(text: str, column: Column | None) -> Iterator[Sought]:
    runs = index_tokens.runs(text)
    if runs:
        words = (run for run in runs if run.isalpha() and not index_tokens.is_cjk(run))
        besides = tuple(map(index_tokens.exact, words))
        yield Sought(text, Term((Phrase(_in_a_row(runs)),), besides, column))


def _of_piece(piece: str, column: Column | None) -> Iterator[Sought]:
    for are_cjk, group in groupby(index_tokens.runs(piece), index_tokens.is_cjk):
        if are_cjk:
            yield from (_of_cjk(run, column) for run in group)
        else:
            yield _of_name(list(group), piece, column)


def _of_name(runs: list[str], piece: str, column: Column | None) -> Sought:
    """Return a word, or a name of several parts such as `gpt 4 o`."""
    if piece.endswith("*") and len(runs) == 1 and len(runs[0]) > 1:
        return Sought(f"{runs[0]}*", Term((_beginning(runs[0], column),), column=column))
    phrases = [Phrase(_in_a_row(runs))]
    if len(runs) > 1 and all(run.isalpha() for run in runs):
        phrases.append(Phrase((stem("".join(runs)),)))
    shown = piece if piece.isascii() else " ".join(runs)
    word = runs[0] if len(runs) == 1 and runs[0].isalpha() else ""
    return Sought(
        shown, Term(tuple(phrases), column=column), word, is_telling=word not in FILLERS or not word
    )


def _beginning(run: str, column: Column | None) -> Phrase:
    # A stem may end before what was typed does, so words are looked for in just their form.
    return Phrase((run if column else index_tokens.exact(run),), is_prefix=True)


def sought_cjk(run: str, column: Column | None) -> Sought:
    """Return a run of Chinese, Japanese or Korean as a whole."""
    return replace(_of_cjk(run, column), parts=(), can_be_cut=False)


def _of_cjk(run: str, column: Column | None) -> Sought:
    if len(run) == 1:
        is_telling = _CJK_FILLERS.fullmatch(run) is None
        return Sought(run, Term((Phrase((run,), is_prefix=True),), column=column), is_telling=is_telling)
    term = Term((Phrase(index_tokens.tokens_of_run(run)),), column=column)
    is_telling = _CJK_FILLERS.sub("", run) != ""
    return Sought(run, term, is_telling=is_telling, parts=_parts(run, column), can_be_cut=True)


def _parts(run: str, column: Column | None) -> tuple[Sought, ...]:
    pieces = cjk_pieces(run)
    return () if pieces == [run] else tuple(_of_cjk(piece, column) for piece in pieces)


def _in_a_row(runs: list[str]) -> tuple[str, ...]:
    """Return the tokens of runs that follow one another in a text."""
    *before, last = runs
    between = (token for run in before for token in index_tokens.all_tokens_of_run(run))
    return (*between, *index_tokens.tokens_of_run(last))
