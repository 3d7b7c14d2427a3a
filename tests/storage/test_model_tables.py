from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest

from storage.records import (
    FROM_ABSTRACT,
    FROM_DIGEST_FILE,
    FROM_MODEL,
    CardUpdate,
    DeliveryKind,
    Doubt,
    DoubtKind,
    Evidence,
    Figure,
    Grounding,
    MistakeReport,
    ModelRequest,
    Paper,
    PaperSentence,
    Post,
    PostState,
    Provenance,
    ReportCount,
    ReportedPaper,
    ReportOutcome,
    ShownCard,
    Summary,
    SummaryCount,
    SummaryFailure,
    TextRead,
)
from storage.tables import Tables
from tests.support.subscribing import subscribe

NOW = datetime(2025, 9, 29, 9, 0, tzinfo=UTC)
PAPER = Paper(id="hep-th/9901001", title="Gardens")
SUMMARY = Summary(
    PAPER.id,
    "en",
    Provenance(FROM_MODEL, NOW.date(), "example-1", "1", TextRead.FULL_TEXT),
    tldr="Graphs grow by 12%.",
    figures=(Figure("12%", "tldr", Grounding.NOT_FOUND, "Graphs grow by 21%."),),
    evidence=(
        Evidence(
            "tldr",
            "Graphs grow by 12%.",
            (PaperSentence("Graphs grow by 21%.", "4 Results"), PaperSentence("21 | 12")),
            doubts=(Doubt(DoubtKind.FIGURE_ELSEWHERE, "12%"), Doubt(DoubtKind.NO_SENTENCE)),
        ),
        Evidence("takeaway", "Graphs could grow.", is_inference=True),
        Evidence("results", "“%s” grow.", is_left_out=True),
    ),
)


@pytest.fixture
def tables(tables: Tables) -> Tables:
    tables.papers.add(PAPER)
    return tables


def test_a_models_summary_comes_back_with_figures_and_evidence_beside_an_imported_one(tables: Tables) -> None:
    imported = replace(SUMMARY, provenance=Provenance(FROM_DIGEST_FILE, NOW.date()), figures=(), evidence=())
    tables.summaries.put(imported)
    tables.summaries.put(SUMMARY, "abc")

    assert tables.summaries.of_papers([PAPER.id]) == {PAPER.id: [imported, SUMMARY]}
    assert tables.summaries.input_hash(PAPER.id, "en", FROM_MODEL) == "abc"
    assert tables.summaries.input_hash(PAPER.id, "en", FROM_DIGEST_FILE) is None
    assert tables.summaries.input_hash(PAPER.id, "de", FROM_MODEL) is None


def test_models_summaries_are_counted_by_the_text_they_are_from(tables: Tables) -> None:
    read = {"en": TextRead.FULL_TEXT, "de": TextRead.PART, "fr": TextRead.PART, "zh-CN": TextRead.ABSTRACT}
    for language, text_read in read.items():
        provenance = replace(SUMMARY.provenance, text_read=text_read)
        tables.summaries.put(replace(SUMMARY, language=language, provenance=provenance))
    tables.summaries.put(replace(SUMMARY, provenance=Provenance(FROM_DIGEST_FILE, NOW.date())))

    assert tables.summaries.texts_read(NOW.date()) == {
        TextRead.FULL_TEXT: 1,
        TextRead.PART: 2,
        TextRead.ABSTRACT: 1,
    }
    assert tables.summaries.texts_read(NOW.date() + timedelta(days=1)) == {}


def test_a_failure_waits_until_its_next_try_and_is_forgotten_when_the_summary_came(tables: Tables) -> None:
    first = SummaryFailure(PAPER.id, "en", 1, "no answer", NOW, NOW + timedelta(minutes=5))
    second = replace(first, tries=2, next_try_at=NOW + timedelta(minutes=10))
    tables.summary_failures.put(first)
    tables.summary_failures.put(second)

    assert tables.summary_failures.get(PAPER.id, "en") == second
    assert tables.summary_failures.since(NOW) == (second,)
    assert tables.summary_failures.since(NOW + timedelta(seconds=1)) == ()
    assert tables.summary_failures.waiting(NOW + timedelta(minutes=9)) == {(PAPER.id, "en")}
    assert tables.summary_failures.waiting(second.next_try_at) == frozenset()

    tables.summary_failures.forget(PAPER.id, "en")

    assert tables.summary_failures.get(PAPER.id, "en") is None


def test_tokens_are_counted_per_utc_day(tables: Tables) -> None:
    requests = [
        ModelRequest(PAPER.id, "en", "example-1", at, 10, 1)
        for at in (datetime(2025, 9, 28, 23, 59, 59, tzinfo=UTC), NOW, datetime(2025, 9, 30, tzinfo=UTC))
    ]
    for request in requests:
        tables.model_requests.add(request)

    assert tables.model_requests.tokens_of_day(date(2025, 9, 29)) == 11
    assert tables.model_requests.tokens_of_day(date(2025, 10, 1)) == 0


def test_wishes_for_a_new_summary_are_counted_for_each_person_alone(tables: Tables) -> None:
    tables.summary_requests.add("T1", "U1", PAPER.id, "en", NOW)
    tables.summary_requests.add("T1", "U2", PAPER.id, "en", NOW)
    tables.summary_requests.add("T2", "U1", PAPER.id, "en", NOW)

    assert tables.summary_requests.count_since("T1", "U1", NOW) == 1
    assert tables.summary_requests.count_since("T1", "U1", NOW + timedelta(seconds=1)) == 0


def test_the_latest_reports_of_mistakes_come_first(tables: Tables) -> None:
    first = MistakeReport("T1", "U1", PAPER.id, "en", NOW, "Wrong.", FROM_MODEL, NOW.date())
    second = replace(first, reported_at=NOW + timedelta(days=1), note="")
    tables.mistake_reports.add(first)
    tables.mistake_reports.add(second)

    assert tables.mistake_reports.latest(5) == (replace(second, id=2), replace(first, id=1))
    assert tables.mistake_reports.latest(1) == (replace(second, id=2),)


def test_reports_are_counted_by_summary_and_by_what_became_of_it(tables: Tables) -> None:
    withdrawn = Paper(id="hep-th/9901002", title="Wells", withdrawal="Withdrawn by the author.")
    tables.papers.add(withdrawn)
    for summary in (SUMMARY, replace(SUMMARY, language="fr"), replace(SUMMARY, paper_id=withdrawn.id)):
        tables.summaries.put(summary)
    day, report = timedelta(days=1), partial(MistakeReport, "T1", "U1")
    for each in (
        report(PAPER.id, "en", NOW, "Wrong.", FROM_MODEL, NOW.date()),
        report(PAPER.id, "en", NOW + day, "Still wrong.", FROM_MODEL, NOW.date()),
        report(PAPER.id, "fr", NOW, "", FROM_MODEL, NOW.date() - day),
        report(PAPER.id, "en", NOW - day, "", FROM_ABSTRACT, NOW.date() - day),
        report(PAPER.id, "de", NOW, "", FROM_ABSTRACT, NOW.date()),
        report(withdrawn.id, "en", NOW, "", FROM_MODEL, NOW.date()),
    ):
        tables.mistake_reports.add(each)

    in_model, in_abstract = partial(ReportCount, FROM_MODEL), partial(ReportCount, FROM_ABSTRACT, None)
    assert tables.mistake_reports.counts(9) == (
        in_model("example-1", ReportOutcome.UNCHANGED, 2, 1, NOW, NOW + day),
        in_abstract(ReportOutcome.NOW_BY_MODEL, 1, 1, NOW - day, NOW - day),
        in_abstract(ReportOutcome.UNCHANGED, 1, 1, NOW, NOW),
        in_model("example-1", ReportOutcome.WITHDRAWN, 1, 1, NOW, NOW),
        in_model(None, ReportOutcome.MADE_ANEW, 1, 1, NOW, NOW),
    )
    assert len(tables.mistake_reports.counts(2)) == 2
    assert tables.mistake_reports.most_reported(9) == (
        ReportedPaper(PAPER.id, 5, NOW + day),
        ReportedPaper(withdrawn.id, 1, NOW),
    )
    assert tables.mistake_reports.most_reported(1) == (ReportedPaper(PAPER.id, 5, NOW + day),)


def test_all_summaries_are_counted_by_model_prompt_language_and_text(tables: Tables) -> None:
    other = Paper(id="hep-th/9901002", title="Wells")
    tables.papers.add(other)
    earlier = replace(SUMMARY.provenance, made_at=NOW.date() - timedelta(days=1))
    imported = replace(SUMMARY, provenance=Provenance(FROM_DIGEST_FILE, NOW.date()), figures=())
    odd = Figure('"grounding": "not_found"', "tldr", Grounding.SUPPORTED, '{"grounding": "not_found"}')
    more = replace(SUMMARY, paper_id=other.id, provenance=earlier, figures=(*SUMMARY.figures, odd))
    for summary in (SUMMARY, more, imported):
        tables.summaries.put(summary)

    counts = tables.summaries.counts(9)

    yesterday, today = earlier.made_at, NOW.date()
    assert yesterday
    assert counts == (
        SummaryCount(FROM_MODEL, "example-1", "1", TextRead.FULL_TEXT, "en", 2, 3, 2, yesterday, today),
        SummaryCount(FROM_DIGEST_FILE, None, None, None, "en", 1, 0, 0, today, today),
    )
    assert tables.summaries.counts(1) == counts[:1]


def test_a_card_is_drawn_anew_where_it_is_read_in_that_language_and_once_it_is_posted(
    tables: Tables,
) -> None:
    delivery_id = _deliver(tables, "C1", "en", NOW)
    _deliver(tables, "C2", "de", NOW)
    _deliver(tables, "C3", "en", NOW - timedelta(days=40))
    later = NOW + timedelta(hours=1)

    wanted = tables.card_updates.enqueue(PAPER.id, "en", NOW - timedelta(days=30), later)

    update = CardUpdate(delivery_id, 1, later)
    assert wanted == 1
    assert tables.card_updates.due(later) == ()

    delivery = tables.deliveries.get(delivery_id)
    assert delivery
    posted = replace(_card(delivery_id), state=PostState.POSTED, ts="1.2", attempted_at=NOW)
    tables.posts.record(delivery, posted)

    assert tables.card_updates.due(NOW) == ()
    assert tables.card_updates.due(later) == (update,)

    tables.card_updates.postpone(replace(update, next_try_at=later + timedelta(minutes=1), tries=1))

    assert tables.card_updates.due(later) == ()


def test_an_update_that_was_wanted_once_more_meanwhile_stays(tables: Tables) -> None:
    delivery_id = _deliver(tables, "C1", "en", NOW)
    tables.card_updates.enqueue(PAPER.id, "en", NOW, NOW)
    tables.card_updates.enqueue(PAPER.id, "en", NOW, NOW + timedelta(seconds=1))
    delivery = tables.deliveries.get(delivery_id)
    assert delivery
    posted = replace(_card(delivery_id), state=PostState.POSTED, ts="1.2", attempted_at=NOW)
    tables.posts.record(delivery, posted)

    tables.card_updates.remove(CardUpdate(delivery_id, 1, NOW))

    again = CardUpdate(delivery_id, 1, NOW + timedelta(seconds=1))
    assert tables.card_updates.due(again.next_try_at) == (again,)

    tables.card_updates.remove(again)

    assert tables.card_updates.due(again.next_try_at) == ()


def _deliver(tables: Tables, channel: str, language: str, opened_at: datetime) -> int:
    subscription = subscribe(tables, channel=channel, language=language)
    delivery = tables.deliveries.open(
        subscription, DeliveryKind.SCHEDULED, opened_at.date(), f"key of {channel}", opened_at
    )
    tables.posts.plan(delivery, [Post(delivery.id, 0, "{}"), _card(delivery.id)])
    return delivery.id


def _card(delivery_id: int) -> Post:
    return Post(delivery_id, 1, "{}", paper_ids=(PAPER.id,), card=ShownCard("en", "0"))
