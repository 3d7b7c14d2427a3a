"""Slack's error codes, by what they mean for a delivery."""

# https://docs.slack.dev/reference/methods/chat.postMessage
MAYBE_DONE_ERRORS = frozenset({"internal_error", "fatal_error", "request_timeout", "service_unavailable"})
"""Errors after which, as Slack says, some aspect of the call may have succeeded all the same."""

# https://docs.slack.dev/reference/methods/chat.postMessage
CHANNEL_CLOSED_ERRORS = frozenset(
    {
        "account_inactive",
        "channel_not_found",
        "invalid_auth",
        "is_archived",
        "missing_scope",
        "not_authed",
        "not_in_channel",
        "org_login_required",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
        "restricted_action",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
        "restricted_action_non_threadable_channel",
        "restricted_action_thread_locked",
    }
)
"""Errors after which no message can reach the channel."""

# https://docs.slack.dev/reference/methods/chat.update
UPDATE_IMPOSSIBLE_ERRORS = frozenset(
    {"message_not_found", "cant_update_message", "edit_window_closed", "update_failed"}
)
"""Errors after which chat.update can never succeed for the message, whatever its new content."""

# https://docs.slack.dev/reference/methods/conversations.history
READING_FORBIDDEN_ERRORS = frozenset(
    {"missing_scope", "not_allowed_token_type", "no_permission", "access_denied"}
)
"""Errors after which the bot cannot read the channel, although it may be able to post there."""

# https://docs.slack.dev/reference/methods/conversations.replies
THREAD_GONE_ERRORS = frozenset({"thread_not_found", "message_not_found"})
"""Errors after which a thread has no parent any more."""
