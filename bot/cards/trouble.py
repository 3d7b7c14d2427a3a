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


def trouble_message(delivery: Delivery, reason: str, words: Words) -> Message:
    """Return what went wrong, with a button to post the digest again or to resume it."""
    sentence = trouble_sentence(delivery.channel, delivery.day, reason, words)
    if reason == PARENT_DELETED:
        return notice(sentence)
    label, action_id = (
        ("button.post_anew", ids.POST_ANEW)
        if reason == PARENT_UNCERTAIN
        else ("button.resume", ids.RESUME_DELIVERY)
    )
    return notice(
        sentence,
        buttons=[Button(action_id, words(label), value=ids.delivery_value(delivery.id), primary=True)],
    )


def trouble_sentence(channel: str, day: date, reason: str, words: Words) -> Mrkdwn:
    """Return what went wrong with a day's digest; `reason` is the delivery's or Slack's error."""
    key = _SENTENCES.get(reason, "trouble.other")
    return words.mrkdwn(key, channel=Mrkdwn(f"<#{channel}>"), date=words.date(day), reason=reason)
