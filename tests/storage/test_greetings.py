from datetime import UTC, datetime, timedelta

from storage.tables import Tables

NOW = datetime(2025, 9, 29, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def test_a_channel_is_greeted_once_within_the_time_and_each_for_itself(tables: Tables) -> None:
    greeted = [
        tables.greetings.begin(workspace, channel, now, DAY)
        for workspace, channel, now in [
            ("T1", "C1", NOW),
            ("T1", "C1", NOW),
            ("T1", "C1", NOW + DAY / 2),
            ("T1", "C2", NOW),
            ("T2", "C1", NOW),
            ("T1", "C1", NOW + DAY),
            ("T1", "C1", NOW + DAY),
        ]
    ]

    assert greeted == [True, False, False, True, True, True, False]
