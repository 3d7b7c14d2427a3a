"""The topic requests table: what it costs to have a model read what people want more of and less of."""

from datetime import UTC, datetime

from storage.engines.engine import Engine


class TopicRequests:
    """Requests to language models about no paper, with their tokens, and with nobody's words."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, model: str, at: datetime, prompt_tokens: int, completion_tokens: int) -> int:
        """Record a request and return its id."""
        rows = self._engine.query(
            """
            INSERT INTO topic_requests (model, at, prompt_tokens, completion_tokens)
            VALUES (?, ?, ?, ?) RETURNING id
            """,
            [model, at.astimezone(UTC).isoformat(), prompt_tokens, completion_tokens],
        )
        request_id: int = next(rows)["id"]
        return request_id

    def settle(self, request_id: int, model: str, prompt_tokens: int, completion_tokens: int) -> None:
        """Replace a request's estimate with what it cost, and its model with the one that answered."""
        self._engine.execute(
            "UPDATE topic_requests SET model = ?, prompt_tokens = ?, completion_tokens = ? WHERE id = ?",
            [model, prompt_tokens, completion_tokens, request_id],
        )

    def delete(self, before: datetime, limit: int) -> int:
        """Delete the oldest requests, at most `limit` of those before a moment; return how many."""
        return self._engine.execute(
            """
            DELETE FROM topic_requests
            WHERE id IN (SELECT id FROM topic_requests WHERE at < ? ORDER BY at LIMIT ?)
            """,
            [before.astimezone(UTC).isoformat(), limit],
        )
