"""How a question is written for an endpoint: each compatible one supports a little less than OpenAI's."""

import enum
import json
from dataclasses import dataclass, replace
from typing import Any, Literal

from bot.summaries.question import Question

_TEMPERATURE = 0.2


class AnswerFormat(enum.Enum):
    """The `response_format` of a request; `TEXT` is not sent."""

    SCHEMA = "json_schema"
    OBJECT = "json_object"
    TEXT = "text"


_NEXT_FORM = {AnswerFormat.SCHEMA: AnswerFormat.OBJECT, AnswerFormat.OBJECT: AnswerFormat.TEXT}


@dataclass(frozen=True, slots=True)
class Dialect:
    """The options sent with the turns; each `without…` returns the next dialect to try, `None` at the end."""

    form: AnswerFormat = AnswerFormat.SCHEMA
    #: The field that limits the answer: newer models of OpenAI refuse `max_tokens`, and any temperature.
    most_tokens: Literal["max_tokens", "max_completion_tokens"] | None = "max_tokens"
    has_temperature: bool = True

    def written(self, question: Question, model: str) -> bytes:
        """Return a request's body; half a surrogate pair, as from a PDF, becomes a question mark."""
        body: dict[str, Any] = {
            "model": model,
            "messages": [{"role": turn.role, "content": turn.content} for turn in question.turns],
            "stream": False,
        }
        if self.has_temperature:
            body["temperature"] = _TEMPERATURE
        if self.most_tokens:
            body[self.most_tokens] = question.most_tokens
        if self.form is not AnswerFormat.TEXT:
            body["response_format"] = self._response_format(question)
        return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")

    def _response_format(self, question: Question) -> dict[str, Any]:
        if self.form is AnswerFormat.OBJECT:
            return {"type": "json_object"}
        schema = {"name": "answer", "strict": True, "schema": dict(question.schema)}
        return {"type": "json_schema", "json_schema": schema}

    def without_form(self) -> "Dialect | None":
        """Describe the JSON answer less strictly."""
        form = _NEXT_FORM.get(self.form)
        return replace(self, form=form) if form else None

    def without_most_tokens(self) -> "Dialect | None":
        """Use the newer name of the limit, then none."""
        if self.most_tokens is None:
            return None
        is_old = self.most_tokens == "max_tokens"
        return replace(self, most_tokens="max_completion_tokens" if is_old else None)

    def without_temperature(self) -> "Dialect | None":
        """Leave the temperature to the model."""
        return replace(self, has_temperature=False) if self.has_temperature else None
