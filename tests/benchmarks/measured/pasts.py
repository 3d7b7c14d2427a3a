"""Databases in which a past has gone by: the recorded papers, or as many others as are asked for."""

from contextlib import closing
from pathlib import Path

from bot.documents.files import read_sample
from bot.documents.importer import import_digest
from storage.database import connect
from storage.engines.engine import Engine
from storage.tables import Tables
from tests.benchmarks.measured.comparison import Scale
from tests.benchmarks.search_data import Material, store
from tests.lookup.real_papers import load
from tests.support.tables import empty_tables


def with_a_year(scale: Scale) -> Path:
    """Return a file with the recorded papers, some ten thousand; where there are none, with the sample."""
    path = empty_tables(scale.folder / "year.db")
    with closing(connect(path)) as engine, engine.transaction():
        tables = Tables(engine)
        if scale.recorded and scale.runs > 1:
            load(tables, scale.recorded)
        else:
            for digest in read_sample():
                import_digest(tables, digest)
            tables.search_index.update()
    return path


def with_papers(scale: Scale, material: Material, number: int) -> Path:
    """Return a file with so many papers, each with two summaries, indexed for search; it is made once."""
    path = scale.folder / f"{number}.db"
    if path.exists():
        return path
    with closing(connect(empty_tables(path))) as engine:
        store(engine, material, number)
        index(engine)
    return path


def index(engine: Engine) -> None:
    """Index all papers as `paper-round reindex` does."""
    tables = Tables(engine)
    with engine.transaction():
        tables.search_index.begin_anew()
    is_done = False
    while not is_done:
        with engine.transaction():
            is_done = not tables.search_index.index_outdated(100)
