"""What people do with a card's summary: look at its figures, report a mistake, have it made anew."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.cards import ids
from bot.cards.ids import SummaryAct, SummaryChoice, choice_value
from bot.sandbox import Member
from bot.summarising.queue import REGENERATIONS_A_DAY
from storage.database import connect
from storage.records import (
    FROM_ABSTRACT,
    FROM_DIGEST_FILE,
    FROM_MODEL,
    Evidence,
    Figure,
    Grounding,
    MistakeReport,
    PaperSentence,
    Provenance,
    Summary,
    TextRead,
)
from storage.tables import Tables
from tests.handlers.forging import Forger, with_option
from tests.handlers.talking import hears, opened, say, shows
from tests.support.model_server import ModelServer, answering, completing, error
from tests.support.stage import NOON, SAMPLE_DAY, Stage, set_stage
from tests.support.web_server import Answer, serving

PAPER_ID = "2509.21240"
TITLE = "Tree Search for LLM Agent Reinforcement Learning"
LINK = f"{TITLE} (https://arxiv.org/abs/{PAPER_ID})"
BY_MODEL = Provenance(FROM_MODEL, date(2025, 9, 28), "example-1", "1", TextRead.FULL_TEXT)
MISSING = Figure("57.8%", "results", Grounding.NOT_FOUND, "The score rises by 5.78 points.")
REPORT = {ids.REPORT_NOTE: {ids.REPORT_NOTE: " It is 5.78 points,\x1b[2J not 57.8%. "}}
FIELDS = {
    "keywords": ["agents", "trees"],
    "tldr": "The agents of this work search in a tree of their own steps and learn from it.",
    "problem": "A reward comes only at the end of a long search of the agents.",
    "method": "The branches of a tree share their steps and are compared with each other.",
    "results": "The agents learn more from a tree than they do from a chain of the same cost.",
    "takeaway": "Try the tree where the steps of your agents are what costs you most.",
}


def by_model(language: str, *figures: Figure) -> Summary:
    results = "The score rises by 57.8%."
    return Summary(PAPER_ID, language, BY_MODEL, tldr="Trees.", results=results, figures=figures)


async def keep(stage: Stage, *summaries: Summary) -> None:
    def write(tables: Tables) -> None:
        for summary in summaries:
            tables.summaries.put(summary)

    await stage.bot.storage.write(write)


async def deliver(stage: Stage, *figures: Figure) -> None:
    """Deliver the sample, in which a model has summarised one of the papers."""
    await stage.import_sample()
    await keep(stage, by_model("en", *figures), by_model("zh-CN", *figures))
    await stage.deliver_sample(most_cards=3)


async def reports(stage: Stage) -> tuple[MistakeReport, ...]:
    return await stage.bot.storage.read(lambda tables: tables.mistake_reports.latest(9))


def card(person: Member) -> dict[str, Any]:
    """Return the posted card of the paper, as it is now."""
    thread = person.thread(person.messages("papers")[0])
    return next(each for each in thread if PAPER_ID in str(each["blocks"][0]) and not each["ephemeral"])


async def choose(person: Member, act: SummaryAct, language: str = "en", until: str = "") -> str:
    """Choose from the card's menu, and return the answer that is a message where one is waited for."""
    before = [message["ts"] for message in person.messages("papers")]
    value = choice_value(SummaryChoice(act, PAPER_ID, language))
    await person.overflow(card(person), ids.SUMMARY_MENU, value)
    return await hears(person, until, before) if until else ""


# ---- Figures


async def test_figures_that_were_not_found_open_beside_the_nearest_sentence(stage: Stage) -> None:
    await deliver(stage, MISSING)
    ada, lin = stage.person("ada"), stage.person("lin")

    assert "[?] 1 figure not found in the paper" in card(ada)["text"].splitlines()
    await ada.click(card(ada), ids.SHOW_FIGURES)
    english = await opened(ada, "Figures not found")
    await lin.click(card(lin), ids.SHOW_FIGURES)
    chinese = await opened(lin, "未找到的数字")

    assert "I couldn't find this figure in the paper." in str(english)
    assert "The score rises by 5.78 points." in str(english)
    assert "总结中的以下 1 个数字在论文中未找到" in str(chinese)


async def test_figures_of_a_summary_that_is_another_now_are_told_from_the_new_one(stage: Stage) -> None:
    await deliver(stage, MISSING)
    await keep(stage, by_model("en", replace(MISSING, grounding=Grounding.SUPPORTED)))
    ada, before = stage.person("ada"), [each["ts"] for each in stage.person("ada").messages("papers")]

    await ada.click(card(ada), ids.SHOW_FIGURES)

    assert await hears(ada, "has a newer summary", before) == (
        f"{LINK} has a newer summary than this card shows, and all its figures were found."
    )


# ---- Sources


async def test_sources_open_beside_the_papers_sentences_and_turn_their_pages(stage: Stage) -> None:
    long = PaperSentence("The score rises by 5.78 points. " * 18, "5 Results")
    evidence = tuple(
        Evidence("results", f"The score rises, says {number}.", (long,) * 5) for number in range(1, 41)
    )
    await stage.import_sample()
    await keep(stage, *(replace(by_model(each), evidence=evidence) for each in ("en", "zh-CN")))
    await stage.deliver_sample(most_cards=3)
    ada, lin = stage.person("ada"), stage.person("lin")

    await ada.click(card(ada), ids.SHOW_SOURCES)
    first = await opened(ada, "Sources")
    await ada.click(first, ids.NEXT_SOURCES)
    second = await opened(ada, "says 40.")
    await lin.click(card(lin), ids.SHOW_SOURCES)
    chinese = await opened(lin, "出处")

    assert "5 Results" in str(first)
    assert "says 40." not in str(first)
    assert ids.PREVIOUS_SOURCES in str(second)
    assert "The score rises by 5.78 points." in str(chinese)


async def test_sources_are_those_of_the_summary_that_the_card_shows_whoever_clicks(stage: Stage) -> None:
    await stage.import_sample()
    every = {"en": "Trees.", "zh-CN": "树。"}
    await keep(
        stage, *(replace(by_model(each), evidence=(Evidence("tldr", text),)) for each, text in every.items())
    )
    await stage.deliver_sample(most_cards=3)
    lin = stage.person("lin")

    await lin.click(card(lin), ids.SHOW_SOURCES)

    assert "Trees." in str(await opened(lin, "出处"))


async def test_sources_that_are_gone_when_their_page_is_turned_are_told_to_be(stage: Stage) -> None:
    long = PaperSentence("The score rises by 5.78 points. " * 18, "5 Results")
    evidence = (Evidence("results", "The score rises.", (long,) * 5),) * 40
    await stage.import_sample()
    await keep(stage, replace(by_model("en"), evidence=evidence))
    await stage.deliver_sample(most_cards=3)
    ada = stage.person("ada")
    await ada.click(card(ada), ids.SHOW_SOURCES)
    first = await opened(ada, "Sources")
    await keep(stage, by_model("en"))

    await ada.click(first, ids.NEXT_SOURCES)

    assert "has a newer summary" in str(await opened(ada, "gave no sources"))


async def test_sources_of_a_summary_that_is_another_now_are_none(stage: Stage) -> None:
    await stage.import_sample()
    await keep(stage, replace(by_model("en"), evidence=(Evidence("tldr", "Trees."),)))
    await stage.deliver_sample(most_cards=3)
    ada, before = stage.person("ada"), [each["ts"] for each in stage.person("ada").messages("papers")]
    await keep(stage, by_model("en"))

    await ada.click(card(ada), ids.SHOW_SOURCES)

    assert await hears(ada, "gave no sources", before) == (
        f"{LINK} has a newer summary than this card shows, and its model gave no sources."
    )


# ---- Reports


async def test_a_report_is_kept_as_that_of_who_sent_it_in_and_thanked_for(stage: Stage) -> None:
    await deliver(stage, MISSING)
    emmy = stage.person("emmy")
    await choose(emmy, SummaryAct.REPORT)
    form = await opened(emmy, "Report a mistake")

    assert TITLE in str(form["blocks"])
    assert "Summary by example-1 · from the full text" in str(form["blocks"])
    assert (await emmy.submit(form, REPORT)) == {}
    await emmy.sees(shows("Thanks! This bot's admin will see your report on the summary of "))

    assert await reports(stage) == (
        MistakeReport(
            workspace=stage.bot.workspace,
            person=emmy.id,
            paper_id=PAPER_ID,
            language="en",
            reported_at=stage.clock.now(),
            note="It is 5.78 points,[2J not 57.8%.",
            summary_source=FROM_MODEL,
            summary_made_at=date(2025, 9, 28),
            id=1,
        ),
    )
    assert emmy.notices() == []


async def test_a_report_needs_no_note_and_is_asked_for_in_the_person_s_words(stage: Stage) -> None:
    await stage.deliver_sample(language="zh-CN")
    lin = stage.person("lin")
    await choose(lin, SummaryAct.REPORT, "zh-CN")
    form = await opened(lin, "报告错误")

    assert "总结来自日报文件 · 2025年9月29日 · 中文" in str(form["blocks"])
    assert (await lin.submit(form)) == {}
    await lin.sees(shows("谢谢！"))

    found = [(each.note, each.summary_source, each.summary_made_at) for each in await reports(stage)]
    assert found == [("", FROM_DIGEST_FILE, SAMPLE_DAY)]


async def test_what_is_drawn_from_an_abstract_can_be_reported_too(stage: Stage, tmp_path: Path) -> None:
    await stage.import_sample()
    forget_all_summaries(tmp_path / "test.db")
    await add_abstract(stage)
    lin = stage.person("lin")
    await say(lin, f"/papers {PAPER_ID}", "摘自论文摘要（非 AI 总结） · 英语（暂无中文总结）")
    value = choice_value(SummaryChoice(SummaryAct.REPORT, PAPER_ID, "en"))
    await lin.overflow(lin.messages("papers")[-1], ids.SUMMARY_MENU, value)
    form = await opened(lin, "报告错误")

    assert (await lin.submit(form)) == {}
    await lin.sees(shows("谢谢！"))

    found = [(each.language, each.summary_source, each.summary_made_at) for each in await reports(stage)]
    assert found == [("en", FROM_ABSTRACT, stage.clock.now().date())]


async def test_a_note_that_is_too_long_is_not_sent_in(stage: Stage) -> None:
    await deliver(stage)
    ada = stage.person("ada")
    await choose(ada, SummaryAct.REPORT)
    form = await opened(ada, "Report a mistake")

    errors = await ada.submit(form, {ids.REPORT_NOTE: {ids.REPORT_NOTE: "x" * 1001}})

    assert list(errors) == [ids.REPORT_NOTE]
    assert await reports(stage) == ()


async def test_a_summary_that_is_gone_is_said_to_be_gone(stage: Stage, tmp_path: Path) -> None:
    await deliver(stage, MISSING)
    ada = stage.person("ada")
    await choose(ada, SummaryAct.REPORT)
    form = await opened(ada, "Report a mistake")
    forget_all_summaries(tmp_path / "test.db")

    assert (await ada.submit(form, REPORT)) == {}
    await ada.sees(shows("This summary is no longer available."))
    await choose(ada, SummaryAct.REPORT, until="This summary is no longer available.")
    before = [each["ts"] for each in ada.messages("papers")]
    await ada.click(card(ada), ids.SHOW_FIGURES)
    await hears(ada, "This summary is no longer available.", before)

    assert await reports(stage) == ()


def forget_all_summaries(path: Path) -> None:
    """Have no summary at all, as in an older database that was put back."""
    database = connect(path)
    with database.transaction():
        database.execute("DELETE FROM summaries")
    database.close()


async def test_a_report_that_cannot_be_kept_is_told_in_its_form_with_a_reference(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    await deliver(stage)
    lin = stage.person("lin")
    await choose(lin, SummaryAct.REPORT)
    form = await opened(lin, "报告错误")
    stage.bot.storage.close()

    assert (await lin.submit(form)) == {}
    told = str(await opened(lin, "出了点问题（编号"))
    references = re.findall("Failed as ([0-9a-f]{6}) at view_submission", caplog.text)

    assert [reference in told for reference in references] == [True]
    assert lin.notices() == []


# ---- Anew


@asynccontextmanager
async def with_model(
    folder: Path, answers: Iterable[Answer] = (), **settings: Any
) -> AsyncIterator[tuple[Stage, ModelServer]]:
    """Set a stage whose bot asks a model on this machine; arXiv has the text of no paper."""
    async with (
        serving({}) as arxiv,
        ModelServer(answers) as model,
        set_stage(
            folder / "test.db",
            model_url=f"{model.base_url}/",
            model="small",
            arxiv_content_url=f"{arxiv.address}/",
            arxiv_gate=folder / "gate",
            texts=folder / "texts",
            **settings,
        ) as stage,
    ):
        yield stage, model


async def add_abstract(stage: Stage) -> None:
    """Have the paper's abstract known, so that there is a text to summarise."""

    def write(tables: Tables) -> None:
        (paper,) = tables.papers.of_ids([PAPER_ID])
        tables.papers.add(replace(paper, abstract="Agents search in a tree. The tree shares their steps."))

    await stage.bot.storage.write(write)


async def test_without_a_model_no_card_offers_a_new_summary(stage: Stage) -> None:
    await deliver(stage)
    ada = stage.person("ada")
    await say(ada, f"/papers {PAPER_ID}", "Trees.")

    assert "Summarise again" not in str(ada.messages("papers"))
    assert "Report a mistake" in str(card(ada))


async def test_an_old_card_that_offers_one_without_a_model_is_answered_with_what_is_missing(
    stage: Stage,
) -> None:
    await deliver(stage)
    value = choice_value(SummaryChoice(SummaryAct.REGENERATE, PAPER_ID, "en"))

    english = await choose_on_old_card(stage, "ada", value, "without a language model")
    chinese = await choose_on_old_card(stage, "lin", value, "尚未配置")

    assert english == (
        f"I can't make a new summary of {LINK} without a language model. This bot's admin can set one up."
    )
    assert chinese == f"这里尚未配置语言模型，无法重新总结 {LINK}。机器人的管理员可以进行配置。"


async def choose_on_old_card(stage: Stage, name: str, value: str, until: str) -> str:
    """Choose what the card offered once, and return the answer."""
    person, forger, channel = stage.person(name), Forger(stage, name), stage.workspace.channel("papers")
    before = [message["ts"] for message in person.messages("papers")]
    old = channel.messages[card(person)["ts"]]
    await forger.send(forger.on_message(channel, old, with_option(ids.SUMMARY_MENU, value)))
    return await hears(person, until, before)


async def test_a_summary_is_made_anew_and_who_asked_is_told_when_it_is_there(tmp_path: Path) -> None:
    async with with_model(tmp_path, [completing(FIELDS)]) as (stage, model):
        await deliver(stage)
        await add_abstract(stage)
        ada = stage.person("ada")
        begun = await choose(ada, SummaryAct.REGENERATE, until="Making a new summary")
        await ada.sees(shows("has a new summary"))
        kept = await stage.bot.storage.read(lambda tables: tables.summaries.of_papers([PAPER_ID], "en"))

    assert begun.startswith(f"Making a new summary of {LINK}.")
    assert [each.tldr for each in kept[PAPER_ID] if each.provenance.source == FROM_MODEL] == [FIELDS["tldr"]]
    assert len(model.requests) == 1


async def test_an_answer_that_one_person_sees_becomes_the_new_card(tmp_path: Path) -> None:
    async with with_model(tmp_path, [completing(FIELDS)]) as (stage, _):
        await stage.import_sample()
        await add_abstract(stage)
        ada = stage.person("ada")
        await say(ada, f"/papers {PAPER_ID}", "Summary from a digest file")
        answer = ada.messages("papers")[-1]
        value = choice_value(SummaryChoice(SummaryAct.REGENERATE, PAPER_ID, "en"))
        await ada.overflow(answer, ids.SUMMARY_MENU, value)
        await ada.sees(shows("Summary by small-model-2026"))
        shown = [each for each in ada.messages("papers") if each["ts"] == answer["ts"]]

    assert FIELDS["tldr"] in shown[0]["text"]


async def test_a_paper_is_summarised_once_at_a_time(tmp_path: Path) -> None:
    may_answer = asyncio.Event()

    async def slowly(_asked: dict[str, Any]) -> dict[str, Any]:
        await may_answer.wait()
        return FIELDS

    async with with_model(tmp_path, [answering(slowly)]) as (stage, model):
        await deliver(stage)
        await add_abstract(stage)
        ada, lin = stage.person("ada"), stage.person("lin")
        await choose(ada, SummaryAct.REGENERATE, until="Making a new summary")
        meanwhile = await choose(lin, SummaryAct.REGENERATE, until="正在")
        may_answer.set()
        await ada.sees(shows("has a new summary"))

    assert meanwhile == f"{LINK} 的新总结正在生成中，请稍候。"
    assert len(model.requests) == 1


async def test_a_model_that_cannot_be_asked_is_told_of(tmp_path: Path) -> None:
    async with with_model(tmp_path, [error(401, "no such key")]) as (stage, _):
        await deliver(stage)
        await add_abstract(stage)
        ada = stage.person("ada")
        await choose(ada, SummaryAct.REGENERATE, until="Making a new summary")
        await ada.sees(shows("I couldn't get a new summary of"))


async def test_an_answer_that_is_no_summary_leaves_what_is_there(tmp_path: Path) -> None:
    async with with_model(tmp_path, [completing("I cannot."), completing("I cannot.")] * 4) as (stage, _):
        await deliver(stage)
        await add_abstract(stage)
        ada = stage.person("ada")
        await choose(ada, SummaryAct.REGENERATE, until="Making a new summary")
        await ada.sees(shows("the current one stays"))


async def test_a_person_who_has_asked_often_is_told_to_wait_and_no_one_else(tmp_path: Path) -> None:
    async with with_model(tmp_path, [completing(FIELDS)]) as (stage, model):
        await deliver(stage)
        await add_abstract(stage)
        ada, emmy = stage.person("ada"), stage.person("emmy")

        def wish(tables: Tables) -> None:
            for _ in range(REGENERATIONS_A_DAY):
                tables.summary_requests.add(stage.bot.workspace, ada.id, PAPER_ID, "en", NOON)

        await stage.bot.storage.write(wish)
        await choose(ada, SummaryAct.REGENERATE, until="today's limit for new summaries")
        assert model.requests == []
        await choose(emmy, SummaryAct.REGENERATE, until="Making a new summary")
        await emmy.sees(shows("has a new summary"))


async def test_where_todays_tokens_are_used_up_it_is_said(tmp_path: Path) -> None:
    async with with_model(tmp_path, tokens_a_day=0) as (stage, model):
        await deliver(stage)
        await choose(stage.person("ada"), SummaryAct.REGENERATE, until="Today's token limit")

    assert model.requests == []
