"""Draw the pictures and write the tables of what was measured, from `docs/figures.json`.

`python -m tests.benchmarks --out docs/figures.json` measures; `python docs/draw_figures.py` then writes the
pictures, each for light pages and for dark ones, the page `docs/measured.md`, and the README's table.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import log10
from pathlib import Path
from statistics import median
from typing import Any

FOLDER = Path(__file__).parent
FIGURES = FOLDER / "figures.json"
README = FOLDER.parent / "README.md"

IN_SHORT = (
    r"/papers, one paper, .*",
    r"a search for 3 .*, [0-9,]+ papers",
    r"a digest of .* into (1|500) channels?.*",
    r"importing the program",
    r"start to first answer",
    r"memory after .*",
    r"a save, .*",
    r"digests on PostgreSQL, (one|4) .*",
)
"""Which figures the README has."""

_BEGIN, _END = "<!-- measured: begin -->", "<!-- measured: end -->"

_WIDTH, _HEIGHT = 360, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 12, 34, 40
_MOST_TICKS = 5


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of a page."""

    name: str
    background: str
    ink: str
    faint: str
    series: tuple[str, ...]


THEMES = (
    Theme("light", "#ffffff", "#1f2328", "#d1d9e0", ("#0969da", "#bc4c00", "#6e7781")),
    Theme("dark", "#0d1117", "#f0f6fc", "#3d444d", ("#4493f8", "#f0883e", "#9198a1")),
)


@dataclass(frozen=True, slots=True)
class Line:
    """A series of points, by the labels of the x axis."""

    name: str
    points: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """A diagram: lines over the same places, the y axis in powers of ten or from 0."""

    title: str
    unit: str
    lines: tuple[Line, ...]
    is_logarithmic: bool = False
    is_bars: bool = False


def pictures(figures: list[dict[str, Any]]) -> dict[str, tuple[Panel, ...]]:
    """Return the panels of each picture, by its file's name; one without figures is left out."""
    drawn = {
        "growth": tuple(filter(_has_points, (_searches(figures), _openings(figures)))),
        "workers": tuple(filter(_has_points, (_workers(figures),))),
    }
    return {name: panels for name, panels in drawn.items() if panels}


def svg(panels: tuple[Panel, ...], theme: Theme) -> str:
    """Return a picture of panels side by side."""
    width = _WIDTH * len(panels)
    inner = "\n".join(
        f'<g transform="translate({_WIDTH * place} 0)">\n{_panel(panel, theme)}\n</g>'
        for place, panel in enumerate(panels)
    )
    title = "; ".join(panel.title for panel in panels)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {_HEIGHT}" width="{width}" '
        f'height="{_HEIGHT}" font-family="system-ui, sans-serif" font-size="11" role="img">\n'
        f"<title>{title}</title>\n"
        f'<rect width="{width}" height="{_HEIGHT}" fill="{theme.background}"/>\n{inner}\n</svg>\n'
    )


def main() -> None:
    """Write each picture in each theme."""
    measured = json.loads(FIGURES.read_text(encoding="utf-8"))
    for name, panels in pictures(measured["figures"]).items():
        for theme in THEMES:
            (FOLDER / f"{name}-{theme.name}.svg").write_text(svg(panels, theme), encoding="utf-8")
    (FOLDER / "measured.md").write_text(page(measured), encoding="utf-8")
    readme = README.read_text(encoding="utf-8")
    README.write_text(with_table(readme, measured), encoding="utf-8")


# --- The tables ---------------------------------------------------------------------------------------------


def page(measured: dict[str, Any]) -> str:
    """Return the page with all figures."""
    rows = "\n".join(_row(each, spread=True) for each in measured["figures"])
    return f"""# Measured

Each figure is the bot's beside other work that ran in turn with it on the same machine: medians, their \
ratio, and the least and the most ratio of all runs. {_circumstances(measured)}
`.venv/bin/python -m tests.benchmarks` measures on yours; with `--short` it only shows that it still works.

| what | takes | against | takes | ratio | least to most |
|---|---|---|---|---|---|
{rows}

{_pictures(measured["figures"], "")}
"""


def with_table(readme: str, measured: dict[str, Any]) -> str:
    """Return the README with its table of figures replaced."""
    short = [each for each in measured["figures"] if any(re.fullmatch(one, each["what"]) for one in IN_SHORT)]
    rows = "\n".join(_row(each, spread=False) for each in short)
    table = f"| what | takes | against | takes | ratio |\n|---|---|---|---|---|\n{rows}"
    on = f"{_circumstances(measured)} [All figures](docs/measured.md)."
    pictures = _pictures(measured["figures"], "docs/")
    before, _, rest = readme.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return f"{before}{_BEGIN}\n{table}\n\n{on}\n\n{pictures}\n{_END}{after}"


def _circumstances(measured: dict[str, Any]) -> str:
    """Return when and on what it was measured, and a note that somebody wrote into the file by hand."""
    return " ".join(filter(None, [f"On {measured['day']}, {measured['machine']}.", measured.get("note", "")]))


def _row(each: dict[str, Any], *, spread: bool) -> str:
    counts = "".join(f", {count} {name}" for name, count in each["counts"].items())
    ours, beside = (f"{_figure(median(each[side]))} {each['unit']}" for side in ("ours", "beside"))
    cells = [f"{each['what']}{counts}", ours, each["against"], beside, f"{each['ratio']:.2f}"]
    return " | ".join(
        ["", *cells, *([f"{each['least']:.2f}–{each['most']:.2f}"] if spread else []), ""]
    ).strip()


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"  # noqa: PLR2004 -- three digits


def _pictures(figures: list[dict[str, Any]], folder: str) -> str:
    """Return the pictures as a page on GitHub shows them, in its reader's theme."""
    return "\n\n".join(
        f'<picture><source media="(prefers-color-scheme: dark)" srcset="{folder}{name}-dark.svg">'
        f'<img alt="{_said(panels)}" src="{folder}{name}-light.svg"></picture>'
        for name, panels in pictures(figures).items()
    )


def _said(panels: tuple[Panel, ...]) -> str:
    """Return what a picture shows, for those who do not see it."""
    return "; ".join(
        f"{panel.title} ({panel.unit}): "
        + ", ".join(
            f"{line.name} {label} {_figure(value)}".strip()
            for line in panel.lines
            for label, value in line.points
        )
        for panel in panels
    )


# --- What is drawn ------------------------------------------------------------------------------------------


def _searches(figures: list[dict[str, Any]]) -> Panel:
    """Return the time of a search for three words by the number of papers."""
    found = list(_matching(figures, r"a search for 3 of a paper's words, ([0-9,]+) papers"))
    ours = [(papers, median(each["ours"])) for papers, each in found if "FTS5" in each["against"]]
    bare = [(papers, median(each["beside"])) for papers, each in found if "FTS5" in each["against"]]
    scan = [(papers, median(each["beside"])) for papers, each in found if "scan" in each["against"]]
    lines = (Line("/papers", tuple(ours)), Line("bare FTS5", tuple(bare)), Line("a scan", tuple(scan)))
    return Panel("A search, by papers stored", "ms", lines, is_logarithmic=True)


def _openings(figures: list[dict[str, Any]]) -> Panel:
    """Return the time to open a digest by the years that have gone by."""
    found = list(_matching(figures, r"opening a digest after ([0-9]+) years"))
    after = [(f"{years} y", each["ratio"]) for years, each in found]
    month = [("1 month", 1.0)] if found else []
    return Panel("Opening a digest of 35, by its past", "times", (Line("opening", (*month, *after)),))


def _workers(figures: list[dict[str, Any]]) -> Panel:
    """Return the digests a minute on SQLite, and on PostgreSQL by workers."""
    found = dict(_matching(figures, r"digests on PostgreSQL, (\w+) workers?"))
    if "one" not in found:
        return Panel("", "", ())
    bars = [("SQLite", median(found["one"]["beside"]))]
    bars += [(f"PG {1 if name == 'one' else name}", median(each["ours"])) for name, each in found.items()]
    return Panel("Digests a minute, by workers", "", (Line("", tuple(bars)),), is_bars=True)


def _matching(figures: list[dict[str, Any]], pattern: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for each in figures:
        if match := re.fullmatch(pattern, each["what"]):
            yield match[1], each


def _has_points(panel: Panel) -> bool:
    return any(line.points for line in panel.lines)


# --- How it is drawn ----------------------------------------------------------------------------------------


def _panel(panel: Panel, theme: Theme) -> str:
    labels = list(dict.fromkeys(label for line in panel.lines for label, _ in line.points))
    most = max(value for line in panel.lines for _, value in line.points)
    ticks = _ticks(panel, most)
    drawn = [_text(_LEFT, 18, panel.title, theme.ink, size=13), *_axis(panel, ticks, labels, theme)]
    for place, line in enumerate(panel.lines):
        colour = theme.series[place % len(theme.series)]
        drawn += _bars(panel, line, labels, ticks, colour) if panel.is_bars else []
        drawn += [] if panel.is_bars else _path(panel, line, labels, ticks, colour)
    return "\n".join(drawn)


def _ticks(panel: Panel, most: float) -> list[float]:
    if panel.is_logarithmic:
        least = min(value for line in panel.lines for _, value in line.points)
        first, last = int(log10(least) // 1), int(-(-log10(most) // 1))
        return [10.0**power for power in range(first, last + 1)]
    step = 10 ** int(log10(most) // 1)
    step = next(each for each in (step / 4, step / 2, step, 2 * step) if most / each <= _MOST_TICKS)
    return [step * number for number in range(int(-(-most // step)) + 1)]


def _axis(panel: Panel, ticks: list[float], labels: list[str], theme: Theme) -> Iterator[str]:
    for tick in ticks:
        y = _y(panel, tick, ticks)
        yield f'<path d="M{_LEFT} {y:.1f}H{_WIDTH - _RIGHT}" stroke="{theme.faint}"/>'
        yield _text(_LEFT - 6, y + 4, f"{tick:g}", theme.ink, anchor="end")
    yield _text(_LEFT - 6, _TOP - 6, panel.unit, theme.ink, anchor="end")
    for place, label in enumerate(labels):
        yield _text(_x(place, labels), _HEIGHT - _BOTTOM + 18, label, theme.ink, anchor="middle")


def _path(panel: Panel, line: Line, labels: list[str], ticks: list[float], colour: str) -> Iterator[str]:
    at = [(_x(labels.index(label), labels), _y(panel, value, ticks)) for label, value in line.points]
    steps = "L".join(f"{x:.1f} {y:.1f}" for x, y in at)
    yield f'<path d="M{steps}" fill="none" stroke="{colour}" stroke-width="2"/>'
    for x, y in at:
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>'
    if len(panel.lines) > 1 and at:
        x, y = at[-1]
        # Beside their ends no line crosses the names; of two that end close together they are kept apart.
        is_lowest = line.points[-1][1] == min(each.points[-1][1] for each in panel.lines if each.points)
        yield _text(x + 7, y + 12 if is_lowest else y - 2, line.name, colour)


def _bars(panel: Panel, line: Line, labels: list[str], ticks: list[float], colour: str) -> Iterator[str]:
    width = (_WIDTH - _LEFT - _RIGHT) / len(labels) / 2
    for label, value in line.points:
        x, y = _x(labels.index(label), labels), _y(panel, value, ticks)
        height = _HEIGHT - _BOTTOM - y
        size = f'width="{width:.1f}" height="{height:.1f}"'
        yield f'<rect x="{x - width / 2:.1f}" y="{y:.1f}" {size} fill="{colour}"/>'
        yield _text(x, y - 5, f"{value:,.0f}", colour, anchor="middle")


def _x(place: int, labels: list[str]) -> float:
    room = (_WIDTH - _LEFT - _RIGHT) / len(labels)
    return _LEFT + room * (place + 0.5)


def _y(panel: Panel, value: float, ticks: list[float]) -> float:
    least, most = ticks[0], ticks[-1]
    share = (value - least) / (most - least)
    if panel.is_logarithmic:
        share = (log10(value) - log10(least)) / (log10(most) - log10(least))
    return _HEIGHT - _BOTTOM - share * (_HEIGHT - _BOTTOM - _TOP)


def _text(x: float, y: float, text: str, colour: str, *, anchor: str = "start", size: int = 11) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {place} fill="{colour}" font-size="{size}">{text}</text>'


if __name__ == "__main__":
    main()
