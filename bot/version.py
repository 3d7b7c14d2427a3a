"""The version, which pyproject.toml alone states."""

from functools import cache
from importlib.metadata import PackageNotFoundError, metadata

DISTRIBUTION = "paper-round"


@cache
def version() -> str:
    """Return the installed version, or `checkout` where a host runs from a clone without installing it."""
    try:
        return metadata(DISTRIBUTION)["Version"]
    except PackageNotFoundError:
        return "checkout"
