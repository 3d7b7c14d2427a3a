"""A tour through every public method of every table, with odd texts in what it stores.

It runs every statement of `storage/`, which `test_statements.py` checks, and leaves rows in every table.
A new method of a table is called here too.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from bot.text.full_text import Column, Match, Phrase, Term
from bot.text.index_tokens import exact as exact_token
from storage.records import (
    FROM_DIGEST_FILE,
    FROM_MODEL,
    ArxivRecord,
    CardUpdate,
    Delivery,
    DeliveryKind,
    DeliveryState,
    Discussion,
    DiscussionState,
    Doubt,
    DoubtKind,
    EncryptedTokens,
    Evidence,
    Figure,
    Filters,
    FollowKind,
    Grounding,
    Installation,
    Listing,
    ListingState,
    MistakeReport,
    ModelRequest,
    Order,
    Paper,
    PaperSentence,
    PersonSettings,
    Post,
    PostState,
    Preferences,
    Provenance,
    Reading,
    ReadingStatus,
    Recap,
    SavedFilter,
    SavedIn,
    ShownCard,
    Subscription,
    Summary,
    SummaryFailure,
    TextRead,
    Topic,
    TopicOwner,
)
from storage.search import HitOrder, Scope
from storage.tables import Tables

DAY = date(2025, 9, 29)
NOW = datetime(2025, 9, 29, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
WORKSPACE, CHANNEL, PERSON, SOURCE = "T1", "C1", "U1", "huggingface"

ODD_TEXTS = (
    "100% of %s, %(name)s and %%",
    "Is this a question? Or :name, ::text, $1 and @name?",
    "It's “quoted” with ' and '' and \" and \\ and \\' and -- and /* and ;",
    "🪴 花园 \U0001f468\u200d\U0001f469\u200d\U0001f467 e\u0301 \u202e \ufeff \u2028",
    "line\nbreaks\r\nand\ttabs, \x01 and \x7f",
    "{a,b}",
    "NULL",
    " ",
)
PAPERS = tuple(
    Paper(
        id=f"2509.{number:05}",
        title=text,
        authors=("Ada Lovelace", text),
        abstract=text,
        categories=("cs.LG",),
        community_keywords=(text,),
        published=DAY,
        votes=2**63 - 1 - number,
    )
    for number, text in enumerate(ODD_TEXTS)
)
IDS = tuple(paper.id for paper in PAPERS)
BARE = Paper(id="hep-th/9901001", title="Rivers")


def tour(tables: Tables) -> list[Any]:
    """Call every method, and return all that they answered."""
    return [
        *_papers(tables),
        *_listings(tables),
        *_search(tables),
        *_arxiv_records(tables),
        *_summaries(tables),
        *_subscriptions(tables),
        *_deliveries(tables),
        *_people(tables),
        *_installations(tables),
    ]


def _papers(tables: Tables) -> Iterator[Any]:
    yield [tables.papers.add(paper) for paper in (*PAPERS, BARE, PAPERS[0])]
    tables.papers.fill(replace(BARE, authors=("Emmy Noether",), withdrawal="withdrawn"))
    yield tables.papers.get(BARE.id)
    yield tables.papers.of_ids([*reversed(IDS), "9999.99999"])
    yield tables.papers.votes_of(IDS)


def _listings(tables: Tables) -> Iterator[Any]:
    before, after = DAY - timedelta(days=1), DAY + timedelta(days=1)
    listed = [
        Listing(SOURCE, before, ListingState.COMPLETE, IDS[:2]),
        Listing(SOURCE, DAY, ListingState.PARTIAL, IDS, NOW, LATER, ODD_TEXTS[0], NOW),
        Listing(SOURCE, DAY, ListingState.COMPLETE, tuple(reversed(IDS))),
        Listing(SOURCE, after, ListingState.NONE),
        Listing("arxiv:cs.CL", after, ListingState.COMPLETE, (BARE.id,)),
    ]
    for listing in listed:
        tables.listings.put(listing)
    listings = tables.listings
    yield listings.get(SOURCE, DAY), listings.of_day(after), listings.since(SOURCE, DAY), listings.latest()
    yield listings.complete_since([SOURCE, "arxiv:cs.CL"], DAY), listings.latest_complete_day([SOURCE])
    yield listings.sources(), listings.first_day(), listings.latest_day(), listings.neighbours(DAY)
    yield listings.sizes_of_day(after), listings.page(SOURCE, DAY, offset=1, limit=3)
    yield listings.count_between(DAY, after), listings.neighbours(DAY, after)
    for by_saves in (False, True):
        yield listings.best_between(DAY, after, WORKSPACE, by_saves=by_saves, offset=1, limit=4)
    yield listings.days_with_papers(before), listings.days_with_papers(before, SOURCE)


def _search(tables: Tables) -> Iterator[Any]:
    index, search = tables.search_index, tables.search
    index.will_change([BARE.id])
    tables.papers.add(replace(BARE, title="Rivers and their rivers, well-known"))
    index.list_papers([BARE.id], DAY)
    index.update()
    tables.papers.add(replace(BARE, title="Rivers"))
    index.update()
    yield index.outdated(), index.begin_anew(), index.outdated(), index.index_outdated(3), index.outdated()
    while index.index_outdated(2):
        pass
    river = Term((Phrase(("river",)),))
    ada = Term((Phrase(("lovelac",)), Phrase(("lov",), is_prefix=True)), column=Column.AUTHORS)
    exact = Term((Phrase(("garden",)), Phrase(("花园",))), besides=(exact_token("100"),))
    own = Scope(DAY, DAY, (WORKSPACE, PERSON))
    yield search.count(river), search.count(ada), search.count(exact)
    for order in HitOrder:
        match = Match((ada,), (ada, river), (river,))
        # How well they match is each engine's own.
        yield [replace(hit, score=0) for hit in search.best(match, Scope(), order, 5)]
        yield search.best(match, own, order, 5), search.best(Match(some=(river, exact)), own, order, 5)
    yield search.newest(Match((ada,)), Scope(), 5), search.newest(Match((ada,)), own, 5)
    yield search.having(ada, IDS, Scope(DAY)), search.having(ada, IDS), search.having(river, [*IDS, BARE.id])
    yield search.words(["rivers", "ada", "known", "nobody"]), search.words_of_form("l", 7, 9)
    with search.within(60):
        yield search.count(river)


def _arxiv_records(tables: Tables) -> Iterator[Any]:
    yield tables.arxiv_records.due(NOW, 3, DAY), tables.arxiv_records.due(NOW, 9, DAY, among=[BARE.id])
    for tries in (1, 2):
        tables.arxiv_records.put(ArxivRecord(BARE.id, NOW, 2, NOW, tries, LATER))
    yield tables.arxiv_records.get(BARE.id), tables.arxiv_records.due(LATER, 3, DAY)
    watched, versions = tables.watched_papers, tables.paper_versions
    watched.add(BARE.id, NOW)
    watched.asked(BARE.id, NOW, LATER)
    tables.arxiv_records.keep_texts(BARE.id, BARE.title, ODD_TEXTS[0])
    tables.arxiv_records.keep_texts(IDS[0], ODD_TEXTS[1], "")
    for number, paper in enumerate(PAPERS):
        watched.add(paper.id, NOW - timedelta(days=number * 100))
        versions.begin(paper.id, 2, NOW if number else None, LATER)
        versions.begin(paper.id, 3, NOW, LATER)
        tables.papers.renew(replace(paper, abstract=paper.title))
        tables.arxiv_records.store(paper.id, 3)
    tables.saved_papers.save(WORKSPACE, PERSON, IDS[0], NOW)
    yield watched.among(IDS), watched.due(LATER, 3), watched.drop_unwanted(LATER, 9), watched.due(LATER, 30)
    yield versions.of_papers(IDS), versions.of_saved(WORKSPACE, PERSON, NOW, 3)
    tables.saved_papers.remove(WORKSPACE, PERSON, IDS[0], NOW)
    outdated = tables.outdated_summaries
    outdated.add(BARE.id, ["en", "zh-CN"], 2, NOW)
    outdated.add(BARE.id, ["en"], 3, LATER)
    yield outdated.due(NOW, 3), outdated.among([BARE.id])
    yield outdated.remove(BARE.id, "en", 2), outdated.remove(BARE.id, "en", 3), outdated.delete(NOW, LATER, 9)
    yield outdated.delete(LATER, LATER, 9)
    outdated.add(BARE.id, ["en"], 3, LATER)


def _summaries(tables: Tables) -> Iterator[Any]:
    figure = Figure("12%", "tldr", Grounding.NOT_FOUND, ODD_TEXTS[1])
    by_model = Provenance(FROM_MODEL, DAY, "example-1", "3", TextRead.PART, version=2)
    for paper, text in zip(PAPERS, ODD_TEXTS, strict=True):
        imported = Summary(
            *(paper.id, "zh-CN", Provenance(FROM_DIGEST_FILE, DAY)),
            tldr=text,
            problem=text,
            method=text,
            results=text,
            body=text,
            keywords=(text,),
            english_keywords=(text, "gardens"),
        )
        tables.summaries.put(imported)
        rests = Evidence(
            "tldr", text, (PaperSentence(text, text),), doubts=(Doubt(DoubtKind.NO_SENTENCE, text),)
        )
        made = replace(imported, language="en", provenance=by_model, figures=(figure,), evidence=(rests,))
        tables.summaries.put(made, "abc")
    summaries = tables.summaries
    summaries.note_version(IDS[0], "en", FROM_MODEL, 3)
    yield summaries.in_variants(IDS, "zh"), summaries.in_variants(IDS, "z")
    yield summaries.of_papers(IDS), summaries.of_papers(IDS, "en"), summaries.texts_read(DAY)
    yield summaries.counts(100)
    yield summaries.made(IDS), summaries.made(IDS, FROM_MODEL), summaries.input_hash(IDS[0], "en", FROM_MODEL)

    for language in ("de", "fr"):
        tables.summary_failures.put(SummaryFailure(BARE.id, language, 1, ODD_TEXTS[2], NOW, LATER))
    tables.summary_failures.forget(BARE.id, "fr")
    yield tables.summary_failures.get(BARE.id, "de"), tables.summary_failures.waiting(NOW)
    yield tables.summary_failures.since(NOW)
    tables.summary_failures.put(SummaryFailure(BARE.id, "it", 1, "late", NOW - timedelta(days=9), NOW))
    yield tables.summary_failures.delete(NOW, 5)
    tables.summary_failures.put(SummaryFailure(IDS[0], "it", 1, "late", NOW, NOW))
    tables.summary_failures.forget_paper(IDS[0])
    yield tables.summary_failures.since(NOW)

    request = tables.model_requests.add(ModelRequest(BARE.id, "en", "example-1", NOW, 1000, 0))
    tables.model_requests.settle(request, "example-2", 900, 80)
    tables.model_requests.add(ModelRequest(BARE.id, "en", "example-1", NOW - timedelta(days=9), 1, 1))
    yield tables.model_requests.tokens_of_day(DAY), tables.model_requests.first_at()
    yield tables.model_requests.delete(NOW, 5), tables.model_requests.first_at()


def _subscriptions(tables: Tables) -> Iterator[Any]:
    filters = Filters(words=(ODD_TEXTS[0],), categories=("cs.*",), least_votes=3, never_words=(ODD_TEXTS[3],))
    wanted = Preferences(
        "zh-CN",
        (SOURCE, "arxiv:cs.CL"),
        time(18, 30),
        "Asia/Shanghai",
        frozenset({0, 4}),
        most_cards=5,
        order=Order.VOTES,
        filters=filters,
        says_when_nothing=True,
        about=ODD_TEXTS[0],
        has_thumbnails=True,
        reading=Reading.COUNTED,
        recap=Recap(4, time(16, 30)),
    )
    subscriptions = tables.subscriptions
    begun = subscriptions.put(WORKSPACE, CHANNEL, wanted, since=DAY, begun_at=NOW, created_by=PERSON)
    subscriptions.pause(begun.id, "asked", DAY)
    yield subscriptions.put(
        *(WORKSPACE, CHANNEL, wanted),
        since=DAY,
        begun_at=NOW,
        since_by_source=(("arxiv:cs.CL", DAY),),
        ends_pause=False,
    )
    subscriptions.resume(begun.id)
    other = subscriptions.put("T2", "C2", wanted, since=DAY, begun_at=NOW)
    subscriptions.pause_workspace("T2", "closed")
    # Which numbers are left out between two ids is each engine's own.
    found = [subscriptions.get(other.id), *subscriptions.all(), *subscriptions.all("T2")]
    yield [replace(each, id=0) for each in found if each]
    subscriptions.end(other.id, NOW)
    subscriptions.begin_anew(begun.id, NOW, [(SOURCE, DAY)])
    subscriptions.begin_earlier(begun.id, DAY - timedelta(days=7))
    yield subscriptions.of_channel(WORKSPACE, CHANNEL), subscriptions.of_channel("T2", "C2")
    personal = replace(wanted, filters=Filters(only_followed=True))
    subscriptions.put("T4", "D4", personal, since=DAY, begun_at=NOW, created_by=ODD_TEXTS[0])
    yield [replace(found, id=0) for found in [subscriptions.personal("T4", ODD_TEXTS[0])] if found]
    yield tables.people.forget("T4", ODD_TEXTS[0]), subscriptions.all("T4")


def _deliveries(tables: Tables) -> Iterator[Any]:
    subscription = tables.subscriptions.of_channel(WORKSPACE, CHANNEL)
    assert subscription
    deliveries = tables.deliveries
    opened = _opened(tables, subscription, "key-1", DeliveryKind.SCHEDULED)
    deliveries.wait_for(opened, [SOURCE])
    deliveries.stop_waiting(opened, "source_late")
    claimed = deliveries.claim(opened.id, NOW, timedelta(minutes=2))
    assert claimed
    yield claimed, deliveries.claim(opened.id, NOW, timedelta(minutes=2)), deliveries.unfinished()
    yield from _posts(tables, claimed)

    deliveries.record(replace(claimed, needs_look=True, next_look_at=LATER))
    deliveries.ask_to_stop(subscription.id)
    yield deliveries.is_stop_asked(opened.id), tables.posts.papers_of_channel(WORKSPACE, CHANNEL, IDS)
    deliveries.close(claimed, DeliveryState.FAILED, "not_in_channel")
    yield deliveries.unnotified(), deliveries.last_slot(subscription.id)
    deliveries.mark_notified(opened.id)
    deliveries.reopen(opened.id)
    asked = _opened(tables, subscription, "key-2", DeliveryKind.ASKED)
    yield deliveries.latest_of_kind(opened.subscription_id, opened.kind)
    yield deliveries.is_superseded(opened), deliveries.is_superseded(asked), deliveries.get(opened.id)
    yield deliveries.latest_of_channel(WORKSPACE, CHANNEL), deliveries.latest_digest(WORKSPACE, CHANNEL)
    recap = _opened(tables, subscription, "key-4", DeliveryKind.RECAP)
    deliveries.close(recap, DeliveryState.DONE, "nothing_new")
    yield deliveries.last_slot(subscription.id, DeliveryKind.RECAP)
    yield deliveries.latest_of_channel(WORKSPACE, CHANNEL), deliveries.latest_digest(WORKSPACE, CHANNEL)
    yield deliveries.of_day(subscription.id, DeliveryKind.SCHEDULED, DAY)
    deliveries.release(opened)
    deliveries.release_all()
    yield tables.posts.delete_payloads(LATER, 2), deliveries.first_with_payload_opened_at()
    yield deliveries.first_opened_at(), deliveries.last_opened_at(), deliveries.of_key("key-2")
    yield deliveries.adopt(subscription, DeliveryKind.ASKED, DAY, "key-3", NOW)
    deliveries.doubt()
    yield tables.posts.doubt("restored"), deliveries.unfinished()
    yield tables.reconciliations.begin(None), tables.reconciliations.begin(NOW)
    yield tables.reconciliations.left(WORKSPACE)
    tables.reconciliations.end(-1)


def _opened(tables: Tables, subscription: Subscription, key: str, kind: DeliveryKind) -> Delivery:
    return tables.deliveries.open(subscription, kind, DAY, key, NOW, waits_for=[SOURCE], is_late=True)


def _posts(tables: Tables, delivery: Delivery) -> Iterator[Any]:
    payload = json.dumps({"text": ODD_TEXTS}, ensure_ascii=False)
    parent = Post(delivery.id, 0, payload, state=PostState.UNCERTAIN, attempted_at=NOW)
    cards = [
        Post(delivery.id, number, payload, paper_ids=(paper_id,), card=ShownCard("en", None))
        for number, paper_id in enumerate(IDS, 1)
    ]
    posts = tables.posts
    posts.plan(delivery, [parent, *cards])
    posts.retry_uncertain_parent(delivery.id)
    yield posts.of_delivery(delivery.id)
    for post in (parent, *cards[:2]):
        posts.record(
            delivery, replace(post, state=PostState.POSTED, ts=f"{post.position}.0", attempted_at=NOW)
        )
    posts.restore_parent(delivery.id)
    yield posts.posted_papers(delivery.id, 1), posts.posted_papers(delivery.id, 9)
    posts.replace_payload(delivery, 1, '{"text": "anew"}')
    yield posts.of_delivery(delivery.id), posts.counts(delivery.id), posts.last_attempt(WORKSPACE, CHANNEL)
    yield posts.papers_of_channel(WORKSPACE, CHANNEL, IDS), posts.papers_in_channel(WORKSPACE, CHANNEL, IDS)
    yield sorted(posts.papers_since(delivery.subscription_id, NOW, LATER))
    yield sorted(posts.papers_since(delivery.subscription_id, LATER, LATER))
    posts.record_card(delivery.id, 1, ShownCard("zh-CN", "abc"))
    yield (
        posts.get(delivery.id, 1),
        posts.has_had_papers(WORKSPACE, CHANNEL),
        posts.has_had_papers("T9", "C9"),
    )

    updates = tables.card_updates
    yield updates.enqueue(IDS[0], None, NOW, NOW), updates.enqueue(IDS[1], "zh-CN", NOW, NOW)
    first, second = updates.due(NOW)
    updates.postpone(replace(first, next_try_at=LATER, tries=1))
    updates.remove(second)
    yield first, second, updates.due(NOW), updates.due(LATER), updates.due(LATER, None, ["closed", "asked"])
    yield updates.enqueue(IDS[2], None, NOW, NOW), updates.delete(LATER, 1)
    yield [updates.enqueue_in_channel(WORKSPACE, each, IDS[0], NOW, NOW) for each in (CHANNEL, "C9")]


def _noted_papers(tables: Tables) -> Iterator[Any]:
    saved, me = tables.saved_papers, (WORKSPACE, PERSON)
    place = SavedIn(CHANNEL, "1.2", "1.1")
    chosen = SavedFilter(ReadingStatus.READ, ("gardens", "花园"))
    yield saved.restore(*me, IDS[0]), saved.restore(*me, IDS[0])
    yield saved.save(*me, BARE.id, NOW, tags=ODD_TEXTS, note=ODD_TEXTS[0], saved_in=place)
    yield saved.save(*me, BARE.id, NOW, tags=["gardens", "花园"], note=ODD_TEXTS[1])
    yield saved.set_status(*me, BARE.id, ReadingStatus.READ, NOW), saved.set_note(*me, IDS[1], ODD_TEXTS[2])
    yield saved.set_tags(*me, IDS[1], ["gardens"]), saved.get(*me, BARE.id), saved.of_ids(*me, [*IDS, "x"])
    yield saved.count(*me, chosen), saved.counts(*me), saved.counts(*me, ["gardens"]), saved.tags(*me)
    first = saved.following(*me, limit=2)
    yield first, saved.following(*me, first[-1], limit=3), saved.page(*me, chosen, offset=0, limit=5)
    term = Term((Phrase(("花园",)), Phrase(("quot",), is_prefix=True)), besides=(exact_token("quoted"),))
    yield saved.noted_with(*me, term), saved.noted_with(*me, Term((Phrase(("garden",)),)), chosen)
    yield saved.newest_first(*me, [BARE.id, *IDS]), saved.savers(WORKSPACE, IDS)
    scope = Scope(saved_by=me, saved=SavedFilter(ReadingStatus.READ, ("gardens",)))
    found = tables.search.best(Match(some=(Term((Phrase(("river",)),)),)), scope, HitOrder.NEWEST, 5)
    yield [replace(hit, score=0) for hit in found]
    yield saved.remove(*me, IDS[2], NOW - timedelta(days=9)), saved.delete_removed(NOW, 5)
    yield saved.remove(*me, IDS[3], NOW)


def _personal_data(tables: Tables) -> Iterator[Any]:
    settings = PersonSettings(WORKSPACE, PERSON, "zh-CN", "bookmark", "Asia/Shanghai", NOW)
    tables.personal_settings.put(replace(settings, language=None))
    tables.personal_settings.put(settings)
    tables.personal_settings.put(replace(settings, person="U2"))
    yield tables.personal_settings.get(WORKSPACE, PERSON), tables.personal_settings.get(WORKSPACE, "U9")
    yield tables.personal_settings.due_reminders(NOW, 5)
    for moment, is_liked in ((NOW, True), (LATER, False)):
        tables.opinions.put(WORKSPACE, PERSON, IDS[0], moment, is_liked=is_liked)
    tables.opinions.put(WORKSPACE, PERSON, IDS[1], NOW, is_liked=True)
    yield tables.opinions.remove(WORKSPACE, PERSON, IDS[1]), tables.opinions.remove(WORKSPACE, PERSON, "x")
    yield tables.opinions.latest(WORKSPACE, PERSON, 9), tables.saved_papers.newest(WORKSPACE, PERSON, 2)
    yield [tables.personal_settings.begin_reminder(settings, LATER) for _ in range(2)]
    for wanted in ODD_TEXTS[:3]:
        yield tables.follows.put(WORKSPACE, PERSON, FollowKind.SEARCH, wanted, NOW)
    yield tables.follows.put(WORKSPACE, PERSON, FollowKind.MUTE, ODD_TEXTS[0], NOW)
    first, second, third = tables.follows.of_person(WORKSPACE, PERSON)
    yield first, second, third, tables.follows.get(WORKSPACE, PERSON, first.id)
    yield (
        tables.follows.change(first, FollowKind.SEARCH, ODD_TEXTS[1]),
        tables.follows.end(WORKSPACE, PERSON, third.id),
    )
    yield tables.follows.of_person(WORKSPACE, PERSON)
    yield from _topics(tables)
    tables.saved_papers.save(WORKSPACE, "U2", IDS[0], NOW, tags=["rivers"], note=ODD_TEXTS[3])
    tables.saved_papers.remove(WORKSPACE, "U2", IDS[0], NOW)
    yield tables.saved_papers.saved_by_reaction(WORKSPACE, PERSON, CHANNEL, "1.1")
    yield tables.posts.papers_of_message(WORKSPACE, CHANNEL, "1.1")
    yield tables.people.workspaces(PERSON), tables.people.is_deactivated(WORKSPACE, "U2")
    for person in ("U2", "U3", "U4"):
        tables.people.note_deactivated(WORKSPACE, person, NOW)
    tables.people.note_active(WORKSPACE, "U3")
    yield tables.people.is_deactivated(WORKSPACE, "U2"), tables.people.forget_deactivated(NOW, 10)
    yield tables.people.forget_deactivated(LATER, 1)
    yield tables.people.what_is_kept(WORKSPACE, "U2"), tables.people.forget(WORKSPACE, "U2")
    yield tables.people.what_is_kept(WORKSPACE, "U2"), tables.people.what_is_kept(WORKSPACE, PERSON)


def _read_together(tables: Tables) -> Iterator[Any]:
    readers, discussions, day = tables.readers, tables.discussions, DAY + timedelta(days=4)
    place = (WORKSPACE, CHANNEL)
    yield [readers.add(*place, person, IDS[0], NOW) for person in (PERSON, "U2", PERSON, ODD_TEXTS[1])]
    yield readers.add(*place, PERSON, IDS[1], LATER, is_named=True), readers.counts(*place, IDS)
    yield readers.named(*place, IDS[0]), readers.named(*place, IDS[1])
    yield readers.remove(*place, ODD_TEXTS[1], IDS[0]), readers.of_paper(*place, IDS[0])
    yield readers.most_read(*place, NOW, LATER, 5), readers.waiting(*place, NOW, offset=0, limit=5)
    planned, again, other = (
        discussions.plan(*place, paper_id, planned_for, presenter=PERSON, planned_by="U2", now=NOW)
        for paper_id, planned_for in ((IDS[0], day), (IDS[0], DAY), (IDS[1], DAY))
    )
    assert planned
    assert other
    yield planned, again, discussions.get(WORKSPACE, planned.id)
    yield readers.waiting(*place, NOW, offset=0, limit=5), discussions.of_paper(*place, IDS[0])
    yield discussions.due_reminders(day, 5), discussions.due_reminders(day + timedelta(days=1), 5)
    yield [discussions.reminded(planned.id, NOW) for _ in range(2)]
    yield from _reminded(tables, planned)
    yield [discussions.opened(planned.id, ts) for ts in ("9.1", "9.2")]
    yield discussions.change(WORKSPACE, planned.id, day, "U2"), discussions.get(WORKSPACE, planned.id)
    yield discussions.change(WORKSPACE, planned.id, DAY, None), discussions.get(WORKSPACE, planned.id)
    for person, is_worth in ((PERSON, False), (PERSON, True), ("U2", False)):
        yield discussions.give_verdict(WORKSPACE, planned.id, person, NOW, is_worth=is_worth)
    yield discussions.most_judged(*place, DAY, day, 5), discussions.most_judged(*place, day, day, 5)
    yield discussions.next_of_channel(*place, DAY), discussions.next_of_channel(*place, day)
    yield discussions.past(day, 5), discussions.past(DAY, 5)
    yield [discussions.discussed(WORKSPACE, planned.id, LATER) for _ in range(2)]
    yield discussions.verdict_counts([planned.id, planned.id + 9])
    yield discussions.drop(WORKSPACE, other.id, LATER)
    yield [discussions.of_channel(*place, state, offset=0, limit=5) for state in DiscussionState]


def _reminded(tables: Tables, planned: Discussion) -> Iterator[Any]:
    subscription = tables.subscriptions.of_channel(WORKSPACE, CHANNEL)
    assert subscription
    yield tables.discussions.note_opened()
    delivery = tables.deliveries.open(
        *(subscription, DeliveryKind.DISCUSSION, planned.planned_for, "key-5", NOW), discussion_id=planned.id
    )
    parent = Post(
        delivery.id, 0, "{}", PostState.POSTED, card=ShownCard("en", "0"), ts="9.0", attempted_at=NOW
    )
    tables.posts.plan(delivery, [parent])
    yield tables.discussions.note_opened(), tables.discussions.get(WORKSPACE, planned.id)
    yield tables.deliveries.of_discussion(planned.id)
    tables.card_updates.enqueue_one(CardUpdate(delivery.id, 0, NOW, 0))
    update = next(each for each in tables.card_updates.due(NOW) if each.delivery_id == delivery.id)
    tables.card_updates.enqueue_one(replace(update, next_try_at=LATER, tries=1))
    yield tables.card_updates.due(NOW), tables.card_updates.due(LATER)
    tables.card_updates.remove(replace(update, next_try_at=LATER))
    tables.deliveries.close(delivery, DeliveryState.DONE)


def _topics(tables: Tables) -> Iterator[Any]:
    mine, of_channel = TopicOwner(WORKSPACE, PERSON), TopicOwner(WORKSPACE, channel=CHANNEL)
    for owner in (mine, of_channel):
        tables.topics.put(owner, [Topic(ODD_TEXTS[0], -2)])
        tables.topics.propose(owner, [Topic(text, 1) for text in ODD_TEXTS[:3]])
        yield tables.topics.used(owner), tables.topics.proposed(owner), tables.topics.use(owner)
        yield tables.topics.used(owner), tables.topics.proposed(owner), tables.topics.use(owner)
    tables.topics.propose(mine, [Topic(ODD_TEXTS[3], 2)])
    tables.topics.drop(mine)
    tables.topics.end(of_channel)
    yield [tables.topics.used(owner) for owner in (mine, of_channel)]
    request = tables.topic_requests.add("example-1", NOW, 1000, 2000)
    tables.topic_requests.settle(request, "example-2", 900, 80)
    tables.topic_requests.add("example-1", NOW - timedelta(days=9), 1, 1)
    yield tables.model_requests.tokens_of_day(DAY), tables.topic_requests.delete(NOW, 5)


def _installations(tables: Tables) -> Iterator[Any]:
    installations, organisations = tables.installations, tables.organisation_workspaces
    rotating = EncryptedTokens(ODD_TEXTS[5], "key-1", ODD_TEXTS[4], LATER)
    own = Installation(
        *(WORKSPACE, "A1", "B1", "U0", PERSON, NOW, rotating, "E1"),
        scopes=("chat:write", ODD_TEXTS[0]),
        team_name=ODD_TEXTS[1],
        team_url="https://gardens.slack.com/",
    )
    lasting = EncryptedTokens("lasting", "key-1")
    org_wide = Installation("E1", "A1", "B2", "U0", PERSON, NOW, lasting, "E1", is_org_wide=True)
    installations.put(replace(own, tokens=None, uninstalled_at=LATER))
    yield installations.get(WORKSPACE), installations.serving(WORKSPACE)
    for each in (own, org_wide):
        installations.put(each)
    for workspace in ("T2", "T3", WORKSPACE):
        organisations.enter(workspace, "E1")
    yield [installations.serving(each) for each in (WORKSPACE, "T2", "T9")], organisations.of("E1")
    yield [installations.replace_tokens(own, replace(rotating, expires_at=NOW)) for _ in range(2)]
    yield installations.replace_tokens(org_wide, replace(lasting, key_id="key-2"))
    yield installations.with_other_keys("key-2", "", 5), installations.with_other_keys("key-2", "T1", 5)
    yield installations.has_any_with("key-2"), installations.has_any_with("key-3")
    yield installations.installed("", 1), installations.installed("E1", 5)
    yield [installations.remove_tokens(WORKSPACE, LATER) for _ in range(2)]
    yield installations.serving(WORKSPACE)
    organisations.leave([WORKSPACE, "T3", "T9"], LATER)
    yield installations.get(WORKSPACE), installations.serving(WORKSPACE), organisations.of("E1")
    yield from _deleted_workspaces(tables)


def _deleted_workspaces(tables: Tables) -> Iterator[Any]:
    subscription = tables.subscriptions.put(
        *("T3", "C3", Preferences("en", (SOURCE,))), since=DAY, begun_at=NOW, created_by=PERSON
    )
    delivery = _opened(tables, subscription, "key-9", DeliveryKind.ASKED)
    tables.posts.plan(delivery, [Post(delivery.id, 0, "{}", paper_ids=IDS)])
    tables.saved_papers.save("T3", PERSON, IDS[0], NOW, tags=["gardens"])
    yield tables.workspaces.delete_uninstalled(LATER, 100)
    while tables.workspaces.delete("T3", 1):
        pass
    yield tables.subscriptions.all("T3"), tables.saved_papers.count("T3", PERSON)


def _people(tables: Tables) -> Iterator[Any]:
    saved = tables.saved_papers
    yield [saved.save(WORKSPACE, PERSON, paper_id, NOW) for paper_id in (*IDS, IDS[0])]
    yield saved.set_tags(WORKSPACE, PERSON, IDS[0], ["花园"]), saved.remove(WORKSPACE, PERSON, IDS[0], NOW)
    yield saved.remove(WORKSPACE, PERSON, IDS[0], NOW), saved.count(WORKSPACE, PERSON)
    yield saved.page(WORKSPACE, PERSON, offset=2, limit=3), saved.saved_among(WORKSPACE, PERSON, IDS)
    yield from _noted_papers(tables)
    yield from _read_together(tables)
    yield from _personal_data(tables)

    for note in ODD_TEXTS:
        tables.mistake_reports.add(MistakeReport(WORKSPACE, PERSON, IDS[0], "en", NOW, note, FROM_MODEL, DAY))
    yield tables.mistake_reports.latest(100)
    yield tables.mistake_reports.counts(100), tables.mistake_reports.most_reported(100)
    tables.summary_requests.add(WORKSPACE, PERSON, IDS[0], "en", NOW)
    tables.summary_requests.add(WORKSPACE, PERSON, IDS[1], "en", NOW - timedelta(days=9))
    yield tables.summary_requests.delete(NOW, 5), tables.summary_requests.count_since(WORKSPACE, PERSON, NOW)

    hour = timedelta(hours=1)
    tables.channel_names.put(WORKSPACE, CHANNEL, "papers")
    yield tables.channel_names.get(WORKSPACE, CHANNEL), tables.channel_names.get(WORKSPACE, "C9")
    yield [tables.greetings.begin(WORKSPACE, CHANNEL, at, hour) for at in (NOW, NOW, LATER)]
    tables.link_choices.put(WORKSPACE, CHANNEL, is_on=False)
    yield tables.link_choices.get(WORKSPACE, CHANNEL), tables.link_choices.get(WORKSPACE, "C9")
    tables.posts.drop_picture(1, 1)
    shown = tables.shown_links
    yield [
        shown.take(WORKSPACE, CHANNEL, IDS, day, "1.1", NOW) for day in (DAY, DAY, DAY - timedelta(days=9))
    ]
    shown.give_back(WORKSPACE, CHANNEL, IDS[:2], DAY, "1.1")
    yield shown.take(WORKSPACE, CHANNEL, IDS, DAY, "1.2", LATER), shown.delete(LATER, 2)
    yield [tables.events.take(each, NOW, hour) for each in (*ODD_TEXTS, ODD_TEXTS[0])]
    tables.events.settle(ODD_TEXTS[0])
    tables.events.give_back(ODD_TEXTS[1])
    yield tables.events.take(ODD_TEXTS[0], LATER, hour), tables.events.delete(NOW, 5)
    notices, whose = tables.operator_notices, (WORKSPACE, PERSON)
    yield [notices.begin(*whose, matter, NOW, hour) for matter in (*ODD_TEXTS, ODD_TEXTS[0])]
    notices.take_back(*whose, ODD_TEXTS[1])
    yield notices.begin(*whose, ODD_TEXTS[0], LATER, hour), notices.delete(NOW, 5)
    lease = tables.leases.claim("work", "ada", NOW, hour)
    assert lease
    tables.leases.renew(lease, LATER)
    tables.leases.renew_all("ada", ["work"], LATER)
    yield tables.leases.held(NOW), tables.leases.claim("work", "bob", NOW, hour)
    tables.leases.release(lease, NOW, ODD_TEXTS[0])
    yield tables.leases.claim("work", "bob", NOW, hour)
    tables.leases.release_all(LATER)
    tables.leases.claim("other work", "ada", NOW - timedelta(days=9), hour)
    yield tables.leases.delete(NOW, 5), tables.leases.held(NOW)
    yield tables.heartbeats.last("tick"), tables.heartbeats.latest(), tables.condition.trouble()
    tables.heartbeats.beat("tick", NOW)
    yield tables.heartbeats.last("tick"), tables.heartbeats.latest()
    tables.heartbeats.beat("done", NOW)
    tables.heartbeats.forget("done")
    yield tables.heartbeats.last("done")
