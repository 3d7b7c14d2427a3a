"""A person's own list: a page of it, the notices of what was changed, and the form that edits a paper."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.cards import blocks, ids
from bot.cards.blocks import Block, Button, Message, Select
from bot.cards.ids import Edited, EditField, Listed, Page
from bot.cards.notices import paper_notice, paper_sentence
from bot.cards.paper import shown_title
from bot.cards.renewed import RenewedPaper, renewed_blocks, spoken_renewed
from bot.cards.rows import has_next, position, turning
from bot.cards.spoken import Spoken, spoken_list, spoken_title
from bot.cards.versions import NewerVersion, since_line
from bot.locale import Reader, Words
from bot.text.arxiv_id import abstract_url
from bot.text.mrkdwn import Mrkdwn, clean, clean_line, cut, escape, join, link
from bot.text.tags import MOST_CHARACTERS, MOST_TAGS
from storage.records import (
    EVERY_SAVED_PAPER,
    Paper,
    ReadingStatus,
    SavedFilter,
    SavedIn,
    SavedPaper,
    SaveOutcome,
)
from storage.saved_papers import MOST_NOTE_CHARACTERS

_TITLE_CHARACTERS = 170
_NOTE_CHARACTERS = 100
_TAGS_CHARACTERS = 60
_NOTICED_TAGS_CHARACTERS = 400

# All texts of a message count against its limit, those of options too.
_MOST_TAG_OPTIONS = 20
_TAGS_FIELD_CHARACTERS = MOST_TAGS * (MOST_CHARACTERS + 2)

_STATUS_WORDS = {
    ReadingStatus.UNREAD: "status.unread",
    ReadingStatus.READING: "status.reading",
    ReadingStatus.READ: "status.read",
}
_MARK_BUTTONS = {
    ReadingStatus.READ: ("button.mark_read", "button.mark_read_of"),
    ReadingStatus.READING: ("button.mark_reading", "button.mark_reading_of"),
    ReadingStatus.UNREAD: ("button.mark_unread", "button.mark_unread_of"),
}
_MARKED = {
    ReadingStatus.UNREAD: "saved.marked_unread",
    ReadingStatus.READING: "saved.marked_reading",
    ReadingStatus.READ: "saved.marked_read",
}


@dataclass(frozen=True, slots=True)
class SavedPage:
    """A page of a person's saved papers."""

    papers: tuple[SavedPaper, ...]
    offset: int
    #: How many papers fit.
    total: int
    #: Whether there are more than were counted.
    is_more: bool = False
    #: What was typed to see this part of the list, in its one form; empty for all of it.
    text: str = ""
    chosen: SavedFilter = EVERY_SAVED_PAPER
    #: What to type for the same part with each status, and with any.
    texts_by_status: Mapping[ReadingStatus | None, str] = field(default_factory=dict)
    #: How many papers with the same tags have each status; empty where words are looked for.
    counts: Mapping[ReadingStatus, int] = field(default_factory=dict)
    #: All tags of the list, the most used first.
    tags: Mapping[str, int] = field(default_factory=dict)
    #: What could not be read of what was typed.
    unreadable: tuple[str, ...] = ()
    #: The newer versions, by paper, that came since the person saved one.
    newer: Mapping[str, NewerVersion] = field(default_factory=dict)
    #: The papers of the list of which a newer version came lately.
    renewed: tuple[RenewedPaper, ...] = ()

    @property
    def page(self) -> Page:
        """This page, for its buttons."""
        return Page(self.offset, own=self.text)

    @property
    def is_empty_list(self) -> bool:
        """Whether the list has no paper at all."""
        return not self.total and not self.text


@dataclass(frozen=True, slots=True)
class ListPlace:
    """What a list is drawn with."""

    reader: Reader
    #: The address of the workspace in Slack, which ends in a slash.
    workspace_url: str


def saved_page(saved: SavedPage, place: ListPlace, removed: Paper | None = None) -> Message:
    """Return a page of the person's list; `removed` was just removed from it, and can be put back."""
    words = place.reader.words
    headline = saved_headline(saved, words)
    sentences = _sentences(saved, words)
    undo = [*removed_line(removed, saved.page, words)] if removed else []
    renewed = renewed_blocks(saved.renewed, words, is_short=True)
    drawn = [blocks.header(headline), *undo, *renewed, *saved_blocks(saved, place)]
    opening = [
        headline,
        *([words("saved.removed", title=spoken_title(removed))] if removed else []),
        *spoken_renewed(saved.renewed, words),
        *sentences,
    ]
    return blocks.message(spoken_list(opening, [_spoken(kept, saved, words) for kept in saved.papers]), drawn)


def saved_headline(saved: SavedPage, words: Words) -> str:
    """Return the headline of the list, or of the part that is shown."""
    if saved.is_more:
        return words("saved.headline_of_many", count=saved.total)
    if saved.text:
        return words.count("saved.headline_of_part", saved.total)
    return words.count("saved.headline", saved.total)


def removed_line(paper: Paper, page: Page, words: Words) -> list[Block]:
    """Return that a paper was just removed, with a button that puts it back."""
    button = Button(
        ids.RESTORE_LISTED_PAPER,
        words("button.undo"),
        value=ids.listed_value(Listed(paper.id, page)),
        spoken=words("button.restore_of", title=shown_title(paper)),
    )
    return [paper_sentence(paper, "saved.removed", words), blocks.actions(button)]


def saved_blocks(saved: SavedPage, place: ListPlace) -> list[Block]:
    """Return filters, papers and the buttons that turn the page, below a headline."""
    words, page = place.reader.words, saved.page
    is_more = has_next(page, saved.total)
    where = position(page, len(saved.papers), str(saved.total), words, has_next=is_more)
    return [
        *_filters(saved, words),
        *map(_plainly, _sentences(saved, words)),
        *([blocks.context(*where)] if where else []),
        *(block for kept in saved.papers for block in _row(kept, saved, place)),
        *turning(page, words, has_next=is_more),
    ]


def saved_notice(paper: Paper, outcome: SaveOutcome, words: Words) -> Message:
    """Return what was saved, with buttons to undo it and to add a note."""
    key = "saved.added" if outcome.is_new else "saved.already"
    undo = Button(
        ids.UNDO_SAVE if outcome.is_new else ids.REMOVE_PAPER,
        words("button.undo" if outcome.is_new else "button.remove"),
        value=paper.id,
        spoken=words(
            "button.undo_save_of" if outcome.is_new else "button.remove_of", title=shown_title(paper)
        ),
    )
    label, spoken = (
        ("button.edit", "button.edit_of")
        if outcome.is_note_new
        else ("button.add_note", "button.add_note_of")
    )
    edit = Button(
        ids.EDIT_PAPER, words(label), value=paper.id, spoken=words(spoken, title=shown_title(paper))
    )
    details = _details(outcome, words)
    below = [_plainly(line) for line in details]
    row = blocks.actions(undo, edit, Button(ids.MY_PAPERS, words("button.my_papers")))
    text = "\n".join([words(key, title=spoken_title(paper)), *details])
    return blocks.message(text, [paper_sentence(paper, key, words), *below, row])


def removed_notice(paper: Paper, words: Words, *, was_there: bool) -> Message:
    """Return that the paper is removed, with a button to put it back, or that it was not on the list."""
    title = shown_title(paper)
    if was_there:
        spoken = words("button.restore_of", title=title)
        button = Button(ids.RESTORE_PAPER, words("button.undo"), value=paper.id, spoken=spoken)
    else:
        spoken = words("button.save_of", title=title)
        button = Button(ids.SAVE_PAPER, words("button.save"), value=paper.id, primary=True, spoken=spoken)
    key = "saved.removed" if was_there else "saved.not_there"
    row = blocks.actions(button, Button(ids.MY_PAPERS, words("button.my_papers")))
    return blocks.message(words(key, title=spoken_title(paper)), [paper_sentence(paper, key, words), row])


def marked_notice(paper: Paper, status: ReadingStatus, words: Words) -> Message:
    """Return a notice that the paper has this status now."""
    return paper_notice(paper, _MARKED[status], words)


def edit_modal(saved: SavedPaper, page: Page | None, words: Words) -> Block:
    """Return the form that edits status, tags and note of a saved paper."""
    statuses = {str(status): words(_STATUS_WORDS[status]) for status in ReadingStatus}
    tags = " ".join(f"#{tag}" for tag in saved.tags)
    fields = [
        blocks.field(
            EditField.STATUS, words("edit.status"), blocks.choice("radio_buttons", statuses, saved.status)
        ),
        blocks.field(
            EditField.TAGS,
            words("edit.tags"),
            blocks.text_input(tags, _TAGS_FIELD_CHARACTERS),
            hint=words("edit.tags_hint", most=MOST_TAGS),
            optional=True,
        ),
        blocks.field(
            EditField.NOTE,
            words("edit.note"),
            blocks.text_input(saved.note, MOST_NOTE_CHARACTERS, multiline=True),
            hint=words("edit.note_hint"),
            optional=True,
        ),
    ]
    about = ids.edited_value(Edited(saved.paper.id, page))
    view = blocks.modal(
        words("edit.title"), words("button.cancel"), [_title(saved.paper), *fields], about=about
    )
    return blocks.form(view, ids.SUBMIT_EDITS, words("button.save_changes"))


def edited_modal(paper: Paper, words: Words, *, was_there: bool) -> Block:
    """Return a modal that says that the changes are kept, or that the paper is not on the list."""
    key = "edit.kept" if was_there else "saved.not_there"
    return blocks.modal(words("edit.title"), words("button.close"), [paper_sentence(paper, key, words)])


def message_url(workspace_url: str, place: SavedIn) -> str:
    """Return the address of a message, as `chat.getPermalink` gives it."""
    url = f"{workspace_url}archives/{place.channel}/p{place.ts.replace('.', '')}"
    if place.thread_ts is None:
        return url
    return f"{url}?thread_ts={place.thread_ts}&cid={place.channel}"


def _sentences(saved: SavedPage, words: Words) -> list[str]:
    """Return what is to be said of a list without papers, of words looked for, and of what was not read."""
    sentences = []
    if saved.unreadable:
        sentences.append(words("saved.unreadable", text=", ".join(saved.unreadable)))
    if saved.is_empty_list:
        sentences.append(words("saved.empty"))
    elif not saved.total:
        sentences.append(words("saved.nothing_fits", text=saved.text))
    elif saved.text and not saved.counts:
        sentences.append(words("saved.searched_for", text=saved.text))
    return sentences


def _details(outcome: SaveOutcome, words: Words) -> list[str]:
    """Return a line for tags and note that were added, and for each that was not."""
    lines = []
    if outcome.new_tags:
        lines.append(
            words("saved.tags_added", tags=cut(_tag_line(outcome.new_tags), _NOTICED_TAGS_CHARACTERS))
        )
    if outcome.is_note_new:
        lines.append(words("saved.note_added"))
    if outcome.tags_left_out:
        lines.append(
            words(
                "saved.tags_left_out",
                most=MOST_TAGS,
                tags=cut(_tag_line(outcome.tags_left_out), _NOTICED_TAGS_CHARACTERS),
            )
        )
    if outcome.is_note_left_out:
        lines.append(words("saved.note_left_out", most=MOST_NOTE_CHARACTERS))
    return lines


def _tag_line(tags: Sequence[str]) -> str:
    return clean(" ".join(f"#{tag}" for tag in tags))


def _filters(saved: SavedPage, words: Words) -> list[Block]:
    """Return a button for each status, and a select for the tags; nothing for an empty list."""
    if saved.is_empty_list:
        return []
    buttons = [
        Button(
            ids.SHOW_SAVED[status],
            _filter_label(saved, status, words),
            value=ids.page_value(Page(own=text)),
            primary=status == saved.chosen.status,
        )
        for status, text in saved.texts_by_status.items()
    ]
    return [blocks.actions(*buttons, *_tag_select(saved, words))] if buttons else []


def _filter_label(saved: SavedPage, status: ReadingStatus | None, words: Words) -> str:
    label = words(_STATUS_WORDS[status] if status else "status.all")
    if not saved.counts:
        return label
    count = saved.counts.get(status, 0) if status else sum(saved.counts.values())
    return words("status.counted", status=label, count=count)


def _tag_select(saved: SavedPage, words: Words) -> list[Select]:
    if not saved.tags:
        return []
    options = {
        f"#{tag}": words("tags.counted", tag=f"#{tag}", count=count)
        for tag, count in list(saved.tags.items())[:_MOST_TAG_OPTIONS]
    }
    chosen = f"#{saved.chosen.tags[0]}" if len(saved.chosen.tags) == 1 else ""
    every = {ids.EVERY_TAG: words("tags.all")}
    return [Select(ids.CHOOSE_TAG, words("tags.choose"), {**every, **options}, chosen)]


def _row(saved: SavedPaper, shown: SavedPage, place: ListPlace) -> list[Block]:
    words, newer = place.reader.words, shown.newer.get(saved.paper.id)
    note = cut(clean_line(saved.note), _NOTE_CHARACTERS)
    title = [
        blocks.paragraph(
            blocks.title_link(abstract_url(saved.paper.id), shown_title(saved.paper, _TITLE_CHARACTERS))
        )
    ]
    return [
        blocks.rich_text(*title, *([blocks.quote(blocks.words(note))] if note else [])),
        blocks.context(*_below(saved, newer, place)),
        blocks.actions(*_row_buttons(saved, shown.page, words)),
    ]


def _below(saved: SavedPaper, newer: NewerVersion | None, place: ListPlace) -> list[str]:
    reader, words = place.reader, place.reader.words
    since = words("saved.since", date=reader.day(saved.saved_at.astimezone(reader.zone).date()))
    status = [] if saved.status is ReadingStatus.UNREAD else [words(_STATUS_WORDS[saved.status])]
    version = [since_line(newer, words)] if newer else []
    facts: list[Mrkdwn] = [escape(part) for part in (saved.paper.id, since, *status, *version)]
    if saved.saved_in:
        facts.append(Mrkdwn(link(message_url(place.workspace_url, saved.saved_in), words("saved.thread"))))
    tags = cut(_tag_line(saved.tags), _TAGS_CHARACTERS)
    return [join(" · ", facts), *([tags] if tags else [])]


def _row_buttons(saved: SavedPaper, page: Page, words: Words) -> list[Button]:
    value, title = ids.listed_value(Listed(saved.paper.id, page)), shown_title(saved.paper)
    marks = {
        ids.MARK_PAPER[status]: labels
        for status, labels in _MARK_BUTTONS.items()
        if status is not saved.status
    }
    labels = {
        ids.OPEN_PAPER: ("button.open", "button.open_of"),
        **marks,
        ids.EDIT_LISTED_PAPER: ("button.edit", "button.edit_of"),
        ids.REMOVE_LISTED_PAPER: ("button.remove", "button.remove_of"),
    }
    return [
        Button(action_id, words(label), value=value, spoken=words(spoken, title=title))
        for action_id, (label, spoken) in labels.items()
    ]


def _spoken(saved: SavedPaper, shown: SavedPage, words: Words) -> Spoken:
    newer = shown.newer.get(saved.paper.id)
    version = since_line(newer, words) if newer else ""
    status = "" if saved.status is ReadingStatus.UNREAD else words(_STATUS_WORDS[saved.status])
    note = cut(clean_line(saved.note), _NOTE_CHARACTERS)
    return Spoken(
        saved.paper, sentence=" · ".join(filter(None, [status, version, _tag_line(saved.tags), note]))
    )


def _plainly(sentence: str) -> Block:
    """Return a sentence in which nothing is parsed, since tags and what was typed may be in it."""
    return blocks.rich_text(blocks.paragraph(blocks.words(sentence)))


def _title(paper: Paper) -> Block:
    return blocks.rich_text(blocks.paragraph(blocks.title_link(abstract_url(paper.id), shown_title(paper))))
