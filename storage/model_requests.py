"""The model requests table: what each summary costs."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from storage.engines.engine import Engine
from storage.moments import moment_of
from storage.records import ModelRequest
from storage.rows import reads, whole


class ModelRequests:
    """Requests to language models, with their tokens."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, request: ModelRequest) -> int:
        """Record a request and return its id."""
        row = {
            "paper_id": request.paper_id,
            "language": request.language,
            "model": request.model,
            "at": request.at.astimezone(UTC).isoformat(),
            "prompt_tokens": request.prompt_tokens,
            "completion_tokens": request.completion_tokens,
        }
        rows = self._engine.query(
            """
            INSERT INTO model_requests (paper_id, language, model, at, prompt_tokens, completion_tokens)
            VALUES (:paper_id, :language, :model, :at, :prompt_tokens, :completion_tokens) RETURNING id
            """,
            row,
        )
        request_id: int = next(rows)["id"]
        return request_id

    def settle(self, request_id: int, model: str, prompt_tokens: int, completion_tokens: int) -> None:
        """Replace a request's estimate with what it cost, and its model with the one that answered."""
        self._engine.execute(
            "UPDATE model_requests SET model = ?, prompt_tokens = ?, completion_tokens = ? WHERE id = ?",
            [model, prompt_tokens, completion_tokens, request_id],
        )

    def delete(self, before: datetime, limit: int) -> int:
        """Delete the oldest requests, at most `limit` of those before a moment; return how many."""
        return self._engine.execute(
            """
            DELETE FROM model_requests
            WHERE id IN (SELECT id FROM model_requests WHERE at < ? ORDER BY at LIMIT ?)
            """,
            [before.astimezone(UTC).isoformat(), limit],
        )

    def first_at(self) -> datetime | None:
        """Return when the oldest request was made."""
        rows = self._engine.query("SELECT at FROM model_requests ORDER BY at LIMIT 1")
        return next(whole(_moment_from_row, rows), None)

    def tokens_of_day(self, day: date) -> int:
        """Return the tokens of a UTC day, prompts included, and those of questions about no paper."""
        start = datetime.combine(day, time.min, UTC)
        bounds = [start.isoformat(), (start + timedelta(days=1)).isoformat()]
        return sum(self._tokens(table, bounds) for table in ("model_requests", "topic_requests"))

    def _tokens(self, table: str, bounds: list[str]) -> int:
        rows = self._engine.query(
            f"""
            SELECT coalesce(sum(prompt_tokens + completion_tokens), 0) AS tokens
            FROM {table} WHERE at >= ? AND at < ?
            """,  # noqa: S608 -- a constant
            bounds,
        )
        return int(next(rows)["tokens"])


@reads("model_requests")
def _moment_from_row(row: dict[str, Any]) -> datetime:
    return moment_of(row["at"])
