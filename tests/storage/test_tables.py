from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.errors import LeaseLostError
from storage.records import (
    Delivery,
    DeliveryKind,
    DeliveryState,
    Listing,
    ListingState,
    Paper,
    Post,
    PostState,
    Provenance,
    SavedPaper,
    Subscription,
    Summary,
)
from storage.storage import Storage

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
)


def with_papers(storage: Storage) -> None:
    storage.papers.add(FULL)
    storage.papers.add(BARE)


def test_papers_come_back_as_they_went_in(storage: Storage) -> None:
    added = [storage.papers.add(paper) for paper in (FULL, BARE, FULL)]

    assert added == [True, True, False]
    assert storage.papers.get(FULL.id) == FULL
    assert storage.papers.get("2509.99999") is None
    assert storage.papers.of_ids([BARE.id, "2509.99999", FULL.id]) == (BARE, FULL)


def test_what_is_known_of_a_paper_is_not_lost_when_a_poorer_source_lists_it(storage: Storage) -> None:
    storage.papers.add(FULL)
    storage.papers.add(Paper(id=FULL.id, title=FULL.title))

    assert storage.papers.get(FULL.id) == FULL


def test_what_a_later_look_knows_of_a_paper_takes_the_place(storage: Storage) -> None:
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
    storage.papers.add(FULL)
    storage.papers.add(newer)

    assert storage.papers.get(FULL.id) == newer


def test_summaries_come_back_as_they_went_in_and_a_later_one_takes_the_place(storage: Storage) -> None:
    with_papers(storage)
    english = Summary(paper_id=FULL.id, language="en", provenance=SUMMARY.provenance, tldr="One sentence.")
    for summary in (SUMMARY, SUMMARY, english):
        storage.summaries.put(summary)

    assert storage.summaries.of_papers([FULL.id, BARE.id]) == {FULL.id: [english, SUMMARY]}
    assert storage.summaries.of_papers([FULL.id], "zh-CN") == {FULL.id: [SUMMARY]}


def test_a_listing_has_the_order_that_it_had_last_and_loses_no_paper(storage: Storage) -> None:
    with_papers(storage)
    storage.listings.put(Listing("digest-file", DAY, ListingState.PARTIAL, (BARE.id,)))
    storage.listings.put(
        Listing("digest-file", DAY, ListingState.STALLED, (FULL.id,), NOW, NOW, "no answer", NOW)
    )

    grown = Listing("digest-file", DAY, ListingState.STALLED, (FULL.id, BARE.id), NOW, NOW, "no answer", NOW)
    assert storage.listings.get("digest-file", DAY) == grown
    assert storage.listings.of_day(DAY) == (grown,)


def test_days_without_papers_are_neither_latest_nor_neighbours(storage: Storage) -> None:
    with_papers(storage)
    for day, ids in [(26, (FULL.id,)), (27, ()), (29, (BARE.id,)), (30, ())]:
        storage.listings.put(Listing("digest-file", date(2025, 9, day), ListingState.COMPLETE, ids))

    assert storage.listings.latest_day() == date(2025, 9, 29)
    assert storage.listings.neighbours(date(2025, 9, 28)) == (date(2025, 9, 26), date(2025, 9, 29))
    assert storage.listings.neighbours(date(2025, 9, 29)) == (date(2025, 9, 26), None)


def test_nothing_is_latest_in_an_empty_database(storage: Storage) -> None:
    assert storage.listings.latest_day() is None
    assert storage.listings.neighbours(DAY) == (None, None)


def test_a_channel_has_one_subscription_and_the_last_word_counts(storage: Storage) -> None:
    first = storage.subscriptions.put(Subscription("T1", "C1", "en", ("digest-file",)))
    wanted = Subscription(
        "T1", "C1", "zh-CN", ("huggingface", "arxiv:cs.CL"), time(18, 30), "Asia/Shanghai", frozenset({0, 4})
    )
    second = storage.subscriptions.put(wanted)

    assert second.id == first.id
    assert storage.subscriptions.of_channel("T1", "C1") == second
    assert (second.sources, second.at, second.weekdays) == (wanted.sources, wanted.at, wanted.weekdays)
    assert storage.subscriptions.of_channel("T2", "C1") is None


def opened(storage: Storage) -> Delivery:
    subscription = storage.subscriptions.put(Subscription("T1", "C1", "en", ("digest-file",)))
    return storage.deliveries.open(subscription, DeliveryKind.SCHEDULED, DAY, "key-1", NOW)


def test_the_ledger_tells_what_is_open_and_what_is_posted(storage: Storage) -> None:
    with_papers(storage)
    delivery = opened(storage)
    parent = Post(delivery.id, 0, '{"text": "parent"}')
    card = Post(delivery.id, 1, '{"text": "card"}', paper_ids=(FULL.id, BARE.id))
    storage.posts.plan([parent, card])
    posted = replace(parent, state=PostState.POSTED, ts="1.000001", attempted_at=NOW)
    refused = replace(card, state=PostState.REFUSED, reason="invalid_blocks")
    storage.posts.record(delivery, posted)
    had_while_planned = storage.posts.papers_of_channel("T1", "C1")
    storage.posts.record(delivery, refused)

    kind, state, of = DeliveryKind.SCHEDULED, DeliveryState.OPEN, delivery.subscription_id
    assert delivery == Delivery(delivery.id, "key-1", of, "T1", "C1", kind, DAY, state, NOW)
    assert storage.deliveries.of_day(delivery.subscription_id, DeliveryKind.SCHEDULED, DAY) == delivery
    assert storage.deliveries.last_slot(delivery.subscription_id) == DAY
    assert storage.deliveries.at_work() == (delivery,)
    assert storage.posts.of_delivery(delivery.id) == (posted, refused)
    assert had_while_planned == {FULL.id, BARE.id}

    storage.deliveries.close(delivery, DeliveryState.FAILED, "not_in_channel")
    closed = storage.deliveries.get(delivery.id)
    assert closed is not None
    assert (closed.state, closed.reason) == (DeliveryState.FAILED, "not_in_channel")
    assert storage.deliveries.at_work() == ()
    assert storage.deliveries.untold() == (closed,)
    storage.deliveries.mark_told(delivery.id)
    assert storage.deliveries.untold() == ()
    assert storage.posts.papers_of_channel("T1", "C1") == frozenset()


def test_a_delivery_has_one_worker_until_its_lease_ends(storage: Storage) -> None:
    delivery = opened(storage)
    lease = timedelta(seconds=120)
    first = storage.deliveries.claim(delivery.id, NOW, lease)
    meanwhile = storage.deliveries.claim(delivery.id, NOW + timedelta(seconds=119), lease)
    second = storage.deliveries.claim(delivery.id, NOW + lease, lease)

    assert first is not None
    assert second is not None
    assert meanwhile is None
    assert (first.epoch, second.epoch) == (1, 2)
    assert second.leased_until == NOW + 2 * lease


def test_whoever_lost_its_lease_cannot_write(storage: Storage) -> None:
    delivery = opened(storage)
    post = Post(delivery.id, 0, "{}")
    storage.posts.plan([post])
    first = storage.deliveries.claim(delivery.id, NOW, timedelta())
    storage.deliveries.claim(delivery.id, NOW, timedelta())

    assert first is not None
    with pytest.raises(LeaseLostError):
        storage.posts.record(first, replace(post, reason="too late"))
    with pytest.raises(LeaseLostError):
        storage.deliveries.renew(first, NOW)
    with pytest.raises(LeaseLostError):
        storage.deliveries.close(first, DeliveryState.DONE)
    assert storage.posts.of_delivery(delivery.id) == (post,)


def test_a_subscription_that_ended_begins_anew_and_one_that_is_changed_goes_on(storage: Storage) -> None:
    wanted = Subscription("T1", "C1", "en", ("digest-file",), since=DAY, begun_at=NOW)
    first = storage.subscriptions.put(wanted)
    later = replace(wanted, since=date(2025, 10, 1), begun_at=NOW + timedelta(days=2))
    changed = storage.subscriptions.put(later)
    storage.subscriptions.pause(first.id or 0, "not_in_channel", until=date(2025, 10, 3))
    paused = storage.subscriptions.of_channel("T1", "C1")
    storage.subscriptions.end(first.id or 0, NOW)
    ended = storage.subscriptions.of_channel("T1", "C1")
    anew = storage.subscriptions.put(replace(wanted, since=date(2025, 10, 5)))

    assert changed == first
    assert paused == replace(first, paused_reason="not_in_channel", paused_until=date(2025, 10, 3))
    assert ended is None
    assert (anew.id, anew.since, anew.paused_reason) == (first.id, date(2025, 10, 5), None)


def test_only_complete_lists_from_a_day_on_are_for_a_digest(storage: Storage) -> None:
    with_papers(storage)
    listed = [
        (26, "complete", (FULL.id,)),
        (27, "none", ()),
        (29, "complete", (BARE.id,)),
        (30, "partial", (FULL.id,)),
    ]
    for day, state, ids in listed:
        storage.listings.put(Listing("huggingface", date(2025, 9, day), ListingState(state), ids))

    found = storage.listings.complete_since(["huggingface"], date(2025, 9, 27))
    assert found == (Listing("huggingface", date(2025, 9, 29), ListingState.COMPLETE, (BARE.id,)),)
    assert storage.listings.complete_since(["digest-file"], date(2025, 9, 1)) == ()
    assert storage.listings.latest_complete_day(["huggingface"]) == date(2025, 9, 29)
    assert storage.listings.latest_complete_day(["digest-file"]) is None


def test_the_last_day_of_each_source_can_be_told(storage: Storage) -> None:
    with_papers(storage)
    stalled = Listing("huggingface", DAY, ListingState.STALLED, (), NOW, NOW, "no answer", NOW)
    complete = Listing("digest-file", date(2025, 9, 28), ListingState.COMPLETE, (BARE.id,))
    for listing in (Listing("huggingface", date(2025, 9, 26), ListingState.NONE), stalled, complete):
        storage.listings.put(listing)

    assert storage.listings.latest() == (complete, stalled)


def test_a_heartbeat_is_the_last_one(storage: Storage) -> None:
    before = storage.heartbeats.last("tick")
    for moment in (NOW, NOW + timedelta(seconds=30)):
        storage.heartbeats.beat("tick", moment)

    assert before is None
    assert storage.heartbeats.last("tick") == NOW + timedelta(seconds=30)


def test_a_saved_list_is_newest_first_and_one_person_s_own(storage: Storage) -> None:
    with_papers(storage)
    later = NOW.replace(hour=10)
    added = [
        storage.saved_papers.save("T1", "U1", FULL.id, NOW),
        storage.saved_papers.save("T1", "U1", BARE.id, later),
        storage.saved_papers.save("T1", "U1", BARE.id, later),
        storage.saved_papers.save("T1", "U2", BARE.id, NOW),
    ]

    assert added == [True, True, False, True]
    assert storage.saved_papers.page("T1", "U1", offset=0, limit=10) == (
        SavedPaper("T1", "U1", BARE, later),
        SavedPaper("T1", "U1", FULL, NOW),
    )
    assert storage.saved_papers.page("T1", "U1", offset=1, limit=10) == (SavedPaper("T1", "U1", FULL, NOW),)
    assert storage.saved_papers.count("T1", "U1") == 2
    assert storage.saved_papers.count("T2", "U1") == 0
    assert storage.saved_papers.saved_among("T1", "U2", [FULL.id, BARE.id]) == {BARE.id}


def test_removing_tells_whether_the_paper_was_on_that_list(storage: Storage) -> None:
    with_papers(storage)
    storage.saved_papers.save("T1", "U1", FULL.id, NOW)

    assert not storage.saved_papers.remove("T1", "U2", FULL.id)
    assert storage.saved_papers.remove("T1", "U1", FULL.id)
    assert storage.saved_papers.page("T1", "U1", offset=0, limit=10) == ()
