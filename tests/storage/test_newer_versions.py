"""What is watched for newer versions, who is told of one, and which summaries wait, on each engine."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from storage.records import ArxivRecord, Paper, PaperVersion, SummaryFailure
from storage.tables import Tables
from storage.watched_papers import ASKED_A_DAY, WATCHED_FOR

NOW = datetime(2025, 9, 29, 9, 0, tzinfo=UTC)
A_DAY, A_MINUTE = timedelta(days=1), timedelta(minutes=1)
FIRST, SECOND, THIRD = (Paper(f"2509.0000{number}", f"Paper {number}") for number in (1, 2, 3))


def test_the_longest_due_come_first_and_no_more_than_a_day_may_have(tables: Tables) -> None:
    watched = tables.watched_papers
    for number in range(ASKED_A_DAY + 5):
        watched.add(f"2509.{number:05}", NOW + number * A_MINUTE)
    tables.papers.add(Paper("2509.00001", "Trees"))
    tables.arxiv_records.put(ArxivRecord("2509.00001", NOW, tries=3))
    later = NOW + A_DAY

    assert watched.due(NOW + A_MINUTE, 9) == (("2509.00000", 0), ("2509.00001", 3))
    for number in range(ASKED_A_DAY - 2):
        watched.asked(f"2509.{number:05}", later, later + A_DAY)
    assert [each for each, _ in watched.due(later, 9)] == ["2509.00498", "2509.00499"]
    for number in (ASKED_A_DAY - 2, ASKED_A_DAY - 1):
        watched.asked(f"2509.{number:05}", later, later + A_DAY)
    assert watched.due(later, 9) == ()
    assert [each for each, _ in watched.due(later + A_DAY, 6)] == [
        *(f"2509.{ASKED_A_DAY + number:05}" for number in range(5)),
        "2509.00000",
    ]


def test_a_paper_is_watched_while_anybody_anywhere_has_it_for_a_year(tables: Tables) -> None:
    for paper in (FIRST, SECOND, THIRD):
        tables.papers.add(paper)
    ids = [FIRST.id, SECOND.id, THIRD.id]
    for workspace in ("T1", "T2"):
        tables.saved_papers.save(workspace, "U1", FIRST.id, NOW)
    tables.saved_papers.save("T1", "U1", SECOND.id, NOW)
    tables.readers.add("T1", "C1", "U1", THIRD.id, NOW + A_DAY)
    tables.saved_papers.remove("T1", "U1", FIRST.id, NOW)
    tables.saved_papers.remove("T1", "U1", SECOND.id, NOW)

    assert tables.watched_papers.drop_unwanted(NOW + A_DAY, 100) == 1
    assert tables.watched_papers.among(ids) == {FIRST.id, THIRD.id}
    assert tables.watched_papers.drop_unwanted(NOW + WATCHED_FOR + A_MINUTE, 100) == 1
    assert tables.watched_papers.among(ids) == {THIRD.id}


def test_a_newer_version_is_told_to_those_alone_who_saved_an_earlier_one(tables: Tables) -> None:
    for paper in (FIRST, SECOND):
        tables.papers.add(paper)
    tables.saved_papers.save("T1", "U1", FIRST.id, NOW)
    tables.saved_papers.save("T1", "U2", SECOND.id, NOW)
    tables.saved_papers.save("T2", "U1", SECOND.id, NOW)
    seen_at = NOW + A_DAY
    tables.paper_versions.begin(FIRST.id, 2, None, seen_at)
    tables.paper_versions.begin("2509.99999", 2, None, seen_at)
    tables.saved_papers.save("T1", "U3", FIRST.id, seen_at + A_MINUTE)
    told = PaperVersion(FIRST.id, 2, seen_at, FIRST.title)
    people = [("T1", "U1"), ("T1", "U2"), ("T1", "U3"), ("T2", "U1")]

    assert [tables.paper_versions.of_saved(*each, NOW, 3) for each in people] == [(told,), (), (), ()]
    assert tables.paper_versions.of_saved("T1", "U1", seen_at + A_MINUTE, 3) == ()
    assert tables.paper_versions.of_papers([FIRST.id, SECOND.id, "2509.99999"]) == {FIRST.id: told}


def test_what_the_stored_version_said_is_kept_whatever_takes_its_place(tables: Tables) -> None:
    first = replace(FIRST, abstract="They grow.")
    tables.papers.add(first)
    tables.arxiv_records.put(ArxivRecord(FIRST.id, NOW, 1))
    for abstract in ("They grow.", None, "They grow fast.", "They grow very fast."):
        tables.papers.add(replace(first, abstract=abstract))
    tables.papers.add(replace(first, title="Taller"))
    tables.paper_versions.begin(FIRST.id, 2, None, NOW)
    assert tables.paper_versions.of_papers([FIRST.id]) == {
        FIRST.id: PaperVersion(FIRST.id, 2, NOW, FIRST.title, "They grow.")
    }

    tables.papers.renew(replace(first, title="Taller", abstract="They grow very fast!"))
    tables.arxiv_records.store(FIRST.id, 2)
    tables.papers.add(first)
    tables.paper_versions.begin(FIRST.id, 3, None, NOW)
    assert tables.paper_versions.of_papers([FIRST.id]) == {
        FIRST.id: PaperVersion(FIRST.id, 3, NOW, "Taller", "They grow very fast!")
    }


def test_an_abstract_that_came_after_the_stored_version_is_not_taken_for_its_own(tables: Tables) -> None:
    tables.papers.add(FIRST)
    tables.papers.add(SECOND)
    tables.arxiv_records.put(ArxivRecord(FIRST.id, NOW, 1))
    for paper in (FIRST, SECOND):
        tables.papers.add(replace(paper, abstract="They grow."))
        tables.paper_versions.begin(paper.id, 2, None, NOW)

    # Of which version the other one is stored was not known.
    assert tables.paper_versions.of_papers([FIRST.id, SECOND.id]) == {
        FIRST.id: PaperVersion(FIRST.id, 2, NOW, FIRST.title),
        SECOND.id: PaperVersion(SECOND.id, 2, NOW, SECOND.title, "They grow."),
    }


def test_outdated_summaries_come_in_their_order_but_for_those_that_failed(tables: Tables) -> None:
    for paper in (FIRST, SECOND, replace(THIRD, withdrawal="It is wrong.")):
        tables.papers.add(paper)
    outdated = tables.outdated_summaries
    outdated.add(THIRD.id, ["en"], 2, NOW - A_DAY)
    outdated.add(SECOND.id, ["en", "zh-CN"], 2, NOW)
    outdated.add(FIRST.id, ["en"], 2, NOW + A_MINUTE)
    failure = SummaryFailure(SECOND.id, "en", 1, "no", NOW, NOW + A_DAY)
    tables.summary_failures.put(failure)

    assert outdated.due(NOW, 9) == ((SECOND.id, "zh-CN"), (FIRST.id, "en"))
    assert outdated.due(NOW + A_DAY, 2) == ((SECOND.id, "en"), (SECOND.id, "zh-CN"))
    assert outdated.among([SECOND.id]) == {(SECOND.id, "en"), (SECOND.id, "zh-CN")}
    outdated.add(FIRST.id, ["en"], 3, NOW + A_DAY)
    assert [outdated.remove(FIRST.id, "en", version) for version in (2, 3, 3)] == [False, True, False]


def test_a_paper_s_failures_are_forgotten_in_all_languages_and_no_other_paper_s(tables: Tables) -> None:
    for paper in (FIRST, SECOND):
        tables.papers.add(paper)
    failures = [
        SummaryFailure(paper_id, language, 1, "no", NOW, NOW + A_DAY)
        for paper_id, language in ((FIRST.id, "en"), (FIRST.id, "de"), (SECOND.id, "en"))
    ]
    for failure in failures:
        tables.summary_failures.put(failure)
    tables.summary_failures.forget_paper(FIRST.id)

    assert tables.summary_failures.since(NOW) == (failures[2],)


def test_outdated_summaries_go_when_they_failed_for_long_or_waited_for_longer(tables: Tables) -> None:
    ids, outdated = [FIRST.id, SECOND.id, THIRD.id], tables.outdated_summaries
    for number, paper in enumerate((FIRST, SECOND, THIRD)):
        tables.papers.add(paper)
        outdated.add(paper.id, ["en", "de"], 2, NOW + number * A_DAY)
    for paper_id, failed_at in ((FIRST.id, NOW - A_DAY), (SECOND.id, NOW + 2 * A_DAY)):
        tables.summary_failures.put(SummaryFailure(paper_id, "en", 1, "no", failed_at, failed_at))

    assert outdated.delete(NOW, NOW + A_DAY, 9) == 0
    assert outdated.delete(NOW, NOW + 3 * A_DAY, 9) == 1
    assert outdated.among(ids) == {(each, "de") for each in ids} | {(FIRST.id, "en"), (THIRD.id, "en")}
    assert [outdated.delete(NOW + 2 * A_DAY, NOW + 9 * A_DAY, limit) for limit in (1, 9, 9)] == [1, 2, 0]
    assert outdated.among(ids) == {(THIRD.id, "en"), (THIRD.id, "de")}
