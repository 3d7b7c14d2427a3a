"""Measure the bot beside what one would use instead: `python -m tests.benchmarks --help`."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from tests.benchmarks.measured import (
    answers,
    cards,
    deliveries,
    engines,
    openings,
    saves,
    searches,
    starting,
    year,
)
from tests.benchmarks.measured.comparison import Comparison, Measure, Scale
from tests.benchmarks.measured.report import as_json, table

MEASURES: dict[str, Measure] = {
    "answers": answers.measure,
    "search": searches.measure,
    "openings": openings.measure,
    "deliveries": deliveries.measure,
    "year": year.measure,
    "cards": cards.measure,
    "starting": starting.measure,
    "saves": saves.measure,
    "engines": engines.measure,
}

RECORDED = Path(__file__).parents[3] / "shared/data"


@click.command()
@click.option("--short", is_flag=True, help="Measure little: it only shows that everything still works.")
@click.option(
    "--only", multiple=True, type=click.Choice([*MEASURES]), help="Measure this. Repeat for several."
)
@click.option("--papers", multiple=True, type=int, help="Search so many papers. Repeat for several.")
@click.option("--out", type=click.Path(path_type=Path), help="Write all figures to this file, as JSON.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=Path("/var/tmp"),  # noqa: S108 -- only a new folder of its own in it is used
    show_default=True,
    help="Where databases are made: a folder on a disk, since in memory nothing has to be synced.",
)
def main(
    *, short: bool, only: tuple[str, ...], papers: tuple[int, ...], out: Path | None, folder: Path
) -> None:
    """Print what the bot costs beside what one would use instead, in one table."""
    with TemporaryDirectory(dir=folder) as own:
        scale = _scale(Path(own), papers, is_short=short)
        found = asyncio.run(_measured(only or tuple(MEASURES), scale))
    click.echo(table(found))
    if out:
        out.write_text(json.dumps(as_json(found), indent=1) + "\n", encoding="utf-8")


def _scale(folder: Path, papers: tuple[int, ...], *, is_short: bool) -> Scale:
    recorded = RECORDED if RECORDED.is_dir() else None
    if is_short:
        return Scale(1, papers or (300,), (1, 2), 2, 50, 1, 10, folder, recorded)
    return Scale(5, papers or (10_000, 100_000), (1, 20, 500), 260, 10_000, 25, 200, folder, recorded)


async def _measured(names: tuple[str, ...], scale: Scale) -> list[Comparison]:
    return [comparison for name in names async for comparison in _told(MEASURES[name](scale))]


async def _told(comparisons: AsyncIterator[Comparison]) -> AsyncIterator[Comparison]:
    """Say each figure as it comes: all of them take an hour."""
    async for comparison in comparisons:
        click.echo(f"{comparison.what}: {comparison.ratio:.2f} times {comparison.against}", err=True)
        yield comparison


if __name__ == "__main__":
    main()
