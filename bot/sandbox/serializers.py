"""Serializes workspace records as Slack's message, conversation, user and view objects."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_name

from bot.sandbox.checks import Json
from bot.sandbox.records import Attachment, Channel, Message, Person, View


def channel_json(channel: Channel, team_id: str, bot_id: str) -> Json:
    """Return the conversation object as the app with the bot user `bot_id` sees it."""
    shared = {
        "id": channel.id,
        "created": int(channel.created.timestamp()),
        "is_im": channel.is_im,
        "is_archived": channel.is_archived,
        "is_org_shared": False,
        "is_ext_shared": channel.is_ext_shared,
        "is_shared": channel.is_ext_shared,
        "context_team_id": team_id,
        "updated": int(channel.created.timestamp() * 1000),
    }
    if channel.is_im:
        return {**shared, "user": channel.im_with, "is_user_deleted": False, "priority": 0}
    return {
        **shared,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": True,
        "is_group": False,
        "is_mpim": False,
        "is_private": channel.is_private,
        "is_general": channel.name == "general",
        "is_member": bot_id in channel.members,
        "is_pending_ext_shared": False,
        "unlinked": 0,
        "creator": channel.creator,
        "shared_team_ids": [team_id],
        "pending_shared": [],
        "pending_connected_team_ids": [],
        "parent_conversation": None,
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "previous_names": list(channel.previous_names),
    }


def person_json(person: Person, team_id: str, now: datetime, *, with_locale: bool) -> Json:
    """Return the user object; `tz_offset` is the offset at `now`."""
    local = now.astimezone(ZoneInfo(person.tz))
    offset = local.utcoffset()
    fields: Json = {
        "id": person.id,
        "team_id": team_id,
        "name": person.name,
        "deleted": False,
        "color": "9f69e7",
        "real_name": person.real_name,
        "tz": person.tz,
        "tz_label": get_timezone_name(local, width="long", locale="en_US"),
        "tz_offset": int(offset.total_seconds()) if offset is not None else 0,
        "profile": {
            "real_name": person.real_name,
            "real_name_normalized": person.real_name,
            "display_name": person.name,
            "display_name_normalized": person.name,
            "team": team_id,
        },
        "is_admin": person.is_admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "is_bot": person.is_bot,
        "is_app_user": False,
        "is_email_confirmed": True,
        "updated": int(now.timestamp()),
    }
    return {**fields, "locale": person.locale} if with_locale else fields


def message_json(
    message: Message,
    replies: Iterable[Message],
    app: Json,
    *,
    with_metadata: bool = False,
) -> Json:
    """Return the message object of history and payloads.

    `replies` are those of its thread, `app` is the `bot_profile`. Without `with_metadata` the metadata has
    only its event_type, as in Slack's responses without `include_all_metadata`.
    """
    fields: Json = {"type": "message", "user": message.user, "ts": message.ts, "text": message.text}
    if message.is_tombstone:
        fields |= {"subtype": "tombstone", "hidden": True}
    if message.bot_id is not None:
        fields |= {"bot_id": message.bot_id, "app_id": app["app_id"], "bot_profile": app}
    fields["team"] = app["team_id"]
    if message.blocks is not None:
        fields["blocks"] = message.blocks
    if message.attachments:
        fields["attachments"] = [attachment_json(each, app) for each in message.attachments]
    if message.edited is not None:
        fields["edited"] = message.edited
    if message.metadata is not None:
        fields["metadata"] = (
            message.metadata if with_metadata else {"event_type": message.metadata["event_type"]}
        )
    if message.reactions:
        fields["reactions"] = [
            {"name": name, "users": list(users), "count": len(users)}
            for name, users in message.reactions.items()
        ]
    return fields | _thread_fields(message, list(replies))


def attachment_json(attachment: Attachment, app: Json) -> Json:
    """Return what the app shows of a link; `app` is its `bot_profile`."""
    return {**unfurl_json(attachment), "app_id": app["app_id"], "bot_id": app["id"]}


def unfurl_json(attachment: Attachment) -> Json:
    """Return the `app_unfurl` of payloads."""
    return {
        "id": attachment.id,
        "blocks": attachment.blocks,
        "app_unfurl_url": attachment.url,
        "is_app_unfurl": True,
    }


def _thread_fields(message: Message, replies: list[Message]) -> Json:
    if message.is_reply:
        return {"thread_ts": message.thread_ts}
    if not replies:
        return {}
    users = list(dict.fromkeys(reply.user for reply in replies))
    return {
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "reply_users_count": len(users),
        "latest_reply": replies[-1].ts,
        "reply_users": users[:5],
        "is_locked": False,
        "subscribed": False,
    }


def view_json(view: View, team_id: str, app_id: str, bot_id: str) -> Json:
    """Return the view object of responses and payloads."""
    definition = view.definition
    return {
        "id": view.id,
        "team_id": team_id,
        "type": view.type,
        "blocks": view.blocks,
        "private_metadata": definition.get("private_metadata", ""),
        "callback_id": definition.get("callback_id", ""),
        "state": {"values": view.state},
        "hash": view.hash,
        "title": definition.get("title") or {"type": "plain_text", "text": "View Title", "emoji": True},
        "clear_on_close": definition.get("clear_on_close", False),
        "notify_on_close": definition.get("notify_on_close", False),
        "close": definition.get("close"),
        "submit": definition.get("submit"),
        "previous_view_id": view.previous_view_id,
        "root_view_id": view.root_view_id,
        "app_id": app_id,
        "external_id": definition.get("external_id", ""),
        "app_installed_team_id": team_id,
        "bot_id": bot_id,
    }
