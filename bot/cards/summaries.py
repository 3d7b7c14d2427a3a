"""Modals about a summary: its unfound figures, and the report of a mistake."""

from collections.abc import Sequence

from bot.cards import blocks, ids
from bot.cards.blocks import Block
from bot.cards.entry import Entry
from bot.cards.notices import paper_sentence
from bot.cards.paper import PART_LABELS, shown_title
from bot.cards.provenance import MARK, not_found, origin, where_looked
from bot.locale import Words
from bot.text.arxiv_id import abstract_url
from bot.text.mrkdwn import clean, cut
from storage.records import Figure, Paper, Summary

NOTE_CHARACTERS = 1000
"""The most characters of a report's note."""

_FIGURES_SHOWN = 30
_FIGURE_CHARACTERS = 100
_SENTENCE_CHARACTERS = 600


def figures_modal(paper: Paper, summary: Summary, words: Words) -> Block:
    """Return a modal with each unfound figure and the paper's sentence nearest to it."""
    missing = not_found(summary)
    intro = words.count("figures.intro", len(missing), where=where_looked(summary, words))
    drawn = [_title(paper), blocks.context(intro), *_figures(missing[:_FIGURES_SHOWN], words)]
    if len(missing) > _FIGURES_SHOWN:
        drawn.append(blocks.context(words.count("figures.more", len(missing) - _FIGURES_SHOWN)))
    return blocks.modal(words("figures.title"), words("button.close"), drawn)


def report_modal(entry: Entry, about: str, words: Words) -> Block:
    """Return the form to report a mistake; `about` identifies the summary on submission."""
    note = blocks.text_input("", NOTE_CHARACTERS, multiline=True)
    drawn = [
        _title(entry.paper),
        blocks.context(origin(entry, words)),
        blocks.field(ids.REPORT_NOTE, words("report.note"), note, hint=words("report.hint"), optional=True),
    ]
    view = blocks.modal(words("report.title"), words("button.cancel"), drawn, about=about)
    return blocks.form(view, ids.SUBMIT_REPORT, words("button.send"))


def report_answer(paper: Paper | None, words: Words) -> Block:
    """Return a modal with the outcome of a report; `paper` is `None` where its summary is gone."""
    sentence = (
        paper_sentence(paper, "report.kept", words) if paper else blocks.section(words.mrkdwn("summary.gone"))
    )
    return blocks.modal(words("report.title"), words("button.close"), [sentence])


def _title(paper: Paper) -> Block:
    return blocks.rich_text(blocks.paragraph(blocks.title_link(abstract_url(paper.id), shown_title(paper))))


def _figures(figures: Sequence[Figure], words: Words) -> list[Block]:
    drawn = []
    for figure in figures:
        text = cut(clean(figure.text).strip(), _FIGURE_CHARACTERS) or MARK
        nearest = cut(clean(figure.nearest).strip(), _SENTENCE_CHARACTERS)
        below = blocks.quote if nearest else blocks.paragraph
        heading = blocks.paragraph(
            blocks.words(text, bold=True), blocks.words(f" · {words(PART_LABELS[figure.part])}")
        )
        drawn.append(blocks.rich_text(heading, below(blocks.words(nearest or words("figures.none_near")))))
    return drawn
