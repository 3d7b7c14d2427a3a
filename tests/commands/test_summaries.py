"""`paper-round summarise`, against an endpoint on this machine, of texts that are on disk."""

import asyncio
import signal
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from bot.documents.digest_file import DigestEntry, DigestFile
from bot.documents.importer import import_into
from bot.sources.full_text import FullText, KeptTexts
from storage.records import FROM_MODEL
from storage.runner import InlineRunner
from tests.summarising.test_queue import DAY, FIELDS, OTHER, PAPER
from tests.support.command import ended, paper_round, started
from tests.support.model_server import ModelServer, answering, completing
from tests.support.subscribing import subscribe
from tests.support.web_server import serving


@pytest.fixture
async def database(tmp_path: Path) -> Path:
    """A database with two papers of one day, which a channel reads in English."""
    path = tmp_path / "test.db"
    storage = InlineRunner(path)
    await import_into(storage, DigestFile(DAY, (DigestEntry(PAPER, None), DigestEntry(OTHER, None))))
    await storage.write(subscribe)
    storage.close()
    # The texts are there already, as `fetch` leaves them, so that nobody waits his turn at arXiv.
    kept = KeptTexts(tmp_path / "texts", most_bytes=1_000_000)
    for paper in (PAPER, OTHER):
        text = f"{paper.title}. {paper.abstract}"
        kept.put(FullText(paper.id, text, "html", sha256(text.encode()).hexdigest()))
    return path


def environment(server: ModelServer, database: Path) -> dict[str, str]:
    return {
        "PAPER_ROUND_DB": str(database),
        "LLM_BASE_URL": server.base_url,
        "LLM_API_KEY": "sk-made-up",
        "LLM_MODEL": "small",
        "PAPER_ROUND_TEXTS": str(database.parent / "texts"),
        "PAPER_ROUND_ARXIV_GATE": str(database.parent / "gate"),
    }


async def summarise(
    server: ModelServer, database: Path, *arguments: str, **settings: str
) -> tuple[int | None, str, str]:
    async with serving({}) as arxiv:
        known = {**environment(server, database), "ARXIV_CONTENT_URL": arxiv.address}
        said = await paper_round("summarise", *arguments, **{**known, **settings})
    assert arxiv.requests == []
    return said


async def models_summaries(database: Path) -> list[tuple[str, str]]:
    storage = InlineRunner(database)
    found = await storage.read(lambda tables: tables.summaries.of_papers([PAPER.id, OTHER.id]))
    storage.close()
    return [
        (each.paper_id, each.language)
        for several in found.values()
        for each in several
        if each.provenance.source == FROM_MODEL
    ]


async def test_one_paper_is_summarised_by_its_link_and_not_again(database: Path) -> None:
    async with ModelServer(otherwise=completing(FIELDS)) as server:
        link = f"https://arxiv.org/abs/{PAPER.id}v2"
        first = await summarise(server, database, link)
        again = await summarise(server, database, link)

        assert (first[0], again[0], len(server.requests)) == (0, 0, 1)
        assert first[1].startswith(f"{PAPER.id} en: made, 120 tokens, ")
        assert "1 made, 0 unchanged, 0 failed, 0 there before; 120 tokens, " in first[1]
        assert "0 made, 0 unchanged, 0 failed, 1 there before; 0 tokens, " in again[1]
        assert server.requests[0].headers["Authorization"] == "Bearer sk-made-up"
    assert await models_summaries(database) == [(PAPER.id, "en")]


async def test_what_it_would_cost_is_said_without_a_request(database: Path) -> None:
    async with ModelServer() as server:
        status, output, _ = await summarise(server, database, "--date", "2025-09-29", "--dry-run")

        assert (status, server.requests) == (0, [])
        assert output.startswith("2 summaries to make (0 are there), at most ")


async def test_a_tag_is_read_in_any_case_and_what_is_none_is_refused(database: Path) -> None:
    chinese = {name: "图在花园里比在花盆里长得高，高出 12%。" + "好" * len(name) for name in FIELDS}
    async with ModelServer(otherwise=completing({**chinese, "keywords": ["graphs"]})) as server:
        status, output, _ = await summarise(server, database, PAPER.id, "--language", "zh-cn")
        refused = await summarise(server, database, PAPER.id, "--language", "klingon!!")

        assert (status, output.split(":")[0]) == (0, f"{PAPER.id} zh-CN")
        assert refused[0] != 0
        assert "klingon!!" in refused[2]
    assert await models_summaries(database) == [(PAPER.id, "zh-CN")]


async def test_when_tokens_end_on_the_way_it_is_said_what_was_made(database: Path) -> None:
    async with ModelServer(otherwise=completing(FIELDS, tokens=(4_000, 500))) as server:
        status, output, complaints = await summarise(
            server, database, PAPER_ROUND_TOKENS_A_DAY="9000", PAPER_ROUND_MODEL_REQUESTS_AT_ONCE="1"
        )

        assert status == 1
        assert "1 made, 0 unchanged, 0 failed, 1 not begun or not ended, 0 there before; 4,500 " in output
        assert complaints.endswith("PAPER_ROUND_TOKENS_A_DAY sets the limit.\n")


async def test_stopped_on_the_way_it_says_what_was_made_and_goes_on_when_called_again(database: Path) -> None:
    is_asked = asyncio.Event()

    async def answer(body: dict[str, Any]) -> object:
        if f"Title: {OTHER.title}" in str(body["messages"]) and not is_asked.is_set():
            is_asked.set()
            await asyncio.Event().wait()
        return FIELDS

    async with ModelServer(otherwise=answering(answer)) as server:
        process = await started("summarise", **environment(server, database))
        await is_asked.wait()
        assert process.stdout
        told = await process.stdout.readline()
        process.send_signal(signal.SIGINT)
        status, output, complaints = await ended(process)
        again = await summarise(server, database)

        assert status == 1
        assert told.decode().startswith(f"{PAPER.id} en: made, ")
        assert "1 made, 0 unchanged, 0 failed, 1 not begun or not ended, 0 there before; " in output
        assert complaints.endswith("Stopped before the end. Call it again: what is made is not made again.\n")
        assert "1 made, 0 unchanged, 0 failed, 1 there before; " in again[1]
        assert len(server.requests) == 3


async def test_one_that_fails_is_named_and_the_status_is_1(database: Path) -> None:
    def answer(body: dict[str, Any]) -> object:
        return None if PAPER.title in str(body["messages"]) else FIELDS

    async with ModelServer(otherwise=answering(answer)) as server:
        status, output, complaints = await summarise(server, database)

        assert status == 1
        assert f"{PAPER.id} en: failed, " in output
        assert "1 made, 0 unchanged, 1 failed, 0 there before; " in output
        assert complaints.endswith("`paper-round summarise` tries them again.\n")
    assert await models_summaries(database) == [(OTHER.id, "en")]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("2509.99999",), "No list has had 2509.99999."),
        (("--date", "2025-09-01"), "Nothing is listed for 2025-09-01."),
        (("--date", "2025-09-29", PAPER.id), "Either name papers, or a day with --date."),
    ],
)
async def test_what_cannot_be_summarised_is_said(
    database: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    async with ModelServer() as server:
        status, _, complaints = await summarise(server, database, *arguments)

        assert status != 0
        assert sentence in complaints


async def test_without_a_model_the_setting_is_named(database: Path) -> None:
    status, _, complaints = await paper_round("summarise", "--db", str(database), LLM_MODEL="")

    assert status == 2
    assert "LLM_MODEL" in complaints
