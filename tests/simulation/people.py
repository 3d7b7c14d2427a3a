"""Two people of the simulated world: what each follows and mutes, and what their digests must say."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from bot.lookup.follows import read_wish
from bot.sandbox import Workspace
from bot.sandbox.records import Channel
from storage.records import Filters, Paper, Preferences
from storage.tables import Tables

SAVED = (Paper("2508.00001", "Robots at home"), Paper("2508.00002", "Glaciers that melt"))
"""What Ada saved; Emmy saved nothing, so that nothing can be picked for her."""

MOST_AT_HEAD = 3

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
    for paper in SAVED:
        tables.papers.add(paper)
        ada = channels_of_people(workspace)["ada"].im_with or ""
        tables.saved_papers.save(workspace.team_id, ada, paper.id, now)
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


def expected_digest(name: str, titles: Sequence[str]) -> dict[str, str]:
    """Return the papers of the person's digest, each with its reason; empty where there is none."""
    followed = {title: reasons for title in titles if (reasons := _reasons(name, title))}
    if name == "ada":
        picked = {title: "Because you saved Robots at home" for title in titles if "robots" in title}
        return {**picked, **followed}
    others = [title for title in titles if title not in followed and not _is_muted(name, title)]
    return {**dict.fromkeys(others[:MOST_AT_HEAD], ""), **followed} if followed else {}


def _reasons(name: str, title: str) -> str:
    words = [] if _is_muted(name, title) else FOLLOWED[name]
    return " and ".join(f"You follow {word}" for word in words if word in title)


def _is_muted(name: str, title: str) -> bool:
    return any(word in title for word in MUTED[name])


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
            told[title] = "".join(each["text"] for each in block["elements"][1:])
    return told
