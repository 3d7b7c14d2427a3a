"""The schema, as numbered migrations; applied at start, and never edited once released.

They are written as SQLite's strict tables are, in types and constraints that an engine can translate.
"""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bot.errors import OutdatedStorageError, StorageError
from storage.engines.engine import Engine
from storage.engines.statements import insert

_Migration = Callable[[Engine], None]

_SET = "paper-round"
_ALL: dict[str, _Migration] = {}


def update(engine: Engine, name: str) -> None:
    """Apply the missing migrations in order; raises `StorageError` where a newer version has applied its own.

    All are one transaction, in which no other process has any: so several processes may update at once, and
    where one fails the tables are as they were. Where nothing is missing nothing is written, and so nobody
    has to wait.
    """
    _refuse_newer(engine, name)
    if missing(engine):
        create_table(engine)
        with engine.transaction():
            for migration in missing(engine):
                _apply(engine, migration)


def check(engine: Engine, name: str) -> None:
    """Raise `StorageError` where the tables are a newer version's, `OutdatedStorageError` where some lack."""
    _refuse_newer(engine, name)
    if missing(engine):
        raise OutdatedStorageError("Its tables are not up to date, so until then it cannot be read either.")


def progress(engine: Engine, name: str) -> tuple[str, int]:
    """Return the last step applied and how many are missing; raises `StorageError` as `update` does."""
    _refuse_newer(engine, name)
    applied = _applied(engine)
    return max(applied, default=""), len(_ALL) - len(applied)


def is_derived(table: str) -> bool:
    """Tell whether all that a table holds can be made anew from the others, as the search index can."""
    return table.startswith("search_")


def missing(engine: Engine) -> list[str]:
    """Return the names of the migrations that the database lacks, in order."""
    applied = _applied(engine)
    return [name for name in _ALL if name not in applied]


def upgrade(engine: Engine) -> int | None:
    """Return the version to which older tables are to be brought; `None` where they are new, or current."""
    names = missing(engine)
    return int(names[-1][1:].partition("_")[0]) if names and _applied(engine) else None


def apply(engine: Engine, name: str) -> None:
    """Apply a migration by itself."""
    with engine.transaction():
        _apply(engine, name)


def _apply(engine: Engine, name: str) -> None:
    _ALL[name](engine)
    _record(engine, name)


def _refuse_newer(engine: Engine, name: str) -> None:
    """Raise `StorageError` where a newer version has changed the tables: its rules are not known here."""
    if _applied(engine) - _ALL.keys():
        raise StorageError(
            f"The database {name} was changed by a newer version of Paper Round. "
            "Install that version, or choose another database with --db."
        )


def _applied(engine: Engine) -> frozenset[str]:
    if engine.migrations_table not in engine.table_names():
        return frozenset()
    rows = engine.query(
        f"SELECT name FROM {engine.migrations_table} WHERE migration_set = ?",  # noqa: S608 -- our own name
        [_SET],
    )
    return frozenset(row["name"] for row in rows)


def create_table(engine: Engine) -> None:
    """Create the table of applied migrations where there is none."""
    # As sqlite-utils makes it, which did so in files of the first versions.
    with engine.transaction():
        engine.define(
            f"""
            CREATE TABLE IF NOT EXISTS {engine.migrations_table} (
                id INTEGER PRIMARY KEY,
                migration_set TEXT,
                name TEXT,
                applied_at TEXT,
                UNIQUE (migration_set, name)
            )
            """
        )


def _record(engine: Engine, name: str) -> None:
    engine.execute(
        f"INSERT INTO {engine.migrations_table} (migration_set, name, applied_at) VALUES (?, ?, ?)",  # noqa: S608 -- a name of our own
        [_SET, name, str(datetime.now(UTC))],
    )


def _migration(function: _Migration) -> _Migration:
    _ALL[function.__name__] = function
    return function


@_migration
def m001_papers(engine: Engine) -> None:
    """Papers, and their summaries with provenance."""
    engine.define(
        """
        CREATE TABLE papers (
            id TEXT PRIMARY KEY,
            title TEXT NOT NULL,
            authors TEXT NOT NULL CHECK (json_valid(authors)),
            abstract TEXT,
            votes INTEGER,
            code_url TEXT,
            code_stars INTEGER,
            categories TEXT NOT NULL CHECK (json_valid(categories)),
            comments INTEGER,
            organisation TEXT,
            community_summary TEXT,
            community_keywords TEXT NOT NULL CHECK (json_valid(community_keywords)),
            thumbnail_url TEXT,
            published TEXT
        ) STRICT
        """
    )
    engine.define(
        """
        CREATE TABLE summaries (
            paper_id TEXT NOT NULL REFERENCES papers (id),
            language TEXT NOT NULL,
            source TEXT NOT NULL,
            made_at TEXT NOT NULL,
            model TEXT,
            prompt TEXT,
            keywords TEXT NOT NULL CHECK (json_valid(keywords)),
            tldr TEXT NOT NULL,
            problem TEXT NOT NULL,
            method TEXT NOT NULL,
            results TEXT NOT NULL,
            takeaway TEXT NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (paper_id, language, source)
        ) STRICT
        """
    )


@_migration
def m002_listings(engine: Engine) -> None:
    """What a source lists for a day, in order."""
    engine.define(
        """
        CREATE TABLE listings (
            source TEXT NOT NULL,
            day TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('waiting', 'partial', 'complete', 'none', 'stalled')),
            looked_at TEXT,
            next_look_at TEXT,
            trouble TEXT,
            trouble_since TEXT,
            PRIMARY KEY (source, day)
        ) STRICT
        """
    )
    engine.define(
        """
        CREATE TABLE listing_papers (
            source TEXT NOT NULL,
            day TEXT NOT NULL,
            position INTEGER NOT NULL,
            paper_id TEXT NOT NULL REFERENCES papers (id),
            PRIMARY KEY (source, day, position),
            UNIQUE (source, day, paper_id),
            FOREIGN KEY (source, day) REFERENCES listings (source, day)
        ) STRICT
        """
    )
    engine.define("CREATE INDEX listings_by_day ON listings (day)")


@_migration
def m003_subscriptions(engine: Engine) -> None:
    """Subscriptions of channels."""
    engine.define(
        """
        CREATE TABLE subscriptions (
            id INTEGER PRIMARY KEY,
            workspace TEXT NOT NULL,
            channel TEXT NOT NULL,
            language TEXT NOT NULL,
            sources TEXT NOT NULL CHECK (json_valid(sources)),
            at TEXT NOT NULL,
            zone TEXT NOT NULL,
            weekdays TEXT NOT NULL CHECK (json_valid(weekdays)),
            most_cards INTEGER CHECK (most_cards > 0),
            "order" TEXT NOT NULL CHECK ("order" IN ('votes', 'listed')),
            filters TEXT NOT NULL CHECK (json_valid(filters)),
            says_when_nothing INTEGER NOT NULL,
            since TEXT NOT NULL,
            begun_at TEXT NOT NULL,
            created_by TEXT,
            paused_reason TEXT,
            paused_until TEXT,
            ended_at TEXT,
            UNIQUE (workspace, channel)
        ) STRICT
        """
    )


@_migration
def m004_deliveries(engine: Engine) -> None:
    """The ledger of deliveries and their posts."""
    engine.define(
        """
        CREATE TABLE deliveries (
            id INTEGER PRIMARY KEY,
            key TEXT NOT NULL UNIQUE,
            subscription_id INTEGER NOT NULL REFERENCES subscriptions (id),
            workspace TEXT NOT NULL,
            channel TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('scheduled', 'asked')),
            day TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('open', 'last_look', 'done', 'failed')),
            opened_at TEXT NOT NULL,
            epoch INTEGER NOT NULL DEFAULT 0,
            leased_until TEXT,
            had_unknown INTEGER NOT NULL DEFAULT 0,
            look_at TEXT,
            reason TEXT,
            is_told INTEGER NOT NULL DEFAULT 0,
            UNIQUE (subscription_id, kind, day)
        ) STRICT
        """
    )
    engine.define("CREATE INDEX deliveries_at_work ON deliveries (id) WHERE state IN ('open', 'last_look')")
    engine.define("CREATE INDEX deliveries_untold ON deliveries (id) WHERE state = 'failed' AND is_told = 0")
    engine.define("CREATE INDEX deliveries_by_channel ON deliveries (workspace, channel)")
    engine.define(
        """
        CREATE TABLE posts (
            delivery_id INTEGER NOT NULL REFERENCES deliveries (id),
            position INTEGER NOT NULL,
            paper_ids TEXT NOT NULL CHECK (json_valid(paper_ids)),
            payload TEXT NOT NULL CHECK (json_valid(payload)),
            payload_hash TEXT NOT NULL,
            is_plain INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (
                state IN ('planned', 'sending', 'posted', 'unknown', 'uncertain', 'refused')
            ),
            ts TEXT,
            reason TEXT,
            attempted_at TEXT,
            look_at TEXT,
            absent INTEGER NOT NULL,
            PRIMARY KEY (delivery_id, position),
            CHECK ((state = 'posted') = (ts IS NOT NULL)),
            CHECK (state IN ('planned', 'refused') OR attempted_at IS NOT NULL)
        ) STRICT
        """
    )


@_migration
def m005_saved_papers(engine: Engine) -> None:
    """Each person's own list, apart in each workspace."""
    engine.define(
        """
        CREATE TABLE saved_papers (
            workspace TEXT NOT NULL,
            person TEXT NOT NULL,
            paper_id TEXT NOT NULL REFERENCES papers (id),
            saved_at TEXT NOT NULL,
            PRIMARY KEY (workspace, person, paper_id)
        ) STRICT
        """
    )
    engine.define("CREATE INDEX saved_papers_newest ON saved_papers (workspace, person, saved_at)")


@_migration
def m006_heartbeats(engine: Engine) -> None:
    """When each recurring job last ran."""
    engine.define("CREATE TABLE heartbeats (name TEXT PRIMARY KEY, at TEXT NOT NULL) STRICT")


@_migration
def m007_greetings(engine: Engine) -> None:
    """Channels in which the bot has introduced itself."""
    engine.define(
        """
        CREATE TABLE greetings (
            workspace TEXT NOT NULL,
            channel TEXT NOT NULL,
            at TEXT NOT NULL,
            PRIMARY KEY (workspace, channel)
        ) STRICT
        """
    )


@_migration
def m008_models(engine: Engine) -> None:
    """What a model's summary was made from, what it cost, what failed, and reported mistakes."""
    engine.define("ALTER TABLE summaries ADD COLUMN text_read TEXT")
    engine.define(
        "ALTER TABLE summaries ADD COLUMN figures TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(figures))"
    )
    engine.define("ALTER TABLE summaries ADD COLUMN input_hash TEXT")
    engine.define(
        """
        CREATE TABLE summary_failures (
            paper_id TEXT NOT NULL REFERENCES papers (id),
            language TEXT NOT NULL,
            tries INTEGER NOT NULL,
            reason TEXT NOT NULL,
            failed_at TEXT NOT NULL,
            next_try_at TEXT NOT NULL,
            PRIMARY KEY (paper_id, language)
        ) STRICT
        """
    )
    engine.define(
        """
        CREATE TABLE model_requests (
            id INTEGER PRIMARY KEY,
            paper_id TEXT NOT NULL REFERENCES papers (id),
            language TEXT NOT NULL,
            model TEXT NOT NULL,
            at TEXT NOT NULL,
            prompt_tokens INTEGER NOT NULL,
            completion_tokens INTEGER NOT NULL
        ) STRICT
        """
    )
    engine.define("CREATE INDEX model_requests_by_moment ON model_requests (at)")
    engine.define("CREATE INDEX model_requests_by_paper ON model_requests (paper_id)")
    engine.define(
        """
        CREATE TABLE summary_wishes (
            id INTEGER PRIMARY KEY,
            workspace TEXT NOT NULL,
            person TEXT NOT NULL,
            paper_id TEXT NOT NULL REFERENCES papers (id),
            language TEXT NOT NULL,
            at TEXT NOT NULL
        ) STRICT
        """
    )
    engine.define("CREATE INDEX summary_wishes_by_person ON summary_wishes (workspace, person, at)")
    engine.define(
        """
        CREATE TABLE mistake_reports (
            id INTEGER PRIMARY KEY,
            workspace TEXT NOT NULL,
            person TEXT NOT NULL,
            paper_id TEXT NOT NULL REFERENCES papers (id),
            language TEXT NOT NULL,
            reported_at TEXT NOT NULL,
            note TEXT NOT NULL,
            summary_source TEXT NOT NULL,
            summary_made_at TEXT NOT NULL
        ) STRICT
        """
    )
    engine.define("CREATE INDEX mistake_reports_newest ON mistake_reports (reported_at)")
    engine.define(
        """
        CREATE TABLE card_updates (
            delivery_id INTEGER NOT NULL,
            position INTEGER NOT NULL,
            next_try_at TEXT NOT NULL,
            tries INTEGER NOT NULL,
            PRIMARY KEY (delivery_id, position),
            FOREIGN KEY (delivery_id, position) REFERENCES posts (delivery_id, position)
        ) STRICT
        """
    )


@_migration
def m009_arxiv_records(engine: Engine) -> None:
    """What arXiv says of papers, and when to ask again about those it did not know."""
    engine.define(
        """
        CREATE TABLE arxiv_records (
            paper_id TEXT PRIMARY KEY REFERENCES papers (id),
            asked_at TEXT NOT NULL,
            version INTEGER,
            updated TEXT,
            tries INTEGER NOT NULL,
            next_try_at TEXT
        ) STRICT
        """
    )
    engine.define("CREATE INDEX listing_papers_by_paper ON listing_papers (paper_id, day)")


@_migration
def m010_waiting_digests(engine: Engine) -> None:
    """Digests that wait for a source's list, and messages that show an outdated payload."""
    engine.define(
        "ALTER TABLE deliveries ADD COLUMN waits_for TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(waits_for))"
    )
    engine.define("ALTER TABLE deliveries ADD COLUMN is_late INTEGER NOT NULL DEFAULT 0")
    engine.define("ALTER TABLE posts ADD COLUMN is_stale INTEGER NOT NULL DEFAULT 0")


@_migration
def m011_beginnings_of_sources(engine: Engine) -> None:
    """The first day of each source that is added to a subscription later."""
    engine.define(
        """
        ALTER TABLE subscriptions ADD COLUMN since_by_source TEXT NOT NULL DEFAULT '{}'
        CHECK (json_valid(since_by_source))
        """
    )


@_migration
def m012_summary_requests(engine: Engine) -> None:
    """Rename the table of requests for new summaries."""
    engine.define("ALTER TABLE summary_wishes RENAME TO summary_requests")
    engine.define("DROP INDEX summary_wishes_by_person")
    engine.define("CREATE INDEX summary_requests_by_person ON summary_requests (workspace, person, at)")


@_migration
def m013_withdrawn_papers(engine: Engine) -> None:
    """The notice of withdrawn papers; arXiv is asked once more about those of whom it was not kept."""
    engine.define("ALTER TABLE papers ADD COLUMN withdrawal TEXT")
    engine.define("UPDATE arxiv_records SET next_try_at = asked_at WHERE next_try_at IS NULL")


@_migration
def m014_stopped_deliveries(engine: Engine) -> None:
    """Deliveries that a person stopped, and several deliveries that are asked for of one day.

    SQLite changes no constraint of a table that exists, so the tables are made anew with all that refers to
    them.
    """
    engine.define(
        """
        CREATE TABLE new_deliveries (
            id INTEGER PRIMARY KEY,
            key TEXT NOT NULL UNIQUE,
            subscription_id INTEGER NOT NULL REFERENCES subscriptions (id),
            workspace TEXT NOT NULL,
            channel TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('scheduled', 'asked')),
            day TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('open', 'last_look', 'stopped', 'done', 'failed')),
            opened_at TEXT NOT NULL,
            epoch INTEGER NOT NULL DEFAULT 0,
            leased_until TEXT,
            had_unknown INTEGER NOT NULL DEFAULT 0,
            look_at TEXT,
            reason TEXT,
            is_told INTEGER NOT NULL DEFAULT 0,
            waits_for TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(waits_for)),
            is_late INTEGER NOT NULL DEFAULT 0,
            stop_asked INTEGER NOT NULL DEFAULT 0
        ) STRICT
        """
    )
    engine.define(
        """
        CREATE TABLE new_posts (
            delivery_id INTEGER NOT NULL REFERENCES new_deliveries (id),
            position INTEGER NOT NULL,
            paper_ids TEXT NOT NULL CHECK (json_valid(paper_ids)),
            payload TEXT NOT NULL CHECK (json_valid(payload)),
            payload_hash TEXT NOT NULL,
            is_plain INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (
                state IN ('planned', 'sending', 'posted', 'unknown', 'uncertain', 'refused')
            ),
            ts TEXT,
            reason TEXT,
            attempted_at TEXT,
            look_at TEXT,
            absent INTEGER NOT NULL,
            is_stale INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (delivery_id, position),
            CHECK ((state = 'posted') = (ts IS NOT NULL)),
            CHECK (state IN ('planned', 'refused') OR attempted_at IS NOT NULL)
        ) STRICT
        """
    )
    engine.define(
        """
        CREATE TABLE new_card_updates (
            delivery_id INTEGER NOT NULL,
            position INTEGER NOT NULL,
            next_try_at TEXT NOT NULL,
            tries INTEGER NOT NULL,
            PRIMARY KEY (delivery_id, position),
            FOREIGN KEY (delivery_id, position) REFERENCES new_posts (delivery_id, position)
        ) STRICT
        """
    )
    engine.define("INSERT INTO new_deliveries SELECT *, 0 FROM deliveries")
    engine.define("INSERT INTO new_posts SELECT * FROM posts")
    engine.define("INSERT INTO new_card_updates SELECT * FROM card_updates")
    for table in ("card_updates", "posts", "deliveries"):
        engine.define(f"DROP TABLE {table}")
        engine.define(f"ALTER TABLE new_{table} RENAME TO {table}")
    engine.define("CREATE INDEX deliveries_at_work ON deliveries (id) WHERE state IN ('open', 'last_look')")
    engine.define("CREATE INDEX deliveries_untold ON deliveries (id) WHERE state = 'failed' AND is_told = 0")
    engine.define("CREATE INDEX deliveries_by_channel ON deliveries (workspace, channel)")
    engine.define("CREATE INDEX deliveries_by_day ON deliveries (subscription_id, kind, day)")
    engine.define(
        "CREATE UNIQUE INDEX deliveries_scheduled ON deliveries (subscription_id, day)"
        " WHERE kind = 'scheduled'"
    )


@_migration
def m015_channel_names(engine: Engine) -> None:
    """The names of channels, which Slack gives with their ids."""
    engine.define(
        """
        CREATE TABLE channel_names (
            workspace TEXT NOT NULL,
            channel TEXT NOT NULL,
            name TEXT NOT NULL,
            PRIMARY KEY (workspace, channel)
        ) STRICT
        """
    )


@_migration
def m016_channel_papers(engine: Engine) -> None:
    """Which papers a channel gets with which post, so that those of one digest are looked up by an index."""
    engine.define(
        """
        CREATE TABLE channel_papers (
            subscription_id INTEGER NOT NULL REFERENCES subscriptions (id),
            paper_id TEXT NOT NULL,
            delivery_id INTEGER NOT NULL,
            position INTEGER NOT NULL,
            PRIMARY KEY (subscription_id, paper_id, delivery_id, position),
            FOREIGN KEY (delivery_id, position) REFERENCES posts (delivery_id, position)
        ) STRICT
        """
    )
    rows = engine.query(
        """
        SELECT deliveries.subscription_id, posts.delivery_id, posts.position, posts.paper_ids
        FROM posts JOIN deliveries ON deliveries.id = posts.delivery_id
        """
    )
    insert(
        engine,
        "channel_papers",
        (
            {
                "subscription_id": row["subscription_id"],
                "paper_id": paper_id,
                "delivery_id": row["delivery_id"],
                "position": row["position"],
            }
            for row in rows
            for paper_id in dict.fromkeys(json.loads(row["paper_ids"]))
        ),
    )
    engine.define("DROP INDEX deliveries_untold")
    engine.define("CREATE INDEX deliveries_untold ON deliveries (id) WHERE state = 'failed' AND is_told = 0")


@_migration
def m016_bounded_history(engine: Engine) -> None:
    """Indexes, so that no day's work reads the whole past, and payloads that go once they are not needed.

    Of what was done more than a month ago they go here; its cards change no more.
    """
    engine.define("DROP INDEX deliveries_by_channel")
    engine.define("CREATE INDEX deliveries_by_channel ON deliveries (workspace, channel, id)")
    engine.define("CREATE INDEX deliveries_by_subscription ON deliveries (subscription_id, kind, id)")
    engine.define("CREATE INDEX listings_complete ON listings (source, day) WHERE state = 'complete'")
    engine.define(
        "CREATE INDEX papers_bare ON papers (id)"
        " WHERE (authors = '[]' OR categories = '[]' OR published IS NULL)"
    )
    engine.define("CREATE INDEX summaries_by_text ON summaries (made_at) WHERE text_read IS NOT NULL")
    engine.define("CREATE INDEX summary_failures_by_moment ON summary_failures (failed_at)")
    engine.define("CREATE INDEX summary_failures_by_try ON summary_failures (next_try_at)")
    engine.define("CREATE INDEX summary_requests_by_moment ON summary_requests (at)")
    engine.define("CREATE INDEX card_updates_by_try ON card_updates (next_try_at)")
    _let_payloads_go(engine)


def _let_payloads_go(engine: Engine) -> None:
    """Keep the payloads of what is under way or recent, and what their cards are drawn from."""
    engine.define("ALTER TABLE posts ADD COLUMN card_language TEXT")
    engine.define("ALTER TABLE posts ADD COLUMN card_hash TEXT")
    engine.define("ALTER TABLE posts ADD COLUMN kept TEXT CHECK (kept IS NULL OR json_valid(kept))")
    rows = engine.query(
        """
        SELECT deliveries.id, subscriptions.language
        FROM deliveries JOIN subscriptions ON subscriptions.id = deliveries.subscription_id
        WHERE deliveries.state != 'done' OR deliveries.opened_at >= ?
        """,
        [(datetime.now(UTC) - timedelta(days=31)).isoformat()],
    )
    for row in rows:
        engine.execute("UPDATE posts SET kept = payload WHERE delivery_id = ?", [row["id"]])
        _name_cards(engine, row["id"], row["language"])
    engine.define("ALTER TABLE posts DROP COLUMN payload")
    engine.define("ALTER TABLE posts DROP COLUMN payload_hash")
    engine.define("ALTER TABLE posts RENAME COLUMN kept TO payload")
    engine.define(
        "CREATE INDEX posts_with_payload ON posts (delivery_id, position) WHERE payload IS NOT NULL"
    )


def _name_cards(engine: Engine, delivery_id: int, language: str) -> None:
    """Record which posts of a delivery are cards: each begins with its number, which is its position."""
    posts = engine.query(
        "SELECT position, paper_ids, payload FROM posts WHERE delivery_id = ? AND position > 0", [delivery_id]
    )
    for post in posts:
        text = str(json.loads(post["payload"]).get("text"))
        if len(json.loads(post["paper_ids"])) == 1 and text.startswith(f"{post['position']}. "):
            menu = re.search(r'"do\\": \\"report\\".{1,80}?"language\\": \\"([\w-]+)', post["payload"])
            engine.execute(
                "UPDATE posts SET card_language = ? WHERE delivery_id = ? AND position = ?",
                [menu[1] if menu else language, delivery_id, post["position"]],
            )


@_migration
def m017_leases(engine: Engine) -> None:
    """Work that one of several workers does at a time."""
    engine.define(
        """
        CREATE TABLE leases (
            name TEXT PRIMARY KEY,
            holder TEXT NOT NULL,
            last_holder TEXT,
            epoch INTEGER NOT NULL,
            leased_until TEXT,
            left_at TEXT,
            note TEXT
        ) STRICT
        """
    )


@_migration
def m018_search(engine: Engine) -> None:
    """The search index; what was stored before it is indexed after the start, the first listed first."""
    engine.define(
        """
        CREATE TABLE search_papers (
            id INTEGER PRIMARY KEY,
            paper_id TEXT NOT NULL UNIQUE REFERENCES papers (id),
            day TEXT,
            is_listed INTEGER NOT NULL,
            rules INTEGER NOT NULL
        ) STRICT
        """
    )
    engine.define("CREATE INDEX search_papers_by_day ON search_papers (day, id)")
    engine.define("CREATE INDEX search_papers_by_rules ON search_papers (rules, id)")
    engine.define(
        """
        CREATE TABLE search_words (
            word TEXT PRIMARY KEY,
            initial TEXT NOT NULL,
            length INTEGER NOT NULL,
            papers INTEGER NOT NULL
        ) STRICT
        """
    )
    engine.define("CREATE INDEX search_words_by_form ON search_words (initial, length, papers)")
    engine.full_text.create()
    engine.execute(
        """
        INSERT INTO search_papers (paper_id, day, is_listed, rules)
        SELECT papers.id, coalesce(min(listing_papers.day), papers.published),
            CASE WHEN min(listing_papers.day) IS NULL THEN 0 ELSE 1 END, 0
        FROM papers LEFT JOIN listing_papers ON listing_papers.paper_id = papers.id
        GROUP BY papers.id, papers.published
        ORDER BY coalesce(min(listing_papers.day), papers.published), papers.id
        """
    )


@_migration
def m019_english_keywords(engine: Engine) -> None:
    """The keywords of summaries in English too; those made before have none."""
    engine.define(
        """
        ALTER TABLE summaries ADD COLUMN english_keywords TEXT NOT NULL DEFAULT '[]'
        CHECK (json_valid(english_keywords))
        """
    )


@_migration
def m020_saves_by_paper(engine: Engine) -> None:
    """An index that counts how many people of a workspace saved a paper."""
    engine.define("CREATE INDEX saved_papers_by_paper ON saved_papers (workspace, paper_id)")


@_migration
def m021_personal_lists(engine: Engine) -> None:
    """What a person notes of a saved paper, their settings, and what was just removed, to be put back."""
    for column in (
        "status TEXT NOT NULL DEFAULT 'unread' CHECK (status IN ('unread', 'reading', 'read'))",
        "read_at TEXT",
        "note TEXT NOT NULL DEFAULT ''",
        "note_tokens TEXT NOT NULL DEFAULT ''",
        "saved_channel TEXT",
        "saved_ts TEXT",
        "saved_thread_ts TEXT",
    ):
        engine.define(f"ALTER TABLE saved_papers ADD COLUMN {column}")
    engine.define("DROP INDEX saved_papers_newest")
    engine.define(
        "CREATE INDEX saved_papers_newest ON saved_papers (workspace, person, saved_at, paper_id, status)"
    )
    engine.define(
        "CREATE INDEX saved_papers_by_status ON saved_papers (workspace, person, status, saved_at, paper_id)"
    )
    engine.define(
        """
        CREATE TABLE saved_paper_tags (
            workspace TEXT NOT NULL,
            person TEXT NOT NULL,
            paper_id TEXT NOT NULL,
            tag TEXT NOT NULL,
            PRIMARY KEY (workspace, person, paper_id, tag),
            FOREIGN KEY (workspace, person, paper_id) REFERENCES saved_papers (workspace, person, paper_id)
        ) STRICT
        """
    )
    engine.define(
        "CREATE INDEX saved_paper_tags_by_tag ON saved_paper_tags (workspace, person, tag, paper_id)"
    )
    engine.define(
        """
        CREATE TABLE removed_papers (
            workspace TEXT NOT NULL,
            person TEXT NOT NULL,
            paper_id TEXT NOT NULL REFERENCES papers (id),
            removed_at TEXT NOT NULL,
            saved TEXT NOT NULL CHECK (json_valid(saved)),
            PRIMARY KEY (workspace, person, paper_id)
        ) STRICT
        """
    )
    engine.define("CREATE INDEX removed_papers_by_moment ON removed_papers (removed_at)")
    engine.define(
        """
        CREATE TABLE personal_settings (
            workspace TEXT NOT NULL,
            person TEXT NOT NULL,
            language TEXT,
            reaction TEXT,
            zone TEXT NOT NULL,
            next_reminder_at TEXT,
            PRIMARY KEY (workspace, person)
        ) STRICT
        """
    )
    engine.define(
        "CREATE INDEX personal_settings_by_reminder ON personal_settings (next_reminder_at)"
        " WHERE next_reminder_at IS NOT NULL"
    )
    engine.define("CREATE INDEX mistake_reports_by_person ON mistake_reports (workspace, person)")


@_migration
def m022_deactivated_people(engine: Engine) -> None:
    """Since when Slack has deactivated a person of whom something is kept."""
    engine.define(
        """
        CREATE TABLE deactivated_people (
            workspace TEXT NOT NULL,
            person TEXT NOT NULL,
            since TEXT NOT NULL,
            PRIMARY KEY (workspace, person)
        ) STRICT
        """
    )
    engine.define("CREATE INDEX deactivated_people_by_moment ON deactivated_people (since)")


@_migration
def m023_saved_by_reaction(engine: Engine) -> None:
    """Which papers a reaction saved, and an index that finds the message of the ledger it was to."""
    engine.define("ALTER TABLE saved_papers ADD COLUMN by_reaction INTEGER NOT NULL DEFAULT 0")
    engine.define(
        """
        CREATE INDEX saved_papers_by_reaction ON saved_papers (workspace, person, saved_channel, saved_ts)
        WHERE by_reaction = 1
        """
    )
    engine.define("CREATE INDEX posts_by_ts ON posts (ts) WHERE ts IS NOT NULL")


@_migration
def m024_installations(engine: Engine) -> None:
    """Who installed the bot where, with encrypted tokens, and which workspaces an organisation gave it.

    The index of what a channel has had by its posts is for deleting what is kept of a workspace.
    """
    engine.define(
        """
        CREATE TABLE installations (
            workspace TEXT PRIMARY KEY,
            app_id TEXT NOT NULL,
            enterprise_id TEXT,
            is_org_wide INTEGER NOT NULL,
            team_name TEXT NOT NULL,
            team_url TEXT NOT NULL,
            bot_id TEXT NOT NULL,
            bot_user_id TEXT NOT NULL,
            installer TEXT NOT NULL,
            scopes TEXT NOT NULL CHECK (json_valid(scopes)),
            installed_at TEXT NOT NULL,
            encrypted_token TEXT,
            encrypted_refresh_token TEXT,
            key_id TEXT,
            expires_at TEXT,
            uninstalled_at TEXT,
            CHECK ((uninstalled_at IS NULL) = (encrypted_token IS NOT NULL)),
            CHECK ((encrypted_token IS NULL) = (key_id IS NULL)),
            CHECK (encrypted_token IS NOT NULL OR encrypted_refresh_token IS NULL)
        ) STRICT
        """
    )
    engine.define(
        "CREATE INDEX installations_uninstalled ON installations (uninstalled_at)"
        " WHERE uninstalled_at IS NOT NULL"
    )
    engine.define(
        "CREATE INDEX installations_by_key ON installations (key_id, workspace) WHERE key_id IS NOT NULL"
    )
    engine.define(
        """
        CREATE TABLE organisation_workspaces (
            workspace TEXT PRIMARY KEY,
            enterprise_id TEXT NOT NULL,
            left_at TEXT
        ) STRICT
        """
    )
    engine.define(
        "CREATE INDEX organisation_workspaces_by_enterprise"
        " ON organisation_workspaces (enterprise_id, workspace)"
    )
    engine.define(
        "CREATE INDEX organisation_workspaces_left ON organisation_workspaces (left_at)"
        " WHERE left_at IS NOT NULL"
    )
    engine.define("CREATE INDEX channel_papers_by_post ON channel_papers (delivery_id, position)")


@_migration
def m025_events(engine: Engine) -> None:
    """Which events Slack has sent, so that each is taken once however often it is sent."""
    engine.define(
        """
        CREATE TABLE events (
            event_id TEXT PRIMARY KEY,
            taken_at TEXT NOT NULL,
            is_handled INTEGER NOT NULL DEFAULT 0
        ) STRICT
        """
    )
    engine.define("CREATE INDEX events_by_moment ON events (taken_at)")


@_migration
def m026_operator_notices(engine: Engine) -> None:
    """When somebody was last told of each thing that needs a hand."""
    engine.define(
        """
        CREATE TABLE operator_notices (
            workspace TEXT NOT NULL,
            person TEXT NOT NULL,
            matter TEXT NOT NULL,
            told_at TEXT NOT NULL,
            PRIMARY KEY (workspace, person, matter)
        ) STRICT
        """
    )
    engine.define("CREATE INDEX operator_notices_by_moment ON operator_notices (told_at)")


@_migration
def m027_reconciliations(engine: Engine) -> None:
    """Channels to be compared with the ledger, after the database was put back to an earlier moment."""
    engine.define(
        """
        CREATE TABLE reconciliations (
            subscription_id INTEGER NOT NULL REFERENCES subscriptions (id),
            since TEXT NOT NULL,
            PRIMARY KEY (subscription_id)
        ) STRICT
        """
    )


@_migration
def m028_search_index_at_once(engine: Engine) -> None:
    """On a server that an earlier version began, searches read a list of what was still to be indexed."""
    engine.full_text.index_at_once()


@_migration
def m029_follows(engine: Engine) -> None:
    """What each person follows, and what they muted."""
    engine.define(
        """
        CREATE TABLE follows (
            id INTEGER PRIMARY KEY,
            workspace TEXT NOT NULL,
            person TEXT NOT NULL,
            kind TEXT NOT NULL,
            wanted TEXT NOT NULL,
            since TEXT NOT NULL,
            UNIQUE (workspace, person, wanted)
        ) STRICT
        """
    )


@_migration
def m030_opinions(engine: Engine) -> None:
    """Of which papers each person wants more like them, and of which fewer."""
    engine.define(
        """
        CREATE TABLE opinions (
            workspace TEXT NOT NULL,
            person TEXT NOT NULL,
            paper_id TEXT NOT NULL,
            is_liked INTEGER NOT NULL,
            at TEXT NOT NULL,
            PRIMARY KEY (workspace, person, paper_id)
        ) STRICT
        """
    )
    engine.define("CREATE INDEX opinions_newest ON opinions (workspace, person, at, paper_id)")


@_migration
def m031_reading_together(engine: Engine) -> None:
    """What a channel is about, whether it has pictures, what its people read together, and its recap."""
    engine.define("ALTER TABLE subscriptions ADD COLUMN about TEXT NOT NULL DEFAULT ''")
    engine.define("ALTER TABLE subscriptions ADD COLUMN has_thumbnails INTEGER NOT NULL DEFAULT 0")
    engine.define("ALTER TABLE subscriptions ADD COLUMN reading TEXT NOT NULL DEFAULT 'off'")
    engine.define("ALTER TABLE subscriptions ADD COLUMN recap TEXT")


@_migration
def m032_readers_and_discussions(engine: Engine) -> None:
    """Who will read which paper with a channel, when it discusses one, and whether that was worth it."""
    engine.define(
        """
        CREATE TABLE readers (
            workspace TEXT NOT NULL,
            channel TEXT NOT NULL,
            paper_id TEXT NOT NULL,
            person TEXT NOT NULL,
            at TEXT NOT NULL,
            is_named INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (workspace, channel, paper_id, person)
        ) STRICT
        """
    )
    engine.define("CREATE INDEX readers_by_moment ON readers (workspace, channel, at, paper_id)")
    engine.define("CREATE INDEX readers_by_person ON readers (workspace, person, channel, paper_id)")
    engine.define(
        """
        CREATE TABLE discussions (
            id INTEGER PRIMARY KEY,
            workspace TEXT NOT NULL,
            channel TEXT NOT NULL,
            paper_id TEXT NOT NULL,
            planned_for TEXT NOT NULL,
            presenter TEXT,
            planned_by TEXT,
            state TEXT NOT NULL,
            created_at TEXT NOT NULL,
            reminded_at TEXT,
            opened_ts TEXT,
            ended_at TEXT
        ) STRICT
        """
    )
    engine.define(
        "CREATE UNIQUE INDEX discussions_planned ON discussions (workspace, channel, paper_id)"
        " WHERE state = 'planned'"
    )
    engine.define("CREATE INDEX discussions_by_paper ON discussions (workspace, channel, paper_id, id)")
    engine.define(
        "CREATE INDEX discussions_newest ON discussions (workspace, channel, state, planned_for, id)"
    )
    engine.define("CREATE INDEX discussions_by_presenter ON discussions (workspace, presenter)")
    engine.define("CREATE INDEX discussions_by_planner ON discussions (workspace, planned_by)")
    engine.define("CREATE INDEX discussions_due ON discussions (planned_for, id) WHERE state = 'planned'")
    engine.define(
        """
        CREATE TABLE verdicts (
            discussion_id INTEGER NOT NULL REFERENCES discussions (id),
            workspace TEXT NOT NULL,
            person TEXT NOT NULL,
            is_worth INTEGER NOT NULL,
            at TEXT NOT NULL,
            PRIMARY KEY (discussion_id, person)
        ) STRICT
        """
    )
    engine.define("CREATE INDEX verdicts_by_person ON verdicts (workspace, person)")


@_migration
def m033_links_and_pictures(engine: Engine) -> None:
    """Which channels want links to papers shown, which were shown where, and which cards have a picture."""
    engine.define(
        """
        CREATE TABLE link_choices (
            workspace TEXT NOT NULL,
            channel TEXT NOT NULL,
            is_on INTEGER NOT NULL,
            PRIMARY KEY (workspace, channel)
        ) STRICT
        """
    )
    engine.define(
        """
        CREATE TABLE shown_links (
            workspace TEXT NOT NULL,
            channel TEXT NOT NULL,
            paper_id TEXT NOT NULL,
            day TEXT NOT NULL,
            ts TEXT NOT NULL,
            at TEXT NOT NULL,
            PRIMARY KEY (workspace, channel, paper_id, day)
        ) STRICT
        """
    )
    engine.define("CREATE INDEX shown_links_by_moment ON shown_links (at)")
    engine.define("ALTER TABLE posts ADD COLUMN has_picture INTEGER NOT NULL DEFAULT 0")


@_migration
def m034_evidence(engine: Engine) -> None:
    """The sentences of the paper on which each sentence of a summary rests; those made before have none."""
    engine.define(
        """
        ALTER TABLE summaries ADD COLUMN evidence TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(evidence))
        """
    )


@_migration
def m035_recaps_and_reminders(engine: Engine) -> None:
    """Deliveries of a week's recap and of the reminder of a discussion, each once.

    SQLite changes no constraint of a column that exists, so the column is made anew.
    """
    for index in ("deliveries_by_day", "deliveries_scheduled", "deliveries_by_subscription"):
        engine.define(f"DROP INDEX {index}")
    engine.define("ALTER TABLE deliveries RENAME COLUMN kind TO former_kind")
    engine.define(
        """
        ALTER TABLE deliveries ADD COLUMN kind TEXT NOT NULL DEFAULT 'scheduled'
        CHECK (kind IN ('scheduled', 'asked', 'recap', 'discussion'))
        """
    )
    engine.define("UPDATE deliveries SET kind = former_kind")
    engine.define("ALTER TABLE deliveries DROP COLUMN former_kind")
    engine.define("ALTER TABLE deliveries ADD COLUMN discussion_id INTEGER")
    engine.define("CREATE INDEX deliveries_by_day ON deliveries (subscription_id, kind, day)")
    engine.define("CREATE INDEX deliveries_by_subscription ON deliveries (subscription_id, kind, id)")
    engine.define("CREATE INDEX deliveries_by_opening ON deliveries (subscription_id, opened_at)")
    engine.define(
        "CREATE UNIQUE INDEX deliveries_scheduled ON deliveries (subscription_id, day)"
        " WHERE kind = 'scheduled'"
    )
    engine.define(
        "CREATE UNIQUE INDEX deliveries_recap ON deliveries (subscription_id, day) WHERE kind = 'recap'"
    )
    engine.define(
        "CREATE UNIQUE INDEX deliveries_of_discussion ON deliveries (discussion_id, day)"
        " WHERE discussion_id IS NOT NULL"
    )


@_migration
def m036_newer_versions(engine: Engine) -> None:
    """Which papers are watched for newer versions, which came, and which summaries are of earlier ones.

    What is stored of a paper is taken to be of the version that arXiv showed last.
    """
    engine.define("ALTER TABLE arxiv_records ADD COLUMN stored_version INTEGER")
    engine.define("UPDATE arxiv_records SET stored_version = version")
    engine.define("CREATE INDEX saved_papers_of_all ON saved_papers (paper_id)")
    engine.define("CREATE INDEX readers_of_all ON readers (paper_id)")
    engine.define(
        """
        CREATE TABLE watched_papers (
            paper_id TEXT PRIMARY KEY,
            since TEXT NOT NULL,
            asked_at TEXT,
            next_try_at TEXT NOT NULL
        ) STRICT
        """
    )
    engine.define("CREATE INDEX watched_papers_due ON watched_papers (next_try_at, paper_id)")
    engine.define("CREATE INDEX watched_papers_asked ON watched_papers (asked_at)")
    engine.define(
        """
        INSERT INTO watched_papers (paper_id, since, next_try_at)
        SELECT paper_id, max(at), max(at) FROM (
            SELECT paper_id, saved_at AS at FROM saved_papers UNION ALL SELECT paper_id, at FROM readers
        ) AS wanted GROUP BY paper_id
        """
    )
    engine.define(
        """
        CREATE TABLE paper_versions (
            paper_id TEXT PRIMARY KEY,
            version INTEGER NOT NULL,
            submitted_at TEXT,
            seen_at TEXT NOT NULL,
            earlier_title TEXT NOT NULL,
            earlier_abstract TEXT
        ) STRICT
        """
    )
    engine.define("CREATE INDEX paper_versions_newest ON paper_versions (seen_at, paper_id)")
    engine.define(
        """
        CREATE TABLE outdated_summaries (
            paper_id TEXT NOT NULL,
            language TEXT NOT NULL,
            version INTEGER NOT NULL,
            since TEXT NOT NULL,
            PRIMARY KEY (paper_id, language)
        ) STRICT
        """
    )
    engine.define("CREATE INDEX outdated_summaries_by_moment ON outdated_summaries (since)")


@_migration
def m038_topics(engine: Engine) -> None:
    """What people and channels want more of and less of, and what it cost to read that with a model."""
    engine.define(
        """
        CREATE TABLE topics (
            id INTEGER PRIMARY KEY,
            workspace TEXT NOT NULL,
            person TEXT NOT NULL,
            channel TEXT NOT NULL,
            is_used INTEGER NOT NULL,
            words TEXT NOT NULL,
            weight INTEGER NOT NULL,
            UNIQUE (workspace, person, channel, is_used, words)
        ) STRICT
        """
    )
    engine.define(
        """
        CREATE TABLE topic_requests (
            id INTEGER PRIMARY KEY,
            model TEXT NOT NULL,
            at TEXT NOT NULL,
            prompt_tokens INTEGER NOT NULL,
            completion_tokens INTEGER NOT NULL
        ) STRICT
        """
    )
    engine.define("CREATE INDEX topic_requests_by_moment ON topic_requests (at)")


@_migration
def m039_overwritten_texts(engine: Engine) -> None:
    """What a paper's stored version said, where something else took its place before arXiv was asked."""
    engine.define("ALTER TABLE arxiv_records ADD COLUMN earlier_title TEXT")
    engine.define("ALTER TABLE arxiv_records ADD COLUMN earlier_abstract TEXT")


@_migration
def m040_versions_of_summaries(engine: Engine) -> None:
    """From which version of its paper a summary was written; of those before it is not known."""
    engine.define("ALTER TABLE summaries ADD COLUMN version INTEGER")


@_migration
def m041_outdated_summaries_in_order(engine: Engine) -> None:
    """The order in which outdated summaries are due, so that no more are read than are made at once."""
    engine.define("DROP INDEX outdated_summaries_by_moment")
    engine.define("CREATE INDEX outdated_summaries_due ON outdated_summaries (since, paper_id, language)")
