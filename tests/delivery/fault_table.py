"""The fault table: what one digest comes to for each fault of each call that delivers it.

A fault is an error code that Slack documents for the method, or an answer that is none. Each runs through the
simulated world: the bot's own code, a real database, and Slack as the sandbox plays it. To read the table:

    python -m tests.delivery.fault_table
"""

import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.delivery.slack_errors import DELETE, HISTORY, POST, REPLIES, UPDATE
from storage.database import connect
from storage.records import PARENT, PARENT_DELETED, PARENT_UNCERTAIN, DeliveryState, Post, PostState
from storage.tables import Tables
from tests.simulation.runs import Oddity, Record, RunPlan
from tests.simulation.world import simulate

CARDS = 2

Body = dict[str, Any]

WHOLE = "whole"
PLAIN = "whole, one in plain text"
REFUSED = "all but one, which is refused"
UNCERTAIN = "all but one, told as uncertain"
ANEW = "whole, the parent anew"
SURPLUS = "whole, and one surplus that stays"
DELETED = "ended: the parent is gone"
CHANNEL = "ended: the channel is paused"
WORKSPACE = "ended: the workspace is paused"
WAITS = "waits until it passes"


# --- How each call comes about ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Scene:
    """A digest in the course of which a method is called, and how many calls of it go before."""

    method: str
    plan: RunPlan
    skip: int = 0


_CALM = RunPlan(seed=1, cards=CARDS)
_LOST_PARENT = replace(_CALM, faults=[("drop_before_write", {"method": POST})])
_LOST_CARD = replace(_CALM, faults=[("drop_before_write", {"method": POST, "skip": 1})])

SCENES: Mapping[str, Scene] = {
    "posting the parent": Scene(POST, _CALM),
    "posting a card": Scene(POST, _CALM, skip=1),
    # The list comes late, so that the parent is updated from a message that waits to the digest.
    "updating the parent": Scene(UPDATE, replace(_CALM, list_after=45.0)),
    # A copy arrives long after its answer was lost, and is removed.
    "deleting a surplus card": Scene(
        DELETE, replace(_CALM, seed=2, faults=[("write_late", {"method": POST, "skip": 1, "seconds": 45.0})])
    ),
    "looking for the parent": Scene(HISTORY, _LOST_PARENT),
    # The first reading of a thread only looks whether its parent is there.
    "looking for a card": Scene(REPLIES, _LOST_CARD, skip=1),
}

# --- The errors that Slack documents ------------------------------------------------------------------------
# https://docs.slack.dev/reference/methods/, the page of each method

_COMMON = """
    access_denied accesslimited account_inactive deprecated_endpoint ekm_access_denied
    enterprise_is_restricted fatal_error internal_error invalid_arg_name invalid_arguments
    invalid_array_arg invalid_auth invalid_charset invalid_form_data invalid_post_type
    method_deprecated missing_post_type missing_scope no_permission not_allowed_token_type
    not_authed org_login_required ratelimited request_timeout service_unavailable
    team_access_not_granted team_added_to_org token_expired token_revoked two_factor_setup_required
""".split()

_CONTENT = """
    as_user_not_supported attachment_payload_limit_exceeded channel_not_found invalid_blocks
    invalid_blocks_format invalid_metadata_format invalid_metadata_schema markdown_text_conflict
    metadata_must_be_sent_from_app metadata_too_large msg_blocks_too_long msg_too_long no_text
    rate_limited slack_connect_canvas_sharing_blocked slack_connect_file_link_sharing_blocked
    slack_connect_lists_sharing_blocked too_many_attachments
""".split()

_PAGES = """
    channel_not_found invalid_cursor invalid_metadata_filter_keys invalid_ts_latest
    invalid_ts_oldest method_not_supported_for_channel_type not_in_channel
""".split()

_POSTING = """
    app_access_restricted cannot_reply_to_message duplicate_channel_not_found
    duplicate_message_not_found is_archived message_limit_exceeded messages_tab_disabled
    missing_file_data not_in_channel restricted_action restricted_action_non_threadable_channel
    restricted_action_read_only_channel restricted_action_thread_locked
    restricted_action_thread_only_channel team_not_found too_many_contact_cards
""".split()

_UPDATING = """
    block_mismatch cant_broadcast_message cant_update_message edit_window_closed
    external_channel_migrating invalid_attachments is_inactive message_not_found
    no_dual_broadcast_content_update streaming_state_conflict update_failed
""".split()

_DELETING = """
    as_user_not_supported cant_delete_message channel_not_found compliance_exports_prevent_deletion
    message_not_found rate_limited
""".split()

UNDOCUMENTED = "an_error_of_next_year"

DOCUMENTED: Mapping[str, Sequence[str]] = {
    POST: [*_COMMON, *_CONTENT, *_POSTING],
    UPDATE: [*_COMMON, *_CONTENT, *_UPDATING],
    DELETE: [*_COMMON, *_DELETING],
    HISTORY: [*_COMMON, *_PAGES, "pagination_not_available"],
    REPLIES: [*_COMMON, *_PAGES, "thread_not_found", "list_record_comment_fetch_failed"],
}

# --- Answers that are none ----------------------------------------------------------------------------------

_STRANGER = {"bot_id": "B0STRANGER", "app_id": "A0STRANGER", "user": "U0STRANGER"}


def _set(**changes: Any) -> Callable[[Body], object]:
    return lambda body: {**body, **changes}


def _without(*names: str) -> Callable[[Body], object]:
    return lambda body: {name: value for name, value in body.items() if name not in names}


def _instead(value: object) -> Callable[[Body], object]:
    return lambda _: value


def _of_thread(ts: object) -> Callable[[Body], object]:
    return lambda body: {**body, "message": {**body["message"], "thread_ts": ts}}


def _all_named(position: int) -> Callable[[Body], object]:
    """Return a distortion after which all messages of a page claim to be the same post."""

    def name(message: Body) -> Body:
        if not (metadata := message.get("metadata")):
            return message
        payload = {**metadata["event_payload"], "position": position}
        return {**message, "metadata": {**metadata, "event_payload": payload}}

    return lambda body: {**body, "messages": [name(each) for each in body["messages"]]}


def _beside(*messages: object) -> Callable[[Body], object]:
    return lambda body: {**body, "messages": [*messages, *body["messages"]]}


def _copied_by_a_stranger(body: Body) -> Body:
    """Return the page with an earlier copy of each message, its metadata included, by another app."""
    copies = [{**each, **_STRANGER, "ts": f"1{each['ts'][1:-1]}0"} for each in body["messages"]]
    return {**body, "messages": [*copies, *body["messages"]]}


def _named(payload: object) -> Body:
    metadata = {"event_type": "paper_round_post", "event_payload": payload}
    return {"type": "message", "ts": "1759222800.000009", "text": "Hello", **_STRANGER, "metadata": metadata}


_ANYWHERE: Mapping[str, Callable[[Body], object]] = {
    "a list": _instead([]),
    "a string": _instead("ok"),
    "null": _instead(None),
    "an empty object": _instead({}),
    "ok: false alone": _instead({"ok": False}),
    'ok: "yes"': _set(ok="yes"),
    "error as a list": _instead({"ok": False, "error": ["internal_error"]}),
    "error as an object": _instead({"ok": False, "error": {"code": 1}}),
    "error: null": _instead({"ok": False, "error": None}),
    "error as a sentence": _instead({"ok": False, "error": "upstream request timeout"}),
    "error with controls": _instead({"ok": False, "error": "\x1b[31m\n"}),
    "error without end": _instead({"ok": False, "error": "x" * 5000}),
    "ok: true alone": _instead({"ok": True}),
    "message: null": _set(message=None),
    "message as a list": _set(message=[]),
    "message: {}": _set(message={}),
    "ts: null": _set(ts=None),
    "ts as a number": _set(ts=1759222800.1),
    "ts without a dot": _set(ts="now"),
    "response_metadata: null": _set(response_metadata=None),
    "response_metadata as a list": _set(response_metadata=["x"]),
}

_IN_PAGES: Mapping[str, Callable[[Body], object]] = {
    "without messages": _without("messages"),
    "messages: null": _set(messages=None),
    "messages as an object": _set(messages={}),
    "more, but no cursor": _set(has_more=True, response_metadata=None),
    "a cursor as a number": _set(response_metadata={"next_cursor": 7}),
    "a null message": _beside(None),
    "a message as text": _beside("hello"),
    "a message without ts": _beside({"type": "message", "text": "hello"}),
    "a message with ts: null": _beside({"ts": None}),
    "metadata: null": _beside({"ts": "1759222800.000009", "metadata": None}),
    "metadata as text": _beside({"ts": "1759222800.000009", "metadata": "x"}),
    "a null payload": _beside(_named(None)),
    "a payload as a list": _beside(_named(["delivery"])),
    "position: true": _beside(_named({"delivery": "x", "position": True})),
    "a position as text": _beside(_named({"delivery": "x", "position": "1"})),
    "copies by a stranger": _copied_by_a_stranger,
    "all named as the parent": _all_named(PARENT),
    "all named as a card": _all_named(PARENT + 1),
}

_IN_POSTS: Mapping[str, Callable[[Body], object]] = {
    "outside of any thread": _of_thread(None),
    "in another thread": _of_thread("1759222800.000009"),
    "in a thread of a number": _of_thread(1759222800.1),
}

ODD: Mapping[str, Mapping[str, Callable[[Body], object]]] = {
    POST: {**_ANYWHERE, **_IN_POSTS},
    UPDATE: _ANYWHERE,
    DELETE: _ANYWHERE,
    HISTORY: {**_ANYWHERE, **_IN_PAGES},
    REPLIES: {**_ANYWHERE, **_IN_PAGES},
}

# --- Runs ---------------------------------------------------------------------------------------------------

ALWAYS = 10_000


def with_error(scene: Scene, code: str, times: int = 1) -> RunPlan:
    """Return the scene in which so many calls of its method fail with the code, without effect."""
    options = {"method": scene.method, "error": code, "skip": scene.skip, "times": times}
    return replace(scene.plan, faults=[*scene.plan.faults, ("error", options)])


def with_odd_answer(scene: Scene, name: str, times: int = 1) -> RunPlan:
    """Return the scene in which so many answers to calls of its method arrive distorted."""
    distort = ODD[scene.method][name]
    return replace(scene.plan, oddities=[Oddity(name, scene.method, distort, scene.skip, times)])


def come_to(plan: RunPlan, folder: Path) -> str:
    """Run the plan, and return what its digest came to."""
    record = simulate(plan, folder)
    try:
        return _verdict(record)
    finally:
        Path(str(record.database)).unlink()


def _verdict(record: Record) -> str:
    closed = [error for error in record.errors if error.startswith("Slack no longer lets the bot work")]
    if len(closed) < len(record.errors):
        return f"a traceback: {record.errors}"
    if record.ended_after is None:
        return WAITS
    tables = Tables(connect(record.database))
    delivery = tables.deliveries.latest_of_channel(record.workspace.team_id, record.channel)
    subscription = tables.subscriptions.of_channel(record.workspace.team_id, record.channel)
    assert delivery is not None
    assert subscription is not None
    if subscription.paused_reason:
        return WORKSPACE if closed else CHANNEL
    if delivery.state is DeliveryState.FAILED:
        return _FAILED.get(delivery.reason or "", f"ended: {delivery.reason}")
    return _of_posts(tables.posts.of_delivery(delivery.id), _positions(record))


_FAILED = {PARENT_DELETED: DELETED, PARENT_UNCERTAIN: UNCERTAIN}


def _of_posts(posts: Sequence[Post], there: Counter[int]) -> str:
    """Return what the ledger says, if the channel bears it out."""
    states = Counter(post.state for post in posts)
    certain = {post.position for post in posts if post.state is PostState.POSTED}
    if not certain <= there.keys():
        return f"lost: {certain} are said to be there, and {there.keys()} are"
    if states[PostState.UNCERTAIN] or states[PostState.REFUSED]:
        return UNCERTAIN if states[PostState.UNCERTAIN] else REFUSED
    if there.total() > len(posts):
        return ANEW if there[PARENT] > 1 else SURPLUS
    return PLAIN if any(post.is_plain for post in posts) else WHOLE


def _positions(record: Record) -> Counter[int]:
    messages = record.workspace.channel("papers").messages.values()
    return Counter(each.metadata["event_payload"]["position"] for each in messages if each.metadata)


def rows() -> Iterator[tuple[str, str, RunPlan]]:
    """Yield each scene with each fault, and the plan of its run."""
    for name, scene in SCENES.items():
        for code in [*DOCUMENTED[scene.method], UNDOCUMENTED]:
            yield name, code, with_error(scene, code)
        for odd in ODD[scene.method]:
            yield name, odd, with_odd_answer(scene, odd)


def table(folder: Path) -> Iterable[tuple[str, str, str]]:
    """Yield each scene with each fault, and what the digest came to."""
    return ((scene, fault, come_to(plan, folder)) for scene, fault, plan in rows())


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        for scene_name, fault, verdict in table(Path(made)):
            sys.stdout.write(f"{scene_name:24} {fault:42} {verdict}\n")
