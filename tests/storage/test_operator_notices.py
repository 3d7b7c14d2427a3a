from datetime import UTC, datetime, timedelta

from storage.tables import Tables

NOW = datetime(2025, 9, 29, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def test_each_person_is_told_of_each_matter_once_within_the_time(tables: Tables) -> None:
    told = [
        tables.operator_notices.begin(workspace, person, matter, now, DAY)
        for workspace, person, matter, now in [
            ("T1", "U1", "source a", NOW),
            ("T1", "U1", "source a", NOW + DAY / 2),
            ("T1", "U1", "source b", NOW),
            ("T1", "U2", "source a", NOW),
            ("T2", "U1", "source a", NOW),
            ("T1", "U1", "source a", NOW + DAY),
            ("T1", "U1", "source a", NOW + DAY),
            # The clock ran ahead before.
            ("T1", "U1", "source a", NOW),
        ]
    ]

    assert told == [True, False, True, True, True, True, False, True]


def test_a_notice_that_could_not_be_sent_is_tried_again(tables: Tables) -> None:
    tables.operator_notices.begin("T1", "U1", "source a", NOW, DAY)
    tables.operator_notices.take_back("T1", "U1", "source a")

    assert tables.operator_notices.begin("T1", "U1", "source a", NOW, DAY)


def test_notices_go_once_their_time_has_passed(tables: Tables) -> None:
    for matter in ("a", "b", "c"):
        tables.operator_notices.begin("T1", "U1", matter, NOW, DAY)
    deleted = [tables.operator_notices.delete(NOW + DAY, limit) for limit in (2, 2)]

    assert deleted == [2, 1]
