"""A paper's texts come out of the table as people read them, however they were written into it."""

import pytest

from storage.records import Paper, SavedPaper
from storage.tables import Tables
from tests.storage.test_tables import NOW

WRITTEN = Paper(
    "2509.00001",
    r"\textbf{Grow}: 3$\times$ the Beans of Czerwi\'nski &amp; Sons",
    authors=("Bean Collaboration", ":", r"Ada Ho\v{r}ava", "Jr.", "Bo Birch", "III"),
    abstract=r"It cuts weeds by 45\% at $\alpha = 2$; a bed costs $5 to $9, see `a_b`.",
)
READ = Paper(
    "2509.00001",
    "Grow: 3× the Beans of Czerwiński & Sons",
    authors=("Bean Collaboration", "Ada Hořava Jr.", "Bo Birch III"),
    abstract="It cuts weeds by 45% at α = 2; a bed costs $5 to $9, see `a_b`.",
)


def test_latex_in_a_stored_paper_is_read_wherever_the_paper_comes_from_the_tables(tables: Tables) -> None:
    tables.papers.add(WRITTEN)
    tables.saved_papers.save("T1", "U1", WRITTEN.id, NOW)

    assert tables.papers.get(WRITTEN.id) == READ
    assert tables.papers.of_ids([WRITTEN.id]) == (READ,)
    assert tables.saved_papers.page("T1", "U1", offset=0, limit=10) == (SavedPaper("T1", "U1", READ, NOW),)


def test_a_paper_that_was_read_and_is_stored_again_stays_as_it_is(tables: Tables) -> None:
    tables.papers.add(WRITTEN)
    tables.papers.add(READ)

    assert tables.papers.get(WRITTEN.id) == READ


@pytest.mark.parametrize("title", ["\u3164", "\u00ad", "\u2800", "\u200b \ufeff", "\uffa0\u115f"])
def test_a_title_that_shows_nothing_is_the_papers_id(tables: Tables, title: str) -> None:
    tables.papers.add(Paper("2509.00001", title))

    assert tables.papers.get("2509.00001") == Paper("2509.00001", "2509.00001")
