"""The message shortcut saves what a message links to, for the person who ran it alone."""

from pathlib import Path
from typing import Any

import pytest

from bot.cards.linked import LinkedPapers, linked_papers_message
from bot.locale import words_for
from bot.manifest import Shortcut
from bot.sandbox import Member
from bot.sandbox.errors import NotPossibleError
from handlers.linked_papers import MOST_LINKED, linked_papers
from storage.records import Paper, SavedIn
from tests.handlers.forging import Forger, misshapen
from tests.handlers.talking import hears
from tests.handlers.test_forged_values import failures
from tests.handlers.test_unlisted import NAME, PAPER_ID, knowing, with_arxiv
from tests.support.card_contents import assert_taken
from tests.support.stage import Stage, set_stage
from tests.support.web_server import saying

LISTED = "2509.19301"
TWO_LINKS = f"See https://huggingface.co/papers/{LISTED} and <https://arxiv.org/pdf/{PAPER_ID}v2|this>"


async def run(person: Member, message: dict[str, Any], until: str, channel: str = "papers") -> str:
    before = [each["ts"] for each in person.messages(channel)]
    await person.shortcut(Shortcut.SAVE_FROM_MESSAGE, message)
    return await hears(person, until, before, channel)


async def saved_by(stage: Stage, name: str) -> dict[str, SavedIn | None]:
    person = stage.person(name).id
    page = await stage.bot.storage.read(
        lambda tables: tables.saved_papers.page(stage.bot.workspace, person, offset=0, limit=200)
    )
    return {saved.paper.id: saved.saved_in for saved in page}


async def test_all_papers_of_a_message_are_saved_with_the_message_they_are_from(tmp_path: Path) -> None:
    async with with_arxiv(tmp_path, knowing(PAPER_ID)) as (stage, arxiv):
        await stage.import_sample()
        ada, lin = stage.person("ada"), stage.person("lin")
        parent = await ada.message("papers", "What do we read?")
        message = await ada.message("papers", TWO_LINKS, thread=parent)
        answer = await run(lin, message, NAME)
        again = await run(lin, message, NAME)
        seen_by_ada = ada.everything()
        own, others = await saved_by(stage, "lin"), await saved_by(stage, "ada")

    assert answer.startswith("已收藏 2 篇论文：\n")
    assert again.startswith("早已在你的收藏中（2 篇）：\n")
    assert "收藏" not in seen_by_ada
    assert others == {}
    assert own == dict.fromkeys((LISTED, PAPER_ID), SavedIn(message["channel"], message["ts"], parent["ts"]))
    assert len(arxiv.requests) == 1


async def test_what_arxiv_does_not_have_is_told_beside_what_was_saved(tmp_path: Path) -> None:
    async with with_arxiv(tmp_path, knowing()) as (stage, _):
        await stage.import_sample()
        ada = stage.person("ada")
        answer = await run(ada, await ada.message("papers", TWO_LINKS), "no such")

    saved, title, missing, link = answer.splitlines()
    assert (saved, missing) == ("Saved 1 paper:", "arXiv has no such paper:")
    assert LISTED in title
    assert link == f"{PAPER_ID} (https://arxiv.org/abs/{PAPER_ID})"


async def test_when_arxiv_does_not_answer_the_others_are_saved(tmp_path: Path) -> None:
    async with with_arxiv(tmp_path, saying("", 500)) as (stage, _):
        await stage.import_sample()
        ada = stage.person("ada")
        answer = await run(ada, await ada.message("papers", TWO_LINKS), "isn't answering")

    assert answer.startswith("Saved 1 paper:")


async def test_a_message_without_a_link_gets_a_sentence(tmp_path: Path) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        ada, lin = stage.person("ada"), stage.person("lin")
        message = await ada.message("papers", "Version 2509.19301 of it is out, see https://example.org")
        english, chinese = await run(ada, message, "no link"), await run(lin, message, "没有论文链接")

    assert english.startswith("I found no link to a paper in this message.")
    assert chinese.startswith("这条消息里没有论文链接。")


async def test_where_the_bot_is_no_member_the_answer_comes_all_the_same(tmp_path: Path) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        await stage.import_sample()
        ada = stage.person("ada")
        message = await ada.message("general", f"https://alphaxiv.org/abs/{LISTED}")
        answer = await run(ada, message, "Saved", "general")
        own = await saved_by(stage, "ada")

    assert answer.startswith("Saved: ")
    assert set(own) == {LISTED}


async def test_the_bot_s_own_card_names_its_paper(tmp_path: Path) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        await stage.deliver_sample(most_cards=3)
        lin = stage.person("lin")
        card = next(
            each for each in lin.messages("papers") if each.get("thread_ts", each["ts"]) != each["ts"]
        )
        await run(lin, card, "已收藏")
        own = await saved_by(stage, "lin")

    assert list(own.values()) == [SavedIn(card["channel"], card["ts"], card["thread_ts"])]


async def test_no_shape_of_the_request_ends_in_a_traceback(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        await stage.import_sample()
        ada = stage.person("ada")
        message = await ada.message("papers", f"https://arxiv.org/abs/{LISTED}")
        forger = Forger(stage, "ada")
        sent = forger.message_shortcut(message, Shortcut.SAVE_FROM_MESSAGE)
        await forger.send_all(list(misshapen(sent))[::3])

    assert failures(caplog) == []


async def test_no_shortcut_of_another_name_is_offered(tmp_path: Path) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        ada = stage.person("ada")
        with pytest.raises(NotPossibleError):
            await ada.shortcut("another", await ada.message("papers", "x"))


@pytest.mark.parametrize(
    ("message", "paper_ids"),
    [
        ({}, ()),
        (
            {"text": None, "blocks": 5, "attachments": {"a": "https://arxiv.org/abs/2509.00001"}},
            ("2509.00001",),
        ),
        (
            {"text": "https://export.arxiv.org/abs/2509.00001v3 arXiv:2509.00002"},
            ("2509.00001", "2509.00002"),
        ),
        ({"text": "<https://www.alphaxiv.org/overview/2509.00001|x>"}, ("2509.00001",)),
        ({"text": "https://hf.co/papers/2509.00001#comments"}, ("2509.00001",)),
        ({"text": "https://arxiv.org/abs/math.GT/0309136"}, ("math/0309136",)),
        ({"text": "https://doi.org/10.48550/arXiv.2509.00001"}, ("2509.00001",)),
        ({"text": "https://example.org/2509.00001 costs 2509.00001"}, ()),
        ({"text": "https://notarxiv.org/abs/2509.00001 https://arxiv.org.example/abs/2509.00001"}, ()),
        ({"blocks": [{"elements": [{"url": "https://arxiv.org/abs/2509.00001"}]}]}, ("2509.00001",)),
        (
            {
                "text": "https://arxiv.org/abs/2509.00002",
                "blocks": [{"url": "https://arxiv.org/abs/2509.00001"}, "https://arxiv.org/abs/2509.00002"],
                "attachments": [{"from_url": "https://arxiv.org/abs/2509.00003"}],
            },
            ("2509.00002", "2509.00001", "2509.00003"),
        ),
    ],
)
def test_links_are_found_in_text_blocks_and_attachments(
    message: dict[str, Any], paper_ids: tuple[str, ...]
) -> None:
    assert linked_papers(message) == paper_ids


def test_of_very_many_links_the_first_hundred_are_taken() -> None:
    text = " ".join(f"https://arxiv.org/abs/2509.{number:05}" for number in range(MOST_LINKED + 50))

    assert linked_papers({"text": text})[-1] == f"2509.{MOST_LINKED - 1:05}"


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_any_answer_fits_into_a_message(language: str) -> None:
    papers = tuple(Paper(f"2509.{number:05}", "<&>" * 400) for number in range(100))
    paper_ids = tuple(paper.id for paper in papers)

    assert_taken(
        linked_papers_message(
            LinkedPapers(papers, papers, paper_ids, paper_ids, paper_ids), words_for(language)
        )
    )
