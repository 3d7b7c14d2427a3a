"""References are brought into a person's own list, from a text or a file, and each is accounted for."""

import logging
from pathlib import Path
from typing import Any

import pytest

from bot.cards import ids
from bot.cards.imports import ImportReport, NotImported, import_report
from bot.locale import words_for
from bot.references.export import FORMATS
from bot.sandbox import Member
from storage.records import ReadingStatus
from tests.handlers.talking import opened, say, shows
from tests.handlers.test_exports import NOTE, ROSES, TREES, fill, sent
from tests.handlers.test_message_shortcut import saved_by
from tests.handlers.test_unlisted import PAPER_ID, knowing, with_arxiv
from tests.support.card_contents import assert_taken
from tests.support.stage import set_stage
from tests.support.web_server import saying

TEXT = f"https://arxiv.org/abs/{TREES}\nhttps://huggingface.co/papers/{ROSES}\nA book without an id\n"


async def bring_in(person: Member, until: str, title: str = "Bring in papers", **values: Any) -> str:
    """Submit the form, and return what the modal shows once it holds a text."""
    await person.command("papers", "/papers import")
    view = await opened(person, title)
    fields = {"text": ids.IMPORT_TEXT, "file": ids.IMPORT_FILE}
    assert (
        await person.submit(view, {fields[name]: {fields[name]: value} for name, value in values.items()})
        == {}
    )
    return str(await opened(person, until))


async def test_what_was_saved_was_there_and_was_not_understood_is_told(tmp_path: Path) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        await stage.import_sample()
        ada = stage.person("ada")
        await say(ada, f"/papers save {ROSES}", "Saved")
        shown = await bring_in(ada, "Saved 1 paper.", text=TEXT)
        own, others = await saved_by(stage, "ada"), await saved_by(stage, "lin")

    assert "1 was on your list already." in shown
    assert "3: A book without an id – It has no arXiv id or link." in shown
    assert (set(own), others) == ({TREES, ROSES}, {})


@pytest.mark.parametrize("format_name", FORMATS)
async def test_a_file_that_was_exported_comes_back_as_it_was(tmp_path: Path, format_name: str) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        await fill(stage, "lin")
        file = await sent(stage.person("lin"), f"/papers export {format_name}")
        ada = stage.person("ada")
        uploaded = ada.upload(file.name, file.content or b"")
        await bring_in(ada, "Saved 2 papers.", file=[uploaded["id"]])
        saved = await stage.bot.storage.read(
            lambda tables: tables.saved_papers.get(stage.bot.workspace, ada.id, TREES)
        )

    assert saved
    assert (saved.status, set(saved.tags), saved.note) == (ReadingStatus.READING, {"agents", "要读"}, NOTE)


async def test_a_note_and_tags_that_do_not_fit_are_told_and_not_lost_in_silence(tmp_path: Path) -> None:
    keywords = ", ".join(f"tag{number}" for number in range(25))
    entries = (
        f"@misc{{a, eprint={{{TREES}}}, archiveprefix={{arXiv}}, annote={{{'<' * 3000}}}}}\n"
        f"@misc{{b, eprint={{{ROSES}}}, archiveprefix={{arXiv}}, keywords={{{keywords}}}}}\n"
        "@misc{c, title={A book}}\n"
    )
    async with set_stage(tmp_path / "test.db") as stage:
        await stage.import_sample()
        ada = stage.person("ada")
        uploaded = ada.upload("list.bib", entries.encode())
        shown = await bring_in(ada, "Saved 2 papers.", file=[uploaded["id"]])
        saved = await stage.bot.storage.read(
            lambda tables: tables.saved_papers.of_ids(stage.bot.workspace, ada.id, [TREES, ROSES])
        )

    assert f"so I left some out: {TREES}, {ROSES}" in shown
    assert [(len(each.note), len(each.tags)) for each in saved] == [(750, 0), (0, 20)]


async def test_unknown_papers_are_fetched_and_the_person_is_told_at_the_end(tmp_path: Path) -> None:
    async with with_arxiv(tmp_path, knowing(PAPER_ID)) as (stage, arxiv):
        await stage.import_sample()
        lin = stage.person("lin")
        text = f"{TREES}\narXiv:{PAPER_ID}\narXiv:2509.00008\n"
        shown = await bring_in(lin, "已收藏 1 篇论文。", "导入论文", text=text)
        await lin.sees(lambda _: "2509.00008" in str(lin.direct_messages()))
        told = lin.direct_messages()[-1]["text"]
        own = await saved_by(stage, "lin")

    assert "2 篇是这里没有的" in shown
    assert told.splitlines() == ["已收藏 1 篇论文。", "1 条没能导入：", "2509.00008 – arXiv 上没有这篇论文。"]
    assert set(own) == {TREES, PAPER_ID}
    assert len(arxiv.requests) == 1


async def test_when_arxiv_does_not_answer_nothing_is_stored_and_that_is_told(tmp_path: Path) -> None:
    async with with_arxiv(tmp_path, saying("", 500)) as (stage, _):
        ada = stage.person("ada")
        await bring_in(ada, "in a direct message", text=f"arXiv:{PAPER_ID}")
        await ada.sees(lambda _: "didn't answer" in str(ada.direct_messages()))
        own = await saved_by(stage, "ada")

    assert own == {}


async def test_an_empty_form_stays_open_with_a_sentence_at_its_field(tmp_path: Path) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        ada = stage.person("ada")
        await ada.command("papers", "/papers import")
        form = await opened(ada, "Bring in papers")
        errors = await ada.submit(form, {ids.IMPORT_TEXT: {ids.IMPORT_TEXT: " \n"}})

    assert errors == {
        ids.IMPORT_TEXT: "There is nothing to bring in. Paste references or links, or choose a file."
    }


async def test_without_the_scope_for_files_text_can_be_brought_in(tmp_path: Path) -> None:
    async with set_stage(tmp_path / "test.db", {"withheld_scopes": ["files:read"]}) as stage:
        await stage.import_sample()
        ada = stage.person("ada")
        await ada.command("papers", "/papers import")
        view = await opened(ada, "files:read")
        await ada.submit(view, {ids.IMPORT_TEXT: {ids.IMPORT_TEXT: TEXT}})
        await ada.sees(shows("Saved 2 papers."))

    assert ids.IMPORT_FILE not in str(view["blocks"])


async def test_a_file_that_slack_does_not_give_is_told(tmp_path: Path) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        ada = stage.person("ada")
        uploaded = ada.upload("list.txt", TEXT.encode())
        stage.workspace.faults.add("error", method="files.info", error="file_not_found")
        shown = await bring_in(ada, "couldn't read the file", file=[uploaded["id"]])

    assert "file_not_found" in shown


async def test_no_note_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with set_stage(tmp_path / "test.db") as stage:
        await stage.import_sample()
        text = f"@misc{{a, eprint={{{TREES}}}, archiveprefix={{arXiv}}, annote={{a planted note}}}}"
        await bring_in(stage.person("ada"), "Saved 1 paper.", text=text)

    assert "planted" not in str([[record.getMessage(), record.__dict__] for record in caplog.records])


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_any_report_fits_into_a_message(language: str) -> None:
    failed = [NotImported(10_000, "<&>" * 100, "references.broken")] * 10_000

    assert_taken(
        import_report(
            ImportReport(10_000, 10_000, 10_000, failed, ["cond-mat/0309136"] * 10_000), words_for(language)
        )
    )


def test_that_nothing_is_new_is_not_told_as_a_number() -> None:
    report = import_report(ImportReport(0, 2, 0, []), words_for("en"))

    assert report.text == "2 were on your list already."
