"""The commands for the search: papers found by words, and the index made anew."""

import sys
from typing import Any

import click

from bot.cards.found import Found, FoundPage
from bot.cards.ids import PAGE_LENGTH
from bot.commands.terminal import counted, current_clock, database_option, language_option, say, with_storage
from bot.lookup.found import SearchReader
from bot.lookup.query import Query
from bot.lookup.search import find
from bot.lookup.typed_query import read_query
from bot.text.mrkdwn import json_text
from storage.address import Address
from storage.runner import Runner
from storage.tables import Tables

_MOST = 200
_PAPERS_AT_ONCE = 100

_NOBODY = ""


@click.command()
@click.argument("words", nargs=-1, required=True)
@click.option(
    "--limit",
    type=click.IntRange(1, _MOST),
    default=PAGE_LENGTH,
    show_default=True,
    help="The most papers to show.",
)
@language_option("The language of the sentence shown of each paper.", "English")
@click.option("--json", "is_json", is_flag=True, help="Print one JSON object, for scripts.")
@database_option
def search(
    words: tuple[str, ...], limit: int, language: str | None, is_json: bool, database: Address | None
) -> None:
    """Find papers by words, the best match first.

    WORDS are read as in Slack: "a phrase", -without, author:leng, in:title, cat:cs.CL, after:2025-09-01,
    before:2025-10-01, lang:zh, has:code, sort:new or sort:votes. Put -- before words that begin with a dash.
    """
    text, today = " ".join(words), current_clock().now().date()
    query = read_query(text, today)
    _refuse_what_says_nothing(query)
    _refuse_personal(query)
    reader = SearchReader(_NOBODY, _NOBODY, language or "en", today)

    async def read(storage: Runner) -> tuple[list[FoundPage], int]:
        return await storage.read(
            lambda tables: (_pages(tables, query, text, reader, limit), tables.search_index.outdated())
        )

    pages, outdated = with_storage(database, read, must_exist=True)
    if outdated:
        say(f"{counted(outdated, 'paper')} not indexed yet. Run paper-round reindex.", err=True)
    found = [each for page in pages for each in page.found][:limit]
    say(_as_json(text, found) if is_json else _as_text(pages[0], found))


@click.command()
@database_option
def reindex(database: Address | None) -> None:
    """Make the search index anew.

    Nothing needs this in daily use: what is stored is indexed with it. The bot may run meanwhile, and finds
    each paper once it is indexed.
    """

    async def index_all(storage: Runner) -> int:
        total = await storage.write(lambda tables: tables.search_index.begin_anew())
        with click.progressbar(
            length=total, label="Indexing", file=sys.stderr, hidden=not sys.stderr.isatty()
        ) as bar:
            while done := await storage.write(
                lambda tables: tables.search_index.index_outdated(_PAPERS_AT_ONCE)
            ):
                bar.update(done)
        return total

    total = with_storage(database, index_all, must_exist=True)
    say(f"{counted(total, 'paper')} indexed")


def _refuse_what_says_nothing(query: Query) -> None:
    if query == Query():
        raise click.UsageError("There is nothing to look for in these words. Write some of a title.")


def _refuse_personal(query: Query) -> None:
    if query.is_saved or query.is_unread:
        raise click.UsageError(
            "Only people in Slack have a list of saved papers. Leave out saved and unread."
        )


def _pages(tables: Tables, query: Query, text: str, reader: SearchReader, limit: int) -> list[FoundPage]:
    offsets = range(0, limit, PAGE_LENGTH)
    pages = [find(tables, query, text, reader, offset) for offset in offsets]
    # An offset past the end gives the last page again.
    return [page for page, offset in zip(pages, offsets, strict=True) if page.offset == offset]


def _as_text(page: FoundPage, found: list[Found]) -> str:
    notes = [f"{fix.typed}: searched for {fix.used} instead" for fix in page.corrections]
    notes += [f"{text} can't be read" for text in page.unreadable]
    if page.is_cut:
        notes.append("The search took too long and was cut short. Use rarer words.")
    lines = [line for each in found for line in _lines(each)] or ["No paper found."]
    return "\n".join([*notes, *lines])


def _lines(found: Found) -> list[str]:
    paper = found.entry.paper
    facts = [paper.id, *([found.day.isoformat()] if found.day else [])]
    if found.missing:
        facts.append(f"without: {', '.join(found.missing)}")
    return [" ".join(paper.title.split()), f"  {' · '.join(facts)}", f"  {_sentence(found)}"]


def _as_json(text: str, found: list[Found]) -> str:
    fields = {"query": text, "papers": [_fields(each) for each in found]}
    return json_text(fields)


def _fields(found: Found) -> dict[str, Any]:
    return {
        "id": found.entry.paper.id,
        "title": found.entry.paper.title,
        "date": found.day.isoformat() if found.day else None,
        "snippet": _sentence(found),
        "missing": list(found.missing),
    }


def _sentence(found: Found) -> str:
    return "".join(piece.text for piece in found.snippet)
