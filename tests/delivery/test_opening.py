"""Digests that are due while a source is late: one message, which becomes the digest with the list."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from bot.subscriptions.preferences import begin_with_latest
from storage.records import (
    SOURCE_LATE,
    Delivery,
    DeliveryState,
    Listing,
    ListingState,
    Paper,
    Subscription,
)
from storage.tables import Tables
from tests.support.stage import NOON, Stage
from tests.support.ticking import subscribe, tick_at, tomorrow

HUGGING_FACE, ARXIV = "huggingface", "arxiv:cs.CL"
SUNDAY, MONDAY, TUESDAY = date(2025, 9, 28), date(2025, 9, 29), date(2025, 9, 30)
SILENT_SINCE = tomorrow(7, 40)
WAITS = "Hugging Face hasn't answered since 7:40\u202fAM; I'll post as soon as it does."


def papers_of(source: str, day: date, count: int) -> list[Paper]:
    prefix = "2509" if source == HUGGING_FACE else "2508"
    return [Paper(f"{prefix}.{day.day:02}{n:03}", f"{source} of {day.day}, paper {n}") for n in range(count)]


async def put(stage: Stage, listing: Listing, papers: list[Paper] | None = None) -> None:
    def keep(tables: Tables) -> None:
        for paper in papers or ():
            tables.papers.add(paper)
        ids = tuple(paper.id for paper in papers or ())
        tables.listings.put(replace(listing, paper_ids=ids))

    await stage.bot.storage.write(keep)


async def lists(stage: Stage, count: int, source: str = HUGGING_FACE, day: date = MONDAY) -> None:
    """Have the source's list of the day be there, with so many papers."""
    state = ListingState.COMPLETE if count else ListingState.NONE
    await put(stage, Listing(source, day, state), papers_of(source, day, count))


async def is_silent(
    stage: Stage, source: str = HUGGING_FACE, day: date = MONDAY, since: datetime = SILENT_SINCE
) -> None:
    silent = Listing(source, day, ListingState.STALLED, trouble="It does not answer.", trouble_since=since)
    await put(stage, replace(silent, next_look_at=since + timedelta(days=9)))


async def wanting(stage: Stage, *sources: str, **preferences: Any) -> Subscription:
    return await subscribe(stage, sources=sources or (HUGGING_FACE,), **preferences)


def thread_of(stage: Stage) -> list[dict[str, Any]]:
    """Return the only message of the channel outside of threads, and its replies."""
    ada = stage.person("ada")
    messages = ada.messages("papers")
    roots = [each for each in messages if each.get("thread_ts", each["ts"]) == each["ts"]]
    assert len(roots) == 1
    return ada.thread(roots[0])


async def test_one_message_tells_that_the_source_is_silent_and_becomes_the_digest(stage: Stage) -> None:
    await wanting(stage)
    await is_silent(stage)
    due = await tick_at(stage, tomorrow(9))
    told = thread_of(stage)
    still = await tick_at(stage, tomorrow(9, 20))
    await lists(stage, 3)
    await tick_at(stage, tomorrow(9, 41))
    parent, *cards = thread_of(stage)

    assert due == still == [WAITS]
    assert parent["ts"] == told[0]["ts"]
    assert parent["text"].splitlines()[:3] == [
        "AI papers · September 30, 2025",
        "3 papers · Hugging Face",
        "This digest is late because Hugging Face didn't answer in time.",
    ]
    assert [card["text"].partition(" (https")[0] for card in cards] == [
        f"{n + 1}. {paper.title}" for n, paper in enumerate(papers_of(HUGGING_FACE, MONDAY, 3))
    ]


async def test_a_channel_is_told_in_its_language_by_its_clock(stage: Stage) -> None:
    await wanting(stage, language="zh-CN", zone="Asia/Shanghai")
    await is_silent(stage, since=tomorrow(0, 10))

    assert await tick_at(stage, tomorrow(1)) == ["Hugging Face 自 08:10 起没有响应；恢复后我会立即发布。"]


async def test_an_outage_is_told_from_its_first_day_on(stage: Stage) -> None:
    await wanting(stage)
    await is_silent(stage, since=tomorrow(22, day=29))
    await is_silent(stage, day=TUESDAY, since=tomorrow(22, 30, day=30))

    since = "September 29, 2025 at 10:00\u202fPM"

    assert await tick_at(stage, datetime(2025, 10, 1, 9, tzinfo=UTC)) == [
        f"Hugging Face hasn't answered since {since}; I'll post as soon as it does."
    ]


async def test_a_list_that_is_merely_being_fetched_is_waited_for_without_a_word(stage: Stage) -> None:
    await wanting(stage)
    unfinished = Listing(HUGGING_FACE, MONDAY, ListingState.PARTIAL)
    await put(stage, unfinished, papers_of(HUGGING_FACE, MONDAY, 2))
    due = await tick_at(stage, tomorrow(9))
    await lists(stage, 3)
    await tick_at(stage, tomorrow(9, 1))
    parent, *cards = thread_of(stage)

    assert due == []
    assert parent["text"].splitlines()[1] == "3 papers · Hugging Face"
    assert "late" not in parent["text"]
    assert len(cards) == 3


async def test_a_list_that_nobody_could_fetch_in_a_while_is_told_too(stage: Stage) -> None:
    await wanting(stage)
    await lists(stage, 3, day=MONDAY - timedelta(days=4))
    seen = [await tick_at(stage, tomorrow(9, minute)) for minute in (0, 4, 5)]

    assert seen[:2] == [[], []]
    assert seen[2] == [
        "Hugging Face's list for September 29, 2025 isn't ready yet; I'll post as soon as it is."
    ]


async def test_of_a_list_of_arxiv_that_nobody_saw_nothing_is_expected(stage: Stage) -> None:
    await wanting(stage, ARXIV, says_when_nothing=True)
    await lists(stage, 3, ARXIV, MONDAY - timedelta(days=4))

    assert await tick_at(stage, tomorrow(9)) == ["No new papers for September 30, 2025."]


async def test_a_list_that_cannot_be_had_any_more_is_told_and_not_waited_for(stage: Stage) -> None:
    await wanting(stage, ARXIV, says_when_nothing=True)
    await put(stage, Listing(ARXIV, MONDAY, ListingState.STALLED, trouble="gone", trouble_since=SILENT_SINCE))

    seen = await tick_at(stage, tomorrow(9))

    assert [text.splitlines() for text in seen] == [
        [
            "No new papers for September 30, 2025.",
            "arXiv cs.CL's list for September 29, 2025 is no longer available.",
        ]
    ]


async def test_papers_of_another_source_come_at_once_and_the_digest_says_what_it_lacks(stage: Stage) -> None:
    await wanting(stage, HUGGING_FACE, ARXIV)
    await is_silent(stage)
    await lists(stage, 2, ARXIV)
    await tick_at(stage, tomorrow(9))
    parent, *cards = thread_of(stage)
    await lists(stage, 3)
    await lists(stage, 0, day=TUESDAY)
    await lists(stage, 0, ARXIV, TUESDAY)
    seen = await tick_at(stage, datetime(2025, 10, 1, 9, tzinfo=UTC))

    assert parent["text"].splitlines()[1:3] == [
        "2 papers · arXiv cs.CL",
        "Hugging Face hasn't answered since 7:40\u202fAM; its papers will be in the next digest.",
    ]
    assert len(cards) == 2
    assert seen[1].splitlines()[1] == "3 papers · Hugging Face"


async def test_of_two_silent_sources_the_first_to_answer_brings_the_digest(stage: Stage) -> None:
    await wanting(stage, HUGGING_FACE, ARXIV)
    await is_silent(stage)
    await is_silent(stage, ARXIV)
    due = await tick_at(stage, tomorrow(9))
    await lists(stage, 2, ARXIV)
    await tick_at(stage, tomorrow(9, 10))

    assert due[0].splitlines() == [WAITS, WAITS.replace("Hugging Face", "arXiv cs.CL")]
    assert thread_of(stage)[0]["text"].splitlines()[1:4] == [
        "2 papers · arXiv cs.CL",
        "This digest is late because Hugging Face and arXiv cs.CL didn't answer in time.",
        "Hugging Face hasn't answered since 7:40\u202fAM; its papers will be in the next digest.",
    ]


async def test_a_list_that_turns_out_empty_is_told_in_the_same_message(stage: Stage) -> None:
    await wanting(stage)
    await is_silent(stage)
    await tick_at(stage, tomorrow(9))
    await lists(stage, 0)
    seen = await tick_at(stage, tomorrow(9, 10))

    assert [text.splitlines() for text in seen] == [
        [
            "No new papers for September 30, 2025.",
            "Hugging Face, September 29, 2025: no papers.",
        ]
    ]


@pytest.mark.parametrize(
    ("says_so", "lines"),
    [(True, ["No new papers for October 5, 2025.\nHugging Face doesn't publish on Saturdays."]), (False, [])],
)
async def test_a_weekend_is_no_delay(stage: Stage, *, says_so: bool, lines: list[str]) -> None:
    await wanting(stage, says_when_nothing=says_so, weekdays=frozenset({6}))
    await lists(stage, 0, day=date(2025, 10, 4))

    assert await tick_at(stage, datetime(2025, 10, 5, 9, tzinfo=UTC)) == lines


async def test_when_the_next_digest_is_due_the_message_says_so_and_the_papers_come_with_that(
    stage: Stage,
) -> None:
    await wanting(stage)
    await is_silent(stage)
    await tick_at(stage, tomorrow(9))
    await is_silent(stage, day=TUESDAY)
    given_up = await tick_at(stage, datetime(2025, 10, 1, 9, tzinfo=UTC))
    await lists(stage, 3)
    await lists(stage, 2, day=TUESDAY)
    seen = await tick_at(stage, datetime(2025, 10, 1, 9, 30, tzinfo=UTC))

    over = "Hugging Face didn't answer in time for this digest; the papers will be in the next one."
    assert given_up[0] == over
    assert given_up[1].startswith("Hugging Face hasn't answered since September 30, 2025")
    assert [text.splitlines()[:2] for text in seen] == [
        [over],
        ["AI papers · October 1, 2025", "5 papers · Hugging Face"],
    ]
    assert await _ends(stage) == [(DeliveryState.DONE, SOURCE_LATE), (DeliveryState.DONE, None)]


@pytest.mark.parametrize(
    ("is_ended", "text"),
    [
        (False, "Hugging Face didn't answer in time for this digest; the papers will be in the next one."),
        (True, "Hugging Face didn't answer in time for this digest."),
    ],
)
async def test_nothing_is_waited_for_while_digests_are_paused_or_ended(
    stage: Stage, *, is_ended: bool, text: str
) -> None:
    subscription = await wanting(stage)
    await is_silent(stage)
    await tick_at(stage, tomorrow(9))

    def stop(tables: Tables) -> None:
        if is_ended:
            tables.subscriptions.end(subscription.id, tomorrow(9, 5))
        else:
            tables.subscriptions.pause(subscription.id, "asked")

    await stage.bot.storage.write(stop)
    stopped = await tick_at(stage, tomorrow(9, 10))
    await lists(stage, 3)

    assert stopped == await tick_at(stage, tomorrow(9, 20)) == [text]


async def test_a_digest_that_was_kept_back_when_it_was_paused_ends_in_silence(stage: Stage) -> None:
    subscription = await wanting(stage)
    await put(stage, Listing(HUGGING_FACE, MONDAY, ListingState.PARTIAL))
    await tick_at(stage, tomorrow(9))
    await stage.bot.storage.write(lambda tables: tables.subscriptions.pause(subscription.id, "asked"))

    assert await tick_at(stage, tomorrow(9, 10)) == []
    assert await _ends(stage) == [(DeliveryState.DONE, SOURCE_LATE)]


async def test_where_somebody_deleted_the_message_the_digest_comes_anew(stage: Stage) -> None:
    await wanting(stage)
    await is_silent(stage)
    await tick_at(stage, tomorrow(9))
    ada = stage.person("ada")
    await ada.delete(thread_of(stage)[0])
    await lists(stage, 3)
    await tick_at(stage, tomorrow(9, 10))
    parent, *cards = thread_of(stage)

    assert parent["text"].startswith("AI papers · September 30, 2025\n3 papers")
    assert len(cards) == 3


async def test_a_digest_that_slack_refuses_as_a_change_comes_in_its_plainest_form(stage: Stage) -> None:
    await wanting(stage)
    await is_silent(stage)
    await tick_at(stage, tomorrow(9))
    told = thread_of(stage)[0]
    stage.workspace.faults.add("error", method="chat.update", error="invalid_blocks")
    await lists(stage, 3)
    await tick_at(stage, tomorrow(9, 10))
    parent, *cards = thread_of(stage)

    assert (parent["ts"], parent["blocks"]) == (told["ts"], [])
    assert parent["text"].startswith("AI papers · September 30, 2025\n3 papers")
    assert len(cards) == 3


@pytest.mark.parametrize("kind", ["drop_after_write", "drop_before_write"])
async def test_a_change_whose_answer_is_lost_is_made_again(stage: Stage, kind: Any) -> None:
    await wanting(stage)
    await is_silent(stage)
    await tick_at(stage, tomorrow(9))
    stage.workspace.faults.add(kind, method="chat.update")
    await lists(stage, 3)
    await tick_at(stage, tomorrow(9, 10))

    assert thread_of(stage)[0]["text"].startswith("AI papers · September 30, 2025\n3 papers")
    assert len(thread_of(stage)) == 4


async def test_a_message_that_is_there_twice_is_removed_while_the_digest_waits(stage: Stage) -> None:
    await wanting(stage)
    await is_silent(stage)
    stage.workspace.faults.add("write_late", method="chat.postMessage", seconds=45)
    seen = [await tick_at(stage, tomorrow(9, minute)) for minute in (0, 2, 3)]
    acts = [call.method for call in stage.workspace.calls if call.method.startswith("chat.")]
    await lists(stage, 3)
    await tick_at(stage, tomorrow(9, 10))

    assert acts == ["chat.postMessage", "chat.postMessage", "chat.delete"]
    assert seen[-1] == [WAITS]
    assert len(thread_of(stage)) == 4


async def test_a_digest_that_waits_can_be_told_apart_in_the_ledger(stage: Stage) -> None:
    await wanting(stage)
    await is_silent(stage)
    await tick_at(stage, tomorrow(9))
    waiting = await _deliveries(stage)
    await lists(stage, 0)
    await tick_at(stage, tomorrow(9, 10))

    assert [(each.state, each.waits_for) for each in waiting] == [(DeliveryState.OPEN, (HUGGING_FACE,))]
    assert [(each.state, each.waits_for) for each in await _deliveries(stage)] == [(DeliveryState.DONE, ())]


async def test_on_the_first_day_a_source_that_is_down_is_waited_for_too(stage: Stage) -> None:
    await wanting(stage, at=time(13, 0))
    await is_silent(stage, day=SUNDAY, since=NOON)
    told = await tick_at(stage, NOON + timedelta(hours=1))
    await lists(stage, 3, day=SUNDAY)
    await stage.bot.storage.write(lambda tables: begin_with_latest(tables, HUGGING_FACE))
    await tick_at(stage, NOON + timedelta(hours=2))

    assert told == ["Hugging Face hasn't answered since 12:00\u202fPM; I'll post as soon as it does."]
    assert len(await _cards(stage)) == 3


async def test_post_now_while_a_digest_waits_brings_nothing_twice(stage: Stage) -> None:
    subscription = await wanting(stage)
    await is_silent(stage)
    await tick_at(stage, tomorrow(9))
    await lists(stage, 3)
    asked = await stage.bot.deliverer.open_asked(subscription, MONDAY)
    assert asked is not None
    await stage.bot.deliverer.run(asked)
    seen = await tick_at(stage, tomorrow(9, 10))

    assert [text.splitlines()[0] for text in seen] == [
        "No new papers for September 30, 2025.",
        "AI papers · September 29, 2025",
    ]


async def test_a_digest_that_waits_goes_on_when_the_bot_is_back_in_the_channel(stage: Stage) -> None:
    subscription = await wanting(stage)
    await is_silent(stage)
    ada = stage.person("ada")
    await ada.remove("papers")
    shut_out = await tick_at(stage, tomorrow(9))
    failed = await _ends(stage)
    await ada.invite("papers")
    await stage.bot.storage.write(lambda tables: tables.subscriptions.resume(subscription.id))
    goes_on = await stage.bot.deliverer.resume(1, stage.bot.workspace)
    told = await tick_at(stage, tomorrow(9, 10))
    await lists(stage, 3)
    await tick_at(stage, tomorrow(9, 20))

    assert (shut_out, failed, goes_on) == ([], [(DeliveryState.FAILED, "not_in_channel")], True)
    assert WAITS in told
    assert len(await _cards(stage)) == 3


async def test_a_change_in_a_channel_that_shut_the_bot_out_is_made_when_it_is_back(stage: Stage) -> None:
    subscription = await wanting(stage)
    await is_silent(stage)
    await tick_at(stage, tomorrow(9))
    stage.workspace.faults.add("error", method="chat.update", error="not_in_channel")
    await lists(stage, 3)
    await tick_at(stage, tomorrow(9, 10))
    failed = await _ends(stage)
    await stage.bot.storage.write(lambda tables: tables.subscriptions.resume(subscription.id))
    await stage.bot.deliverer.resume(1, stage.bot.workspace)
    await tick_at(stage, tomorrow(9, 20))

    assert failed == [(DeliveryState.FAILED, "not_in_channel")]
    assert thread_of(stage)[0]["text"].startswith("AI papers · September 30, 2025\n3 papers")
    assert await _ends(stage) == [(DeliveryState.DONE, None)]


async def _cards(stage: Stage) -> list[str]:
    messages = stage.workspace.channel("papers").messages.values()
    return [each.text for each in messages if each.is_reply]


async def _deliveries(stage: Stage) -> list[Delivery]:
    def read(tables: Tables) -> list[Delivery]:
        found = (tables.deliveries.get(delivery_id) for delivery_id in range(1, 10))
        return [delivery for delivery in found if delivery]

    return await stage.bot.storage.read(read)


async def _ends(stage: Stage) -> list[tuple[DeliveryState, str | None]]:
    return [(each.state, each.reason) for each in await _deliveries(stage)]
