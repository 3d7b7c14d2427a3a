"""Every fault of every call of a digest ends with each card there once, or with the one right class.

What is expected here is written down from Slack's pages, and not read from the bot's own table.
"""

import base64
import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.delivery.read_back import MOST_PAGES
from bot.delivery.slack_errors import DELETE, HISTORY, POST, REPLIES, UPDATE
from bot.sandbox.faults import Kind
from tests.delivery.fault_table import (
    ALWAYS,
    ANEW,
    CHANNEL,
    DELETED,
    DOCUMENTED,
    ODD,
    PLAIN,
    REFUSED,
    SCENES,
    SURPLUS,
    UNCERTAIN,
    UNDOCUMENTED,
    WAITS,
    WHOLE,
    WORKSPACE,
    come_to,
    with_error,
    with_odd_answer,
)
from tests.simulation.checker import violations
from tests.simulation.runs import Oddity, RunPlan
from tests.simulation.world import simulate

PASSING = set(
    """
    accesslimited external_channel_migrating fatal_error internal_error message_limit_exceeded
    org_login_required rate_limited ratelimited request_timeout service_unavailable team_added_to_org
    token_expired
    """.split()
) | {UNDOCUMENTED}

OF_CHANNEL = set(
    """
    access_denied channel_not_found is_archived is_inactive messages_tab_disabled
    method_not_supported_for_channel_type no_permission not_in_channel restricted_action
    restricted_action_non_threadable_channel restricted_action_read_only_channel
    restricted_action_thread_locked restricted_action_thread_only_channel team_not_found
    """.split()
)

OF_WORKSPACE = set(
    """
    account_inactive app_access_restricted deprecated_endpoint ekm_access_denied enterprise_is_restricted
    invalid_auth method_deprecated missing_scope not_allowed_token_type not_authed team_access_not_granted
    token_revoked two_factor_setup_required
    """.split()
)

NEVER_UPDATED = {"message_not_found", "cant_update_message", "edit_window_closed", "update_failed"}

# A channel may be closed to reading alone, and a reading may be done again.
NOT_PERMITTED = {"access_denied", "missing_scope", "no_permission", "not_allowed_token_type"}
READ_AGAIN = set(
    """
    invalid_cursor invalid_metadata_filter_keys invalid_ts_latest invalid_ts_oldest
    list_record_comment_fetch_failed pagination_not_available
    """.split()
)

# What an error that concerns only this call comes to.
OF_CALL = {POST: PLAIN, UPDATE: PLAIN, DELETE: SURPLUS, HISTORY: UNCERTAIN, REPLIES: UNCERTAIN}


def expected(method: str, code: str) -> str:
    """Return what a digest comes to if one call of the method fails with the code."""
    if method in {HISTORY, REPLIES} and code in NOT_PERMITTED | READ_AGAIN | {"thread_not_found"}:
        others = {**dict.fromkeys(NOT_PERMITTED, UNCERTAIN), "thread_not_found": DELETED}
        return others.get(code, WHOLE)
    if method == UPDATE and code in NEVER_UPDATED:
        return ANEW
    for codes, verdict in ((PASSING, WHOLE), (OF_CHANNEL, CHANNEL), (OF_WORKSPACE, WORKSPACE)):
        if code in codes:
            return verdict
    return OF_CALL[method]


def by_verdict(verdicts: Mapping[str, str]) -> Mapping[str, Set[str]]:
    """Group faults by what they come to, so that a failure shows what differs."""
    grouped: defaultdict[str, set[str]] = defaultdict(set)
    for fault, verdict in verdicts.items():
        grouped[verdict].add(fault)
    return dict(grouped)


@pytest.mark.parametrize("name", SCENES)
def test_each_scene_comes_to_the_call_that_it_is_about(folder: Path, name: str) -> None:
    scene = SCENES[name]
    record = simulate(scene.plan, folder)

    assert sum(call.method == scene.method for call in record.workspace.calls) > scene.skip


_ONE_IN = pytest.mark.parametrize(
    "one_in", [pytest.param(3, id="some"), pytest.param(1, id="all", marks=pytest.mark.soak)]
)


def sampled(faults: Iterable[str], name: str, one_in: int) -> list[str]:
    """Return one in so many of the faults, in each scene others."""
    first = [*SCENES].index(name) % one_in
    return [*faults][first::one_in]


@_ONE_IN
@pytest.mark.parametrize("name", SCENES)
def test_each_documented_error_ends_as_its_class_says(folder: Path, name: str, one_in: int) -> None:
    scene = SCENES[name]
    documented = sorted(DOCUMENTED[scene.method], key=lambda code: expected(scene.method, code))
    codes = [*sampled(documented, name, one_in), UNDOCUMENTED]
    verdicts = {code: come_to(with_error(scene, code), folder) for code in codes}

    assert by_verdict(verdicts) == by_verdict({code: expected(scene.method, code) for code in codes})


@_ONE_IN
@pytest.mark.parametrize("name", SCENES)
def test_an_answer_that_is_none_costs_no_card_and_doubles_none(folder: Path, name: str, one_in: int) -> None:
    scene = SCENES[name]
    odd_ones = sampled(ODD[scene.method], name, one_in)
    verdicts = {odd: come_to(with_odd_answer(scene, odd), folder) for odd in odd_ones}

    assert by_verdict(verdicts) == {WHOLE: set(odd_ones)}


LASTING = {
    "posting a card": {
        "ratelimited": WAITS,
        "team_added_to_org": WAITS,
        "accesslimited": WORKSPACE,
        "token_expired": WORKSPACE,
        "is_archived": CHANNEL,
        "invalid_auth": WORKSPACE,
        "invalid_blocks": REFUSED,
        UNDOCUMENTED: REFUSED,
    },
    "updating the parent": {"external_channel_migrating": WAITS, UNDOCUMENTED: ANEW},
    "deleting a surplus card": {"rate_limited": WAITS, UNDOCUMENTED: SURPLUS},
    "looking for the parent": {"ratelimited": WAITS, "invalid_cursor": UNCERTAIN, UNDOCUMENTED: UNCERTAIN},
    "looking for a card": {"internal_error": WAITS, "invalid_ts_latest": UNCERTAIN, UNDOCUMENTED: UNCERTAIN},
}


@pytest.mark.parametrize("name", LASTING)
def test_an_error_that_lasts_is_waited_for_or_becomes_what_it_is(folder: Path, name: str) -> None:
    verdicts = {code: come_to(with_error(SCENES[name], code, ALWAYS), folder) for code in LASTING[name]}

    assert verdicts == LASTING[name]


@_ONE_IN
@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("posting a card", {WHOLE}),
        ("updating the parent", {WHOLE, ANEW}),
        ("deleting a surplus card", {WHOLE}),
        ("looking for the parent", {WHOLE, UNCERTAIN}),
        ("looking for a card", {WHOLE, UNCERTAIN}),
    ],
)
def test_a_slack_that_never_answers_well_neither_loses_nor_doubles(
    folder: Path,
    name: str,
    verdict: set[str],
    one_in: int,
) -> None:
    scene = SCENES[name]
    odd_ones = sampled(ODD[scene.method], name, one_in)
    verdicts = {odd: come_to(with_odd_answer(scene, odd, ALWAYS), folder) for odd in odd_ones}

    assert {odd: each for odd, each in verdicts.items() if each not in verdict} == {}


# --- Slack shows too little, or too much


def shown(method: str, distort: Callable[[dict[str, Any]], object]) -> Oddity:
    return Oddity("as shown", method, distort, times=ALWAYS)


def without_metadata(body: dict[str, Any]) -> dict[str, Any]:
    messages = body.get("messages", [])
    return {**body, "messages": [{**each, "metadata": None} for each in messages]}


@pytest.mark.parametrize("position", [0, 1, 2])
def test_where_slack_gives_no_metadata_back_a_doubt_is_told_and_nothing_is_sent_twice(
    folder: Path, position: int
) -> None:
    lost: tuple[Kind, dict[str, Any]] = ("drop_after_write", {"method": POST, "skip": position})
    oddities = [shown(HISTORY, without_metadata), shown(REPLIES, without_metadata)]
    plan = RunPlan(seed=1, cards=2, faults=[lost], oddities=oddities)
    record = simulate(plan, folder)

    assert Counter(each.position for each in record.arrivals).most_common(1)[0][1] == 1
    assert come_to(plan, folder) == UNCERTAIN


def test_a_digest_with_a_stranger_s_copies_of_all_its_messages_loses_none(folder: Path) -> None:
    copies = ODD[REPLIES]["copies by a stranger"]
    plan = RunPlan(
        seed=1,
        cards=2,
        faults=[("drop_after_write", {"method": POST, "skip": 1})],
        oddities=[shown(HISTORY, copies), shown(REPLIES, copies)],
    )
    record = simulate(plan, folder)

    assert violations(record) == []
    assert not any(call.method == DELETE for call in record.workspace.calls)


@pytest.mark.parametrize("is_new_each_time", [False, True])
def test_a_cursor_that_never_ends_is_followed_for_a_bounded_time(
    folder: Path, is_new_each_time: bool
) -> None:
    numbers = itertools.count()

    def endless(body: dict[str, Any]) -> dict[str, Any]:
        number = next(numbers) if is_new_each_time else 0
        cursor = base64.b64encode(f"next:1759222800.{number:06}".encode()).decode()
        return {**body, "has_more": True, "response_metadata": {"next_cursor": cursor}}

    plan = replace(SCENES["looking for a card"].plan, oddities=[shown(REPLIES, endless)])
    reads = [call for call in simulate(plan, folder).workspace.calls if call.method == REPLIES]

    assert len(reads) <= (2 * MOST_PAGES + 1 if is_new_each_time else 10)
    assert come_to(plan, folder) == (UNCERTAIN if is_new_each_time else WHOLE)
