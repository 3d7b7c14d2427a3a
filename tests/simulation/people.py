"""Two people of the simulated world: what each follows and mutes, and what their digests must say."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from bot.lookup.following import read_wish
from bot.sandbox import Workspace
from bot.sandbox.records import Channel
from storage.records import Filters, Preferences
from storage.tables import Tables

FOLLOWED: Mapping[str, Sequence[str]] = {"ada": ("search", "video"), "emmy": ("speech", "search")}
MUTED: Mapping[str, Sequence[str]] = {"ada": ("proofs",), "emmy": ("video",)}


def channels_of_people(workspace: Workspace) -> dict[str, Channel]:
    """Return the direct messages of each with the bot."""
    ids = {person.name: person.id for person in workspace.people.values()}
    direct = {channel.im_with: channel for channel in workspace.channels.values() if channel.is_im}
    return {name: direct[ids[name]] for name in FOLLOWED}


def subscribe_people(tables: Tables, workspace: Workspace, source: str, since: date, now: datetime) -> None:
    """Have each get what they follow at nine."""
    preferences = Preferences("en", (source,), at=time(9, 0), filters=Filters(only_followed=True))
    for name, channel in channels_of_people(workspace).items():
        whose = (workspace.team_id, channel.im_with or "")
        for words, mutes in ((FOLLOWED[name], False), (MUTED[name], True)):
            for word in words:
                wish = read_wish(word, since, mutes=mutes)
                assert wish
                tables.follows.put(*whose, wish.kind, wish.wanted, now)
        tables.subscriptions.put(
            workspace.team_id, channel.id, preferences, since=since, begun_at=now, created_by=whose[1]
        )


def expected_reasons(name: str, title: str) -> str:
    """Return why a paper is in the person's digest; an empty text where it is not."""
    words = [] if any(word in title for word in MUTED[name]) else FOLLOWED[name]
    return " and ".join(f"You follow {word}" for word in words if word in title)


def told_reasons(blocks: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the titles of a digest's papers, each with the reason that stands below it."""
    told: dict[str, str] = {}
    title = ""
    for block in blocks:
        if block["type"] == "rich_text":
            [title, *_] = [
                each["text"] for each in block["elements"][0]["elements"] if each["type"] == "link"
            ]
        elif block["type"] == "context" and title:
            told[title] = block["elements"][-1]["text"]
    return told
