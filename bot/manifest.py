"""The app's manifest: Slack creates the app from it, and the sandbox reads its commands and scopes."""

import json
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent


def load_manifest() -> dict[str, Any]:
    """Return `manifest.json`, which is beside the packages in a checkout and inside this one in a wheel."""
    places = [_HERE.parent / "manifest.json", _HERE / "manifest.json"]
    path = next(path for path in places if path.is_file())
    manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return manifest
