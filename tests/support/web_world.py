"""Hugging Face and arXiv over a month and what goes wrong there: a transport of httpx on virtual time."""

import asyncio
import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from random import Random
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

import httpx

EASTERN = ZoneInfo("America/New_York")
DAY = timedelta(days=1)

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom"'
    ' xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">'
)


def daily_feed(day: date, new: Iterable[str], crossed: Iterable[str] = ()) -> str:
    """Return a feed of rss.arxiv.org that announces these papers."""
    announced = [*((each, "new") for each in new), *((each, "cross") for each in crossed)]
    entries = "".join(
        f"<entry><id>oai:arXiv.org:{paper_id}v1</id><title>On {paper_id}</title>"
        f"<summary>arXiv:{paper_id}v1 Announce Type: {kind}\nAbstract: About it.</summary>"
        f'<category term="cs.CL"/><arxiv:announce_type>{kind}</arxiv:announce_type>'
        f"<dc:creator>Ada Lovelace</dc:creator></entry>"
        for paper_id, kind in announced
    )
    return f"{_HEAD}<updated>{midnight_in_new_york(day).isoformat()}</updated>{entries}</feed>"


def api_answer(paper_ids: Iterable[str], comment: str = "12 pages") -> str:
    """Return an answer of arXiv's API that knows these papers, each in its second version."""
    entries = [
        f"<entry><id>http://arxiv.org/abs/{paper_id}v2</id><title>On {paper_id}</title>"
        f"<updated>2025-10-02T10:00:00Z</updated><published>2025-10-01T10:00:00Z</published>"
        f"<summary>About it.</summary><author><name>Ada Lovelace</name></author>"
        f'<category term="cs.LG"/><arxiv:comment>{comment}</arxiv:comment></entry>'
        for paper_id in paper_ids
    ]
    total = f"<opensearch:totalResults>{len(entries)}</opensearch:totalResults>"
    return f"{_HEAD}{total}{''.join(entries)}</feed>"


def hugging_face_list(paper_ids: Iterable[str]) -> str:
    """Return a page of Hugging Face's daily papers, which says little of them."""
    return json.dumps(
        [{"paper": {"id": each, "title": f"On {each}", "upvotes": 3}, "title": each} for each in paper_ids]
    )


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a service does instead of its work from one moment to another; empty of hosts is all of them."""

    begins: datetime
    ends: datetime
    kind: str
    hosts: frozenset[str] = frozenset()


@dataclass
class Web:
    """What is listed when, what is wrong when, and a log of what was asked.

    `lists` are Hugging Face's papers by day, each with the moment from which it is listed. `feeds` are
    arXiv's feeds, each from its moment on.
    """

    now: Callable[[], datetime]
    random: Random
    lists: dict[date, list[tuple[str, datetime]]] = field(default_factory=dict)
    feeds: list[tuple[datetime, str]] = field(default_factory=list)
    unknown: frozenset[str] = frozenset()
    troubles: list[Trouble] = field(default_factory=list)
    chance: float = 0.05
    asked: list[tuple[str, float, float]] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    looked_up: Counter[str] = field(default_factory=Counter)
    under_way: int = 0
    most_under_way: int = 0

    async def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer a request; the log has when it came and when it was answered or given up."""
        began, is_arxiv = asyncio.get_running_loop().time(), request.url.host != "huggingface.co"
        self.under_way += is_arxiv
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            await asyncio.sleep(self.random.uniform(0, 2))
            return await self._answer(request)
        finally:
            self.under_way -= is_arxiv
            self.asked.append((request.url.host, began, asyncio.get_running_loop().time()))

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        kind = self._trouble(request.url.host)
        self.outcomes[kind] += 1
        if kind != "well":
            return await self._fail(kind, request)
        body = self._body(request).encode()
        mark = f'"{sha256(body).hexdigest()[:16]}"'
        if request.headers.get("If-None-Match") == mark:
            self.outcomes["not modified"] += 1
            return httpx.Response(304, headers={"ETag": mark})
        return _response(gzip.compress(body), {"ETag": mark, "Content-Encoding": "gzip"})

    def _trouble(self, host: str) -> str:
        now = self.now()
        for each in self.troubles:
            if each.begins <= now < each.ends and (not each.hosts or host in each.hosts):
                return each.kind
        return self.random.choice(FAILURES) if self.random.random() < self.chance else "well"

    async def _fail(self, kind: str, request: httpx.Request) -> httpx.Response:
        if kind == "timeout":
            await asyncio.sleep(3600)
        if kind == "unreachable":
            raise httpx.ConnectError("refused", request=request)
        if kind == "empty":
            is_list = request.url.host == "huggingface.co"
            return _response(b"[]" if is_list else api_answer(()).encode(), {})
        if kind == "cut":
            return _response(gzip.compress(self._body(request).encode())[:-10], {"Content-Encoding": "gzip"})
        return {
            "429": httpx.Response(429, text="Rate exceeded.", headers={"RateLimit": '"api";r=0;t=120'}),
            "503": httpx.Response(503, text="Service Unavailable"),
            "page": _response(b"<!DOCTYPE html><html><body>Down for maintenance</body></html>", {}),
            "login": httpx.Response(302, headers={"Location": "https://login.example/"}),
            "shape": _response(b'{"error": "Internal error"}', {}),
        }[kind]

    def _body(self, request: httpx.Request) -> str:
        query = parse_qs(request.url.query.decode())
        match request.url.host:
            case "huggingface.co":
                listed = self.lists.get(date.fromisoformat(query["date"][0]), [])
                ids = [paper_id for paper_id, since in listed if since <= self.now()]
                return hugging_face_list(ids if query["p"] == ["0"] else [])
            case "rss.arxiv.org":
                return [feed for since, feed in self.feeds if since <= self.now()][-1]
            case "export.arxiv.org":
                ids = query["id_list"][0].split(",")
                self.looked_up.update(ids)
                return api_answer(each for each in ids if each not in self.unknown)
            case _:
                return f"<html><body>{request.url.path}</body></html>"


FAILURES = ("429", "503", "timeout", "unreachable", "empty", "cut", "page", "login", "shape")


def _response(body: bytes, headers: dict[str, str]) -> httpx.Response:
    return httpx.Response(200, headers=headers, stream=httpx.ByteStream(body))


def midnight_in_new_york(day: date) -> datetime:
    """Return when arXiv's feeds are rebuilt for a day, in UTC."""
    return datetime.combine(day, time.min, EASTERN).astimezone(UTC)


# --- A month ---------------------------------------------------------------------------------------------

FIRST = date(2025, 10, 6)
DAYS = tuple(FIRST + number * DAY for number in range(30))
HOLIDAY, STUCK, LATE = DAYS[7], DAYS[15], DAYS[22]
"""A Monday without any list, a Tuesday on which arXiv shows Monday's batch anew, and a day of late lists."""


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """Return a moment of a day, in UTC."""
    return datetime.combine(day, time(hour, minute), UTC)


def is_listed(day: date) -> bool:
    """Tell whether a day has papers: summer time ends on a Sunday of this month, and nobody lists on it."""
    return day.weekday() < 5 and day != HOLIDAY


def month(now: Callable[[], datetime], random: Random) -> tuple[Web, dict[date, tuple[str, ...]]]:
    """Return a month, and what arXiv's listing of each day should be in the end."""
    world = Web(now, random)
    batches: dict[date, tuple[tuple[str, ...], tuple[str, ...]]] = {}
    for day in filter(is_listed, DAYS):
        count, usual = random.randint(4, 12), 21 if day == LATE else 2
        world.lists[day] = [
            (f"{day:%y%m}.{day.day:02}{n:03}", at(day, usual) + timedelta(minutes=10 * n))
            for n in range(count)
        ]
        new = tuple(f"{day:%y%m}.{50 + day.day:02}{n:03}" for n in range(random.randint(2, 6)))
        # Now and then a paper of the day before is cross-listed.
        crossed = batches[day - DAY][0][:1] if day - DAY in batches and random.random() < 0.5 else ()
        batches[day] = (new, crossed)
    expected = _publish(world, batches)
    world.unknown = frozenset({world.lists[DAYS[1]][0][0]})
    world.troubles = _troubles()
    return world, expected


def _publish(
    world: Web, batches: dict[date, tuple[tuple[str, ...], tuple[str, ...]]]
) -> dict[date, tuple[str, ...]]:
    expected: dict[date, tuple[str, ...]] = {}
    world.feeds.append((at(FIRST - DAY, 0), daily_feed(FIRST - DAY, ())))
    for day in (*DAYS, *(DAYS[-1] + number * DAY for number in (1, 2, 3, 4))):
        new, crossed = batches.get(day, ((), ()))
        since = midnight_in_new_york(day)
        if day == STUCK:
            world.feeds.append((since, daily_feed(day, *batches[day - DAY])))
            continue
        if day == STUCK + DAY:
            late_new, late_crossed = batches[STUCK]
            new, crossed = (*late_new, *new), (*late_crossed, *crossed)
        if day == LATE:
            since = at(day, 16)
        world.feeds.append((since, daily_feed(day, new, crossed)))
        expected[day] = tuple(dict.fromkeys((*new, *crossed)))
    return expected


def _troubles() -> list[Trouble]:
    def trouble(number: int, begins: int, hours: float, kind: str, *hosts: str) -> Trouble:
        moment = at(DAYS[number], begins)
        return Trouble(moment, moment + timedelta(hours=hours), kind, frozenset(hosts))

    return [
        trouble(2, 1, 10, "503", "huggingface.co"),
        trouble(3, 0, 1, "empty", "huggingface.co"),
        trouble(4, 2, 30, "429", "huggingface.co"),
        trouble(8, 3, 9, "unreachable"),
        trouble(9, 12, 8, "timeout"),
        trouble(10, 0, 2, "empty", "rss.arxiv.org"),
        trouble(11, 4, 14, "429", "rss.arxiv.org", "export.arxiv.org", "arxiv.org"),
        trouble(16, 0, 48, "503", "export.arxiv.org"),
        trouble(17, 20, 6, "page", "rss.arxiv.org", "huggingface.co"),
        trouble(21, 18, 8, "cut"),
        trouble(24, 1, 12, "login"),
        trouble(25, 22, 5, "shape"),
    ]
