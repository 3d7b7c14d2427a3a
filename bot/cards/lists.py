"""Pages of papers: a day's listing, and a week's best."""

from dataclasses import replace
from datetime import date, timedelta

from bot.cards import blocks, ids
from bot.cards.blocks import Button, Message
from bot.cards.digest import sentence, source_name
from bot.cards.entry import DayPage, Entry, WeekEntry, WeekPage
from bot.cards.ids import Page
from bot.cards.paper import facts_line
from bot.cards.rows import Row, has_next, paper_row, position, turning
from bot.cards.spoken import Spoken, spoken_list
from bot.locale import Words
from bot.text.mrkdwn import Mrkdwn, escape

_SENTENCE_CHARACTERS = 220


def listing_page(listed: DayPage, words: Words) -> Message:
    """Return a page of a day's listing; each paper has buttons to open it, and to save or remove it."""
    shown, page = listed.entries, Page(listed.offset, listed.day)
    is_more = has_next(page, listed.total)
    headline = words("digest.headline", date=words.date(listed.day))
    scope = words.count("digest.papers", listed.total, source=source_name(listed.source, words))
    spoken = [_spoken(entry, words) for entry in shown]
    rows = [
        block
        for each, entry in zip(spoken, shown, strict=True)
        for block in paper_row(_listed(each, words, is_saved=entry.paper.id in listed.saved), page, words)
    ]
    drawn = [
        blocks.header(headline),
        blocks.context(scope, *position(page, len(shown), str(listed.total), words, has_next=is_more)),
        *rows,
        *turning(page, words, _other_days(listed, words), has_next=is_more),
    ]
    return blocks.message(spoken_list([headline, scope], spoken), drawn)


def week_page(listed: WeekPage, words: Words) -> Message:
    """Return a page of a week's papers, the best first, each with the same buttons."""
    shown, page = listed.entries, Page(listed.offset, week=listed.week)
    is_more = has_next(page, listed.total)
    headline = words("week.headline", days=words.days(listed.week.monday, _sunday(listed.week.monday)))
    scope = words.count("week.papers_by_saves" if listed.week.by_saves else "week.papers", listed.total)
    spoken = [_spoken(each.entry, words) for each in shown]
    rows = [
        block
        for each, found in zip(spoken, shown, strict=True)
        for block in paper_row(_of_week(each, found, words), page, words)
    ]
    drawn = [
        blocks.header(headline),
        blocks.context(scope, *position(page, len(shown), str(listed.total), words, has_next=is_more)),
        *rows,
        *turning(page, words, _other_weeks(listed, words), has_next=is_more),
    ]
    return blocks.message(spoken_list([headline, scope], spoken), drawn)


def _listed(shown: Spoken, words: Words, *, is_saved: bool, saves: Mrkdwn | None = None) -> Row:
    facts = [escape(shown.paper.id), facts_line(shown.paper, words), saves]
    runs = [blocks.words(shown.sentence)] if shown.sentence else []
    return Row(shown.paper, shown.number, runs, [each for each in facts if each], is_saved=is_saved)


def _spoken(entry: Entry, words: Words) -> Spoken:
    """Return a paper with the sentence that stands below its title, and in the message's plain text."""
    return Spoken(entry.paper, entry.number, sentence(entry, words, _SENTENCE_CHARACTERS))


def _of_week(shown: Spoken, listed: WeekEntry, words: Words) -> Row:
    saves = Mrkdwn(words.count("paper.saves", listed.saves)) if listed.saves else None
    return _listed(shown, words, is_saved=listed.is_saved, saves=saves)


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
