"""The figures as one table to read and as JSON."""

import os
import platform
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from statistics import median
from typing import Any

from tests.benchmarks.measured.comparison import Comparison

_HEAD = ("what", "takes", "against", "takes", "ratio", "least to most")


def table(comparisons: Sequence[Comparison]) -> str:
    """Return a table with a row for each comparison, as plain text."""
    rows = [_HEAD, *map(_row, comparisons)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join([f"{_today()} · {machine()}", *map(str.rstrip, lines)])


def _row(each: Comparison) -> tuple[str, ...]:
    counts = "".join(f", {count} {name}" for name, count in each.counts.items())
    return (
        f"{each.what}{counts}",
        f"{_figure(median(each.ours))} {each.unit}",
        each.against,
        f"{_figure(median(each.beside))} {each.unit}",
        f"{each.ratio:.2f}",
        f"{each.ratios[0]:.2f}–{each.ratios[-1]:.2f}",
    )


def as_json(comparisons: Iterable[Comparison]) -> dict[str, Any]:
    """Return all figures of all runs, with the day and the machine."""
    return {
        "day": _today().isoformat(),
        "machine": machine(),
        "figures": [
            {
                "what": each.what,
                "against": each.against,
                "unit": each.unit,
                "ours": [round(figure, 4) for figure in each.ours],
                "beside": [round(figure, 4) for figure in each.beside],
                "ratio": round(each.ratio, 3),
                "least": round(each.ratios[0], 3),
                "most": round(each.ratios[-1], 3),
                "counts": dict(each.counts),
            }
            for each in comparisons
        ],
    }


def machine() -> str:
    """Return what the figures were measured on, without the machine's name."""
    return (
        f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )


def _today() -> date:
    return datetime.now(UTC).date()


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
