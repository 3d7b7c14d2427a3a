"""Summaries that are made anew where a newer version of a paper came, within the day's tokens."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.listings.renewal import renew
from bot.sources.atom import ArxivPaper
from bot.sources.full_text import FullText, NoFullText
from bot.summarising.queue import SummaryQueue
from bot.summarising.summariser import Outcome, Result
from storage.address import Address
from storage.records import ArxivRecord, CardUpdate, DeliveryKind, ModelRequest, Post, PostState, ShownCard
from storage.retention import Retention
from storage.tables import Tables
from tests.summarising.test_queue import NOW, SummaryDesk, world
from tests.support.gardens import DAY, FIELDS, OTHER, PAPER
from tests.support.model_server import answering, completing, completion, error
from tests.support.subscribing import subscribe

SECOND = ArxivPaper(replace(PAPER, abstract=f"{PAPER.abstract} They grow in rows."), 2, None)
THIRD = ArxivPaper(replace(PAPER, abstract=f"{PAPER.abstract} They grow in pots, too."), 3, None)
CUT_OFF = completing('{"tldr": "Gardens', finish_reason="length")
"""All the room that there is does not do for it, so its question waits for a year."""

ANEW = {**FIELDS, "tldr": "Graphs grow 12% taller in gardens, and in rows."}


async def saved(w: SummaryDesk) -> None:
    """Have a person save the first version of the paper."""
    await w.keep(PAPER)
    long_ago = w.clock.now() - timedelta(days=100)

    def save(tables: Tables) -> None:
        tables.arxiv_records.put(ArxivRecord(PAPER.id, long_ago, 1))
        tables.saved_papers.save("T1", "U1", PAPER.id, long_ago)

    await w.storage.write(save)


async def summarised(w: SummaryDesk) -> int:
    """Have the saved paper summarised, and posted a hundred days ago; return the delivery's id."""
    await saved(w)
    long_ago = w.clock.now() - timedelta(days=100)
    await w.summariser.make(PAPER, "en")

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
        return delivery.id

    return await w.storage.write(post)


async def renewed(w: SummaryDesk, described: ArxivPaper = SECOND, *, has_model: bool = True) -> None:
    now = w.clock.now()
    await w.storage.write(lambda tables: renew(tables, described, now, has_model=has_model))


async def updates(w: SummaryDesk) -> tuple[CardUpdate, ...]:
    far = w.clock.now() + timedelta(days=1)
    return await w.storage.read(lambda tables: tables.card_updates.due(far))


async def test_a_summary_of_an_earlier_version_is_made_anew_once_and_the_card_waits_for_it(
    address: Address,
) -> None:
    async with world(address, [completing(FIELDS), completing(ANEW)]) as w:
        delivery_id = await summarised(w)
        await w.storage.write(lambda tables: tables.card_updates.delete(datetime.max.replace(tzinfo=UTC), 9))
        [first] = await w.stored()
        await renewed(w)
        waiting, wanted = await updates(w), await w.wanted()
        for _ in range(3):
            await w.summary_queue.tick()
        [summary] = await w.stored()

        assert wanted == [(PAPER.id, "en")]
        assert waiting == (CardUpdate(delivery_id, 1, w.clock.now() + timedelta(hours=1), 0),)
        assert await updates(w) == (CardUpdate(delivery_id, 1, w.clock.now(), 0),)
        assert summary.tldr == ANEW["tldr"]
        assert (first.provenance.version, summary.provenance.version) == (1, 2)
        assert "They grow in rows." in str(w.server.bodies[1])
        assert (len(w.server.bodies), await w.wanted()) == (2, [])


async def test_a_summary_of_which_a_newer_version_changes_nothing_is_kept_as_that_version_s_too(
    address: Address,
) -> None:
    async with world(address, [completing(FIELDS)]) as w:
        await summarised(w)
        before = await w.stored()
        await renewed(w, ArxivPaper(PAPER, 2))
        result = await w.summariser.make(PAPER, "en")

        assert result == Result(PAPER.id, "en", Outcome.UNCHANGED)
        assert [each.provenance.version for each in before] == [1]
        assert await w.stored() == [
            replace(each, provenance=replace(each.provenance, version=2)) for each in before
        ]
        assert await w.wanted() == []


async def test_a_summary_that_was_wanted_before_a_newer_version_came_is_written_from_that_version(
    address: Address,
) -> None:
    async with world(address, [completing(FIELDS), completing(ANEW)]) as w:
        await summarised(w)
        await renewed(w)
        await w.summariser.make(PAPER, "en", regenerate=True)
        [summary] = await w.stored()

        assert "They grow in rows." in str(w.server.bodies[1])
        assert (summary.tldr, summary.provenance.version) == (ANEW["tldr"], 2)


async def test_the_version_of_a_paper_of_which_arxiv_was_not_asked_is_not_known(address: Address) -> None:
    async with world(address, [completing(FIELDS)]) as w:
        await w.keep(PAPER)
        await w.summariser.make(PAPER, "en")
        [summary] = await w.stored()

        assert summary.provenance.version is None


async def test_summaries_of_papers_that_were_renewed_without_a_model_are_made_anew_once_there_is_one(
    address: Address,
) -> None:
    async with world(address, [completing(FIELDS), completing(ANEW)]) as w:
        delivery_id = await summarised(w)
        without = SummaryQueue(w.storage, w.clock, None)
        await renewed(w, has_model=False)
        await without.tick()
        cards = await updates(w)
        for _ in range(2):
            w.clock.advance(100 * 24 * 3600)
            await Retention(w.storage, w.clock, timedelta(hours=72)).tick()
            await without.tick()
        await w.summary_queue.tick()
        [summary] = await w.stored()

        # The card has told of the version meanwhile.
        assert cards == (CardUpdate(delivery_id, 1, NOW, 0),)
        assert (summary.tldr, summary.provenance.version) == (ANEW["tldr"], 2)
        assert (len(w.server.bodies), await w.wanted()) == (2, [])


async def test_half_of_a_day_s_tokens_is_left_to_papers_that_have_no_summary_yet(address: Address) -> None:
    used = ModelRequest(PAPER.id, "en", "small", NOW, prompt_tokens=50_000, completion_tokens=0)
    async with world(address, [completing(FIELDS), completing(FIELDS), completing(ANEW)]) as w:
        await summarised(w)
        await renewed(w)
        await w.subscribe(channel="C2", sources=("arxiv:cs.CL",))
        await w.keep(OTHER, source="arxiv:cs.CL")
        await w.storage.write(lambda tables: tables.model_requests.add(used))
        await w.summary_queue.tick()
        assert [len(await w.stored(each)) for each in (PAPER, OTHER)] == [1, 1]
        assert await w.wanted() == [(PAPER.id, "en")]

        w.clock.advance(24 * 3600)
        await w.summary_queue.tick()
        assert [each.tldr for each in await w.stored()] == [ANEW["tldr"]]
        assert (len(w.server.bodies), await w.wanted()) == (3, [])


async def test_until_there_are_tokens_and_an_answer_the_summary_of_before_stays(address: Address) -> None:
    used = ModelRequest(PAPER.id, "en", "small", NOW, prompt_tokens=99_999, completion_tokens=0)
    async with world(address, [completing(FIELDS), error(404, "No."), completing(ANEW)]) as w:
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


async def test_a_still_newer_version_that_comes_meanwhile_is_summarised_too(address: Address) -> None:
    async with world(address, [completing(FIELDS)]) as w:
        await summarised(w)
        await renewed(w)
        await renewed(w, replace(SECOND, version=3))
        # What was made of version 2 is not of version 3.
        removed = await w.storage.write(lambda tables: tables.outdated_summaries.remove(PAPER.id, "en", 2))

        assert not removed
        assert await w.wanted() == [(PAPER.id, "en")]


async def test_a_summary_is_made_anew_where_a_newer_version_came_while_it_was_written(
    address: Address,
) -> None:
    async def answer(_body: dict[str, Any]) -> object:
        await renewed(w)
        return FIELDS

    async with world(address, [answering(answer), completing(ANEW)]) as w:
        await saved(w)
        await w.summariser.make(PAPER, "en")
        [first], wanted = await w.stored(), await w.wanted()
        for _ in range(2):
            await w.summary_queue.tick()
        [summary] = await w.stored()

        assert (first.provenance.version, wanted) == (1, [(PAPER.id, "en")])
        assert (summary.tldr, summary.provenance.version) == (ANEW["tldr"], 2)
        assert (len(w.server.bodies), await w.wanted()) == (2, [])


async def test_a_summary_found_unchanged_is_made_anew_where_a_newer_version_came_meanwhile(
    address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with world(address, [completing(FIELDS), completing(ANEW)]) as w:
        await summarised(w)
        read = w.texts.read

        async def read_late(*of: Any) -> FullText | NoFullText:
            await renewed(w)
            return await read(*of)

        monkeypatch.setattr(w.texts, "read", read_late)
        result, wanted = await w.summariser.make(PAPER, "en"), await w.wanted()
        await w.summary_queue.tick()
        [summary] = await w.stored()

        assert (result.outcome, wanted) == (Outcome.UNCHANGED, [(PAPER.id, "en")])
        assert (summary.tldr, summary.provenance.version) == (ANEW["tldr"], 2)


async def test_a_version_follows_at_once_where_the_summary_of_the_one_before_was_given_up(
    address: Address,
) -> None:
    async with world(address, [completing(FIELDS), CUT_OFF, CUT_OFF, completing(ANEW)]) as w:
        await summarised(w)
        await renewed(w)
        await w.summary_queue.tick()
        wanted = await w.wanted()
        await renewed(w, THIRD)
        await w.summary_queue.tick()
        [summary] = await w.stored()

        assert (wanted, await w.failure()) == ([], None)
        assert (summary.tldr, summary.provenance.version) == (ANEW["tldr"], 3)
        assert (len(w.server.bodies), await w.wanted()) == (4, [])


async def test_a_paper_whose_first_version_was_given_up_is_summarised_from_the_second(
    address: Address,
) -> None:
    async with world(address, [CUT_OFF, CUT_OFF, completing(ANEW)]) as w:
        await saved(w)
        await w.subscribe()
        await w.summary_queue.tick()
        wanted = await w.wanted()
        await renewed(w)
        await w.summary_queue.tick()
        [summary] = await w.stored()

        assert (wanted, await w.failure()) == ([], None)
        assert (summary.tldr, summary.provenance.version) == (ANEW["tldr"], 2)


async def test_a_newer_version_does_not_wait_where_it_came_while_the_one_before_was_given_up(
    address: Address,
) -> None:
    async def answer(_body: dict[str, Any]) -> object:
        await renewed(w)
        return completion('{"tldr": "Gardens', finish_reason="length")

    async with world(address, [CUT_OFF, answering(answer), completing(ANEW)]) as w:
        await saved(w)
        await w.subscribe()
        result = await w.summariser.make(PAPER, "en")
        failure, wanted = await w.failure(), await w.wanted()
        await w.summary_queue.tick()
        [summary] = await w.stored()

        assert (result.outcome, failure, wanted) == (Outcome.FAILED, None, [(PAPER.id, "en")])
        assert (summary.tldr, summary.provenance.version) == (ANEW["tldr"], 2)
