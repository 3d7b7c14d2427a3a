"""Links to papers: which channels want them shown, and that each is shown once a day in a channel."""

from datetime import UTC, date, datetime, timedelta

from storage.tables import Tables

NOW = datetime(2025, 9, 29, 9, 0, tzinfo=UTC)
DAY = date(2025, 9, 29)
ONE, TWO = "2509.00001", "2509.00002"


def test_a_channel_s_last_word_counts_and_each_has_its_own(tables: Tables) -> None:
    choices = tables.link_choices
    before = choices.get("T1", "C1")
    said = []
    for is_on in (True, False, True):
        choices.put("T1", "C1", is_on=is_on)
        said.append(choices.get("T1", "C1"))
    choices.put("T1", "C2", is_on=False)

    assert (before, said) == (None, [True, False, True])
    assert [choices.get(*place) for place in (("T1", "C1"), ("T1", "C2"), ("T2", "C1"))] == [
        True,
        False,
        None,
    ]


def test_a_paper_is_taken_once_a_day_in_a_channel_and_again_for_the_same_message(tables: Tables) -> None:
    taken = [
        tables.shown_links.take(workspace, channel, papers, DAY + timedelta(days=days), ts, NOW)
        for workspace, channel, papers, days, ts in [
            ("T1", "C1", [ONE], 0, "1.1"),
            ("T1", "C1", [TWO, ONE], 0, "1.2"),
            ("T1", "C1", [ONE, TWO], 0, "1.1"),
            ("T1", "C2", [ONE], 0, "1.1"),
            ("T2", "C1", [ONE], 0, "1.2"),
            ("T1", "C1", [ONE], 1, "1.3"),
        ]
    ]

    assert taken == [(ONE,), (TWO,), (ONE,), (ONE,), (ONE,), (ONE,)]


def test_what_a_message_could_not_show_is_left_to_the_next(tables: Tables) -> None:
    tables.shown_links.take("T1", "C1", [ONE, TWO], DAY, "1.1", NOW)
    tables.shown_links.give_back("T1", "C1", [ONE, TWO], DAY, "1.2")
    still_taken = tables.shown_links.take("T1", "C1", [ONE, TWO], DAY, "1.3", NOW)
    tables.shown_links.give_back("T1", "C1", [ONE], DAY, "1.1")

    assert still_taken == ()
    assert tables.shown_links.take("T1", "C1", [ONE, TWO], DAY, "1.3", NOW) == (ONE,)


def test_what_was_shown_goes_once_its_time_has_passed(tables: Tables) -> None:
    for hours in range(4):
        at = NOW + timedelta(hours=hours)
        tables.shown_links.take("T1", f"C{hours}", [ONE], DAY, "1.1", at)
    deleted = [tables.shown_links.delete(NOW + timedelta(hours=3), limit) for limit in (2, 2)]

    assert deleted == [2, 1]
    left = [tables.shown_links.take("T1", f"C{hours}", [ONE], DAY, "1.2", NOW) for hours in range(4)]
    assert left == [(ONE,), (ONE,), (ONE,), ()]
