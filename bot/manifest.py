"""The app's manifest, from which Slack makes the app and the sandbox takes commands and scopes."""

import json
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent


def load_manifest() -> dict[str, Any]:
    """Return `manifest.json`: in a checkout beside the packages, in an installed wheel within this one."""
    places = [_HERE.parent / "manifest.json", _HERE / "manifest.json"]
    path = next(path for path in places if path.is_file())
    manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return manifest
