"""A bot that is told to stop while a message is on its way."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from filelock import FileLock, Timeout

from bot.background import to_its_end
from bot.delivery.slack_errors import POST
from storage.records import PostState
from tests.support.stage import Stage, set_stage


async def test_it_waits_for_the_answer_of_the_message_under_way_and_records_it(stage: Stage) -> None:
    delivery_id = await stage.open_sample()
    stage.workspace.faults.add("delay", method=POST, skip=1, seconds=5)
    stage.bot.deliverer.start(delivery_id)
    posted = stage.workspace.channel("papers").messages
    await stage.person("ada").sees(lambda _: len(posted) == 2)

    stopping = asyncio.create_task(stage.bot.deliverer.aclose())
    await asyncio.sleep(0.1)
    assert not stopping.done()
    await stage.timers.advance(5)
    await stopping

    posts = await stage.bot.storage.read(lambda tables: tables.posts.of_delivery(delivery_id))
    assert [post.state for post in posts[:3]] == [PostState.POSTED, PostState.POSTED, PostState.PLANNED]
    assert len(stage.workspace.channel("papers").messages) == 2


async def test_cancelled_work_comes_to_its_end_first() -> None:
    done, may_end = [], asyncio.Event()

    async def work() -> None:
        await may_end.wait()
        done.append("work")

    task = asyncio.create_task(to_its_end(work()))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.sleep(0)
    assert not task.done()
    may_end.set()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert done == ["work"]


async def test_no_other_process_takes_over_while_it_waits(tmp_path: Path) -> None:
    database = tmp_path / "test.db"
    stack = AsyncExitStack()
    stage = await stack.enter_async_context(set_stage(database))
    delivery_id = await stage.open_sample()
    stage.workspace.faults.add("delay", method=POST, seconds=5)
    stage.bot.deliverer.start(delivery_id)
    await stage.person("ada").sees(lambda _: stage.workspace.channel("papers").messages)

    stopping = asyncio.create_task(stack.aclose())
    await asyncio.sleep(0.1)
    with pytest.raises(Timeout):
        FileLock(f"{database}.run.lock").acquire(timeout=0)
    await stage.timers.advance(5)
    await stopping

    FileLock(f"{database}.run.lock").acquire(timeout=0).lock.release()


async def test_work_that_takes_too_long_is_cancelled_too() -> None:
    begun, cancelled = asyncio.Event(), []

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append("work")
            raise

    task = asyncio.create_task(to_its_end(work(), seconds=0))
    await begun.wait()
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert cancelled == ["work"]


async def test_once_it_is_closing_no_delivery_is_started(stage: Stage) -> None:
    delivery_id = await stage.open_sample()
    await stage.bot.deliverer.aclose()
    stage.bot.deliverer.start(delivery_id)
    await stage.bot.deliverer.join()

    assert not stage.workspace.channel("papers").messages
