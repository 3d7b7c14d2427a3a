from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.errors import LeaseLostError
from storage.posts import PostCounts
from storage.records import (
    Delivery,
    DeliveryKind,
    DeliveryState,
    Listing,
    ListingSize,
    ListingState,
    Paper,
    Post,
    PostState,
    Preferences,
    Provenance,
    SavedPaper,
    Summary,
)
from storage.tables import Tables
from tests.support.subscribing import subscribe

DAY = date(2025, 9, 29)
NOW = datetime(2025, 9, 29, 9, 0, tzinfo=UTC)

FULL = Paper(
    id="2509.00001",
    title="Gardens & <Graphs>",
    authors=("Ada Lovelace", "王小明"),
    abstract="We grow graphs.",
    votes=12,
    code_url="https://github.com/example/gardens",
    code_stars=3,
    categories=("cs.LG", "math.CO"),
    comments=2,
    organisation="花园 University",
    community_summary="Graphs grow in gardens.",
    community_keywords=("graphs", "花园"),
    thumbnail_url="https://example.org/gardens.png",
    published=date(2025, 9, 25),
)
BARE = Paper(id="2509.00002", title="Rivers")
SUMMARY = Summary(
    paper_id=FULL.id,
    language="zh-CN",
    provenance=Provenance(source="digest-file", made_at=DAY, model="example-1", prompt="3"),
    keywords=("图", "花园"),
    tldr="一句话。",
    problem="问题。",
    method="方法。",
    results="结果。",
    takeaway="启示。",
    body="其他。",
    english_keywords=("graph", "gardens & <花园>"),
)


def with_papers(tables: Tables) -> None:
    tables.papers.add(FULL)
    tables.papers.add(BARE)


def test_papers_come_back_as_they_went_in(tables: Tables) -> None:
    added = [tables.papers.add(paper) for paper in (FULL, BARE, FULL)]

    assert added == [True, True, False]
    assert tables.papers.get(FULL.id) == FULL
    assert tables.papers.get("2509.99999") is None
    assert tables.papers.of_ids([BARE.id, "2509.99999", FULL.id]) == (BARE, FULL)


def test_what_is_known_of_a_paper_is_not_lost_when_a_poorer_source_lists_it(tables: Tables) -> None:
    tables.papers.add(FULL)
    tables.papers.add(Paper(id=FULL.id, title=FULL.title))

    assert tables.papers.get(FULL.id) == FULL


def test_what_a_later_look_knows_of_a_paper_takes_the_place(tables: Tables) -> None:
    newer = replace(
        FULL,
        title="Gardens and graphs",
        authors=("Ada Lovelace",),
        abstract="We grew graphs.",
        votes=0,
        code_url="https://github.com/example/newer",
        code_stars=0,
        categories=("cs.AI",),
        comments=0,
        organisation="Garden",
        community_summary="Graphs grew.",
        community_keywords=("growth",),
        thumbnail_url="https://example.org/newer.png",
        published=date(2025, 9, 24),
    )
    tables.papers.add(FULL)
    tables.papers.add(newer)

    assert tables.papers.get(FULL.id) == newer


def test_summaries_come_back_as_they_went_in_and_a_later_one_takes_the_place(tables: Tables) -> None:
    with_papers(tables)
    english = Summary(paper_id=FULL.id, language="en", provenance=SUMMARY.provenance, tldr="One sentence.")
    for summary in (SUMMARY, SUMMARY, english):
        tables.summaries.put(summary)

    assert tables.summaries.of_papers([FULL.id, BARE.id]) == {FULL.id: [english, SUMMARY]}
    assert tables.summaries.of_papers([FULL.id], "zh-CN") == {FULL.id: [SUMMARY]}


def test_a_summary_is_of_the_version_that_was_recorded_last(tables: Tables) -> None:
    with_papers(tables)
    of_second = replace(SUMMARY, provenance=replace(SUMMARY.provenance, version=2))
    for summary in (of_second, replace(SUMMARY, language="en")):
        tables.summaries.put(summary)
    tables.summaries.note_version(FULL.id, "en", SUMMARY.provenance.source, 3)
    tables.summaries.note_version(BARE.id, "en", SUMMARY.provenance.source, 3)

    assert tables.summaries.of_papers([FULL.id]) == {
        FULL.id: [
            replace(SUMMARY, language="en", provenance=replace(SUMMARY.provenance, version=3)),
            of_second,
        ]
    }


def test_summaries_are_found_in_a_language_and_its_variants(tables: Tables) -> None:
    with_papers(tables)
    kept = [replace(SUMMARY, language=language) for language in ("zh", "zh-CN", "zhx", "en")]
    for summary in kept:
        tables.summaries.put(summary)

    assert tables.summaries.in_variants([FULL.id, BARE.id], "zh") == {FULL.id: kept[:2]}
    assert tables.summaries.in_variants([BARE.id], "zh") == {}


def test_a_listing_has_the_order_that_it_had_last_and_loses_no_paper(tables: Tables) -> None:
    with_papers(tables)
    tables.listings.put(Listing("digest-file", DAY, ListingState.PARTIAL, (BARE.id,)))
    tables.listings.put(
        Listing("digest-file", DAY, ListingState.STALLED, (FULL.id,), NOW, NOW, "no answer", NOW)
    )

    grown = Listing("digest-file", DAY, ListingState.STALLED, (FULL.id, BARE.id), NOW, NOW, "no answer", NOW)
    assert tables.listings.get("digest-file", DAY) == grown
    assert tables.listings.of_day(DAY) == (grown,)


def test_days_without_papers_are_neither_latest_nor_neighbours(tables: Tables) -> None:
    with_papers(tables)
    for day, ids in [(26, (FULL.id,)), (27, ()), (29, (BARE.id,)), (30, ())]:
        tables.listings.put(Listing("digest-file", date(2025, 9, day), ListingState.COMPLETE, ids))

    assert tables.listings.latest_day() == date(2025, 9, 29)
    assert tables.listings.neighbours(date(2025, 9, 28)) == (date(2025, 9, 26), date(2025, 9, 29))
    assert tables.listings.neighbours(date(2025, 9, 29)) == (date(2025, 9, 26), None)


def test_the_days_next_to_several_are_before_the_first_and_after_the_last(tables: Tables) -> None:
    with_papers(tables)
    for day in (21, 22, 28, 29):
        tables.listings.put(Listing("digest-file", date(2025, 9, day), ListingState.COMPLETE, (FULL.id,)))

    assert tables.listings.neighbours(date(2025, 9, 22), date(2025, 9, 28)) == (
        date(2025, 9, 21),
        date(2025, 9, 29),
    )


def test_a_page_of_a_listing_is_in_its_order(tables: Tables) -> None:
    with_papers(tables)
    tables.listings.put(Listing("arxiv:cs.CL", DAY, ListingState.NONE))
    tables.listings.put(Listing("huggingface", DAY, ListingState.PARTIAL, (BARE.id, FULL.id)))
    listings = tables.listings

    assert listings.sizes_of_day(DAY) == (
        ListingSize("arxiv:cs.CL", DAY, ListingState.NONE, 0),
        ListingSize("huggingface", DAY, ListingState.PARTIAL, 2),
    )
    assert listings.sizes_of_day(date(2025, 1, 1)) == ()
    assert [listings.page("huggingface", DAY, offset=at, limit=1) for at in (0, 1, 2)] == [
        (BARE.id,),
        (FULL.id,),
        (),
    ]


BEST_FIRST, LAST = date(2025, 9, 22), date(2025, 9, 28)


def list_a_week(tables: Tables) -> None:
    """List five papers, of which two are on two lists and one is of another week."""
    for paper_id, votes in [("2509.1", 30), ("2509.2", None), ("2509.3", 7), ("2509.4", 7), ("2509.5", 99)]:
        tables.papers.add(Paper(paper_id, "Gardens", votes=votes))
    listed = {BEST_FIRST: ("2509.1", "2509.2"), LAST: ("2509.3", "2509.4"), DAY: ("2509.5",)}
    for day, paper_ids in listed.items():
        tables.listings.put(Listing("huggingface", day, ListingState.COMPLETE, paper_ids))
    tables.listings.put(Listing("arxiv:cs.CL", LAST, ListingState.PARTIAL, ("2509.3", "2509.1")))


def best(tables: Tables, *, by_saves: bool, offset: int = 0, workspace: str = "T1") -> list[tuple[str, int]]:
    ranked = tables.listings.best_between(
        BEST_FIRST, LAST, workspace, by_saves=by_saves, offset=offset, limit=3
    )
    return [(each.paper_id, each.saves) for each in ranked]


def test_the_best_of_some_days_have_the_most_votes_or_were_saved_by_the_most_people(tables: Tables) -> None:
    list_a_week(tables)
    saves = {"2509.2": 4, "2509.3": 3, "2509.4": 2, "2509.1": 2, "2509.5": 9}
    for paper_id, people in saves.items():
        for number in range(people):
            tables.saved_papers.save("T1", f"U{number}", paper_id, NOW)
        tables.saved_papers.save("T2", "U1", paper_id, NOW)

    assert tables.listings.count_between(BEST_FIRST, LAST) == 4
    assert tables.listings.count_between(DAY, DAY) == 1
    assert best(tables, by_saves=False) == [("2509.1", 0), ("2509.3", 3), ("2509.4", 0)]
    assert best(tables, by_saves=False, offset=3) == [("2509.2", 4)]
    assert best(tables, by_saves=True) == [("2509.2", 4), ("2509.3", 3), ("2509.1", 0)]
    assert best(tables, by_saves=True, offset=3) == [("2509.4", 0)]


def test_what_one_or_two_people_saved_changes_no_order(tables: Tables) -> None:
    list_a_week(tables)
    before = best(tables, by_saves=True)
    for person in ("U1", "U2"):
        tables.saved_papers.save("T1", person, "2509.2", NOW)

    assert best(tables, by_saves=True) == before == [("2509.1", 0), ("2509.4", 0), ("2509.3", 0)]


def test_nothing_is_latest_in_an_empty_database(tables: Tables) -> None:
    assert tables.listings.latest_day() is None
    assert tables.listings.neighbours(DAY) == (None, None)


def test_a_channel_has_one_subscription_and_the_last_word_counts(tables: Tables) -> None:
    first = subscribe(tables)
    preferences = Preferences(
        "zh-CN", ("huggingface", "arxiv:cs.CL"), time(18, 30), "Asia/Shanghai", frozenset({0, 4})
    )
    second = tables.subscriptions.put("T1", "C1", preferences, since=DAY, begun_at=NOW)

    assert second.id == first.id
    assert tables.subscriptions.of_channel("T1", "C1") == second
    assert second.preferences == preferences
    assert tables.subscriptions.of_channel("T2", "C1") is None


def opened(tables: Tables) -> Delivery:
    return tables.deliveries.open(subscribe(tables), DeliveryKind.SCHEDULED, DAY, "key-1", NOW)


def test_the_ledger_tells_what_is_open_and_what_is_posted(tables: Tables) -> None:
    with_papers(tables)
    delivery = opened(tables)
    parent = Post(delivery.id, 0, '{"text": "parent"}')
    card = Post(delivery.id, 1, '{"text": "card"}', paper_ids=(FULL.id, BARE.id))
    tables.posts.plan(delivery, [parent, card])
    posted = replace(parent, state=PostState.POSTED, ts="1.000001", attempted_at=NOW)
    refused = replace(card, state=PostState.REFUSED, reason="invalid_blocks")
    tables.posts.record(delivery, posted)
    had_while_planned = tables.posts.papers_of_channel("T1", "C1", [FULL.id, BARE.id, "2509.99999"])
    had_any_while_planned = tables.posts.has_had_papers("T1", "C1")
    tables.posts.record(delivery, refused)

    kind, state, of = DeliveryKind.SCHEDULED, DeliveryState.OPEN, delivery.subscription_id
    assert delivery == Delivery(delivery.id, "key-1", of, "T1", "C1", kind, DAY, state, NOW)
    assert tables.deliveries.of_day(delivery.subscription_id, DeliveryKind.SCHEDULED, DAY) == delivery
    assert tables.deliveries.last_slot(delivery.subscription_id) == DAY
    assert tables.deliveries.unfinished() == (delivery,)
    assert tables.posts.of_delivery(delivery.id) == (posted, refused)
    assert tables.posts.counts(delivery.id) == PostCounts(papers=2, posted_papers=0, planned_posts=0)
    assert had_while_planned == {FULL.id, BARE.id}
    assert had_any_while_planned

    tables.deliveries.close(delivery, DeliveryState.FAILED, "not_in_channel")
    closed = tables.deliveries.get(delivery.id)
    assert closed is not None
    assert (closed.state, closed.reason) == (DeliveryState.FAILED, "not_in_channel")
    assert tables.deliveries.unfinished() == ()
    assert tables.deliveries.unnotified() == (closed,)
    tables.deliveries.mark_notified(delivery.id)
    assert tables.deliveries.unnotified() == ()
    assert tables.posts.papers_of_channel("T1", "C1", [FULL.id, BARE.id]) == frozenset()
    assert not tables.posts.has_had_papers("T1", "C1")


def test_what_a_channel_has_had_is_said_of_the_papers_that_are_asked_about(tables: Tables) -> None:
    with_papers(tables)
    delivery = opened(tables)
    list_of_two = Post(delivery.id, 0, "{}", paper_ids=(FULL.id, BARE.id))
    tables.posts.plan(delivery, [list_of_two])
    posted = replace(list_of_two, state=PostState.POSTED, ts="1.000001", attempted_at=NOW)
    tables.posts.record(delivery, posted)

    assert tables.posts.papers_in_channel("T1", "C1", [BARE.id]) == {BARE.id}
    assert tables.posts.papers_of_channel("T1", "C1", [BARE.id]) == {BARE.id}
    assert tables.posts.papers_of_channel("T1", "C1", []) == frozenset()
    assert tables.posts.papers_of_channel("T1", "C2", [BARE.id]) == frozenset()


def test_a_delivery_has_one_worker_until_its_lease_ends(tables: Tables) -> None:
    delivery = opened(tables)
    lease = timedelta(seconds=120)
    first = tables.deliveries.claim(delivery.id, NOW, lease)
    meanwhile = tables.deliveries.claim(delivery.id, NOW + timedelta(seconds=119), lease)
    second = tables.deliveries.claim(delivery.id, NOW + lease, lease)

    assert first is not None
    assert second is not None
    assert meanwhile is None
    assert (first.epoch, second.epoch) == (1, 2)
    assert second.leased_until == NOW + 2 * lease


def test_papers_are_counted_by_the_state_of_their_posts(tables: Tables) -> None:
    with_papers(tables)
    delivery = opened(tables)
    parent = Post(delivery.id, 0, "{}", state=PostState.POSTED, attempted_at=NOW, ts="1.0")
    card = replace(parent, position=1, paper_ids=(FULL.id,), ts="2.0")
    rest = Post(delivery.id, 2, "{}", paper_ids=(FULL.id, BARE.id))
    before = tables.posts.counts(delivery.id)
    tables.posts.plan(delivery, [parent, card, rest])

    assert before == PostCounts(papers=0, posted_papers=0, planned_posts=0)
    assert tables.posts.counts(delivery.id) == PostCounts(papers=3, posted_papers=1, planned_posts=1)


def test_what_a_worker_changes_of_a_delivery_is_recorded(tables: Tables) -> None:
    delivery = opened(tables)
    claimed = tables.deliveries.claim(delivery.id, NOW, timedelta(seconds=120))
    assert claimed is not None
    changed = replace(
        claimed,
        state=DeliveryState.LAST_LOOK,
        reason="source_late",
        leased_until=None,
        needs_look=True,
        next_look_at=NOW,
    )
    tables.deliveries.record(changed)

    assert tables.deliveries.get(delivery.id) == changed


def test_whoever_lost_its_lease_cannot_write(tables: Tables) -> None:
    delivery = opened(tables)
    post = Post(delivery.id, 0, "{}")
    tables.posts.plan(delivery, [post])
    first = tables.deliveries.claim(delivery.id, NOW, timedelta())
    tables.deliveries.claim(delivery.id, NOW, timedelta())

    assert first is not None
    with pytest.raises(LeaseLostError):
        tables.posts.record(first, replace(post, reason="too late"))
    with pytest.raises(LeaseLostError):
        tables.deliveries.record(first)
    with pytest.raises(LeaseLostError):
        tables.deliveries.close(first, DeliveryState.DONE)
    assert tables.posts.of_delivery(delivery.id) == (post,)


def test_a_subscription_that_ended_begins_anew_and_one_that_is_changed_goes_on(tables: Tables) -> None:
    first = subscribe(tables, since=DAY, begun_at=NOW)
    changed = subscribe(tables, since=date(2025, 10, 1), begun_at=NOW + timedelta(days=2))
    tables.subscriptions.pause(first.id, "not_in_channel", until=date(2025, 10, 3))
    paused = tables.subscriptions.of_channel("T1", "C1")
    tables.subscriptions.end(first.id, NOW)
    ended = tables.subscriptions.of_channel("T1", "C1")
    anew = subscribe(tables, since=date(2025, 10, 5), begun_at=NOW)

    assert changed == first
    assert paused == replace(first, paused_reason="not_in_channel", paused_until=date(2025, 10, 3))
    assert ended is None
    assert (anew.id, anew.since, anew.paused_reason) == (first.id, date(2025, 10, 5), None)


@pytest.mark.parametrize(("ends_pause", "reason"), [(True, None), (False, "asked")])
def test_changed_preferences_end_a_pause_unless_told_otherwise(
    tables: Tables, *, ends_pause: bool, reason: str | None
) -> None:
    first = subscribe(tables)
    tables.subscriptions.pause(first.id, "asked")
    changed = tables.subscriptions.put(
        "T1", "C1", first.preferences, since=DAY, begun_at=NOW, ends_pause=ends_pause
    )

    assert changed == replace(first, paused_reason=reason)


def test_only_complete_lists_from_a_day_on_are_for_a_digest(tables: Tables) -> None:
    with_papers(tables)
    listed = [
        (26, "complete", (FULL.id,)),
        (27, "none", ()),
        (29, "complete", (BARE.id,)),
        (30, "partial", (FULL.id,)),
    ]
    for day, state, ids in listed:
        tables.listings.put(Listing("huggingface", date(2025, 9, day), ListingState(state), ids))

    found = tables.listings.complete_since(["huggingface"], date(2025, 9, 27))
    assert found == (Listing("huggingface", date(2025, 9, 29), ListingState.COMPLETE, (BARE.id,)),)
    assert tables.listings.complete_since(["digest-file"], date(2025, 9, 1)) == ()
    assert tables.listings.latest_complete_day(["huggingface"]) == date(2025, 9, 29)
    assert tables.listings.latest_complete_day(["digest-file"]) is None


def test_the_last_day_of_each_source_can_be_told(tables: Tables) -> None:
    with_papers(tables)
    stalled = Listing("huggingface", DAY, ListingState.STALLED, (), NOW, NOW, "no answer", NOW)
    complete = Listing("digest-file", date(2025, 9, 28), ListingState.COMPLETE, (BARE.id,))
    for listing in (Listing("huggingface", date(2025, 9, 26), ListingState.NONE), stalled, complete):
        tables.listings.put(listing)

    assert tables.listings.latest() == (complete, stalled)


def test_a_heartbeat_is_the_last_one(tables: Tables) -> None:
    before = tables.heartbeats.last("tick")
    for moment in (NOW, NOW + timedelta(seconds=30)):
        tables.heartbeats.beat("tick", moment)

    assert before is None
    assert tables.heartbeats.last("tick") == NOW + timedelta(seconds=30)


def test_a_saved_list_is_newest_first_and_one_person_s_own(tables: Tables) -> None:
    with_papers(tables)
    later = NOW.replace(hour=10)
    added = [
        tables.saved_papers.save("T1", "U1", FULL.id, NOW),
        tables.saved_papers.save("T1", "U1", BARE.id, later),
        tables.saved_papers.save("T1", "U1", BARE.id, later),
        tables.saved_papers.save("T1", "U2", BARE.id, NOW),
    ]

    assert [outcome.is_new for outcome in added] == [True, True, False, True]
    assert tables.saved_papers.page("T1", "U1", offset=0, limit=10) == (
        SavedPaper("T1", "U1", BARE, later),
        SavedPaper("T1", "U1", FULL, NOW),
    )
    assert tables.saved_papers.page("T1", "U1", offset=1, limit=10) == (SavedPaper("T1", "U1", FULL, NOW),)
    assert tables.saved_papers.count("T1", "U1") == 2
    assert tables.saved_papers.count("T2", "U1") == 0
    assert tables.saved_papers.saved_among("T1", "U2", [FULL.id, BARE.id]) == {BARE.id}


def test_removing_tells_whether_the_paper_was_on_that_list(tables: Tables) -> None:
    with_papers(tables)
    tables.saved_papers.save("T1", "U1", FULL.id, NOW)

    assert tables.saved_papers.remove("T1", "U2", FULL.id, NOW) is None
    assert tables.saved_papers.remove("T1", "U1", FULL.id, NOW) == SavedPaper("T1", "U1", FULL, NOW)
    assert tables.saved_papers.page("T1", "U1", offset=0, limit=10) == ()
