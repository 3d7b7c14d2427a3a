"""Slack's rules as one table: each has a name, a number if it limits one, and its source.

"docs" is docs.slack.dev, "sdk" the source of slack_sdk 3.47 and @slack/types, "reported" an error reported
from a live workspace, "ours" a conservative choice where Slack publishes nothing.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """One limit, check or behaviour of Slack."""

    name: str
    number: int | None
    known_from: str


_TABLE: tuple[tuple[str, int | None, str], ...] = (
    # Whole payloads
    ("message.blocks", 50, "docs: reference/block-kit/blocks"),
    ("view.blocks", 100, "docs: surfaces/app-home, surfaces/modals"),
    ("view.needs_blocks", 1, "sdk: models/views, between 1 and 100 blocks"),
    (
        "message.size",
        11_340,
        "reported: slackapi/bolt-js#2509 and #2867, one less than the smallest rejected",
    ),
    ("message.text", 40_000, "docs: reference/methods/chat.postMessage, longer text is cut"),
    ("message.needs_content", None, "docs: reference/methods/chat.postMessage, no_text"),
    ("update.text", 4_000, "docs: reference/methods/chat.update; counted in bytes, reported"),
    ("blocks.format", None, "reported: jolicode/slack-php-api#114, invalid_blocks_format"),
    ("block.type", None, "docs: unknown types are rejected; ours: so are types that no bot here uses"),
    ("field.known", None, "reported: grafana-cold-storage/oncall#702, invalid additional property"),
    ("field.required", None, "reported: slackapi/java-slack-sdk#302, missing required field"),
    ("field.type", None, "docs: reference/block-kit"),
    ("field.value", None, "docs: reference/block-kit, one of the listed values"),
    # Identifiers
    ("block_id", 255, "docs: reference/block-kit/blocks"),
    ("block_id.unique", None, "docs: reference/block-kit/blocks"),
    ("action_id", 255, "docs: reference/block-kit/block-elements"),
    ("action_id.unique", None, "docs: unique among the action_ids of its block"),
    ("callback_id", 255, "docs: reference/views"),
    ("external_id", 255, "docs: reference/views"),
    # Text
    ("text.empty", 1, "docs: reference/block-kit/composition-objects/text-object"),
    ("items.empty", 1, "sdk: models/blocks, lists of elements and options are not empty"),
    ("text", 3_000, "docs: reference/block-kit/composition-objects/text-object"),
    ("url", None, "reported: MacPaw/together-app#4, invalid url"),
    # Blocks
    ("section.text", 3_000, "docs: reference/block-kit/blocks/section-block"),
    ("section.fields", 10, "docs: reference/block-kit/blocks/section-block"),
    ("section.field", 2_000, "docs: reference/block-kit/blocks/section-block"),
    ("section.content", None, "docs: text is required without fields"),
    ("header.text", 150, "docs: reference/block-kit/blocks/header-block"),
    ("context.elements", 10, "docs: reference/block-kit/blocks/context-block"),
    (
        "actions.elements",
        25,
        "docs: reference/block-kit/blocks/actions-block; adobe/spacecat-api-service#176",
    ),
    ("context_actions.elements", 5, "docs: reference/block-kit/blocks/context-actions-block"),
    ("context_actions.surface", None, "docs: reference/block-kit/blocks, available in messages alone"),
    ("element.place", None, "docs: each element page, 'works with block types'"),
    ("input.label", 2_000, "docs: reference/block-kit/blocks/input-block"),
    ("input.hint", 2_000, "docs: reference/block-kit/blocks/input-block"),
    ("input.surface", None, "ours: inputs in messages are rejected, no bot here uses them"),
    ("rich_text.list", None, "docs: reference/block-kit/blocks/rich-text-block, list style and sections"),
    # Elements and objects
    ("button.text", 75, "docs: reference/block-kit/block-elements/button-element"),
    ("button.value", 2_000, "docs: reference/block-kit/block-elements/button-element"),
    ("button.url", 3_000, "docs: reference/block-kit/block-elements/button-element"),
    ("button.accessibility_label", 75, "docs: reference/block-kit/block-elements/button-element"),
    ("feedback.text", 75, "docs: reference/block-kit/block-elements/feedback-buttons-element"),
    ("feedback.value", 2_000, "docs: reference/block-kit/block-elements/feedback-buttons-element"),
    (
        "feedback.accessibility_label",
        75,
        "docs: reference/block-kit/block-elements/feedback-buttons-element",
    ),
    ("option.text", 75, "docs: reference/block-kit/composition-objects/option-object"),
    ("option.value", 150, "docs: reference/block-kit/composition-objects/option-object"),
    ("option.description", 75, "docs: reference/block-kit/composition-objects/option-object"),
    ("option.url", 3_000, "docs: reference/block-kit/composition-objects/option-object; overflow only"),
    ("option.initial", None, "docs: an initial option is one of the options"),
    ("select.options", 100, "docs: reference/block-kit/block-elements/select-menu-element"),
    ("select.groups", 100, "docs: reference/block-kit/block-elements/select-menu-element"),
    ("select.source", None, "docs: options or option_groups, not both"),
    ("group.label", 75, "docs: reference/block-kit/composition-objects/option-group-object"),
    ("placeholder", 150, "docs: reference/block-kit/block-elements"),
    ("overflow.options", 5, "docs: reference/block-kit/block-elements/overflow-menu-element"),
    ("choice.options", 10, "docs: checkboxes and radio buttons"),
    ("max_selected_items", 1, "docs: reference/block-kit/block-elements/multi-select-menu-element"),
    ("confirm.title", 100, "docs: reference/block-kit/composition-objects/confirmation-dialog-object"),
    ("confirm.text", 300, "docs: reference/block-kit/composition-objects/confirmation-dialog-object"),
    ("confirm.confirm", 30, "docs: reference/block-kit/composition-objects/confirmation-dialog-object"),
    ("confirm.deny", 30, "docs: reference/block-kit/composition-objects/confirmation-dialog-object"),
    ("image.url", 3_000, "docs: reference/block-kit/block-elements/image-element"),
    ("image.alt_text", 2_000, "sdk: models/blocks/block_elements.py"),
    ("image.title", 2_000, "docs: reference/block-kit/blocks/image-block"),
    ("image.loads", None, "reported: slackapi/python-slack-sdk#1782, invalid_blocks, by a fault"),
    ("plain_text_input.length", 3_000, "docs: reference/block-kit/block-elements/plain-text-input-element"),
    ("number_input.value", None, "docs: reference/block-kit/block-elements/number-input-element"),
    ("date", None, "docs: reference/block-kit/block-elements/date-picker-element, YYYY-MM-DD"),
    ("time", None, "docs: reference/block-kit/block-elements/time-picker-element, HH:mm"),
    ("focus_on_load", 1, "docs: only one element can be set to true"),
    # Views
    ("modal.title", 24, "docs: reference/views/modal-views"),
    ("modal.submit", 24, "docs: reference/views/modal-views"),
    ("modal.close", 24, "docs: reference/views/modal-views"),
    ("modal.submit.with_input", None, "docs: submit is required in a view with an input block"),
    ("home.fields", None, "docs: reference/views/home-tab-views, no title, submit or close"),
    ("view.private_metadata", 3_000, "docs: reference/views"),
    ("view.size", 250_000, "docs: reference/methods/views.open, view_too_large; in bytes"),
    ("view.stack", 3, "docs: surfaces/modals, push_limit_reached"),
    ("view.hash", None, "docs: reference/methods/views.update, hash_conflict"),
    ("view.owner", None, "docs: reference/methods/views.update, not_found"),
    ("view.home_tab", None, "docs: reference/methods/views.publish, not_enabled"),
    # Metadata
    ("metadata.event_type", None, "docs: messaging/message-metadata, [a-z][a-z0-9_]*"),
    ("metadata.flat", None, "docs: messaging/message-metadata, no nested objects"),
    ("metadata.size", 1_024, "ours: Slack does not publish the size that gives metadata_too_large"),
    ("metadata.asked_for", None, "docs: messaging/message-metadata, include_all_metadata"),
    # Triggers and response URLs
    ("trigger.seconds", 3, "docs: interactivity/handling-user-interaction, expired_trigger_id"),
    ("trigger.known", None, "docs: reference/methods/views.open, invalid_trigger_id"),
    ("trigger.once", None, "docs: reference/methods/views.open, exchanged_trigger_id"),
    ("response_url.uses", 5, "docs: interactivity/handling-user-interaction"),
    ("response_url.seconds", 1_800, "docs: interactivity/handling-user-interaction"),
    # Permissions
    ("token", None, "docs: not_authed, invalid_auth, not_allowed_token_type"),
    ("scope", None, "docs: missing_scope with needed and provided"),
    ("method", None, "docs: unknown_method"),
    ("argument", None, "ours: arguments that no bot here uses are rejected by name"),
    ("channel.known", None, "docs: channel_not_found, also for a private channel without the bot"),
    ("channel.member", None, "docs: not_in_channel"),
    ("channel.archived", None, "docs: is_archived"),
    ("channel.posting", None, "docs: restricted_action and its variants"),
    ("message.author", None, "docs: cant_update_message, cant_delete_message"),
    ("message.known", None, "docs: message_not_found, thread_not_found"),
    ("thread.gone", None, "reported: slack-go/slack#1571, posted outside the thread instead of rejected"),
    (
        "thread.parent",
        None,
        "docs: chat.postMessage, cannot_reply_to_message; thread_ts is the parent's ts",
    ),
    ("ephemeral.member", None, "docs: reference/methods/chat.postEphemeral, user_not_in_channel"),
    # Files
    ("file.size", 1_073_741_824, "docs: files.getUploadURLExternal; sdk: the limit of files_upload_v2, 1 GB"),
    ("file.snippet_size", 1_000_000, "docs: files.getUploadURLExternal, snippet_too_large above 1 MB"),
    ("file.snippet_type", None, "docs: files.getUploadURLExternal, unknown_snippet_type"),
    ("file.alt_txt", 1_000, "docs: files.getUploadURLExternal, alt_txt_too_large"),
    ("file.length", 1, "docs: files.getUploadURLExternal, missing_argument for a length of 0"),
    (
        "file.upload",
        None,
        "docs: files.getUploadURLExternal, bytes come first; ours: their number must match",
    ),
    ("file.ticket", None, "docs: files.completeUploadExternal, file_not_found; ours: also the second time"),
    ("file.owner", None, "docs: files.completeUploadExternal, access_denied"),
    ("file.place", None, "reported: slackapi/bolt-js#2115, channel_id takes no person's id"),
    ("file.channels", 100, "docs: files.completeUploadExternal, channels_limit_exceeded"),
    ("file.member", None, "docs: files.completeUploadExternal, not_in_channel even with chat:write.public"),
    ("file.posting", None, "docs: files.completeUploadExternal, posting_to_channel_denied"),
    ("file.seen", None, "docs: files.info, file_not_found for what the app cannot see"),
    ("file.private", None, "reported: nlink-jp/scli v1.7.2, without files:read to the page for signing in"),
    ("file_input.max_files", 10, "docs: reference/block-kit/block-elements/file-input-element"),
    ("file_input.size", 10_000_000, "docs: reference/block-kit/block-elements/file-input-element, 10 MB"),
    ("file_input.scope", None, "docs: file-input-element needs files:read; ours: missing_scope without it"),
    # Reactions
    ("reaction.name", None, "docs: reactions.add, invalid_name; ours: an emoji that the page cannot draw"),
    ("reaction.once", None, "docs: reactions.add, already_reacted"),
    ("reaction.there", None, "docs: reactions.remove, no_reaction"),
    ("reaction.item", None, "docs: reactions.add, no_item_specified and bad_timestamp"),
    ("reaction.emoji", 50, "reported: slack.com/help, Use emoji and reactions; too_many_emoji"),
    ("reaction.own", 23, "reported: slack.com/help, Use emoji and reactions; too_many_reactions"),
    # Links
    ("unfurl.target", None, "docs: chat.unfurl, missing_channel, missing_ts, cannot_find_channel"),
    ("unfurl.message", None, "docs: chat.unfurl, cannot_find_message"),
    ("unfurl.id", None, "docs: chat.unfurl, missing_source, invalid_source, invalid_unfurl_id"),
    ("unfurl.format", None, "docs: chat.unfurl, missing_unfurls, invalid_unfurls_format"),
    ("unfurl.shown", None, "docs: chat.unfurl, cannot_parse_attachment; ours: also without blocks"),
    ("unfurl.domain", None, "docs: messaging/unfurling-links-in-messages, cannot_unfurl_url"),
    ("unfurl.heard", None, "docs: chat.unfurl, cannot_unfurl_url where no link_shared was acknowledged"),
    ("unfurl.link", None, "docs: chat.unfurl, cannot_unfurl_message"),
    ("unfurl.rich_text", None, "docs: messaging/unfurling-links-in-messages, no rich text: invalid_blocks"),
    # Reading
    ("history.limit", 999, "docs: reference/methods/conversations.history"),
    (
        "history.distributed",
        15,
        "docs: changelog/2025/05/29, commercially distributed apps; one call a minute",
    ),
    ("history.cursor", None, "docs: apis/web-api/pagination, invalid_cursor"),
    ("history.ts", None, "docs: invalid_ts_oldest, invalid_ts_latest"),
    # Rates
    ("rate.channel", 1, "docs: apis/web-api/rate-limits, one message per second per channel"),
    ("rate.workspace", 300, "docs: several hundred per minute per workspace; the number is configurable"),
    ("rate.method", None, "docs: apis/web-api/rate-limits, the tiers"),
    # Socket Mode
    ("socket.connections", 10, "docs: apis/events-api/using-socket-mode"),
    ("socket.ack_seconds", 3, "docs: interactivity/handling-user-interaction, operation_timeout"),
    ("socket.retries", 3, "docs: apis/events-api, at once, after one minute and after five"),
    ("socket.warning_seconds", 10, "docs: apis/events-api/using-socket-mode, disconnect: warning"),
    ("socket.debug_seconds", 360, "docs: apis/events-api/using-socket-mode, debug_reconnects"),
    ("socket.ticket", None, "docs: a WebSocket URL opens one connection"),
)

RULES: dict[str, Rule] = {name: Rule(name, number, known_from) for name, number, known_from in _TABLE}


def limit(name: str) -> int:
    """Return the number of the rule called `name`. Raises LookupError if it has none."""
    number = RULES[name].number
    if number is None:
        raise LookupError(name)
    return number


RETRY_DELAYS = (0.0, 60.0, 300.0)
"""Seconds before each retry of an unacknowledged event (docs: apis/events-api)."""
