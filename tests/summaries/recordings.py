"""The recorded answers of real endpoints, read where they lie."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.model_server import completion
from tests.support.web_server import Answer, saying

_STATUSES = {"openai-error.1": 429, "google-429-retry-info": 429}
# What only their own connection needs.
_LEFT_OUT = {"connection", "content-length", "transfer-encoding"}


@dataclass(frozen=True)
class Recording:
    """An answer as an endpoint gave it; a body that is a string is plain text."""

    name: str
    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def answer(self) -> Answer:
        """The same from a server of ours."""
        body = self.body if isinstance(self.body, str) else json.dumps(self.body, ensure_ascii=False)
        headers = {name: text for name, text in self.headers.items() if name.lower() not in _LEFT_OUT}
        return saying(body, self.status, **headers)


def recordings(folder: Path) -> dict[str, Recording]:
    """Return all recorded answers by the name of their file and their number in it."""
    found: list[Recording] = []
    for path in sorted(folder.iterdir()):
        if path.suffix == ".yaml":
            found += _interactions(path)
        elif path.stem == "errors-reported-in-issues":
            found += [_reported(number, entry) for number, entry in enumerate(json.loads(path.read_text()))]
        else:
            found.append(Recording(path.stem, _STATUSES.get(path.stem, 200), json.loads(path.read_text())))
    return {recording.name: recording for recording in found}


def _reported(number: int, entry: dict[str, Any]) -> Recording:
    """Return an answer of which an issue tells the body, only its message, or only its headers."""
    status, message = entry["status"], entry.get("message", "")
    told: object = message if status == 422 else {"error": {"message": message}}
    body = entry.get("body", told if status >= 400 else completion({"city": "Rome"}))
    return Recording(
        f"reported-{number} {entry['provider']} {status}", status, body, entry.get("headers", {})
    )


def _interactions(path: Path) -> list[Recording]:
    responses = [interaction["response"] for interaction in read_cassette(path.read_text())["interactions"]]
    return [
        Recording(
            f"{path.stem} {number}",
            int(response["status"]["code"]),
            response["parsed_body"],
            {name: values[0] for name, values in response["headers"].items()},
        )
        for number, response in enumerate(responses)
    ]


# --- Cassettes --------------------------------------------------------------------------------------------

_LINE = re.compile(r"( *)((?:- )*)(.*)")
_KEY = re.compile(r"([\w$-]+):(?: (.*))?")


def read_cassette(text: str) -> Any:  # any YAML
    """Return what a cassette of pytest-recording holds, which is little of YAML; raises ValueError for more.

    A library for all of YAML would be one more dependency, for three files.
    """
    lines = _Lines(text)
    value = lines.block(0)
    if lines.left:
        raise ValueError(f"Not read: {lines.left[0]!r}.")
    return value


class _Lines:
    def __init__(self, text: str) -> None:
        self.left = [line for line in text.splitlines() if line.strip()]

    def block(self, indent: int) -> Any:  # any YAML
        if self.left[0].lstrip().startswith("- "):
            return self._sequence(indent)
        return self._mapping(indent)

    def _sequence(self, indent: int) -> list[Any]:
        items: list[Any] = []
        while self.left and self.left[0].startswith(" " * indent + "- "):
            first = self.left[0][indent + 2 :]
            if _KEY.fullmatch(first):
                self.left[0] = " " * (indent + 2) + first
                items.append(self._mapping(indent + 2))
            else:
                del self.left[0]
                items.append(self._scalar(first, indent + 1))
        return items

    def _mapping(self, indent: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while self.left and _indent(self.left[0]) == indent and not self.left[0].lstrip().startswith("- "):
            line = self.left.pop(0)
            match = _KEY.fullmatch(line.strip())
            if match is None:
                raise ValueError(f"Not a key: {line!r}.")
            key, rest = match.groups()
            found[key] = self._scalar(rest, indent + 1) if rest else self.block(_indent(self.left[0]))
        return found

    def _scalar(self, first: str, deeper: int) -> object:
        """Return a scalar, with the lines that continue it."""
        more = []
        while self.left and _indent(self.left[0]) >= deeper:
            more.append(self.left.pop(0).strip())
        if first == "|":
            return "\n".join(more) + "\n"
        text = " ".join([first, *more])
        plain: dict[str, object] = {"null": None, "true": True, "false": False, "{}": {}, "[]": []}
        if text.startswith("'"):
            return text[1:-1].replace("''", "'")
        if text not in plain and text.startswith(('"', "[", "&", "*", "!", ">")):
            raise ValueError(f"Not read: {text!r}.")
        return plain[text] if text in plain else int(text) if re.fullmatch(r"-?[0-9]+", text) else text


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
