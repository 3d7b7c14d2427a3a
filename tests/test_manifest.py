import json
import re
from pathlib import Path

import jsonschema
import pytest

from bot.manifest import load_manifest
from bot.settings import Settings
from tests.test_readme import README


def test_the_manifest_is_one_that_slack_takes(shared_data: Path) -> None:
    schema = json.loads((shared_data / "slack" / "manifest.schema.1.0.0.json").read_text())

    jsonschema.validate(load_manifest(), schema)


def test_the_manifest_s_command_is_the_default_setting() -> None:
    commands = [command["command"] for command in load_manifest()["features"]["slash_commands"]]

    assert commands == [Settings.model_fields["command"].default]


def test_every_scope_has_its_reason_in_the_readme() -> None:
    section = README.partition("**What the app may do.**")[2].partition("**AI summaries.**")[0]
    rows = re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)
    scopes = load_manifest()["oauth_config"]["scopes"]

    named = [name for row in rows for name in re.findall(r"`(.*?)`", row)]
    assert sorted(named) == sorted(scopes["bot"] + scopes["bot_optional"])


@pytest.mark.parametrize(
    ("place", "most"),
    [("name", 35), ("description", 140), ("long_description", 4000)],
)
def test_the_manifest_s_texts_are_short_enough(place: str, most: int) -> None:
    assert len(load_manifest()["display_information"][place]) <= most
