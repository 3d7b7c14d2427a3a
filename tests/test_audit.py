"""A known hole fails the checks, and a service that is not reachable does not; answers as pip-audit's are."""

import importlib.util
import json
from types import ModuleType
from typing import Any

import pytest

from tests.test_readme import ROOT

SOUND = {"name": "aiohttp", "version": "3.14.5", "vulns": []}
UNKNOWN = {"name": "babel", "skip_reason": "Dependency not found on PyPI and could not be audited: babel"}
HOLED = {
    "name": "idna",
    "version": "3.6",
    "vulns": [{"id": "PYSEC-2024-60", "fix_versions": ["3.7"], "aliases": [], "description": "Slow."}],
}
DEAD_PROXY = (
    "requests.exceptions.ProxyError: HTTPSConnectionPool(host='osv.test', port=443): Max retries exceeded"
)
NO_ROUTE = "ERROR:pip_audit._cli:Could not connect to PyPI's vulnerability feed"


def answer(*packages: dict[str, Any]) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit", ROOT / ".ci" / "audit.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("ended", "judged"),
    [
        ((0, answer(SOUND), ""), (0, "1 packages audited, no known holes.")),
        (
            (0, answer(SOUND, UNKNOWN), ""),
            (
                0,
                "1 packages audited, no known holes. Not audited, as the service does not know them: babel.",
            ),
        ),
        (
            (0, answer(UNKNOWN), ""),
            (0, "Not audited: the service that was reached knows none of the packages."),
        ),
        ((1, answer(SOUND, HOLED), ""), (1, "Known holes:\nidna 3.6: PYSEC-2024-60, mended in 3.7")),
        ((1, "", DEAD_PROXY), (0, "Not audited: the service that knows of holes is not reachable.")),
        ((1, "", NO_ROUTE), (0, "Not audited: the service that knows of holes is not reachable.")),
        ((1, "", "No module named pip_audit"), (1, "pip-audit failed:\nNo module named pip_audit")),
        ((0, "", ""), (1, "pip-audit failed:\n")),
    ],
    ids="sound unknown none hole proxy route missing empty".split(),
)
def test_what_an_audit_comes_to(
    audit: ModuleType, ended: tuple[int, str, str], judged: tuple[int, str]
) -> None:
    assert audit.verdict(*ended) == judged
