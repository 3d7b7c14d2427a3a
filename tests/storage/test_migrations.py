"""Tables of earlier versions are brought up to date with what is in them."""

import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile
from pathlib import Path

import pytest

from bot.cards import ids
from bot.cards.blocks import Menu, actions
from bot.cards.ids import SummaryAct, SummaryChoice, choice_value
from storage import migrations
from storage.database import connect
from storage.engines.engine import Engine
from storage.records import (
    FROM_MODEL,
    DeliveryKind,
    DeliveryState,
    Paper,
    PostState,
    Provenance,
    ShownCard,
    Summary,
)
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

SUMMARY_BEFORE = (
    """
    INSERT INTO papers (id, title, authors, categories, community_keywords)
    VALUES ('2509.00001', 'Gardens', '[]', '[]', '[]')
    """,
    """
    INSERT INTO summaries (
        paper_id, language, source, made_at, model, prompt, keywords, tldr, problem, method, results,
        takeaway, body
    )
    VALUES ('2509.00001', 'zh-CN', 'model', '2025-09-29', 'example-1', '2', '["图"]', '一句话。', '', '',
        '', '', '')
    """,
)

SAVED_BEFORE = (
    """
    INSERT INTO papers (id, title, authors, categories, community_keywords)
    VALUES ('2509.00001', 'Gardens', '[]', '[]', '[]'), ('2509.00002', 'Trees', '[]', '[]', '[]')
    """,
    """
    INSERT INTO arxiv_records (paper_id, asked_at, version, tries)
    VALUES ('2509.00001', '2025-09-29T00:00:00+00:00', 2, 0)
    """,
    """
    INSERT INTO saved_papers (workspace, person, paper_id, saved_at) VALUES
        ('T1', 'U1', '2509.00001', '2025-09-28T00:00:00+00:00'),
        ('T2', 'U1', '2509.00001', '2025-09-29T00:00:00+00:00')
    """,
    """
    INSERT INTO readers (workspace, channel, paper_id, person, at, is_named)
    VALUES ('T1', 'C1', '2509.00002', 'U1', '2025-09-29T00:00:00.000000+00:00', 0)
    """,
)


def bring_up_to(engine: Engine, first_missing: str) -> None:
    """Apply the migrations before one."""
    migrations.create_table(engine)
    for name in takewhile(lambda name: name != first_missing, migrations.missing(engine)):
        migrations.apply(engine, name)


@pytest.fixture
def database(tmp_path: Path) -> Engine:
    """Return a database of the version before deliveries could be stopped, with one under way."""
    database = connect(tmp_path / "test.db")
    bring_up_to(database, "m014_stopped_deliveries")
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


def put_delivery(
    engine: Engine, delivery_id: int, state: str, messages: Sequence[tuple[str, Mapping[str, object]]]
) -> None:
    """Put a delivery of 2025 whose messages each have a paper, as the versions before m016 did."""
    engine.execute(
        """
        INSERT INTO deliveries (id, key, subscription_id, workspace, channel, kind, day, state, opened_at)
        VALUES (?, ?, 1, 'T1', 'C1', 'asked', '2025-09-29', ?, '2025-09-29T09:00:00+00:00')
        """,
        [delivery_id, f"key-{delivery_id}", state],
    )
    for position, (paper_id, payload) in enumerate(messages, start=1):
        engine.execute(
            """
            INSERT INTO posts (
                delivery_id, position, paper_ids, payload, payload_hash, is_plain, state, ts, attempted_at,
                absent
            )
            VALUES (?, ?, ?, ?, '', 0, 'posted', '1.0', '2025-09-29T09:00:01+00:00', 0)
            """,
            [delivery_id, position, json.dumps([paper_id]), json.dumps(payload)],
        )
        engine.execute("INSERT INTO channel_papers VALUES (1, ?, ?, ?)", [paper_id, delivery_id, position])


def test_payloads_of_long_ago_go_and_cards_keep_their_language(
    tmp_path: Path,
) -> None:
    choice = SummaryChoice(SummaryAct.REPORT, "2509.00001", "zh-CN")
    menu = Menu(ids.SUMMARY_MENU, {choice_value(choice): "Report a mistake"})
    card = {"text": "1. Gardens", "blocks": [actions(menu)]}
    plain, list_of_one = {"text": "2. Gardens"}, {"text": "And one more", "blocks": []}
    with closing(connect(tmp_path / "test.db")) as engine:
        bring_up_to(engine, "m016_bounded_history")
        with engine.transaction():
            engine.execute(BEFORE[0])
            put_delivery(engine, 7, "done", [("2509.00001", card)])
            put_delivery(
                engine,
                8,
                "stopped",
                [("2509.00001", card), ("2509.00002", plain), ("2509.00003", list_of_one)],
            )
        migrations.update(engine, "test.db")
        tables = Tables(engine)
        for paper_id in ("2509.00001", "2509.00002", "2509.00003"):
            tables.papers.add(Paper(paper_id, "Gardens"))

        assert [(post.payload, post.card) for post in tables.posts.of_delivery(7)] == [(None, None)]
        assert [(post.payload, post.card) for post in tables.posts.of_delivery(8)] == [
            (json.dumps(card), ShownCard("zh-CN", None)),
            (json.dumps(plain), ShownCard("en", None)),
            (json.dumps(list_of_one), None),
        ]
        assert tables.posts.papers_in_channel("T1", "C1", ["2509.00001", "2509.00003"]) == {
            "2509.00001",
            "2509.00003",
        }
        assert list(engine.query("PRAGMA foreign_key_check")) == []
        for table in ("card_updates", "channel_papers"):
            references = {row["table"] for row in engine.query(f"PRAGMA foreign_key_list({table})")}
            assert "posts" in references


def test_a_summary_of_long_ago_has_no_keywords_in_english(tmp_path: Path) -> None:
    with closing(connect(tmp_path / "test.db")) as engine:
        bring_up_to(engine, "m019_english_keywords")
        with engine.transaction():
            for statement in SUMMARY_BEFORE:
                engine.execute(statement)
        migrations.update(engine, "test.db")

        assert Tables(engine).summaries.of_papers(["2509.00001"]) == {
            "2509.00001": [
                Summary(
                    *("2509.00001", "zh-CN", Provenance(FROM_MODEL, date(2025, 9, 29), "example-1", "2")),
                    keywords=("图",),
                    tldr="一句话。",
                )
            ]
        }


def test_what_was_saved_and_asked_about_before_is_watched_from_its_version_on(tmp_path: Path) -> None:
    now = datetime(2025, 9, 29, tzinfo=UTC)
    with closing(connect(tmp_path / "test.db")) as engine:
        bring_up_to(engine, "m036_newer_versions")
        with engine.transaction():
            for statement in SAVED_BEFORE:
                engine.execute(statement)
        migrations.update(engine, "test.db")
        tables = Tables(engine)
        record = tables.arxiv_records.get("2509.00001")

        assert tables.watched_papers.due(now + timedelta(days=1), 9) == (("2509.00001", 0), ("2509.00002", 0))
        assert record
        assert record.stored_version == 2
