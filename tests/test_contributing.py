"""CONTRIBUTING.md names what is there."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_every_file_and_folder_that_a_recipe_names_exists() -> None:
    named = re.findall(
        r"`((?:bot|handlers|storage|tests|\.ci)/[\w./-]*|\w+\.(?:md|json|toml))`", CONTRIBUTING
    )

    assert len(named) > 30
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_floors_are_those_that_the_linter_holds() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    linted = [name for layer in layers for name in layer.split(" | ") if name != "bot.__main__"]

    drawn = re.findall(r"\b(?:bot\.\w+|handlers|storage)\b", CONTRIBUTING.split("```")[3])
    assert drawn == linted[: len(drawn)]
    assert drawn[-1] == "storage"
