"""One gate before arXiv over all processes of a machine: real locks and files, on simulated time."""

import asyncio
import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from bot.errors import SourceRefusedError, SourceUnreachableError
from bot.sources.gate import Gate
from tests.support.clocks import SimulatedClock
from tests.support.virtual_time import VirtualClock, run_virtual
from tests.support.waiting import PATIENCE

NOW = datetime(2025, 9, 29, 9, 0, tzinfo=UTC)
ROOT = Path(__file__).parents[2]

ASK_AND_NEVER_END = """
import asyncio, sys
from pathlib import Path
from random import Random
from bot.clock import SystemClock
from bot.sources.gate import Gate

async def ask():
    print("asking", flush=True)
    await asyncio.Event().wait()

asyncio.run(Gate(SystemClock(), Random(1), Path(sys.argv[1])).run(ask))
"""


async def answer() -> str:
    return "answer"


async def refuse() -> str:
    raise SourceRefusedError("arxiv.org answered with HTTP status 429.", 429)


class Log:
    """When requests of all gates were under way, and how many at once."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.spans: list[tuple[float, float]] = []
        self.under_way = self.most_under_way = 0

    async def request(self) -> None:
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        began = asyncio.get_running_loop().time()
        try:
            await asyncio.sleep(self.random.choice([0.0, self.random.uniform(0, 8)]))
            if self.random.random() < 0.2:
                raise SourceUnreachableError("arxiv.org did not answer.")
        finally:
            self.under_way -= 1
            self.spans.append((began, asyncio.get_running_loop().time()))


@pytest.mark.parametrize("seed", range(5))
def test_three_seconds_lie_between_the_requests_of_several_processes(tmp_path: Path, seed: int) -> None:
    """Each gate has a lock and a memory of its own, as each process does; the file alone is common."""

    async def ask_all_at_once() -> Log:
        log = Log(Random(seed))
        clock = VirtualClock()
        gates = [Gate(clock, log.random, tmp_path / "gate") for _ in range(3)]

        async def ask(number: int) -> None:
            await asyncio.sleep(log.random.uniform(0, 120))
            if number % 9 == 0:
                clock.ahead -= timedelta(seconds=log.random.uniform(0, 3600))
            async with asyncio.timeout(log.random.choice([2, None])):
                await gates[number % 3].run(log.request)

        await asyncio.gather(*map(ask, range(30)), return_exceptions=True)
        return log

    log = run_virtual(ask_all_at_once())
    assert log.most_under_way == 1
    assert len(log.spans) > 10
    assert min(then[0] - now[1] for now, then in pairwise(log.spans)) >= 3 - 1e-5


async def test_what_one_process_was_refused_the_others_and_the_next_one_know(tmp_path: Path) -> None:
    clock = SimulatedClock(NOW)
    with pytest.raises(SourceRefusedError) as refused:
        await Gate(clock, Random(1), tmp_path / "gate").run(refuse)
    with pytest.raises(SourceRefusedError) as left_alone:
        await Gate(clock, Random(2), tmp_path / "gate").run(answer)
    clock.advance(refused.value.retry_after or 0)

    assert str(left_alone.value) == str(refused.value) == "arxiv.org answered with HTTP status 429."
    assert left_alone.value.retry_after == refused.value.retry_after
    assert await Gate(clock, Random(3), tmp_path / "gate").run(answer) == "answer"


async def start_asking(file: Path) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", ASK_AND_NEVER_END, str(file)),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    assert await asyncio.wait_for(process.stdout.readline(), PATIENCE) == b"asking\n"
    return process


async def test_who_is_killed_in_the_middle_of_a_request_holds_nobody_up_but_three_seconds(
    tmp_path: Path,
) -> None:
    process = await start_asking(tmp_path / "gate")
    written = datetime.fromisoformat(json.loads((tmp_path / "gate").read_text())["at"])
    clock = SimulatedClock(written)
    gate = Gate(clock, Random(1), tmp_path / "gate")
    with pytest.raises(SourceUnreachableError, match="Another process of this machine"):
        await gate.run(answer)
    process.kill()
    await process.wait()
    clock.advance((written - clock.now()).total_seconds() + 1)

    assert await gate.run(answer) == "answer"
    assert clock.now() - written == timedelta(seconds=3)


async def moments(gate: Gate, clock: SimulatedClock) -> float:
    """Return after how many seconds the gate lets a request through."""
    before = clock.now()
    await gate.run(answer)
    return (clock.now() - before).total_seconds()


@pytest.mark.parametrize(
    ("content", "waited"),
    [
        ("", 3.0),
        ("{}", 3.0),
        ('{"at": "2025-09-29T08:59:59Z", "seconds": 1e9}', 3.0),
        ('{"at": "2025-09-29T08:59:59", "seconds": 3}', 3.0),
        ('{"at": "2025-09-29T08:59:59Z", "seconds": 3}', 2.0),
        ('{"at": "2031-01-01T00:00:00Z", "seconds": 20}', 20.0),
        ('{"at": "1999-01-01T00:00:00Z", "seconds": 20}', 0.0),
    ],
    ids="empty shape too-long no-zone usual ahead long-ago".split(),
)
async def test_whatever_the_file_says_the_gate_opens(tmp_path: Path, content: str, waited: float) -> None:
    (tmp_path / "gate").write_text(content)
    clock = SimulatedClock(NOW)

    assert await moments(Gate(clock, Random(1), tmp_path / "gate"), clock) == waited


def a_folder_in_the_way(tmp_path: Path) -> Path:
    (tmp_path / "gate").mkdir()
    return tmp_path / "gate"


def a_file_in_the_way(tmp_path: Path) -> Path:
    (tmp_path / "cache").write_text("")
    return tmp_path / "cache" / "gate"


def a_lock_that_leads_nowhere(tmp_path: Path) -> Path:
    (tmp_path / "gate.lock").symlink_to(tmp_path / "gone" / "gate.lock")
    return tmp_path / "gate"


@pytest.mark.parametrize("place", [a_folder_in_the_way, a_file_in_the_way, a_lock_that_leads_nowhere])
async def test_where_the_file_cannot_be_written_the_gate_is_the_process_s_own(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, place: Callable[[Path], Path]
) -> None:
    clock = SimulatedClock(NOW)
    gate = Gate(clock, Random(1), place(tmp_path))

    assert [await moments(gate, clock) for _ in range(3)] == [0, 3, 3]
    assert caplog.text.count("other processes of this machine may ask") == 1


async def test_without_a_home_the_gate_is_the_process_s_own(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    gate = Gate(SimulatedClock(NOW), Random(1), Path("~no-such-person/arxiv"))

    assert await gate.run(answer) == "answer"
    assert "cannot be used" in caplog.text


async def test_a_pause_within_a_request_is_one_for_all(tmp_path: Path) -> None:
    clock = SimulatedClock(NOW)
    gate = Gate(clock, Random(1), tmp_path / "gate")

    async def redirected() -> None:
        clock.advance(10)
        await gate.pause()

    await gate.run(redirected)
    assert clock.now() == NOW + timedelta(seconds=13)
    assert json.loads((tmp_path / "gate").read_text()) == {
        "at": "2025-09-29T09:00:13Z",
        "seconds": 3.0,
        "troubles": 0,
        "trouble": "",
        "status": None,
    }
