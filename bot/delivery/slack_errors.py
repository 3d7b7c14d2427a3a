"""Slack's error codes, each with what it means for a delivery and where Slack says so.

Every code is one of four things. It passes: the call is repeated after a while. It concerns this message,
which is then tried in its plainest form. It closes this channel, whose digests are paused. Or it closes the
whole workspace. A code that is in no table passes at first, and is of this message if it lasts: Slack adds
codes.

A few codes mean something else to a single method; those are in its own table, which comes first.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.delivery.outcomes import Scope

POST, UPDATE, DELETE = "chat.postMessage", "chat.update", "chat.delete"
HISTORY, REPLIES = "conversations.history", "conversations.replies"

CURSOR_ERROR = "invalid_cursor"
"""The error of a reading whose cursor Slack does not know, or no longer."""

_METHODS = "https://docs.slack.dev/reference/methods/"
_RATE_LIMITS = "https://docs.slack.dev/apis/web-api/rate-limits"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code means; it passes if it has no `scope`."""

    #: How far it reaches from the start, or `None` if it passes.
    scope: Scope | None
    #: The page on which Slack says so.
    source: str
    #: How far it reaches if it does not pass soon; `None` where it passes however long that takes.
    lasting: Scope | None = None
    #: Whether it is Slack's limit on the number of calls.
    is_rate_limit: bool = False
    #: Whether the call may have had its effect all the same.
    may_be_done: bool = False


def _rows(codes: Iterable[str], meaning: Meaning) -> dict[str, Meaning]:
    return dict.fromkeys(codes, meaning)


UNLISTED = Meaning(None, _METHODS, lasting=Scope.MESSAGE)
"""What a code means that is in no table."""

ERRORS: Mapping[str, Meaning] = {
    # --- It passes.
    **_rows(("ratelimited", "rate_limited"), Meaning(None, _RATE_LIMITS, is_rate_limit=True)),
    **_rows(
        ("internal_error", "fatal_error", "request_timeout", "service_unavailable"),
        Meaning(None, _METHODS + POST, may_be_done=True),
    ),
    # "Members on this team are sending too many messages."
    **_rows(("message_limit_exceeded",), Meaning(None, _METHODS + POST)),
    # A migration: calls are "intermittently unavailable until the transition is complete".
    **_rows(("team_added_to_org", "org_login_required"), Meaning(None, _METHODS + POST)),
    **_rows(("external_channel_migrating",), Meaning(None, _METHODS + UPDATE)),
    # A network that is not allowed, and a token that is about to be exchanged.
    **_rows(("accesslimited", "token_expired"), Meaning(None, _METHODS + POST, lasting=Scope.WORKSPACE)),
    # --- It concerns this message.
    **_rows(
        (
            "as_user_not_supported",
            "attachment_payload_limit_exceeded",
            "cannot_reply_to_message",
            "duplicate_channel_not_found",
            "duplicate_message_not_found",
            "invalid_arg_name",
            "invalid_arguments",
            "invalid_array_arg",
            "invalid_attachments",
            "invalid_blocks",
            "invalid_blocks_format",
            "invalid_charset",
            "invalid_form_data",
            "invalid_metadata_format",
            "invalid_metadata_schema",
            "invalid_post_type",
            "markdown_text_conflict",
            "metadata_must_be_sent_from_app",
            "metadata_too_large",
            "missing_file_data",
            "missing_post_type",
            "msg_blocks_too_long",
            "msg_too_long",
            "no_text",
            "slack_connect_canvas_sharing_blocked",
            "slack_connect_file_link_sharing_blocked",
            "slack_connect_lists_sharing_blocked",
            "too_many_attachments",
            "too_many_contact_cards",
        ),
        Meaning(Scope.MESSAGE, _METHODS + POST),
    ),
    **_rows(
        (
            "block_mismatch",
            "cant_broadcast_message",
            "cant_update_message",
            "edit_window_closed",
            "message_not_found",
            "no_dual_broadcast_content_update",
            "streaming_state_conflict",
            "update_failed",
        ),
        Meaning(Scope.MESSAGE, _METHODS + UPDATE),
    ),
    **_rows(
        ("cant_delete_message", "compliance_exports_prevent_deletion"),
        Meaning(Scope.MESSAGE, _METHODS + DELETE),
    ),
    # --- It closes the channel.
    **_rows(
        (
            "access_denied",
            "channel_not_found",
            "is_archived",
            "messages_tab_disabled",
            "no_permission",
            "not_in_channel",
            "restricted_action",
            "restricted_action_non_threadable_channel",
            "restricted_action_read_only_channel",
            "restricted_action_thread_locked",
            "restricted_action_thread_only_channel",
            "team_not_found",
        ),
        Meaning(Scope.CHANNEL, _METHODS + POST),
    ),
    **_rows(("is_inactive",), Meaning(Scope.CHANNEL, _METHODS + UPDATE)),
    **_rows(("method_not_supported_for_channel_type",), Meaning(Scope.CHANNEL, _METHODS + HISTORY)),
    # --- It closes the workspace.
    **_rows(
        (
            "account_inactive",
            "app_access_restricted",
            "deprecated_endpoint",
            "ekm_access_denied",
            "enterprise_is_restricted",
            "invalid_auth",
            "method_deprecated",
            "missing_scope",
            "not_allowed_token_type",
            "not_authed",
            "team_access_not_granted",
            "token_revoked",
            "two_factor_setup_required",
        ),
        Meaning(Scope.WORKSPACE, _METHODS + POST),
    ),
}

_OF_READING: Mapping[str, Meaning] = {
    # Posting may be allowed all the same, so these concern the reading alone.
    **_rows(
        ("access_denied", "missing_scope", "no_permission", "not_allowed_token_type"),
        Meaning(Scope.MESSAGE, _METHODS + HISTORY),
    ),
    # A cursor may be "no longer valid"; the reading begins again.
    **_rows(
        (CURSOR_ERROR, "invalid_limit", "invalid_ts_latest", "invalid_ts_oldest"),
        Meaning(None, _METHODS + HISTORY, lasting=Scope.MESSAGE),
    ),
    **_rows(
        ("invalid_metadata_filter_keys", "pagination_not_available"),
        Meaning(None, _METHODS + HISTORY, lasting=Scope.MESSAGE),
    ),
    **_rows(("list_record_comment_fetch_failed",), Meaning(None, _METHODS + REPLIES, lasting=Scope.MESSAGE)),
    **_rows(("thread_not_found", "message_not_found"), Meaning(Scope.MESSAGE, _METHODS + REPLIES)),
}

ERRORS_OF_METHOD: Mapping[str, Mapping[str, Meaning]] = {HISTORY: _OF_READING, REPLIES: _OF_READING}
"""What a code means to one method where that differs."""

CLOSING_ERRORS = frozenset(
    code for code, meaning in ERRORS.items() if Scope.WORKSPACE in {meaning.scope, meaning.lasting}
)
"""Errors after which the digests of the whole workspace are paused."""

UPDATE_IMPOSSIBLE_ERRORS = frozenset(
    {"message_not_found", "cant_update_message", "edit_window_closed", "update_failed"}
)
"""Errors of this message after which chat.update can never succeed, whatever its new content."""

THREAD_GONE_ERRORS = frozenset({"thread_not_found", "message_not_found"})
"""Errors of a reading after which a thread has no parent any more."""


def meaning_of(method: str, code: str) -> Meaning:
    """Return what an error code of a method means."""
    own = ERRORS_OF_METHOD.get(method, {})
    return own.get(code) or ERRORS.get(code, UNLISTED)


def closes_workspace(code: str | None) -> bool:
    """Return whether it is an error after which the digests of the whole workspace are paused."""
    return code in CLOSING_ERRORS
