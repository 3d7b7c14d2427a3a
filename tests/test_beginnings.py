"""Where a subscription begins, and where the sources begin that are added to it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from bot.planning import choose
from bot.subscribing import begin
from storage.records import Filters, Listing, ListingState, Paper, Subscription
from storage.storage import Storage

TODAY = date(2025, 9, 30)
NOW = datetime(2025, 9, 30, 9, 0, tzinfo=UTC)
WANTED = Subscription("T1", "C1", "en", ("huggingface",))
BOTH = replace(WANTED, sources=("arxiv:cs.CL", "huggingface"))


def list_days(storage: Storage, source: str, days: int, *, until: date = TODAY) -> None:
    """Keep a complete list of one paper for each of so many days, the last of them before a day."""
    for ago in range(1, days + 1):
        day = until - timedelta(days=ago)
        paper = Paper(f"{source} {day}", f"Gardens of {day}")
        storage.papers.add(paper)
        storage.listings.put(Listing(source, day, ListingState.COMPLETE, (paper.id,)))


def chosen(storage: Storage) -> list[str]:
    subscription = storage.subscriptions.of_channel("T1", "C1")
    assert subscription
    return [entry.paper.id for entry in choose(storage, subscription).selection.cards]


def test_a_source_that_is_added_brings_its_latest_list_and_not_its_history(storage: Storage) -> None:
    begin(storage, WANTED, NOW - timedelta(days=40))
    list_days(storage, "huggingface", 3)
    list_days(storage, "arxiv:cs.CL", 60)
    begin(storage, BOTH, NOW)

    assert chosen(storage) == [
        "huggingface 2025-09-27",
        "huggingface 2025-09-28",
        "arxiv:cs.CL 2025-09-29",
        "huggingface 2025-09-29",
    ]


def test_a_source_of_which_nothing_is_known_begins_on_the_day_it_is_added(storage: Storage) -> None:
    list_days(storage, "huggingface", 1)
    begin(storage, WANTED, NOW)
    kept = begin(storage, BOTH, NOW)

    assert kept.since_by_source == (("arxiv:cs.CL", TODAY),)


def test_an_added_source_goes_on_from_where_it_began_until_it_is_left_out(storage: Storage) -> None:
    list_days(storage, "huggingface", 1)
    list_days(storage, "arxiv:cs.CL", 1)
    begin(storage, WANTED, NOW)
    added = begin(storage, BOTH, NOW)
    list_days(storage, "arxiv:cs.CL", 1, until=TODAY + timedelta(days=9))
    changed = begin(storage, replace(BOTH, language="de"), NOW + timedelta(days=9))
    without = begin(storage, WANTED, NOW + timedelta(days=9))
    again = begin(storage, BOTH, NOW + timedelta(days=9))

    yesterday = date(2025, 9, 29)
    assert added.since_by_source == changed.since_by_source == (("arxiv:cs.CL", yesterday),)
    assert without.since_by_source == ()
    assert again.since_by_source == (("arxiv:cs.CL", date(2025, 10, 8)),)


def test_a_subscription_that_begins_anew_begins_with_all_its_sources(storage: Storage) -> None:
    list_days(storage, "huggingface", 1)
    list_days(storage, "arxiv:cs.CL", 1)
    first = begin(storage, WANTED, NOW)
    begin(storage, BOTH, NOW)
    storage.subscriptions.end(first.id or 0, NOW)
    again = begin(storage, BOTH, NOW)

    assert again.since_by_source == ()
    assert chosen(storage) == ["arxiv:cs.CL 2025-09-29", "huggingface 2025-09-29"]


def test_filters_that_let_more_through_reach_back_a_month_and_no_further(storage: Storage) -> None:
    list_days(storage, "huggingface", 1, until=TODAY - timedelta(days=99))
    begin(storage, replace(WANTED, filters=Filters(words=("rivers",))), NOW - timedelta(days=99))
    list_days(storage, "huggingface", 99)
    begin(storage, WANTED, NOW)

    assert len(chosen(storage)) == 32
    assert chosen(storage)[0] == "huggingface 2025-08-29"
