"""The system card as Markdown and as JSON; pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from bot.system_card.card import ModelInUse, Models, Reports, SystemCard
from bot.system_card.checks import Check
from bot.system_card.hazards import Hazard, HazardStatus
from bot.system_card.measured import Rate
from bot.text.mrkdwn import json_text, on_one_line
from storage.records import (
    FROM_ABSTRACT,
    FROM_COMMUNITY,
    FROM_DIGEST_FILE,
    FROM_MODEL,
    ReportCount,
    ReportOutcome,
    SummaryCount,
    TextRead,
)

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&$@!]|:(?=//)|(?<=www)\.)", re.IGNORECASE)

_SOURCES = {
    FROM_MODEL: "a model, asked by the bot",
    FROM_DIGEST_FILE: "a digest file",
    FROM_COMMUNITY: "Hugging Face",
    FROM_ABSTRACT: "the abstract",
}
_TEXTS_READ = {
    TextRead.FULL_TEXT: "full text",
    TextRead.PART: "part of it",
    TextRead.ABSTRACT: "abstract",
}
_OUTCOMES = {
    ReportOutcome.MADE_ANEW: "made anew since",
    ReportOutcome.NOW_BY_MODEL: "a model's summary has taken its place",
    ReportOutcome.WITHDRAWN: "the paper is withdrawn",
    ReportOutcome.UNCHANGED: "stands as it was",
}
_STATUSES = {
    HazardStatus.GUARDED: "guarded: code finds most of it",
    HazardStatus.PARTLY: "partly guarded: code finds some of it",
    HazardStatus.LABELLED: "labelled: the card says what there is to know, and nothing finds it",
    HazardStatus.OPEN: "open: nothing finds it but people",
}


def as_json(card: SystemCard) -> str:
    """Return the card as one JSON object, in which dates and moments are as ISO 8601 has them."""
    fields = asdict(card)
    fields["reports"]["total"], fields["reports"]["since"] = card.reports.total, card.reports.since
    return json_text(fields, _plain)


def _plain(moment: date) -> str:
    return moment.isoformat()


def as_markdown(card: SystemCard) -> str:
    """Return the card as Markdown; what strangers may have written in it is escaped."""
    return "\n\n".join(_sections(card))


def _sections(card: SystemCard) -> Iterator[str]:
    system = card.system
    made_at = f", on {card.made_at:%Y-%m-%d} at {card.made_at:%H:%M} UTC" if card.made_at else ""
    yield "# System card"
    yield (
        f"{system.purpose} This is the card of {system.name} {system.version}{made_at}. `paper-round "
        "system-card` prints that of your installation, and `--json` the same for machines "
        f"(`{card.schema}`)."
    )
    if card.made_at is None:
        yield (
            "It is the example: an installation with the default settings in which nothing is stored "
            "(`paper-round system-card --example`)."
        )
    yield "## What writes summaries"
    yield from _models(card)
    yield "## What is checked"
    yield "A model's summary is checked in code before anybody reads it. " + card.procedure
    yield _table(("check", "what has to hold", "otherwise"), map(_check, card.checks))
    yield "## What the checks cannot see"
    yield "\n".join(f"- {each}" for each in card.blind_spots)
    yield "Measured on published summaries and the papers' abstracts:"
    yield _table(("of 100", "what", "measured by"), map(_rate, card.measured))
    yield "## Known hazards"
    yield (
        "An identifier stays with its hazard and is never given to another one. The card has the form of "
        "a [hazard-aware system card](https://arxiv.org/abs/2509.20394)."
    )
    yield from map(_hazard, card.hazards)
    yield "## Reported mistakes"
    yield from _reports(card.reports)


# --- Models ----------------------------------------------------------------------------------------------


def _models(card: SystemCard) -> Iterator[str]:
    models = card.models
    yield _now(models.in_use, card.system.prompt_version)
    if models.in_use:
        yield f"The model is sent: {card.system.sent_to_the_model}"
    yield from _stored(models)


def _now(model: ModelInUse | None, prompt: str) -> str:
    if model is None:
        return (
            "No model writes summaries here: none is set (`LLM_MODEL`). Cards show Hugging Face's "
            "sentence and keywords, or sentences of the abstract, and say so. A model would be asked with"
            f" version {prompt} of the prompt."
        )
    twice = (
        "It checks each sentence of its summary once more."
        if model.reads_twice
        else "It does not check its sentences once more (`LLM_SECOND_READING=off`)."
    )
    return (
        f"**{_escaped(model.name)}**, at {_escaped(model.endpoint)}, is asked with version {prompt} of the"
        f" prompt and reads up to {model.tokens_a_text:,} tokens of a paper's text. {twice}"
    )


def _stored(models: Models) -> Iterator[str]:
    if not models.stored:
        yield "No summary is stored."
        return
    columns = (
        "summaries",
        "language",
        "made by",
        "model",
        "prompt",
        "from the",
        "figures",
        "marked",
        "first",
        "last",
    )
    yield "Stored" + ("" if models.is_all else f", the {len(models.stored)} commonest kinds") + ":"
    yield _table(columns, map(_summaries, models.stored))


def _summaries(count: SummaryCount) -> Sequence[str]:
    return (
        f"{count.summaries:,}",
        _escaped(count.language),
        _source(count.source),
        _escaped(count.model or ""),
        _escaped(count.prompt or ""),
        _TEXTS_READ[count.text_read] if count.text_read else "",
        *((f"{count.figures:,}", f"{count.figures_not_found:,}") if count.source == FROM_MODEL else ("", "")),
        f"{count.first_made_at}",
        f"{count.last_made_at}",
    )


# --- Checks and hazards ----------------------------------------------------------------------------------


def _check(check: Check) -> Sequence[str]:
    return f"`{check.id}`", check.asks, check.otherwise


def _rate(rate: Rate) -> Sequence[str]:
    return f"{rate.percent:.1f}", rate.what, f"`{rate.source}`"


def _hazard(hazard: Hazard) -> str:
    checks = ", ".join(f"`{check}`" for check in hazard.checks)
    lines = (
        f"### {hazard.id}. {hazard.title}\n",
        f"- **What happens**: {hazard.happens}",
        f"- **What guards**: {hazard.guards}",
        f"- **What is left**: {hazard.left}",
        f"- **Status**: {_STATUSES[hazard.status]}",
        *([f"- **Checks**: {checks}"] if checks else []),
    )
    return "\n".join(lines)


# --- Reports ---------------------------------------------------------------------------------------------


def _reports(reports: Reports) -> Iterator[str]:
    yield (
        "Anyone can report a mistake in the ⋮ menu of a card. `paper-round status` shows the reports with"
        " their notes to whoever runs the bot; here they are counted, without people and without words."
    )
    if not reports.since:
        yield "None is stored."
        return
    kinds = "" if reports.is_all else f" of the {len(reports.counts)} commonest kinds"
    yield f"{reports.total:,}{kinds}, since {reports.since:%Y-%m-%d}:"
    yield _table(
        ("reports", "papers", "summary by", "model", "what became of it", "first", "last"),
        map(_report, reports.counts),
    )
    yield "The papers with the most reports:"
    yield _table(
        ("paper", "reports", "last"),
        (
            (_escaped(paper.paper_id), f"{paper.reports:,}", f"{paper.last_at:%Y-%m-%d}")
            for paper in reports.most_reported
        ),
    )


def _report(count: ReportCount) -> Sequence[str]:
    return (
        f"{count.reports:,}",
        f"{count.papers:,}",
        _source(count.summary_source),
        _escaped(count.model or ""),
        _OUTCOMES[count.outcome],
        f"{count.first_at:%Y-%m-%d}",
        f"{count.last_at:%Y-%m-%d}",
    )


# --- Markdown --------------------------------------------------------------------------------------------


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _source(source: str) -> str:
    return _SOURCES.get(source) or _escaped(source)


def _escaped(text: Any) -> str:
    return _MARKUP.sub(r"\\\1", on_one_line(str(text)))
