"""Many digest files, imported a few at once."""

from datetime import timedelta
from pathlib import Path

from bot.documents.digest_file import DigestEntry, DigestFile
from bot.documents.importer import Import, few_at_once, import_into, import_together
from storage.runner import InlineRunner
from storage.tables import Tables
from tests.support.gardens import DAY, OTHER, PAPER
from tests.support.tables import empty_tables

NEXT_DAY = DAY + timedelta(days=1)
FILES = [
    DigestFile(DAY, (DigestEntry(PAPER, None),)),
    DigestFile(NEXT_DAY, (DigestEntry(PAPER, None), DigestEntry(OTHER, None))),
]


def test_files_come_in_portions_and_none_is_left_out() -> None:
    assert [*map(list, few_at_once(range(23)))] == [
        [*range(10)], [*range(10, 20)], [20, 21, 22],
    ]  # fmt: skip
    assert list(few_at_once([])) == []


async def test_a_paper_of_several_files_is_new_in_the_first_alone(tmp_path: Path) -> None:
    storage = InlineRunner(empty_tables(tmp_path / "test.db"))
    assert await import_together(storage, FILES) == [Import(DAY, 1, 1, 0), Import(NEXT_DAY, 2, 1, 0)]
    storage.close()


async def test_files_stored_together_are_indexed_as_one_by_one(tmp_path: Path) -> None:
    together = InlineRunner(empty_tables(tmp_path / "together.db"))
    await import_together(together, FILES)
    apart = InlineRunner(empty_tables(tmp_path / "apart.db"))
    for file in FILES:
        await import_into(apart, file)
    assert await together.read(_indexed) == await apart.read(_indexed) != ([], 0, {})
    together.close()
    apart.close()


def _indexed(tables: Tables) -> tuple[list[object], int, dict[str, int]]:
    ids = [PAPER.id, OTHER.id]
    texts = tables.search_index.texts(ids)
    return [*texts.values()], tables.search_index.outdated(), tables.search.words(PAPER.title.lower().split())
