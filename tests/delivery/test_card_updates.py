"""Posted cards in a real sandbox that follow when a summary comes."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import cast

import pytest

from bot.cards import ids
from bot.delivery.card_updates import CardUpdater
from bot.delivery.connections import OneWire
from bot.delivery.outcomes import Done, Failure, NotNow, Refused, Scope, Unknown
from bot.delivery.wire import Wire
from bot.documents.digest_file import DigestEntry, DigestFile
from bot.documents.importer import import_into
from bot.listings.enricher import Enricher
from bot.sources.atom import ArxivPaper
from bot.sources.http import web_client
from bot.sources.kinds import DIGEST_FILE
from bot.summaries.model import ModelClient
from bot.summarising.queue import SummaryQueue
from bot.summarising.summariser import Allowance, Summariser
from storage.records import FROM_MODEL, Paper, Provenance, Subscription, Summary, TextRead
from storage.tables import Tables
from tests.support.gardens import DAY, FIELDS, PAPER, KnownTexts
from tests.support.model_server import ModelServer, completing
from tests.support.stage import SAMPLE_DAY, Stage, on_each_engine
from tests.support.subscribing import subscribe

SUMMARY = Summary(
    "",
    "en",
    Provenance(FROM_MODEL, SAMPLE_DAY, "example-1", "1", TextRead.FULL_TEXT),
    tldr="A model wrote this later.",
)


async def summary_comes(stage: Stage, delivery_id: int, position: int = 2) -> str:
    """Keep a model's summary of the paper at a position of the delivery; return the `ts` of its card."""
    posts = await stage.bot.storage.read(lambda tables: tables.posts.of_delivery(delivery_id))
    summary = replace(SUMMARY, paper_id=posts[position].paper_ids[0])
    now = stage.clock.now()

    def keep(tables: Tables) -> None:
        tables.summaries.put(summary)
        tables.card_updates.enqueue(summary.paper_id, "en", now - timedelta(days=1), now)

    await stage.bot.storage.write(keep)
    return posts[position].ts or ""


async def wire_of(stage: Stage) -> Wire:
    return await stage.bot.connections.wire(stage.bot.workspace)


def updating(stage: Stage, wire: "Scripted | None" = None) -> CardUpdater:
    # A scripted wire passes on what it does not have itself.
    wires = OneWire(cast("Wire", wire)) if wire else stage.bot.connections
    return CardUpdater(stage.bot.storage, stage.clock, wires)


async def left(stage: Stage) -> int:
    far = stage.clock.now() + timedelta(days=1)
    return len(await stage.bot.storage.read(lambda tables: tables.card_updates.due(far)))


def text_of(stage: Stage, ts: str) -> str:
    return next(str(each["text"]) for each in stage.person("ada").messages("papers") if each["ts"] == ts)


@on_each_engine
async def test_a_posted_card_shows_the_summary_in_place_and_keeps_its_number(stage: Stage) -> None:
    ts = await summary_comes(stage, await stage.deliver_sample(most_cards=4))
    before = stage.person("ada").messages("papers")
    await updating(stage).tick()
    after = stage.person("ada").messages("papers")

    assert [each["ts"] for each in after] == [each["ts"] for each in before]
    assert [each["ts"] for each, old in zip(after, before, strict=True) if each["text"] != old["text"]] == [
        ts
    ]
    assert text_of(stage, ts).startswith("2. ")
    assert "A model wrote this later." in text_of(stage, ts)
    assert await left(stage) == 0


async def test_an_updated_card_tells_how_many_in_its_workspace_saved_the_paper(stage: Stage) -> None:
    delivery_id = await stage.deliver_sample(most_cards=4)
    ts = await summary_comes(stage, delivery_id)
    [post] = [
        each
        for each in await stage.bot.storage.read(lambda tables: tables.posts.of_delivery(delivery_id))
        if each.ts == ts
    ]

    def save(tables: Tables) -> None:
        for number in range(3):
            tables.saved_papers.save(stage.bot.workspace, f"U{number}", post.paper_ids[0], stage.clock.now())

    await stage.bot.storage.write(save)
    await updating(stage).tick()

    blocks = next(each for each in stage.person("ada").messages("papers") if each["ts"] == ts)["blocks"]
    assert "saved by 3 people here" in str(blocks)


@on_each_engine
async def test_a_card_that_shows_all_there_is_is_left_as_it_is(stage: Stage) -> None:
    delivery_id = await stage.deliver_sample(most_cards=4)
    posts = await stage.bot.storage.read(lambda tables: tables.posts.of_delivery(delivery_id))
    now = stage.clock.now()
    await stage.bot.storage.write(
        lambda tables: tables.card_updates.enqueue(posts[1].paper_ids[0], "en", now, now)
    )
    wire = Scripted(await wire_of(stage), [])
    await updating(stage, wire).tick()

    assert (wire.calls, await left(stage)) == (0, 0)


async def test_a_card_whose_payload_is_gone_is_drawn_from_the_records(stage: Stage) -> None:
    ts = await summary_comes(stage, await stage.deliver_sample(most_cards=4))
    later = stage.clock.now() + timedelta(hours=1)
    await stage.bot.storage.write(lambda tables: tables.posts.delete_payloads(later, 500))
    await updating(stage).tick()

    assert "A model wrote this later." in text_of(stage, ts)
    assert await left(stage) == 0


async def test_a_card_follows_a_paper_back_to_what_it_showed_at_first(stage: Stage) -> None:
    delivery_id = await stage.deliver_sample(most_cards=4)
    posts = await stage.bot.storage.read(lambda tables: tables.posts.of_delivery(delivery_id))
    paper_id, ts = posts[2].paper_ids[0], posts[2].ts or ""
    first = text_of(stage, ts)

    async def is_withdrawn(notice: str | None) -> str:
        def record(tables: Tables) -> None:
            tables.papers.fill(Paper(paper_id, "Any", withdrawal=notice))
            tables.card_updates.enqueue(
                paper_id, None, stage.clock.now() - timedelta(days=1), stage.clock.now()
            )

        await stage.bot.storage.write(record)
        await updating(stage).tick()
        return text_of(stage, ts)

    withdrawn = await is_withdrawn("This paper has been withdrawn.")

    assert "This paper has been withdrawn." in withdrawn
    assert await is_withdrawn(None) == first


async def test_a_channel_in_another_language_is_left_as_it_is(stage: Stage) -> None:
    ts = await summary_comes(stage, await stage.deliver_sample(language="zh-CN", most_cards=4))

    assert await left(stage) == 0
    assert "A model wrote this later." not in text_of(stage, ts)


async def test_a_list_of_one_paper_never_becomes_its_card(stage: Stage) -> None:
    await stage.import_sample()
    listing = await stage.bot.storage.read(lambda tables: tables.listings.get(DIGEST_FILE.name, SAMPLE_DAY))
    assert listing is not None
    channel = stage.workspace.channel("papers").id
    most = len(listing.paper_ids) - 1
    subscription = await stage.bot.storage.write(
        lambda tables: subscribe(tables, stage.bot.workspace, channel, since=SAMPLE_DAY, most_cards=most)
    )
    delivery_id = await stage.bot.deliverer.open_asked(subscription, SAMPLE_DAY)
    assert delivery_id is not None
    await stage.bot.deliverer.run(delivery_id)
    before = stage.person("ada").messages("papers")
    ts = await summary_comes(stage, delivery_id, position=len(listing.paper_ids))
    await updating(stage).tick()

    assert stage.person("ada").messages("papers") == before
    assert ts == before[-1]["ts"]
    assert await left(stage) == 0


async def test_a_card_in_a_language_that_the_channel_reads_no_more_stays_as_it_is(stage: Stage) -> None:
    delivery_id = await stage.deliver_sample(language="zh-CN", most_cards=4)
    channel = stage.workspace.channel("papers").id

    await stage.bot.storage.write(lambda tables: subscribe(tables, stage.bot.workspace, channel))
    before = stage.person("ada").messages("papers")
    await summary_comes(stage, delivery_id)
    await updating(stage).tick()

    assert stage.person("ada").messages("papers") == before
    assert await left(stage) == 0


async def test_a_card_that_cannot_be_drawn_keeps_no_other_back(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    delivery_id = await stage.deliver_sample(most_cards=4)
    await summary_comes(stage, delivery_id, position=1)
    ts = await summary_comes(stage, delivery_id, position=2)
    wire = Scripted(await wire_of(stage), [ValueError("something unforeseen")])
    await updating(stage, wire).tick()

    assert "Updating a card" in caplog.text
    assert "A model wrote this later." in text_of(stage, ts)
    assert await left(stage) == 1


async def test_a_digest_goes_out_without_a_summary_and_its_card_follows_when_the_model_answers(
    stage: Stage, tmp_path: Path
) -> None:
    await import_into(stage.bot.storage, DigestFile(DAY, (DigestEntry(PAPER, None),)))
    channel = stage.workspace.channel("papers").id
    subscription = await stage.bot.storage.write(
        lambda tables: subscribe(tables, stage.bot.workspace, channel, since=DAY)
    )
    async with ModelServer([completing(None), completing(FIELDS)]) as server, web_client() as client:
        model = ModelClient(
            client, stage.clock, base_url=server.base_url, api_key=None, model="small", random=Random(1)
        )
        summariser = Summariser(stage.bot.storage, stage.clock, model, KnownTexts(), Allowance(50_000, 4_000))
        summary_queue = SummaryQueue(stage.bot.storage, stage.clock, summariser)
        await summary_queue.tick()
        delivery_id = await stage.bot.deliverer.open_asked(subscription, DAY)
        assert delivery_id is not None
        await stage.bot.deliverer.run(delivery_id)
        before = stage.person("ada").messages("papers")
        stage.clock.advance(3600)
        await summary_queue.tick()
        await updating(stage).tick()
        after = stage.person("ada").messages("papers")

    assert "Graphs wilt in pots." in before[1]["text"]
    assert "from the abstract" in before[1]["text"]
    assert [FIELDS["tldr"] in each["text"] for each in after] == [False, True]
    assert "small-model-2026" in after[1]["text"]
    assert [each["ts"] for each in after] == [each["ts"] for each in before]


async def test_the_card_of_a_paper_that_is_withdrawn_later_says_so_and_loses_its_pdf(stage: Stage) -> None:
    delivery_id = await stage.deliver_sample(most_cards=4)
    posts = await stage.bot.storage.read(lambda tables: tables.posts.of_delivery(delivery_id))
    notice, ts = "This paper has been withdrawn: its Lemma 2 is wrong.", posts[2].ts or ""
    found = ArxivPaper(Paper(posts[2].paper_ids[0], "Any", withdrawal=notice), version=2)

    async def ask(paper_ids: Iterable[str]) -> dict[str, ArxivPaper]:
        return {found.paper.id: found}

    before = text_of(stage, ts)
    await Enricher(stage.bot.storage, stage.clock, ask).enrich([found.paper.id])
    await updating(stage).tick()
    message = next(each for each in stage.person("ada").messages("papers") if each["ts"] == ts)

    assert notice not in before
    assert f"This paper has been withdrawn. arXiv says: “{notice}”" in message["text"]
    assert ids.OPEN_PDF not in json.dumps(message["blocks"])
    assert await left(stage) == 0


class Scripted:
    """A wire whose updates end as a test says, and then as they really do."""

    def __init__(self, wire: Wire, outcomes: Sequence[Failure | Exception]) -> None:
        self._wire = wire
        self._outcomes = list(outcomes)
        self.calls = 0

    async def update(self, channel: str, ts: str, payload: dict[str, object]) -> Done | Failure:
        self.calls += 1
        if not self._outcomes:
            return await self._wire.update(channel, ts, payload)
        outcome = self._outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def __getattr__(self, name: str) -> object:
        return getattr(self._wire, name)


@pytest.mark.parametrize("outcome", [NotNow(30), Unknown("fatal_error")])
async def test_an_update_that_slack_did_not_take_is_tried_again_later(stage: Stage, outcome: Failure) -> None:
    ts = await summary_comes(stage, await stage.deliver_sample(most_cards=4))
    wire = Scripted(await wire_of(stage), [outcome])
    await updating(stage, wire).tick()
    assert await left(stage) == 1

    stage.clock.advance(60)
    await updating(stage, wire).tick()

    assert (wire.calls, await left(stage)) == (2, 0)
    assert "A model wrote this later." in text_of(stage, ts)


@pytest.mark.parametrize("error", ["not_in_channel", "channel_not_found", "is_archived"])
async def test_cards_where_the_bot_is_shut_out_follow_once_it_is_back(stage: Stage, error: str) -> None:
    delivery_id = await stage.deliver_sample(most_cards=4)
    stamps = [await summary_comes(stage, delivery_id, position) for position in (2, 3)]
    stage.workspace.faults.add("error", method="chat.update", times=2, error=error)
    asked = []
    for _ in range(3):
        before = len(stage.workspace.calls)
        await updating(stage).tick()
        asked.append(len(stage.workspace.calls) - before)
        stage.clock.advance(3600)

    # Of two cards one is tried where the bot is shut out.
    assert (asked, await left(stage)) == ([1, 1, 2], 0)
    assert all("A model wrote this later." in text_of(stage, ts) for ts in stamps)


async def test_cards_where_the_bot_stays_shut_out_are_let_go_after_thirty_days(stage: Stage) -> None:
    await summary_comes(stage, await stage.deliver_sample(most_cards=4))
    wire = Scripted(await wire_of(stage), [Refused("not_in_channel", Scope.CHANNEL)] * 1000)
    for _ in range(1000):
        await updating(stage, wire).tick()
        stage.clock.advance(3600)

    assert (wire.calls, await left(stage)) == (30 * 24 + 1, 0)


async def with_pictures(stage: Stage, *, are_lost: bool = False) -> int:
    """Deliver the sample with pictures, of which Slack may be unable to load any, and return its id."""
    await stage.import_sample()
    listing = await stage.bot.storage.read(lambda tables: tables.listings.get(DIGEST_FILE.name, SAMPLE_DAY))
    assert listing is not None
    channel = stage.workspace.channel("papers").id
    host = "cdn-thumbnails.huggingface.co"

    def prepare(tables: Tables) -> Subscription:
        for paper in tables.papers.of_ids(listing.paper_ids):
            tables.papers.add(replace(paper, thumbnail_url=f"https://{host}/{paper.id}.png"))
        return subscribe(tables, stage.bot.workspace, channel, since=SAMPLE_DAY, has_thumbnails=True)

    if are_lost:
        stage.workspace.faults.add("lose_image", host=host, times=10_000)
    delivery_id = await stage.bot.deliverer.open_asked(await stage.bot.storage.write(prepare), SAMPLE_DAY)
    assert delivery_id is not None
    await stage.bot.deliverer.run(delivery_id)
    return delivery_id


def has_picture(stage: Stage, ts: str) -> bool:
    message = next(each for each in stage.person("ada").messages("papers") if each["ts"] == ts)
    assert message["blocks"]
    return any(block["type"] == "image" for block in message["blocks"])


@pytest.mark.parametrize("are_lost", [False, True])
@on_each_engine
async def test_an_updated_card_keeps_its_picture_or_stays_without(stage: Stage, are_lost: bool) -> None:
    delivery_id = await with_pictures(stage, are_lost=are_lost)
    stage.workspace.faults.clear()
    ts = await summary_comes(stage, delivery_id)
    before = has_picture(stage, ts)
    await updating(stage).tick()

    assert (before, has_picture(stage, ts)) == (not are_lost, not are_lost)
    assert "A model wrote this later." in text_of(stage, ts)
    assert await left(stage) == 0


@on_each_engine
async def test_a_card_whose_picture_is_gone_by_then_is_updated_without_it(stage: Stage) -> None:
    ts = await summary_comes(stage, await with_pictures(stage))
    stage.workspace.faults.add("lose_image", host="cdn-thumbnails.huggingface.co", times=10_000)
    before = has_picture(stage, ts)
    await updating(stage).tick()
    meanwhile = (has_picture(stage, ts), await left(stage))
    await updating(stage).tick()

    assert (before, meanwhile) == (True, (True, 1))
    assert (has_picture(stage, ts), await left(stage)) == (False, 0)
    assert "A model wrote this later." in text_of(stage, ts)


async def test_a_channel_that_wants_no_pictures_gets_none(stage: Stage) -> None:
    delivery_id = await with_pictures(stage)
    channel = stage.workspace.channel("论文").id
    subscription = await stage.bot.storage.write(
        lambda tables: subscribe(tables, stage.bot.workspace, channel, since=SAMPLE_DAY, language="en")
    )
    other_id = await stage.bot.deliverer.open_asked(subscription, SAMPLE_DAY)
    assert other_id is not None
    await stage.bot.deliverer.run(other_id)
    posts = await stage.bot.storage.read(
        lambda tables: [tables.posts.of_delivery(each) for each in (delivery_id, other_id)]
    )
    drawn = [block["type"] for each in stage.person("ada").messages("论文") for block in each["blocks"]]

    assert [{post.has_picture for post in each[1:]} for each in posts] == [{True}, {False}]
    assert [each[0].has_picture for each in posts] == [False, False]
    assert "image" not in drawn


async def test_a_card_that_somebody_deleted_is_given_up(stage: Stage) -> None:
    await summary_comes(stage, await stage.deliver_sample(most_cards=4))
    wire = Scripted(await wire_of(stage), [Refused("message_not_found")])
    await updating(stage, wire).tick()

    assert (wire.calls, await left(stage)) == (1, 0)
