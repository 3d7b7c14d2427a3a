"""The README, the pages under docs/ and what they describe say the same."""

import re
import tomllib
from datetime import date
from pathlib import Path

import click
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from bot.commands.cli import main
from bot.locale import words_for
from bot.settings import Settings
from handlers.requests import NotUnderstood, Search, parse_request

HELP_KEYS = (
    "latest search narrow similar day relative week paper saved part save remove export import forget"
    " subscribe settings shelf pause links unsubscribe status"
).split()
ROOT = Path(__file__).parents[1]
LONGEST = 150


def read(name: str) -> str:
    """Return the text of a file of the repository."""
    return (ROOT / name).read_text(encoding="utf-8")


README = read("README.md")


def test_the_readme_is_read_in_ten_minutes() -> None:
    assert len(README.splitlines()) < LONGEST


def test_every_command_is_in_the_documents_and_explains_itself() -> None:
    rows = re.findall(r"^\| (`paper-round .*?) \|", read("docs/commands.md"), re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`paper-round ([\w-]+)", row)}

    assert named == set(main.commands)
    for lazy in main.lazy_commands.values():
        command = lazy.load()
        assert command.help
        assert all(option.help for option in command.params if isinstance(option, click.Option))


def test_the_settings_in_the_documents_are_the_settings() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \|(.*?)\|(.*?)\|$", read("docs/settings.md"), re.MULTILINE)

    def row(name: str) -> tuple[str, str, str]:
        field = Settings.model_fields[name]
        default = f"`{field.default}`" if field.default not in {None, ""} else ""
        return str(field.validation_alias), default, str(field.description)

    # They are grouped by subject there.
    assert sorted((name, default.strip(), text.strip()) for name, default, text in rows) == sorted(
        row(name) for name in Settings.model_fields
    )


def test_every_use_of_the_command_in_the_documents_and_in_the_help_is_understood() -> None:
    helps = [words_for("en")(f"help.{key}", command="/papers") for key in HELP_KEYS]
    uses = re.findall(r"`/papers ?(.*?)`", "\n".join([README, read("docs/using.md"), *helps]))

    assert len(uses) > 30
    for use in uses:
        request = parse_request(use.replace("ID", "2509.21240"), date(2025, 10, 2))
        # What is no other request is looked for; here it would be a slip.
        assert not isinstance(request, NotUnderstood), use
        assert not isinstance(request, Search) or not request.meant, use


def test_every_file_and_folder_of_the_map_exists_and_none_is_missing() -> None:
    section = README.partition("## Find your way")[2]
    first_columns = re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)
    named = set()
    for column in first_columns:
        paths = re.findall(r"`(.*?)`", column)
        folder = str(Path(paths[0]).parent)
        named |= {path if "/" in path else f"{folder}/{path}" for path in paths}

    modules = {f"bot/{path.name}" for path in (ROOT / "bot").glob("*.py") if not path.name.startswith("__")}
    folders = {f"bot/{path.parent.name}/" for path in (ROOT / "bot").glob("*/__init__.py")}
    assert all((ROOT / path).exists() for path in named)
    assert modules | folders | {"handlers/", "storage/"} == named


def test_both_readme_commands_are_the_ones_that_ci_runs() -> None:
    run = (ROOT / ".ci" / "run").read_text()

    test = re.search(r"^python3 -m venv .*pytest$", README, re.MULTILINE)
    assert test
    assert test[0].replace("install -e", "install --quiet -e") in run


def test_every_dependency_is_pinned_in_requirements_and_no_index_is_named() -> None:
    pinned = (ROOT / "requirements.txt").read_text()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    versions = dict(re.findall(r"^([a-z0-9-]+)==([^ ;]+)", pinned, re.MULTILINE))
    # Hosts with a Procfile have a database on a server more often than a disk that stays.
    for text in [*project["dependencies"], *project["optional-dependencies"]["postgresql"]]:
        wanted = Requirement(text)
        assert wanted.specifier.contains(versions[canonicalize_name(wanted.name)])
    assert "://" not in pinned
    assert not re.findall(r"^--", pinned, re.MULTILINE)
