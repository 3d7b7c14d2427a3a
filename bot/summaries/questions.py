"""What a discussion of a paper can begin with: parts of its summary, or the limits that its abstract tells.

Each is quoted as it stands, under a question that fits any paper. Pure.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from bot.summaries.sentences import sentences
from storage.records import FROM_ABSTRACT, FROM_COMMUNITY, Paper, Summary

QUESTIONS = 3

_LIMITS = re.compile(
    r"\b(?:however|although|though|despite|yet|but|only|limit(?:s|ed|ation|ations)?|fail(?:s|ed|ure|ures)?"
    r"|assum(?:e|es|ed|ing|ption|ptions)|cost(?:s|ly)?|expensive|requires?|restricted|remain(?:s|ing)?"
    r"|challeng(?:e|es|ing)|future work|trade-?offs?|at the expense)\b",
    re.IGNORECASE,
)
"""Words by which abstracts tell what something does not do, needs, or leaves open."""


class Topic(StrEnum):
    """What a question is about; the first four are parts of a summary."""

    PROBLEM = "problem"
    RESULTS = "results"
    TAKEAWAY = "takeaway"
    METHOD = "method"
    #: A sentence of the abstract that tells of a limit.
    LIMIT = "limit"
    EVIDENCE = "evidence"
    OWN_WORK = "own_work"
    SURPRISE = "surprise"


_PARTS = (Topic.PROBLEM, Topic.RESULTS, Topic.TAKEAWAY, Topic.METHOD)
_OF_ANY_PAPER = (Topic.EVIDENCE, Topic.OWN_WORK, Topic.SURPRISE)


@dataclass(frozen=True, slots=True)
class Prompt:
    """A question to begin with: its topic, and the sentence that it is about, which may be none."""

    topic: Topic
    quote: str = ""


def prompts(paper: Paper, summary: Summary | None) -> tuple[Prompt, ...]:
    """Return three questions: on the summary's parts, else on the abstract's limits, else on any paper.

    A summary that was drawn from the abstract or comes from the site that lists the paper says no more than
    the abstract does, so the abstract's own limits are asked about.
    """
    about = _on_summary(summary) if summary and _is_written(summary) else _on_limits(paper.abstract or "")
    general = (Prompt(topic) for topic in _OF_ANY_PAPER)
    return (*about, *general)[:QUESTIONS]


def _is_written(summary: Summary) -> bool:
    return summary.provenance.source not in {FROM_ABSTRACT, FROM_COMMUNITY}


def _on_summary(summary: Summary) -> list[Prompt]:
    told = ((topic, getattr(summary, topic).strip()) for topic in _PARTS)
    return [Prompt(topic, quote) for topic, quote in told if quote]


def _on_limits(abstract: str) -> list[Prompt]:
    lines = " ".join(abstract.split())
    return [Prompt(Topic.LIMIT, each) for each in sentences(lines) if _LIMITS.search(each)]
