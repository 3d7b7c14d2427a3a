"""What each call on the tables touches does not grow with the past."""

import inspect
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.text.full_text import Match, Phrase, Term
from storage.address import Address
from storage.database import connect
from storage.engines.engine import Engine
from storage.engines.statements import insert
from storage.records import (
    FROM_MODEL,
    ArxivRecord,
    CardUpdate,
    Delivery,
    DeliveryKind,
    DeliveryState,
    DiscussionState,
    EncryptedTokens,
    Follow,
    FollowKind,
    Installation,
    Lease,
    Listing,
    ListingState,
    MistakeReport,
    ModelRequest,
    Paper,
    PersonSettings,
    Post,
    PostState,
    Provenance,
    ReadingStatus,
    ShownCard,
    Summary,
    SummaryFailure,
    Topic,
    TopicOwner,
)
from storage.search import HitOrder, Scope
from storage.tables import Tables
from tests.support.pasts import LAST_DAY, NOW, SOURCE, Past, index_past, live_through
from tests.support.postgresql import DatabaseServer
from tests.support.subscribing import subscribe
from tests.support.tables import empty_tables
from tests.support.work import work_of

SHORT = Past(60, cards=4, channels=2, days_with_payload=3)
LONG = replace(SHORT, days=600)
MONTH_AGO = LAST_DAY - timedelta(days=30)
WEEK = (LAST_DAY - timedelta(days=6), LAST_DAY)
LATE = NOW + timedelta(days=1)
SOME = SHORT.papers_of(LAST_DAY)
ONE = SOME[0]

TOKENS = EncryptedTokens("encrypted", "key", "encrypted too", LATE)
INSTALLATION = Installation("T1", "A1", "B1", "U0", "U1", NOW, TOKENS)

Call = Callable[[Tables, int], object]
"""A call on the tables; the number is the id of the first channel's last delivery."""


def _delivery(tables: Tables, last: int) -> Delivery:
    delivery = tables.deliveries.get(last)
    assert delivery
    return delivery


def _with_delivery(method: str, *arguments: object) -> Call:
    """Call a method of the deliveries with the last one."""
    return lambda tables, last: getattr(tables.deliveries, method)(_delivery(tables, last), *arguments)


def _lease(tables: Tables) -> Lease:
    lease = tables.leases.claim("work", "ada", NOW, timedelta(minutes=2))
    assert lease
    return lease


def _post_of(last: int) -> Post:
    return Post(last, 1, "{}", PostState.POSTED, (ONE,), ShownCard("en", "0"), "1.0", attempted_at=NOW)


RARE = Term((Phrase(tuple(ONE.split("."))),))


def _index_change(tables: Tables) -> None:
    tables.papers.add(Paper(ONE, "Rivers"))
    tables.search_index.list_papers([ONE], MONTH_AGO)
    tables.search_index.update()


FOLLOW = Follow(1, "T1", "U1", FollowKind.SEARCH, "{}", NOW)
MINE = TopicOwner("T1", "U1")
SETTINGS = PersonSettings("T1", "U1", next_reminder_at=NOW)
FAILURE = SummaryFailure(ONE, "en", 1, "no", NOW, LATE)

CALLS: dict[str, Call] = {
    "papers.get": lambda tables, _: tables.papers.get(ONE),
    "papers.of_ids": lambda tables, _: tables.papers.of_ids(SOME),
    "papers.known": lambda tables, _: tables.papers.known(SOME),
    "papers.votes_of": lambda tables, _: tables.papers.votes_of(SOME),
    "papers.add": lambda tables, _: tables.papers.add(Paper(ONE, "New")),
    "papers.add_all": lambda tables, _: tables.papers.add_all(map(Paper, SOME, SOME)),
    "papers.fill": lambda tables, _: tables.papers.fill(Paper(ONE, "New")),
    "search_index.will_change": lambda tables, _: tables.search_index.will_change([ONE]),
    "search_index.texts": lambda tables, _: tables.search_index.texts(SOME),
    "search_index.list_papers": lambda tables, _: tables.search_index.list_papers([ONE], LAST_DAY),
    "search_index.update": lambda tables, _: _index_change(tables),
    "search_index.outdated": lambda tables, _: tables.search_index.outdated(),
    "search_index.index_outdated": lambda tables, _: tables.search_index.index_outdated(5),
    "search.within": lambda tables, _: tables.search.within(60),
    "search.count": lambda tables, _: tables.search.count(RARE),
    "search.best": lambda tables, _: tables.search.best(
        Match((RARE,)), Scope(until=LAST_DAY, saved_by=("T1", "U1")), HitOrder.NEWEST, 10
    ),
    "search.newest": lambda tables, _: tables.search.newest(Match((RARE,)), Scope(saved_by=("T1", "U1")), 10),
    "search.having": lambda tables, _: tables.search.having(RARE, [ONE]),
    "search.words": lambda tables, _: tables.search.words(["garden", "gardens"]),
    "search.words_of_form": lambda tables, _: tables.search.words_of_form("g", 5, 7),
    "arxiv_records.get": lambda tables, _: tables.arxiv_records.get(ONE),
    "arxiv_records.due": lambda tables, _: tables.arxiv_records.due(NOW, 1_000, MONTH_AGO),
    "arxiv_records.put": lambda tables, _: tables.arxiv_records.put(ArxivRecord(ONE, NOW)),
    "arxiv_records.keep_texts": lambda tables, _: tables.arxiv_records.keep_texts(ONE, "Newer", "It grows."),
    "arxiv_records.store": lambda tables, _: tables.arxiv_records.store(ONE, 2),
    "watched_papers.add": lambda tables, _: tables.watched_papers.add(ONE, NOW),
    "watched_papers.among": lambda tables, _: tables.watched_papers.among(SOME),
    "watched_papers.due": lambda tables, _: tables.watched_papers.due(NOW, 100),
    "watched_papers.asked": lambda tables, _: tables.watched_papers.asked(ONE, NOW, LATE),
    "watched_papers.drop_unwanted": lambda tables, _: tables.watched_papers.drop_unwanted(NOW, 100),
    "paper_versions.begin": lambda tables, _: tables.paper_versions.begin(ONE, 2, NOW, NOW),
    "paper_versions.of_papers": lambda tables, _: tables.paper_versions.of_papers(SOME),
    "paper_versions.of_saved": lambda tables, _: tables.paper_versions.of_saved(
        "T1", "U7", NOW - timedelta(days=14), 3
    ),
    "papers.renew": lambda tables, _: tables.papers.renew(Paper(ONE, "Newer")),
    "outdated_summaries.add": lambda tables, _: tables.outdated_summaries.add(ONE, ["en"], 2, NOW),
    "outdated_summaries.due": lambda tables, _: tables.outdated_summaries.due(NOW, 5),
    "outdated_summaries.among": lambda tables, _: tables.outdated_summaries.among(SOME),
    "outdated_summaries.remove": lambda tables, _: tables.outdated_summaries.remove(ONE, "en", 2),
    "outdated_summaries.delete": lambda tables, _: tables.outdated_summaries.delete(NOW, LATE, 5),
    "summaries.of_papers": lambda tables, _: tables.summaries.of_papers(SOME),
    "summaries.in_variants": lambda tables, _: tables.summaries.in_variants(SOME, "en"),
    "summaries.made": lambda tables, _: tables.summaries.made(SOME),
    "summaries.texts_read": lambda tables, _: tables.summaries.texts_read(MONTH_AGO),
    "summaries.put": lambda tables, _: tables.summaries.put(
        Summary(ONE, "en", Provenance(FROM_MODEL, LAST_DAY))
    ),
    "summaries.note_version": lambda tables, _: tables.summaries.note_version(ONE, "en", FROM_MODEL, 2),
    "summaries.input_hash": lambda tables, _: tables.summaries.input_hash(ONE, "en", FROM_MODEL),
    "listings.get": lambda tables, _: tables.listings.get(SOURCE, LAST_DAY),
    "listings.of_day": lambda tables, _: tables.listings.of_day(LAST_DAY),
    "listings.sizes_of_day": lambda tables, _: tables.listings.sizes_of_day(LAST_DAY),
    "listings.page": lambda tables, _: tables.listings.page(SOURCE, LAST_DAY, offset=1, limit=2),
    "listings.count_between": lambda tables, _: tables.listings.count_between(*WEEK),
    "listings.best_between": lambda tables, _: tables.listings.best_between(
        *WEEK, "T1", by_saves=True, offset=0, limit=10
    ),
    "listings.complete_since": lambda tables, _: tables.listings.complete_since([SOURCE], MONTH_AGO),
    "listings.latest_complete_day": lambda tables, _: tables.listings.latest_complete_day([SOURCE, "none"]),
    "listings.sources": lambda tables, _: tables.listings.sources(),
    "listings.latest_day": lambda tables, _: tables.listings.latest_day(),
    "listings.first_day": lambda tables, _: tables.listings.first_day(),
    "listings.days_with_papers": lambda tables, _: tables.listings.days_with_papers(MONTH_AGO),
    "listings.neighbours": lambda tables, _: tables.listings.neighbours(MONTH_AGO),
    "listings.since": lambda tables, _: tables.listings.since(SOURCE, MONTH_AGO),
    "listings.latest": lambda tables, _: tables.listings.latest(),
    "listings.put": lambda tables, _: tables.listings.put(
        Listing(SOURCE, LAST_DAY, ListingState.COMPLETE, (SOME[1], ONE))
    ),
    "subscriptions.get": lambda tables, _: tables.subscriptions.get(1),
    "subscriptions.of_channel": lambda tables, _: tables.subscriptions.of_channel("T1", "C1"),
    "subscriptions.personal": lambda tables, _: tables.subscriptions.personal("T1", "U1"),
    "subscriptions.all": lambda tables, _: tables.subscriptions.all(),
    "subscriptions.put": lambda tables, _: subscribe(tables),
    "subscriptions.pause": lambda tables, _: tables.subscriptions.pause(1, "asked"),
    "subscriptions.pause_workspace": lambda tables, _: tables.subscriptions.pause_workspace("T1", "gone"),
    "subscriptions.resume": lambda tables, _: tables.subscriptions.resume(1),
    "subscriptions.begin_earlier": lambda tables, _: tables.subscriptions.begin_earlier(1, date.min),
    "subscriptions.end": lambda tables, _: tables.subscriptions.end(1, NOW),
    "channel_names.get": lambda tables, _: tables.channel_names.get("T1", "C1"),
    "channel_names.put": lambda tables, _: tables.channel_names.put("T1", "C1", "papers"),
    "deliveries.get": lambda tables, last: tables.deliveries.get(last),
    "deliveries.of_day": lambda tables, _: tables.deliveries.of_day(1, DeliveryKind.SCHEDULED, MONTH_AGO),
    "deliveries.last_slot": lambda tables, _: tables.deliveries.last_slot(1),
    "deliveries.is_superseded": _with_delivery("is_superseded"),
    "deliveries.latest_of_kind": lambda tables, _: tables.deliveries.latest_of_kind(1, DeliveryKind.RECAP),
    "deliveries.latest_of_channel": lambda tables, _: tables.deliveries.latest_of_channel("T1", "C1"),
    "deliveries.latest_digest": lambda tables, _: tables.deliveries.latest_digest("T1", "C1"),
    "deliveries.of_discussion": lambda tables, _: tables.deliveries.of_discussion(1),
    "deliveries.first_opened_at": lambda tables, _: tables.deliveries.first_opened_at(),
    "deliveries.first_with_payload_opened_at": lambda tables, _: (
        tables.deliveries.first_with_payload_opened_at()
    ),
    "deliveries.unfinished": lambda tables, _: tables.deliveries.unfinished(),
    "deliveries.open": lambda tables, _: tables.deliveries.open(
        subscribe(tables), DeliveryKind.ASKED, LAST_DAY, "key", NOW
    ),
    "deliveries.claim": lambda tables, last: tables.deliveries.claim(last, NOW, timedelta(minutes=2)),
    "deliveries.record": _with_delivery("record"),
    "deliveries.ask_to_stop": lambda tables, _: tables.deliveries.ask_to_stop(1),
    "deliveries.is_stop_asked": lambda tables, last: tables.deliveries.is_stop_asked(last),
    "deliveries.release": _with_delivery("release"),
    "deliveries.release_all": lambda tables, _: tables.deliveries.release_all(),
    "deliveries.wait_for": _with_delivery("wait_for", ()),
    "deliveries.stop_waiting": _with_delivery("stop_waiting", "late"),
    "deliveries.close": _with_delivery("close", DeliveryState.FAILED),
    "deliveries.unnotified": lambda tables, _: tables.deliveries.unnotified(),
    "deliveries.mark_notified": lambda tables, last: tables.deliveries.mark_notified(last),
    "deliveries.of_key": lambda tables, _: tables.deliveries.of_key("key"),
    "deliveries.adopt": lambda tables, _: tables.deliveries.adopt(
        subscribe(tables), DeliveryKind.ASKED, LAST_DAY, "key", NOW
    ),
    "deliveries.doubt": lambda tables, _: tables.deliveries.doubt(),
    "deliveries.last_opened_at": lambda tables, _: tables.deliveries.last_opened_at(),
    "posts.doubt": lambda tables, _: tables.posts.doubt("restored"),
    "condition.trouble": lambda tables, _: tables.condition.trouble(),
    "heartbeats.latest": lambda tables, _: tables.heartbeats.latest(),
    "subscriptions.begin_anew": lambda tables, _: tables.subscriptions.begin_anew(1, NOW, []),
    "reconciliations.begin": lambda tables, _: tables.reconciliations.begin(NOW),
    "reconciliations.left": lambda tables, _: tables.reconciliations.left("T1"),
    "reconciliations.end": lambda tables, _: tables.reconciliations.end(1),
    "deliveries.reopen": lambda tables, last: tables.deliveries.reopen(last),
    "posts.posted_papers": lambda tables, last: tables.posts.posted_papers(last, 5),
    "posts.get": lambda tables, last: tables.posts.get(last, 1),
    "posts.of_delivery": lambda tables, last: tables.posts.of_delivery(last),
    "posts.counts": lambda tables, last: tables.posts.counts(last),
    "posts.papers_of_channel": lambda tables, _: tables.posts.papers_of_channel("T1", "C1", SOME),
    "posts.papers_in_channel": lambda tables, _: tables.posts.papers_in_channel("T1", "C1", SOME),
    "posts.has_had_papers": lambda tables, _: tables.posts.has_had_papers("T1", "C1"),
    "posts.papers_since": lambda tables, _: tables.posts.papers_since(1, NOW - timedelta(days=7), NOW),
    "posts.last_attempt": lambda tables, _: tables.posts.last_attempt("T1", "C1"),
    "posts.plan": lambda tables, last: tables.posts.plan(
        _delivery(tables, last), [replace(_post_of(last), position=99)]
    ),
    "posts.replace_payload": lambda tables, last: tables.posts.replace_payload(
        _delivery(tables, last), 1, "{}"
    ),
    "posts.retry_uncertain_parent": lambda tables, last: tables.posts.retry_uncertain_parent(last),
    "posts.restore_parent": lambda tables, last: tables.posts.restore_parent(last),
    "posts.record": lambda tables, last: tables.posts.record(_delivery(tables, last), _post_of(last)),
    "posts.record_card": lambda tables, last: tables.posts.record_card(last, 1, ShownCard("en", "1")),
    "posts.drop_picture": lambda tables, last: tables.posts.drop_picture(last, 1),
    "posts.delete_payloads": lambda tables, _: tables.posts.delete_payloads(LATE, 5),
    "leases.claim": lambda tables, _: tables.leases.claim("work", "ada", NOW, timedelta(minutes=2)),
    "leases.renew": lambda tables, _: tables.leases.renew(_lease(tables), LATE),
    "leases.renew_all": lambda tables, _: tables.leases.renew_all("ada", ["work"], LATE),
    "leases.release": lambda tables, _: tables.leases.release(_lease(tables), NOW),
    "leases.release_all": lambda tables, _: tables.leases.release_all(NOW),
    "leases.held": lambda tables, _: tables.leases.held(NOW),
    "leases.delete": lambda tables, _: tables.leases.delete(LATE, 5),
    "events.take": lambda tables, _: tables.events.take("Ev1", NOW, timedelta(minutes=1)),
    "events.settle": lambda tables, _: tables.events.settle("Ev1"),
    "events.give_back": lambda tables, _: tables.events.give_back("Ev1"),
    "events.delete": lambda tables, _: tables.events.delete(LATE, 5),
    "operator_notices.begin": lambda tables, _: tables.operator_notices.begin(
        "T1", "U1", "source", NOW, timedelta(days=1)
    ),
    "operator_notices.take_back": lambda tables, _: tables.operator_notices.take_back("T1", "U1", "source"),
    "operator_notices.delete": lambda tables, _: tables.operator_notices.delete(LATE, 5),
    "greetings.begin": lambda tables, _: tables.greetings.begin("T1", "C1", NOW, timedelta(days=1)),
    "link_choices.put": lambda tables, _: tables.link_choices.put("T1", "C1", is_on=True),
    "link_choices.get": lambda tables, _: tables.link_choices.get("T1", "C1"),
    "shown_links.take": lambda tables, _: tables.shown_links.take("T1", "C1", SOME, LAST_DAY, "1.1", NOW),
    "shown_links.give_back": lambda tables, _: tables.shown_links.give_back(
        "T1", "C1", SOME, LAST_DAY, "1.1"
    ),
    "shown_links.delete": lambda tables, _: tables.shown_links.delete(LATE, 5),
    "heartbeats.beat": lambda tables, _: tables.heartbeats.beat("tick", NOW),
    "heartbeats.forget": lambda tables, _: tables.heartbeats.forget("tick"),
    "heartbeats.last": lambda tables, _: tables.heartbeats.last("tick"),
    "saved_papers.save": lambda tables, _: tables.saved_papers.save("T1", "U1", ONE, NOW),
    "saved_papers.remove": lambda tables, _: tables.saved_papers.remove("T1", "U1", ONE, NOW),
    "saved_papers.restore": lambda tables, _: tables.saved_papers.restore("T1", "U1", ONE),
    "saved_papers.delete_removed": lambda tables, _: tables.saved_papers.delete_removed(LATE, 5),
    "saved_papers.set_status": lambda tables, _: tables.saved_papers.set_status(
        "T1", "U1", ONE, ReadingStatus.READ, NOW
    ),
    "saved_papers.set_note": lambda tables, _: tables.saved_papers.set_note("T1", "U1", ONE, "Gardens."),
    "saved_papers.set_tags": lambda tables, _: tables.saved_papers.set_tags("T1", "U1", ONE, ["gardens"]),
    "saved_papers.get": lambda tables, _: tables.saved_papers.get("T1", "U1", ONE),
    "saved_papers.of_ids": lambda tables, _: tables.saved_papers.of_ids("T1", "U1", SOME),
    "saved_papers.counts": lambda tables, _: tables.saved_papers.counts("T1", "U1", ["gardens"]),
    "saved_papers.tags": lambda tables, _: tables.saved_papers.tags("T1", "U1"),
    "saved_papers.following": lambda tables, _: tables.saved_papers.following("T1", "U1", limit=10),
    "saved_papers.noted_with": lambda tables, _: tables.saved_papers.noted_with("T1", "U1", RARE),
    "saved_papers.newest_first": lambda tables, _: tables.saved_papers.newest_first("T1", "U1", SOME),
    "saved_papers.newest": lambda tables, _: tables.saved_papers.newest("T1", "U1", 10),
    "opinions.put": lambda tables, _: tables.opinions.put("T1", "U1", ONE, NOW, is_liked=True),
    "opinions.remove": lambda tables, _: tables.opinions.remove("T1", "U1", ONE),
    "opinions.latest": lambda tables, _: tables.opinions.latest("T1", "U1", 10),
    "readers.add": lambda tables, _: tables.readers.add("T1", "C1", "U2", ONE, NOW),
    "readers.remove": lambda tables, _: tables.readers.remove("T1", "C1", "U1", ONE),
    "readers.counts": lambda tables, _: tables.readers.counts("T1", "C1", SOME),
    "readers.of_paper": lambda tables, _: tables.readers.of_paper("T1", "C1", ONE),
    "readers.named": lambda tables, _: tables.readers.named("T1", "C1", ONE),
    "readers.most_read": lambda tables, _: tables.readers.most_read(
        "T1", "C1", NOW - timedelta(days=7), NOW, 10
    ),
    "readers.waiting": lambda tables, _: tables.readers.waiting(
        "T1", "C1", NOW - timedelta(days=7), offset=0, limit=10
    ),
    "discussions.plan": lambda tables, _: tables.discussions.plan(
        "T1", "C1", ONE, LAST_DAY, presenter="U2", planned_by="U2", now=NOW
    ),
    "discussions.get": lambda tables, _: tables.discussions.get("T1", 1),
    "discussions.of_paper": lambda tables, _: tables.discussions.of_paper("T1", "C1", ONE),
    "discussions.of_channel": lambda tables, _: tables.discussions.of_channel(
        "T1", "C1", DiscussionState.DISCUSSED, offset=0, limit=10
    ),
    "discussions.due_reminders": lambda tables, _: tables.discussions.due_reminders(LAST_DAY, 10),
    "discussions.past": lambda tables, _: tables.discussions.past(LAST_DAY, 10),
    "discussions.most_judged": lambda tables, _: tables.discussions.most_judged(
        "T1", "C1", LAST_DAY - timedelta(days=7), LAST_DAY, 3
    ),
    "discussions.next_of_channel": lambda tables, _: tables.discussions.next_of_channel("T1", "C1", LAST_DAY),
    "discussions.note_opened": lambda tables, _: tables.discussions.note_opened(),
    "discussions.reminded": lambda tables, _: tables.discussions.reminded(1, NOW),
    "discussions.opened": lambda tables, _: tables.discussions.opened(1, "1.1"),
    "discussions.change": lambda tables, _: tables.discussions.change("T1", 1, LAST_DAY, "U2"),
    "discussions.drop": lambda tables, _: tables.discussions.drop("T1", 1, NOW),
    "discussions.discussed": lambda tables, _: tables.discussions.discussed("T1", 1, NOW),
    "discussions.give_verdict": lambda tables, _: tables.discussions.give_verdict(
        "T1", 1, "U1", NOW, is_worth=True
    ),
    "discussions.verdict_counts": lambda tables, _: tables.discussions.verdict_counts([1, 2]),
    "saved_papers.savers": lambda tables, _: tables.saved_papers.savers("T1", SOME),
    "follows.put": lambda tables, _: tables.follows.put("T1", "U1", FollowKind.SIMILAR, ONE, NOW),
    "follows.of_person": lambda tables, _: tables.follows.of_person("T1", "U1"),
    "follows.get": lambda tables, _: tables.follows.get("T1", "U1", 1),
    "follows.change": lambda tables, _: tables.follows.change(FOLLOW, FollowKind.SIMILAR, ONE),
    "topics.used": lambda tables, _: tables.topics.used(MINE),
    "topics.proposed": lambda tables, _: tables.topics.proposed(MINE),
    "topics.propose": lambda tables, _: tables.topics.propose(MINE, [Topic("rivers", 1)]),
    "topics.use": lambda tables, _: tables.topics.use(MINE),
    "topics.put": lambda tables, _: tables.topics.put(MINE, [Topic("rivers", -1)]),
    "topics.drop": lambda tables, _: tables.topics.drop(MINE),
    "topics.end": lambda tables, _: tables.topics.end(MINE),
    "topic_requests.add": lambda tables, _: tables.topic_requests.add("example-1", NOW, 1, 1),
    "topic_requests.settle": lambda tables, _: tables.topic_requests.settle(1, "example-1", 1, 1),
    "topic_requests.delete": lambda tables, _: tables.topic_requests.delete(LATE, 5),
    "follows.end": lambda tables, _: tables.follows.end("T1", "U1", 1),
    "personal_settings.get": lambda tables, _: tables.personal_settings.get("T1", "U1"),
    "personal_settings.put": lambda tables, _: tables.personal_settings.put(SETTINGS),
    "personal_settings.due_reminders": lambda tables, _: tables.personal_settings.due_reminders(NOW, 10),
    "personal_settings.begin_reminder": lambda tables, _: tables.personal_settings.begin_reminder(
        SETTINGS, LATE
    ),
    "saved_papers.saved_by_reaction": lambda tables, _: tables.saved_papers.saved_by_reaction(
        "T1", "U1", "C1", "1.1"
    ),
    "posts.papers_of_message": lambda tables, _: tables.posts.papers_of_message("T1", "C1", "1.1"),
    "installations.get": lambda tables, _: tables.installations.get("T1"),
    "installations.serving": lambda tables, _: tables.installations.serving("T1"),
    "installations.put": lambda tables, _: tables.installations.put(INSTALLATION),
    "installations.replace_tokens": lambda tables, _: tables.installations.replace_tokens(
        INSTALLATION, TOKENS
    ),
    "installations.remove_tokens": lambda tables, _: tables.installations.remove_tokens("T1", NOW),
    "installations.with_other_keys": lambda tables, _: tables.installations.with_other_keys("new", "", 5),
    "installations.has_any_with": lambda tables, _: tables.installations.has_any_with("key"),
    "installations.installed": lambda tables, _: tables.installations.installed("", 5),
    "organisation_workspaces.enter": lambda tables, _: tables.organisation_workspaces.enter("T1", "E1"),
    "organisation_workspaces.of": lambda tables, _: tables.organisation_workspaces.of("E1"),
    "organisation_workspaces.leave": lambda tables, _: tables.organisation_workspaces.leave(["T1"], NOW),
    "workspaces.delete": lambda tables, _: tables.workspaces.delete("T1", 5),
    "workspaces.delete_uninstalled": lambda tables, _: tables.workspaces.delete_uninstalled(LATE, 5),
    "people.is_deactivated": lambda tables, _: tables.people.is_deactivated("T1", "U9"),
    "people.note_deactivated": lambda tables, _: tables.people.note_deactivated("T1", "U9", NOW),
    "people.note_active": lambda tables, _: tables.people.note_active("T1", "U9"),
    "people.forget_deactivated": lambda tables, _: tables.people.forget_deactivated(NOW, 10),
    "people.what_is_kept": lambda tables, _: tables.people.what_is_kept("T1", "U9"),
    "people.forget": lambda tables, _: tables.people.forget("T1", "U9"),
    "saved_papers.count": lambda tables, _: tables.saved_papers.count("T1", "U1"),
    "saved_papers.page": lambda tables, _: tables.saved_papers.page("T1", "U1", offset=0, limit=10),
    "saved_papers.saved_among": lambda tables, _: tables.saved_papers.saved_among("T1", "U1", SOME),
    "card_updates.enqueue": lambda tables, _: tables.card_updates.enqueue(
        ONE, "en", NOW - timedelta(days=30), NOW
    ),
    "card_updates.enqueue_in_channel": lambda tables, _: tables.card_updates.enqueue_in_channel(
        "T1", "C1", ONE, NOW - timedelta(days=30), NOW
    ),
    "card_updates.enqueue_one": lambda tables, last: tables.card_updates.enqueue_one(
        CardUpdate(last, 1, NOW, 0)
    ),
    "card_updates.due": lambda tables, _: tables.card_updates.due(NOW, not_paused_for=["gone"]),
    "card_updates.postpone": lambda tables, last: tables.card_updates.postpone(CardUpdate(last, 1, NOW)),
    "card_updates.remove": lambda tables, last: tables.card_updates.remove(CardUpdate(last, 1, NOW)),
    "card_updates.delete": lambda tables, _: tables.card_updates.delete(LATE, 5),
    "mistake_reports.add": lambda tables, _: tables.mistake_reports.add(
        MistakeReport("T1", "U1", ONE, "en", NOW, "", FROM_MODEL, LAST_DAY)
    ),
    "mistake_reports.latest": lambda tables, _: tables.mistake_reports.latest(5),
    "model_requests.add": lambda tables, _: tables.model_requests.add(
        ModelRequest(ONE, "en", "example-1", NOW, 1, 1)
    ),
    "model_requests.settle": lambda tables, _: tables.model_requests.settle(1, "example-1", 1, 1),
    "model_requests.delete": lambda tables, _: tables.model_requests.delete(LATE, 5),
    "model_requests.first_at": lambda tables, _: tables.model_requests.first_at(),
    "model_requests.tokens_of_day": lambda tables, _: tables.model_requests.tokens_of_day(LAST_DAY),
    "summary_failures.get": lambda tables, _: tables.summary_failures.get(ONE, "en"),
    "summary_failures.waiting": lambda tables, _: tables.summary_failures.waiting(NOW),
    "summary_failures.since": lambda tables, _: tables.summary_failures.since(NOW - timedelta(days=1)),
    "summary_failures.put": lambda tables, _: tables.summary_failures.put(FAILURE),
    "summary_failures.forget": lambda tables, _: tables.summary_failures.forget(ONE, "en"),
    "summary_failures.forget_paper": lambda tables, _: tables.summary_failures.forget_paper(ONE),
    "summary_failures.delete": lambda tables, _: tables.summary_failures.delete(LATE, 5),
    "summary_requests.add": lambda tables, _: tables.summary_requests.add("T1", "U1", ONE, "en", NOW),
    "summary_requests.count_since": lambda tables, _: tables.summary_requests.count_since(
        "T1", "U1", NOW - timedelta(days=1)
    ),
    "summary_requests.delete": lambda tables, _: tables.summary_requests.delete(LATE, 5),
}


ON_EVERYTHING = {
    "search_index.begin_anew",
    "people.workspaces",
    "summaries.counts",
    "mistake_reports.counts",
    "mistake_reports.most_reported",
}
"""What is done to the whole past, and by nobody's daily work."""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def lived(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Engine, Engine]]:
    """Give a database with a short past and one with a past ten times as long."""
    if request.param == "sqlite":
        folder: Path = tmp_path_factory.mktemp("pasts")
        addresses: list[Address] = [empty_tables(folder / "short.db"), empty_tables(folder / "long.db")]
    else:
        server: DatabaseServer = request.getfixturevalue("database_server")
        addresses = [server.database(), server.database()]
    with closing(connect(addresses[0])) as short, closing(connect(addresses[1])) as long:
        live_through(short, SHORT)
        live_through(long, LONG)
        for engine, past in ((short, SHORT), (long, LONG)):
            _renew(engine, past)
            index_past(engine)
        yield short, long


def _renew(engine: Engine, past: Past) -> None:
    """Have one paper of each day saved and renewed by its second version, its summary waiting for a model."""
    with engine.transaction():
        tables = Tables(engine)
        for day in past.all_days():
            [paper_id, *_], at = past.papers_of(day), datetime.combine(day, time(9), UTC)
            tables.saved_papers.save("T1", "U7", paper_id, at)
            tables.arxiv_records.keep_texts(paper_id, "Taller", "It grows fast.")
            tables.paper_versions.begin(paper_id, 2, at, at + timedelta(hours=9))
            tables.arxiv_records.store(paper_id, 2)
            tables.outdated_summaries.add(paper_id, ["en"], 2, at)
            tables.watched_papers.asked(paper_id, at, LATE)


def test_every_call_on_the_tables_is_looked_at(tables: Tables) -> None:
    calls = {
        f"{table}.{method}"
        for table, rows in vars(tables).items()
        for method, _ in inspect.getmembers(rows, inspect.ismethod)
        if not method.startswith("_")
    }

    assert {*CALLS, *ON_EVERYTHING} == calls


@pytest.mark.parametrize("name", CALLS)
def test_a_call_touches_no_more_after_ten_times_the_past(lived: tuple[Engine, Engine], name: str) -> None:
    short, long = (_work(engine, past, name) for engine, past in zip(lived, (SHORT, LONG), strict=True))

    assert long <= 1.2 * short + 20, f"{short} before, {long} now"


def test_the_nearest_days_are_found_past_any_number_of_empty_lists(tables: Tables, engine: Engine) -> None:
    tables.papers.add(Paper(ONE, "Gardens"))
    for days_ago in (3_000, 1_000):
        day = LAST_DAY - timedelta(days=days_ago)
        tables.listings.put(Listing(SOURCE, day, ListingState.COMPLETE, (ONE,)))

    def look(tables: Tables) -> object:
        return tables.listings.latest_day(), tables.listings.neighbours(MONTH_AGO)

    few = work_of(engine, look)
    empty = (LAST_DAY + timedelta(days=number) for number in range(-2_000, 2_000) if number % 1_000)
    with engine.transaction():
        insert(
            engine,
            "listings",
            ({"source": SOURCE, "day": day.isoformat(), "state": "none"} for day in empty),
        )

    assert work_of(engine, look) <= 1.2 * few + 20


def _work(engine: Engine, past: Past, name: str) -> int:
    last_of_first_channel = past.days * past.channels - 1
    return work_of(engine, lambda tables: CALLS[name](tables, last_of_first_channel))
