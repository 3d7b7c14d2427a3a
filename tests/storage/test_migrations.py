"""Tables of earlier versions are brought up to date with what is in them."""

from contextlib import closing
from itertools import takewhile
from pathlib import Path

import pytest

from storage import migrations
from storage.database import connect
from storage.engines.engine import Engine
from storage.records import DeliveryKind, DeliveryState, PostState
from storage.tables import Tables

DELIVERY = """
INSERT INTO deliveries (id, key, subscription_id, workspace, channel, kind, day, state, opened_at)
VALUES (7, 'key-7', 1, 'T1', 'C1', '{kind}', '2025-09-29', 'open', '2025-09-29T09:00:00+00:00')
"""
BEFORE = (
    """
    INSERT INTO subscriptions (
        id, workspace, channel, language, sources, at, zone, weekdays, "order", filters,
        says_when_nothing, since, begun_at
    )
    VALUES (1, 'T1', 'C1', 'en', '[]', '09:00', 'UTC', '[]', 'listed',
        '{"words": [], "categories": [], "least_votes": 0, "never_words": []}',
        0, '2025-09-29', '2025-09-29T00:00:00+00:00')
    """,
    DELIVERY.format(kind="scheduled"),
    """
    INSERT INTO posts (
        delivery_id, position, paper_ids, payload, payload_hash, is_plain, state, ts, attempted_at, absent
    )
    VALUES (7, 0, '[]', '{}', '', 0, 'posted', '1.0', '2025-09-29T09:00:01+00:00', 0)
    """,
    "INSERT INTO card_updates VALUES (7, 0, '2025-09-29T09:00:00+00:00', 1)",
)


@pytest.fixture
def database(tmp_path: Path) -> Engine:
    """Return a database of the version before deliveries could be stopped, with one under way."""
    database = connect(tmp_path / "test.db")
    names = iter(migrations.missing(database))
    migrations.create_table(database)
    for name in takewhile(lambda name: name != "m014_stopped_deliveries", names):
        migrations.apply(database, name)
    with database.transaction():
        for statement in BEFORE:
            database.execute(statement)
    return database


def test_a_delivery_under_way_goes_on_after_the_tables_are_made_anew(database: Engine) -> None:
    with closing(database):
        migrations.update(database, "test.db")
        tables = Tables(database)
        [delivery] = tables.deliveries.unfinished()
        [post] = tables.posts.of_delivery(7)

        assert (delivery.id, delivery.kind, delivery.state, delivery.is_stop_asked) == (
            7,
            DeliveryKind.SCHEDULED,
            DeliveryState.OPEN,
            False,
        )
        assert (post.state, post.ts) == (PostState.POSTED, "1.0")
        assert list(database.query("SELECT delivery_id FROM card_updates")) == [{"delivery_id": 7}]
        assert list(database.query("PRAGMA foreign_key_check")) == []
        references = {row["table"] for row in database.query("PRAGMA foreign_key_list(posts)")}
        assert references == {"deliveries"}
