"""What papers are ranked for a person by: their own newest papers and opinions, and nobody else's."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.cards.for_you import ForYou, Suggestion, Thought
from bot.lookup import personal_ranking
from bot.lookup.own_list import Owner
from bot.lookup.personal_ranking import PaperVectors, for_you, taste_of
from storage.database import connect
from storage.records import Paper
from storage.tables import Tables
from tests.support.tables import empty_tables

NOW = datetime(2025, 9, 29, 12, tzinfo=UTC)
DAY = date(2025, 9, 29)
ADA, EMMY = Owner("T1", "U1"), Owner("T1", "U2")
SUBJECTS = {
    "walking": "Quadruped robots walking on gravel with torque sensors",
    "running": "Quadruped robots running over gravel with torque limits",
    "painting": "Diffusion models painting landscapes from text prompts",
    "drawing": "Diffusion models drawing portraits from text prompts",
    "proving": "Theorem provers searching for lemmas in algebra",
    "grasping": "Quadruped robots grasping door handles with torque",
}
PAPERS = {name: Paper(f"2509.0000{number}", title) for number, (name, title) in enumerate(SUBJECTS.items())}
IDS = {name: paper.id for name, paper in PAPERS.items()}


@pytest.fixture
def tables(tmp_path: Path) -> Iterator[Tables]:
    with closing(connect(empty_tables(tmp_path / "test.db"))) as engine:
        tables = Tables(engine)
        with engine.transaction():
            for paper in PAPERS.values():
                tables.papers.add(paper)
            tables.search_index.update()
        yield tables


def save(tables: Tables, owner: Owner, *names: str) -> None:
    for hours, name in enumerate(names):
        now = NOW + timedelta(hours=hours)
        tables.saved_papers.save(owner.workspace, owner.person, IDS[name], now)


def think(tables: Tables, owner: Owner, name: str, *, is_liked: bool) -> None:
    tables.opinions.put(owner.workspace, owner.person, IDS[name], NOW, is_liked=is_liked)


def picked(tables: Tables, owner: Owner, without: tuple[str, ...] = ()) -> ForYou:
    return for_you(tables, PaperVectors(), owner, DAY, list(IDS.values()), [IDS[each] for each in without])


def test_each_person_gets_what_is_like_their_own_papers(tables: Tables) -> None:
    save(tables, ADA, "walking", "proving")
    save(tables, EMMY, "painting", "proving")

    of_ada, of_emmy = picked(tables, ADA), picked(tables, EMMY)

    assert of_ada == ForYou(
        DAY,
        (
            Suggestion(PAPERS["running"], PAPERS["walking"], is_saved=True),
            Suggestion(PAPERS["grasping"], PAPERS["walking"], is_saved=True),
        ),
    )
    assert of_emmy == ForYou(DAY, (Suggestion(PAPERS["drawing"], PAPERS["painting"], is_saved=True),))


def test_opinions_count_beside_saved_papers_and_over_them(tables: Tables) -> None:
    save(tables, ADA, "walking", "proving")
    think(tables, ADA, "walking", is_liked=False)
    think(tables, ADA, "painting", is_liked=True)

    assert picked(tables, ADA) == ForYou(
        DAY,
        (Suggestion(PAPERS["drawing"], PAPERS["painting"], is_saved=False),),
        (Thought(PAPERS["painting"], is_liked=True), Thought(PAPERS["walking"], is_liked=False)),
    )


def test_muted_papers_are_not_picked(tables: Tables) -> None:
    save(tables, ADA, "walking", "proving")

    assert picked(tables, ADA, without=("running",)).suggestions == (
        Suggestion(PAPERS["grasping"], PAPERS["walking"], is_saved=True),
    )


def test_of_one_paper_no_taste_is_known(tables: Tables) -> None:
    save(tables, ADA, "walking")

    assert picked(tables, ADA) == ForYou(DAY, is_known=False)


def test_only_the_newest_saved_papers_count(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(personal_ranking, "MOST_SAVED", 2)
    save(tables, ADA, "walking", "painting", "proving")

    assert list(taste_of(tables, PaperVectors(), ADA).liked) == [IDS["proving"], IDS["painting"]]


def test_vectors_that_were_not_used_for_long_are_read_anew(tables: Tables) -> None:
    vectors, ids = PaperVectors(most=2), [IDS["walking"], IDS["running"], IDS["painting"]]

    first = vectors.of(tables, ids)
    again = vectors.of(tables, [*ids, "2509.99999"])

    assert list(again) == ids
    assert again == first
    assert [again[each] is first[each] for each in ids] == [False, True, True]
