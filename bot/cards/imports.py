"""The form that brings in references, and the report of what became of each."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.cards import blocks, ids
from bot.cards.blocks import Block, Button, Message
from bot.locale import Words

_MOST_CHARACTERS = 3_000
_MOST_SHOWN = 10
_ENTRY_CHARACTERS = 120
_FILE_TYPES = ("bib", "ris", "json", "csv", "tsv", "txt", "md")


@dataclass(frozen=True, slots=True)
class NotImported:
    """An entry that was not understood, or a paper that was not found."""

    #: The number of the entry or the line; 0 for a paper.
    number: int
    #: What it says, or the paper's id.
    shown: str
    #: The key of the sentence that says why.
    reason: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of an import."""

    saved: int = 0
    already: int = 0
    #: How many papers arXiv is being asked about.
    pending: int = 0
    failed: Sequence[NotImported] = ()
    #: The ids of the papers whose note or tags could not be kept whole.
    shortened: Sequence[str] = ()


def import_modal(words: Words, *, takes_files: bool) -> Block:
    """Return the form, with a file where the app may read one."""
    file: Block = {"type": "file_input", "filetypes": list(_FILE_TYPES), "max_files": 1}
    fields = [
        blocks.field(
            ids.IMPORT_TEXT,
            words("import.text"),
            blocks.text_input("", _MOST_CHARACTERS, multiline=True),
            hint=words("import.text_hint"),
            optional=True,
        ),
        *(
            [blocks.field(ids.IMPORT_FILE, words("import.file"), file, optional=True)]
            if takes_files
            else [blocks.context(words("import.no_file"))]
        ),
    ]
    view = blocks.modal(words("import.title"), words("button.cancel"), fields)
    return blocks.form(view, ids.SUBMIT_IMPORT, words("button.import"))


def import_report(report: ImportReport, words: Words) -> Message:
    """Return how many papers were saved, which entries were not, and why."""
    counts = {
        "import.saved": report.saved,
        "import.already": report.already,
        "import.pending": report.pending,
        "import.failed": len(report.failed),
    }
    known = {key: number for key, number in counts.items() if number} or {"import.saved": 0}
    told = [words.count(key, number) for key, number in known.items()]
    if report.shortened:
        told.insert(-1 if report.failed else len(told), _shortened(report.shortened, words))
    lines = [_line(failed, words) for failed in report.failed[:_MOST_SHOWN]]
    left = len(report.failed) - _MOST_SHOWN
    if left > 0:
        lines.append(words.count("linked.more", left))
    paragraphs = [blocks.paragraph(blocks.words("\n".join(told)))]
    listed = [blocks.bullets([blocks.words(line)] for line in lines)] if lines else []
    button = Button(ids.MY_PAPERS, words("button.my_papers"))
    drawn = [blocks.rich_text(*paragraphs, *listed), blocks.actions(button)]
    return blocks.message("\n".join([*told, *lines]), drawn)


def _shortened(paper_ids: Sequence[str], words: Words) -> str:
    more = ["…"] if len(paper_ids) > _MOST_SHOWN else []
    papers = ", ".join([*paper_ids[:_MOST_SHOWN], *more])
    return words.count("import.shortened", len(paper_ids), papers=papers)


def _line(failed: NotImported, words: Words) -> str:
    where = f"{failed.number}: " if failed.number else ""
    return f"{where}{failed.shown[:_ENTRY_CHARACTERS]} – {words(failed.reason)}"
