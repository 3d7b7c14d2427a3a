"""Looking up a week's best papers."""

from datetime import date, timedelta

from bot.cards.blocks import Message
from bot.cards.entry import WeekPage
from bot.cards.ids import Week
from bot.cards.lists import week_page as drawn_page
from bot.cards.notices import notice
from bot.lookup.papers import monday_of, page_of_week
from handlers.lookup import nearest_days
from handlers.parts import Parts
from handlers.people import Person
from handlers.requests import ShowWeek
from storage.tables import Tables

_DAYS = 7


async def show_week(parts: Parts, person: Person, request: ShowWeek) -> Message:
    """Answer with the best papers of this week or an earlier one, in the person's time zone."""
    this = monday_of(person.today(parts.clock.now()))
    since_the_first = (this - date.min).days // _DAYS
    return await week_page(
        parts, person, Week(this - timedelta(weeks=min(request.weeks_ago, since_the_first)))
    )


async def week_page(parts: Parts, person: Person, week: Week, offset: int = 0) -> Message:
    """Answer with a page of a week's papers, or with the nearest days that have some.

    An offset past the end gives the last page.
    """

    def read(tables: Tables) -> tuple[WeekPage, list[date | None]]:
        listed = page_of_week(tables, week, person.language, person.workspace, person.id, offset)
        near = [] if listed.entries else tables.listings.neighbours(week.monday, sunday)
        return listed, [*near]

    sunday, words = week.monday + timedelta(days=_DAYS - 1), person.words
    listed, near = await parts.storage.read(read)
    if listed.entries:
        return drawn_page(listed, words)
    sentence = words.mrkdwn("week.no_papers", days=words.days(week.monday, sunday))
    return notice(sentence, *filter(None, [nearest_days(parts, words, near)]))
