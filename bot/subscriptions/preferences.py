"""What a channel may ask for, checked; and how its subscription begins."""

from dataclasses import replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale

from bot.errors import UnknownSourceError, WrongWishError
from bot.language import canonical_tag
from bot.sources.kinds import SOURCE_KINDS, is_category, is_source
from storage.records import Subscription
from storage.tables import Tables

_NO_LANGUAGES = frozenset({"und", "mul", "zxx"})
"""The tags of ISO 639 for no language or no single one."""


def begin(tables: Tables, wanted: Subscription, now: datetime) -> Subscription:
    """Keep what a channel wants; a new subscription begins now, with the latest complete list there is.

    One that is only changed goes on from where it began; a source that is added to it begins now.
    """
    before = tables.subscriptions.of_channel(wanted.workspace, wanted.channel)
    begun = replace(
        wanted,
        since=tables.listings.latest_complete_day(wanted.sources) or now.date(),
        begun_at=now,
        since_by_source=_later_sources(tables, before, wanted, now) if before else (),
    )
    return tables.subscriptions.put(begun)


def begin_with_latest(tables: Tables, source: str) -> None:
    """Let subscriptions that began before anything was known of a source begin with its latest list too.

    Only those that have had nothing yet: what began with another list goes on from there.
    """
    for wanted in tables.subscriptions.all():
        latest = tables.listings.latest_complete_day(wanted.sources)
        knew_none = source in wanted.sources and wanted.since >= wanted.begun_at.date()
        if latest is None or latest >= wanted.since or not knew_none:
            continue
        if not tables.posts.papers_of_channel(wanted.workspace, wanted.channel):
            tables.subscriptions.begin_earlier(wanted.id or 0, latest)


def _later_sources(
    tables: Tables, before: Subscription, wanted: Subscription, now: datetime
) -> tuple[tuple[str, date], ...]:
    """Return where those sources begin that a subscription did not begin with: each with its latest list.

    Whoever else has followed such a source for long, its history is not this channel's.
    """
    known = dict(before.since_by_source)
    return tuple(
        (source, known.get(source) or tables.listings.latest_complete_day([source]) or now.date())
        for source in sorted(wanted.sources)
        if source in known or source not in before.sources
    )


def read_time(text: str) -> time:
    """Read a wall-clock time such as `9:00`; raises `WrongWishError`."""
    hours, _, minutes = text.strip().replace("：", ":").partition(":")
    try:
        return time(int(hours), int(minutes))
    except ValueError:
        raise WrongWishError("time", text, "09:00") from None


def read_source(name: str) -> str:
    """Read the name of a source such as `arxiv:cs.CL`; raises `UnknownSourceError`."""
    if is_source(name):
        return name
    *others, last = [kind.pattern for kind in SOURCE_KINDS]
    raise UnknownSourceError(f"There is no source {name}. Known are {', '.join(others)} and {last}.")


def read_zone(name: str) -> str:
    """Read the name of an IANA time zone such as `Europe/Berlin`; raises `WrongWishError`."""
    try:
        return ZoneInfo(name.strip()).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise WrongWishError("zone", name, "Asia/Shanghai") from None


def read_language(tag: str) -> str:
    """Read a BCP 47 tag such as `zh-CN`, in any case; raises `WrongWishError`.

    Its language is one that has a name in CLDR, so that `cn` is not taken for Chinese; or it is a private
    tag, `x-…`.
    """
    known = canonical_tag(tag)
    language = known.partition("-")[0] if known else ""
    if known is None or language in _NO_LANGUAGES or language not in {*Locale("en").languages, "x"}:
        raise WrongWishError("language", tag, "zh-CN")
    return known


def read_words(text: str) -> tuple[str, ...]:
    """Read a list of words or phrases, separated by commas, Chinese ones included."""
    words = text.replace("，", ",").replace("、", ",").replace("\n", ",").split(",")
    return tuple(dict.fromkeys(word.strip() for word in words if word.strip()))


def read_day(text: str) -> date:
    """Read a date such as `2025-09-29`; raises `WrongWishError`."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise WrongWishError("date", text, "2025-09-29") from None


def read_categories(text: str) -> tuple[str, ...]:
    """Read a list of arXiv categories such as `cs.CL`; raises `WrongWishError` for the first that is none."""
    categories = read_words(text)
    for category in categories:
        if not is_category(category):
            raise WrongWishError("category", category, "cs.CL, cs.LG")
    return categories


def read_votes(text: str) -> int:
    """Read the least number of votes, none for an empty text; raises `WrongWishError`."""
    try:
        votes = int(text or 0)
    except ValueError:
        votes = -1
    if votes < 0:
        raise WrongWishError("number of votes", text, "10")
    return votes
