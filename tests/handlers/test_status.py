"""`/papers status`, as the people in the channel read it."""

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from bot.delivery.clockwork import Clockwork
from bot.errors import SourceUnreachableError
from bot.listings.watcher import ListingWatcher
from bot.sources.source import Source
from bot.subscriptions.preferences import save_preferences
from storage.records import (
    PARENT_DELETED,
    DeliveryKind,
    DeliveryState,
    Listing,
    ListingState,
    ModelRequest,
    Post,
    Preferences,
)
from storage.tables import Tables
from tests.handlers.talking import say, subscribe
from tests.support.model_server import ModelServer
from tests.support.newsstand import Newsstand
from tests.support.stage import NOON, Stage, on_each_engine, sample, set_stage
from tests.support.subscribing import subscribe as put_subscription

HUGGING_FACE = "huggingface"
MONDAY = date(2025, 9, 29)


async def status(
    stage: Stage, name: str = "ada", channel: str = "papers", text: str = "/papers status"
) -> list[str]:
    until = "No messages waiting" if name != "lin" else "没有待发"
    return (await say(stage.person(name), text, until, channel)).splitlines()


async def first_tick(stage: Stage) -> None:
    """Wait for the tick at the start; the next comes half a minute later."""
    while not await stage.bot.storage.read(lambda tables: tables.heartbeats.last("tick")):
        pass


@on_each_engine
async def test_a_delivered_digest_and_the_next_are_told_by_the_person_s_own_clock(stage: Stage) -> None:
    ada = stage.person("ada")
    await stage.import_sample()
    await subscribe(ada, zone="UTC")
    before = await status(stage)
    await stage.deliver_sample(most_cards=3)

    assert before[:4] == [
        "No digest here yet.",
        "Next digest: tomorrow at 5:00\u202fAM (your time).",
        "Digest file, today: 12 papers.",
        "No messages waiting.",
    ]
    assert (await status(stage))[0] == "Last digest: today at 8:00\u202fAM, 12 of 12 papers."
    assert (await status(stage, "lin", text="/papers 状态"))[:2] == [
        "上一份日报：今天 20:00，已送达 12 篇，共 12 篇。",
        "下一份日报：明天 17:00（按你的时区）。",
    ]


async def test_that_todays_tokens_are_used_up_is_told_where_a_model_is_set(tmp_path: Path) -> None:
    async with ModelServer() as model:
        settings: dict[str, Any] = {"model": "small", "model_url": model.base_url, "tokens_a_day": 20_000}
        async with set_stage(tmp_path / "test.db", **settings) as stage:
            await stage.import_sample()
            before = await status(stage)
            request = ModelRequest(sample()[0].entries[0].paper.id, "en", "small", NOON, 4_000, 1)
            await stage.bot.storage.write(lambda tables: tables.model_requests.add(request))
            after, chinese = await status(stage), await status(stage, "lin", text="/papers 状态")

    assert before[-1] == "Summaries used 0 of 20,000 tokens today (UTC)."
    assert after[-1] == (
        "Today's token limit for summaries is used up (4,001 of 20,000). "
        "Until midnight UTC, new cards show the abstract and get their summaries later."
    )
    assert chinese[-1].startswith("今天的总结 token 额度已用完（已用 4,001 个，上限 20,000 个）。")


async def test_a_channel_without_a_digest_learns_nothing_of_others(stage: Stage) -> None:
    await stage.deliver_sample(channel="论文")
    lines = await status(stage)

    assert lines[0] == "This channel has no daily digest."
    assert "论文" not in str(lines)


@on_each_engine
async def test_what_waits_is_counted_over_all_channels_with_when_it_is_done(stage: Stage) -> None:
    await first_tick(stage)
    await stage.open_sample(channel="论文")
    await stage.open_sample()

    lines = (await say(stage.person("ada"), "/papers status", "26 messages wait")).splitlines()

    assert lines[:2] == [
        "Last digest: today at 8:00\u202fAM, 0 of 12 papers.",
        "The rest is on its way, about one paper a second.",
    ]
    assert lines[4] == (
        "26 messages waiting across all channels, done today at 8:00\u202fAM at the earliest."
    )
    assert "论文" not in str(lines)


async def test_why_a_digest_ended_early_is_told(stage: Stage) -> None:
    ada = stage.person("ada")
    await ada.remove("papers")
    await stage.deliver_sample(most_cards=3)

    lines = await status(stage)

    channel = stage.workspace.channel("papers").id
    assert lines[:3] == [
        "Last digest: today at 8:00\u202fAM, 0 of 12 papers.",
        f"I'm no longer in <#{channel}>, so its digests are paused. Invite me back, then resume them.",
        "Digests are paused.",
    ]


async def test_once_digests_are_resumed_no_pause_is_told_any_more(stage: Stage) -> None:
    ada = stage.person("ada")
    await ada.remove("papers")
    await stage.deliver_sample(most_cards=3)
    await say(ada, "/papers resume", "resumed")

    assert (await status(stage))[:2] == [
        "Last digest: today at 8:00\u202fAM, 0 of 12 papers.",
        "Slack stopped it (not_in_channel). The rest comes with the next one.",
    ]
    assert (await status(stage, "lin", text="/papers 状态"))[1] == (
        "发布被 Slack 中断（not_in_channel）。其余论文随下一份日报送达。"
    )
    assert "paused" not in str(await status(stage))


async def test_why_a_channel_is_paused_is_told_beside_why_its_last_digest_ended(stage: Stage) -> None:
    await stage.deliver_sample(most_cards=3)
    channel, workspace = stage.workspace.channel("papers").id, stage.bot.workspace

    def close(tables: Tables) -> None:
        delivery = tables.deliveries.latest_of_channel(workspace, channel)
        assert delivery is not None
        tables.deliveries.close(delivery, DeliveryState.FAILED, PARENT_DELETED)
        tables.subscriptions.pause_workspace(workspace, "token_revoked")

    await stage.bot.storage.write(close)

    assert (await status(stage))[1:4] == [
        f"Someone deleted the September 29, 2025 digest in <#{channel}>, so I stopped posting it.",
        "Digests are paused.",
        "Slack won't let me post here (token_revoked).",
    ]


async def test_the_last_tick_is_told(stage: Stage) -> None:
    await first_tick(stage)

    assert (await status(stage))[-1] == "Last check: today at 8:00\u202fAM."


class Kiosk:
    """Hugging Face, which lists what the test says and is looked at when the test says, for #papers alone."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.stand = stage, Newsstand()
        source = Source(HUGGING_FACE, self.stand.fetch, usual_at=time(2, 0))
        self._publishing = ListingWatcher(stage.bot.storage, stage.clock, {HUGGING_FACE: source}.get)
        self._clockwork = Clockwork(stage.bot.storage, stage.clock, stage.bot.deliverer)

    async def open(self, at: time = time(9, 0)) -> None:
        channel = self.stage.workspace.channel("papers").id
        workspace, now = self.stage.bot.workspace, self.stage.clock.now()
        preferences = Preferences("en", (HUGGING_FACE,), at=at)
        await self.stage.bot.storage.write(
            lambda tables: save_preferences(tables, workspace, channel, preferences, now)
        )

    async def tick_until(self, day: int, hour: int, minute: int = 0, *, every: int = 10) -> None:
        """Look around and deliver every so many minutes until the moment, in UTC, and at it."""
        moment = datetime(2025, 10, day, hour, minute, tzinfo=UTC)
        while self.stage.clock.now() <= moment:
            await self._publishing.poll_due()
            await self._clockwork.tick()
            await self.stage.bot.deliverer.join()
            self.stage.clock.advance(every * 60)
        self.stage.clock.advance((moment - self.stage.clock.now()).total_seconds())

    def fail(self) -> None:
        self.stand.failure = SourceUnreachableError("Hugging Face does not answer.")

    def recover(self) -> None:
        self.stand.failure = None


async def test_on_a_saturday_there_is_no_list(stage: Stage) -> None:
    kiosk = Kiosk(stage)
    await kiosk.open()
    await kiosk.tick_until(3, 12, every=360)
    await kiosk.tick_until(4, 12, every=60)

    assert "Hugging Face doesn't publish on Saturdays." in await status(stage)
    assert "Hugging Face 在星期六不发布论文列表。" in await status(stage, "lin", text="/papers 状态")


async def test_before_the_list_is_out_the_last_look_and_the_next_are_told(stage: Stage) -> None:
    kiosk = Kiosk(stage)
    await kiosk.open()
    await kiosk.tick_until(2, 12, every=360)
    await kiosk.tick_until(3, 1, 12, every=12)

    looked = "Hugging Face hasn't published yet; last check 9:12\u202fPM, next 9:22\u202fPM."
    assert looked in await status(stage)
    assert "Hugging Face 还没有发布；上次检查 09:12，下次 09:22。" in await status(
        stage, "lin", text="/papers 状态"
    )


async def test_a_list_that_has_begun_and_one_that_is_far_too_short_are_told(stage: Stage) -> None:
    kiosk = Kiosk(stage)
    await kiosk.open()
    for weeks in (1, 2, 3):
        kiosk.stand.lists[date(2025, 10, 3 + 7 * (weeks - 1))] = 20
    kiosk.stand.lists[date(2025, 10, 24)] = 4
    await kiosk.tick_until(24, 12, every=240)
    begun = await status(stage)
    await kiosk.tick_until(24, 21, every=60)
    few = await status(stage)

    lines = [line.partition("; last check") for line in (*begun, *few)]
    assert [line for line, looks, _ in lines if looks] == [
        "Hugging Face, today: 4 papers so far",
        "Hugging Face, today: 4 papers so far, far fewer than usual",
    ]


async def test_during_an_outage_it_is_told_since_when_and_what_waits_for_it(stage: Stage) -> None:
    kiosk = Kiosk(stage)
    await kiosk.open()
    kiosk.stand.lists[date(2025, 10, 2)] = 3
    await kiosk.tick_until(2, 12, every=360)
    await kiosk.tick_until(2, 23, 30)
    kiosk.fail()
    await kiosk.tick_until(3, 9, 10)
    during = await status(stage)
    kiosk.recover()
    await kiosk.tick_until(3, 9, 50)
    after = await status(stage)

    assert during[0] == (
        "The digest for today is due. I'll post it as soon as I have the list from Hugging Face."
    )
    assert during[2] == (
        "Hugging Face hasn't answered since yesterday at 8:00\u202fPM; "
        "last check 5:10\u202fAM, next 5:40\u202fAM."
    )
    assert after[0] == "Last digest: today at 5:00\u202fAM, 3 of 3 papers."
    assert stage.person("ada").messages("papers")[0]["text"].splitlines()[:3] == [
        "AI papers · October 3, 2025",
        "3 papers · Hugging Face",
        "This digest is late because Hugging Face didn't answer in time.",
    ]


async def test_a_digest_that_came_to_nothing_is_told(stage: Stage) -> None:
    kiosk = Kiosk(stage)
    await kiosk.open()
    await kiosk.tick_until(2, 12, every=360)
    await kiosk.tick_until(2, 23, 30)
    kiosk.fail()
    await kiosk.tick_until(3, 9, 10)
    channel = stage.workspace.channel("papers").id
    subscription = await stage.bot.storage.read(
        lambda tables: tables.subscriptions.of_channel(stage.bot.workspace, channel)
    )
    assert subscription is not None
    await stage.bot.storage.write(lambda tables: tables.subscriptions.pause(subscription.id, "asked"))
    await kiosk.tick_until(3, 9, 30)

    assert (await status(stage))[0] == (
        "The digest for today was skipped: a source didn't answer in time. "
        "Its papers will be in the next one."
    )


async def test_what_other_workspaces_follow_and_wait_for_is_told_to_nobody_here(stage: Stage) -> None:
    def live_elsewhere(tables: Tables) -> None:
        other = put_subscription(tables, "T-OTHER", "C1", sources=("arxiv:cs.RO",))
        delivery = tables.deliveries.open(other, DeliveryKind.ASKED, MONDAY, "elsewhere", NOON)
        tables.posts.plan(delivery, [Post(delivery.id, 0, "{}")])
        tables.listings.put(Listing("arxiv:cs.RO", MONDAY, ListingState.NONE))

    await stage.bot.storage.write(live_elsewhere)
    told = await status(stage)

    assert "No messages waiting." in told
    assert not [line for line in told if "arXiv" in line]
