"""The notification to a digest's owner when it ended early."""

from datetime import date

from bot.cards import ids
from bot.cards.blocks import Button, Message
from bot.cards.notices import notice
from bot.locale import Words
from bot.text.mrkdwn import Mrkdwn
from storage.records import PARENT_DELETED, PARENT_UNCERTAIN, Delivery

_SENTENCES = {
    PARENT_UNCERTAIN: "trouble.parent_uncertain",
    PARENT_DELETED: "trouble.parent_deleted",
    "not_in_channel": "trouble.not_in_channel",
    "channel_not_found": "trouble.channel_not_found",
    "is_archived": "trouble.is_archived",
}


_OF_RECAPS_AND_REMINDERS = {
    PARENT_UNCERTAIN: "trouble.message_uncertain",
    PARENT_DELETED: "trouble.message_deleted",
}


def trouble_message(delivery: Delivery, reason: str, words: Words, *, of_workspace: bool = False) -> Message:
    """Return what went wrong, with a button to post the digest again or to resume it.

    `of_workspace` is whether all digests of the workspace are paused; the button then resumes all.
    """
    if of_workspace:
        return _resumable(
            words.mrkdwn("trouble.workspace", reason=reason), "button.resume_all", delivery, words
        )
    sentence = trouble_sentence(
        delivery.channel, delivery.day, reason, words, is_digest=delivery.kind.is_digest
    )
    if reason == PARENT_DELETED:
        return notice(sentence)
    if reason == PARENT_UNCERTAIN:
        return _resumable(sentence, "button.post_anew", delivery, words, ids.POST_ANEW)
    return _resumable(sentence, "button.resume", delivery, words)


def _resumable(
    sentence: Mrkdwn, label: str, delivery: Delivery, words: Words, action_id: str = ids.RESUME_DELIVERY
) -> Message:
    button = Button(action_id, words(label), value=ids.delivery_value(delivery.id), primary=True)
    return notice(sentence, buttons=[button])


def trouble_sentence(channel: str, day: date, reason: str, words: Words, *, is_digest: bool = True) -> Mrkdwn:
    """Return what went wrong with a day's digest, or with a recap or a reminder.

    `reason` is the delivery's or Slack's error.
    """
    key = _SENTENCES.get(reason, "trouble.other")
    if not is_digest:
        key = _OF_RECAPS_AND_REMINDERS.get(reason, key)
    is_direct = channel.startswith("D")
    place = words.mrkdwn("trouble.direct_messages") if is_direct else Mrkdwn(f"<#{channel}>")
    return words.mrkdwn(key, channel=place, date=words.date(day), reason=reason)
