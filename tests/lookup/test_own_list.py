"""A part of a person's own list: read from what they type, and found in papers, notes and tags."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.lookup.own_list import Owner, OwnQuery, own_page, own_query_text, read_own_query
from bot.lookup.query import Query, Wanted
from storage.records import Paper, ReadingStatus, SavedFilter
from storage.tables import Tables

TODAY = date(2025, 9, 29)
NOW = datetime(2025, 9, 29, 9, 0, tzinfo=UTC)
ME = Owner("T1", "U1")
TREE, GARDEN, RIVER, FOREST = PAPERS = (
    Paper("2509.00001", "Tree search", abstract="Agents climb.", published=date(2025, 9, 1)),
    Paper("2509.00002", "A garden of agents", categories=("cs.CL",), published=date(2025, 9, 2)),
    Paper("2509.00003", "Rivers", published=date(2025, 9, 3)),
    Paper("2509.00004", "花园里的河流", published=date(2025, 8, 1)),
)


def words(*texts: str) -> Query:
    return Query(tuple(map(Wanted, texts)))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", OwnQuery()),
        ("unread", OwnQuery(chosen=SavedFilter(ReadingStatus.UNREAD))),
        ("to read", OwnQuery(chosen=SavedFilter(ReadingStatus.UNREAD))),
        ("#RL Reading", OwnQuery(chosen=SavedFilter(ReadingStatus.READING, ("rl",)))),
        (
            "tree search #rl #Agents read",
            OwnQuery(words("tree", "search"), SavedFilter(ReadingStatus.READ, ("rl", "agents"))),
        ),
        ("已读 智能体", OwnQuery(words("智能体"), SavedFilter(ReadingStatus.READ))),
        ("＃世界模型 在读", OwnQuery(chosen=SavedFilter(ReadingStatus.READING, ("世界模型",)))),
        ("is:unread tree", OwnQuery(words("tree"), SavedFilter(ReadingStatus.UNREAD))),
        ("tree Is:Read search", OwnQuery(words("tree", "search"), SavedFilter(ReadingStatus.READ))),
        (
            "reading comprehension tests",
            OwnQuery(words("comprehension", "tests"), SavedFilter(ReadingStatus.READING)),
        ),
        ("C# code", OwnQuery(words("C#", "code"))),
    ],
)
def test_a_part_of_a_list_is_read_and_written_in_one_form(text: str, wanted: OwnQuery) -> None:
    read = read_own_query(text, TODAY)

    assert read == wanted
    assert read_own_query(own_query_text(read), TODAY + timedelta(days=400)) == wanted


def shelf(tables: Tables) -> None:
    for number, paper in enumerate(PAPERS):
        tables.papers.add(paper)
        tables.saved_papers.save("T1", "U1", paper.id, NOW + timedelta(minutes=number))
    tables.search_index.update()
    tables.saved_papers.set_note("T1", "U1", RIVER.id, "Our agents should try this tree, too.")
    tables.saved_papers.set_tags("T1", "U1", TREE.id, ["rl"])
    tables.saved_papers.set_tags("T1", "U1", FOREST.id, ["rl", "agents"])
    tables.saved_papers.set_status("T1", "U1", TREE.id, ReadingStatus.READ, NOW)
    for paper in PAPERS:
        tables.saved_papers.save("T1", "U2", paper.id, NOW, note="agents tree zeppelin")


def found(tables: Tables, text: str) -> list[Paper]:
    return [saved.paper for saved in own_page(tables, read_own_query(text, TODAY), ME, NOW).papers]


def test_what_fits_is_found_in_papers_notes_and_tags_the_latest_saved_first(tables: Tables) -> None:
    shelf(tables)
    parts = {
        "": [FOREST, RIVER, GARDEN, TREE],
        "agents": [FOREST, RIVER, GARDEN, TREE],
        "tree": [RIVER, TREE],
        "rivers tree": [RIVER],
        "agents #rl": [FOREST, TREE],
        "agents read": [TREE],
        "agents unread": [FOREST, RIVER, GARDEN],
        "#rl #agents": [FOREST],
        "花园": [FOREST],
        "title:agents": [GARDEN],
        "agents -tree": [FOREST, GARDEN],
        "agents cat:cs.CL": [GARDEN],
        "agents after:2025-09-02": [RIVER, GARDEN],
        "-agents": [],
        "zeppelin": [],
        "#zeppelin": [],
    }

    assert {text: found(tables, text) for text in parts} == parts


def test_a_page_tells_its_counts_and_its_tags(tables: Tables) -> None:
    shelf(tables)
    page = own_page(tables, read_own_query("#rl read", TODAY), ME, NOW, offset=90)

    assert (page.total, page.offset, page.text) == (1, 0, "#rl is:read")
    assert page.counts == {"read": 1, "unread": 1}
    assert page.tags == {"rl": 2, "agents": 1}
    assert page.texts_by_status == {
        None: "#rl",
        "unread": "#rl is:unread",
        "reading": "#rl is:reading",
        "read": "#rl is:read",
    }


def test_a_list_longer_than_a_page_is_turned(tables: Tables) -> None:
    papers = [Paper(f"2509.{number:05}", f"Gardens {number}") for number in range(23)]
    for number, paper in enumerate(papers):
        tables.papers.add(paper)
        tables.saved_papers.save("T1", "U1", paper.id, NOW + timedelta(minutes=number))
    tables.search_index.update()
    for text in ("", "gardens"):
        pages = [
            own_page(tables, read_own_query(text, TODAY), ME, NOW, offset) for offset in (0, 10, 20, 500)
        ]
        assert [(page.offset, page.total, len(page.papers)) for page in pages] == [
            (0, 23, 10),
            (10, 23, 10),
            (20, 23, 3),
            (20, 23, 3),
        ]
        shown = [saved.paper for page in pages[:3] for saved in page.papers]
        assert shown == papers[::-1]
