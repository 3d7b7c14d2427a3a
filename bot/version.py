"""The version, which pyproject.toml alone states."""

from importlib.metadata import PackageNotFoundError, metadata

DISTRIBUTION = "paper-round"


def version() -> str:
    """Return the installed version, or `checkout` where a host runs from a clone without installing it."""
    try:
        return metadata(DISTRIBUTION)["Version"]
    except PackageNotFoundError:
        return "checkout"
