"""A paper's texts come out of the table as people read them, however they were written into it."""

from dataclasses import replace

import pytest

from storage.records import Figure, Grounding, Paper, Provenance, SavedPaper, Summary
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


@pytest.mark.parametrize("nothing", ["", " \n", "\u200b \ufeff", "\u2800", "\\textbf{}"])
def test_what_shows_nothing_takes_the_place_of_no_title_abstract_or_authors(
    tables: Tables, nothing: str
) -> None:
    empty = Paper(WRITTEN.id, nothing, authors=(nothing,), abstract=nothing)
    tables.papers.add(empty)
    assert tables.papers.get(WRITTEN.id) == Paper(WRITTEN.id, WRITTEN.id)

    tables.papers.fill(replace(WRITTEN, title="Any"))
    tables.papers.add(WRITTEN)
    tables.papers.add(empty)
    assert tables.papers.get(WRITTEN.id) == READ

    tables.papers.renew(empty)
    assert tables.papers.get(WRITTEN.id) == READ


def test_latex_in_a_stored_summary_is_read_and_its_figures_stay_in_it(tables: Tables) -> None:
    nearest = r"It cuts weeds by 45\% at $\alpha = 2$."
    figures = (
        Figure("45%", "tldr", Grounding.SUPPORTED, nearest),
        Figure(r"4\%", "method", Grounding.NOT_FOUND),
    )
    written = Summary(
        WRITTEN.id,
        "en",
        Provenance("digest-file", NOW.date()),
        keywords=("soil--bed", "weeds"),
        english_keywords=("soil--bed",),
        tldr=r"It is 3$\times$ faster and cuts 45\%, or 45%.",
        method=r"It leaves 4\% of $\beta$.",
        body=r"\textbf{Soil} -- and more.",
        figures=figures,
    )
    tables.papers.add(WRITTEN)
    tables.summaries.put(written)

    assert tables.summaries.of_papers([WRITTEN.id])[WRITTEN.id] == [
        replace(
            written,
            keywords=("soil–bed", "weeds"),
            english_keywords=("soil–bed",),
            tldr="It is 3× faster and cuts 45%, or 45%.",
            body="Soil – and more.",
            figures=(replace(figures[0], nearest="It cuts weeds by 45% at α = 2."), figures[1]),
        )
    ]
