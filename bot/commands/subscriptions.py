"""The commands that set up, list and stop the daily digests of channels."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import click

from bot.app import connection
from bot.clock import Clock
from bot.commands.channels import (
    channel_id,
    find_channels,
    in_several,
    known_names,
    shown_channel,
    shown_place,
)
from bot.commands.terminal import (
    Number,
    current_clock,
    database_option,
    run_to_end,
    say,
    settings_with,
    with_storage,
)
from bot.delivery import pauses
from bot.subscriptions.preferences import (
    MOST_CARDS,
    MOST_VOTES,
    WEEKDAYS,
    proposed_source,
    read_about,
    read_categories,
    read_language,
    read_recap,
    read_source,
    read_time,
    read_words,
    read_zone,
    save_preferences,
)
from bot.text.typed import plain_value
from storage.address import Address
from storage.records import ALL_WEEKDAYS, PAUSED_BY_PERSON, Filters, Order, Preferences, Reading, Subscription
from storage.runner import Runner
from storage.tables import Tables


@click.command()
@click.argument("channels", metavar="CHANNEL...", nargs=-1, required=True, type=plain_value)
@click.option("--at", metavar="HH:MM", default="09:00", show_default=True, help="When to post.")
@click.option(
    "--tz",
    "zone",
    metavar="ZONE",
    default="UTC",
    show_default=True,
    help="The time zone of --at, such as Asia/Shanghai.",
)
@click.option(
    "--language",
    metavar="TAG",
    default="en",
    show_default=True,
    help="The language of the cards, such as en or zh-CN.",
)
@click.option(
    "--source",
    "sources",
    metavar="SOURCE",
    multiple=True,
    show_default="the first that has listed papers, else huggingface",
    help="Where papers come from: huggingface, arxiv:CATEGORY or digest-file. Repeat for several.",
)
@click.option(
    "--weekday",
    "weekdays",
    multiple=True,
    type=click.Choice(WEEKDAYS, case_sensitive=False),
    show_default="every day",
    help="Post on this weekday only. Repeat for several.",
)
@click.option(
    "--most-cards",
    metavar="N",
    type=Number(min=1, max=MOST_CARDS),
    show_default="no limit",
    help="Post at most N cards, and list the other papers by title.",
)
@click.option(
    "--by-votes", is_flag=True, help="Put the papers with most votes first, instead of the source's order."
)
@click.option(
    "--word",
    "words",
    metavar="WORD",
    multiple=True,
    help=(
        "Only papers that mention this word, singular or plural, or anything that begins with it for "
        "agent*. Repeat for several, any of which will do."
    ),
)
@click.option(
    "--category",
    "categories",
    metavar="CATEGORY",
    multiple=True,
    help=(
        "Only papers in this arXiv category, such as cs.CL, or cs.* for all of cs. "
        "Repeat for several, any of which will do."
    ),
)
@click.option(
    "--least-votes",
    metavar="N",
    type=Number(min=0, max=MOST_VOTES),
    default=0,
    help="Only papers with at least N votes.",
)
@click.option(
    "--never-word",
    "never_words",
    metavar="WORD",
    multiple=True,
    help="Leave out papers that mention this word. Repeat for several.",
)
@click.option("--say-nothing-new", is_flag=True, help="Post one line on days without new papers.")
@click.option("--about", metavar="TEXT", default="", help="Say in one sentence what the channel is about.")
@click.option("--thumbnails", is_flag=True, help="Show each paper's picture on its card.")
@click.option(
    "--reading",
    type=click.Choice([*Reading]),
    default=Reading.OFF,
    show_default=True,
    help=(
        "Let people say on a card that they will read it: counted shows how many will, "
        "named also shows those who will who else does."
    ),
)
@click.option(
    "--recap",
    metavar="'DAY HH:MM'",
    default="",
    show_default="no recap",
    help="Post a recap of the week, such as 'fri 16:00'.",
)
@database_option
def subscribe(channels: tuple[str, ...], database: Address | None, **choices: Any) -> None:
    """Set up a daily digest in one or more channels.

    A CHANNEL is a Slack channel's name, such as '#papers', or its id, such as C012AB3CD, which you find at
    the end of the channel's details.
    If a channel has a digest already, these choices replace the ones it had.
    """
    run_to_end(_subscribe(channels, choices, database, current_clock()))


@click.command()
@database_option
def subscriptions(database: Address | None) -> None:
    """List the channels that have a daily digest.

    Of people's own digests you see the ids by which you can end them; what comes in them is theirs alone.
    """

    async def read(storage: Runner) -> tuple[tuple[Subscription, ...], dict[str, str]]:
        return await storage.read(lambda tables: (tables.subscriptions.all(), known_names(tables)))

    every, names = with_storage(database, read, must_exist=True)
    if all(each.is_personal for each in every):
        say("No channel has a daily digest yet. Set one up with `paper-round subscribe`.")
    for subscription in every:
        say(in_words(subscription, names[subscription.channel], of_several=in_several(every)))


@click.command()
@click.argument("channels", metavar="CHANNEL...", nargs=-1, required=True, type=plain_value)
@database_option
def unsubscribe(channels: tuple[str, ...], database: Address | None) -> None:
    """Stop the daily digest in one or more channels.

    A digest that is on its way stops after the message under way.

    A CHANNEL is a Slack channel's name or id; `paper-round subscriptions` lists them.
    """
    now = current_clock().now()

    def end_all(tables: Tables) -> list[str]:
        names = known_names(tables)
        ids = dict.fromkeys(channel_id(each, names) for each in channels)
        for subscription in tables.subscriptions.all():
            if subscription.channel in ids:
                pauses.end(tables, subscription, now)
        return [_ended(channel, names) for channel in ids]

    async def end(storage: Runner) -> list[str]:
        return await storage.write(end_all)

    say("\n".join(with_storage(database, end, must_exist=True)))


@click.command()
@database_option
def resume(database: Address | None) -> None:
    """Resume all digests that a closed workspace paused.

    All digests are paused if Slack no longer lets the bot work, as with a revoked token. Once it does again,
    this resumes them, and the bot goes on with those that broke off. Digests that a person paused, or that
    stopped because of their channel, stay paused.
    """
    run_to_end(_resume(database, current_clock()))


def _ended(channel: str, names: Mapping[str, str]) -> str:
    outcome = "no more digests" if channel in names else "had no daily digest"
    return f"{shown_channel(channel, names.get(channel, ''))}: {outcome}"


def in_words(subscription: Subscription, name: str, *, of_several: bool = False) -> str:
    """Return a channel's daily digest on one line; the channel's name is empty where it is not known.

    `of_several` adds its workspace, where the others are of other ones. Of a person's own it says no more
    than that it is there, and whether it is paused.
    """
    where = f" in {subscription.workspace}" if of_several else ""
    place = f"{shown_place(subscription, name)}{where}"
    if subscription.is_personal:
        return f"{place}{_pause(subscription)}"
    preferences = subscription.preferences
    days = ", ".join(WEEKDAYS[day].title() for day in sorted(preferences.weekdays))
    often = "every day" if len(preferences.weekdays) == len(WEEKDAYS) else days
    return (
        f"{place}: {', '.join(preferences.sources)} at {preferences.at:%H:%M} "
        f"{preferences.zone}, {often}, in {preferences.language}{_pause(subscription)}"
    )


def _pause(subscription: Subscription) -> str:
    if subscription.paused_reason is None:
        return ""
    until = f" until {subscription.paused_until}" if subscription.paused_until else ""
    by_slack = subscription.paused_reason != PAUSED_BY_PERSON
    return f", paused{until}{f' (Slack answered {subscription.paused_reason})' if by_slack else ''}"


async def _subscribe(
    channels: tuple[str, ...], choices: dict[str, Any], database: Address | None, clock: Clock
) -> None:
    """Begin each channel's digest and print it; Slack is asked which workspace the channels are in."""
    preferences = _preferences(choices)
    async with connection(settings_with(database), clock) as bot:
        client = (await bot.connections.of(bot.workspace)).client
        names = await find_channels(client, channels)

        def save_all(tables: Tables) -> list[Subscription]:
            sources = preferences.sources or (proposed_source(tables.listings.sources()),)
            wanted = replace(preferences, sources=sources)
            return [
                save_preferences(tables, bot.workspace, each, wanted, clock.now(), channel_name=name)
                for each, name in names.items()
            ]

        saved = await bot.storage.write(save_all)
        say("\n".join(in_words(each, names[each.channel]) for each in saved))


async def _resume(database: Address | None, clock: Clock) -> None:
    """Resume the digests of the workspace that the token is for, which Slack has to take for that."""
    async with connection(settings_with(database), clock) as bot:
        resumed = await bot.storage.write(
            lambda tables: pauses.resume_workspace(tables, bot.workspace, clock.now())
        )
        names = await bot.storage.read(known_names)
    for each in resumed:
        goes_on = f", the {each.digest.day} digest goes on" if each.digest else ""
        place = shown_place(each.subscription, names[each.subscription.channel])
        say(f"{place}: resumed{goes_on}")
    if not resumed:
        say("No digest is paused because the workspace was closed to the bot.")


def _preferences(choices: dict[str, Any]) -> Preferences:
    return Preferences(
        language=read_language(choices["language"]),
        sources=tuple(dict.fromkeys(map(read_source, choices["sources"]))),
        at=read_time(choices["at"]),
        zone=read_zone(choices["zone"]),
        weekdays=frozenset(map(WEEKDAYS.index, choices["weekdays"])) or ALL_WEEKDAYS,
        most_cards=choices["most_cards"],
        order=Order.VOTES if choices["by_votes"] else Order.LISTED,
        filters=Filters(
            read_words("\n".join(choices["words"])),
            read_categories("\n".join(choices["categories"])),
            choices["least_votes"],
            read_words("\n".join(choices["never_words"])),
        ),
        says_when_nothing=choices["say_nothing_new"],
        about=read_about(choices["about"]),
        has_thumbnails=choices["thumbnails"],
        reading=choices["reading"],
        recap=read_recap(choices["recap"]),
    )
