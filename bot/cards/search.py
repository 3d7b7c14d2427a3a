"""Pages of what a search found, and of papers that are similar to others; pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from bot.cards import blocks, ids
from bot.cards.blocks import Block, Button, Message
from bot.cards.found import Found, FoundPage, Piece
from bot.cards.ids import Opened, Page
from bot.cards.paper import facts_line, shown_title
from bot.cards.rows import TITLE_CHARACTERS, Row, has_next, paper_row, position, turning
from bot.cards.spoken import Spoken, spoken_list
from bot.locale import Words
from bot.text.arxiv_id import search_url
from bot.text.mrkdwn import clean, counted, cut, escape, fit
from storage.records import Paper

_TEXT_CHARACTERS = 100
_SNIPPET_CHARACTERS = 220
_TERMS_CHARACTERS = 100
_ROW_CHARACTERS = 450
"""The most of a title, a sentence and terms together, so that ten rows of the longest are a message."""

_WORD_CHARACTERS = 40
_NAMED_WORDS = 5
_NAMED_NOTES = 3
_SUGGESTION_CHARACTERS = 75

_OPERATORS = {
    "after": "after:2025-09-01",
    "before": "before:2025-09-30",
    "on": "on:2025-09-29",
    "author": "author:lecun",
    "in": "in:title",
    "cat": "cat:cs.CL",
    "lang": "lang:zh",
    "has": "has:code",
    "sort": "sort:new",
}
"""How each operator is written, by its name."""


@dataclass(frozen=True, slots=True)
class Results:
    """What a search found, and what else may have been meant."""

    found: FoundPage
    #: The words alone, for a search on arXiv; empty where there are none.
    arxiv_words: str = ""
    #: The request of which what was typed may be a slip, as it is typed.
    meant: str = ""


_STYLES: Mapping[str, Callable[[str], Block]] = {
    "used": partial(blocks.words, bold=True),
    "example": blocks.code,
    "request": blocks.code,
}
"""How the values of a note are drawn that are not plain words, by their names."""


@dataclass(frozen=True, slots=True)
class _Note:
    """A sentence on how a search was read, by its key."""

    key: str
    values: Mapping[str, str]

    def drawn(self, words: Words) -> Block:
        """Return it as a paragraph of rich text, as its words are those of people and papers."""
        runs = {name: _STYLES.get(name, blocks.words)(value) for name, value in self.values.items()}
        pieces = words.pieces(self.key, **runs)
        drawn = [blocks.words(piece) if isinstance(piece, str) else piece for piece in pieces]
        # What was typed may be empty once it is clean, and Slack refuses such a run.
        return blocks.paragraph(*(run for run in drawn if run["text"]))

    def spoken(self, words: Words) -> str:
        """Return it as plain text."""
        return words(self.key, **self.values)


def search_page(results: Results, command: str, words: Words) -> Message:
    """Return a page of what was found; each paper has buttons to open it, and to save or remove it.

    Where nothing has all the words, it leads on: to nearer spellings, and to a search on arXiv.
    """
    found = results.found
    page, listed = Page(found.offset, search=found.text), _listed(found, words)
    headline = words("search.headline", text=cut(clean(found.text), _TEXT_CHARACTERS))
    scope, notes = _scope(found, words), _notes(results, command)
    drawn = [
        blocks.header(headline),
        *_scope_line(page, found, scope, words),
        *([blocks.rich_text(*(note.drawn(words) for note in notes))] if notes else []),
        *_rows(listed, page, words),
        *turning(page, words, has_next=has_next(page, found.total)),
        *_leads(results, words),
    ]
    opening = [headline, scope, *(note.spoken(words) for note in notes)]
    return blocks.message(spoken_list(opening, _spoken(listed), _spoken_leads(found, words)), drawn)


def similar_page(found: FoundPage, page: Page, about: Sequence[Paper], words: Words) -> Message:
    """Return the papers that are similar to some others, each with the terms that make it so."""
    named = shown_title(about[0], _TEXT_CHARACTERS) if about else ""
    key = "similar.headline" if len(about) == 1 else "similar.headline_of_some"
    headline = words(key, title=named)
    page, listed = replace(page, offset=found.offset), _listed(found, words)
    is_followed, total = has_next(page, found.total), str(found.total)
    nothing = [] if found.found else [words("similar.cut" if found.is_cut else "similar.none")]
    where = position(page, len(found.found), total, words, has_next=is_followed)
    drawn = [
        blocks.header(headline),
        *(blocks.section(escape(each)) for each in nothing),
        *([blocks.context(*where)] if where else []),
        *_rows(listed, page, words),
        *turning(page, words, has_next=is_followed),
        *_back_to_paper(page, words),
    ]
    return blocks.message(spoken_list([headline, *nothing, *where], _spoken(listed)), drawn)


def _scope(found: FoundPage, words: Words) -> str:
    """Return how many there are, or that none has all of the words."""
    if not found.found:
        return words("search.nothing")
    key = "search.more_than" if found.is_more else "search.papers"
    if found.partial == found.total:
        return words("search.some_words", papers=words.count(key, found.total))
    if not found.partial:
        return words.count(key, found.total)
    complete = words.count("search.papers", found.total - found.partial)
    return words.count("search.and_some", found.partial, papers=complete)


def _scope_line(page: Page, found: FoundPage, scope: str, words: Words) -> list[Block]:
    if not found.found:
        return [blocks.section(escape(scope))]
    total = f"{found.total}+" if found.is_more else str(found.total)
    where = position(page, len(found.found), total, words, has_next=has_next(page, found.total))
    return [blocks.context(scope, *where)]


def _lack_words(found: FoundPage) -> bool:
    return bool(found.found) and all(each.missing for each in found.found)


def _notes(results: Results, command: str) -> list[_Note]:
    """Return what was looked for in another way than it was typed, and what else may have been meant."""
    found = results.found
    return [
        *(
            _Note("search.corrected", {"used": _short(each.used), "typed": _short(each.typed)})
            for each in found.corrections[:_NAMED_NOTES]
        ),
        *map(_unread, found.unreadable[:_NAMED_NOTES]),
        *([_Note("search.cut", {})] if found.is_cut else []),
        *(
            [_Note("search.meant", {"request": f"{command} {_short(results.meant)}"})]
            if results.meant
            else []
        ),
    ]


def _unread(typed: str) -> _Note:
    example = _OPERATORS.get(typed.lstrip("-").partition(":")[0].casefold())
    if example:
        return _Note("search.unreadable", {"typed": _short(typed), "example": example})
    return _Note("search.unknown_operator", {"typed": _short(typed)})


@dataclass(frozen=True, slots=True)
class _Listed:
    """A paper as rows and plain text have it: its terms, and a sentence that fits beside them."""

    found: Found
    number: int
    terms: list[str]
    snippet: list[Piece]


def _listed(found: FoundPage, words: Words) -> list[_Listed]:
    terms = [_terms(each, words) for each in found.found]
    return [
        _Listed(each, number, of_paper, _snippet(each, of_paper))
        for number, (each, of_paper) in enumerate(zip(found.found, terms, strict=True), found.offset + 1)
    ]


def _rows(listed: Sequence[_Listed], page: Page, words: Words) -> list[Block]:
    return [block for each in listed for block in paper_row(_row(each, words), page, words)]


def _row(listed: _Listed, words: Words) -> Row:
    found, paper = listed.found, listed.found.entry.paper
    facts = facts_line(paper, words)
    below = [
        *([escape(words.date(found.day))] if found.day else []),
        *([facts] if facts else []),
        escape(paper.id),
    ]
    runs = [blocks.words(piece.text, bold=piece.is_match) for piece in listed.snippet]
    return Row(paper, listed.number, runs, below, listed.terms, found.is_saved)


def _terms(found: Found, words: Words) -> list[str]:
    """Return the words that a paper lacks, and the terms that make it similar."""
    missing, shared = _named(found.missing, words), _named(found.shared, words)
    terms = [
        *([words("search.missing", words=missing)] if missing else []),
        *([words("similar.shared", terms=shared)] if shared else []),
    ]
    return fit(terms, _TERMS_CHARACTERS)


def _snippet(found: Found, terms: Sequence[str]) -> list[Piece]:
    """Return the sentence on a paper, as long as its title and terms leave room for it."""
    title = counted(shown_title(found.entry.paper, TITLE_CHARACTERS))
    room = _ROW_CHARACTERS - title - sum(map(counted, terms))
    return _fitted(found.snippet, min(_SNIPPET_CHARACTERS, room))


def _named(terms: Sequence[str], words: Words) -> str:
    named = words.listed(filter(None, map(_short, terms[:_NAMED_WORDS])))
    return f"{named} …" if len(terms) > _NAMED_WORDS else named


def _fitted(snippet: Sequence[Piece], left: int) -> list[Piece]:
    """Return the pieces of a sentence, cut where it is too long; none is empty."""
    fitted = []
    for piece in snippet:
        text = cut(clean(piece.text), left) if left > 0 else ""
        left -= counted(text)
        if text:
            fitted.append(Piece(text, piece.is_match))
    return fitted


def _leads(results: Results, words: Words) -> list[Block]:
    """Return what to try where little was found: nearer spellings, and arXiv."""
    found = results.found
    buttons = [
        Button(
            action_id,
            cut(suggestion, _SUGGESTION_CHARACTERS),
            value=ids.page_value(Page(search=ids.carried_text(suggestion))),
        )
        for action_id, suggestion in zip(ids.SEARCH_AGAIN, _suggested(found), strict=False)
    ]
    asked = [blocks.context(words("search.did_you_mean")), blocks.actions(*buttons)] if buttons else []
    if not results.arxiv_words or not (_lack_words(found) or not found.found):
        return asked
    arxiv = Button(ids.SEARCH_ARXIV, words("button.search_arxiv"), url=search_url(results.arxiv_words))
    return [*asked, blocks.actions(arxiv)]


def _suggested(found: FoundPage) -> list[str]:
    """Return as many suggestions as there are buttons for; one that shows nothing is none."""
    shown = [text for each in found.suggestions if (text := clean(each).strip())]
    return shown[: len(ids.SEARCH_AGAIN)]


def _spoken_leads(found: FoundPage, words: Words) -> list[str]:
    suggested = [cut(each, _SUGGESTION_CHARACTERS) for each in _suggested(found)]
    asked = f"{words('search.did_you_mean')} {words.either(suggested)}" if suggested else ""
    return [asked] if asked else []


def _spoken(listed: Sequence[_Listed]) -> list[Spoken]:
    return [
        Spoken(
            each.found.entry.paper,
            each.number,
            " · ".join(filter(None, ["".join(piece.text for piece in each.snippet), *each.terms])),
        )
        for each in listed
    ]


def _back_to_paper(page: Page, words: Words) -> list[Block]:
    """Return the way back to the one paper that these are similar to."""
    similar = page.similar
    if similar is None or len(similar.paper_ids) != 1:
        return []
    value = ids.opened_value(Opened(similar.paper_ids[0], similar.origin))
    return [blocks.actions(Button(ids.REOPEN_PAPER, words("button.back_to_paper"), value=value))]


def _short(text: str) -> str:
    return cut(clean(text), _WORD_CHARACTERS)
