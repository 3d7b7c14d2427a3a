"""The parent message of a digest, and the list of the papers that get no card of their own."""

from collections.abc import Sequence
from datetime import date
from html import unescape
from typing import Any

from bot.cards import blocks, ids
from bot.cards.blocks import Block, Button, Message
from bot.cards.entry import Digest, Entry
from bot.cards.paper import shown_title, withdrawn_line
from bot.cards.provenance import with_marks
from bot.cards.spoken import Spoken, spoken_list
from bot.locale import Words
from bot.sources.kinds import categories_of, kind_of
from bot.text.arxiv_id import abstract_url
from bot.text.mrkdwn import cut, without_bold

_FIRST_ONES = 5
_TITLE_CHARACTERS = 300
_SENTENCE_CHARACTERS = 350
_SHORT_MESSAGE_CHARACTERS = 2500


def digest_parent(
    digest: Digest, words: Words, *, sources: Sequence[str] = (), notes: Sequence[str] = ()
) -> Message:
    """Return the parent: the date, the sources, and a sentence on each of the first papers.

    `sources` are the sources of the papers, if not the digest's one; `notes` say why it is late or what it
    lacks.
    """
    headline = words("digest.headline", date=words.date(digest.day))
    names = words.series([source_name(source, words) for source in sources or (digest.source,)])
    scope = words.count("digest.papers", len(digest.entries), source=names)
    first = digest.entries[:_FIRST_ONES]
    rest = len(digest.entries) - len(first)
    invitation = words.count("digest.more_in_thread", rest) if rest else words("digest.all_in_thread")
    drawn = [
        blocks.header(headline),
        blocks.context(scope),
        *([blocks.context("\n".join(notes))] if notes else []),
        blocks.rich_text(blocks.numbered(_item(entry, words) for entry in first)),
        blocks.context(invitation),
        blocks.actions(
            Button(ids.MY_PAPERS, words("button.my_papers")),
            Button(ids.OPEN_PREFERENCES, words("button.settings")),
        ),
    ]
    spoken = spoken_list([headline, scope, *notes], [_spoken(entry, words) for entry in first], [invitation])
    return blocks.message(spoken, drawn)


def nothing_new(day: date, words: Words, notes: Sequence[str] = ()) -> Message:
    """Return the line for a day without a new paper, and notes on its sources."""
    text = "\n".join([words("digest.nothing_new", date=words.date(day)), *notes])
    return blocks.message(text, [blocks.context(text)])


def short_message(text: str) -> Message:
    """Return a message of plain text, a sentence or two."""
    shown = cut(text, _SHORT_MESSAGE_CHARACTERS)
    return blocks.message(text, [blocks.rich_text(blocks.paragraph(blocks.words(shown)))])


def with_note(payload: dict[str, Any], sentence: str) -> dict[str, Any]:
    """Return a parent's payload with a line at its end, such as how many papers are in the channel.

    One in plain text stays so: Slack shows blocks in place of the text, so the line alone would hide it.
    """
    shown = {**payload, "text": blocks.message(unescape(payload["text"]), (), ending=f"\n{sentence}").text}
    if drawn := payload.get("blocks"):
        shown["blocks"] = [*drawn, blocks.context(sentence)]
    return shown


def rest_list(entries: Sequence[Entry], words: Words) -> Message:
    """Return the list of the papers that get no card of their own, a sentence on each."""
    headline = words.count("digest.rest", len(entries))
    rows = [
        blocks.rich_text(blocks.paragraph(blocks.words(f"{entry.number}. "), *_item(entry, words)))
        for entry in entries
    ]
    spoken = spoken_list([headline], [_spoken(entry, words) for entry in entries])
    return blocks.message(spoken, [blocks.context(headline), *rows])


def source_name(source: str, words: Words) -> str:
    """Return the title of a source, such as `arXiv cs.CL`."""
    kind = kind_of(source)
    title = words(kind.title_key) if kind.title_key else kind.title
    return " ".join(filter(None, (title, "+".join(categories_of(source)) if kind.has_categories else "")))


def sentence(entry: Entry, words: Words, limit: int) -> str:
    """Return a sentence on a paper for a list: from its summary, else the abstract's start.

    Of a withdrawn paper it is the notice.

    Figures that were not found in the paper are marked here too.
    """
    if withdrawn := withdrawn_line(entry.paper, words, limit // 2):
        return withdrawn
    summary = entry.summary
    parts = (with_marks(summary, part) for part in ("tldr", "problem", "body")) if summary else ()
    text = next(filter(None, parts), "") if summary else entry.paper.abstract
    return cut(without_bold(text or ""), limit)


def _item(entry: Entry, words: Words) -> list[Block]:
    title = blocks.title_link(abstract_url(entry.paper.id), shown_title(entry.paper, _TITLE_CHARACTERS))
    text = sentence(entry, words, _SENTENCE_CHARACTERS)
    return [title, blocks.words(f"\n{text}")] if text else [title]


def _spoken(entry: Entry, words: Words) -> Spoken:
    return Spoken(entry.paper, entry.number, sentence(entry, words, _SENTENCE_CHARACTERS))
