"""`/papers status`, as the people in the channel read it."""

from tests.handlers.talking import say, subscribe
from tests.stage import Stage


async def status(
    stage: Stage, name: str = "ada", channel: str = "papers", text: str = "/papers status"
) -> list[str]:
    until = "Nothing waits" if name != "lin" else "没有待发"
    return (await say(stage.person(name), text, until, channel)).splitlines()


async def first_tick(stage: Stage) -> None:
    """Wait for the tick at the start; the next comes half a minute later."""
    while not await stage.bot.storage.read(lambda tables: tables.heartbeats.last("tick")):
        pass


async def test_a_delivered_digest_and_the_next_are_told_by_the_person_s_own_clock(stage: Stage) -> None:
    ada = stage.person("ada")
    await stage.import_sample()
    await subscribe(ada, zone="UTC")
    before = await status(stage)
    await stage.deliver_sample()

    assert before[:4] == [
        "No digest has come here yet.",
        "The next digest comes on September 30, 2025, 5:00\u202fAM.",
        "Last list of digest file: September 29, 2025, 12 papers.",
        "Nothing waits to be posted.",
    ]
    assert (await status(stage))[0] == "Last digest: September 29, 2025, 8:00\u202fAM, 12 of 12 papers."
    assert (await status(stage, "lin", text="/papers 状态"))[:2] == [
        "上一份日报：2025年9月29日 20:00，已送达 12 篇，共 12 篇。",
        "下一份日报：2025年9月30日 17:00。",
    ]


async def test_a_channel_without_a_digest_learns_nothing_of_others(stage: Stage) -> None:
    await stage.deliver_sample(channel="论文")
    lines = await status(stage)

    assert lines[0] == "This channel has no digest yet."
    assert "论文" not in str(lines)


async def test_what_waits_is_counted_over_all_channels_with_when_it_is_done(stage: Stage) -> None:
    await first_tick(stage)
    await stage.open_sample(channel="论文")
    await stage.open_sample()

    lines = (await say(stage.person("ada"), "/papers status", "26 messages wait")).splitlines()

    assert lines[:2] == [
        "Last digest: September 29, 2025, 8:00\u202fAM, 0 of 12 papers.",
        "It is under way; the rest follows, about one paper a second.",
    ]
    assert lines[4] == (
        "26 messages wait in all channels together; done at September 29, 2025, 8:00\u202fAM at the earliest."
    )
    assert "论文" not in str(lines)


async def test_why_a_digest_ended_early_is_told(stage: Stage) -> None:
    ada = stage.person("ada")
    await ada.remove("papers")
    await stage.deliver_sample()

    lines = await status(stage)

    channel = stage.workspace.channel("papers").id
    assert lines[:3] == [
        "Last digest: September 29, 2025, 8:00\u202fAM, 0 of 12 papers.",
        f"I am not in <#{channel}> any more, so its digests are paused. Invite me again, then resume.",
        "The digests are paused.",
    ]


async def test_the_last_tick_is_told(stage: Stage) -> None:
    await first_tick(stage)

    assert (await status(stage))[-1] == "I last looked for what is due on September 29, 2025, 8:00\u202fAM."
