"""docs/growing.md and docs/compose.yaml name what is there."""

import re
from pathlib import Path

import yaml

from bot.commands.cli import main
from bot.settings import Settings

ROOT = Path(__file__).parents[1]
GROWING = (ROOT / "docs" / "growing.md").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((ROOT / "docs" / "compose.yaml").read_text(encoding="utf-8"))
SETTINGS = {str(field.validation_alias) for field in Settings.model_fields.values()}
#: What compose.yaml makes the address of.
PASSWORD = "PAPER_ROUND_DB_PASSWORD"


def test_every_link_between_the_documents_leads_to_a_file() -> None:
    pages = {page: page.read_text(encoding="utf-8") for page in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"))}
    links = [(page, link) for page, text in pages.items() for link in re.findall(r"\]\(([^):#]+)\)", text)]

    assert (ROOT / "README.md", "docs/growing.md") in links
    assert [(page.name, link) for page, link in links if not (page.parent / link).exists()] == []


def test_settings_commands_and_files_that_growing_names_exist() -> None:
    settings = set(re.findall(r"PAPER_ROUND_[A-Z_]+", GROWING))
    commands = set(re.findall(r"(?<=paper-round )(?!@)[a-z]+\b", GROWING))
    files = re.findall(r"(?<![\w/.])(?:tests|docs)/[\w./]+\w", GROWING)

    assert settings - {PASSWORD} <= SETTINGS
    assert {"copy", "status"} <= commands & set(main.commands)
    assert [path for path in files if not (ROOT / path).exists()] == []


def test_compose_starts_a_database_and_two_workers_that_use_it() -> None:
    database, worker = COMPOSE["services"]["database"], COMPOSE["services"]["worker"]
    environment = worker["environment"]

    assert (ROOT / "docs" / worker["build"] / "Dockerfile").exists()
    assert worker["deploy"]["replicas"] == 2
    assert worker["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert environment["PAPER_ROUND_DB"] == (
        f"postgresql://{database['environment']['POSTGRES_USER']}:${{{PASSWORD}}}@database/"
        f"{database['environment']['POSTGRES_DB']}"
    )
    assert set(environment) <= SETTINGS
    assert database["volumes"] == [f"{name}:/var/lib/postgresql/data" for name in COMPOSE["volumes"]]
