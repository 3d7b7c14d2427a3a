"""A source whose lists a test writes."""

from datetime import date

from bot.errors import SourceError
from bot.sources.source import DailyList
from storage.records import Paper


def papers_of(day: date, count: int) -> tuple[Paper, ...]:
    return tuple(Paper(f"{day:%y%m}.{day.day:02}{n:03}", f"{day} {n}") for n in range(count))


class Newsstand:
    """A source that lists what the test says, or fails as it says, and counts how often it is asked."""

    def __init__(self) -> None:
        self.lists: dict[date, int] = {}
        self.failure: SourceError | None = None
        self.asked: list[date] = []

    async def fetch(self, day: date) -> DailyList:
        self.asked.append(day)
        if self.failure:
            raise self.failure
        return DailyList(day, papers_of(day, self.lists.get(day, 0)))
