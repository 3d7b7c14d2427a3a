"""What each event turns a post or a delivery into."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.delivery import ledger
from bot.delivery.ledger import Certainty, Deduplicated
from bot.delivery.outcomes import ChannelMessage, Done, NotNow, Posted, Refused, Scope, Unknown
from storage.records import (
    PARENT,
    PARENT_DELETED,
    PARENT_UNCERTAIN,
    Delivery,
    DeliveryKind,
    DeliveryState,
    Post,
    PostState,
)

NOW = datetime(2025, 9, 30, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(seconds=1)
SETTLING = timedelta(seconds=20)
LAST_LOOK = timedelta(seconds=60)

PAYLOAD = json.dumps({"text": "A card", "blocks": [{"type": "divider"}]})
PLAIN = json.dumps({"text": "A card"})

PLANNED = Post(1, 3, PAYLOAD, paper_ids=("2509.00001",))
SENDING = replace(PLANNED, state=PostState.SENDING, attempted_at=NOW)
UNKNOWN = replace(SENDING, state=PostState.UNKNOWN, reason="TimeoutError", next_look_at=NOW + SETTLING)
POSTED = replace(SENDING, state=PostState.POSTED, ts="5.0")

PARENT_POST = Post(1, PARENT, PAYLOAD)
PARENT_SENDING = replace(PARENT_POST, state=PostState.SENDING, attempted_at=NOW)
STALE = replace(PARENT_SENDING, state=PostState.POSTED, ts="1.0", is_stale=True)

OPEN = Delivery(
    *(1, "key", 7, "T1", "C1", DeliveryKind.SCHEDULED, date(2025, 9, 30), DeliveryState.OPEN, NOW),
    epoch=2,
    leased_until=NOW + timedelta(seconds=120),
)
DOUBTFUL = replace(OPEN, needs_look=True)
LOOKING_LAST = replace(DOUBTFUL, state=DeliveryState.LAST_LOOK, next_look_at=NOW)


# ---- Sending a post


def test_an_attempt_is_recorded_with_its_moment_and_forgets_earlier_looks() -> None:
    assert ledger.sending(replace(PLANNED, absent=1), NOW) == SENDING


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Posted("5.0", in_thread=True), POSTED),
        (Posted("5.0", in_thread=False), replace(SENDING, state=PostState.REFUSED, reason=PARENT_DELETED)),
        (NotNow(30), replace(SENDING, state=PostState.PLANNED)),
        (Unknown("TimeoutError"), replace(UNKNOWN, next_look_at=LATER + SETTLING)),
        (Refused("not_in_channel", Scope.CHANNEL), replace(SENDING, state=PostState.PLANNED)),
        (Refused("invalid_auth", Scope.WORKSPACE), replace(SENDING, state=PostState.PLANNED)),
        (
            Refused("invalid_blocks"),
            replace(SENDING, state=PostState.PLANNED, payload=PLAIN, is_plain=True, reason="invalid_blocks"),
        ),
    ],
    ids=str,
)
def test_each_outcome_of_a_call_leads_to_one_state(
    outcome: Posted | NotNow | Unknown | Refused, expected: Post
) -> None:
    assert ledger.after_post(SENDING, outcome, LATER, SETTLING) == expected


def test_a_parent_is_posted_outside_of_any_thread() -> None:
    outcome = Posted("1.0", in_thread=False)

    assert ledger.stray_ts(PARENT_SENDING, outcome) is None
    assert ledger.after_post(PARENT_SENDING, outcome, LATER, SETTLING) == replace(
        PARENT_SENDING, state=PostState.POSTED, ts="1.0"
    )


def test_a_card_outside_of_its_thread_is_stray() -> None:
    assert ledger.stray_ts(SENDING, Posted("5.0", in_thread=False)) == "5.0"
    assert ledger.stray_ts(SENDING, Posted("5.0", in_thread=True)) is None
    assert ledger.stray_ts(SENDING, NotNow(1)) is None


def test_a_card_that_is_refused_loses_its_picture_first_and_then_its_blocks() -> None:
    picture = {"type": "image", "image_url": "https://a.org/a.png", "alt_text": "A"}
    whole = json.dumps({"text": "A card", "blocks": [{"type": "divider"}, picture]})
    refused = Refused("invalid_blocks")
    sending = replace(SENDING, payload=whole, has_picture=True)
    first = ledger.after_post(sending, refused, LATER, SETTLING)
    second = ledger.after_post(ledger.sending(first, LATER), refused, LATER, SETTLING)

    planned = replace(SENDING, state=PostState.PLANNED, reason="invalid_blocks")
    assert first == planned
    assert second == replace(planned, payload=PLAIN, is_plain=True, attempted_at=LATER)


def test_a_post_that_is_refused_as_plain_text_too_is_never_sent_again() -> None:
    plain = replace(SENDING, payload=PLAIN, is_plain=True, reason="invalid_blocks")

    assert ledger.after_post(plain, Refused("msg_too_long"), LATER, SETTLING) == replace(
        plain, state=PostState.REFUSED, reason="msg_too_long"
    )


def test_a_post_whose_worker_stopped_is_looked_for_a_settling_time_after_its_attempt() -> None:
    assert ledger.interrupted(SENDING, NOW + timedelta(hours=1), SETTLING) == replace(
        UNKNOWN, reason="stopped while sending"
    )


# ---- Looking for a post


def test_a_post_that_is_found_adopts_the_earliest_message() -> None:
    assert ledger.after_look(UNKNOWN, ["7.0", "5.0"], LATER, SETTLING) == replace(
        UNKNOWN, state=PostState.POSTED, ts="5.0", reason=None
    )


def test_only_a_post_that_was_absent_twice_is_sent_again() -> None:
    once = ledger.after_look(UNKNOWN, [], LATER, SETTLING)
    twice = ledger.after_look(once, [], LATER, SETTLING)

    assert once == replace(UNKNOWN, absent=1, next_look_at=LATER + SETTLING)
    assert twice == replace(once, state=PostState.PLANNED, next_look_at=None)


def test_a_post_that_cannot_be_looked_for_is_uncertain() -> None:
    assert ledger.after_forbidden_look(UNKNOWN, "missing_scope") == replace(
        UNKNOWN, state=PostState.UNCERTAIN, reason="missing_scope"
    )


def test_a_search_begins_before_the_attempt_since_clocks_differ() -> None:
    attempted = replace(UNKNOWN, attempted_at=LATER)

    assert ledger.search_start(OPEN) == NOW - timedelta(seconds=120)
    assert ledger.search_start(OPEN, attempted) == LATER - timedelta(seconds=120)


def test_the_messages_of_a_post_are_those_at_its_position() -> None:
    messages = [ChannelMessage("1.0", "key", 0), ChannelMessage("5.0", "key", 3), ChannelMessage("6.0")]

    assert ledger.stamps_of(PLANNED, [PLANNED], messages) == ["5.0"]


def test_a_message_that_is_known_as_another_post_is_none_of_this_one() -> None:
    parent = replace(PARENT_SENDING, state=PostState.POSTED, ts="1.0")
    messages = [ChannelMessage("1.0", "key", 3), ChannelMessage("5.0", "key", 3)]

    assert ledger.stamps_of(UNKNOWN, [parent, UNKNOWN], messages) == ["5.0"]
    assert ledger.stamps_of(POSTED, [parent, POSTED], messages) == ["5.0"]


# ---- Updating a parent


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Done(), replace(STALE, is_stale=False)),
        (Refused("invalid_blocks"), replace(STALE, payload=PLAIN, is_plain=True)),
        (Refused("message_not_found"), replace(STALE, state=PostState.PLANNED, ts=None, is_stale=False)),
        (Refused("not_in_channel", Scope.CHANNEL), STALE),
    ],
    ids=str,
)
def test_a_stale_parent_is_updated_else_reduced_to_text_else_sent_anew(
    outcome: Done | Refused, expected: Post
) -> None:
    assert ledger.after_update(STALE, outcome) == expected


def test_a_parent_that_is_refused_as_plain_text_is_sent_anew() -> None:
    plain = replace(STALE, payload=PLAIN, is_plain=True)

    assert ledger.after_update(plain, Refused("msg_too_long")) == replace(
        plain, state=PostState.PLANNED, ts=None, is_stale=False
    )


# ---- Settled posts and surplus copies


@pytest.mark.parametrize(
    ("post", "is_settled"),
    [
        (PLANNED, False),
        (SENDING, False),
        (UNKNOWN, False),
        (POSTED, True),
        (STALE, False),
        (replace(STALE, state=PostState.UNCERTAIN), True),
        (replace(SENDING, state=PostState.REFUSED), True),
    ],
)
def test_work_is_left_on_a_post_until_it_is_posted_or_cannot_be(post: Post, is_settled: bool) -> None:
    assert ledger.is_settled(post) is is_settled


@pytest.mark.parametrize(
    ("post", "stamps", "expected"),
    [
        (POSTED, [], Deduplicated(POSTED, ())),
        (POSTED, ["5.0"], Deduplicated(POSTED, ())),
        (POSTED, ["9.0", "5.0"], Deduplicated(POSTED, ("9.0",))),
        (POSTED, ["5.0", "4.0", "5.0"], Deduplicated(replace(POSTED, ts="4.0"), ("5.0",))),
        (
            replace(UNKNOWN, state=PostState.UNCERTAIN),
            ["4.0"],
            Deduplicated(replace(UNKNOWN, state=PostState.POSTED, ts="4.0", reason=None), ()),
        ),
        (STALE, ["0.5", "1.0"], Deduplicated(STALE, ("0.5",))),
        (STALE, ["0.5", "2.0"], Deduplicated(replace(STALE, ts="0.5"), ("2.0",))),
    ],
)
def test_of_several_copies_the_first_stays_and_of_parents_the_one_with_the_thread(
    post: Post, stamps: list[str], expected: Deduplicated
) -> None:
    assert ledger.deduplicate(post, stamps) == expected


# ---- Deliveries


def test_an_unknown_post_makes_a_look_at_the_channel_necessary() -> None:
    assert ledger.with_post(OPEN, UNKNOWN) == DOUBTFUL
    assert ledger.with_post(OPEN, POSTED) == OPEN
    assert ledger.with_post(DOUBTFUL, POSTED) == DOUBTFUL


def test_a_lease_is_extended_and_released() -> None:
    assert ledger.leased(OPEN, LATER) == replace(OPEN, leased_until=LATER)
    assert ledger.released(OPEN) == replace(OPEN, leased_until=None)


@pytest.mark.parametrize(
    ("delivery", "expected"),
    [
        (OPEN, replace(OPEN, state=DeliveryState.DONE, leased_until=None)),
        (
            replace(OPEN, reason="source_late"),
            replace(OPEN, state=DeliveryState.DONE, leased_until=None, reason="source_late"),
        ),
        (
            DOUBTFUL,
            replace(
                DOUBTFUL, state=DeliveryState.LAST_LOOK, leased_until=None, next_look_at=LATER + LAST_LOOK
            ),
        ),
    ],
)
def test_a_delivery_whose_posts_are_settled_is_done_but_for_a_last_look(
    delivery: Delivery, expected: Delivery
) -> None:
    assert ledger.finished(delivery, LATER, LAST_LOOK) == expected


def test_a_delivery_is_done_after_its_last_look() -> None:
    assert ledger.after_last_look(LOOKING_LAST, [POSTED]) == replace(
        LOOKING_LAST, state=DeliveryState.DONE, leased_until=None
    )


def test_a_stopped_delivery_keeps_what_is_planned_and_has_its_last_look() -> None:
    stopped = replace(OPEN, state=DeliveryState.STOPPED, leased_until=None)
    looking = replace(
        DOUBTFUL, state=DeliveryState.LAST_LOOK, leased_until=None, next_look_at=LATER + LAST_LOOK
    )

    assert ledger.stopped(OPEN, [POSTED, PLANNED], LATER, LAST_LOOK) == stopped
    assert ledger.stopped(DOUBTFUL, [POSTED, PLANNED], LATER, LAST_LOOK) == looking
    assert ledger.after_last_look(looking, [POSTED, PLANNED]) == replace(looking, state=DeliveryState.STOPPED)


def test_a_stopped_delivery_without_papers_is_done() -> None:
    assert ledger.stopped(OPEN, [PARENT_POST], LATER, LAST_LOOK) == replace(
        OPEN, state=DeliveryState.DONE, leased_until=None
    )


@pytest.mark.parametrize(
    ("delivery", "expected"),
    [
        (OPEN, replace(OPEN, leased_until=None)),
        (DOUBTFUL, replace(DOUBTFUL, leased_until=None, next_look_at=LATER + LAST_LOOK)),
        (replace(DOUBTFUL, next_look_at=NOW), replace(DOUBTFUL, leased_until=None, next_look_at=NOW)),
    ],
)
def test_a_delivery_that_waits_for_a_list_schedules_one_look(delivery: Delivery, expected: Delivery) -> None:
    assert ledger.waiting(delivery, LATER, LAST_LOOK) == expected


def test_a_look_while_waiting_leaves_the_delivery_open_and_without_doubt() -> None:
    looked = ledger.looked_while_waiting(replace(DOUBTFUL, next_look_at=NOW))

    assert looked == replace(OPEN, leased_until=None)


def test_a_look_is_due_from_its_moment_on() -> None:
    assert not ledger.is_look_due(OPEN, NOW)
    assert not ledger.is_look_due(replace(DOUBTFUL, next_look_at=LATER), NOW)
    assert ledger.is_look_due(replace(DOUBTFUL, next_look_at=NOW), NOW)


@pytest.mark.parametrize(
    ("parent", "reason"),
    [
        (replace(PARENT_SENDING, state=PostState.UNCERTAIN, reason="missing_scope"), PARENT_UNCERTAIN),
        (replace(PARENT_SENDING, state=PostState.REFUSED, reason="msg_too_long"), "msg_too_long"),
    ],
)
def test_a_delivery_without_a_parent_fails(parent: Post, reason: str) -> None:
    assert ledger.without_parent(OPEN, parent) == replace(
        OPEN, state=DeliveryState.FAILED, leased_until=None, reason=reason
    )


def test_a_delivery_that_is_aborted_has_failed_unless_only_its_last_look_was_left() -> None:
    assert ledger.aborted(OPEN, PARENT_DELETED) == replace(
        OPEN, state=DeliveryState.FAILED, leased_until=None, reason=PARENT_DELETED
    )
    assert ledger.aborted(LOOKING_LAST, PARENT_DELETED) == replace(
        LOOKING_LAST, state=DeliveryState.DONE, leased_until=None, reason=PARENT_DELETED
    )


def test_the_papers_that_are_certain_are_counted_once_any_is_not() -> None:
    refused = replace(SENDING, state=PostState.REFUSED, paper_ids=("2509.00002", "2509.00003"))

    assert ledger.certainty([STALE, POSTED]) is None
    assert ledger.certainty([STALE, POSTED, refused]) == Certainty(certain=1, papers=3)
