"""Findings as lines for a terminal; pure."""

from collections.abc import Iterable, Iterator

from bot.diagnosis.finding import Finding

_WIDTH = len("not checked")


def lines(findings: Iterable[Finding]) -> Iterator[str]:
    """Return a line for each finding, and below it what to do."""
    for finding in findings:
        yield f"{finding.state:<{_WIDTH}}  {finding.part}: {finding.what}"
        if finding.remedy:
            yield f"{'':<{_WIDTH}}  → {finding.remedy}"
