"""Lists turned in place: from day to day, from week to week."""

from datetime import date
from typing import Any

from bot.cards import ids
from bot.cards.ids import Page, Week, page_value
from bot.sandbox import Member
from storage.records import Listing, ListingState, Paper
from storage.tables import Tables
from tests.handlers.forging import Forger, with_value
from tests.handlers.talking import last_with, say, shows
from tests.support.stage import Stage

EARLIER = date(2025, 9, 18)
PAPER_ID = "2509.18001"


async def list_earlier(stage: Stage) -> None:
    def write(tables: Tables) -> None:
        tables.papers.add(Paper(PAPER_ID, "Gardens that water themselves", votes=3))
        tables.listings.put(Listing("huggingface", EARLIER, ListingState.COMPLETE, (PAPER_ID,)))

    await stage.import_sample()
    await stage.bot.storage.write(write)


async def turn(person: Member, action_id: str, until: str) -> dict[str, Any]:
    """Press the button, and return the message that it is on once it shows the text."""
    before = last_with(person, action_id)
    await person.click(before, action_id)

    def replaced(_view: Any) -> dict[str, Any]:
        same = (each for each in person.messages("papers") if each["ts"] == before["ts"])
        return next((each for each in same if until in each["text"]), {})

    return dict(await person.sees(replaced))


async def test_a_day_s_page_turns_to_the_days_around_it_in_place(stage: Stage) -> None:
    await list_earlier(stage)
    ada, lin = stage.person("ada"), stage.person("lin")
    await say(ada, "/papers", "September 29, 2025")
    await say(lin, "/papers", "2025年9月29日")

    earlier = await turn(ada, ids.PREVIOUS_DAY, "September 18, 2025")
    chinese = await turn(lin, ids.PREVIOUS_DAY, "2025年9月18日")
    later = await turn(ada, ids.NEXT_DAY, "September 29, 2025")

    assert earlier["text"].splitlines() == [
        "AI papers · September 18, 2025",
        "1 paper · Hugging Face",
        f"1. Gardens that water themselves (https://arxiv.org/abs/{PAPER_ID})",
    ]
    assert "2025年9月29日 →" in str(chinese["blocks"])
    assert later["text"].splitlines()[1] == "12 papers · Digest file"


async def test_a_page_turns_to_a_week_and_stays_there_when_a_paper_is_saved(stage: Stage) -> None:
    await list_earlier(stage)
    ada, forger, channel = stage.person("ada"), Forger(stage, "ada"), stage.workspace.channel("papers")
    await say(ada, "/papers", "September 29, 2025")
    answer = channel.messages[ada.messages("papers")[-1]["ts"]]
    week = Page(week=Week(date(2025, 9, 15)))

    await forger.send(forger.on_message(channel, answer, with_value(ids.NEXT_WEEK, page_value(week))))
    await ada.sees(shows("Papers of the week"), 10)
    await ada.click(last_with(ada, ids.SAVE_LISTED_PAPER), ids.SAVE_LISTED_PAPER)
    await ada.sees(shows("Remove"), 10)
    shown = next(each for each in ada.messages("papers") if each["ts"] == answer.ts)

    assert shown["text"].splitlines() == [
        "Papers of the week · Sep 15\u2009–\u200921, 2025",
        "1 paper · most votes first",
        f"1. Gardens that water themselves (https://arxiv.org/abs/{PAPER_ID})",
    ]
    assert "people here" not in str(shown)
