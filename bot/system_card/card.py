"""The system card as one value, from the settings and what is stored; pure but for `read_card`.

Its parts are those that a hazard-aware system card has: what the system consists of, its guards, a log of
hazards with identifiers, and what was reported: https://arxiv.org/abs/2509.20394
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from urllib.parse import urlsplit

from bot.settings import Settings
from bot.summaries.prompt import PROMPT_VERSION
from bot.system_card.checks import BLIND_SPOTS, CHECKS, PROCEDURE, Check
from bot.system_card.hazards import HAZARDS, Hazard
from bot.system_card.measured import RATES, Rate
from bot.version import DISTRIBUTION, version
from storage.records import ReportCount, ReportedPaper, SummaryCount
from storage.tables import Tables

_Kind = TypeVar("_Kind")

SCHEMA = "paper-round/system-card/1"
"""The schema of the JSON; its number rises when a field goes or changes its meaning."""

MOST_KINDS = 200
"""How many kinds of summaries and of reports a card lists, the commonest first."""

MOST_PAPERS = 10


@dataclass(frozen=True, slots=True)
class System:
    """The system that the card is of."""

    name: str
    version: str
    purpose: str
    #: Everything that a model is sent.
    sent_to_the_model: str
    #: The version of the prompt with which summaries are made now.
    prompt_version: str


@dataclass(frozen=True, slots=True)
class ModelInUse:
    """The model that writes summaries now, as the settings name it."""

    name: str
    #: The host that it is asked at.
    endpoint: str
    #: The most tokens of a paper's text that it reads.
    tokens_a_text: int
    #: Whether it checks each sentence of its summary once more.
    reads_twice: bool


@dataclass(frozen=True, slots=True)
class Models:
    """Who wrote the summaries."""

    #: `None` where the settings name no model.
    in_use: ModelInUse | None
    #: The commonest kinds of stored summaries.
    stored: tuple[SummaryCount, ...] = ()
    #: Whether these are all kinds.
    is_all: bool = True


@dataclass(frozen=True, slots=True)
class Reports:
    """What people reported as mistakes, and what became of it; neither who nor in which words."""

    #: The commonest kinds.
    counts: tuple[ReportCount, ...] = ()
    #: Whether these are all kinds.
    is_all: bool = True
    #: The papers with the most reports.
    most_reported: tuple[ReportedPaper, ...] = ()

    @property
    def total(self) -> int:
        """How many reports the counts have."""
        return sum(count.reports for count in self.counts)

    @property
    def since(self) -> datetime | None:
        """When the first of them was made."""
        return min((count.first_at for count in self.counts), default=None)


@dataclass(frozen=True, slots=True)
class SystemCard:
    """The card; its JSON has the same fields."""

    schema: str
    #: `None` for the example, which is of no installation.
    made_at: datetime | None
    system: System
    models: Models
    checks: tuple[Check, ...]
    #: What comes of a fault.
    procedure: str
    measured: tuple[Rate, ...]
    blind_spots: tuple[str, ...]
    hazards: tuple[Hazard, ...]
    reports: Reports


def read_card(tables: Tables, settings: Settings, now: datetime) -> SystemCard:
    """Return the card of an installation."""
    stored = tables.summaries.counts(MOST_KINDS + 1)
    counts = tables.mistake_reports.counts(MOST_KINDS + 1)
    reports = Reports(
        *_some(counts),
        most_reported=tables.mistake_reports.most_reported(MOST_PAPERS),
    )
    return _card(now, Models(_in_use(settings), *_some(stored)), reports)


def example_card() -> SystemCard:
    """Return the card of an installation with the default settings and nothing stored."""
    return _card(None, Models(_in_use(Settings.model_construct())), Reports())


def _card(made_at: datetime | None, models: Models, reports: Reports) -> SystemCard:
    return SystemCard(
        schema=SCHEMA,
        made_at=made_at,
        system=_system(),
        models=models,
        checks=CHECKS,
        procedure=PROCEDURE,
        measured=RATES,
        blind_spots=BLIND_SPOTS,
        hazards=HAZARDS,
        reports=reports,
    )


def _some(kinds: Sequence[_Kind]) -> tuple[tuple[_Kind, ...], bool]:
    return tuple(kinds[:MOST_KINDS]), len(kinds) <= MOST_KINDS


def _system() -> System:
    return System(
        name=DISTRIBUTION,
        version=version(),
        purpose="Summaries of AI papers for people in Slack, who decide by them what to read.",
        sent_to_the_model="A paper's title, abstract and text, and the prompt in bot/summaries/prompt.py; "
        "nothing from Slack.",
        prompt_version=PROMPT_VERSION,
    )


def _in_use(settings: Settings) -> ModelInUse | None:
    if not settings.model:
        return None
    endpoint = urlsplit(settings.model_url).hostname or ""
    reads_twice = settings.second_reading == "on"
    return ModelInUse(settings.model, endpoint, settings.tokens_a_text, reads_twice)
