"""CONTRIBUTING.md names what is there."""

import re
import tomllib
from itertools import pairwise
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
    above = {name: number for number, layer in enumerate(layers) for name in layer.split(" | ")}
    lines = CONTRIBUTING.split("```")[3].splitlines()

    floors = [names for line in lines if (names := re.findall(r"\b(?:bot\.\w+|handlers|storage)\b", line))]
    assert {name for floor in floors for name in floor} == {
        name for name, number in above.items() if name != "bot.__main__" and number <= above["storage"]
    }
    for upper, lower in pairwise(floors):
        assert max(above[name] for name in upper) < min(above[name] for name in lower)
