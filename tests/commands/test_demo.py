"""The demo, on simulated time: one message a second, and no second waited."""

from pathlib import Path
from typing import Any

import pytest

from bot.commands.demo import DemoOptions, DemoOutput, demo_workspace, read_digests, run_demo
from bot.documents.files import read_digest_file
from bot.sandbox import Workspace
from bot.text.mrkdwn import without_bold
from storage.records import SUMMARY_PARTS, Summary
from tests.support.clocks import SimulatedClock
from tests.support.stage import NOON, make_workspace
from tests.support.web_server import serving


async def play(options: DemoOptions) -> tuple[list[str], Workspace, bool]:
    """Run the demo to its end and return what it said, where, and whether the digest is whole."""
    clock, said = SimulatedClock(NOON), list[str]()
    workspace = make_workspace(clock)
    is_whole = await run_demo(options, read_digests(options), clock, DemoOutput(said.append), workspace)
    return said, workspace, is_whole


def messages_in(workspace: Workspace) -> list[Any]:
    return list(workspace.channel("papers").messages.values())


def runs_of(block: Any) -> str:
    """Return all text of a block, run after run."""
    if isinstance(block, list):
        return "".join(map(runs_of, block))
    if not isinstance(block, dict):
        return ""
    own = block["text"] if isinstance(block.get("text"), str) else ""
    return own + "".join(runs_of(inner) for inner in block.values() if not isinstance(inner, str))


async def test_the_demo_delivers_its_sample_and_says_so(tmp_path: Path) -> None:
    said, workspace, is_whole = await play(DemoOptions(tmp_path / "demo.db", once=True))

    assert is_whole
    assert said[-1] == "Delivered 12 of 12 papers for 2025-09-29 to #papers."
    assert len(messages_in(workspace)) == 13


async def test_the_demo_asks_nobody_about_its_papers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = DemoOptions(tmp_path / "demo.db", once=True)
    async with serving({}) as service:
        for name in ("HF_BASE_URL", "ARXIV_API_URL", "ARXIV_FEED_URL", "ARXIV_CONTENT_URL"):
            monkeypatch.setenv(name, service.address)
        monkeypatch.setenv("PAPER_ROUND_ARXIV_GATE", str(tmp_path / "gate"))
        # The second one finds papers from its first moment on.
        await play(options)
        await play(options)

    assert service.requests == []


async def test_the_demo_speaks_the_language_asked_for(tmp_path: Path) -> None:
    _, workspace, _ = await play(DemoOptions(tmp_path / "demo.db", language="zh-CN", once=True))

    assert messages_in(workspace)[0].text.startswith("AI 论文 · 2025年9月29日")


@pytest.mark.parametrize(
    ("language", "locale"),
    [("en", "en-US"), ("zh-CN", "zh-CN"), ("zh-TW", "zh-CN"), ("de", "de-DE"), ("ja", "en-US")],
)
def test_the_page_opens_as_a_person_who_speaks_the_language_if_there_is_one(
    language: str, locale: str
) -> None:
    first, *others = demo_workspace(SimulatedClock(NOON), language).people.values()

    assert (first.locale, len(others)) == (locale, 2)


async def test_an_empty_day_delivers_nothing_and_is_whole(tmp_path: Path) -> None:
    digest = tmp_path / "digest.md"
    digest.write_text("\n\n# Papers for 2025-10-01\n\n")
    said, workspace, is_whole = await play(DemoOptions(tmp_path / "demo.db", digest, once=True))

    assert is_whole
    assert said[-1] == "2025-10-01 has no papers, so there is nothing to deliver."
    assert messages_in(workspace) == []


def parts_of(summary: Summary) -> list[str]:
    return [*summary.keywords, *(getattr(summary, part) for part in SUMMARY_PARTS[1:]), summary.body]


@pytest.mark.parametrize("name", ["2025-09-29.md", "2025-09-23.md", "2025-09-20-old-shape.md"])
async def test_a_real_day_arrives_whole_and_in_order_and_never_twice(
    shared_data: Path, tmp_path: Path, name: str
) -> None:
    path = shared_data / "digests" / name
    entries = read_digest_file(path).entries
    options = DemoOptions(tmp_path / "demo.db", path, once=True)
    said, workspace, is_whole = await play(options)
    _, untouched, again = await play(options)

    parent, *cards = messages_in(workspace)
    assert is_whole
    assert again
    assert f"Delivered {len(entries)} of {len(entries)} papers" in said[-1]
    assert messages_in(untouched) == []
    assert [card.thread_ts for card in cards] == [parent.ts] * len(entries)
    for entry, card in zip(entries, cards, strict=True):
        assert entry.summary
        drawn = runs_of(card.blocks)
        assert entry.paper.title in drawn
        assert f"https://arxiv.org/abs/{entry.paper.id}" in str(card.blocks)
        assert [part for part in parts_of(entry.summary) if without_bold(part) not in drawn] == []
