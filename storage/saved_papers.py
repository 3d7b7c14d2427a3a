"""The saved papers table: each person's own list, with its tags, and what was just removed from it."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from bot.text import index_tokens
from bot.text.full_text import Term
from bot.text.mrkdwn import counted
from bot.text.tags import MOST_TAGS
from storage.engines.engine import Engine
from storage.engines.statements import insert
from storage.listings import LEAST_SAVES
from storage.moments import moment_of, optional_moment
from storage.papers import paper_from_row
from storage.records import EVERY_SAVED_PAPER, ReadingStatus, SavedFilter, SavedIn, SavedPaper, SaveOutcome
from storage.rows import reads, whole
from storage.watched_papers import WatchedPapers

MOST_NOTE_CHARACTERS = 3_000
"""The most characters of a note: as many as a field of a form takes, where `&` counts as `&amp;`."""

_MOST_ESCAPED = len("&amp;")
_OF_PERSON = "workspace = :workspace AND person = :person"
_OF_PAPER = f"{_OF_PERSON} AND paper_id = :paper_id"
_COLUMNS = "paper_id, saved_at, status, read_at, note, note_tokens, saved_channel, saved_ts, saved_thread_ts"
_KEYS = "SELECT workspace, person, paper_id"
_TAGGED = """paper_id IN (
    SELECT paper_id FROM saved_paper_tags
    WHERE workspace = :workspace AND person = :person AND tag = :{name}
)"""


class SavedPapers:
    """Saved papers by workspace and person; every call takes both, so nobody sees another's list."""

    def __init__(self, engine: Engine, watched: WatchedPapers) -> None:
        self._engine = engine
        self._watched = watched

    # ---- Changing

    def save(
        self,
        workspace: str,
        person: str,
        paper_id: str,
        now: datetime,
        *,
        tags: Iterable[str] = (),
        note: str = "",
        saved_in: SavedIn | None = None,
        by_reaction: bool = False,
    ) -> SaveOutcome:
        """Save the paper to the person's list; one that is there keeps what it has, and gets tags and note.

        One that was saved by a reaction, and now in another way, no longer goes with the reaction.
        A new note follows the one that is there, on a line of its own, unless that has it already.
        """
        where = {"workspace": workspace, "person": person, "paper_id": paper_id}
        self._watched.add(paper_id, now)
        changed = self._engine.execute(
            """
            INSERT INTO saved_papers
                (workspace, person, paper_id, saved_at, saved_channel, saved_ts, saved_thread_ts, by_reaction)
            VALUES (:workspace, :person, :paper_id, :saved_at, :channel, :ts, :thread_ts, :by_reaction)
            ON CONFLICT DO NOTHING
            """,
            {
                **where,
                "saved_at": now.isoformat(),
                "channel": saved_in and saved_in.channel,
                "ts": saved_in and saved_in.ts,
                "thread_ts": saved_in and saved_in.thread_ts,
                "by_reaction": int(by_reaction),
            },
        )
        if not changed and not by_reaction:
            self._engine.execute(
                f"UPDATE saved_papers SET by_reaction = 0 WHERE {_OF_PAPER} AND by_reaction = 1",  # noqa: S608 -- a constant
                where,
            )
        had_note, had_tags = self._noted(where)
        new_tags = [tag for tag in dict.fromkeys(tags) if tag not in had_tags]
        added, left_out = new_tags[: MOST_TAGS - len(had_tags)], new_tags[MOST_TAGS - len(had_tags) :]
        is_wanted = bool(note) and note not in had_note
        whole_note = "\n".join(filter(None, [had_note, note])) if is_wanted else had_note
        fits = note_fits(whole_note)
        if added or (is_wanted and fits):
            self._write(where, whole_note if fits else had_note, [*had_tags, *added])
        return SaveOutcome(
            is_new=changed > 0,
            new_tags=tuple(added),
            tags_left_out=tuple(left_out),
            is_note_new=is_wanted and fits,
            is_note_left_out=not fits,
        )

    def remove(self, workspace: str, person: str, paper_id: str, now: datetime) -> SavedPaper | None:
        """Remove the paper from the person's list and return it as it was; `None` where it was not there.

        It is set aside for `restore`.
        """
        saved = self.get(workspace, person, paper_id)
        where = {"workspace": workspace, "person": person, "paper_id": paper_id}
        [*rows] = self._engine.query(f"SELECT {_COLUMNS} FROM saved_papers WHERE {_OF_PAPER}", where)  # noqa: S608 -- constants
        if saved is None or not rows:
            return None
        kept = json.dumps({"row": rows[0], "tags": saved.tags}, ensure_ascii=False)
        self._forget_removed(where)
        insert(self._engine, "removed_papers", [{**where, "removed_at": now.isoformat(), "saved": kept}])
        self._engine.execute(f"DELETE FROM saved_paper_tags WHERE {_OF_PAPER}", where)  # noqa: S608 -- a constant
        self._engine.execute(f"DELETE FROM saved_papers WHERE {_OF_PAPER}", where)  # noqa: S608 -- a constant
        return saved

    def restore(self, workspace: str, person: str, paper_id: str) -> SavedPaper | None:
        """Put back the paper that was removed last, as it was; `None` where nothing was set aside.

        One that was saved again meanwhile stays as it is, and has the tags and the note of before added.
        """
        where = {"workspace": workspace, "person": person, "paper_id": paper_id}
        [*rows] = self._engine.query(f"SELECT saved FROM removed_papers WHERE {_OF_PAPER}", where)  # noqa: S608 -- a constant
        if not rows:
            return None
        kept = json.loads(rows[0]["saved"])
        if self.saved_among(workspace, person, [paper_id]):
            saved_at = moment_of(kept["row"]["saved_at"])
            self.save(workspace, person, paper_id, saved_at, tags=kept["tags"], note=kept["row"]["note"])
        else:
            of_person = {"workspace": workspace, "person": person}
            insert(self._engine, "saved_papers", [{**of_person, **kept["row"]}])
            self._watched.add(paper_id, moment_of(kept["row"]["saved_at"]))
            insert(self._engine, "saved_paper_tags", [{**where, "tag": tag} for tag in kept["tags"]])
        self._forget_removed(where)
        return self.get(workspace, person, paper_id)

    def delete_removed(self, before: datetime, limit: int) -> int:
        """Delete at most `limit` papers that were removed before a moment; return how many."""
        return self._engine.execute(
            """
            DELETE FROM removed_papers WHERE (workspace, person, paper_id) IN (
                SELECT workspace, person, paper_id FROM removed_papers
                WHERE removed_at < ? ORDER BY removed_at LIMIT ?
            )
            """,
            [before.isoformat(), limit],
        )

    def set_status(
        self, workspace: str, person: str, paper_id: str, status: ReadingStatus, now: datetime
    ) -> bool:
        """Set how far the person has come; return whether the paper is on their list.

        One that is read already keeps the moment at which it was.
        """
        changed = self._engine.execute(
            f"""
            UPDATE saved_papers SET
                status = :status,
                read_at = CASE :status WHEN 'read' THEN coalesce(read_at, :now) END
            WHERE {_OF_PAPER}
            """,  # noqa: S608 -- a constant
            {
                "workspace": workspace,
                "person": person,
                "paper_id": paper_id,
                "status": status,
                "now": now.isoformat(),
            },
        )
        return changed > 0

    def set_note(self, workspace: str, person: str, paper_id: str, note: str) -> bool:
        """Replace the note, cut to its most characters; return whether the paper is on the list."""
        where = {"workspace": workspace, "person": person, "paper_id": paper_id}
        _, tags = self._noted(where)
        return self._write(where, fitting_note(note), tags)

    def set_tags(self, workspace: str, person: str, paper_id: str, tags: Iterable[str]) -> bool:
        """Replace the tags by the first twenty of these; return whether the paper is on the list."""
        where = {"workspace": workspace, "person": person, "paper_id": paper_id}
        note, _ = self._noted(where)
        return self._write(where, note, list(dict.fromkeys(tags))[:MOST_TAGS])

    # ---- Reading

    def get(self, workspace: str, person: str, paper_id: str) -> SavedPaper | None:
        """Return the saved paper, or `None` where it is not on the person's list."""
        return next(iter(self.of_ids(workspace, person, [paper_id])), None)

    def of_ids(self, workspace: str, person: str, paper_ids: Sequence[str]) -> tuple[SavedPaper, ...]:
        """Return those of these papers that are on the person's list, in this order."""
        among = self._engine.among("saved_papers.paper_id", "paper_ids")
        found = self._select(
            f"{_KEYS} FROM saved_papers WHERE {_OF_PERSON} AND {among}",
            {"workspace": workspace, "person": person, "paper_ids": list(paper_ids)},
        )
        by_id = {saved.paper.id: saved for saved in found}
        return tuple(by_id[each] for each in dict.fromkeys(paper_ids) if each in by_id)

    def count(self, workspace: str, person: str, chosen: SavedFilter = EVERY_SAVED_PAPER) -> int:
        """Return how many papers of the person's list are chosen."""
        conditions, values = _conditions(workspace, person, chosen)
        rows = self._engine.query(f"SELECT count(*) AS saved FROM saved_papers WHERE {conditions}", values)  # noqa: S608 -- constants
        return int(next(rows)["saved"])

    def counts(self, workspace: str, person: str, tags: Iterable[str] = ()) -> dict[ReadingStatus, int]:
        """Return how many papers of each status have all these tags; a status without any is left out."""
        conditions, values = _conditions(workspace, person, SavedFilter(tags=tuple(tags)))
        rows = self._engine.query(
            f"SELECT status, count(*) AS saved FROM saved_papers WHERE {conditions} GROUP BY status",  # noqa: S608 -- constants
            values,
        )
        return {ReadingStatus(row["status"]): int(row["saved"]) for row in rows}

    def tags(self, workspace: str, person: str, limit: int = 100) -> dict[str, int]:
        """Return the person's tags and how many papers have each, the most used first."""
        rows = self._engine.query(
            f"""
            SELECT tag, count(*) AS papers FROM saved_paper_tags WHERE {_OF_PERSON}
            GROUP BY tag ORDER BY papers DESC, tag LIMIT :limit
            """,  # noqa: S608 -- a constant
            {"workspace": workspace, "person": person, "limit": limit},
        )
        return {row["tag"]: int(row["papers"]) for row in rows}

    def page(
        self, workspace: str, person: str, chosen: SavedFilter = EVERY_SAVED_PAPER, *, offset: int, limit: int
    ) -> tuple[SavedPaper, ...]:
        """Return a page of the person's list, the latest saved first."""
        conditions, values = _conditions(workspace, person, chosen)
        return self._select(
            f"""
            {_KEYS} FROM saved_papers WHERE {conditions}
            ORDER BY saved_at DESC, paper_id DESC LIMIT :limit OFFSET :offset
            """,
            {**values, "limit": limit, "offset": offset},
        )

    def newest(self, workspace: str, person: str, limit: int) -> tuple[str, ...]:
        """Return the ids of the papers that the person saved last, the latest first."""
        rows = self._engine.query(
            f"""
            SELECT paper_id FROM saved_papers WHERE {_OF_PERSON}
            ORDER BY saved_at DESC, paper_id DESC LIMIT :limit
            """,  # noqa: S608 -- a constant
            {"workspace": workspace, "person": person, "limit": limit},
        )
        return tuple(row["paper_id"] for row in rows)

    def following(
        self,
        workspace: str,
        person: str,
        after: SavedPaper | None = None,
        chosen: SavedFilter = EVERY_SAVED_PAPER,
        *,
        limit: int,
    ) -> tuple[SavedPaper, ...]:
        """Return the papers of the list that follow one of it, the latest saved first, without abstracts.

        So a long list is read in batches, each in the same time.
        """
        conditions, values = _conditions(workspace, person, chosen)
        if after:
            conditions += " AND (saved_at, paper_id) < (:after_at, :after_id)"
            values |= {"after_at": after.saved_at.isoformat(), "after_id": after.paper.id}
        return self._select(
            f"""
            {_KEYS} FROM saved_papers WHERE {conditions}
            ORDER BY saved_at DESC, paper_id DESC LIMIT :limit
            """,
            {**values, "limit": limit},
            columns="papers.*, NULL AS abstract, saved_papers.*",
        )

    def saved_among(self, workspace: str, person: str, paper_ids: Iterable[str]) -> frozenset[str]:
        """Return which of these papers are on the person's list."""
        rows = self._engine.query(
            f"""
            SELECT paper_id FROM saved_papers
            WHERE {_OF_PERSON} AND {self._engine.among("paper_id", "paper_ids")}
            """,  # noqa: S608 -- the engine's word
            {"workspace": workspace, "person": person, "paper_ids": list(paper_ids)},
        )
        return frozenset(row["paper_id"] for row in rows)

    def noted_with(
        self,
        workspace: str,
        person: str,
        term: Term,
        chosen: SavedFilter = EVERY_SAVED_PAPER,
        *,
        limit: int = 1_000,
    ) -> list[str]:
        """Return the ids of the person's papers whose note or tags have a term, the latest saved first.

        It looks at all of the person's own papers, and at nobody else's.
        """
        conditions, values = _conditions(workspace, person, chosen)
        patterns = [f"%{_pattern(phrase.tokens, phrase.is_prefix)}" for phrase in term.phrases]
        besides = [f"% {token} %" for token in term.besides]
        some = " OR ".join(f"note_tokens LIKE :phrase_{number}" for number in range(len(patterns)))
        every = "".join(f" AND note_tokens LIKE :besides_{number}" for number in range(len(besides)))
        rows = self._engine.query(
            f"""
            SELECT paper_id FROM saved_papers
            WHERE {conditions} AND note_tokens != '' AND ({some}){every}
            ORDER BY saved_at DESC, paper_id DESC LIMIT :limit
            """,  # noqa: S608 -- constants
            {
                **values,
                "limit": limit,
                **{f"phrase_{number}": pattern for number, pattern in enumerate(patterns)},
                **{f"besides_{number}": pattern for number, pattern in enumerate(besides)},
            },
        )
        return [row["paper_id"] for row in rows]

    def newest_first(self, workspace: str, person: str, paper_ids: Iterable[str]) -> list[str]:
        """Return which of these papers are on the person's list, the latest saved first."""
        rows = self._engine.query(
            f"""
            SELECT paper_id FROM saved_papers
            WHERE {_OF_PERSON} AND {self._engine.among("paper_id", "paper_ids")}
            ORDER BY saved_at DESC, paper_id DESC
            """,  # noqa: S608 -- the engine's word
            {"workspace": workspace, "person": person, "paper_ids": list(paper_ids)},
        )
        return [row["paper_id"] for row in rows]

    def savers(self, workspace: str, paper_ids: Iterable[str]) -> dict[str, int]:
        """Return how many people of the workspace have each of these papers on their lists; never who.

        A paper that fewer than `LEAST_SAVES` have is left out: their number would say too much.
        """
        rows = self._engine.query(
            f"""
            SELECT paper_id, count(*) AS people FROM saved_papers
            WHERE workspace = :workspace AND {self._engine.among("paper_id", "paper_ids")}
            GROUP BY paper_id HAVING count(*) >= {LEAST_SAVES}
            """,  # noqa: S608 -- the engine's word
            {"workspace": workspace, "paper_ids": list(paper_ids)},
        )
        return {row["paper_id"]: int(row["people"]) for row in rows}

    def saved_by_reaction(self, workspace: str, person: str, channel: str, ts: str) -> list[str]:
        """Return the ids of what the person saved by a reaction to the message, and left as it was then."""
        rows = self._engine.query(
            f"""
            SELECT paper_id FROM saved_papers
            WHERE {_OF_PERSON} AND by_reaction = 1 AND saved_channel = :channel AND saved_ts = :ts
                AND status = 'unread' AND note = '' AND NOT EXISTS (
                    SELECT 1 FROM saved_paper_tags
                    WHERE saved_paper_tags.workspace = saved_papers.workspace
                        AND saved_paper_tags.person = saved_papers.person
                        AND saved_paper_tags.paper_id = saved_papers.paper_id
                )
            ORDER BY paper_id
            """,  # noqa: S608 -- a constant
            {"workspace": workspace, "person": person, "channel": channel, "ts": ts},
        )
        return [row["paper_id"] for row in rows]

    # ---- Rows

    def _select(
        self, chosen: str, values: dict[str, Any], columns: str = "papers.*, saved_papers.*"
    ) -> tuple[SavedPaper, ...]:
        """Return the saved papers whose keys a statement selects, the latest saved first.

        Of two columns of the same name the last counts. They are joined by the keys alone: beside another
        condition SQLite looks for the chosen ones anew for each paper of the list.
        """
        rows = list(
            self._engine.query(
                f"""
                SELECT {columns} FROM ({chosen}) AS chosen
                JOIN saved_papers ON saved_papers.workspace = chosen.workspace
                    AND saved_papers.person = chosen.person AND saved_papers.paper_id = chosen.paper_id
                JOIN papers ON papers.id = saved_papers.paper_id
                ORDER BY saved_papers.saved_at DESC, saved_papers.paper_id DESC
                """,  # noqa: S608 -- constants
                values,
            )
        )
        tags = self._tags_of(values, [row["id"] for row in rows])
        return tuple(whole(_saved_paper_from_row, ({**row, "tags": tags.get(row["id"], [])} for row in rows)))

    def _tags_of(self, values: dict[str, Any], paper_ids: list[str]) -> dict[str, list[str]]:
        rows = self._engine.query(
            f"""
            SELECT paper_id, tag FROM saved_paper_tags
            WHERE {_OF_PERSON} AND {self._engine.among("paper_id", "paper_ids")} ORDER BY paper_id, tag
            """,  # noqa: S608 -- the engine's word
            {"workspace": values["workspace"], "person": values["person"], "paper_ids": paper_ids},
        )
        tags: dict[str, list[str]] = {}
        for row in rows:
            tags.setdefault(row["paper_id"], []).append(row["tag"])
        return tags

    def _noted(self, where: dict[str, Any]) -> tuple[str, list[str]]:
        """Return note and tags of a paper on the list."""
        rows = self._engine.query(f"SELECT note FROM saved_papers WHERE {_OF_PAPER}", where)  # noqa: S608 -- a constant
        tags = self._tags_of(where, [where["paper_id"]]).get(where["paper_id"], [])
        return next((row["note"] for row in rows), ""), tags

    def _write(self, where: dict[str, Any], note: str, tags: list[str]) -> bool:
        """Replace note and tags, and the tokens by which they are found; return whether there is a row."""
        changed = self._engine.execute(
            f"UPDATE saved_papers SET note = :note, note_tokens = :tokens WHERE {_OF_PAPER}",  # noqa: S608 -- a constant
            {**where, "note": note, "tokens": _tokens(note, tags)},
        )
        self._engine.execute(f"DELETE FROM saved_paper_tags WHERE {_OF_PAPER}", where)  # noqa: S608 -- a constant
        if changed:
            insert(self._engine, "saved_paper_tags", [{**where, "tag": tag} for tag in tags])
        return changed > 0

    def _forget_removed(self, where: dict[str, Any]) -> None:
        self._engine.execute(f"DELETE FROM removed_papers WHERE {_OF_PAPER}", where)  # noqa: S608 -- a constant


def note_fits(note: str) -> bool:
    """Tell whether a note has no more characters than a note may have."""
    return counted(note) <= MOST_NOTE_CHARACTERS


def fitting_note(note: str) -> str:
    """Return as much of the beginning of a note as a note may have."""
    while not note_fits(note):
        note = note[: len(note) - max(1, (counted(note) - MOST_NOTE_CHARACTERS) // _MOST_ESCAPED)]
    return note


def _conditions(workspace: str, person: str, chosen: SavedFilter) -> tuple[str, dict[str, Any]]:
    conditions, values = [_OF_PERSON], {"workspace": workspace, "person": person}
    if chosen.status:
        conditions.append("status = :status")
        values["status"] = chosen.status
    for number, tag in enumerate(chosen.tags):
        conditions.append(_TAGGED.format(name=f"tag_{number}"))
        values[f"tag_{number}"] = tag
    return " AND ".join(conditions), values


def _tokens(note: str, tags: Iterable[str]) -> str:
    """Return note and tags as the search index would hold them, with a blank around each token.

    They are kept beside the note and not in the index, which is everybody's.
    """
    texts = [index_tokens.prepare(text) for text in (note, *tags)]
    tokens = [
        token
        for text in texts
        for token in (*text.in_order, *sorted(text.joined), *map(index_tokens.exact, sorted(text.words)))
    ]
    return f" {' '.join(tokens)} " if tokens else ""


def _pattern(tokens: Iterable[str], is_prefix: bool) -> str:
    return f" {' '.join(tokens)}{'' if is_prefix else ' '}%"


@reads("saved_papers")
def _saved_paper_from_row(row: dict[str, Any]) -> SavedPaper:
    return SavedPaper(
        workspace=row["workspace"],
        person=row["person"],
        paper=paper_from_row(row),
        saved_at=moment_of(row["saved_at"]),
        status=ReadingStatus(row["status"]),
        read_at=optional_moment(row["read_at"]),
        tags=tuple(row["tags"]),
        note=row["note"],
        saved_in=_saved_in(row),
    )


def _saved_in(row: dict[str, Any]) -> SavedIn | None:
    if not (row["saved_channel"] and row["saved_ts"]):
        return None
    return SavedIn(row["saved_channel"], row["saved_ts"], row["saved_thread_ts"])
