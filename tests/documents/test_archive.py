from datetime import date
from pathlib import Path

import pytest

from bot.documents.archive import Archived, archive_into
from bot.documents.digest_file import DigestEntry, DigestFile, parse
from bot.documents.importer import import_into
from bot.errors import ArchiveError
from storage.records import Listing, ListingState, Paper, Provenance, Summary
from storage.runner import InlineRunner
from tests.support.tables import empty_tables

MONDAY, TUESDAY = date(2025, 9, 29), date(2025, 9, 30)
PAPER = Paper("2509.00001", "Gardens & <Graphs>")
SUMMARY = Summary(PAPER.id, "en", Provenance("digest-file", MONDAY), tldr="Graphs grow better in gardens.")


@pytest.fixture
async def storage(tmp_path: Path) -> InlineRunner:
    storage = InlineRunner(empty_tables(tmp_path / "test.db"))
    await import_into(storage, DigestFile(MONDAY, (DigestEntry(PAPER, SUMMARY),)))
    await import_into(storage, DigestFile(TUESDAY, (DigestEntry(Paper("2509.00002", "Rivers"), None),)))
    await import_into(storage, DigestFile(date(2025, 10, 1), ()))
    return storage


async def archived(storage: InlineRunner, folder: Path, since: date = date.min) -> list[Archived]:
    return await storage.read(lambda tables: archive_into(tables, folder, since, None, None))


async def test_each_day_with_papers_is_a_file_that_reads_back_as_the_day(
    storage: InlineRunner, tmp_path: Path
) -> None:
    folder = tmp_path / "archive"
    done = await archived(storage, folder)

    monday, tuesday = folder / "2025/09/29.md", folder / "2025/09/30.md"
    assert done == [Archived(monday, 1, 1, is_new=True), Archived(tuesday, 1, 0, is_new=True)]
    assert sorted(path for path in folder.rglob("*") if path.is_file()) == [monday, tuesday]
    assert parse(monday.read_text()).entries == (DigestEntry(PAPER, SUMMARY),)


async def test_only_what_changed_is_written_again(storage: InlineRunner, tmp_path: Path) -> None:
    await archived(storage, tmp_path)
    monday, tuesday = tmp_path / "2025/09/29.md", tmp_path / "2025/09/30.md"
    before = monday.stat().st_mtime_ns, monday.stat().st_ino
    rivers = Summary("2509.00002", "en", Provenance("digest-file", TUESDAY), tldr="Rivers run.")
    await storage.write(lambda tables: tables.summaries.put(rivers))
    done = await archived(storage, tmp_path)

    assert done == [Archived(monday, 1, 1, is_new=False), Archived(tuesday, 1, 1, is_new=True)]
    assert (monday.stat().st_mtime_ns, monday.stat().st_ino) == before


async def test_days_before_the_first_are_left_alone(storage: InlineRunner, tmp_path: Path) -> None:
    done = await archived(storage, tmp_path, since=TUESDAY)

    assert [each.path for each in done] == [tmp_path / "2025/09/30.md"]


async def test_one_source_is_archived_alone(storage: InlineRunner, tmp_path: Path) -> None:
    listing = Listing("huggingface", date(2025, 9, 28), ListingState.PARTIAL, (PAPER.id,))
    await storage.write(lambda tables: tables.listings.put(listing))
    done = await storage.read(lambda tables: archive_into(tables, tmp_path, date.min, "huggingface", "en"))

    assert done == [Archived(tmp_path / "2025/09/28.md", 1, 1, is_new=True)]


async def test_a_folder_that_cannot_be_made_is_named(storage: InlineRunner, tmp_path: Path) -> None:
    (tmp_path / "2025").write_text("a file where a folder is wanted")

    with pytest.raises(ArchiveError, match=r"2025/09/29\.md cannot be written: .+\."):
        await archived(storage, tmp_path)
