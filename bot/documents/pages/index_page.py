"""The pages that lead to the days: the newest, and one for each year; pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from xml.etree.ElementTree import Element

from bot.documents.pages.day_page import path_of
from bot.documents.pages.frame import Place, page
from bot.documents.pages.markup import Node, element
from bot.locale import Words

_DAYS_IN_THE_INDEX = 31
"""How many of the newest days are in the index, with all others of their months."""


@dataclass(frozen=True, slots=True)
class DayCount:
    """How many papers a day's page has."""

    day: date
    papers: int


def path_of_year(year: int) -> str:
    """Return the path of a year's page in the folder."""
    return f"{year:04}/index.html"


def index_page(days: Sequence[DayCount], words: Words, place: Place) -> str:
    """Return the page with the newest months, and all years; `days` is ordered, the oldest first."""
    first = days[-_DAYS_IN_THE_INDEX:][0].day.replace(day=1)
    newest = [each for each in days if each.day >= first]
    content = [*_months(newest, words, place), _years(days, words, place)]
    return page(words("pages.title"), content, words, place)


def year_page(days: Sequence[DayCount], words: Words, place: Place) -> str:
    """Return the page with the days of one year, the newest first; `days` are those, the oldest first."""
    title = words("pages.of_year", year=f"{days[0].day.year:04}")
    total = element("p", _papers(days, words), class_="facts")
    return page(title, [total, *_months(days, words, place)], words, place)


def _months(days: Sequence[DayCount], words: Words, place: Place) -> Iterator[Element]:
    newest_first = sorted(days, key=lambda each: each.day, reverse=True)
    for first, found in groupby(newest_first, lambda each: each.day.replace(day=1)):
        of_month = list(found)
        items = [_item(path_of(each.day), _day(each.day, words), [each], words, place) for each in of_month]
        heading = element("h2", words.month(first), " ", _count(of_month, words))
        yield element("section", heading, element("ul", *items, class_="days"))


def _years(days: Sequence[DayCount], words: Words, place: Place) -> Element:
    years = [(year, list(of_year)) for year, of_year in groupby(days, lambda each: each.day.year)]
    items = [
        _item(path_of_year(year), f"{year:04}", of_year, words, place) for year, of_year in reversed(years)
    ]
    heading = element("h2", words("pages.years"))
    return element("section", heading, element("ul", *items, class_="days"))


def _item(path: str, shown: Node, days: Sequence[DayCount], words: Words, place: Place) -> Element:
    return element("li", element("a", shown, href=place.link_to(path)), " ", _count(days, words))


def _count(days: Sequence[DayCount], words: Words) -> Element:
    return element("span", _papers(days, words), class_="count")


def _day(day: date, words: Words) -> Element:
    return element("time", words.day_of_year(day), datetime=day.isoformat())


def _papers(days: Sequence[DayCount], words: Words) -> str:
    return words.count("pages.papers", sum(each.papers for each in days))
