"""From a command to its answer, over both ways, beside a Bolt app whose handler answers a constant."""

import time
from collections.abc import AsyncIterator
from shutil import copyfile

from tests.benchmarks.measured.comparison import Comparison, Scale
from tests.benchmarks.measured.desks import WAYS, Desk, bare_at, bot_at
from tests.benchmarks.measured.pasts import with_a_year

TEXTS = {
    "help": "help",
    "one paper": "2509.21240",
    "a day": "2025-09-29",
    "three words": "tree search agents",
}
AT_ONCE = (1, 50)
ALONE = 20
"""How many are asked one after another in a run, where each is asked alone."""


async def measure(scale: Scale) -> AsyncIterator[Comparison]:
    """Yield each text's comparison, one at a time and 50 at once."""
    whole = with_a_year(scale)
    for way in WAYS:
        database = scale.folder / f"answers-{way}.db"
        copyfile(whole, database)
        async with bot_at(way, database) as bot, bare_at(way) as bare:
            for name, text in TEXTS.items():
                for at_once in AT_ONCE:
                    rounds = 1 if at_once > 1 or scale.runs == 1 else ALONE
                    # Once unmeasured, so that both have read what they remember.
                    await bot.ask(text)
                    await bare.ask(text)
                    pairs = [
                        (
                            await milliseconds(bot, text, at_once, rounds),
                            await milliseconds(bare, text, at_once, rounds),
                        )
                        for _ in range(scale.runs)
                    ]
                    ours, beside = zip(*pairs, strict=True)
                    what = f"/papers, {name}, {at_once} at once, {way}"
                    yield Comparison(what, "a constant through Bolt", "ms an answer", ours, beside)


async def milliseconds(desk: Desk, text: str, at_once: int, rounds: int) -> float:
    """Return how long an answer takes; with several at once, the time of all divided among them."""
    began = time.perf_counter()
    for _ in range(rounds):
        await desk.ask_at_once(text, at_once)
    return 1000 * (time.perf_counter() - began) / (rounds * at_once)
