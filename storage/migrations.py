"""The schema, as numbered migrations; applied at start, and never edited once released."""

from sqlite_utils import Database, Migrations

migrations = Migrations("paper-round")


@migrations()
def m001_papers(database: Database) -> None:
    """Papers, and their summaries with provenance."""
    database.execute(
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
    database.execute(
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


@migrations()
def m002_listings(database: Database) -> None:
    """What a source lists for a day, in order."""
    database.execute(
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
    database.execute(
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
    database.execute("CREATE INDEX listings_by_day ON listings (day)")


@migrations()
def m003_subscriptions(database: Database) -> None:
    """Subscriptions of channels."""
    database.execute(
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


@migrations()
def m004_deliveries(database: Database) -> None:
    """The ledger of deliveries and their posts."""
    database.execute(
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
    database.execute(
        "CREATE INDEX deliveries_at_work ON deliveries (id) WHERE state IN ('open', 'last_look')"
    )
    database.execute(
        "CREATE INDEX deliveries_untold ON deliveries (id) WHERE state = 'failed' AND NOT is_told"
    )
    database.execute("CREATE INDEX deliveries_by_channel ON deliveries (workspace, channel)")
    database.execute(
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


@migrations()
def m005_saved_papers(database: Database) -> None:
    """Each person's own list, apart in each workspace."""
    database.execute(
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
    database.execute("CREATE INDEX saved_papers_newest ON saved_papers (workspace, person, saved_at)")


@migrations()
def m006_heartbeats(database: Database) -> None:
    """When each recurring job last ran."""
    database.execute("CREATE TABLE heartbeats (name TEXT PRIMARY KEY, at TEXT NOT NULL) STRICT")


@migrations()
def m007_greetings(database: Database) -> None:
    """Channels in which the bot has introduced itself."""
    database.execute(
        """
        CREATE TABLE greetings (
            workspace TEXT NOT NULL,
            channel TEXT NOT NULL,
            at TEXT NOT NULL,
            PRIMARY KEY (workspace, channel)
        ) STRICT
        """
    )


@migrations()
def m008_models(database: Database) -> None:
    """What a model's summary was made from, what it cost, what failed, and reported mistakes."""
    database.execute("ALTER TABLE summaries ADD COLUMN text_read TEXT")
    database.execute(
        "ALTER TABLE summaries ADD COLUMN figures TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(figures))"
    )
    database.execute("ALTER TABLE summaries ADD COLUMN input_hash TEXT")
    database.execute(
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
    database.execute(
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
    database.execute("CREATE INDEX model_requests_by_moment ON model_requests (at)")
    database.execute("CREATE INDEX model_requests_by_paper ON model_requests (paper_id)")
    database.execute(
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
    database.execute("CREATE INDEX summary_wishes_by_person ON summary_wishes (workspace, person, at)")
    database.execute(
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
    database.execute("CREATE INDEX mistake_reports_newest ON mistake_reports (reported_at)")
    database.execute(
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


@migrations()
def m009_arxiv_records(database: Database) -> None:
    """What arXiv says of papers, and when to ask again about those it did not know."""
    database.execute(
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
    database.execute("CREATE INDEX listing_papers_by_paper ON listing_papers (paper_id, day)")


@migrations()
def m010_waiting_digests(database: Database) -> None:
    """Digests that wait for a source's list, and messages that show an outdated payload."""
    database.execute(
        "ALTER TABLE deliveries ADD COLUMN waits_for TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(waits_for))"
    )
    database.execute("ALTER TABLE deliveries ADD COLUMN is_late INTEGER NOT NULL DEFAULT 0")
    database.execute("ALTER TABLE posts ADD COLUMN is_stale INTEGER NOT NULL DEFAULT 0")


@migrations()
def m011_beginnings_of_sources(database: Database) -> None:
    """The first day of each source that is added to a subscription later."""
    database.execute(
        """
        ALTER TABLE subscriptions ADD COLUMN since_by_source TEXT NOT NULL DEFAULT '{}'
        CHECK (json_valid(since_by_source))
        """
    )


@migrations()
def m012_summary_requests(database: Database) -> None:
    """Rename the table of requests for new summaries."""
    database.execute("ALTER TABLE summary_wishes RENAME TO summary_requests")
    database.execute("DROP INDEX summary_wishes_by_person")
    database.execute("CREATE INDEX summary_requests_by_person ON summary_requests (workspace, person, at)")


@migrations()
def m013_withdrawn_papers(database: Database) -> None:
    """The notice of withdrawn papers; arXiv is asked once more about those of whom it was not kept."""
    database.execute("ALTER TABLE papers ADD COLUMN withdrawal TEXT")
    database.execute("UPDATE arxiv_records SET next_try_at = asked_at WHERE next_try_at IS NULL")


@migrations()
def m014_stopped_deliveries(database: Database) -> None:
    """Deliveries that a person stopped, and several deliveries that are asked for of one day.

    SQLite changes no constraint of a table that exists, so the tables are made anew with all that refers to
    them.
    """
    database.execute(
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
    database.execute(
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
    database.execute(
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
    database.execute("INSERT INTO new_deliveries SELECT *, 0 FROM deliveries")
    database.execute("INSERT INTO new_posts SELECT * FROM posts")
    database.execute("INSERT INTO new_card_updates SELECT * FROM card_updates")
    for table in ("card_updates", "posts", "deliveries"):
        database.execute(f"DROP TABLE {table}")
        database.execute(f"ALTER TABLE new_{table} RENAME TO {table}")
    database.execute(
        "CREATE INDEX deliveries_at_work ON deliveries (id) WHERE state IN ('open', 'last_look')"
    )
    database.execute(
        "CREATE INDEX deliveries_untold ON deliveries (id) WHERE state = 'failed' AND NOT is_told"
    )
    database.execute("CREATE INDEX deliveries_by_channel ON deliveries (workspace, channel)")
    database.execute("CREATE INDEX deliveries_by_day ON deliveries (subscription_id, kind, day)")
    database.execute(
        "CREATE UNIQUE INDEX deliveries_scheduled ON deliveries (subscription_id, day)"
        " WHERE kind = 'scheduled'"
    )


@migrations()
def m015_channel_names(database: Database) -> None:
    """The names of channels, which Slack gives with their ids."""
    database.execute(
        """
        CREATE TABLE channel_names (
            workspace TEXT NOT NULL,
            channel TEXT NOT NULL,
            name TEXT NOT NULL,
            PRIMARY KEY (workspace, channel)
        ) STRICT
        """
    )
