"""The modal with the sources of a summary: each of its sentences above those of the paper; pure."""

import json
from collections.abc import Iterator, Sequence

from bot.cards import blocks, ids
from bot.cards.blocks import Block, Button
from bot.cards.ids import SummaryAct, SummaryChoice, choice_value
from bot.cards.paper import PART_LABELS, shown_title
from bot.cards.provenance import MARK, before_version, where_looked
from bot.cards.versions import NewerVersion
from bot.locale import Words
from bot.text.arxiv_id import abstract_url
from bot.text.mrkdwn import clean, cut
from storage.records import Doubt, DoubtKind, Evidence, Paper, PaperSentence, Summary

_SENTENCE_CHARACTERS = 600
_SECTION_CHARACTERS = 100
_WORDS_CHARACTERS = 60

_MOST_BLOCKS = 90
_MOST_BYTES = 100_000
"""Of a page; Slack takes 100 blocks and, undocumented, some 250 kB."""

_REASONS = {
    DoubtKind.NO_SENTENCE: "sources.no_sentence",
    DoubtKind.NOTHING_SHARED: "sources.nothing_shared",
    DoubtKind.OTHER_DIRECTION: "sources.other_direction",
    DoubtKind.NAME_NOT_FOUND: "sources.name_not_found",
    DoubtKind.BASELINE_ELSEWHERE: "sources.baseline_elsewhere",
    DoubtKind.FIGURE_ELSEWHERE: "sources.figure_elsewhere",
    DoubtKind.FIGURE_NOT_FOUND: "sources.figure_not_found",
    DoubtKind.UNSUPPORTED: "sources.unsupported",
}


def sources_modal(
    paper: Paper, summary: Summary, words: Words, page: int = 0, newer: NewerVersion | None = None
) -> Block:
    """Return a page of a modal with each sentence of a summary above the paper's, in the paper's language.

    A page that does not exist is the last one. Where a newer version of the paper came after the summary, it
    says so: the sentences are those of the version before.
    """
    pages = list(_pages(summary, words))
    at = min(page, len(pages) - 1)
    version = before_version(summary, newer)
    title = blocks.title_link(abstract_url(paper.id), shown_title(paper))
    drawn = [
        blocks.rich_text(blocks.paragraph(title)),
        blocks.context(words("sources.intro")),
        *([blocks.context(words("sources.marks"))] if any(each.doubts for each in summary.evidence) else []),
        *([blocks.context(words("sources.before_version", version=version))] if version else []),
        *pages[at],
        *_pager(SummaryChoice(SummaryAct.SOURCES, paper.id, summary.language), at, len(pages), words),
    ]
    return blocks.modal(words("sources.title"), words("button.close"), drawn)


def _pages(summary: Summary, words: Words) -> Iterator[list[Block]]:
    """Yield the blocks of each page; there is one at least."""
    page: list[Block] = []
    size, part = 0, ""
    for evidence in summary.evidence:
        drawn = _drawn(evidence, summary, words, is_first=evidence.part != part)
        cost = len(json.dumps(drawn))
        if page and (len(page) + len(drawn) > _MOST_BLOCKS or size + cost > _MOST_BYTES):
            yield page
            page, size = [], 0
            drawn = _drawn(evidence, summary, words, is_first=True)
        page += drawn
        size, part = size + cost, evidence.part
    yield page


def _drawn(evidence: Evidence, summary: Summary, words: Words, *, is_first: bool) -> list[Block]:
    """Return a sentence, below it the paper's own, and below these what is to be said of it."""
    label = [blocks.words(f"{words(PART_LABELS[evidence.part])}\n", bold=True)] if is_first else []
    text = cut(clean(evidence.text).strip(), _SENTENCE_CHARACTERS)
    left_out = words("sources.left_out", text=text) if evidence.is_left_out else text
    quotes = [_quote(each) for each in evidence.sentences]
    said = list(notes(evidence, summary, words))
    return [
        blocks.rich_text(
            blocks.paragraph(*label, *(blocks.marked(left_out) or [blocks.words("…")])), *quotes
        ),
        *([blocks.context("\n".join(said))] if said else []),
    ]


def _quote(sentence: PaperSentence) -> Block:
    section = cut(clean(sentence.section).strip(), _SECTION_CHARACTERS)
    heading = [blocks.words(f"{section}\n", bold=True)] if section else []
    text = cut(clean(sentence.text).strip(), _SENTENCE_CHARACTERS) or "…"
    return blocks.quote(*heading, blocks.words(text))


def notes(evidence: Evidence, summary: Summary, words: Words) -> Iterator[str]:
    """Yield what is to be said of a sentence: that it is an inference, or what speaks against it."""
    if evidence.is_inference:
        yield words("sources.inference")
    for doubt in evidence.doubts:
        yield f"{MARK} {_reason(doubt, summary, words)}"


def _reason(doubt: Doubt, summary: Summary, words: Words) -> str:
    said = cut(clean(doubt.words).strip(), _WORDS_CHARACTERS)
    return words(_REASONS[doubt.kind], words=said, where=where_looked(summary, words))


def _pager(choice: SummaryChoice, page: int, pages: int, words: Words) -> Sequence[Block]:
    turns = ((ids.PREVIOUS_SOURCES, "button.previous", page - 1), (ids.NEXT_SOURCES, "button.next", page + 1))
    buttons = [
        Button(action_id, words(label), value=choice_value(choice, to))
        for action_id, label, to in turns
        if 0 <= to < pages
    ]
    return [blocks.actions(*buttons)] if buttons else []
