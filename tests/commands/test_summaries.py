"""`paper-round summarise`, against an endpoint on this machine, of texts that are on disk."""

import asyncio
import re
import signal
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from bot.documents.digest_file import DigestEntry, DigestFile
from bot.documents.importer import import_into
from bot.sources.full_text import FullText, KeptTexts
from storage.records import FROM_MODEL
from storage.runner import InlineRunner
from tests.support.command import ended, run, run_beside, started
from tests.support.gardens import DAY, FIELDS, OTHER, PAPER
from tests.support.model_server import ModelServer, answering, completing
from tests.support.subscribing import subscribe
from tests.support.tables import empty_tables
from tests.support.web_server import refusing_address, serving


@pytest.fixture
async def database(tmp_path: Path) -> Path:
    """A database with two papers of one day, which a channel reads in English."""
    path = tmp_path / "test.db"
    storage = InlineRunner(empty_tables(path))
    # Nothing of them is left to ask arXiv about.
    papers = [
        replace(each, authors=("Ada Lovelace",), categories=("cs.LG",), published=DAY)
        for each in (PAPER, OTHER)
    ]
    await import_into(storage, DigestFile(DAY, tuple(DigestEntry(each, None) for each in papers)))
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
        "ARXIV_API_URL": refusing_address(),
        "ARXIV_CONTENT_URL": refusing_address(),
    }


async def summarise(server: ModelServer, database: Path, *arguments: str, **settings: str) -> Result:
    async with serving({}) as arxiv:
        known = {**environment(server, database), "ARXIV_CONTENT_URL": arxiv.address}
        result = await run_beside("summarise", *arguments, **{**known, **settings})
    assert arxiv.requests == []
    return result


async def models_summaries(database: Path) -> list[tuple[str, str]]:
    storage = InlineRunner(empty_tables(database))
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

        assert (first.exit_code, again.exit_code, len(server.requests)) == (0, 0, 1)
        assert first.stdout.startswith(f"{PAPER.id} en: made, 120 tokens, ")
        assert "1 made, 0 unchanged, 0 failed, 0 made before; 120 tokens, " in first.stdout
        assert "0 made, 0 unchanged, 0 failed, 1 made before; 0 tokens, " in again.stdout
        assert server.requests[0].headers["Authorization"] == "Bearer sk-made-up"
    assert await models_summaries(database) == [(PAPER.id, "en")]


async def test_what_it_would_cost_is_said_without_a_request(database: Path) -> None:
    async with ModelServer() as server:
        result = await summarise(server, database, "--date", "2025-09-29", "--dry-run")

        assert (result.exit_code, server.requests) == (0, [])
        assert re.fullmatch(
            r"2 summaries to make \(0 made before\), about [0-9,]+ tokens, or twice that and more if answers "
            r"need correcting or more room; [0-9,]+ tokens left today\n",
            result.stdout,
        )


async def test_a_tag_is_read_in_any_case_and_what_is_none_is_refused(database: Path) -> None:
    chinese = {name: "图在花园里比在花盆里长得高，高出 12%。" + "好" * len(name) for name in FIELDS}
    async with ModelServer(otherwise=completing({**chinese, "keywords": ["graphs"]})) as server:
        made = await summarise(server, database, PAPER.id, "--language", "zh-cn")
        refused = await summarise(server, database, PAPER.id, "--language", "klingon!!")

        assert (made.exit_code, made.stdout.split(":")[0]) == (0, f"{PAPER.id} zh-CN")
        assert refused.exit_code != 0
        assert "klingon!!" in refused.stderr
    assert await models_summaries(database) == [(PAPER.id, "zh-CN")]


async def test_when_tokens_end_on_the_way_it_is_said_what_was_made(database: Path) -> None:
    async with ModelServer(otherwise=completing(FIELDS, tokens=(4_000, 500))) as server:
        result = await summarise(
            server, database, PAPER_ROUND_TOKENS_A_DAY="9000", PAPER_ROUND_MODEL_REQUESTS_AT_ONCE="1"
        )

        assert result.exit_code == 1
        assert "1 made, 0 unchanged, 0 failed, 1 unfinished, 0 made before; 4,500 " in result.stdout
        assert result.stderr.endswith("PAPER_ROUND_TOKENS_A_DAY sets the limit.\n")


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

        assert status == 130
        assert told.decode().startswith(f"{PAPER.id} en: made, ")
        assert "1 made, 0 unchanged, 0 failed, 1 unfinished, 0 made before; " in output
        assert complaints.endswith("Interrupted. Run the same command again to continue.\n")
        assert "1 made, 0 unchanged, 0 failed, 1 made before; " in again.stdout
        assert len(server.requests) == 3


async def test_one_that_fails_is_named_and_the_status_is_1(database: Path) -> None:
    def answer(body: dict[str, Any]) -> object:
        return None if PAPER.title in str(body["messages"]) else FIELDS

    async with ModelServer(otherwise=answering(answer)) as server:
        result = await summarise(server, database)

        assert result.exit_code == 1
        assert f"{PAPER.id} en: failed, " in result.stdout
        assert "1 made, 0 unchanged, 1 failed, 0 made before; " in result.stdout
        assert result.stderr.endswith("Run `paper-round summarise` to try them again.\n")
    assert await models_summaries(database) == [(OTHER.id, "en")]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("2509.99999",), "I don't know 2509.99999 yet."),
        (("--date", "2025-09-01"), "I have no papers for 2025-09-01 yet."),
        (("--date", "2025-09-29", PAPER.id), "Give either papers or --date, not both."),
    ],
)
async def test_what_cannot_be_summarised_is_said(
    database: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    async with ModelServer() as server:
        result = await summarise(server, database, *arguments)

        assert result.exit_code != 0
        assert sentence in result.stderr


def test_without_a_model_the_setting_is_named(tmp_path: Path) -> None:
    result = run("summarise", "--db", tmp_path / "test.db", LLM_MODEL="")

    assert result.exit_code == 2
    assert "LLM_MODEL" in result.stderr
