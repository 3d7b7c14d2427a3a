"""Pages of papers: a day's listing, a week's best, and a person's saved papers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.cards import blocks, ids
from bot.cards.blocks import Block, Button, Message
from bot.cards.digest import sentence, source_name
from bot.cards.entry import DayPage, Entry, WeekEntry, WeekPage
from bot.cards.ids import PAGE_LENGTH, Listed, Page
from bot.cards.paper import facts_line, shown_title
from bot.cards.spoken import Spoken, spoken_list
from bot.locale import Reader, Words
from bot.text.arxiv_id import abstract_url
from bot.text.mrkdwn import Mrkdwn, escape, join
from storage.records import Paper, SavedPaper

_TITLE_CHARACTERS = 250
_SENTENCE_CHARACTERS = 220


def listing_page(listed: DayPage, words: Words) -> Message:
    """Return a page of a day's listing; each paper has a button to save or remove it."""
    shown, page = listed.entries, Page(listed.offset, listed.day)
    headline = words("digest.headline", date=words.date(listed.day))
    scope = words.count("digest.papers", listed.total, source=source_name(listed.source, words))
    spoken = [_spoken(entry, words) for entry in shown]
    rows = [
        block
        for each, entry in zip(spoken, shown, strict=True)
        for block in _listing_row(each, page, words, is_saved=entry.paper.id in listed.saved)
    ]
    drawn = [
        blocks.header(headline),
        blocks.context(scope, *_position(page, len(shown), listed.total, words)),
        *rows,
        *_turning(page, listed.total, words, _other_days(listed, words)),
    ]
    return blocks.message(spoken_list([headline, scope], spoken), drawn)


def week_page(listed: WeekPage, words: Words) -> Message:
    """Return a page of a week's papers, the best first; each has a button to save or remove it."""
    shown, page = listed.entries, Page(listed.offset, week=listed.week)
    headline = words("week.headline", days=words.days(listed.week.monday, _sunday(listed.week.monday)))
    scope = words.count("week.papers_by_saves" if listed.week.by_saves else "week.papers", listed.total)
    spoken = [_spoken(each.entry, words) for each in shown]
    rows = [
        block
        for each, found in zip(spoken, shown, strict=True)
        for block in _week_row(each, found, page, words)
    ]
    drawn = [
        blocks.header(headline),
        blocks.context(scope, *_position(page, len(shown), listed.total, words)),
        *rows,
        *_turning(page, listed.total, words, _other_weeks(listed, words)),
    ]
    return blocks.message(spoken_list([headline, scope], spoken), drawn)


@dataclass(frozen=True, slots=True)
class SavedPage:
    """A page of a person's saved papers."""

    papers: tuple[SavedPaper, ...]
    offset: int
    #: How many papers the whole list has.
    total: int


def saved_page(saved: SavedPage, reader: Reader) -> Message:
    """Return a page of the person's saved papers; an empty one says how to save one."""
    papers, total, page, words = saved.papers, saved.total, Page(saved.offset), reader.words
    headline = words.count("saved.headline", total)
    rows = [block for paper in papers for block in _saved_row(paper, page, reader)]
    drawn = [
        blocks.header(headline),
        *([] if total else [blocks.section(words.mrkdwn("saved.empty"))]),
        *([blocks.context(*position)] if (position := _position(page, len(papers), total, words)) else []),
        *rows,
        *_turning(page, total, words),
    ]
    opening = [headline, *([] if total else [words("saved.empty")])]
    return blocks.message(spoken_list(opening, [Spoken(kept.paper) for kept in papers]), drawn)


def home_view(saved: SavedPage, command: str, reader: Reader) -> Block:
    """Return the Home tab: the person's saved papers, and a hint on the command."""
    hint = blocks.context(reader.words.mrkdwn("home.hint", command=command))
    return blocks.home([*saved_page(saved, reader).blocks, blocks.divider(), hint])


def _listing_row(
    shown: Spoken, page: Page, words: Words, *, is_saved: bool, saves: Mrkdwn | None = None
) -> list[Block]:
    paper, text = shown.paper, shown.sentence
    title = [blocks.words(f"{shown.number}. ", bold=True), _title(paper)]
    below = join(" · ", filter(None, [escape(paper.id), facts_line(paper, words), saves]))
    button = _row_button(paper, page, words, is_saved=is_saved)
    return _row([*title, blocks.words(f"\n{text}")] if text else title, below, button)


def _spoken(entry: Entry, words: Words) -> Spoken:
    """Return a paper with the sentence that stands below its title, and in the message's plain text."""
    return Spoken(entry.paper, entry.number, sentence(entry, words, _SENTENCE_CHARACTERS))


def _week_row(shown: Spoken, listed: WeekEntry, page: Page, words: Words) -> list[Block]:
    saves = Mrkdwn(words.count("paper.saves", listed.saves)) if listed.saves else None
    return _listing_row(shown, page, words, is_saved=listed.is_saved, saves=saves)


def _saved_row(saved: SavedPaper, page: Page, reader: Reader) -> list[Block]:
    words, at = reader.words, saved.saved_at.astimezone(reader.zone)
    when = escape(words("saved.since", date=reader.day(at.date())))
    button = _row_button(saved.paper, page, words, is_saved=True)
    return _row([_title(saved.paper)], join(" · ", [escape(saved.paper.id), when]), button)


def _row(shown: Sequence[Block], below: Mrkdwn, button: Button) -> list[Block]:
    """Return strangers' text as rich text, in which nothing is parsed, and below it our own with a button."""
    return [blocks.rich_text(blocks.paragraph(*shown)), blocks.section(below, accessory=button)]


def _title(paper: Paper) -> Block:
    return blocks.title_link(abstract_url(paper.id), shown_title(paper, _TITLE_CHARACTERS))


def _row_button(paper: Paper, page: Page, words: Words, *, is_saved: bool) -> Button:
    action_id = ids.REMOVE_LISTED_PAPER if is_saved else ids.SAVE_LISTED_PAPER
    label, spoken = ("button.remove", "button.remove_of") if is_saved else ("button.save", "button.save_of")
    return Button(
        action_id,
        words(label),
        value=ids.listed_value(Listed(paper.id, page)),
        spoken=words(spoken, title=shown_title(paper)),
    )


def _position(page: Page, shown: int, total: int, words: Words) -> list[str]:
    if total <= PAGE_LENGTH:
        return []
    return [words("page.position", first=page.offset + 1, last=page.offset + shown, total=total)]


def _turning(page: Page, total: int, words: Words, others: Sequence[Button] = ()) -> list[Block]:
    """Return the buttons to the other pages of the list, and to other lists."""
    buttons = []
    if page.offset:
        value = ids.page_value(page.previous)
        buttons.append(Button(ids.PREVIOUS_PAGE, words("button.previous"), value=value))
    if page.offset + PAGE_LENGTH < total:
        buttons.append(Button(ids.NEXT_PAGE, words("button.next"), value=ids.page_value(page.next)))
    return [blocks.actions(*buttons, *others)] if buttons or others else []


def _other_days(listed: DayPage, words: Words) -> list[Button]:
    days = {ids.PREVIOUS_DAY: ("button.before", listed.before), ids.NEXT_DAY: ("button.after", listed.after)}
    return [
        Button(action_id, words(label, day=words.date(day)), value=ids.page_value(Page(day=day)))
        for action_id, (label, day) in days.items()
        if day
    ]


def _other_weeks(listed: WeekPage, words: Words) -> list[Button]:
    """Return the buttons to the other order, where some papers were saved by enough, and to other weeks."""
    other = replace(listed.week, by_saves=not listed.week.by_saves)
    label = "button.by_saves" if other.by_saves else "button.by_votes"
    buttons = [Button(ids.RANK_WEEK, words(label), value=ids.page_value(Page(week=other)))]
    weeks = {
        ids.PREVIOUS_WEEK: ("button.before", listed.before),
        ids.NEXT_WEEK: ("button.after", listed.after),
    }
    return [
        *(buttons if listed.has_saves else []),
        *(
            Button(
                action_id,
                words(label, day=words.days(monday, _sunday(monday))),
                value=ids.page_value(Page(week=replace(listed.week, monday=monday))),
            )
            for action_id, (label, monday) in weeks.items()
            if monday
        ),
    ]


def _sunday(monday: date) -> date:
    return monday + timedelta(days=6)
