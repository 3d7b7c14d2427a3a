"""What the bot does is counted where it is done, and never whose it is."""

import asyncio
import socket
from datetime import date, time
from pathlib import Path
from typing import NoReturn

from prometheus_client import generate_latest

from bot.app import application
from bot.delivery.clockwork import Jobs
from bot.listings.watcher import ListingWatcher
from bot.metrics import REGISTRY
from bot.sandbox import Sandbox
from bot.sources.source import Source
from tests.handlers.forging import handled
from tests.support.clocks import SimulatedClock
from tests.support.counting import counts, since
from tests.support.plain_client import plain_client
from tests.support.stage import NOON, Stage, make_workspace, settings_for
from tests.support.ticking import subscribe
from tests.support.waiting import PATIENCE


async def test_posts_are_counted_by_what_came_of_them_and_so_are_rate_limits(stage: Stage) -> None:
    before = counts()
    stage.workspace.faults.add("status", method="chat.postMessage", status=429)
    await stage.deliver_sample()
    posted = len(stage.person("ada").thread(stage.person("ada").messages("papers")[0]))

    assert since(before) == {
        ("posts_total", "posted"): posted,
        ("posts_total", "put_off"): 1,
        ("rate_limits_total", "chat.postMessage"): 1,
    }


async def test_what_people_ask_for_is_counted_by_kind_and_timed(stage: Stage) -> None:
    before = counts()
    await stage.person("ada").command("papers", "/papers help")
    await handled()

    assert since(before) == {
        ("requests_total", "command,answered"): 1,
        ("answer_seconds_count", "command"): 1,
    }


async def test_a_job_that_fails_is_counted_by_its_name() -> None:
    async def fail() -> NoReturn:
        raise ZeroDivisionError

    before = counts()
    await Jobs({}, SimulatedClock(NOON)).tick("digests", fail)

    assert since(before) == {("unexpected_errors_total", "job digests"): 1}


async def test_a_poll_that_nobody_foresaw_to_fail_is_counted_each_time(stage: Stage) -> None:
    async def fail(_day: date) -> NoReturn:
        raise ZeroDivisionError

    source = Source("huggingface", fail, usual_at=time(2, 0))
    await subscribe(stage, sources=("huggingface",))
    watcher, before = ListingWatcher(stage.bot.storage, stage.clock, lambda _: source), counts()
    for _ in range(2):
        await watcher.poll_due()

    assert since(before) == {("unexpected_errors_total", "poll"): 2}


async def test_no_label_names_a_person_a_channel_a_workspace_or_a_secret(stage: Stage) -> None:
    await stage.deliver_sample()
    await stage.person("ada").command("papers", "/papers help")
    text = generate_latest(REGISTRY).decode()

    workspace = stage.workspace
    names = [
        *(value for person in workspace.people.values() for value in (person.id, person.name)),
        *(value for channel in workspace.channels.values() for value in (channel.id, channel.name)),
        workspace.team_id,
        workspace.bot_token,
        workspace.app_token,
    ]
    labels = [line.partition("{")[2].partition("}")[0] for line in text.splitlines() if line[0] != "#"]
    assert len(names) > 8
    assert [name for name in names if any(f'"{name}"' in each for each in labels)] == []


async def test_in_socket_mode_health_is_served_where_a_port_is_set(tmp_path: Path) -> None:
    clock = SimulatedClock(NOON)
    workspace = make_workspace(clock)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    async with Sandbox(workspace) as sandbox:
        address = f"http://127.0.0.1:{port}"
        settings = settings_for(workspace, sandbox, tmp_path / "test.db", port=port)
        async with (
            application(settings, clock, has_sources=False),
            plain_client(base_url=address) as client,
            asyncio.timeout(PATIENCE),
        ):
            while (answer := await client.get("/readyz")).status_code != 200:
                assert answer.json()["problems"] == ["Nothing has been checked yet."]
            said = answer.json()
            assert (said["database"], said["socket"], said["last_tick_age_seconds"]) == ("ok", "connected", 0)
            assert (await client.get("/healthz")).status_code == 200
            assert "paper_round_ready 1.0" in (await client.get("/metrics")).text
            assert (await client.post("/slack/events")).status_code == 404
