"""Which papers arXiv is asked about for newer versions, how often, and what is kept of its answer."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.listings.enricher import Enricher
from bot.sources.atom import ArxivPaper
from storage.claims import Claims
from storage.records import ArxivRecord, Paper, PaperVersion
from storage.runner import InlineRunner
from storage.tables import Tables
from storage.watched_papers import ASKED_A_DAY, WATCHED_FOR
from tests.support.clocks import SimulatedClock
from tests.support.tables import empty_tables

NOW = datetime(2025, 9, 29, 9, 0, tzinfo=UTC)
PAPER = Paper(
    "2409.00001", "Trees", ("Ada Lovelace",), "They grow.", categories=("cs.LG",), published=date(2024, 9, 1)
)
SECOND = replace(PAPER, title="Taller trees", abstract="They grow fast.")
SUBMITTED = datetime(2025, 9, 30, 3, tzinfo=UTC)


@dataclass
class VersionDesk:
    """Tables with papers of a year ago, and an arXiv that a test writes."""

    storage: InlineRunner
    clock: SimulatedClock
    answers: dict[str, ArxivPaper] = field(default_factory=dict)
    requests: list[list[str]] = field(default_factory=list)
    failure: BaseException | None = None

    async def ask(self, paper_ids: Iterable[str]) -> Mapping[str, ArxivPaper]:
        self.requests.append([*paper_ids])
        await asyncio.sleep(0)
        if self.failure:
            raise self.failure
        return {each: self.answers[each] for each in self.requests[-1] if each in self.answers}

    def enricher(self) -> Enricher:
        return Enricher(self.storage, self.clock, self.ask, Claims(self.storage, self.clock))

    async def has(self, *papers: Paper, saved_by: str | None = "U1") -> None:
        """Keep papers in their first version, which one person has saved."""

        def keep(tables: Tables) -> None:
            for paper in papers:
                tables.papers.add(paper)
                tables.arxiv_records.put(ArxivRecord(paper.id, NOW, 1, NOW))
                self.answers[paper.id] = ArxivPaper(paper, 1, NOW)
                if saved_by:
                    tables.saved_papers.save("T1", saved_by, paper.id, self.clock.now())

        await self.storage.write(keep)

    async def live(self, days: int) -> None:
        """Tick each hour for so many days."""
        enricher = self.enricher()
        for _ in range(24 * days):
            self.clock.advance(3600)
            for _ in range(12):
                await enricher.tick()

    async def version(self) -> PaperVersion | None:
        return (await self.storage.read(lambda tables: tables.paper_versions.of_papers([PAPER.id]))).get(
            PAPER.id
        )

    async def paper(self) -> Paper | None:
        return await self.storage.read(lambda tables: tables.papers.get(PAPER.id))


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[VersionDesk]:
    storage = InlineRunner(empty_tables(tmp_path / "test.db"))
    yield VersionDesk(storage, SimulatedClock(NOW))
    storage.close()


async def test_saved_papers_are_asked_about_once_a_day_together(desk: VersionDesk) -> None:
    papers = [replace(PAPER, id=f"2409.{number:05}") for number in range(1, 31)]
    for paper in papers:
        await desk.has(paper)
        desk.clock.advance(60)
    await desk.has(replace(PAPER, id="2409.00099"), saved_by=None)
    await desk.live(3)

    assert [sorted(request) for request in desk.requests] == [[paper.id for paper in papers]] * 3


async def test_a_day_has_a_bound_and_the_others_come_the_next_day(desk: VersionDesk) -> None:
    papers = [replace(PAPER, id=f"2409.{number:05}") for number in range(ASKED_A_DAY + 120)]
    await desk.has(*papers)
    await desk.live(1)
    first = [each for request in desk.requests for each in request]
    desk.requests.clear()
    await desk.live(1)
    second = [each for request in desk.requests for each in request]

    assert (len(first), len(set(first))) == (ASKED_A_DAY, ASKED_A_DAY)
    assert len(second) == ASKED_A_DAY
    assert {paper.id for paper in papers} - set(first) <= set(second)
    assert max(map(len, desk.requests)) == 100


async def test_what_nobody_has_any_more_or_since_a_year_is_not_asked_about(desk: VersionDesk) -> None:
    other, read = replace(PAPER, id="2409.00002"), replace(PAPER, id="2409.00003")
    await desk.has(PAPER, other)
    await desk.has(read, saved_by=None)
    await desk.storage.write(lambda tables: tables.readers.add("T1", "C1", "U2", read.id, NOW))
    await desk.storage.write(lambda tables: tables.saved_papers.remove("T1", "U1", other.id, NOW))
    await desk.live(1)
    desk.clock.advance(WATCHED_FOR.total_seconds())
    await desk.live(2)
    await desk.storage.write(lambda tables: tables.saved_papers.restore("T1", "U1", other.id))

    assert desk.requests == [[PAPER.id, read.id]]
    assert await desk.storage.read(
        lambda tables: tables.watched_papers.among([PAPER.id, read.id, other.id])
    ) == {other.id}


async def test_a_newer_version_renews_the_paper_and_keeps_what_the_earlier_one_said(
    desk: VersionDesk,
) -> None:
    await desk.has(PAPER)
    desk.answers[PAPER.id] = ArxivPaper(SECOND, 2, SUBMITTED)
    await desk.live(3)
    version = await desk.version()
    # A list may have the first version's texts still.
    await desk.storage.write(lambda tables: tables.papers.add(replace(PAPER, votes=7)))

    assert await desk.paper() == replace(SECOND, votes=7)
    seen_at = datetime(2025, 9, 30, 7, tzinfo=UTC)
    assert version == PaperVersion(PAPER.id, 2, seen_at, "Trees", "They grow.", SUBMITTED)
    assert len(desk.requests) == 3

    desk.answers[PAPER.id] = ArxivPaper(replace(SECOND, abstract="They fall."), 3)
    await desk.live(1)
    assert await desk.version() == PaperVersion(
        PAPER.id, 3, seen_at + timedelta(days=3), "Taller trees", "They grow fast."
    )


@pytest.mark.parametrize(("before", "after"), [("They grow.", None), (None, "They grow fast.")])
async def test_an_abstract_that_only_one_of_the_two_versions_has_is_compared_with_nothing(
    desk: VersionDesk, before: str | None, after: str | None
) -> None:
    await desk.has(replace(PAPER, abstract=before))
    desk.answers[PAPER.id] = ArxivPaper(replace(SECOND, abstract=after), 2, SUBMITTED)
    await desk.live(1)
    version = await desk.version()

    assert await desk.paper() == replace(SECOND, abstract=after or before)
    assert version
    assert (version.earlier_title, version.earlier_abstract) == ("Trees", None)


@pytest.mark.parametrize("nothing", ["  ", "\u200b", "\\textbf{}"])
async def test_a_title_or_an_abstract_that_shows_nothing_takes_the_place_of_none(
    desk: VersionDesk, nothing: str
) -> None:
    await desk.has(PAPER)
    desk.answers[PAPER.id] = ArxivPaper(replace(PAPER, title=nothing, abstract=nothing), 2, SUBMITTED)
    await desk.live(1)

    assert await desk.paper() == PAPER
    seen_at = datetime(2025, 9, 30, 7, tzinfo=UTC)
    assert await desk.version() == PaperVersion(PAPER.id, 2, seen_at, "Trees", None, SUBMITTED)


@pytest.mark.parametrize(
    "described",
    [
        ArxivPaper(PAPER, 1, NOW),
        ArxivPaper(SECOND, None),
        ArxivPaper(SECOND, 0),
        ArxivPaper(replace(SECOND, withdrawal="This paper has been withdrawn."), 2),
    ],
    ids="same unknown earlier withdrawn".split(),
)
async def test_what_is_no_newer_version_with_a_text_changes_none(
    desk: VersionDesk, described: ArxivPaper
) -> None:
    await desk.has(PAPER)
    desk.answers[PAPER.id] = described
    await desk.live(1)

    assert await desk.version() is None
    assert await desk.paper() == replace(PAPER, withdrawal=described.paper.withdrawal)


async def test_a_version_that_came_before_anybody_saved_the_paper_is_told_once_somebody_does(
    desk: VersionDesk,
) -> None:
    await desk.has(PAPER, saved_by=None)
    described = ArxivPaper(SECOND, 2, SUBMITTED)
    await desk.storage.write(
        lambda tables: tables.arxiv_records.put(ArxivRecord(PAPER.id, NOW, 2, SUBMITTED))
    )
    await desk.has(replace(PAPER, id="2409.00002"))
    desk.answers[PAPER.id] = described
    await desk.live(1)
    assert await desk.version() is None

    now = desk.clock.now()
    await desk.storage.write(lambda tables: tables.saved_papers.save("T1", "U2", PAPER.id, now))
    await desk.live(1)
    version = await desk.version()
    assert version
    assert (version.version, version.earlier_abstract) == (2, "They grow.")


async def test_a_stop_after_the_answer_loses_nothing_and_doubles_nothing(desk: VersionDesk) -> None:
    await desk.has(PAPER)
    desk.answers[PAPER.id] = ArxivPaper(SECOND, 2, SUBMITTED)
    desk.clock.advance(24 * 3600)
    desk.failure = asyncio.CancelledError()
    with pytest.raises(asyncio.CancelledError):
        await desk.enricher().tick()
    assert await desk.version() is None

    desk.failure = None
    for enricher in (desk.enricher(), desk.enricher()):
        await enricher.tick()
    assert len(desk.requests) == 2
    assert await desk.paper() == SECOND


async def test_of_two_workers_one_asks(desk: VersionDesk) -> None:
    await desk.has(PAPER)
    desk.clock.advance(24 * 3600)
    await asyncio.gather(*(desk.enricher().tick() for _ in range(3)))

    assert desk.requests == [[PAPER.id]]
