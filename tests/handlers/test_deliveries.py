"""The buttons by which a digest that ended early goes on."""

from pathlib import Path
from typing import Any

import pytest

from bot.cards import ids
from bot.sandbox import Member
from storage.records import DeliveryState, PostState
from tests.handlers.talking import POST_NOW, press, say, shows
from tests.support.stage import Stage, on_each_engine, set_stage
from tests.support.subscribing import subscribe
from tests.support.under_way import answered, under_way


async def told_directly(person: Member, text: str) -> dict[str, Any]:
    await person.sees(shows(text))
    return person.direct_messages()[-1]


async def press_in(person: Member, message: dict[str, Any], action_id: str, until: str) -> str:
    await person.click(message, action_id)
    await person.sees(lambda _: until in person.direct_messages()[-1]["text"])
    return str(person.direct_messages()[-1]["text"])


async def delivered(stage: Stage, delivery_id: int) -> list[PostState]:
    await stage.bot.deliverer.join()
    posts = await stage.bot.storage.read(lambda tables: tables.posts.of_delivery(delivery_id))
    return [post.state for post in posts]


async def ended_early(stage: Stage, person: Member) -> tuple[int, dict[str, Any]]:
    """Have a digest end because the bot is not in its channel, and return what the person is told."""
    await person.remove("papers")
    delivery_id = await stage.deliver_sample(created_by=person.id, most_cards=3)
    return delivery_id, await told_directly(person, "I'm no longer in")


@on_each_engine
async def test_a_digest_goes_on_once_the_bot_is_back(stage: Stage) -> None:
    ada = stage.person("ada")
    delivery_id, message = await ended_early(stage, ada)
    await ada.invite("papers")

    answer = await press_in(ada, message, ids.RESUME_DELIVERY, "on its way")

    channel = stage.workspace.channel("papers").id
    assert answer == f"Resumed. The rest of the September 29, 2025 digest is on its way to <#{channel}>."
    assert await delivered(stage, delivery_id) == [PostState.POSTED] * 5
    [subscription] = await stage.bot.storage.read(lambda tables: tables.subscriptions.all())
    assert subscription.paused_reason is None


@pytest.mark.parametrize("posted", [0, 1, 3])
@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("not_in_channel", "I'm no longer in {}, so its digests are paused. Invite me back"),
        ("channel_not_found", "I can no longer see {}, so its digests are paused. Invite me back"),
        ("is_archived", "{} is archived, so its digests are paused. If it's unarchived"),
    ],
)
async def test_a_digest_whose_channel_is_closed_anywhere_in_it_is_told_of_and_goes_on(
    stage: Stage, error: str, told: str, posted: int
) -> None:
    ada = stage.person("ada")
    stage.workspace.faults.add("error", method="chat.postMessage", skip=posted, error=error)
    delivery_id = await stage.deliver_sample(created_by=ada.id, most_cards=3)
    channel = stage.workspace.channel("papers").id
    message = await told_directly(ada, told.format(f"<#{channel}>"))
    there = len(ada.messages("papers"))
    await press_in(ada, message, ids.RESUME_DELIVERY, "on its way")

    assert there == posted
    assert await delivered(stage, delivery_id) == [PostState.POSTED] * 5
    assert len(ada.messages("papers")) == 5


async def test_one_button_resumes_all_digests_that_a_closed_workspace_paused(stage: Stage) -> None:
    ada = stage.person("ada")
    others = ["C0OTHER", "C0ANOTHER"]
    await stage.bot.storage.write(
        lambda tables: [subscribe(tables, stage.bot.workspace, channel) for channel in others]
    )
    stage.workspace.faults.add("error", method="chat.postMessage", skip=3, error="ekm_access_denied")
    delivery_id = await stage.deliver_sample(created_by=ada.id, most_cards=3)
    message = await told_directly(ada, "won't let me work in this workspace")

    answer = await press_in(ada, message, ids.RESUME_DELIVERY, "Resumed")

    assert answer == (
        "Resumed the digests of 3 channels. What they missed comes now or with their next digest."
    )
    assert await delivered(stage, delivery_id) == [PostState.POSTED] * 5
    every = await stage.bot.storage.read(lambda tables: tables.subscriptions.all())
    assert [each.paused_reason for each in every] == [None, None, None]


async def test_post_now_goes_on_with_a_digest_that_ended_early(stage: Stage) -> None:
    ada = stage.person("ada")
    delivery_id, _ = await ended_early(stage, ada)
    await ada.invite("papers")
    await say(ada, "/papers settings", "Daily papers in this channel")

    await press(ada, POST_NOW, "On their way: 12 papers")

    assert await delivered(stage, delivery_id) == [PostState.POSTED] * 5


async def test_a_doubtful_digest_is_posted_anew_once_however_often_it_is_asked_for(tmp_path: Path) -> None:
    withheld = {"withheld_scopes": ["channels:history", "groups:history"]}
    async with set_stage(tmp_path / "test.db", withheld) as stage:
        stage.workspace.faults.add("drop_before_write", method="chat.postMessage")
        ada = stage.person("ada")
        delivery_id = await stage.deliver_sample(created_by=ada.id, most_cards=3)
        message = await told_directly(ada, "Slack didn't confirm")

        await ada.click(message, ids.POST_ANEW)
        await ada.sees(shows("is on its way to"))

        assert await delivered(stage, delivery_id) == [PostState.POSTED] * 5
        assert not await stage.bot.deliverer.resume(delivery_id, stage.bot.workspace)
        parents = [each for each in ada.messages("papers") if each["text"].startswith("AI ")]
        assert len(parents) == 1


async def test_what_a_later_digest_brought_is_not_posted_again(stage: Stage) -> None:
    ada = stage.person("ada")
    delivery_id, message = await ended_early(stage, ada)
    await ada.invite("papers")
    [subscription] = await stage.bot.storage.read(lambda tables: tables.subscriptions.all())
    later = await stage.bot.deliverer.open_scheduled(subscription, stage.clock.now().date())
    assert later

    answer = await press_in(ada, message, ids.RESUME_DELIVERY, "missed comes")

    assert answer.endswith("missed comes with its next digest.")
    assert await delivered(stage, delivery_id) == [PostState.PLANNED] * 5


async def test_nothing_is_resumed_for_an_ended_subscription_or_another_workspace(stage: Stage) -> None:
    ada = stage.person("ada")
    delivery_id, message = await ended_early(stage, ada)
    elsewhere = await stage.bot.deliverer.resume(delivery_id, "T9999999999")
    await stage.bot.storage.write(lambda tables: tables.subscriptions.end(1, stage.clock.now()))

    answer = await press_in(ada, message, ids.RESUME_DELIVERY, "Nothing left")

    delivery = await stage.bot.storage.read(lambda tables: tables.deliveries.get(delivery_id))
    assert delivery
    assert (elsewhere, delivery.state) == (False, DeliveryState.FAILED)
    assert answer == "Nothing left to resume here."


async def test_a_digest_that_a_person_deleted_is_not_posted_again(stage: Stage) -> None:
    ada = stage.person("ada")
    delivery_id = await stage.open_sample(created_by=ada.id)
    stage.bot.deliverer.start(delivery_id)
    await ada.sees(lambda _: len(ada.messages("papers")) > 3)
    await ada.delete(ada.messages("papers")[0])
    await stage.bot.deliverer.join()

    await say(ada, "/papers settings", "Daily papers in this channel")
    answer = await press(ada, POST_NOW, "stopped early")

    assert answer.startswith("The September 29, 2025 digest stopped early and I can't continue it.")


@pytest.mark.parametrize(
    ("command", "told", "status"),
    [
        ("/papers pause", "paused this channel's digests", "It was stopped on request."),
        ("/papers unsubscribe", "ended this channel's digests", "This channel has no daily digest."),
    ],
)
async def test_pausing_or_ending_stops_the_digest_under_way(
    stage: Stage, command: str, told: str, status: str
) -> None:
    ada = stage.person("ada")
    delivery_id = await under_way(stage, 3)
    await say(ada, command, told)
    at_once = await say(ada, "/papers status", "No messages waiting")
    await answered(stage)

    states = await delivered(stage, delivery_id)
    assert status in at_once
    assert states == [PostState.POSTED] * 4 + [PostState.PLANNED] * 9


async def test_resuming_in_the_channel_goes_on_with_the_stopped_digest(stage: Stage) -> None:
    ada = stage.person("ada")
    delivery_id = await under_way(stage, 3)
    await say(ada, "/papers pause", "paused this channel's digests")
    await answered(stage)

    told = await say(ada, "/papers resume", "resumed this channel's digests")

    assert told == (
        f"<@{ada.id}> resumed this channel's digests. "
        "The rest of the September 29, 2025 digest is on its way."
    )
    assert await delivered(stage, delivery_id) == [PostState.POSTED] * 13
