"""Channels as the command line takes them, checked as the form in Slack checks its own, and shows them."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SlackCallError, SlackUnavailableError, UnknownChannelError
from bot.locale import words_for
from bot.manifest import NAME
from handlers.channels import NO_ANSWER, ChannelContext, ChannelState, channel_state, plain_refusal
from handlers.payloads import text_at
from handlers.slack_calls import call
from handlers.socket_mode import unable
from storage.records import Subscription
from storage.runner import Runner
from storage.tables import Tables

# An id by itself, in a link to the channel, or as a mention, which is how each is copied from Slack.
_ID = re.compile(r"(?:https://\S+/archives/|<#)?(?P<id>[CGD][A-Z0-9]{2,20})(?:[|/?]\S*|>)?")
_PERSON = re.compile(r"[UW][A-Z0-9]{2,20}")
_MOST_PAGES = 100
_A_PAGE = 200
_TYPES = ("public_channel,private_channel", "public_channel")


async def find_channels(client: AsyncWebClient, named: Sequence[str]) -> dict[str, str]:
    """Return the ids of the channels, which the bot joins where it must, and their names.

    Raises `UnknownChannelError`, which names each that cannot have digests and says why, and
    `SlackUnavailableError` where Slack does not answer for now.
    """
    ids = {text: await find_id(client, text) for text in named}
    states = {text: await _state(client, channel) for text, channel in ids.items()}
    sentences = [_refusal(text, state.refusal) for text, state in states.items() if state.refusal]
    if sentences:
        raise UnknownChannelError("\n".join(sentences))
    return {channel: states[text].name for text, channel in ids.items() if channel}


def channel_id(text: str, names: Mapping[str, str]) -> str:
    """Return the id of a channel given by id, link, mention or one of the known names, without asking Slack.

    Raises `UnknownChannelError` for anything else, and for a name that several channels have.
    """
    if found := _ID.fullmatch(text.strip()):
        return found["id"]
    ids = [channel for channel, name in names.items() if name == _plain_name(text)]
    if len(ids) == 1:
        return ids[0]
    if ids:
        raise UnknownChannelError(
            f"{text}: Several channels are called so. Give one by id: {', '.join(ids)}."
        )
    raise UnknownChannelError(
        f"{text}: I don't know this channel. `paper-round subscriptions` lists the ones I do."
    )


def shown_channel(channel: str, name: str) -> str:
    """Return a channel as people read it: its name, where it is known, and its id."""
    return f"#{name} ({channel})" if name else channel


def shown_place(subscription: Subscription, name: str) -> str:
    """Return where a digest comes as the operator may read it: of a person's own, no more than its id."""
    if subscription.is_personal:
        return f"a person's digest ({subscription.channel})"
    return shown_channel(subscription.channel, name)


def in_several(subscriptions: Iterable[Subscription]) -> bool:
    """Return whether channels are of several workspaces, so that a name alone does not tell them apart."""
    return len({each.workspace for each in subscriptions}) > 1


def known_names(tables: Tables) -> dict[str, str]:
    """Return the names of the channels that have a daily digest, by id; empty where one is not known."""
    return {
        each.channel: tables.channel_names.get(each.workspace, each.channel)
        for each in tables.subscriptions.all()
    }


async def learn_names(client: AsyncWebClient, storage: Runner, subscriptions: Sequence[Subscription]) -> None:
    """Ask Slack for the names that are not known yet, and keep them; whatever it refuses stays unknown."""
    names = await storage.read(known_names)
    for subscription in subscriptions:
        if not names[subscription.channel]:
            state = await channel_state(ChannelContext(client, subscription.channel, bot=""))
            await storage.write(_keep_name(subscription, state.name))


def _keep_name(subscription: Subscription, name: str) -> Callable[[Tables], None]:
    return lambda tables: tables.channel_names.put(subscription.workspace, subscription.channel, name)


def _plain_name(text: str) -> str:
    return text.strip().removeprefix("#").lower()


async def find_id(client: AsyncWebClient, text: str) -> str | None:
    """Return the channel's id; `None` where no channel that the bot sees has this name.

    Raises `UnknownChannelError`, and `SlackUnavailableError` where Slack does not answer for now.
    """
    if found := _ID.fullmatch(text.strip()):
        return found["id"]
    if _PERSON.fullmatch(text.strip()):
        raise UnknownChannelError(f"{text}: This is a person, and I post digests in channels.")
    for types in _TYPES:
        try:
            return await _named(client, _plain_name(text), types)
        except SlackCallError as error:
            if error.is_passing:
                raise unable(error.reason) from error
            refusal = error.reason
    raise UnknownChannelError(
        f"{text}: Slack won't let me look channels up by name ({refusal}). Give its id, such as C012AB3CD."
    )


async def _named(client: AsyncWebClient, name: str, types: str) -> str | None:
    """Return the id of the channel with this name; a list whose pages do not end is given up."""
    cursor = ""
    for _ in range(_MOST_PAGES):
        answer = await call(client, "conversations.list", cursor=cursor, limit=_A_PAGE, types=types)
        if found := _id_in(answer.body, name):
            return found
        following = text_at(answer.body, "response_metadata", "next_cursor")
        if not following or following == cursor:
            return None
        cursor = following
    return None


def _id_in(page: Mapping[str, object], name: str) -> str | None:
    """Return the id that the page gives for the channel with this name."""
    channels = page.get("channels")
    named = (each for each in channels if text_at(each, "name") == name) if isinstance(channels, list) else ()
    return next((id_ for each in named if _ID.fullmatch(id_ := text_at(each, "id"))), None)


async def _state(client: AsyncWebClient, channel: str | None) -> ChannelState:
    if channel is None:
        return ChannelState("channel_not_found")
    return await channel_state(ChannelContext(client, channel, bot=""), joins=True)


def _refusal(text: str, reason: str) -> str:
    """Return why the channel cannot have digests, in a sentence that begins with it."""
    sentence = f"{text}: {plain_refusal(reason, NAME, words_for('en'))}"
    if reason == NO_ANSWER:
        raise SlackUnavailableError(sentence)
    return sentence
