"""A hundred papers summarised by a model that takes a second for each answer, ten at a time."""

import asyncio
import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random

import pytest

from bot.clock import SystemClock
from bot.sources.full_text import FullText, NoFullText
from bot.sources.http import web_client
from bot.summaries.model import ModelClient
from bot.summarising.queue import SummaryJob, SummaryQueue
from bot.summarising.summariser import Allowance, Outcome, Summariser
from storage.runner import ThreadRunner
from tests.support.gardens import FIELDS, PAPER
from tests.support.model_server import ModelServer, after, completing

pytestmark = pytest.mark.benchmark

PAPERS = 100
AT_ONCE = 10
LEAST_SECONDS = PAPERS / AT_ONCE
_PARAGRAPH = (
    "Graphs that are kept in pots for longer than a season wilt at their leaves, which earlier work could "
    "only slow down by moving them to larger pots. We plant the same graphs in gardens and water them from a "
    "well whose depth is learned together with the distance between any two of them. In gardens they grow "
    "12% taller than in pots, where their height was 3.5 metres, while the water that all of them need stays "
    "the same.\n"
)


class LongTexts:
    """A text of the length of a real paper for each."""

    async def read(
        self, paper_id: str, _paper: object = None, _version: int | None = None
    ) -> FullText | NoFullText:
        text = f"Introduction\n{_PARAGRAPH * 75}\nResults\n{_PARAGRAPH * 75}"
        return FullText(paper_id, text, "html", "")

    async def kept(self, _paper_id: str) -> FullText | None:
        return None


def _serve(connection: Connection) -> None:
    """Be the model, in a process of its own: tell the address, and at the end how often it was asked."""

    async def answer_until_told() -> None:
        async with ModelServer(otherwise=after(1.0, completing(FIELDS))) as server:
            connection.send(server.base_url)
            await asyncio.to_thread(connection.recv)
            connection.send((len(server.requests), server.most_at_once))

    asyncio.run(answer_until_told())


@pytest.fixture
def model_server() -> Iterator[Connection]:
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    yield ours
    process.terminate()
    process.join()


async def test_a_hundred_papers_take_little_longer_than_the_model_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], model_server: Connection
) -> None:
    papers = [replace(PAPER, id=f"2509.{number:05}") for number in range(PAPERS)]
    storage, clock = ThreadRunner(tmp_path / "test.db"), SystemClock()
    await storage.write(lambda tables: [tables.papers.add(paper) for paper in papers])
    base_url = await asyncio.to_thread(model_server.recv)
    async with web_client(trust_env=False) as client:
        model = ModelClient(
            client, clock, base_url=base_url, api_key=None, model="small", random=Random(1),
            at_once=AT_ONCE,
        )  # fmt: skip
        summariser = Summariser(storage, clock, model, LongTexts(), Allowance(10_000_000, 12_000))
        summary_queue = SummaryQueue(storage, clock, summariser)
        memory, started = _peak_megabytes(), time.perf_counter()
        made = [each async for each in summary_queue.make_all(SummaryJob(paper, "en") for paper in papers)]
        seconds, grown = time.perf_counter() - started, _peak_megabytes() - memory
    storage.close()
    model_server.send("end")
    asked = model_server.recv()

    with capsys.disabled():
        print(f"\n{PAPERS} summaries: {seconds:.2f} s, {grown:.0f} MB more")
    assert [each.outcome for each in made] == [Outcome.MADE] * PAPERS
    assert asked == (PAPERS, AT_ONCE)
    assert seconds / LEAST_SECONDS <= 1.1
    assert grown < 100


def _peak_megabytes() -> float:
    """Return the most memory that this process has held; Linux counts in KiB, macOS in bytes."""
    unit = 1024**2 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
