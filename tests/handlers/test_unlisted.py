"""A paper that no list has had, asked for by its id: fetched from arXiv while the person waits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.cards import ids
from bot.cards.entry import Entry
from bot.cards.notices import with_line
from bot.cards.paper import paper_card
from bot.locale import words_for
from bot.lookup.unlisted import FETCHES_A_MINUTE
from handlers import unlisted
from tests.handlers.talking import hears, say, shows
from tests.handlers.test_summaries import FIELDS
from tests.support.card_contents import AMPERSANDS, EMPTIEST, LONG_CHINESE, assert_taken
from tests.support.model_server import ModelServer, completing
from tests.support.stage import NOON, Stage, set_stage
from tests.support.web_server import Answer, Service, saying, serving
from tests.support.web_world import api_answer

PAPER_ID = "2509.00007"
NAME = "Tree Search for LLM Agents"
TITLE = f"{NAME} (https://arxiv.org/abs/{PAPER_ID})"
LINK = f"<https://arxiv.org/abs/{PAPER_ID}|https://arxiv.org/abs/{PAPER_ID}>"
ABSTRACT = "Agents search in a tree. The tree shares their steps."
NO_ANSWER = (
    f"arXiv isn't answering right now, so I couldn't look {PAPER_ID} up."
    f" Ask me again later and I'll try again: {LINK}"
)
FETCHED = "No list here has had this paper, so I fetched it from arXiv."


def knowing(*paper_ids: str, comment: str = "12 pages") -> Answer:
    """Answer as arXiv does that knows these papers alone."""

    async def answer(request: web.Request) -> web.Response:
        asked = request.query["id_list"].split(",")
        answer = api_answer((each for each in asked if each in paper_ids), comment)
        return web.Response(text=answer.replace("About it.", ABSTRACT).replace(f"On {PAPER_ID}", NAME))

    return answer


@asynccontextmanager
async def with_arxiv(folder: Path, answer: Answer, **settings: Any) -> AsyncIterator[tuple[Stage, Service]]:
    async with (
        serving({"/query": answer}) as arxiv,
        set_stage(folder / "test.db", arxiv_api_url=arxiv.address, **settings) as stage,
    ):
        yield stage, arxiv


async def test_an_id_that_is_not_known_is_fetched_and_kept(tmp_path: Path) -> None:
    async with with_arxiv(tmp_path, knowing(PAPER_ID)) as (stage, arxiv):
        english = await say(stage.person("ada"), f"/papers https://arxiv.org/abs/{PAPER_ID}v1", NAME)
        chinese = await say(stage.person("lin"), f"/papers {PAPER_ID}", NAME)
        day = await say(stage.person("ada"), "/papers", "No papers yet")

    assert (english.splitlines()[0], english.splitlines()[-1]) == (TITLE, FETCHED)
    # By then it is known.
    assert (chinese.splitlines()[0], "刚从 arXiv 取来" in chinese) == (TITLE, False)
    assert day == "No papers yet. They'll show up here with the first digest."
    assert len(arxiv.requests) == 1


async def test_a_paper_that_is_not_known_can_be_saved(tmp_path: Path) -> None:
    async with with_arxiv(tmp_path, knowing(PAPER_ID)) as (stage, _):
        saved = await say(stage.person("lin"), f"/papers 收藏 {PAPER_ID}", NAME)
        own = await say(stage.person("lin"), "/papers 收藏", "· 1")

    assert saved == f"已收藏：{TITLE}\n这篇论文没有出现在这里的任何列表中，刚从 arXiv 取来。"
    assert TITLE in own


async def test_papers_similar_to_one_that_is_not_known_are_looked_for_once_it_is(tmp_path: Path) -> None:
    other = "2509.00008"
    async with with_arxiv(tmp_path, knowing(PAPER_ID)) as (stage, _):
        known = await say(stage.person("ada"), f"/papers similar {PAPER_ID}", "similar")
        unknown = await say(stage.person("ada"), f"/papers similar {PAPER_ID} {other}", "arXiv")

    assert known == f"Papers similar to “{NAME}”\nI know of no similar paper yet."
    assert unknown.startswith(f"arXiv has no paper {other}.")


@pytest.mark.parametrize(
    ("person", "answer", "sentence"),
    [
        ("ada", knowing(), f"arXiv has no paper {PAPER_ID}. Check the id: {LINK}"),
        ("lin", knowing(), f"arXiv 上没有编号为 {PAPER_ID} 的论文，请核对编号：{LINK}"),
        (
            "ada",
            saying("", 500),
            NO_ANSWER,
        ),
        (
            "lin",
            saying("<html>Down for maintenance</html>"),
            f"arXiv 暂时没有响应，没能查到 {PAPER_ID}。请稍后再查一次，我会重新查找：{LINK}",
        ),
    ],
)
async def test_what_arxiv_does_not_have_or_say_is_told(
    tmp_path: Path, person: str, answer: Answer, sentence: str
) -> None:
    async with with_arxiv(tmp_path, answer) as (stage, _):
        assert await say(stage.person(person), f"/papers {PAPER_ID}", "arXiv") == sentence
        assert await say(stage.person(person), f"/papers save {PAPER_ID}", "arXiv") == sentence


async def test_who_waits_longer_hears_what_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unlisted, "NOTICED_AFTER", 0)
    may_answer = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        await may_answer.wait()
        return await knowing(PAPER_ID)(request)

    async with with_arxiv(tmp_path, answer) as (stage, _):
        ada, lin = stage.person("ada"), stage.person("lin")
        before = [each["ts"] for each in ada.messages("papers")]
        english = await say(ada, f"/papers {PAPER_ID}", "Looking")
        chinese = await say(lin, f"/papers {PAPER_ID}", "正在")
        may_answer.set()
        card = await hears(ada, NAME, before)
        await lin.sees(shows(NAME))

    assert (english, chinese) == (f"Looking {PAPER_ID} up on arXiv…", f"正在 arXiv 上查找 {PAPER_ID}……")
    assert card.startswith(TITLE)


async def test_a_person_who_asks_for_many_is_told_to_wait(tmp_path: Path) -> None:
    paper_ids = [f"2509.{number:05}" for number in range(FETCHES_A_MINUTE + 1)]
    async with with_arxiv(tmp_path, knowing(*paper_ids)) as (stage, _):
        ada = stage.person("ada")
        # The gate's pace passes on the simulated clock; here it is as if arXiv answered at once.
        answers = [await say(ada, f"/papers {each}", each) for each in paper_ids]

    assert [answer.startswith(("On", NAME)) for answer in answers] == [
        *[True] * FETCHES_A_MINUTE,
        False,
    ]
    assert answers[-1].startswith(
        "I look up at most 5 new papers a minute for each person."
        f" Ask me for {paper_ids[-1]} again in a minute, or see it on arXiv: <https://arxiv.org/abs/"
    )


@asynccontextmanager
async def with_model(folder: Path, answer: Answer) -> AsyncIterator[tuple[Stage, ModelServer]]:
    async with (
        ModelServer([completing(FIELDS)]) as model,
        serving({"/query": answer}) as arxiv,
        set_stage(
            folder / "test.db",
            model_url=f"{model.base_url}/",
            model="small",
            arxiv_api_url=arxiv.address,
            arxiv_content_url=f"{arxiv.address}/",
            texts=folder / "texts",
        ) as stage,
    ):
        yield stage, model


async def test_with_a_model_the_card_comes_at_once_and_its_summary_after_it(tmp_path: Path) -> None:
    async with with_model(tmp_path, knowing(PAPER_ID)) as (stage, model):
        ada = stage.person("ada")
        before = [each["ts"] for each in ada.messages("papers")]
        first = await say(ada, f"/papers {PAPER_ID}", FETCHED)
        then = await hears(ada, str(FIELDS["tldr"]), before)
        asked_since = NOON - timedelta(days=1)
        asked = await stage.bot.storage.read(
            lambda tables: tables.summary_requests.count_since(stage.bot.workspace, ada.id, asked_since)
        )

    assert first.endswith(f"{FETCHED} I'm having it summarised and will send you the summary here.")
    assert then.startswith(TITLE)
    assert FETCHED not in then
    assert (len(model.requests), asked) == (1, 1)


async def test_a_withdrawn_paper_shows_its_notice_and_is_not_summarised(tmp_path: Path) -> None:
    answer = knowing(PAPER_ID, comment="This paper has been withdrawn by the author")
    async with with_model(tmp_path, answer) as (stage, model):
        card = await say(stage.person("ada"), f"/papers {PAPER_ID}", FETCHED)

    assert "This paper has been withdrawn by the author" in card
    assert card.endswith(FETCHED)
    assert model.requests == []


@pytest.mark.parametrize("entry", [AMPERSANDS, LONG_CHINESE, EMPTIEST], ids=["ampersands", "long", "empty"])
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_any_card_has_room_for_where_it_is_from(entry: Entry, language: str) -> None:
    words = words_for(language)

    assert_taken(with_line(paper_card(entry, words), words("unlisted.summary_follows")))


async def test_the_buttons_of_the_card_act_on_the_paper(tmp_path: Path) -> None:
    async with with_arxiv(tmp_path, knowing(PAPER_ID)) as (stage, _):
        ada = stage.person("ada")
        await say(ada, f"/papers {PAPER_ID}", NAME)
        await ada.click(ada.messages("papers")[-1], ids.SAVE_OPENED_PAPER)
        await ada.sees(shows(ids.REMOVE_OPENED_PAPER))
        saved = await say(ada, "/papers saved", NAME)

    assert saved == f"My papers · 1\n{TITLE}"
