"""The page on backups and what it describes say the same."""

import re
from pathlib import Path

import yaml

from bot.commands.cli import main
from bot.settings import Settings
from storage.nightly_backups import KEPT
from storage.upgrades import COPIES_KEPT

DOCS = Path(__file__).parents[1] / "docs"
PAGE = (DOCS / "backups.md").read_text(encoding="utf-8")
NUMBERS = {2: "two", 7: "seven"}


def test_how_many_are_kept_is_said() -> None:
    assert f"The last {NUMBERS[KEPT]} are kept" in PAGE
    assert f"the newest {NUMBERS[COPIES_KEPT]} of them" in PAGE


def test_its_commands_and_settings_are_there() -> None:
    named = set(re.findall(r"paper-round ([a-z]+)", PAGE))
    settings = {str(field.validation_alias) for field in Settings.model_fields.values()}

    assert {"backup", "restore", "status"} <= named <= set(main.commands)
    assert set(re.findall(r"PAPER_ROUND_[A-Z_]+", PAGE)) <= settings


def test_its_configuration_of_litestream_names_the_setting() -> None:
    [database] = yaml.safe_load((DOCS / "litestream.yml").read_text(encoding="utf-8"))["dbs"]

    assert database["path"] == "${PAPER_ROUND_DB}"
