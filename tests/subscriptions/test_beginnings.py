"""Where a subscription begins, and where the sources begin that are added to it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from bot.delivery.messages import choose_new
from bot.subscriptions.preferences import save_preferences
from storage.records import Filters, Listing, ListingState, Paper, Preferences, Subscription
from storage.tables import Tables

TODAY = date(2025, 9, 30)
NOW = datetime(2025, 9, 30, 9, 0, tzinfo=UTC)
ONE = Preferences("en", ("huggingface",))
BOTH = replace(ONE, sources=("arxiv:cs.CL", "huggingface"))


def list_days(tables: Tables, source: str, days: int, *, until: date = TODAY) -> None:
    """Keep a complete list of one paper for each of so many days, the last of them before a day."""
    for ago in range(1, days + 1):
        day = until - timedelta(days=ago)
        paper = Paper(f"{source} {day}", f"Gardens of {day}")
        tables.papers.add(paper)
        tables.listings.put(Listing(source, day, ListingState.COMPLETE, (paper.id,)))


def save(tables: Tables, preferences: Preferences, now: datetime) -> Subscription:
    return save_preferences(tables, "T1", "C1", preferences, now)


def chosen(tables: Tables) -> list[str]:
    subscription = tables.subscriptions.of_channel("T1", "C1")
    assert subscription
    return [entry.paper.id for entry in choose_new(tables, subscription).selection.cards]


def test_a_source_that_is_added_brings_its_latest_list_and_not_its_history(tables: Tables) -> None:
    save(tables, ONE, NOW - timedelta(days=40))
    list_days(tables, "huggingface", 3)
    list_days(tables, "arxiv:cs.CL", 60)
    save(tables, BOTH, NOW)

    assert chosen(tables) == [
        "huggingface 2025-09-27",
        "huggingface 2025-09-28",
        "arxiv:cs.CL 2025-09-29",
        "huggingface 2025-09-29",
    ]


def test_a_source_of_which_nothing_is_known_begins_on_the_day_it_is_added(tables: Tables) -> None:
    list_days(tables, "huggingface", 1)
    save(tables, ONE, NOW)
    kept = save(tables, BOTH, NOW)

    assert kept.since_by_source == (("arxiv:cs.CL", TODAY),)


def test_an_added_source_goes_on_from_where_it_began_until_it_is_left_out(tables: Tables) -> None:
    list_days(tables, "huggingface", 1)
    list_days(tables, "arxiv:cs.CL", 1)
    save(tables, ONE, NOW)
    added = save(tables, BOTH, NOW)
    list_days(tables, "arxiv:cs.CL", 1, until=TODAY + timedelta(days=9))
    changed = save(tables, replace(BOTH, language="de"), NOW + timedelta(days=9))
    without = save(tables, ONE, NOW + timedelta(days=9))
    again = save(tables, BOTH, NOW + timedelta(days=9))

    yesterday = date(2025, 9, 29)
    assert added.since_by_source == changed.since_by_source == (("arxiv:cs.CL", yesterday),)
    assert without.since_by_source == ()
    assert again.since_by_source == (("arxiv:cs.CL", date(2025, 10, 8)),)


def test_a_subscription_that_begins_anew_begins_with_all_its_sources(tables: Tables) -> None:
    list_days(tables, "huggingface", 1)
    list_days(tables, "arxiv:cs.CL", 1)
    first = save(tables, ONE, NOW)
    save(tables, BOTH, NOW)
    tables.subscriptions.end(first.id, NOW)
    again = save(tables, BOTH, NOW)

    assert again.since_by_source == ()
    assert chosen(tables) == ["arxiv:cs.CL 2025-09-29", "huggingface 2025-09-29"]


def test_filters_that_let_more_through_reach_back_a_month_and_no_further(tables: Tables) -> None:
    list_days(tables, "huggingface", 1, until=TODAY - timedelta(days=99))
    save_preferences(
        tables, "T1", "C1", replace(ONE, filters=Filters(words=("rivers",))), NOW - timedelta(days=99)
    )
    list_days(tables, "huggingface", 99)
    save(tables, ONE, NOW)

    assert len(chosen(tables)) == 32
    assert chosen(tables)[0] == "huggingface 2025-08-29"
