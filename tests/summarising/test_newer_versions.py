"""Summaries that are made anew where a newer version of a paper came, within the day's tokens."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.listings.renewal import renew
from bot.sources.atom import ArxivPaper
from storage.records import ArxivRecord, CardUpdate, DeliveryKind, ModelRequest, Post, PostState, ShownCard
from storage.tables import Tables
from tests.summarising.test_queue import NOW, SummaryDesk, world
from tests.support.gardens import DAY, FIELDS, PAPER
from tests.support.model_server import completing, error
from tests.support.subscribing import subscribe

SECOND = ArxivPaper(replace(PAPER, abstract=f"{PAPER.abstract} They grow in rows."), 2, None)
ANEW = {**FIELDS, "tldr": "Graphs grow 12% taller in gardens, and in rows."}


async def summarised(w: SummaryDesk) -> int:
    """Have the paper summarised, posted a hundred days ago, and saved; return the delivery's id."""
    await w.keep(PAPER)
    await w.summariser.make(PAPER, "en")
    long_ago = w.clock.now() - timedelta(days=100)

    def post(tables: Tables) -> int:
        subscription = subscribe(tables, begun_at=long_ago)
        delivery = tables.deliveries.open(subscription, DeliveryKind.ASKED, DAY, "asked", long_ago)
        card = Post(
            delivery.id,
            1,
            None,
            PostState.POSTED,
            (PAPER.id,),
            ShownCard("en", "0"),
            "1.0",
            attempted_at=long_ago,
        )
        tables.posts.plan(delivery, [card])
        tables.arxiv_records.put(ArxivRecord(PAPER.id, long_ago, 1))
        tables.saved_papers.save("T1", "U1", PAPER.id, long_ago)
        return delivery.id

    return await w.storage.write(post)


async def renewed(w: SummaryDesk, described: ArxivPaper = SECOND) -> None:
    now = w.clock.now()
    await w.storage.write(lambda tables: renew(tables, described, now, has_model=True))


async def updates(w: SummaryDesk) -> tuple[CardUpdate, ...]:
    far = w.clock.now() + timedelta(days=1)
    return await w.storage.read(lambda tables: tables.card_updates.due(far))


async def test_a_summary_of_an_earlier_version_is_made_anew_once_and_the_card_waits_for_it(
    tmp_path: Path,
) -> None:
    async with world(tmp_path / "test.db", [completing(FIELDS), completing(ANEW)]) as w:
        delivery_id = await summarised(w)
        await w.storage.write(lambda tables: tables.card_updates.delete(datetime.max.replace(tzinfo=UTC), 9))
        await renewed(w)
        waiting, wanted = await updates(w), await w.wanted()
        for _ in range(3):
            await w.summary_queue.tick()
        [summary] = await w.stored()

        assert wanted == [(PAPER.id, "en")]
        assert waiting == (CardUpdate(delivery_id, 1, w.clock.now() + timedelta(hours=1), 0),)
        assert await updates(w) == (CardUpdate(delivery_id, 1, w.clock.now(), 0),)
        assert summary.tldr == ANEW["tldr"]
        assert "They grow in rows." in str(w.server.bodies[1])
        assert (len(w.server.bodies), await w.wanted()) == (2, [])


async def test_until_there_are_tokens_and_an_answer_the_summary_of_before_stays(tmp_path: Path) -> None:
    used = ModelRequest(PAPER.id, "en", "small", NOW, prompt_tokens=99_999, completion_tokens=0)
    async with world(tmp_path / "test.db", [completing(FIELDS), error(404, "No."), completing(ANEW)]) as w:
        await summarised(w)
        await renewed(w)
        before = await w.stored()
        await w.storage.write(lambda tables: tables.model_requests.add(used))
        await w.summary_queue.tick()
        assert (len(w.server.bodies), await w.stored()) == (1, before)

        w.clock.advance(24 * 3600)
        await w.summary_queue.tick()
        assert (len(w.server.bodies), await w.stored()) == (2, before)

        w.clock.advance(24 * 3600)
        await w.summary_queue.tick()
        assert [each.tldr for each in await w.stored()] == [ANEW["tldr"]]
        assert await w.wanted() == []


async def test_a_still_newer_version_that_comes_meanwhile_is_summarised_too(tmp_path: Path) -> None:
    async with world(tmp_path / "test.db", [completing(FIELDS)]) as w:
        await summarised(w)
        await renewed(w)
        await renewed(w, replace(SECOND, version=3))
        # What was made of version 2 is not of version 3.
        removed = await w.storage.write(lambda tables: tables.outdated_summaries.remove(PAPER.id, "en", 2))

        assert not removed
        assert await w.wanted() == [(PAPER.id, "en")]
