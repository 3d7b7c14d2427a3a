"""The whole text of a paper, from its HTML on arXiv, else from its PDF, and kept on disk.

Whatever a paper is made of, reading it ends, and with a text or a reason: both are bounded in bytes, seconds,
memory and pages.
"""

import asyncio
import json
import logging
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import get_args
from weakref import WeakValueDictionary

import httpx

from bot.arxiv_id import find_arxiv_id
from bot.errors import SourceAnswerError, SourceError, SourceRefusedError
from bot.sources.arxiv import ArxivClient
from bot.sources.paper_reader import PaperFormat, ReaderLimits, read_apart

_logger = logging.getLogger(__name__)

_LASTING = frozenset({httpx.codes.FORBIDDEN, httpx.codes.NOT_FOUND, httpx.codes.GONE})


@dataclass(frozen=True, slots=True)
class FullText:
    """A paper's text without references and appendices, what it was read from, and the text's SHA-256."""

    paper_id: str
    text: str
    source: PaperFormat
    sha256: str


@dataclass(frozen=True, slots=True)
class NoFullText:
    """Why a paper's text cannot be had, in a sentence; `is_lasting` where asking again later is of no use."""

    reason: str
    is_lasting: bool


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a paper may be, how many seconds fetching one form of it may take, and when a text is none.

    A text with fewer than `least_characters` is what is left of a scan, or of a page that failed.
    """

    html_bytes: int = 24 * 1024 * 1024
    pdf_bytes: int = 50 * 1024 * 1024
    seconds: float = 120.0
    least_characters: int = 1_000
    reader: ReaderLimits = field(default_factory=ReaderLimits)


class FullTexts:
    """Reads papers and keeps their texts in `folder`, at most `most_bytes` of them."""

    def __init__(
        self,
        arxiv: ArxivClient,
        folder: Path,
        *,
        most_bytes: int = 1024 * 1024 * 1024,
        limits: Limits | None = None,
    ) -> None:
        self._arxiv = arxiv
        self._kept = KeptTexts(folder, most_bytes)
        self._limits = limits or Limits()
        self._reading: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def read(self, paper_id: str) -> FullText | NoFullText:
        """Return the paper's text, from disk or from arXiv; asked for twice at once, it is fetched once."""
        if find_arxiv_id(paper_id) != paper_id:
            return NoFullText(f"“{paper_id[:40]}” is not the id of a paper on arXiv.", is_lasting=True)
        async with self._reading.setdefault(paper_id, asyncio.Lock()):
            kept = await asyncio.to_thread(self._kept.get, paper_id)
            if kept is not None:
                return kept
            found = await self._fetch(paper_id)
            if isinstance(found, FullText):
                await asyncio.to_thread(self._kept.put, found)
            return found

    async def kept(self, paper_id: str) -> FullText | None:
        """Return the paper's text if it is on disk; nothing is fetched."""
        return await asyncio.to_thread(self._kept.get, paper_id)

    async def _fetch(self, paper_id: str) -> FullText | NoFullText:
        reasons = []
        for form in get_args(PaperFormat):
            try:
                return await self._fetch_form(form, paper_id)
            except SourceRefusedError as refusal:
                if refusal.status not in _LASTING:
                    return _none(paper_id, [str(refusal)], is_lasting=False)
                reasons.append(f"arXiv has no {form.upper()} of it")
            except SourceAnswerError as error:
                reasons.append(str(error).rstrip("."))
            except SourceError as error:
                return _none(paper_id, [str(error)], is_lasting=False)
        return _none(paper_id, reasons, is_lasting=True)

    async def _fetch_form(self, form: PaperFormat, paper_id: str) -> FullText:
        limits = self._limits
        most_bytes = limits.html_bytes if form == "html" else limits.pdf_bytes
        fetched = await self._arxiv.content(form, paper_id, most_bytes=most_bytes, seconds=limits.seconds)
        text = await read_apart(form, fetched.body, limits.reader)
        if len(text) < limits.least_characters:
            raise SourceAnswerError(f"its {form.upper()} holds {len(text)} characters of text")
        return FullText(paper_id, text, form, _hash(text))


def _none(paper_id: str, reasons: list[str], *, is_lasting: bool) -> NoFullText:
    return NoFullText(
        f"The text of {paper_id} cannot be had: {'; '.join(reasons)}.".replace("..", "."), is_lasting
    )


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()


# --- On disk ---------------------------------------------------------------------------------------------


class KeptTexts:
    """Texts in a folder, one JSON file each, which together have at most `most_bytes`.

    A disk that is full or broken costs time, as papers are fetched anew, but no text.
    """

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self._folder = folder
        self._most_bytes = most_bytes

    def get(self, paper_id: str) -> FullText | None:
        """Return the text that is kept, or `None` where none is or its file is not as it was written."""
        path = self._path(paper_id)
        try:
            kept = FullText(**json.loads(path.read_bytes()))
            if (kept.paper_id, kept.sha256) == (paper_id, _hash(kept.text)):
                return kept
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, AttributeError) as error:
            _logger.warning("The kept text %s cannot be read (%s); it is fetched anew.", path, error)
            return None
        _logger.warning("The kept text %s is not as it was written; it is fetched anew.", path)
        return None

    def put(self, text: FullText) -> None:
        """Keep the text, and remove the oldest ones where all together are too large."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._write(self._path(text.paper_id), json.dumps(asdict(text)).encode())
            self._remove_oldest()
        except OSError as error:
            _logger.warning("The text of %s cannot be kept in %s: %s", text.paper_id, self._folder, error)

    def _path(self, paper_id: str) -> Path:
        return self._folder / f"{paper_id.replace('/', '_')}.json"

    def _write(self, path: Path, content: bytes) -> None:
        with NamedTemporaryFile(dir=self._folder, prefix=path.stem, suffix=".part", delete=False) as part:
            try:
                part.write(content)
                part.close()
                Path(part.name).replace(path)
            except OSError:
                part.close()
                Path(part.name).unlink(missing_ok=True)
                raise

    def _remove_oldest(self) -> None:
        files: list[tuple[int, str, int]] = []
        with os.scandir(self._folder) as entries:
            for entry in entries:
                if entry.name.endswith((".json", ".part")):
                    status = entry.stat()
                    files.append((status.st_mtime_ns, entry.path, status.st_size))
        total = sum(size for _, _, size in files)
        for _, path, size in sorted(files):
            if total <= self._most_bytes:
                return
            with suppress(FileNotFoundError):
                Path(path).unlink()
            total -= size
