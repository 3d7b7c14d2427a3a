"""Look for known holes in the pinned packages: `python .ci/audit.py`; ends with 1 where there is one.

pip-audit asks a service. Where that is not reachable, or does not know a package, nobody knows of a hole
either: this says so and does not fail, so that a failure of the service stops no work.
"""

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

REQUIREMENTS = Path(__file__).parents[1] / "requirements.txt"
_MOST_SECONDS = 180
_PIP_AUDIT = (
    *(sys.executable, "-m", "pip_audit", "--format=json", "--progress-spinner=off", "--timeout=10"),
    # The pinned packages are all there are, so nothing is looked up or installed.
    *("--disable-pip", "--require-hashes", f"--requirement={REQUIREMENTS}"),
)
_NOT_REACHED = re.compile(
    r"requests\.exceptions\.|urllib3\.exceptions\.|ConnectionError|ServiceError|JSONDecodeError|"
    r"Could not connect|not redirecting"
)
"""What pip-audit says, or its traceback, where the service gives no answer that it can read."""


def verdict(status: int, answer: str, trouble: str) -> tuple[int, str]:
    """Return the status to end with and a sentence, from what pip-audit came to and wrote; pure."""
    try:
        packages = json.loads(answer)["dependencies"]
    except (ValueError, KeyError, TypeError):
        if _NOT_REACHED.search(trouble):
            return 0, "Not audited: the service that knows of holes is not reachable."
        return status or 1, f"pip-audit failed:\n{trouble}"
    holes = [
        f"{each['name']} {each['version']}: {hole['id']}, mended in {', '.join(hole['fix_versions']) or '–'}"
        for each in packages
        for hole in each.get("vulns", ())
    ]
    unknown = [each["name"] for each in packages if "skip_reason" in each]
    if holes:
        return 1, "\n".join(["Known holes:", *holes])
    if len(unknown) == len(packages):
        return 0, "Not audited: the service that was reached knows none of the packages."
    return 0, _without_holes(len(packages) - len(unknown), unknown)


def _without_holes(audited: int, unknown: Sequence[str]) -> str:
    besides = f" Not audited, as the service does not know them: {', '.join(unknown)}." if unknown else ""
    return f"{audited} packages audited, no known holes.{besides}"


def main() -> int:
    """Run pip-audit, say what it came to, and return the status to end with."""
    try:
        ended = subprocess.run(  # noqa: S603 -- nothing in it comes from outside
            _PIP_AUDIT, check=False, capture_output=True, text=True, timeout=_MOST_SECONDS
        )
    except subprocess.TimeoutExpired:
        status, said = 0, f"Not audited: the service did not answer within {_MOST_SECONDS} seconds."
    else:
        status, said = verdict(ended.returncode, ended.stdout, ended.stderr)
    print(said)  # noqa: T201 -- this is all it is for
    return status


if __name__ == "__main__":
    sys.exit(main())
