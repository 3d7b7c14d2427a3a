"""A newer version of a paper, from arXiv's answer to the card, and to whoever saved it."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from bot.documents.digest_file import DigestEntry, DigestFile
from bot.documents.importer import import_into
from bot.listings.enricher import Enricher
from bot.sources.atom import ArxivPaper
from bot.sources.http import web_client
from bot.summaries.model import ModelClient
from bot.summarising.queue import SummaryJob, SummaryQueue
from bot.summarising.summariser import Allowance, Summariser
from storage.records import Paper
from storage.retention import Retention
from tests.delivery.test_card_updates import Scripted, left, text_of, updating, wire_of
from tests.handlers.talking import say
from tests.support.gardens import FIELDS, PAPER, KnownTexts
from tests.support.model_server import ModelServer, completing
from tests.support.stage import SAMPLE_DAY, Stage, on_each_engine
from tests.support.web_server import Answer

FIRST = "We grow trees. They reach 87.2% of the light. Nothing else is tried."
SECOND = "We grow trees. They reach 91.3% of the light & <!channel> more. Nothing else is tried."
THIRD = "We grow trees. They reach 91.3% of the light & <!channel> more."


class Arxiv:
    """arXiv's API with one paper, in the version that a test says."""

    def __init__(self, paper: Paper) -> None:
        self.described = ArxivPaper(replace(paper, abstract=FIRST), version=1)
        self.asked: list[str] = []

    def shows(self, version: int, abstract: str, title: str = "") -> None:
        submitted = datetime(2025, 11, version + 1, 10, tzinfo=UTC)
        paper = replace(self.described.paper, abstract=abstract, title=title or self.described.paper.title)
        self.described = ArxivPaper(paper, version, submitted)

    async def ask(self, paper_ids: Iterable[str]) -> dict[str, ArxivPaper]:
        self.asked += [each for each in paper_ids if each == self.described.paper.id]
        return {self.described.paper.id: self.described}


@asynccontextmanager
async def summarising(stage: Stage, *answers: Answer) -> AsyncIterator[tuple[ModelServer, SummaryQueue]]:
    """Give a model that answers so, and what asks it for summaries."""
    async with ModelServer(answers) as server, web_client(trust_env=False) as client:
        model = ModelClient(
            client, stage.clock, base_url=server.base_url, api_key=None, model="small", random=Random(1)
        )
        storage, allowance = stage.bot.storage, Allowance(100_000, 4_000)
        summariser = Summariser(storage, stage.clock, model, KnownTexts(), allowance)
        yield server, SummaryQueue(storage, stage.clock, summariser)


async def a_day_later(stage: Stage, enricher: Enricher) -> None:
    """Go to the next day and let all that is due then be asked."""
    stage.clock.advance(24 * 3600)
    for _ in range(3):
        await enricher.tick()


async def delivered(stage: Stage) -> tuple[Paper, str, str]:
    """Deliver the sample; return one of its papers, the `ts` of its card, and the id of another paper."""
    delivery_id = await stage.deliver_sample()
    posts = await stage.bot.storage.read(lambda tables: tables.posts.of_delivery(delivery_id))
    paper = await stage.bot.storage.read(lambda tables: tables.papers.get(posts[2].paper_ids[0]))
    assert paper
    return paper, posts[2].ts or "", posts[3].paper_ids[0]


async def watched(stage: Stage, *, has_model: bool) -> tuple[Arxiv, str, Enricher]:
    """Deliver the sample and save one of its papers, which arXiv has as v1; return the `ts` of its card."""
    paper, ts, _ = await delivered(stage)
    arxiv = Arxiv(paper)
    arxiv.shows(1, str(PAPER.abstract), PAPER.title)
    await stage.bot.storage.write(lambda tables: tables.papers.add(arxiv.described.paper))
    enricher = Enricher(stage.bot.storage, stage.clock, arxiv.ask, has_model=has_model)
    await say(stage.person("ada"), f"/papers save {paper.id}", "Saved: ")
    await a_day_later(stage, enricher)
    return arxiv, ts, enricher


async def changed(stage: Stage, before: Sequence[dict[str, object]]) -> list[object]:
    """Update what is due; return the `ts` of each message of the channel that is another one now."""
    await updating(stage).tick()
    after = stage.person("ada").messages("papers")
    known = {each["ts"]: each for each in before}
    return [each["ts"] for each in after if each["text"] != known[each["ts"]]["text"]]


@on_each_engine
async def test_a_newer_version_is_told_on_the_card_once_and_to_whoever_saved_the_paper(stage: Stage) -> None:
    paper, ts, other = await delivered(stage)
    arxiv = Arxiv(paper)
    await stage.bot.storage.write(lambda tables: tables.papers.add(arxiv.described.paper))
    enricher = Enricher(stage.bot.storage, stage.clock, arxiv.ask)
    ada, lin = stage.person("ada"), stage.person("lin")
    await say(ada, f"/papers save {paper.id}", "Saved: ")
    await say(lin, f"/papers save {other}", "已收藏")
    await a_day_later(stage, enricher)
    posted = ada.messages("papers")
    assert await changed(stage, posted) == []

    arxiv.shows(2, SECOND, title="Taller Trees")
    await a_day_later(stage, enricher)
    wire = Scripted(await wire_of(stage), [])
    await updating(stage, wire).tick()
    card = text_of(stage, ts)
    await a_day_later(stage, enricher)

    line = "v2 since November 3, 2025: formerly “{}” · new in the abstract: “{}”"
    told = line.format(paper.title, "They reach 91.3% of the light & <!channel> more.")
    assert told.replace("&", "&amp;").replace("<!channel>", "&lt;!channel&gt;") in card
    assert "Taller Trees" in card
    assert "written before v2" in card
    assert (wire.calls, await left(stage), arxiv.asked) == (1, 0, [paper.id] * 3)
    assert await changed(stage, ada.messages("papers")) == []

    mine = await say(ada, "/papers saved", "My papers · 1")
    theirs = await say(lin, "/papers 收藏", "我的收藏 · 1")
    await ada.open_home()
    await lin.open_home()
    await ada.sees(lambda _: "v2 since November 3, 2025" in str(ada.home()))
    await lin.sees(lambda _: other in str(lin.home()))
    assert "New versions of papers on your list" in mine
    assert f"Taller Trees (https://arxiv.org/abs/{paper.id}) · v2 since November 3, 2025" in mine
    assert "v2" not in str(lin.home()) + theirs

    arxiv.shows(3, THIRD)
    stage.clock.advance(200 * 24 * 3600)
    await Retention(stage.bot.storage, stage.clock, timedelta(hours=72)).tick()
    posted = ada.messages("papers")
    await a_day_later(stage, enricher)
    assert await changed(stage, posted) == [ts]
    assert "v3 since November 4, 2025: 1 sentence left out of the abstract" in text_of(stage, ts)
    assert "v2 since" not in text_of(stage, ts)


@on_each_engine
async def test_a_list_that_has_a_newer_version_before_arxiv_is_asked_hides_nothing_of_what_is_new(
    stage: Stage,
) -> None:
    paper, ts, _ = await delivered(stage)
    arxiv = Arxiv(paper)
    await stage.bot.storage.write(lambda tables: tables.papers.add(arxiv.described.paper))
    enricher = Enricher(stage.bot.storage, stage.clock, arxiv.ask)
    await say(stage.person("ada"), f"/papers save {paper.id}", "Saved: ")
    await a_day_later(stage, enricher)

    arxiv.shows(2, SECOND, title="Taller Trees")
    listed = replace(arxiv.described.paper, votes=7)
    for each in (listed, replace(listed, abstract=None), listed):
        await import_into(stage.bot.storage, DigestFile(SAMPLE_DAY, (DigestEntry(each, None),)))
    await a_day_later(stage, enricher)
    await updating(stage).tick()

    told = f"v2 since November 3, 2025: formerly “{paper.title}” · new in the abstract: “They reach 91.3%"
    assert told in text_of(stage, ts)
    mine = await say(stage.person("ada"), "/papers saved", "My papers · 1")
    assert f"Taller Trees (https://arxiv.org/abs/{paper.id}) · v2 since November 3, 2025" in mine


@on_each_engine
async def test_a_card_says_which_version_its_summary_was_written_from_though_both_are_of_one_day(
    stage: Stage,
) -> None:
    arxiv, ts, enricher = await watched(stage, has_model=True)
    async with summarising(stage, completing(FIELDS)) as (server, summary_queue):
        stage.clock.advance(17 * 3600)
        [_ async for _ in summary_queue.make_all([SummaryJob(arxiv.described.paper, "en")])]
        await updating(stage).tick()
        assert str(FIELDS["tldr"]) in text_of(stage, ts)

        arxiv.shows(2, str(PAPER.abstract))
        stage.clock.advance(7 * 3600)
        await enricher.tick()
        stage.clock.advance(3600)
        await updating(stage).tick()
        before = text_of(stage, ts)
        await summary_queue.tick()
        await updating(stage).tick()

    told = "v2 since November 3, 2025: "
    assert told in before
    assert "written before v2" in before
    assert told in text_of(stage, ts)
    assert "written before" not in text_of(stage, ts)
    assert len(server.bodies) == 1


@on_each_engine
async def test_a_summary_that_no_model_could_make_anew_follows_on_the_card_once_a_model_is_set(
    stage: Stage,
) -> None:
    arxiv, ts, enricher = await watched(stage, has_model=False)
    tldr = "Graphs grow 12% taller in gardens, and in rows."
    answers = (completing(FIELDS), completing({**FIELDS, "tldr": tldr}))
    async with summarising(stage, *answers) as (_, summary_queue):
        [_ async for _ in summary_queue.make_all([SummaryJob(arxiv.described.paper, "en")])]
        arxiv.shows(2, f"{PAPER.abstract} They grow in rows.")
        await a_day_later(stage, enricher)
        await updating(stage).tick()
        before = text_of(stage, ts)
        stage.clock.advance(60 * 24 * 3600)
        await Retention(stage.bot.storage, stage.clock, timedelta(hours=72)).tick()
        await summary_queue.tick()
        await updating(stage).tick()

    told = "v2 since November 3, 2025: new in the abstract: “They grow in rows.”"
    assert (told in before, "written before v2" in before) == (True, True)
    assert told in text_of(stage, ts)
    assert tldr in text_of(stage, ts)
    assert "written before" not in text_of(stage, ts)
