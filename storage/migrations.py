"""The tables, grown by small numbered steps that are applied at the start and never edited afterwards."""

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
            code_stars INTEGER
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
def m003_deliveries(database: Database) -> None:
    """What channels want, and the ledger of what they got."""
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
            UNIQUE (workspace, channel)
        ) STRICT
        """
    )
    database.execute(
        """
        CREATE TABLE deliveries (
            id INTEGER PRIMARY KEY,
            subscription_id INTEGER NOT NULL REFERENCES subscriptions (id),
            workspace TEXT NOT NULL,
            channel TEXT NOT NULL,
            day TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('open', 'done', 'failed')),
            reason TEXT,
            opened_at TEXT NOT NULL,
            UNIQUE (subscription_id, day)
        ) STRICT
        """
    )
    database.execute("CREATE INDEX deliveries_open ON deliveries (id) WHERE state = 'open'")
    database.execute(
        """
        CREATE TABLE posts (
            delivery_id INTEGER NOT NULL REFERENCES deliveries (id),
            position INTEGER NOT NULL,
            paper_id TEXT REFERENCES papers (id),
            payload TEXT NOT NULL CHECK (json_valid(payload)),
            state TEXT NOT NULL CHECK (state IN ('planned', 'sending', 'posted', 'unknown', 'refused')),
            ts TEXT,
            reason TEXT,
            PRIMARY KEY (delivery_id, position),
            CHECK ((state = 'posted') = (ts IS NOT NULL))
        ) STRICT
        """
    )


@migrations()
def m004_saved_papers(database: Database) -> None:
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
