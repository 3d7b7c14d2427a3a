"""Deliveries into a real sandbox: what the channel holds is what counts."""

import asyncio
import itertools
import json
from pathlib import Path
from typing import Any, Literal

import pytest

from bot.app import application
from bot.delivery.answers import METADATA_EVENT
from bot.delivery.deliverer import Progress
from bot.sandbox import Member, Sandbox
from storage.records import DeliveryState, PostState
from tests.support.clocks import SimulatedClock
from tests.support.stage import NOON, Stage, make_workspace, set_stage, settings_for


def digest_in(person: Member, channel: str = "papers") -> list[dict[str, Any]]:
    """Return the parent and its replies, as the person sees them."""
    messages = person.messages(channel)
    parents = [message for message in messages if message["text"].startswith("AI ")]
    assert len(parents) <= 1
    return person.thread(parents[0]) if parents else []


def delivered(stage: Stage) -> list[int]:
    """Return the positions of the posts in the channel, in the order of the channel."""
    messages = stage.workspace.channel("papers").messages.values()
    return [message.metadata["event_payload"]["position"] for message in messages if message.metadata]


async def test_a_digest_is_one_parent_with_a_card_a_paper_in_order(stage: Stage) -> None:
    await stage.deliver_sample()

    parent, *cards = digest_in(stage.person("ada"))

    assert parent["text"].splitlines()[:2] == ["AI papers · September 29, 2025", "12 papers · Digest file"]
    assert [card["text"].partition(".")[0] for card in cards] == [str(number) for number in range(1, 13)]


async def test_a_digest_speaks_the_language_of_its_channel(stage: Stage) -> None:
    await stage.deliver_sample(language="zh-CN")

    parent, *cards = digest_in(stage.person("ada"))

    assert parent["text"].splitlines()[:2] == ["AI 论文 · 2025年9月29日", "12 篇论文 · 日报文件"]
    assert all("对从业者的启示：" in card["text"] for card in cards)


async def test_running_a_delivery_again_posts_nothing(stage: Stage) -> None:
    delivery_id = await stage.deliver_sample()
    before = digest_in(stage.person("ada"))

    again = await stage.deliver_sample()
    await stage.bot.deliverer.start_all()
    await stage.bot.deliverer.join()
    progress = await stage.bot.deliverer.run(delivery_id)

    assert again == delivery_id
    assert progress == Progress(12, 12, DeliveryState.DONE)
    assert digest_in(stage.person("ada")) == before


async def test_each_card_s_ts_is_kept_with_what_was_posted(stage: Stage) -> None:
    delivery_id = await stage.deliver_sample()
    posts = await stage.bot.storage.read(lambda tables: tables.posts.of_delivery(delivery_id))
    messages = digest_in(stage.person("ada"))

    assert [(post.state, post.ts) for post in posts] == [(PostState.POSTED, each["ts"]) for each in messages]
    assert [json.loads(post.payload or "")["text"] for post in posts] == [each["text"] for each in messages]


async def test_messages_of_a_channel_are_a_second_apart(stage: Stage) -> None:
    started = stage.clock.now()
    await stage.deliver_sample()

    stamps = [float(message["ts"]) for message in digest_in(stage.person("ada"))]
    assert all(later - earlier >= 1 for earlier, later in itertools.pairwise(stamps))
    assert (stage.clock.now() - started).total_seconds() == 12


async def test_a_rate_limit_is_waited_for_as_told_and_nothing_is_lost(stage: Stage) -> None:
    channel = stage.workspace.channel("papers").id
    spent = {"channel": channel, "text": "Somebody else of this app was here a moment ago."}
    await stage.workspace.call("chat.postMessage", spent, token=stage.workspace.bot_token)
    await stage.deliver_sample()

    refused = [call.status for call in stage.workspace.calls if call.status != 200]
    assert refused == [429]
    assert [message["text"].partition(".")[0] for message in digest_in(stage.person("ada"))[1:]] == [
        str(number) for number in range(1, 13)
    ]


async def test_a_channel_that_is_closed_to_the_bot_ends_the_delivery_with_the_reason(stage: Stage) -> None:
    await stage.person("ada").remove("papers")
    delivery_id = await stage.deliver_sample()

    progress = await stage.bot.deliverer.run(delivery_id)

    assert progress == Progress(0, 12, DeliveryState.FAILED, "not_in_channel")


async def test_a_card_that_slack_refuses_in_any_form_does_not_keep_back_the_others(stage: Stage) -> None:
    stage.workspace.faults.add("error", method="chat.postMessage", skip=3, times=2, error="invalid_blocks")
    delivery_id = await stage.deliver_sample()

    posts = await stage.bot.storage.read(lambda tables: tables.posts.of_delivery(delivery_id))
    assert [post.position for post in posts if post.state is not PostState.POSTED] == [3]
    assert (posts[3].state, posts[3].reason) == (PostState.REFUSED, "invalid_blocks")
    assert len(digest_in(stage.person("ada"))) == 12


@pytest.mark.parametrize("kind", ["drop_after_write", "drop_before_write"])
@pytest.mark.parametrize("position", [0, 3])
async def test_a_message_whose_answer_is_lost_is_there_once_in_the_end(
    stage: Stage, kind: Literal["drop_after_write", "drop_before_write"], position: int
) -> None:
    stage.workspace.faults.add(kind, method="chat.postMessage", skip=position)
    delivery_id = await stage.deliver_sample()
    stage.clock.advance(61)
    progress = await stage.bot.deliverer.run(delivery_id)

    assert progress == Progress(12, 12, DeliveryState.DONE)
    assert delivered(stage) == list(range(13))


async def test_a_message_that_arrives_late_beside_its_second_copy_is_removed(stage: Stage) -> None:
    stage.workspace.faults.add("write_late", method="chat.postMessage", skip=3, seconds=45)
    delivery_id = await stage.deliver_sample()
    doubled = delivered(stage)
    stage.clock.advance(61)
    await stage.bot.deliverer.run(delivery_id)

    assert sorted(doubled) == [0, 1, 2, 3, 3, *range(4, 13)]
    assert delivered(stage) == list(range(13))


async def test_where_reading_is_not_permitted_a_doubtful_card_is_not_sent_again_and_the_parent_says_so(
    tmp_path: Path,
) -> None:
    withheld = {"withheld_scopes": ["channels:history", "groups:history"]}
    async with set_stage(tmp_path / "test.db", withheld) as stage:
        stage.workspace.faults.add("drop_after_write", method="chat.postMessage", skip=3)
        delivery_id = await stage.deliver_sample()
        posts = await stage.bot.storage.read(lambda tables: tables.posts.of_delivery(delivery_id))
        parent = digest_in(stage.person("ada"))[0]

    assert [post.position for post in posts if post.state is PostState.UNCERTAIN] == [3]
    assert "11 of 12 papers are here for sure" in parent["text"]
    assert "11 of 12 papers are here for sure" in str(parent["blocks"])


async def test_where_reading_is_not_permitted_a_doubtful_parent_stops_the_delivery_and_is_told(
    tmp_path: Path,
) -> None:
    withheld = {"withheld_scopes": ["channels:history", "groups:history"]}
    async with set_stage(tmp_path / "test.db", withheld) as stage:
        stage.workspace.faults.add("drop_after_write", method="chat.postMessage")
        ada = stage.person("ada")
        delivery_id = await stage.deliver_sample(created_by=ada.id)
        progress = await stage.bot.deliverer.run(delivery_id)

        assert progress == Progress(0, 12, DeliveryState.FAILED, "parent_uncertain")
        assert len(digest_in(ada)) == 1
        assert "Slack didn't confirm its first message" in ada.direct_messages()[-1]["text"]


async def test_what_a_person_deletes_is_not_posted_again(stage: Stage) -> None:
    stage.workspace.faults.add("drop_after_write", method="chat.postMessage", skip=3)
    delivery_id = await stage.deliver_sample()
    ada = stage.person("ada")
    await ada.delete(digest_in(ada)[5])
    stage.clock.advance(61)
    await stage.bot.deliverer.run(delivery_id)
    await stage.bot.deliverer.run(delivery_id)

    assert delivered(stage) == [0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12]


async def test_a_refused_card_comes_once_more_in_its_plainest_form(stage: Stage) -> None:
    stage.workspace.faults.add("error", method="chat.postMessage", skip=3, error="invalid_blocks")
    await stage.deliver_sample()

    card = digest_in(stage.person("ada"))[3]
    assert card["text"].startswith("3. Seedream")
    assert not card.get("blocks")


async def test_a_delivery_that_was_stopped_between_two_cards_goes_on_where_it_was(tmp_path: Path) -> None:
    clock = SimulatedClock(NOON)
    workspace = make_workspace(clock)
    async with Sandbox(workspace) as sandbox:
        settings = settings_for(workspace, sandbox, tmp_path / "test.db")
        async with application(settings, clock) as bot:
            stage = Stage(sandbox, workspace, bot, clock)
            delivery_id = await stage.open_sample()
            running = asyncio.create_task(bot.deliverer.run(delivery_id))
            await stage.person("ada").sees(lambda view: "5. TrustJudge" in str(view))
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running
        async with application(settings, clock) as bot:
            await bot.deliverer.run(delivery_id)
            clock.advance(61)
            progress = await bot.deliverer.run(delivery_id)

        assert progress == Progress(12, 12, DeliveryState.DONE)
        assert delivered(stage) == list(range(13))


async def test_metadata_says_which_post_it_is_and_nothing_else(stage: Stage) -> None:
    await stage.deliver_sample()
    answer = await stage.workspace.call(
        "conversations.history",
        {"channel": stage.workspace.channel("papers").id, "include_all_metadata": True},
        token=stage.workspace.bot_token,
    )

    metadata = answer.body["messages"][0]["metadata"]
    assert metadata["event_type"] == METADATA_EVENT
    assert metadata["event_payload"].keys() == {"delivery", "position"}
    assert metadata["event_payload"]["position"] == 0


async def test_a_digest_in_plain_text_still_shows_its_papers_when_one_is_missing(stage: Stage) -> None:
    stage.workspace.faults.add("error", method="chat.postMessage", error="invalid_blocks")
    stage.workspace.faults.add("error", method="chat.postMessage", error="msg_too_long", skip=2, times=2)
    await stage.deliver_sample()

    parent = digest_in(stage.person("ada"))[0]

    assert parent["text"].startswith("AI papers · September 29, 2025\n12 papers · Digest file\n1. MMR1")
    assert parent["text"].endswith(
        "\n11 of 12 papers are here for sure. Slack refused or didn't confirm the rest."
    )
    assert parent["blocks"] == []
